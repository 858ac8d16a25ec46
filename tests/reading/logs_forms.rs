//! Lines of mail logs as each server writes them. Each stands in `fixtures/logs.txt` below what it has to read as: kind (or cause), code,
//! enhanced code, stage, recipient, reporter, whether it is permanent, and whether it went out or was refused here.

use heloise::reading::{Item, Reader};

use crate::{GUIDE, kind, read};

const LINES: &str = include_str!("fixtures/logs.txt");

fn told(item: &Item) -> String {
    let reply = &item.reply;
    let or = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    [
        kind(item).to_owned(),
        or(Some(reply.code).filter(|c| *c > 0).map(|c| c.to_string())),
        or(reply.enhanced.map(|e| e.to_string())),
        or(reply.stage.map(|s| s.to_string())),
        or(item.recipient.clone()),
        or(item.reporter.clone()),
        or(item.permanent.map(|p| if p { "permanent" } else { "temporary" }.to_owned())),
        if item.incoming { "in" } else { "out" }.to_owned(),
    ]
    .join(" ")
}

#[test]
fn each_form_of_line_gives_all_that_it_says() {
    let reader = Reader::new(GUIDE.clone());
    let (mut lines, mut wrong) = (0, Vec::new());
    let mut wanted = "";
    for line in LINES.lines().filter(|l| !l.is_empty()) {
        if let Some(next) = line.strip_prefix("#### ") {
            wanted = next;
            continue;
        }
        lines += 1;
        assert!(Reader::is_log_line(line), "{line}");
        let seen = reader.log_line(line).map_or_else(|| "nothing".to_owned(), |item| told(&item));
        if seen != wanted {
            wrong.push(format!("wanted {wanted}\n  seen {seen}\n{line}"));
        }
    }
    assert!(lines > 60, "{lines}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn qmail_names_the_recipient_where_a_delivery_begins() {
    let all = read(
        "@400000006a5fb2c01f2d3c4c starting delivery 12: msg 4711 to remote bob@example.org\n\
         @400000006a5fb2c01f2d3c4c starting delivery 13: msg 4712 to remote eve@example.org\n\
         @400000006a5fb2c11f2d3c4c delivery 12: failure: 192.0.2.25_does_not_like_recipient./Remote_host_said:_550_5.1.1_User_unknown/\n",
    );
    assert_eq!(
        all.items.iter().map(told).collect::<Vec<_>>(),
        ["no-such-user 550 5.1.1 rcpt bob@example.org 192.0.2.25 permanent out"]
    );
}

#[test]
fn exchange_names_command_and_recipient_in_the_lines_before() {
    let line = |number: u8, event: &str, data: &str| {
        format!("2026-11-20T10:00:00.123Z,Outbound,08DABC,{number},198.51.100.1:3344,192.0.2.25:25,{event},{data},\n")
    };
    let log = [
        line(1, "+", ""),
        line(2, "<", "220 mx1.example.org ESMTP"),
        line(3, ">", "EHLO mail.example.net"),
        line(4, "<", "250-mx1.example.org"),
        line(5, "<", "250 PIPELINING"),
        line(6, ">", "MAIL FROM:<alice@example.net>"),
        line(7, ">", "RCPT TO:<bob@example.org>"),
        line(8, "<", "250 2.1.0 Ok"),
        line(9, "<", "\"550 5.1.1 <bob@example.org>: User unknown, sorry\""),
    ];
    let all = read(&log.concat());
    assert_eq!(
        all.items.iter().map(told).collect::<Vec<_>>(),
        ["no-such-user 550 5.1.1 rcpt bob@example.org 192.0.2.25 permanent out"]
    );
}

#[test]
fn one_failure_that_takes_several_lines_is_told_once() {
    let line = |what: &str| {
        format!(
            "Nov 20 10:00:00 mx1 courieresmtp: id=00AB.6A5F.00,from=<alice@example.net>,addr=<bob@example.org>{what}\n"
        )
    };
    let all = read(&[line(": 550-5.1.1 User unknown"), line(": 550 5.1.1 here"), line(",status: failure")].concat());
    assert_eq!(all.items.len(), 1, "{all:?}");
    assert_eq!(kind(&all.items[0]), "no-such-user");
}

#[test]
fn the_same_line_reads_the_same_in_every_wrapping() {
    let line = "Nov 20 10:00:00 mx1 postfix/smtp[1]: 4F1A22C0B5: to=<bob@example.org>, relay=mx.example.org[192.0.2.25]:25, delay=1, dsn=5.1.1, \
                status=bounced (host mx.example.org[192.0.2.25] said: 550 5.1.1 User unknown (in reply to RCPT TO command))";
    let words = line.split_once("]: ").expect("words").1;
    let reader = Reader::new(GUIDE.clone());
    let wanted = told(&reader.log_line(line).expect("a failure"));
    let octets: Vec<String> = words.bytes().map(|b| b.to_string()).collect();
    for wrapped in [
        format!("<22>{line}"),
        format!("<22>1 2026-11-20T10:00:00Z mx1 postfix/smtp 1 - - {words}"),
        format!("2026-11-20T10:00:00.123456+01:00 mx1 postfix/smtp[1]: {words}"),
        format!("Nov 20 10:00:00 postfix/smtp[1]: {words}"),
        format!("postfix/smtp[1]: {words}"),
        format!("postfix-out/smtp[1]: {words}"),
        words.to_owned(),
        format!("mail-1  | {line}"),
        format!("2026-11-20T10:00:00.1Z stdout F {line}"),
        format!("{{\"log\":\"{line}\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-20T10:00:00.1Z\"}}"),
        format!("{{\"SYSLOG_IDENTIFIER\":\"postfix/smtp\",\"_HOSTNAME\":\"mx1\",\"MESSAGE\":\"{words}\"}}"),
        format!("{{\"SYSLOG_IDENTIFIER\":\"postfix/smtp\",\"_HOSTNAME\":\"mx1\",\"MESSAGE\":[{}]}}", octets.join(",")),
    ] {
        assert!(Reader::is_log_line(&wrapped), "{wrapped}");
        assert_eq!(reader.log_line(&wrapped).map(|i| told(&i)), Some(wanted.clone()), "{wrapped}");
    }
}
