//! Whoever just follows the built-in guide comes to the diagnosis, by no step twice, and is told why at each turn.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use heloise::guide::Guide;
use heloise::transcript::{Case, Consent, Fact, Finding, Mode, Reply, Role, Stage};
use heloise::walk::{Effect, Input, Place, Walk};
use proptest::prelude::*;
use proptest::sample::Index;

static GUIDE: LazyLock<Guide> = LazyLock::new(Guide::embedded);

/// What a check brings: some of its step's findings, some replies.
type Brought = (Vec<Index>, Vec<(Index, Index, String)>);

const CODES: [u16; 8] = [220, 250, 421, 450, 535, 550, 552, 554];

fn texts() -> impl Strategy<Value = String> {
    let known = [
        "5.1.1 user unknown",
        "5.7.1 relay access denied",
        "blocked using zen.spamhaus.org",
        "greylisted, try again later",
        "5.2.2 mailbox full",
        "5.7.26 SPF and DMARC fail",
    ];
    prop_oneof![prop::sample::select(known.to_vec()).prop_map(str::to_owned), "[a-z ]{0,20}"]
}

fn brought() -> impl Strategy<Value = Brought> {
    let reply = (any::<Index>(), any::<Index>(), texts());
    (prop::collection::vec(any::<Index>(), 0..4), prop::collection::vec(reply, 0..3))
}

fn carry_out(guide: &Guide, walk: &mut Walk, effect: &Effect, (findings, replies): &Brought) {
    let Effect::Run { run, step, .. } = effect else { panic!("nothing is to be stopped") };
    let run = *run;
    let mut ids: Vec<&str> =
        guide.findings().map(|f| f.id.as_str()).filter(|id| id.starts_with(step.as_str())).collect();
    ids.sort_unstable();
    let mut facts = Vec::new();
    for (code, stage, text) in replies {
        let enhanced = text.split(' ').next().and_then(|word| word.parse().ok());
        facts.push(Fact::Received {
            run,
            reply: Reply {
                server: "mx1.example.org".to_owned(),
                address: None,
                stage: Some(*stage.get(&Stage::ALL)),
                code: *code.get(&CODES),
                enhanced,
                text: vec![text.clone()],
                rtt_ms: 0,
                tls: false,
                role: Role::Case,
            },
        });
    }
    let ids = findings.iter().filter(|_| !ids.is_empty()).map(|i| *i.get(&ids));
    facts.extend(ids.map(|id| Fact::Found { run, finding: Finding::new(id) }));
    facts.push(Fact::Ended { run });
    for fact in facts {
        walk.step(guide, 0, Input::Answer { run, fact: Box::new(fact) });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn following_ends_at_the_diagnosis(
        given in any::<[bool; 3]>(),
        checklist in any::<bool>(),
        checks in prop::collection::vec(brought(), 40),
    ) {
        let guide = &*GUIDE;
        let mut walk = Walk::new();
        let mode = if checklist { Mode::Checklist } else { Mode::Guided };
        let case = Case {
            to: given[0].then(|| "bob@example.org".to_owned()).into_iter().collect(),
            error: given[1].then(|| "550 no".to_owned()),
            user: given[2].then(|| "alice".to_owned()),
            ..Case::new()
        };
        walk.step(guide, 0, Input::Begin { version: "0.1.0".to_owned(), unix_ms: 0, mode });
        walk.step(guide, 0, Input::Enter(Box::new(case)));
        walk.step(guide, 0, Input::Consent { what: Consent::ALL.to_vec(), granted: true });
        let mut effects = walk.step(guide, 0, Input::Start);
        let mut checks = checks.iter();
        // A checklist runs its first line where it stands: one input more than there are steps.
        for _ in 0..guide.steps().len() + 2 {
            for effect in &effects {
                carry_out(guide, &mut walk, effect, checks.next().unwrap());
            }
            if *walk.place() == Place::Concluded {
                break;
            }
            effects = walk.step(guide, 0, Input::Follow);
        }
        prop_assert_eq!(walk.place(), &Place::Concluded);
        let steps: Vec<_> = walk.path().iter().filter_map(|m| m.to.as_ref()).collect();
        prop_assert_eq!(steps.iter().collect::<BTreeSet<_>>().len(), steps.len(), "no step twice");
        prop_assert!(!checklist || steps.len() == guide.steps().len(), "a checklist leaves nothing out");
        for turn in walk.path() {
            prop_assert!(turn.because.len() > 10 && !turn.because.contains(['{', '}']), "{:?}", turn.because);
        }
        prop_assert_eq!(Walk::replay(walk.transcript().entries()), walk);
    }
}
