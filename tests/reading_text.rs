//! What people paste: bounces, logs, what programs print, headers, and what is no failure at all.

use std::sync::{Arc, LazyLock};

use heloise::guide::Guide;
use heloise::reading::{Item, Reader, Reading, Source, Topic, explain};
use heloise::transcript::Stage;
use proptest::prelude::*;

static GUIDE: LazyLock<Arc<Guide>> = LazyLock::new(|| Arc::new(Guide::embedded().expect("the built-in guide")));

fn read(text: &str) -> Reading {
    Reader::new(GUIDE.clone()).text(text)
}

/// The one failure of a text.
fn only(text: &str) -> Item {
    let reading = read(text);
    assert_eq!(reading.items.len(), 1, "{reading:?}");
    reading.items.into_iter().next().expect("one")
}

fn kind(item: &Item) -> &str {
    item.meaning.kind.as_deref().unwrap_or(&item.meaning.cause)
}

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
            None,
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
            None,
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
fn postfix_logs_give_stage_server_and_recipient() {
    let item = only(
        "Nov 20 10:00:00 mail postfix/smtp[123]: 4F1A22C0B5: to=<bob@example.org>, relay=mx1.example.org[192.0.2.25]:25, delay=1, delays=0/0/1/0, \
         dsn=5.1.1, status=bounced (host mx1.example.org[192.0.2.25] said: 550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown \
         (in reply to RCPT TO command))",
    );
    assert_eq!(
        (item.recipient.as_deref(), item.reporter.as_deref()),
        (Some("bob@example.org"), Some("mx1.example.org"))
    );
    assert_eq!((item.reply.stage, item.reply.code, item.permanent), (Some(Stage::Rcpt), 550, Some(true)));
    assert_eq!(item.reply.joined(), "<bob@example.org>: Recipient address rejected: User unknown");
}

#[test]
fn only_the_failures_of_a_log_are_told() {
    let log = "Nov 20 10:00:00 mail postfix/smtpd[1]: connect from client.example.net[192.0.2.7]\n\
               Nov 20 10:00:00 mail postfix/smtp[2]: 4F1A22C0B5: to=<a@example.org>, relay=mx.example.org[192.0.2.25]:25, delay=1, dsn=2.0.0, status=sent (250 2.0.0 Ok)\n\
               Nov 20 10:00:01 mail postfix/smtp[2]: connect to mx.example.org[2001:db8::25]:25: Network is unreachable\n\
               Nov 20 10:00:01 mail postfix/smtp[2]: 4F1A22C0B6: to=<b@example.org>, relay=none, delay=3, dsn=4.4.1, status=deferred (connect to mx.example.org[192.0.2.25]:25: Connection timed out)\n\
               Nov 20 10:00:02 mail postfix/smtpd[3]: NOQUEUE: reject: RCPT from client.example.net[192.0.2.7]: 554 5.7.1 <x@example.com>: Relay access denied; from=<a@example.net> to=<x@example.com> proto=ESMTP helo=<client.example.net>\n\
               Nov 20 10:00:02 mail postfix/qmgr[4]: 4F1A22C0B5: removed\n";
    let reading = read(log);
    assert_eq!(reading.source, Source::Log);
    assert_eq!(reading.items.iter().map(kind).collect::<Vec<_>>(), ["ipv6-broken", "timeout", "relay-denied"]);
    assert_eq!(reading.items[1].permanent, Some(false));
    assert_eq!(
        (reading.items[2].recipient.as_deref(), reading.items[2].reply.stage),
        (Some("x@example.com"), Some(Stage::Rcpt))
    );
}

#[test]
fn a_log_of_deliveries_is_no_failure() {
    let reading = read(
        "Nov 20 10:00:00 mail postfix/smtp[2]: 4F1A22C0B5: to=<a@example.org>, relay=mx.example.org[192.0.2.25]:25, delay=1, dsn=2.0.0, status=sent (250 2.0.0 Ok)",
    );
    assert_eq!((reading.source, reading.items.len()), (Source::NotABounce, 0));
}

