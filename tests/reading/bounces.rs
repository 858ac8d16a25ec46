//! Bounces of every make, and what only looks like one.

use heloise::reading::Source;
use heloise::transcript::Stage;

use crate::{kind, read};

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
fn a_mailbox_holds_several_bounces() {
    let one = "From: MAILER-DAEMON@example.net\nTo: alice@example.net\nSubject: failure\n\n<bob@example.org>: 550 5.1.1 User unknown\n";
    let two = one.replace("bob@", "eve@").replace("5.1.1 User unknown", "5.2.2 Mailbox full");
    let reading = read(&format!(
        "From MAILER-DAEMON Fri Nov 20 10:00:00 2026\n{one}\nFrom MAILER-DAEMON Fri Nov 20 10:00:01 2026\n{two}"
    ));
    assert_eq!(reading.items.iter().map(kind).collect::<Vec<_>>(), ["no-such-user", "mailbox-full"]);
}
