//! Promise: whatever a server does, `heloise check` ends by its deadline, stays small, and lets no escape byte through.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Where a server stops playing along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Greeting,
    Ehlo,
    Starttls,
    Mail,
    Rcpt,
}

const PHASES: [Phase; 5] = [Phase::Greeting, Phase::Ehlo, Phase::Starttls, Phase::Mail, Phase::Rcpt];

/// What it does there.
#[derive(Clone, Copy, Debug)]
enum Trick {
    Silence,
    Close,
    EndlessLines,
    HugeLine,
    Escapes,
    Injection,
    Drip,
    Flood,
}

/// Answers like a mail server up to `phase`, then plays the trick. One thread a connection; they end when the client hangs up.
fn serve(phase: Phase, trick: Trick) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    let port = listener.local_addr().expect("its address").port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || drop(talk(stream, phase, trick)));
        }
    });
    port
}

fn talk(mut stream: TcpStream, phase: Phase, trick: Trick) -> std::io::Result<()> {
    stream.set_write_timeout(Some(Duration::from_secs(20)))?;
    let mut lines = BufReader::new(stream.try_clone()?);
    if phase == Phase::Greeting {
        return play(&mut stream, trick, "220");
    }
    stream.write_all(b"220 mx.example.test ESMTP\r\n")?;
    let mut line = String::new();
    loop {
        line.clear();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let verb = line.get(..4).unwrap_or("").to_ascii_uppercase();
        let (now, answer) = match verb.as_str() {
            "EHLO" => (Phase::Ehlo, "250-mx.example.test\r\n250-STARTTLS\r\n250 SIZE 1000000\r\n"),
            "STAR" if phase == Phase::Starttls => (Phase::Starttls, "220 go\r\n"),
            "STAR" => (Phase::Starttls, "454 4.7.0 TLS not available\r\n"),
            "MAIL" => (Phase::Mail, "250 2.1.0 ok\r\n"),
            "RCPT" => (Phase::Rcpt, "250 2.1.5 ok\r\n"),
            "QUIT" => {
                stream.write_all(b"221 bye\r\n")?;
                return Ok(());
            }
            _ => (Phase::Greeting, "250 ok\r\n"),
        };
        if now == phase {
            return play(&mut stream, trick, if phase == Phase::Starttls { "220" } else { "250" });
        }
        stream.write_all(answer.as_bytes())?;
    }
}

fn play(stream: &mut TcpStream, trick: Trick, code: &str) -> std::io::Result<()> {
    match trick {
        Trick::Silence => wait_for_end(stream),
        Trick::Close => Ok(()),
        Trick::EndlessLines => loop {
            stream.write_all(format!("{code}-more\r\n").as_bytes())?;
        },
        Trick::HugeLine => {
            stream.write_all(format!("{code} ").as_bytes())?;
            let block = vec![b'x'; 1 << 20];
            for _ in 0..64 {
                stream.write_all(&block)?;
            }
            stream.write_all(b"\r\n")
        }
        Trick::Escapes => {
            stream.write_all(format!("{code} \x1b[2J\x1b]0;owned\x07\x1b[31mred\u{9b}5n\u{202e}\r\n").as_bytes())?;
            wait_for_end(stream)
        }
        Trick::Injection => {
            stream.write_all(b"220 go\r\n250-mx.example.test\r\n250 AUTH PLAIN\r\n")?;
            wait_for_end(stream)
        }
        // Whole replies, and no end of them, whatever is asked.
        Trick::Flood => loop {
            stream.write_all(format!("{code} ok\r\n").repeat(1000).as_bytes())?;
        },
        Trick::Drip => loop {
            stream.write_all(b"2")?;
            thread::sleep(Duration::from_millis(200));
        },
    }
}

fn wait_for_end(stream: &mut TcpStream) -> std::io::Result<()> {
    let mut rest = [0; 512];
    while stream.read(&mut rest)? > 0 {}
    Ok(())
}

const DEADLINE: u64 = 6;

struct Outcome {
    what: String,
    took: Duration,
    peak_kib: u64,
    code: Option<i32>,
    output: Vec<u8>,
}

