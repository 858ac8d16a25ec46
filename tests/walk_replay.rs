//! Whatever happens, the entries alone give the same walk again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use heloise::guide::Guide;
use heloise::transcript::{Case, Consent, Entry, EvidenceId, Fact, Finding, Mode, Reply, Role, RunId, Stage, StepId};
use heloise::walk::{Effect, Input, Walk};
use proptest::prelude::*;

const STEPS: [&str; 5] = ["recipient", "connectivity", "blocklists", "escalate", "nowhere"];

static SMALL: LazyLock<Guide> = LazyLock::new(small_guide);
static EMBEDDED: LazyLock<Guide> = LazyLock::new(Guide::embedded);

fn small_guide() -> Guide {
    let step = |id: &str, number: u8, rest: &str| {
        let text = format!(
            "id = \"{id}\"\nnumber = {number}\ntitle = \"{id}\"\nwhy = \"why\"\nsource = \"test\"\n{rest}\n\
             [[branch]]\nid = \"on\"\nto = \"next\"\nbecause = \"nothing was found at {{server}}\"\n"
        );
        (format!("guide/steps/{number:02}-{id}.toml"), text)
    };
    let listed = "[[branch]]\nid = \"listed\"\nwhen = { code = [\"5xx\"], text = \"blocked\" }\nto = \"blocklists\"\n\
                  because = \"{server} said {codes}\"";
    let files = BTreeMap::from([
        step("recipient", 1, &format!("consent = [\"connect\", \"rcpt\"]\nchecks = [\"recipient\"]\n{listed}")),
        step("connectivity", 4, "consent = [\"connect\"]\nchecks = [\"connectivity\", \"firewall\"]"),
        step("blocklists", 11, "checks = [\"blocklists\"]\n[[branch]]\nid = \"sure\"\nwhen = { diagnosis = \"confirmed\" }\nto = \"conclude\"\nbecause = \"{headline}\""),
        step("escalate", 13, ""),
        (
            "guide/start.toml".to_owned(),
            "[[rule]]\nid = \"server\"\ngiven = [\"server\"]\nto = \"connectivity\"\nbecause = \"a server is named\"\n\
             [[rule]]\nid = \"else\"\nto = \"recipient\"\nbecause = \"there is {recipient}\"\n"
                .to_owned(),
        ),
        (
            "guide/findings/all.toml".to_owned(),
            "[[finding]]\nid = \"recipient.rcpt.refused\"\nlevel = \"fail\"\nsays = \"refused\"\nfix = [\"ask\"]\nsource = \"test\"\n\
             weighs = [{ cause = \"blocklist\", db = 25, proof = true }]\n\
             [[finding]]\nid = \"blocklists.unknown\"\nlevel = \"unknown\"\nsays = \"no answer\"\nsource = \"test\"\n"
                .to_owned(),
        ),
    ]);
    Guide::from_files(files).unwrap()
}

fn a_step() -> impl Strategy<Value = StepId> {
    prop::sample::select(&STEPS[..]).prop_map(StepId::new)
}

fn a_reply() -> impl Strategy<Value = Reply> {
    let role = prop::sample::select(vec![Role::Case, Role::Control, Role::Pasted]);
    (prop::sample::select(vec![0u16, 250, 450, 554]), role, "[a-z ]{0,12}|blocked").prop_map(|(code, role, text)| {
        Reply {
            server: "mx1.example.org".to_owned(),
            address: None,
            stage: Some(Stage::Rcpt),
            code,
            enhanced: None,
            text: vec![text],
            rtt_ms: 3,
            tls: false,
            role,
        }
    })
}

