//! What thinking costs: one answer, a replay, a diagnosis and a choice of branch, on a transcript of 500 entries.
//!
//! An answer has 20 µs at most: answers come while somebody looks at the screen.

use std::collections::BTreeMap;

use divan::{Bencher, black_box};
use heloise::diagnosis::diagnose;
use heloise::guide::Guide;
use heloise::transcript::{Case, Consent, EvidenceId, Fact, Finding, Mode, Reply, Role, RunId, Stage};
use heloise::walk::{Effect, Input, Walk};

fn main() {
    divan::main();
}

const ENTRIES: usize = 500;

fn guide() -> Guide {
    let step = |id: &str, number: u8| {
        let text = format!(
            "id = \"{id}\"\nnumber = {number}\ntitle = \"{id}\"\nwhy = \"why\"\nsource = \"bench\"\nchecks = [\"{id}\"]\n\
             [[branch]]\nid = \"refused\"\nwhen = {{ code = [\"5xx\"], text = \"nobody\", stage = [\"rcpt\"] }}\nto = \"dns\"\n\
             because = \"{{server}} said {{codes}}\"\n\
             [[branch]]\nid = \"rest\"\nto = \"next\"\nbecause = \"nothing here\"\n"
        );
        (format!("guide/steps/{number:02}-{id}.toml"), text)
    };
    let findings = "[[finding]]\nid = \"blocklists.ip.listed\"\nlevel = \"fail\"\nsays = \"{ip} is on {list}.\"\nfix = [\"Ask.\"]\n\
                    source = \"bench\"\nweighs = [{ cause = \"blocklist\", kind = \"ip-listed\", db = 22, proof = true }]\n\
                    [[finding]]\nid = \"blocklists.ip.clean\"\nlevel = \"ok\"\nsays = \"{list} does not name {ip}.\"\nsource = \"bench\"\n\
                    weighs = [{ cause = \"blocklist\", db = -1 }]\n";
    let mut files = BTreeMap::from([step("recipient", 1), step("dns", 9), step("blocklists", 11)]);
    files.insert("guide/findings/blocklists.toml".to_owned(), findings.to_owned());
    files.insert(
        "codes/bench.toml".to_owned(),
        "[[phrase]]\nid = \"bench\"\nby = \"any\"\ntext = \"user unknown\"\ncause = \"address\"\nkind = \"no-such-user\"\ndb = 30\n\
         source = \"bench\"\nsample = \"user unknown\"\n"
            .to_owned(),
    );
    Guide::from_files(files).expect("the guide is sound")
}

fn reply(code: u16) -> Reply {
    Reply {
        server: "mx1.example.org".to_owned(),
        address: "192.0.2.25:25".parse().ok(),
        stage: Some(Stage::Rcpt),
        code,
        enhanced: "5.1.1".parse().ok(),
        text: vec!["user unknown".to_owned(), "ask your postmaster for help".to_owned()],
        rtt_ms: 31,
        tls: true,
        role: Role::Case,
    }
}

/// A walk at the first step, with a live run and so many entries: replies, and findings with evidence.
fn walk(guide: &Guide) -> (Walk, RunId) {
    let mut walk = Walk::new();
    walk.step(guide, 0, Input::Begin { version: "0.1.0".to_owned(), unix_ms: 0, mode: Mode::Guided });
    walk.step(guide, 0, Input::Enter(Box::new(Case { to: vec!["bob@example.org".to_owned()], ..Case::new() })));
    walk.step(guide, 0, Input::Consent { what: Consent::ALL.to_vec(), granted: true });
    let effects = walk.step(guide, 0, Input::Start);
    let Some(Effect::Run { run, .. }) = effects.first().cloned() else { panic!("nothing runs") };
    let mut n = 0u32;
    while walk.transcript().entries().len() < ENTRIES {
        let fact = if n.is_multiple_of(2) {
            Fact::Received { run, reply: reply(if n.is_multiple_of(10) { 550 } else { 250 }) }
        } else {
            let id = if n % 20 == 1 { "blocklists.ip.listed" } else { "blocklists.ip.clean" };
            let finding = Finding::new(id).arg("ip", "192.0.2.7").arg("list", format!("List {n}"));
            Fact::Found { run, finding: finding.shown_by(EvidenceId(n - 1)) }
        };
        walk.step(guide, u64::from(n), Input::Answer { run, fact: Box::new(fact) });
        n += 1;
    }
    (walk, run)
}

#[divan::bench]
fn an_answer_with_a_reply(bencher: Bencher<'_, '_>) {
    let guide = guide();
    let (walk, run) = walk(&guide);
    let answer = || Input::Answer { run, fact: Box::new(Fact::Received { run, reply: reply(550) }) };
    bencher
        .with_inputs(|| (walk.clone(), answer()))
        .bench_refs(|(walk, answer)| walk.step(&guide, 999, std::mem::replace(answer, Input::Follow)));
}

#[divan::bench]
fn the_end_of_a_step(bencher: Bencher<'_, '_>) {
    let guide = guide();
    let (walk, run) = walk(&guide);
    bencher
        .with_inputs(|| walk.clone())
        .bench_refs(|walk| walk.step(&guide, 999, Input::Answer { run, fact: Box::new(Fact::Ended { run }) }));
}

#[divan::bench]
fn a_replay(bencher: Bencher<'_, '_>) {
    let (walk, _) = walk(&guide());
    bencher.bench(|| Walk::replay(black_box(walk.transcript().entries())));
}

#[divan::bench]
fn a_diagnosis(bencher: Bencher<'_, '_>) {
    let guide = guide();
    let (walk, _) = walk(&guide);
    bencher.bench(|| diagnose(&guide, black_box(walk.transcript())));
}

#[divan::bench]
fn other_ways(bencher: Bencher<'_, '_>) {
    let guide = guide();
    let (mut walk, run) = walk(&guide);
    walk.step(&guide, 999, Input::Answer { run, fact: Box::new(Fact::Ended { run }) });
    bencher.bench(|| walk.other_ways(black_box(&guide)));
}