fn check(phase: Phase, trick: Trick) -> Outcome {
    check_as("text", phase, trick)
}

fn check_as(format: &str, phase: Phase, trick: Trick) -> Outcome {
    let port = serve(phase, trick);
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_heloise"))
        .args(["check", "--to", "bob@example.test", "--from", "alice@example.test", "--no-save"])
        .args(["--server", &format!("127.0.0.1:{port}"), "--steps", "recipient,server-status"])
        .args(["--timeout", "1", "--deadline", &DEADLINE.to_string(), "--format", format])
        // Nothing here needs a name: a resolver that cannot be reached must not matter.
        .args(["--resolver", "127.0.0.1:9"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("heloise starts");
    let (mut out, mut err) = (child.stdout.take().expect("stdout"), child.stderr.take().expect("stderr"));
    let reader = thread::spawn(move || {
        let mut all = Vec::new();
        drop(out.read_to_end(&mut all));
        drop(err.read_to_end(&mut all));
        all
    });
    let mut peak_kib = 0;
    let status = loop {
        peak_kib = peak_kib.max(peak(child.id()));
        if let Some(status) = child.try_wait().expect("its status") {
            break status;
        }
        assert!(
            started.elapsed().as_secs() < DEADLINE * 3,
            "{phase:?} {trick:?}: still running long past the deadline"
        );
        thread::sleep(Duration::from_millis(10));
    };
    let output = reader.join().expect("its output");
    Outcome { what: format!("{trick:?} at {phase:?}"), took: started.elapsed(), peak_kib, code: status.code(), output }
}

/// The peak resident size of a process in KiB; 0 where the system does not tell.
fn peak(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn holds(outcome: &Outcome) {
    let Outcome { what, took, peak_kib, code, output } = outcome;
    assert!(took.as_secs_f64() < DEADLINE as f64 + 3.0, "{what}: took {took:?}");
    assert!(*peak_kib < 64 * 1024, "{what}: held {peak_kib} KiB");
    assert!(matches!(code, Some(0..=2)), "{what}: exit {code:?}\n{}", String::from_utf8_lossy(output));
    let text = String::from_utf8_lossy(output);
    let odd = text.chars().find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202a}'..='\u{202e}'));
    assert_eq!(odd, None, "{what}: a control character came through\n{text:?}");
    assert!(!text.trim().is_empty(), "{what}: nothing was said");
}

fn in_every_phase(trick: Trick) {
    let checks: Vec<_> = PHASES.into_iter().map(|phase| thread::spawn(move || check(phase, trick))).collect();
    for outcome in checks {
        holds(&outcome.join().expect("the check"));
    }
}

#[test]
fn silence_in_any_phase_ends_by_the_deadline() {
    in_every_phase(Trick::Silence);
}

#[test]
fn a_connection_closed_in_any_phase_is_a_finding() {
    in_every_phase(Trick::Close);
}

#[test]
fn endless_lines_are_cut_off() {
    in_every_phase(Trick::EndlessLines);
}

#[test]
fn a_line_of_64_mebibytes_is_never_held() {
    in_every_phase(Trick::HugeLine);
}

#[test]
fn no_escape_byte_reaches_the_output() {
    in_every_phase(Trick::Escapes);
}

#[test]
fn no_escape_byte_reaches_any_form_of_the_report() {
    let forms = ["json", "jsonl", "markdown", "html", "nagios", "prometheus"];
    let checks = forms.map(|form| thread::spawn(move || check_as(form, Phase::Rcpt, Trick::Escapes)));
    for outcome in checks {
        holds(&outcome.join().expect("the check"));
    }
}

#[test]
fn answers_that_nobody_asked_for_are_cut_off() {
    in_every_phase(Trick::Flood);
}

#[test]
fn a_reply_that_drips_ends_by_the_deadline() {
    in_every_phase(Trick::Drip);
}

#[test]
fn bytes_injected_after_starttls_are_never_used() {
    let outcome = check(Phase::Starttls, Trick::Injection);
    holds(&outcome);
}
