//! Replies as people paste them, and what programs print around them.

use heloise::reading::Source;
use heloise::transcript::Stage;

use crate::{kind, only, read};

#[test]
fn a_bare_reply_is_read_as_it_stands() {
    let item = only("550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown in virtual mailbox table");
    assert_eq!((item.reply.code, item.reply.enhanced.map(|e| e.to_string()).as_deref()), (550, Some("5.1.1")));
    assert_eq!((kind(&item), item.permanent), ("no-such-user", Some(true)));
    assert_eq!(read("550 no").source, Source::Reply);
}

#[test]
fn the_lines_of_one_reply_are_put_together_and_lose_their_codes() {
    let item = only(
        "550-5.7.26 Unauthenticated email from example.net is not accepted due to\n550-5.7.26 domain's DMARC policy. Please visit\n550 5.7.26 the help page - gsmtp",
    );
    assert_eq!(item.reply.text.len(), 3);
    assert!(!item.reply.joined().contains("550"), "{}", item.reply.joined());
    assert_eq!((kind(&item), item.meaning.args["domain"].as_str()), ("dmarc-reject", "example.net"));
}

#[test]
fn a_reply_that_was_quoted_and_wrapped_is_put_together() {
    let item = only(
        "> 554 5.7.1 Service unavailable; Client host\n> [192.0.2.7] blocked using\n> zen.spamhaus.org; see the page\n",
    );
    assert_eq!((kind(&item), item.meaning.args["list"].as_str()), ("ip-listed", "zen.spamhaus.org"));
}

#[test]
fn several_replies_are_several_failures() {
    let reading = read("450 4.2.0 Greylisted, come back\n550 5.1.1 User unknown\n");
    assert_eq!(reading.items.iter().map(kind).collect::<Vec<_>>(), ["greylisting", "no-such-user"]);
}

#[test]
fn python_names_every_recipient() {
    let reading = read(
        "smtplib.SMTPRecipientsRefused: {'bob@example.org': (550, b'5.1.1 no such user'), 'eve@example.org': (450, b'4.2.0 Greylisted')}",
    );
    let told: Vec<_> = reading.items.iter().map(|i| (i.recipient.as_deref(), kind(i), i.reply.stage)).collect();
    assert_eq!(
        told,
        [
            (Some("bob@example.org"), "no-such-user", Some(Stage::Rcpt)),
            (Some("eve@example.org"), "greylisting", Some(Stage::Rcpt))
        ]
    );
}

#[test]
fn the_reply_is_found_in_what_programs_print() {
    let cases = [
        (
            "smtplib.SMTPAuthenticationError: (535, b'5.7.8 Error: authentication failed: x')",
            535,
            Some(Stage::Auth),
            "bad-credentials",
        ),
        (
            "SMTP ERROR: Password command failed: 535 5.7.8 Username and Password not accepted.",
            535,
            Some(Stage::Auth),
            "bad-credentials",
        ),
        (
            "2026-01-01 10:00:00 SERVER -> CLIENT: 535-5.7.8 Username and Password not accepted.\n2026-01-01 10:00:00 SERVER -> CLIENT: 535 5.7.8 gsmtp",
            535,
            Some(Stage::Auth),
            "bad-credentials",
        ),
        (
            "Error: Invalid login: 535-5.7.8 Username and Password not accepted.\n535 5.7.8 the page\n    at SMTPConnection._formatError (x.js:1)\n  code: 'EAUTH', command: 'AUTH PLAIN'",
            535,
            Some(Stage::Auth),
            "bad-credentials",
        ),
        (
            "Error: Can't send mail - all recipients were rejected: 550 5.1.1 User unknown { code: 'EENVELOPE', responseCode: 550, command: 'RCPT TO' }",
            550,
            Some(Stage::Rcpt),
            "no-such-user",
        ),
        (
            "msmtp: recipient address bob@example.org not accepted by the server\nmsmtp: server message: 550 5.1.1 User unknown\nmsmtp: could not send mail",
            550,
            Some(Stage::Rcpt),
            "no-such-user",
        ),
        (
            " -> MAIL FROM:<a@example.net>\n<-  250 2.1.0 Ok\n -> RCPT TO:<bob@example.org>\n<** 554 5.7.1 <bob@example.org>: Relay access denied\n -> QUIT\n<-  221 Bye",
            554,
            Some(Stage::Rcpt),
            "relay-denied",
        ),
        (
            "> AUTH PLAIN\n< 535 5.7.8 Authentication failed\ncurl: (67) Login denied",
            535,
            Some(Stage::Auth),
            "bad-credentials",
        ),
        ("com.example.SMTPAddressFailedException: 550 5.1.1 User unknown", 550, Some(Stage::Rcpt), "no-such-user"),
        (
            "Expected response code \"250\" but got code \"550\", with message \"550 5.1.1 User unknown\".",
            550,
            None,
            "no-such-user",
        ),
        ("permanent error (550): 5.1.1 User unknown", 550, None, "no-such-user"),
        (
            "The mail server responded: 530 5.7.0 Must issue a STARTTLS command first. Please check",
            530,
            None,
            "tls-required",
        ),
    ];
    for (text, code, stage, wanted) in cases {
        let item = only(text);
        assert_eq!((item.reply.code, item.reply.stage, kind(&item)), (code, stage, wanted), "{text}");
    }
}

