//! The failures people post, F10 to F17: recipients, greylisting, names, encryption, order, senders, sick servers, content.

use heloise::transcript::Stage;

use crate::{all, at};

#[test]
fn f10_recipient() {
    all(
        "no-such-user",
        &[
            "550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 double-checking the recipient's email address for typos or\n550 5.1.1 unnecessary spaces.",
            "550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [SRV.protection.outlook.com]",
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
            "550 5.5.0 Requested action not taken: mailbox unavailable.",
            "554 delivery error: dd This user doesn't have a yahoo.com account (bob@example.org) [0]",
            "550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown in virtual mailbox table",
            "550 5.1.1 <bob@example.org>: user does not exist",
            "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416",
            "550 Unrouteable address",
            "550 Invalid recipient: <bob@example.org>",
            "550 No such user here: bob@example.org",
            "550 5.1.1 <bob@example.org>... User unknown",
        ],
    );
    all(
        "mailbox-full",
        &[
            "552-5.2.2 The recipient's inbox is out of storage space\n552 5.2.2 and inactive.",
            "552 5.2.2 <bob@example.org>: user is over quota",
        ],
    );
    all("mailbox-disabled", &["550 5.2.1 The email account that you tried to reach is disabled."]);
    all("no-such-domain", &["450 4.1.2 <bob@example.org>: Recipient address rejected: Domain not found"]);
    all(
        "null-mx",
        &["556 5.1.10 <bob@example.org>: Recipient address rejected: Domain example.org does not accept mail (nullMX)"],
    );
    all(
        "sender-domain-broken",
        &["550 5.7.27 <alice@example.net>: Sender address rejected: Domain example.net does not accept mail (nullMX)"],
    );
}

#[test]
fn f11_greylisted() {
    all(
        "greylisting",
        &[
            "450 4.2.0 <bob@example.org>: Recipient address rejected: Greylisted, see http://postgrey.example.org/help/example.org.html",
            "451 4.7.1 Try again later",
            "451 4.7.1 <bob@example.org>: Recipient address rejected: Greylisted for 5 minutes",
            "450 4.2.0 <bob@example.org>: Recipient address rejected: greylisted for 60 seconds",
            "451 4.7.1 Greylisting in action, please come back later",
        ],
    );
    let meaning = at("451 4.7.1 <bob@example.org>: Recipient address rejected: Greylisted for 5 minutes", None);
    assert_eq!(meaning.args["wait"], "5 minutes");
}

#[test]
fn f12_name_in_ehlo() {
    all(
        "helo-rejected",
        &[
            "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
            "450 4.7.1 <localhost.localdomain>: Helo command rejected: Host not found",
            "501 Syntactically invalid EHLO argument(s)",
            "501 5.5.4 Invalid domain name",
            "501 5.5.4 HELO/EHLO argument is invalid",
            "550 5.7.506 Access Denied, Bad HELO",
            "501 EHLO requires domain/address - see RFC-2821 4.1.1.1",
        ],
    );
    let meaning = at("421 4.7.0 Try again later, closing connection.", Some(Stage::Ehlo));
    assert_eq!(meaning.kind.as_deref(), Some("helo-rejected"));
}

#[test]
fn f13_encryption() {
    all(
        "wrong-security",
        &[
            "error:1408F10B:SSL routines:ssl3_get_record:wrong version number",
            "SMTP protocol synchronization error: rejected connection input=\"\\026\\003\\001\"",
        ],
    );
    all(
        "tls-required",
        &[
            "530 5.7.0 Must issue a STARTTLS command first",
            "530 Must issue a STARTTLS command first",
            "421 4.7.29 Your email has been rate limited because this message wasn't sent over a TLS connection.",
        ],
    );
    all("tls-handshake", &["454 4.7.0 TLS not available due to local problem", "454 TLS currently unavailable"]);
    all(
        "auth-needs-tls",
        &[
            "504 5.5.4 Encryption required for requested authentication mechanism",
            "538 5.7.11 Encryption required for requested authentication mechanism",
            "523 5.7.10 Plaintext authentication disabled.",
        ],
    );
    all(
        "certificate-name",
        &[
            "verify error:num=62:hostname mismatch",
            "450 4.7.325 certificate-host-mismatch: Remote certificate must match",
        ],
    );
    all(
        "certificate-untrusted",
        &[
            "unable to get local issuer certificate",
            "450 4.4.317 Cannot establish session with remote server [Message=UntrustedRoot]",
        ],
    );
    all(
        "certificate-expired",
        &[
            "certificate verify failed: certificate has expired",
            "450 4.7.322 certificate-expired: Destination mail server's certificate is expired.",
        ],
    );
    all("dane-fail", &["450 4.7.323 tlsa-invalid: The domain failed DANE validation."]);
    all("mta-sts-fail", &["451 4.4.8 MX hosts of 'example.org' failed MTA-STS validation."]);
}

