//! What a frame costs: a step with its probes, the transcript lens and the diagnosis, after a walk of some 700 entries.
//!
//! A frame has 300 µs at most at 200 by 60: keys have to show at once, over any line.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use divan::Bencher;
use heloise::check::Knowledge;
use heloise::guide::Guide;
use heloise::net::{Real, Trust};
use heloise::run::{Message, SavedSession, Setup};
use heloise::transcript::{
    Case, CommandFact, ConnectFact, ConnectOutcome, Consent, Entry, EvidenceId, Fact, Finding, Mode, Reply, Role,
    RunId, Stage, StepStatus,
};
use heloise::tui::{App, Event, Launch};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use tokio::sync::mpsc::unbounded_channel;

fn main() {
    divan::main();
}

const SIZES: [(u16, u16); 2] = [(80, 24), (200, 60)];

/// A walk over two steps: a dialogue of many replies, and fifty blocklists.
fn entries() -> Vec<Entry> {
    let run = RunId(0);
    let case = Box::new(Case { to: vec!["bob@example.org".to_owned()], ..Case::new() });
    let went = |from: Option<&str>, to: &str| Fact::Went {
        from: from.map(Into::into),
        to: Some(to.into()),
        rule: "bench".to_owned(),
        because: "the listing is confirmed (ZEN 127.0.0.4 and the 554 at RCPT name the same list)".to_owned(),
    };
    let started = |run, step: &str| Fact::Started { run, step: step.into(), check: step.to_owned() };
    let mut facts = vec![
        Fact::Began { version: "0".to_owned(), unix_ms: 1_795_190_405_000, mode: Mode::Guided },
        Fact::Entered { case },
        Fact::Consented { what: Consent::Connect, granted: true },
        went(None, "recipient"),
        started(run, "recipient"),
    ];
    let address = "192.0.2.25:25".parse().expect("an address");
    let server = "mx1.example.org".to_owned();
    let connect = ConnectFact {
        server: server.clone(),
        address,
        local: None,
        outcome: ConnectOutcome::Open,
        reason: None,
        icmp: None,
        ms: 20,
    };
    facts.push(Fact::Connect { run, connect });
    for _ in 0..270 {
        let line = "RCPT TO:<bob@example.org>".to_owned();
        let command =
            CommandFact { server: server.clone(), address, stage: Stage::Rcpt, line, tls: true, role: Role::Case };
        facts.push(Fact::Sent { run, command });
        let text = vec!["Service unavailable; Client host [198.51.100.7] blocked using zen.spamhaus.org".to_owned(); 2];
        let reply = Reply {
            server: server.clone(),
            address: Some(address),
            stage: Some(Stage::Rcpt),
            code: 554,
            enhanced: "5.7.1".parse().ok(),
            text,
            rtt_ms: 31,
            tls: true,
            role: Role::Case,
        };
        facts.push(Fact::Received { run, reply });
    }
    facts.push(Fact::Ended { run });
    facts.push(Fact::StepEnded { step: "recipient".into(), status: StepStatus::Fail });
    let run = RunId(1);
    facts.extend([went(Some("recipient"), "blocklists"), started(run, "blocklists")]);
    let lists: Vec<String> = (0..50).map(|n| format!("list {n}.example.org")).collect();
    facts.extend(lists.iter().map(|l| Fact::Probing { run, probe: l.clone() }));
    for (n, list) in lists.iter().enumerate() {
        let id = if n % 10 == 3 { "blocklists.ip.listed" } else { "blocklists.ip.clean" };
        let finding =
            Finding::new(id).arg("ip", "198.51.100.7").arg("list", list).ends(list, 31).shown_by(EvidenceId(9));
        facts.push(Fact::Found { run, finding });
    }
    facts.push(Fact::Ended { run });
    facts.push(Fact::StepEnded { step: "blocklists".into(), status: StepStatus::Fail });
    facts.push(Fact::Proposed {
        from: "blocklists".into(),
        to: Some("provider".into()),
        rule: "bench".to_owned(),
        because: "the listing is confirmed (ZEN 127.0.0.4 and the 554 at RCPT name the same list)".to_owned(),
    });
    (0..).zip(facts).map(|(at, fact)| Entry { at: at * 7, fact }).collect()
}

/// A step that has read a text of a mebibyte, with the failure at its end.
fn reading() -> Vec<Entry> {
    let line = "Nov 20 16:40:05 mail postfix/qmgr[4711]: 4QXabcd: from=<alice@example.net>, size=900, nrcpt=1 (queue active)\n";
    let mut text = line.repeat((1 << 20) / line.len() - 4);
    text += "Nov 20 16:40:05 mail postfix/smtp[9]: 4QX00001: to=<bob@example.org>, relay=mx1.example.org[192.0.2.25]:25, dsn=5.1.1, status=bounced (host mx1.example.org[192.0.2.25] said: 550 5.1.1 User unknown (in reply to RCPT TO command))\n";
    let run = RunId(0);
    let step = || "error-message".into();
    let facts = vec![
        Fact::Began { version: "0".to_owned(), unix_ms: 1_795_190_405_000, mode: Mode::Guided },
        Fact::Entered { case: Box::new(Case { error: Some(text), ..Case::new() }) },
        Fact::Went { from: None, to: Some(step()), rule: "bench".to_owned(), because: "there is an error".to_owned() },
        Fact::Started { run, step: step(), check: "error-message".to_owned() },
        Fact::Ended { run },
        Fact::StepEnded { step: step(), status: StepStatus::Fail },
    ];
    (0..).zip(facts).map(|(at, fact)| Entry { at: at * 7, fact }).collect()
}

fn bench(bencher: Bencher<'_, '_>, size: (u16, u16), keys: &str) {
    bench_of(bencher, size, keys, entries());
}

fn bench_of(bencher: Bencher<'_, '_>, (width, height): (u16, u16), keys: &str, entries: Vec<Entry>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let _inside = runtime.enter();
    let setup = Setup {
        guide: Arc::new(Guide::embedded()),
        know: Arc::new(Knowledge::default()),
        world: Real::new(None),
        trust: Trust::with_ca(None).expect("trust"),
        store: None,
    };
    let resume = Some(SavedSession { id: "bench".to_owned(), entries });
    let mut app = App::new(Launch { resume, ..Launch::new(setup) }, unbounded_channel().0);
    app.resize(width, height);
    for c in keys.chars() {
        app.handle(Message::Front(Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE))));
    }
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a screen");
    terminal.draw(|frame| app.draw(frame)).expect("a drawing");
    bencher.bench_local(|| terminal.draw(|frame| app.draw(frame)).map(drop));
}

#[divan::bench(args = SIZES)]
fn step(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    bench(bencher, size, "");
}

#[divan::bench(args = SIZES)]
fn step_with_all_rows(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    bench(bencher, size, "z");
}

#[divan::bench(args = SIZES)]
fn transcript_lens(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    bench(bencher, size, "t");
}

#[divan::bench(args = SIZES)]
fn diagnosis(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    bench(bencher, size, "d");
}

#[divan::bench(args = SIZES)]
fn reading_of_a_mebibyte(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    bench_of(bencher, size, "", reading());
}

#[divan::bench(args = SIZES)]
fn paste_of_a_mebibyte(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    // The form of the step, filled with the text that was entered.
    bench_of(bencher, size, "i", reading());
}