#[test]
fn what_a_program_adds_is_no_part_of_the_reply() {
    let item = only("Error: Message failed: 550 5.1.1 User unknown { code: 'EMESSAGE', command: 'RCPT TO' }");
    assert_eq!(item.reply.joined(), "User unknown");
    let item = only("host mx1.example.org[192.0.2.25] said: 550 \"User unknown\" (in reply to RCPT TO command)");
    assert_eq!(item.reply.joined(), "User unknown");
    let item = only("(550, b'5.1.1 User unknown')");
    assert_eq!(item.reply.joined(), "User unknown");
}

#[test]
fn an_error_without_a_reply_has_no_code() {
    let cases = [
        ("TimeoutError: [Errno 110] Connection timed out", "timeout"),
        ("Error: connect ECONNREFUSED 192.0.2.25:587", "port-refused"),
        ("connect: Network is unreachable", "host-unreachable"),
        ("Error: connect ENETUNREACH 2001:db8::25:25", "ipv6-broken"),
        ("socket.gaierror: [Errno -2] Name or service not known", "dns"),
        ("getaddrinfo EAI_AGAIN smtp.example.org", "dns-timeout"),
        ("dial tcp: lookup smtp.example.org: no such host", "dns"),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1129)", "wrong-security"),
        ("certificate verify failed: certificate has expired", "certificate-expired"),
        (
            "certificate verify failed: Hostname mismatch, certificate is not valid for 'mail.example.org'",
            "certificate-name",
        ),
        ("x509: certificate signed by unknown authority", "certificate-untrusted"),
        ("smtplib.SMTPServerDisconnected: Connection unexpectedly closed", "connection-lost"),
        ("SMTP Error: Could not authenticate.", "bad-credentials"),
        ("SMTP connect() failed.", "network"),
    ];
    for (text, wanted) in cases {
        let reading = read(text);
        assert_eq!(reading.source, Source::Text, "{text}");
        assert_eq!((reading.items[0].reply.code, kind(&reading.items[0])), (0, wanted), "{text}");
    }
}

#[test]
fn an_error_that_nobody_knows_is_kept_as_text() {
    let item = only("Something went wrong while sending, code qqq");
    assert_eq!((item.meaning.cause.as_str(), item.reply.code), ("unclear", 0));
}

#[test]
fn headers_tell_which_proof_failed() {
    let reading = read(
        "Return-Path: <alice@example.net>\nAuthentication-Results: mx.example.org;\n spf=pass smtp.mailfrom=example.net;\n dkim=fail (bad signature) header.d=example.net;\n dmarc=fail (p=reject) header.from=example.net\nFrom: alice@example.net\n",
    );
    assert_eq!(reading.source, Source::Headers);
    assert_eq!(reading.items.iter().map(kind).collect::<Vec<_>>(), ["dmarc-reject", "dkim-fail"]);
}

#[test]
fn a_line_of_a_bounce_without_the_rest_names_its_recipient_and_who_refused() {
    let item = only("<bob@example.org>: host mx1.example.org[192.0.2.25] said: 550 5.1.1 User unknown");
    assert_eq!(item.recipient.as_deref(), Some("bob@example.org"));
    assert_eq!(item.reporter.as_deref(), Some("mx1.example.org"));
}

#[test]
fn a_host_with_its_address_behind_it_is_named_whole() {
    let item = only("Error: connect to smtp.example.net[192.0.2.10]:465: Connection timed out");
    assert_eq!(item.reporter.as_deref(), Some("smtp.example.net"));
    assert_eq!(only("Could not connect to smtp.example.net.").reporter.as_deref(), Some("smtp.example.net"));
}
