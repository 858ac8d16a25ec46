//! Logs that come in pieces: what is passed over, what is kept, and what must not show.

use std::convert::Infallible;

use heloise::reading::{Item, LogReader, Logged, Reader};

use crate::{GUIDE, kind};

const LINES: &str = include_str!("fixtures/logs.txt");
const ORDINARY: &str = "Nov 20 10:00:00 mx1 postfix/smtpd[2]: connect from client.example.net[198.51.100.7]\nNov 20 10:00:00 mx1 postfix/qmgr[4]: 4F1A22C0B5: removed\n";

struct Seen {
    item: Item,
    at: Option<String>,
    line: String,
    number: u64,
}

fn streamed(log: &mut LogReader, octets: &[u8], piece: usize) -> Vec<Seen> {
    let mut all = Vec::new();
    let mut take = |told: Logged<'_>| {
        let (at, line) = (told.at.map(str::to_owned), told.line.to_owned());
        all.push(Seen { item: told.item.clone(), at, line, number: told.number });
        Ok::<(), Infallible>(())
    };
    for piece in octets.chunks(piece) {
        let Ok(()) = log.push(piece, &mut take);
    }
    let Ok(()) = log.end(&mut take);
    all
}

fn reader() -> Reader {
    Reader::new(GUIDE.clone())
}

/// All lines of the fixtures, with ordinary ones between them.
fn mixed() -> String {
    LINES.lines().filter(|l| !l.starts_with("####")).map(|l| format!("{ORDINARY}{l}\n")).collect()
}

#[test]
fn no_failure_is_passed_over() {
    let text = mixed();
    let all = streamed(&mut LogReader::every_line(&reader()), text.as_bytes(), 1 << 20);
    let some = streamed(&mut LogReader::new(&reader()), text.as_bytes(), 1 << 20);
    assert!(all.len() > 60);
    let (all, some): (Vec<_>, Vec<_>) = (all.iter().map(|s| &s.line).collect(), some.iter().map(|s| &s.line).collect());
    assert_eq!(all, some);
}

#[test]
fn a_telling_word_behind_the_cut_of_a_long_line_is_seen_in_no_way_of_reading() {
    let long = "x".repeat(Reader::LONGEST);
    let text = format!("Nov 20 10:00:00 mx1 postfix/qmgr[4]: 4F1A22C0B5: {long} error\n{ORDINARY}").repeat(3);
    let counts = |piece: usize| {
        let mut log = LogReader::new(&reader());
        assert!(streamed(&mut log, text.as_bytes(), piece).is_empty());
        (log.seen(), log.known())
    };
    assert_eq!(counts(1 << 20), (9, 0));
    assert_eq!(counts(4096), (9, 0));
}

#[test]
fn pieces_of_any_size_tell_the_same() {
    let text = mixed();
    let whole = streamed(&mut LogReader::new(&reader()), text.as_bytes(), 1 << 20);
    for piece in [1, 7, 100, 4096] {
        let cut = streamed(&mut LogReader::new(&reader()), text.as_bytes(), piece);
        let (a, b): (Vec<_>, Vec<_>) =
            (whole.iter().map(|s| s.number).collect(), cut.iter().map(|s| s.number).collect());
        assert_eq!(a, b, "{piece}");
    }
    let lines: Vec<&str> = text.lines().collect();
    assert!(whole.iter().all(|s| lines[s.number as usize - 1].contains(&s.line[s.line.len() - 5..])));
}

