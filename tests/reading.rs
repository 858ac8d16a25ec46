//! What single replies mean: every phrase by its own sample, the failures people post, the codes that lie.

use std::collections::HashSet;
use std::sync::LazyLock;

use heloise::guide::Guide;
use heloise::reading::{Meaning, parse_reply, read_reply};
use heloise::transcript::{Reply, Stage};
use proptest::prelude::*;

static GUIDE: LazyLock<Guide> = LazyLock::new(|| Guide::embedded().expect("the built-in guide"));

/// The contract's causes and kinds.
const CAUSES: [(&str, &str); 13] = [
    (
        "address",
        "no-such-user bad-address-syntax mailbox-full mailbox-disabled account-suspended smtputf8-needed no-such-domain null-mx",
    ),
    ("network", "timeout host-unreachable port-refused ipv6-broken server-down connection-lost"),
    (
        "server-config",
        "relay-denied wrong-port wrong-security tls-required tls-handshake certificate-expired certificate-name certificate-untrusted \
         helo-rejected command-sequence command-not-implemented syntax loop",
    ),
    ("spam-filter", "spam-content policy greylisting"),
    ("blocklist", "ip-listed domain-listed reputation blocklist-misconfigured"),
    (
        "authentication",
        "bad-credentials auth-required app-password-required auth-needs-tls mechanism-mismatch auth-disabled sender-not-allowed auth-server-broken",
    ),
    ("content", "blocked-attachment virus message-too-big malformed-message bare-newline line-too-long"),
    ("overload", "server-overloaded rate-limit connection-limit disk-full"),
    (
        "dns",
        "no-mx mx-broken mx-is-cname dns-timeout servfail stale-dns no-ptr spf-fail spf-broken dkim-fail dmarc-reject mta-sts-fail dane-fail \
         sender-domain-broken",
    ),
    ("firewall", "port-blocked starttls-stripped banner-masked tls-intercepted"),
    ("unclear", ""),
    ("healthy", ""),
    ("not-a-bounce", ""),
];

fn at(text: &str, stage: Option<Stage>) -> Meaning {
    read_reply(&GUIDE, &Reply { stage, ..parse_reply(text) })
}

fn kind(text: &str) -> String {
    let meaning = at(text, None);
    meaning.kind.unwrap_or(meaning.cause)
}

/// Checks replies against the kind (or, without one, the cause) that they have to read as.
fn all(wanted: &str, replies: &[&str]) {
    let wrong: Vec<String> =
        replies.iter().map(|r| (r, kind(r))).filter(|(_, k)| k != wanted).map(|(r, k)| format!("{k}: {r}")).collect();
    assert!(wrong.is_empty(), "not {wanted}:\n{}", wrong.join("\n"));
}

