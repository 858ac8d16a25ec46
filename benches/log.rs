//! How fast a mail log is read: a busy Postfix, in which two lines of a hundred tell of a failure.
//!
//! `HELOISE_MAILLOG=/tmp/big.log cargo bench --bench log` writes one gigabyte of the same instead, for the whole program:
//! `/usr/bin/time -v target/release/heloise read /tmp/big.log`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;

use divan::{Bencher, counter::BytesCount};
use heloise::guide::Guide;
use heloise::reading::{LogReader, Logged, Reader};

/// What is read in one go, in octets.
const SOME: usize = 64 << 20;
/// What is written to a file.
const MUCH: usize = 1_000_000_000;

fn main() {
    let Some(path) = std::env::var_os("HELOISE_MAILLOG") else { return divan::main() };
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).expect("a file"));
    let (mut log, mut written) = (Log::default(), 0);
    while written < MUCH {
        log.text.clear();
        log.message();
        file.write_all(log.text.as_bytes()).expect("room");
        written += log.text.len();
    }
    file.flush().expect("room");
}

/// A log as it grows.
#[derive(Default)]
struct Log {
    text: String,
    number: u64,
}

impl Log {
    /// One message comes in and goes out, in about seven lines; of each hundred lines two tell of a failure.
    fn message(&mut self) {
        self.number += 1;
        let n = self.number;
        let (day, hour, minute, second) = (1 + n / 864_000 % 28, n / 36_000 % 24, n / 600 % 60, n / 10 % 60);
        let at = format!("Nov {day:>2} {hour:02}:{minute:02}:{second:02} mx1");
        let queue = format!("{:X}", 0x4F_1A22_C0B5_u64 ^ ((n * 0x9E37_79B9) & 0xFF_FFFF_FFFF));
        let (a, b, pid) = (n % 250 + 1, n / 250 % 250 + 1, 1000 + n % 97);
        let domain = ["example.org", "example.net", "example.com", "mail.example"][(n % 4) as usize];
        let to = format!("user{}@{domain}", n % 5_003);
        let client = format!("client{a}.example.net[198.51.100.{b}]");
        let from = format!("sender{}@example.net", n % 2_003);
        let mut line = |program: &str, text: &str| {
            let _ = writeln!(self.text, "{at} postfix/{program}[{pid}]: {text}");
        };
        line("smtpd", &format!("connect from {client}"));
        line("smtpd", &format!("{queue}: client={client}"));
        line("cleanup", &format!("{queue}: message-id=<{n}.{queue}@example.net>"));
        line("qmgr", &format!("{queue}: from=<{from}>, size={}, nrcpt=1 (queue active)", 900 + n % 70_000));
        let delivery = |dsn: &str, status: &str, why: &str| {
            format!(
                "{queue}: to=<{to}>, relay=mx{}.{domain}[192.0.2.{a}]:25, delay={}.{}, delays=0.1/0/0.4/0.5, dsn={dsn}, status={status} ({why})",
                n % 3,
                n % 9,
                n % 10
            )
        };
        let host = format!("host mx{}.{domain}[192.0.2.{a}]", n % 3);
        let rcpt = "(in reply to RCPT TO command)";
        let said = match n % 70 {
            0..=2 => delivery(
                "5.1.1",
                "bounced",
                &format!(
                    "{host} said: 550 5.1.1 <{to}>: Recipient address rejected: User unknown in local recipient table {rcpt}"
                ),
            ),
            3 | 4 => delivery(
                "4.7.1",
                "deferred",
                &format!(
                    "{host} said: 450 4.7.1 <{to}>: Recipient address rejected: Greylisted for {} seconds {rcpt}",
                    n % 300
                ),
            ),
            5 => delivery(
                "4.2.2",
                "deferred",
                &format!("{host} said: 452 4.2.2 <{to}> The mailbox is full {n:x}-{queue} {rcpt}"),
            ),
            6 => {
                delivery("4.4.1", "deferred", &format!("connect to mx1.{domain}[192.0.2.{a}]:25: Connection timed out"))
            }
            7 => delivery(
                "5.7.1",
                "bounced",
                &format!(
                    "{host} said: 554 5.7.1 Service unavailable; Client host [198.51.100.{b}] blocked using bl.example.net {rcpt}"
                ),
            ),
            _ => delivery("2.0.0", "sent", &format!("250 2.0.0 Ok: queued as {n:X}")),
        };
        line("smtp", &said);
        line("qmgr", &format!("{queue}: removed"));
        if n.is_multiple_of(50) {
            line(
                "smtpd",
                &format!(
                    "NOQUEUE: reject: RCPT from {client}: 554 5.7.1 <{to}>: Relay access denied; from=<{from}> to=<{to}> proto=ESMTP helo=<x>"
                ),
            );
        }
        line("smtpd", &format!("disconnect from {client} ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5"));
    }
}

fn some() -> String {
    let mut log = Log::default();
    while log.text.len() < SOME {
        log.message();
    }
    log.text
}

fn read(bencher: Bencher<'_, '_>, new: fn(&Reader) -> LogReader) {
    let text = some();
    let reader = Reader::new(Arc::new(Guide::embedded()));
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        let mut log = new(&reader);
        let mut groups = reader.groups();
        let mut take = |told: Logged<'_>| {
            groups.push(told.item, told.at);
            Ok::<(), std::convert::Infallible>(())
        };
        for piece in text.as_bytes().chunks(256 << 10) {
            let Ok(()) = log.push(piece, &mut take);
        }
        let Ok(()) = log.end(&mut take);
        let (lines, failures) = (log.seen(), log.failures());
        assert!((15..30).contains(&(failures * 1000 / lines)), "{failures} of {lines}");
        groups.groups().len()
    });
}

/// For the groups: the same words are read once.
#[divan::bench(sample_count = 5)]
fn grouped(bencher: Bencher<'_, '_>) {
    read(bencher, |reader| LogReader::new(reader).for_groups());
}

/// Each failure in its own words.
#[divan::bench(sample_count = 3)]
fn word_by_word(bencher: Bencher<'_, '_>) {
    read(bencher, LogReader::new);
}