#[test]
fn the_meaning_of_the_same_words_is_the_same_and_names_are_ones_own() {
    let line = |n: u32, why: &str| {
        format!(
            "Nov 20 10:00:{:02} mx1 postfix/smtp[1]: 4F1A22C0B5: to=<user{n}@example.org>, relay=mx{n}.example.org[192.0.2.{}]:25, delay=1, dsn=5.0.0, \
             status=bounced (host mx{n}.example.org[192.0.2.{}] said: {why} (in reply to RCPT TO command))\n",
            n % 60,
            n % 250,
            n % 250
        )
    };
    let text: String = (0..200)
        .map(|n| match n % 3 {
            0 => line(n, "550 5.1.1 User unknown"),
            1 => line(n, &format!("550 <user{n}@example.org> mailbox is full")),
            _ => line(n, &format!("554 Client host [198.51.100.{}] blocked using bl.example.net", n % 250)),
        })
        .collect();
    let each = streamed(&mut LogReader::new(&reader()), text.as_bytes(), 9_000);
    let short = streamed(&mut LogReader::new(&reader()).for_groups(), text.as_bytes(), 9_000);
    assert_eq!((each.len(), short.len()), (200, 200));
    for (a, b) in each.iter().zip(&short) {
        let facts = |s: &Seen| {
            (kind(&s.item).to_owned(), s.item.recipient.clone(), s.item.reporter.clone(), s.at.clone(), s.number)
        };
        assert_eq!(facts(a), facts(b));
    }
}

#[test]
fn a_log_with_anything_in_it_is_still_a_log() {
    let line = "Nov 20 10:00:00 mx1 postfix/smtp[1]: 4F1A22C0B5: to=<bob@example.org>, relay=none, delay=1, dsn=4.4.1, status=deferred (connect to mx.example.org[192.0.2.25]:25: Connection timed out)";
    let long =
        [b"Nov 20 10:00:00 mx1 postfix/smtp[1]: status=bounced ".as_slice(), &b"x".repeat(3 << 20), b"\n"].concat();
    for (what, before) in [
        ("an octet that is no UTF-8", b"Nov 20 \xff\xfe\n".to_vec()),
        ("NULs", vec![0; 5000]),
        ("a line without an end in sight", long),
        ("line ends of Windows", b"x\r\n\r\n".to_vec()),
        ("nothing", Vec::new()),
    ] {
        let octets = [&before[..], line.as_bytes(), b"\r\n"].concat();
        let seen = streamed(&mut LogReader::new(&reader()), &octets, 70_000);
        let last = seen.last().expect(what);
        assert_eq!((kind(&last.item), last.item.recipient.as_deref()), ("timeout", Some("bob@example.org")), "{what}");
    }
}

#[test]
fn a_password_shows_in_no_line_wherever_it_stood_before() {
    const PLAIN: &str = "AGFsaWNlAGh1bnRlcjItMw==";
    let failed = |why: &str| {
        format!(
            "Nov 20 10:00:00 mx1 exim[1]: 2026-11-20 10:00:00 login authenticator failed for x [198.51.100.7]: 535 {why}\n"
        )
    };
    let octets: Vec<String> = format!("AUTH PLAIN {PLAIN}").bytes().map(|b| b.to_string()).collect();
    for before in [
        format!("Nov 20 10:00:00 mx1 haraka[1]: C: AUTH PLAIN {PLAIN}\n"),
        format!("auth plain {PLAIN}\n"),
        format!("S: 334 \nC: {PLAIN}\n"),
        format!("{{\"SYSLOG_IDENTIFIER\":\"x\",\"MESSAGE\":[{}]}}\n", octets.join(",")),
        String::new(),
    ] {
        let echo =
            if before.is_empty() { format!("AUTH PLAIN {PLAIN}") } else { format!("no {PLAIN} and no hunter2-3") };
        let text = format!("{ORDINARY}{before}{ORDINARY}{}", failed(&echo));
        let seen = streamed(&mut LogReader::new(&reader()), text.as_bytes(), 50);
        assert!(!seen.is_empty(), "{text}");
        for told in seen {
            let shown = format!("{} {} {:?}", told.line, told.item.reply.joined(), told.item.meaning);
            assert!(!shown.contains(PLAIN) && !shown.contains("hunter2"), "{before}: {shown}");
        }
    }
}