#[test]
fn f14_order_of_commands() {
    all("auth-disabled", &["503 AUTH command used when not advertised", "503 5.5.1 Error: authentication not enabled"]);
    all(
        "command-sequence",
        &[
            "503 5.5.1 Error: send HELO/EHLO first",
            "503 5.5.1 Error: need MAIL command",
            "503 5.5.1 Error: need RCPT command",
            "554 5.5.1 Error: no valid recipients",
            "503 HELO or EHLO required",
            "503 sender not yet given",
            "554 SMTP synchronization error",
            "503 5.5.1 Invalid command: Command not allowed at this point.",
            "502 Polite people say HELO first",
        ],
    );
    all(
        "command-not-implemented",
        &[
            "502 5.5.1 Error: command not implemented",
            "502 5.5.1 VRFY command is disabled",
            "500 5.3.3 Unrecognized command",
            "502 5.5.1 Command not implemented: \"TURN\"",
        ],
    );
}

#[test]
fn f15_sender_not_allowed() {
    all(
        "sender-not-allowed",
        &[
            "554 5.2.252 SendAsDenied; alice@example.net not allowed to send as info@example.net; STOREDRV.Submission.Exception",
            "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
            "553 5.7.1 <info@example.net>: Sender address rejected: not owned by user alice@example.net",
            "553 5.7.1 <info@example.net>: Sender address rejected: not logged in",
            "553 Relaying disallowed as info@example.net",
            "554 Message rejected: Email address is not verified. The following identities failed the check in region US-EAST-1: info@example.net",
            "550 The from address does not match a verified Sender Identity.",
            "421 Domain sandbox1.example.org is not allowed to send: Sandbox subdomains are for test purposes only.",
            "550 5.7.1 Unconfigured Sending Domain <example.net>",
            "501 mail from address must be same as authorization user",
        ],
    );
    all("auth-required", &["550 Unauthenticated senders not allowed"]);
    all("sender-domain-broken", &["450 4.1.8 <alice@example.net>: Sender address rejected: Domain not found"]);
}

#[test]
fn f16_server_itself_sick() {
    all(
        "server-overloaded",
        &[
            "451 4.3.0 <bob@example.org>: Temporary lookup failure",
            "421 4.3.0 mx.example.org Server local error",
            "452 4.3.1 Insufficient system resources (TSTRM)",
            "421 mx.example.org: Too much load; please try again later",
            "451 Temporary local problem - please try later",
            "451 4.7.0 Temporary server error. Please try again later. PRX4 NextHop:mx.example.org",
        ],
    );
    all(
        "disk-full",
        &[
            "452 4.3.1 Insufficient system storage",
            "452 Space shortage, please try later",
            "452 4.4.5 Insufficient disk space; try again later",
        ],
    );
    all("server-config", &["451 4.3.5 Server configuration error"]);
}

#[test]
fn f17_content() {
    all(
        "message-too-big",
        &[
            "552 5.3.4 Message size exceeds fixed limit",
            "552-5.3.4 Your message exceeded Google's message size limits.\n552 5.3.4 - gsmtp",
            "552 Message size exceeds maximum permitted",
            "550 Message too big!",
            "534 SIZE=Message too big.",
        ],
    );
    all(
        "blocked-attachment",
        &["552-5.7.0 This message was blocked because its content presents a potential\n552 5.7.0 security issue."],
    );
    all(
        "malformed-message",
        &[
            "550 5.7.1 This message is not RFC 5322 compliant because it has duplicate headers.",
            "554 Message not allowed - Headers are not RFC compliant[291]",
        ],
    );
    all("line-too-long", &["550 maximum allowed line length is 998 octets, got 77620"]);
    all(
        "bare-newline",
        &["521 5.5.2 mx.example.org Error: bare <LF> received", "550 5.5.2 mx.example.org Error: bare <LF> received"],
    );
    all(
        "spam-content",
        &[
            "550-5.7.1 [192.0.2.7 12] Our system has detected that this message is\n550 5.7.1 likely unsolicited mail.",
            "550 5.7.1 message content rejected",
            "554 5.7.1 [1] Message rejected under suspicion of SPAM",
            "554 rejected due to spam URL in content",
        ],
    );
}

#[test]
fn what_another_server_said_of_the_address_is_the_reason() {
    let said =
        |why: &str| format!("550 5.1.1 <bob@example.org>: Recipient address rejected: undeliverable address: {why}");
    let there =
        |words: &str| said(&format!("host mx1.example.org[192.0.2.25] said: {words} (in reply to RCPT TO command)"));
    for (text, kind) in [
        (there("550 5.2.1 account disabled"), "mailbox-disabled"),
        (there("552 5.2.2 mailbox full"), "mailbox-full"),
        (there("550 no"), "no-such-user"),
        (said("connect to mx1.example.org[192.0.2.25]:25: Connection refused"), "port-refused"),
        (said("unknown user: \"bob\""), "no-such-user"),
    ] {
        all(kind, &[&text]);
    }
}

#[test]
fn a_command_that_is_auth_is_about_the_login() {
    all(
        "auth-disabled",
        &[
            "500 5.5.1 Command unrecognized: \"AUTH PLAIN\"",
            "502 5.5.1 AUTH not implemented",
            "500 unrecognized command: AUTH",
            "535 Authentication failed: IP address is not whitelisted",
            "535 5.7.8 Authentication failed: IP address not allowed",
        ],
    );
    all("mechanism-mismatch", &["504 AUTH LOGIN not supported", "504 5.5.4 AUTH CRAM-MD5 is not available"]);
    all("command-not-implemented", &["500 unrecognized command", "502 unimplemented (#5.5.1)"]);
}
