//! What a person waits for on a real terminal: the first frame after the start, and a key while a hundred probes run.
//!
//! The real program, at 80 by 24 on a pseudo-terminal, from the start of its process, or from the write of the key, to the moment when the words
//! are on the screen. The goals are 3 ms and 16 ms. Each number takes in what this side needs to read and to parse the octets.

use std::fs;
use std::net::UdpSocket;
use std::path::Path;
use std::time::{Duration, Instant};

use hickory_resolver::proto::op::Message;
use hickory_resolver::proto::rr::rdata::SOA;
use hickory_resolver::proto::rr::{RData, Record};

#[path = "../tests/pty/terminal.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod terminal;

use terminal::Terminal;

const STARTS: usize = 60;
const KEYS: usize = 30;
/// More lists than there are, so that a hundred are asked at once.
const LISTS: usize = 80;

fn main() {
    let mut starts: Vec<Duration> = (0..STARTS)
        .map(|_| {
            let mut terminal = Terminal::start(&["--no-save"], &[]);
            terminal.sees("Nothing leaves this machine");
            terminal.age()
        })
        .collect();
    tell("first frame after the start", &mut starts);
    let mut keys = keys();
    tell("a key while a hundred probes run", &mut keys);
}

fn tell(what: &str, times: &mut [Duration]) {
    times.sort();
    let ms = |at: usize| times[at].as_secs_f64() * 1000.0;
    let (least, median, most) = (ms(0), ms(times.len() / 2), ms(times.len() - 1));
    println!("{what:<34} {least:>6.2} ms at least, {median:>6.2} median, {most:>6.2} at most ({} times)", times.len());
}

/// Turns the words for admins on and off while the blocklists are asked, none of which answers.
fn keys() -> Vec<Duration> {
    let folder = tempfile::tempdir().expect("a folder");
    write_lists(folder.path());
    let elsewhere = tempfile::tempdir().expect("a folder");
    let runbook = elsewhere.path().join("lists.toml");
    fs::write(&runbook, "title = \"lists\"\n[[step]]\nid = \"blocklists\"\n").expect("a checklist");
    let own = folder.path().to_str().expect("UTF-8");
    let asked = ["start", "--checklist", runbook.to_str().expect("UTF-8"), "--guide-folder", own, "--no-save"];
    let case = ["--ip", "198.51.100.7", "--from", "alice@example.net", "--consent", "blocklists,connect"];
    let resolver = resolver();
    let mut terminal = Terminal::start(&[&asked[..], &case, &["--resolver", &resolver]].concat(), &[]);
    terminal.sees("checklist");
    terminal.send("\r");
    terminal.sees("At work.");
    let mut times = Vec::new();
    for _ in 0..KEYS {
        // A person does not type faster.
        terminal.bytes_within(Duration::from_millis(100));
        let [shown, hidden] = ["a plain words", "a for admins"];
        let shows = if terminal.shown().contains(shown) { hidden } else { shown };
        let pressed = Instant::now();
        terminal.send("a");
        terminal.sees(shows);
        times.push(pressed.elapsed());
    }
    let shown = terminal.shown();
    assert!(shown.contains("At work."), "the probes ended before the keys:\n{shown}");
    times
}

/// The lists of heloise, and as many more as are needed.
fn write_lists(folder: &Path) {
    let known = include_str!("../assets/blocklists.toml");
    let more = (0..LISTS).map(|n| {
        let facts =
            "lists = [\"ipv4\"]\nremoval = \"-\"\ncost = \"-\"\nrules = \"-\"\nsource = \"-\"\nas_of = \"2026-11\"";
        format!("\n[[blocklist]]\nid = \"more-{n}\"\nname = \"More {n}\"\nzone = \"more{n}.example.net\"\n{facts}\n")
    });
    fs::write(folder.join("blocklists.toml"), known.to_owned() + &more.collect::<String>()).expect("the lists");
}

/// A resolver that knows the top-level domains, so that it is believed, and says nothing about any list.
fn resolver() -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let address = socket.local_addr().expect("its address").to_string();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let Ok(question) = Message::from_vec(&buffer[..length]) else { continue };
            let name = question.queries[0].name().clone();
            if name.num_labels() == 1 {
                let mut answer = Message::response(question.metadata.id, question.metadata.op_code);
                answer.add_queries(question.queries.clone());
                let soa = RData::SOA(SOA::new(name.clone(), name.clone(), 1, 3600, 600, 86_400, 60));
                answer.add_answers([Record::from_rdata(name, 300, soa)]);
                let _ = socket.send_to(&answer.to_vec().expect("an answer"), from);
            }
        }
    });
    address
}
