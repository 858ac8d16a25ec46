//! Promise: whatever stands in the DNS, `heloise check` ends in time, asks after no more than it needs, and lets no escape byte through in
//! any form of its report.

use std::net::UdpSocket;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A label that would repaint a terminal: CSI, BEL, and a C1 control.
const EVIL: &[u8] = b"\x1b[31mred\x07\x9b5n";
const MX: u16 = 15;
const TXT: u16 = 16;
const PTR: u16 = 12;

/// A name server whose every name, text and selector is made to hurt; and how often it was asked.
fn serve() -> (u16, Arc<AtomicUsize>) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
    let port = socket.local_addr().expect("its address").port();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    thread::spawn(move || {
        let mut packet = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut packet) {
            count.fetch_add(1, Ordering::Relaxed);
            let _ = socket.send_to(&answer(&packet[..length]), from);
        }
    });
    (port, asked)
}

fn answer(question: &[u8]) -> Vec<u8> {
    let mut labels = Vec::new();
    let mut at = 12;
    while question[at] != 0 {
        let end = at + 1 + usize::from(question[at]);
        labels.push(&question[at + 1..end]);
        at = end;
    }
    let rtype = u16::from_be_bytes([question[at + 1], question[at + 2]]);
    let records: Vec<Vec<u8>> = match rtype {
        MX => (0..200_u16).map(|n| [&n.to_be_bytes()[..], &name(&[EVIL, n.to_string().as_bytes()])].concat()).collect(),
        TXT if labels[0] == b"_dmarc" => vec![text(b"v=DMARC1; p=\x1b]0;owned\x07")],
        TXT if labels.get(1) == Some(&&b"_domainkey"[..]) => vec![text(b"v=DKIM1; p=\x1b[2J")],
        TXT => vec![text(b"v=spf1 ip4:\x1b[2J\xc2\x9b5n\x07 ~all")],
        PTR => vec![name(&[EVIL])],
        _ => Vec::new(),
    };
    let mut reply = [&question[..2], b"\x84\x80\0\x01"].concat();
    reply.extend_from_slice(&u16::try_from(records.len()).expect("few").to_be_bytes());
    reply.extend_from_slice(&[0; 4]);
    reply.extend_from_slice(&question[12..at + 5]);
    for record in records {
        // The name asked for, the type, IN, a minute.
        reply.extend_from_slice(b"\xc0\x0c");
        reply.extend_from_slice(&rtype.to_be_bytes());
        reply.extend_from_slice(b"\0\x01\0\0\0\x3c");
        reply.extend_from_slice(&u16::try_from(record.len()).expect("short").to_be_bytes());
        reply.extend_from_slice(&record);
    }
    reply
}

fn text(octets: &[u8]) -> Vec<u8> {
    [&[u8::try_from(octets.len()).expect("short")][..], octets].concat()
}

fn name(labels: &[&[u8]]) -> Vec<u8> {
    let mut name: Vec<u8> = labels.iter().flat_map(|label| text(label)).collect();
    name.push(0);
    name
}

#[test]
fn what_stands_in_the_dns_cannot_speak_to_the_terminal() {
    for form in ["text", "json", "jsonl", "markdown", "html", "nagios", "prometheus"] {
        let (port, asked) = serve();
        let began = Instant::now();
        let output = Command::new(env!("CARGO_BIN_EXE_heloise"))
            .args([
                "check",
                "--to",
                "bob@example.test",
                "--from",
                "alice@example.test",
                "--ip",
                "198.51.100.7",
                "--all",
            ])
            .args(["--no-save", "--timeout", "1", "--deadline", "8", "--format", form])
            .args(["--resolver", &format!("127.0.0.1:{port}")])
            .stdin(Stdio::null())
            .output()
            .expect("heloise runs");
        assert!(began.elapsed() < Duration::from_secs(12), "{form}: {:?}", began.elapsed());
        let shown = [output.stdout, output.stderr].concat();
        let shown = String::from_utf8(shown).expect("UTF-8");
        assert!(shown.contains("example.test") || matches!(form, "nagios" | "prometheus"), "{form}: {shown}");
        let odd = shown.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(odd, None, "{form}: {shown:?}");
        let asked = asked.load(Ordering::Relaxed);
        assert!((1..300).contains(&asked), "{form}: {asked} questions for one address");
    }
}
