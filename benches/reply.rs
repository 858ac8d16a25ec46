//! How fast replies are read: a refusal, an EHLO answer, the worst that a hostile server may send before it is left, and texts as
//! people paste them.

use divan::{
    Bencher,
    counter::{BytesCount, ItemsCount},
};
use heloise::guide::Guide;
use heloise::net::parse_reply;
use heloise::reading::Reader;
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

/// A text read by a reader of the built-in guide: the whole way from what was pasted to what it means.
fn read(bencher: Bencher<'_, '_>, text: &str) {
    let guide = Guide::embedded();
    guide.warm();
    let reader = Reader::new(guide.into());
    let _ = reader.text(text);
    bencher.counter(ItemsCount::new(1_u32)).bench(|| reader.text(divan::black_box(text)));
}

#[divan::bench]
fn text_bare(bencher: Bencher<'_, '_>) {
    read(bencher, "550 5.1.1 <you@example.org>: Recipient address rejected: User unknown in virtual mailbox table");
}

#[divan::bench]
fn text_bare_listed(bencher: Bencher<'_, '_>) {
    read(bencher, "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using bl.example.org; see the page");
}

#[divan::bench]
fn text_bare_of_three_lines(bencher: Bencher<'_, '_>) {
    read(
        bencher,
        "550-5.7.26 Unauthenticated email from example.net is not accepted due to\n550-5.7.26 domain's DMARC policy.\n550 5.7.26 See the page",
    );
}

#[divan::bench]
fn text_python(bencher: Bencher<'_, '_>) {
    read(bencher, "smtplib.SMTPAuthenticationError: (535, b'5.7.8 Error: authentication failed: x')");
}

#[divan::bench]
fn text_node(bencher: Bencher<'_, '_>) {
    read(
        bencher,
        "Error: Invalid login: 535-5.7.8 Username and Password not accepted. For more information, go to\n535 5.7.8  the page\n    at SMTPConnection._formatError (/srv/app/node_modules/nodemailer/lib/smtp-connection/index.js:798:19) {\n  code: 'EAUTH',\n  response: '535-5.7.8 Username and Password not accepted. For more information, go to\\n' +\n    '535 5.7.8  the page',\n  responseCode: 535,\n  command: 'AUTH PLAIN'\n}\n",
    );
}

#[divan::bench]
fn text_java(bencher: Bencher<'_, '_>) {
    read(
        bencher,
        "javax.mail.SendFailedException: Invalid Addresses;\n  nested exception is:\n\tcom.sun.mail.smtp.SMTPAddressFailedException: 550 5.1.1 <you@example.org>: User unknown\n\n\tat com.sun.mail.smtp.SMTPTransport.rcptTo(SMTPTransport.java:2064)\n",
    );
}

#[divan::bench]
fn text_swaks(bencher: Bencher<'_, '_>) {
    read(
        bencher,
        "=== Connected to mx.example.org.\n<-  220 mx.example.org ESMTP\n -> EHLO laptop\n<-  250 mx.example.org\n -> MAIL FROM:<me@example.net>\n<-  250 2.1.0 Ok\n -> RCPT TO:<you@example.org>\n<** 554 5.7.1 <you@example.org>: Relay access denied\n -> QUIT\n<-  221 2.0.0 Bye\n",
    );
}