#[test]
fn other_servers_logs_are_read() {
    let cases = [
        (
            "2026-11-20 10:00:00 1tDabc-000000001Ab-2CdE ** bob@example.org R=dnslookup T=remote_smtp H=mx1.example.org [192.0.2.25]: SMTP error from remote mail server after RCPT TO:<bob@example.org>: 550 5.1.1 no such user",
            "no-such-user",
            Some(Stage::Rcpt),
        ),
        (
            "2026-11-20 10:00:00 1tDabc-000001-AB == bob@example.org R=dnslookup T=remote_smtp defer (110): Connection timed out",
            "timeout",
            None,
        ),
        (
            "2026-11-20 10:00:00 H=(laptop) [192.0.2.7] F=<a@example.net> rejected RCPT <bob@example.org>: relay not permitted",
            "relay-denied",
            Some(Stage::Rcpt),
        ),
        (
            "Nov 20 10:00:00 mail sm-mta[12]: 5AK: to=<bob@example.org>, delay=00:00:01, mailer=esmtp, relay=mx1.example.org. [192.0.2.25], dsn=5.1.1, stat=User unknown",
            "no-such-user",
            None,
        ),
        (
            "Nov 20 10:00:00 mail smtpd[12]: ab mta delivery evpid=1 from=<a@example.net> to=<bob@example.org> rcpt=<-> relay=\"192.0.2.25\" delay=1s result=\"PermFail\" stat=\"550 5.1.1 User unknown\"",
            "no-such-user",
            None,
        ),
        (
            "2026-11-20 10:00:00 delivery 12: failure: 192.0.2.25_does_not_like_recipient./Remote_host_said:_550_5.1.1_User_unknown/",
            "no-such-user",
            Some(Stage::Rcpt),
        ),
    ];
    for (line, wanted, stage) in cases {
        assert!(Reader::is_log_line(line), "{line}");
        let item = Reader::new(GUIDE.clone()).log_line(line).expect("a failure");
        assert_eq!((kind(&item), item.reply.stage), (wanted, stage), "{line}");
        if line.contains("bob@example.org") {
            assert_eq!(item.recipient.as_deref(), Some("bob@example.org"), "{line}");
        }
    }
}

const REPORT: &str = "From: MAILER-DAEMON@mail.example.net (Mail Delivery System)\nTo: alice@example.net\nSubject: Undelivered\n\
    MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b1\"\n\n--b1\nContent-Type: text/plain\n\n\
    Your message was not delivered.\n\n<bob@example.org>: host mx1.example.org[192.0.2.25] said: 550 5.1.1 User unknown (in reply to RCPT TO command)\n\n\
    --b1\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.example.net\n\n\
    Final-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx1.example.org\n\
    Diagnostic-Code: smtp; 550 5.1.1 User unknown\n\n\
    Final-Recipient: rfc822; eve@example.org\nAction: ACTION\nStatus: 4.4.1\nDiagnostic-Code: X-Postfix; connect to\n    mx2.example.org[192.0.2.26]:25: Connection timed out\n\n\
    --b1\nContent-Type: message/rfc822\n\nFrom: alice@example.net\nTo: bob@example.org\nSubject: 550 5.7.1 is only in the subject\n\nHello\n--b1--\n";

#[test]
fn a_report_tells_each_recipient() {
    let reading = read(&REPORT.replace("ACTION", "delayed"));
    assert_eq!(reading.source, Source::Dsn);
    let told: Vec<_> =
        reading.items.iter().map(|i| (i.recipient.as_deref(), kind(i), i.permanent, i.reporter.as_deref())).collect();
    assert_eq!(
        told,
        [
            (Some("bob@example.org"), "no-such-user", Some(true), Some("mx1.example.org")),
            (Some("eve@example.org"), "timeout", Some(false), Some("mx2.example.org")),
        ]
    );
    assert_eq!(reading.items[0].reply.stage, Some(Stage::Rcpt), "the stage is only in the words");
}

#[test]
fn a_recipient_that_was_reached_is_no_failure() {
    let reading = read(&REPORT.replace("ACTION", "delivered"));
    assert_eq!(reading.items.len(), 1);
    let all = REPORT.replace("ACTION", "relayed").replace("failed", "delivered");
    assert_eq!(read(&all).source, Source::NotABounce);
}

