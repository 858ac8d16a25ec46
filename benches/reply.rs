//! How fast replies are read: a refusal, an EHLO answer, and the worst that a hostile server may send before it is left.

use divan::{Bencher, counter::BytesCount};
use heloise::net::parse_reply;
use heloise::transcript::Stage;

fn main() {
    divan::main();
}

fn bench(bencher: Bencher<'_, '_>, octets: &[u8], stage: Stage) {
    bencher.counter(BytesCount::of_slice(octets)).bench(|| parse_reply(divan::black_box(octets), stage));
}

#[divan::bench]
fn one_line(bencher: Bencher<'_, '_>) {
    bench(bencher, b"550 5.1.1 <you@example.org>: Recipient address rejected: User unknown\r\n", Stage::Rcpt);
}

#[divan::bench]
fn five_lines(bencher: Bencher<'_, '_>) {
    let line = b"550-5.7.26 This mail has been blocked because the sender is not authenticated.\r\n";
    let octets = [&line.repeat(4)[..], b"550 5.7.26 see https://example.org/help\r\n"].concat();
    bench(bencher, &octets, Stage::Message);
}

#[divan::bench]
fn ehlo(bencher: Bencher<'_, '_>) {
    let octets =
        b"250-mx.example.org\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n\
        250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250 CHUNKING\r\n";
    bench(bencher, octets, Stage::Ehlo);
}

#[divan::bench]
fn latin_1(bencher: Bencher<'_, '_>) {
    bench(bencher, b"550 5.2.2 Bo\xeete pleine, r\xe9essayez\r\n", Stage::Rcpt);
}

#[divan::bench]
fn as_much_as_is_taken(bencher: Bencher<'_, '_>) {
    let line = [b"250-".as_slice(), &[b'\x1b'; 1300], b"\r\n"].concat();
    let octets = [&line.repeat(198)[..], b"250 end\r\n"].concat();
    bench(bencher, &octets, Stage::Ehlo);
}