#[test]
fn every_phrase_reads_its_own_sample() {
    let mut wrong = Vec::new();
    for phrase in &GUIDE.phrases {
        let mut reply = parse_reply(&phrase.sample);
        reply.stage = reply.stage.filter(|s| phrase.stage.is_empty() || phrase.stage.contains(s));
        let read = read_reply(&GUIDE, &reply);
        if read.phrase.as_deref() != Some(phrase.id.as_str()) {
            wrong.push(format!("{} is read by {:?} ({})", phrase.id, read.phrase, phrase.sample));
        }
    }
    assert!(GUIDE.phrases.len() > 300, "the phrases are there");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_phrase_and_code_speaks_for_a_cause_and_kind_of_the_contract() {
    let known = |cause: &str, kind: Option<&str>| {
        let kinds = CAUSES.iter().find(|(c, _)| *c == cause).map(|(_, k)| *k);
        kinds.is_some_and(|kinds| kind.is_none_or(|k| kinds.split_whitespace().any(|own| own == k)))
    };
    let mut seen = HashSet::new();
    for phrase in &GUIDE.phrases {
        assert!(known(&phrase.cause, phrase.kind.as_deref()), "{}: {} {:?}", phrase.id, phrase.cause, phrase.kind);
        assert!(seen.insert(&phrase.id), "{} is there twice", phrase.id);
        assert!((0..=30).contains(&phrase.db), "{}", phrase.id);
    }
    for code in &GUIDE.codes {
        assert!(known(&code.cause, code.kind.as_deref()), "{}", code.code);
        assert!(code.at.iter().all(|a| known(&a.cause, a.kind.as_deref())), "{}", code.code);
    }
    for code in &GUIDE.enhanced {
        assert!(code.cause.as_deref().is_none_or(|c| known(c, code.kind.as_deref())), "{}", code.code);
    }
    assert!(!GUIDE.codes.is_empty() && !GUIDE.enhanced.is_empty());
}

#[test]
fn the_seven_codes_mean_something_at_each_stage() {
    use Stage::{Auth, Data, Ehlo, Greeting, Mail, Message, Quit, Rcpt, Starttls};
    let headline: Vec<u16> = GUIDE.codes.iter().filter(|c| c.headline).map(|c| c.code).collect();
    assert_eq!(HashSet::from_iter(headline.iter().copied()), HashSet::from([501, 550, 554, 421, 451, 503, 502]));
    for code in GUIDE.codes.iter().filter(|c| c.headline) {
        for stage in [Greeting, Ehlo, Starttls, Auth, Mail, Rcpt, Data, Message, Quit] {
            let own = code.at.iter().find(|a| a.stage.contains(&stage));
            assert!(own.is_some_and(|a| !a.says.plain.is_empty()), "{} at {stage}", code.code);
        }
    }
}

#[test]
fn both_failing_classes_have_a_fallback() {
    for (text, permanent) in [("499 qqq", false), ("599 qqq", true)] {
        let meaning = at(text, None);
        assert!(meaning.phrase.is_none() && meaning.db < 15, "{permanent} {meaning:?}");
    }
    assert!([400, 500].iter().all(|c| GUIDE.codes.iter().any(|own| own.code == *c)));
}

#[test]
fn a_positive_reply_is_healthy_and_weighs_nothing() {
    for text in [
        "250 2.1.5 Ok",
        "220 mx.example.org ESMTP, no spam please",
        "354 go ahead",
        "235 2.7.0 Authentication successful",
    ] {
        let mut reply = parse_reply(text);
        reply.code = text[..3].parse().expect("a code");
        let meaning = read_reply(&GUIDE, &reply);
        assert_eq!((meaning.cause.as_str(), meaning.db), ("healthy", 0), "{text}");
    }
}

#[test]
fn values_in_the_text_become_places() {
    let meaning = at(
        "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org; see the page",
        Some(Stage::Rcpt),
    );
    assert_eq!(meaning.args["ip"], "192.0.2.7");
    assert_eq!(meaning.args["list"], "zen.spamhaus.org");
    assert_eq!((meaning.args["codes"].as_str(), meaning.args["stage"].as_str()), ("554 5.7.1", "RCPT"));
    assert!(meaning.matched.is_some_and(|m| m.starts_with("Client host [192.0.2.7]")));
}

#[test]
fn at_mail_an_unknown_address_is_the_senders() {
    assert_eq!(at("550 5.1.1 unknown user", Some(Stage::Rcpt)).kind.as_deref(), Some("no-such-user"));
    assert_eq!(at("550 5.1.1 unknown user", Some(Stage::Mail)).kind.as_deref(), Some("sender-domain-broken"));
}

#[test]
fn f01_no_way_out() {
    all(
        "timeout",
        &[
            "connect to mx1.example.org[192.0.2.25]:25: Connection timed out",
            "451 4.4.0 Primary target IP address responded with: \"421 4.4.1 Connection timed out.\" Socket error code 10060",
            "os error 10060",
        ],
    );
    all(
        "port-refused",
        &[
            "connect to mx1.example.org[192.0.2.25]:25: Connection refused",
            "451 4.4.316 Connection refused [Message=Socket error code 10061]",
        ],
    );
    all(
        "ipv6-broken",
        &[
            "connect to mx1.example.org[2001:db8::25]:25: Network is unreachable",
            "connect to mx1.example.org[2001:db8::25]:25: Cannot assign requested address",
        ],
    );
    all("host-unreachable", &["connect to mx1.example.org[192.0.2.25]:25: No route to host"]);
}

#[test]
fn f02_relaying_refused() {
    all(
        "relay-denied",
        &[
            "554 5.7.1 <bob@example.org>: Relay access denied",
            "454 4.7.1 <bob@example.org>: Relay access denied",
            "550 relay not permitted",
            "550 5.7.1 Unable to relay",
            "550 5.7.64 TenantAttribution; Relay Access Denied",
            "550 5.4.1 Relay Access Denied",
            "550-5.7.1 Invalid credentials for relay [192.0.2.7].\n550 5.7.1 The IP is not registered",
            "550 5.7.0 Mail relay denied [192.0.2.7]",
            "550 relaying denied for <bob@example.org>",
            "550 5.7.1 Relaying denied",
            "451 Open relay not allowed",
            "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
            "550 I cannot deliver mail for <bob@example.org>",
            "554 5.7.1 <bob@example.org>: relaying is not allowed",
            "550 5.7.1 <bob@example.org>... Relaying denied. Proper authentication required.",
        ],
    );
    all(
        "auth-required",
        &[
            "530 5.7.1 Client was not authenticated",
            "550-Please turn on SMTP Authentication in your mail client.\n550-host [192.0.2.7]:52000 is not permitted to\n550 relay through this server without authentication.",
        ],
    );
}

#[test]
fn f03_login_refused() {
    all(
        "bad-credentials",
        &[
            "535-5.7.8 Username and Password not accepted. For more information, go to\n535 5.7.8  the help page - gsmtp",
            "535 5.7.0 (#MBR1212) Incorrect username or password.",
            "535 5.7.0 (#AUTH005) Too many bad auth attempts.",
            "535 Authentication Credentials Invalid",
            "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6",
            "535 Incorrect authentication data",
            "535 5.7.1 Authentication failed",
            "535 Authentication Failed",
            "550 5.7.0 Code d'authentification invalide OFR_305",
        ],
    );
    all(
        "app-password-required",
        &["534-5.7.9 Application-specific password required.\n534 5.7.9 the help page - gsmtp"],
    );
    all(
        "auth-server-broken",
        &[
            "454 4.7.0 Temporary authentication failure: Connection lost to authentication server",
            "435 Unable to authenticate at present",
        ],
    );
    all("rate-limit", &["454 4.7.0 Too many login attempts, please try again later"]);
    all("mechanism-mismatch", &["501 5.5.2 Cannot Decode response x1 - gsmtp"]);
    all("auth-disabled", &["535 Authentication not allowed on IBSMTP Servers. IB401"]);
}

#[test]
fn f04_microsoft_logins() {
    all(
        "auth-disabled",
        &[
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. [SRV.prod.outlook.com]",
            "535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [SRV.prod.outlook.com]",
            "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully.",
            "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy.",
            "550 5.7.30 Basic authentication is not supported for Client Submission.",
        ],
    );
    all("bad-credentials", &["535 5.7.3 Authentication unsuccessful [SRV.prod.outlook.com]"]);
    all("auth-required", &["530 5.7.57 Client not authenticated to send mail. [SRV.prod.outlook.com]"]);
}

#[test]
fn f05_sender_not_proved() {
    all(
        "spf-fail",
        &[
            "550-5.7.26 Your email has been blocked because the sender is unauthenticated.\n550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.\n550 5.7.26 - gsmtp",
            "550-5.7.26 The MAIL FROM domain [example.net] has an SPF record with a hard fail policy\n550 5.7.26 (-all) but it fails to pass SPF checks with the ip: [192.0.2.7]",
            "421 4.7.27 Your email has been rate limited because SPF authentication didn't pass for this message.",
            "550 5.7.9 This mail has been blocked because the sender is unauthenticated. Yahoo requires all senders to authenticate with either SPF or DKIM.",
            "550 5.7.23 The message was rejected because of Sender Policy Framework violation",
            "554 5.7.1 [HME1] This message was blocked for failing both SPF and DKIM authentication checks.",
            "550 alice@example.net Invalid SPF record. IB508",
        ],
    );
    all(
        "dmarc-reject",
        &[
            "550-5.7.26 Unauthenticated email from example.net is not accepted due to domain's\n550 5.7.26 DMARC policy.",
            "550 5.7.515 Access denied, sending domain example.net does not meet the required authentication level.",
            "550 5.7.509 Access denied, sending domain [example.net] does not pass DMARC verification and has a DMARC policy of reject.",
            "421 4.7.32 Your email has been rate limited because the From: header in this message isn't aligned with either the authenticated SPF or DKIM organizational domain.",
        ],
    );
    all(
        "dkim-fail",
        &["421 4.7.30 Your email has been rate limited because DKIM authentication didn't pass for this message."],
    );
    all("sender-domain-broken", &["421 smtp.example.org [192.0.2.7] Emetteur invalide, Veuillez verifier SPF/DNS"]);
    all("policy", &["554 5.7.9 Message not accepted for policy reasons."]);
}

#[test]
fn f06_no_reverse_name() {
    all(
        "no-ptr",
        &[
            "550-5.7.25 [192.0.2.7] The IP address sending this message does not\n550-5.7.25 have a PTR record setup, or the corresponding forward DNS entry does not\n550 5.7.25 match the sending IP.",
            "421 4.7.23 The sending IP address for this message doesn't have a PTR record, or it does not match.",
            "550-5.7.1 [2001:db8::7] Our system has detected that this message does not meet IPv6 sending\n550 5.7.1 guidelines regarding PTR records and authentication.",
            "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.7]",
            "450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.7]",
            "550 5.7.25 Client host rejected: cannot find your hostname, [192.0.2.7]",
            "554-gmx.example (mx017) Nemesis ESMTP Service not available\n554-No SMTP service\n554-Bad DNS PTR resource record.\n554 see the page",
            "554 resimta comcast 192.0.2.7 Comcast requires that all mail servers must have a PTR record with a valid Reverse DNS entry.",
            "550 5.7.25 Access denied, the sending IPv6 address [2001:db8::7] must have a reverse DNS record",
            "421 Temporarily rejected. Reverse DNS for this IP failed. IB108",
            "550 5.7.1 Connections not accepted from servers without a valid sender domain.",
        ],
    );
}

#[test]
fn f07_on_a_public_list() {
    all(
        "ip-listed",
        &[
            "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org; https://list.example.org/query/ip/192.0.2.7",
            "550 5.7.1 Service unavailable, Client host [192.0.2.7] blocked using Spamhaus. To request removal from this list see the page (AS16012611)",
            "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.7, because the ip is in Spamhaus's list; see the page",
            "554-gmx.example (mx017) Nemesis ESMTP Service not available\n554-No SMTP service\n554-IP address is black listed.\n554 see the page",
            "554 IP=192.0.2.7 - Dialup/transient IP not allowed. Use a mailgateway or contact us if obsolete. (DIAL)",
            "554 Connection refused. This IP address is listed on the Spamhaus Block List (SBL). IB104",
        ],
    );
    all(
        "domain-listed",
        &[
            "550 5.7.1 MailFrom domain is listed in Spamhaus. To request removal see the page (S8002)",
            "550 5.7.1 Helo domain is listed in Spamhaus. (S8001)",
        ],
    );
    all(
        "blocklist-misconfigured",
        &[
            "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org; Error: open resolver; see the page",
        ],
    );
    all(
        "reputation",
        &[
            "550 5.7.1 Service unavailable; client [192.0.2.7] blocked using prs.proofpoint.com",
            "554 IP=192.0.2.7 - A problem occurred. (Ask your postmaster for help) (BL)",
            "550 5.2.0 Client host blocked for spamming issues. OFR006_102",
        ],
    );
}

#[test]
fn f08_private_reputation() {
    all(
        "reputation",
        &[
            "550 5.7.1 Unfortunately, messages from [192.0.2.7] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140).",
            "451 4.7.650 The mail server [192.0.2.7] has been temporarily rate limited due to IP reputation. (S775)",
            "550 5.7.606 Access denied, banned sending IP [192.0.2.7]. (AS16012609)",
            "421-4.7.0 [192.0.2.7 15] This message is suspicious due to the very\n421 4.7.0 low reputation of the sending IP address",
            "550-5.7.1 [192.0.2.7] Our system has detected that this message is\n550 5.7.1 likely suspicious due to the very low reputation of the sending domain",
            "553 5.7.2 [TSS09] All messages from 192.0.2.7 will be permanently deferred; Retrying will NOT succeed.",
            "554-Transaction failed\n554-Reject due to policy restrictions.\n554 see the page",
        ],
    );
    all("rate-limit", &["451 4.7.500 Server busy. Please try again later from [192.0.2.7]. (AS77712344)"]);
    all("policy", &["550 5.7.1 [CS01] Message rejected due to local policy."]);
}

#[test]
fn f09_too_much_at_once() {
    all(
        "rate-limit",
        &[
            "421-4.7.28 Gmail has detected an unusual rate of mail originating from your SPF\n421 4.7.28 domain [example.net 35].",
            "450-4.2.1 The user you are trying to contact is receiving mail at a rate that\n450 4.2.1 prevents additional messages",
            "421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1",
            "421 4.7.1 Messages to bob@example.org deferred due to excessive volume.",
            "550 5.4.6 Unusual sending activity detected. Please try after sometime",
            "454 Throttling failure: Maximum sending rate exceeded.",
            "451 Authentication failed: Maximum credits exceeded",
        ],
    );
    all(
        "connection-limit",
        &[
            "421 4.7.0 mx.example.org Error: too many connections from 192.0.2.7",
            "421 mx.example.org: Too many concurrent SMTP connections; please try again later",
            "432 4.3.2 Concurrent connections limit exceeded.",
            "421 smtp.example.org Too many connections, slow down. OFR005_104 [104]",
        ],
    );
}

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
fn codes_that_lie_are_read_by_their_text() {
    // 5.7.30 is said of three things; alone it says nothing.
    all("auth-disabled", &["550 5.7.30 Basic authentication is not supported for Client Submission."]);
    all("dkim-fail", &["550 5.7.30 This mail has been blocked because DKIM does not pass."]);
    all("tls-required", &["550 5.7.30 REQUIRETLS support required, but not offered by host mx.example.org"]);
    assert!(at("550 5.7.30 qqq", None).db < 8);
    // 5.4.1 is 'no answer' in the registry, an unknown user or a relay refusal at Microsoft.
    all("no-such-user", &["550 5.4.1 Recipient address rejected: Access denied."]);
    all("relay-denied", &["550 5.4.1 Relay Access Denied"]);
    assert!(at("550 5.4.1 qqq", None).db < 8);
    // 554 5.7.1 is four things.
    all("relay-denied", &["554 5.7.1 <bob@example.org>: Relay access denied"]);
    all("ip-listed", &["554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using bl.example.org"]);
    all("dmarc-reject", &["554 5.7.1 Your message was rejected due to example.net's DMARC policy."]);
    all("spam-content", &["554 5.7.1 Spam message rejected"]);
    assert!(at("554 5.7.1 qqq", None).db < 8);
    // 5.7.0 is STARTTLS, AUTH, an attachment or relaying.
    all("tls-required", &["530 5.7.0 Must issue a STARTTLS command first"]);
    all("auth-required", &["530 5.7.0 Authentication required."]);
    all(
        "blocked-attachment",
        &["552 5.7.0 This message was blocked because its content presents a potential security issue."],
    );
    all("relay-denied", &["550 5.7.0 Mail relay denied [192.0.2.7]"]);
    assert!(at("550 5.7.0 qqq", None).db < 8);
    // 421 and 450 that never heal, and a 421 for an unknown user.
    all("sender-not-allowed", &["421 Domain sandbox1.example.org is not allowed to send"]);
    all("no-ptr", &["450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.7]"]);
    all("no-such-user", &["421 Unknown user"]);
}

#[test]
fn what_nine_servers_were_measured_to_answer_is_read() {
    all(
        "bad-address-syntax",
        &[
            "501 5.1.7 Bad sender address syntax",
            "501 <bob@@example.net>: domain missing or malformed",
            "553 5.1.0 Sender address syntax error",
            "501 5.1.3 Recipient address syntax error",
            "553 5.1.3 <bob@@example.net>... Invalid route address",
            "501 Invalid RCPT TO address",
            "501 could not parse recipient",
            "550 Restricted characters in address",
            "501 <bobb>: recipient address must contain a domain",
        ],
    );
    all(
        "syntax",
        &[
            "555 5.5.4 Unsupported option: FROB=1",
            "503 5.5.4 Invalid command arguments: Unsupported option FROB=1",
            "555 MAIL FROM parameters not recognized or not implemented",
            "501 5.5.4 Syntax: STARTTLS",
            "501 unexpected argument data",
        ],
    );
    all("wrong-security", &["503 STARTTLS command used when not advertised"]);
    all("mechanism-mismatch", &["504 5.5.4 Unsupported authentication mechanism.", "504 Invalid AUTH string"]);
    all(
        "command-not-implemented",
        &[
            "500 5.5.2 Error: command not recognized",
            "500 unrecognized command",
            "500 5.5.1 Invalid command: Command unrecognized",
            "502 EXPN not implemented",
            "500 Error: command \"BDAT\" not recognized",
        ],
    );
    all("auth-required", &["550 Authentication required", "530 5.7.0 Authentication required."]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_reply_is_read_and_what_comes_back_is_clean(code in 0_u16..700, text in any::<String>(), detail in 0_u16..1000) {
        let mut reply = parse_reply(&text);
        reply.code = code;
        reply.enhanced = format!("5.7.{detail}").parse().ok();
        let meaning = read_reply(&GUIDE, &reply);
        let shown = meaning.args.values().chain(&meaning.matched);
        for value in shown {
            prop_assert!(!value.chars().any(char::is_control), "{value:?}");
        }
    }
}