#[test]
fn bounces_in_words_are_read() {
    let cases = [
        (
            "Hi. This is the qmail-send program at mail.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<bob@example.org>:\n192.0.2.25 does not like recipient.\nRemote host said: 550 5.1.1 User unknown\nGiving up on 192.0.2.25.\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <alice@example.net>\n",
            "no-such-user",
            Some(Stage::Rcpt),
        ),
        (
            "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  bob@example.org\n    host mx1.example.org [192.0.2.25]\n    SMTP error from remote mail server after RCPT TO:<bob@example.org>:\n    550 5.1.1 no such user\n\n------ This is a copy of the message, including all the headers. ------\n\nFrom: x\n",
            "no-such-user",
            Some(Stage::Rcpt),
        ),
        (
            "   ----- The following addresses had permanent fatal errors -----\n<bob@example.org>\n    (reason: 550 5.1.1 User unknown)\n\n   ----- Transcript of session follows -----\n... while talking to mx1.example.org.:\n>>> RCPT To:<bob@example.org>\n<<< 550 5.1.1 <bob@example.org>... User unknown\n>>> DATA\n<<< 503 5.0.0 Need RCPT (recipient)\n",
            "no-such-user",
            Some(Stage::Rcpt),
        ),
        (
            "Delivery has failed to these recipients or groups:\n\nbob@example.org<mailto:bob@example.org>\nThe address wasn't found.\n\nDiagnostic information for administrators:\n\nGenerating server: SRV.prod.outlook.com\n\nbob@example.org\nRemote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'\n\nOriginal message headers:\n\nReceived: from x\n",
            "no-such-user",
            None,
        ),
        (
            "** Address not found **\n\nYour message wasn't delivered to bob@example.org because the address couldn't be found.\n\nThe response from the remote server was:\n\n550 5.1.1 The email account that you tried to reach does not exist.\n",
            "no-such-user",
            None,
        ),
    ];
    for (text, wanted, stage) in cases {
        let reading = read(text);
        let first = &reading.items[0];
        assert_eq!(reading.source, Source::Dsn, "{text}");
        assert_eq!((kind(first), first.recipient.as_deref()), (wanted, Some("bob@example.org")), "{text}");
        assert!(stage.is_none() || first.reply.stage == stage, "{:?} {text}", first.reply.stage);
    }
}

