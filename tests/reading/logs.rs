//! Lines of mail logs.

use heloise::reading::{Reader, Source};
use heloise::transcript::Stage;

use crate::{GUIDE, kind, only, read};

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
