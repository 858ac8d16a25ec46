//! What a text without a failure tells all the same.

use heloise::reading::Source;

use crate::read;

/// The noted recipients with codes, where there is no failure.
fn noted(text: &str) -> Vec<String> {
    let reading = read(text);
    assert_eq!((reading.source, reading.items.len()), (Source::NotABounce, 0), "{text}");
    let codes = |r: &heloise::transcript::Reply| {
        let code = Some(r.code).filter(|c| *c > 0).map_or_else(|| "-".to_owned(), |c| c.to_string());
        format!("{code} {}", r.enhanced.map_or_else(|| "-".to_owned(), |e| e.to_string()))
    };
    reading.noted.iter().map(|i| format!("{} {}", i.recipient.as_deref().unwrap_or("-"), codes(&i.reply))).collect()
}

#[test]
fn a_complaint_names_whom_it_is_about() {
    let report = "From: fbl@provider.example\nTo: abuse@example.net\nSubject: report\nMIME-Version: 1.0\nContent-Type: multipart/report; \
                  report-type=feedback-report; boundary=b\n\n--b\n\nA complaint.\n--b\nContent-Type: message/feedback-report\n\n\
                  Feedback-Type: abuse\nOriginal-Rcpt-To: <bob@example.org>\nOriginal-Rcpt-To: eve@example.org\n\n\
                  --b\nContent-Type: message/rfc822\n\nFrom: alice@example.net\nTo: dan@example.org\n\nHello\n--b--\n";
    assert_eq!(noted(report), ["bob@example.org - -", "eve@example.org - -"]);
    let hidden = report.replace("Original-Rcpt-To: <bob@example.org>\nOriginal-Rcpt-To: eve@example.org\n", "");
    assert_eq!(noted(&hidden), ["dan@example.org - -"], "whom the message was to");
    let inside = "From: staff@provider.example\nTo: abuse@example.net\nSubject: complaint about message from 192.0.2.7\nMIME-Version: 1.0\n\
                  Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: bob@example.org\n\
                  From: alice@example.net\nTo: undisclosed-recipients:;\n\nHello\n--b--\n";
    assert_eq!(noted(inside), ["bob@example.org - -"]);
}

#[test]
fn a_report_of_success_names_who_was_reached() {
    let report = "From: MAILER-DAEMON@mail.example.net\nTo: alice@example.net\nSubject: Successful\nMIME-Version: 1.0\nContent-Type: \
                  multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nDone.\n--b\nContent-Type: message/delivery-status\n\n\
                  Reporting-MTA: dns; mail.example.net\n\nFinal-Recipient: rfc822; bob@example.org\nAction: delivered\nStatus: 2.1.5\n\
                  Remote-MTA: dns; mx1.example.org\nDiagnostic-Code: smtp; 250 2.1.5 Ok\n\n--b--\n";
    assert_eq!(noted(report), ["bob@example.org 250 2.1.5"]);
}

#[test]
fn an_answer_of_a_program_is_from_the_one_who_was_written_to() {
    let answer = "From: \"Bob, on the way\" <bob@example.org>\nTo: alice@example.net\nSubject: Automatic reply: Hello\nAuto-Submitted: auto-replied\n\n\
                  I am out of the office until Monday.\n";
    assert_eq!(noted(answer), ["bob@example.org - -"]);
}

#[test]
fn log_lines_of_deliveries_name_who_was_reached() {
    let lines = [
        (
            "Nov 20 10:00:00 mx1 postfix/smtp[2]: 4F1A22C0B5: to=<bob@example.org>, orig_to=<b@example.net>, relay=mx1.example.org[192.0.2.25]:25, delay=1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued)",
            "bob@example.org 250 2.0.0",
        ),
        (
            "Nov 20 10:00:00 mx1 postfix/virtual[2]: 4F1A22C0B5: to=<bob@example.org>, relay=virtual, delay=1, dsn=2.0.0, status=sent (delivered to maildir)",
            "bob@example.org - 2.0.0",
        ),
        (
            "2026-11-20 10:00:00 1tDabc-000000001Ab-2CdE => bob@example.org R=dnslookup T=remote_smtp H=mx1.example.org [192.0.2.25] C=\"250 2.0.0 Ok\"",
            "bob@example.org 250 2.0.0",
        ),
        (
            "Nov 20 10:00:00 mx1 sm-mta[12]: 5AKA00ab012345: to=<bob@example.org>, delay=00:00:01, mailer=esmtp, relay=mx1.example.org. [192.0.2.25], dsn=2.0.0, stat=Sent (250 2.0.0 Ok)",
            "bob@example.org 250 2.0.0",
        ),
        (
            "Nov 20 10:00:00 mx1 smtpd[12]: 0f1e2d3c4b5a6978 mta delivery evpid=1 from=<a@example.net> to=<bob@example.org> rcpt=<-> relay=\"192.0.2.25\" delay=1s result=\"Ok\" stat=\"250 2.0.0 Ok\"",
            "bob@example.org 250 2.0.0",
        ),
    ];
    for (line, wanted) in lines {
        assert_eq!(noted(line), [wanted], "{line}");
    }
}

#[test]
fn a_failure_beside_a_delivery_is_all_that_is_told() {
    let reading = read(
        "Nov 20 10:00:00 mx1 postfix/smtp[2]: 4F1A22C0B5: to=<bob@example.org>, relay=mx1.example.org[192.0.2.25]:25, dsn=2.0.0, status=sent (250 2.0.0 Ok)\n\
         Nov 20 10:00:01 mx1 postfix/smtp[2]: 4F1A22C0B6: to=<eve@example.org>, relay=mx1.example.org[192.0.2.25]:25, dsn=5.1.1, status=bounced (host mx1.example.org[192.0.2.25] said: 550 5.1.1 User unknown (in reply to RCPT TO command))\n",
    );
    assert_eq!((reading.source, reading.items.len(), reading.noted.len()), (Source::Log, 1, 0));
}