#[test]
fn what_is_no_bounce_is_called_so() {
    let head = "From: bob@example.org\nTo: alice@example.net\n";
    let answers =
        format!("{head}Subject: Automatic reply: hello\nAuto-Submitted: auto-replied\n\nI am away until Monday.\n");
    let complaint = format!(
        "{head}Subject: complaint\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\nThis was spam.\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n--b--\n"
    );
    let letter = format!("{head}Subject: hello\n\nNice weather today.\n");
    for text in [answers.as_str(), &complaint, &letter, "Hello", ""] {
        let reading = read(text);
        assert_eq!((reading.source, reading.items.len()), (Source::NotABounce, 0), "{text}");
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
fn a_mailbox_holds_several_bounces() {
    let one = "From: MAILER-DAEMON@example.net\nTo: alice@example.net\nSubject: failure\n\n<bob@example.org>: 550 5.1.1 User unknown\n";
    let two = one.replace("bob@", "eve@").replace("5.1.1 User unknown", "5.2.2 Mailbox full");
    let reading = read(&format!(
        "From MAILER-DAEMON Fri Nov 20 10:00:00 2026\n{one}\nFrom MAILER-DAEMON Fri Nov 20 10:00:01 2026\n{two}"
    ));
    assert_eq!(reading.items.iter().map(kind).collect::<Vec<_>>(), ["no-such-user", "mailbox-full"]);
}

#[test]
fn nothing_that_comes_back_can_touch_a_terminal() {
    let item = only("550 5.1.1 <bob\u{1b}[2J@example.org>\u{202e}: User unknown in \u{9b}31m local table");
    let shown = serde_json::to_value(&item).expect("an item is JSON");
    let mut texts = Vec::new();
    collect(&shown, &mut texts);
    assert!(texts.iter().all(|t| !t.chars().any(|c| c.is_control() || c == '\u{202e}')), "{texts:?}");
}

fn collect(value: &serde_json::Value, texts: &mut Vec<String>) {
    match value {
        serde_json::Value::String(s) => texts.push(s.clone()),
        serde_json::Value::Array(all) => all.iter().for_each(|v| collect(v, texts)),
        serde_json::Value::Object(all) => all.values().for_each(|v| collect(v, texts)),
        _ => {}
    }
}

#[test]
fn a_message_in_a_message_in_a_message_does_not_end_us() {
    let deep = format!("From: a@example.net\nTo: b@example.org\n{}", "Content-Type: message/rfc822\n\n".repeat(30_000));
    assert!(read(&deep).items.len() < 10);
}

#[test]
fn a_huge_text_is_read_only_so_far() {
    let mut huge = "x".repeat(Reader::MOST);
    huge.push_str("\n550 5.1.1 User unknown\n");
    assert!(read(&huge).items.iter().all(|i| i.reply.code == 0));
}

#[test]
fn explaining_answers_for_codes_and_names() {
    let topics = |query: &str| explain(&GUIDE, query).iter().map(|e| e.topic).collect::<Vec<_>>();
    assert_eq!(topics("550"), [Topic::Code]);
    assert_eq!(topics("5.7.26"), [Topic::Enhanced]);
    assert_eq!(topics("550 5.7.26"), [Topic::Reply, Topic::Code, Topic::Enhanced]);
    assert_eq!(
        topics("554 5.7.1 <bob@example.org>: Relay access denied"),
        [Topic::Reply, Topic::Code, Topic::Enhanced]
    );
    assert_eq!(topics("connectivity"), [Topic::Step]);
    assert_eq!(topics("dns.mx.null"), [Topic::Finding]);
    assert!(topics("no-such-thing").is_empty() && topics("").is_empty() && topics("42").is_empty());
}

#[test]
fn a_code_is_explained_stage_by_stage_and_a_strange_one_by_its_class() {
    let known = &explain(&GUIDE, "550")[0];
    assert!(known.known && known.at.iter().any(|a| a.stages.contains(&Stage::Rcpt)));
    let strange = &explain(&GUIDE, "5.9.99")[0];
    assert!(!strange.known && strange.says.plain.contains("5.x.x"), "{strange:?}");
    assert!(!explain(&GUIDE, "578")[0].known);
}

#[test]
fn a_reply_with_its_text_is_explained_by_the_text() {
    let said =
        &explain(&GUIDE, "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using bl.example.org")[0];
    assert_eq!((said.cause.as_deref(), said.kind.as_deref()), (Some("blocklist"), Some("ip-listed")));
}

/// Pieces that texts of this sort are made of, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "550",
        "-",
        " ",
        "5.1.1",
        "\n",
        "\r\n",
        "<bob@example.org>",
        ":",
        "said: ",
        "From: a@example.net",
        "To: b@example.org",
        "\n\n",
        "> ",
        "<** ",
        "Content-Type: multipart/report; boundary=b",
        "--b",
        "--b--",
        "Final-Recipient: rfc822; x@example.org",
        "Action: failed",
        "Status: 5.0.0",
        "Diagnostic-Code: smtp; ",
        "Content-Type: message/delivery-status",
        "postfix/smtp[1]: ",
        "status=bounced (",
        ")",
        "'",
        "\"",
        "(550, b'",
        "\\",
        "\u{1b}$B",
        "ü",
        "\u{1f980}",
        "RCPT TO:<",
        "421",
        "4.7.0",
        "2026-11-20 10:00:00 ",
        "** ",
        "reject: RCPT from ",
        "Authentication-Results: ",
        "dmarc=fail",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|p| p.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_harm(text in any::<String>()) {
        let reading = read(&text);
        prop_assert!(reading.items.len() <= text.len() + 1);
    }

    #[test]
    fn any_mixture_of_known_pieces_is_read_without_harm(text in pieces()) {
        for item in read(&text).items {
            prop_assert!(item.reply.text.iter().all(|t| !t.chars().any(char::is_control)));
            prop_assert!(item.recipient.is_none_or(|r| !r.is_empty()));
        }
        let _ = explain(&GUIDE, &text);
    }
}
