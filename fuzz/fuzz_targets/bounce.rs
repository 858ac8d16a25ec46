//! Messages: a header of one of a few kinds, and behind it anything.
#![no_main]

use heloise::reading::Reader;
use heloise_fuzz::read;
use libfuzzer_sys::fuzz_target;

/// Beginnings that lead to different readers; none, so that the fixtures are read as they are.
const HEADS: [&str; 6] = [
    "",
    "From: Mail Delivery System <MAILER-DAEMON@example.net>\nSubject: Undelivered Mail\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n--b\n\nNot sent.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; example.net\n\n",
    "From: MAILER-DAEMON@example.net\nSubject: failure notice\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n",
    "From: MAILER-DAEMON@example.net\nSubject: failure notice\nContent-Transfer-Encoding: base64\n\n",
    "From: MAILER-DAEMON@example.net\nSubject: failure notice\nContent-Type: multipart/mixed; boundary=b\n\n--b\n",
    "From: MAILER-DAEMON@example.net\nSubject: failure notice\n\nHi. This is the qmail-send program at example.net.\n\n<bob@example.org>:\n",
];

fuzz_target!(|octets: &[u8]| {
    let Some((first, octets)) = octets.split_last() else { return };
    let head = HEADS[usize::from(*first) % HEADS.len()];
    let text = format!("{head}{}", String::from_utf8_lossy(octets));
    read(&text);
    assert!(head.is_empty() || Reader::is_message(&text));
});