fn a_fact(run: RunId) -> impl Strategy<Value = Fact> {
    let evidence = prop::collection::vec((0u32..9).prop_map(EvidenceId), 0..3);
    let ids = vec!["recipient.rcpt.refused", "blocklists.unknown", "never.heard.of"];
    prop_oneof![
        3 => a_reply().prop_map(move |reply| Fact::Received { run, reply }),
        3 => (prop::sample::select(ids), evidence).prop_map(move |(id, evidence)| {
            Fact::Found { run, finding: Finding { evidence, ..Finding::new(id) } }
        }),
        1 => Just(Fact::Probing { run, probe: "a probe".to_owned() }),
        4 => Just(Fact::Ended { run }),
        // What no check may say: it has to be dropped.
        1 => Just(Fact::Cancelled { run }),
        1 => Just(Fact::Started { run, step: StepId::new("recipient"), check: "recipient".to_owned() }),
        1 => Just(Fact::Ended { run: RunId(run.0 + 1) }),
    ]
}

fn an_input() -> impl Strategy<Value = Input> {
    let mode = prop::sample::select(vec![Mode::Guided, Mode::Guided, Mode::Checklist]);
    let consents = prop::collection::vec(prop::sample::select(&Consent::ALL[..]), 0..4);
    prop_oneof![
        1 => mode.prop_map(|mode| Input::Begin { version: "0.1.0".to_owned(), unix_ms: 0, mode }),
        1 => prop::option::of("[a-z]{1,3}@example.org").prop_map(|to| {
            Input::Enter(Box::new(Case { to: to.into_iter().collect(), ..Case::new() }))
        }),
        3 => Just(Input::Start),
        3 => (consents, any::<bool>()).prop_map(|(what, granted)| Input::Consent { what, granted }),
        4 => Just(Input::Follow),
        2 => a_step().prop_map(Input::Open),
        2 => Just(Input::Back),
        2 => a_step().prop_map(Input::Again),
        1 => Just(Input::Cancel),
        20 => (0u32..6).prop_flat_map(|run| {
            let run = RunId(run);
            a_fact(run).prop_map(move |fact| Input::Answer { run, fact: Box::new(fact) })
        }),
        1 => a_step().prop_map(|step| Input::Sign { step, by: "jd".to_owned(), note: String::new() }),
        1 => a_step().prop_map(Input::Skip),
        1 => "[a-z]{0,30}".prop_map(Input::Look),
        1 => Just(Input::Conclude),
    ]
}

fn walk_through(guide: &Guide, inputs: Vec<(u64, Input)>) -> Result<(), TestCaseError> {
    let mut walk = Walk::new();
    let mut started = BTreeSet::new();
    for (now, input) in inputs {
        let before = walk.transcript().entries().len();
        let live: BTreeSet<RunId> = walk.running().into_iter().collect();
        let answered = if let Input::Answer { run, .. } = &input { Some(*run) } else { None };
        for effect in walk.step(guide, now, input) {
            match effect {
                Effect::Run { run, .. } => {
                    prop_assert!(started.iter().all(|r| *r < run), "run ids grow");
                    started.insert(run);
                }
                Effect::Cancel(run) => prop_assert!(live.contains(&run), "only what runs is stopped"),
            }
        }
        if answered.is_some_and(|run| !live.contains(&run)) {
            prop_assert_eq!(walk.transcript().entries().len(), before, "an answer of no live run is dropped");
        }
    }
    let entries = walk.transcript().entries();
    prop_assert!(entries.is_sorted_by_key(|e| e.at), "time does not run backwards");
    for entry in entries {
        if let Fact::Found { finding, run } = &entry.fact {
            for id in &finding.evidence {
                prop_assert_eq!(entries[id.0 as usize].fact.run(), Some(*run), "evidence is of the same run");
            }
        }
    }
    let saved: Vec<String> = entries.iter().map(|e| serde_json::to_string(e).unwrap()).collect();
    let read: Vec<Entry> = saved.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    prop_assert_eq!(&read, entries, "a saved session is read as it was");
    prop_assert_eq!(Walk::replay(&read), walk);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn entries_alone_give_the_same_walk(inputs in prop::collection::vec((0u64..1000, an_input()), 0..60)) {
        walk_through(&SMALL, inputs)?;
    }

    #[test]
    fn so_they_do_with_the_guide_that_is_built_in(inputs in prop::collection::vec((0u64..1000, an_input()), 0..20)) {
        walk_through(&EMBEDDED, inputs)?;
    }
}
