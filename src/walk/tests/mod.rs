//! What a walk promises at each input.

mod answers;
mod branches;
mod checklist;
mod moves;
mod parked;

use std::collections::BTreeMap;

use super::{Effect, Input, Place, StepState, Walk};
use crate::guide::Guide;
use crate::transcript::{Case, Consent, Fact, Finding, Mode, Reply, Role, RunId, Stage, StepId, StepStatus};

const RECIPIENT: &str = r#"
consent = ["connect", "rcpt"]
checks = ["recipient"]
[[branch]]
id = "listed"
when = { code = ["5xx"], text = "blocked using (\\S+)", stage = ["rcpt"] }
to = "blocklists"
because = "{server} answered {codes} and says “{phrase}”"
[[branch]]
id = "typo"
when = { finding = ["recipient.typo"] }
to = "escalate"
because = "{suggestion} may be meant"
[[branch]]
id = "accepted"
when = { code = ["250"] }
to = "dns"
because = "{server} took {recipient} at {stage}"
[[branch]]
id = "enhanced"
when = { enhanced = ["x.1.x"] }
to = "conclude"
because = "{enhanced} speaks of the address"
[[branch]]
id = "rest"
to = "next"
because = "the address looks right"
"#;

const CONNECTIVITY: &str = r#"
consent = ["connect"]
checks = ["connectivity", "firewall"]
[[branch]]
id = "failed"
when = { status = ["fail"] }
to = "escalate"
because = "nothing answers"
[[branch]]
id = "sure"
when = { diagnosis = "confirmed", suspect = ["network"] }
to = "conclude"
because = "{headline}"
[[branch]]
id = "alone"
when = { given = ["to"], lacking = ["server", "user"], finding = ["connectivity.none"] }
to = "escalate"
because = "only an address is given"
[[branch]]
id = "rest"
to = "next"
because = "the way is open"
"#;

const FINDINGS: &str = r#"
[[finding]]
id = "recipient.ok"
level = "ok"
says = "ok"
source = "test"
[[finding]]
id = "recipient.typo"
level = "warn"
says = "typo"
source = "test"
[[finding]]
id = "recipient.none-given"
level = "info"
says = "none"
source = "test"
[[finding]]
id = "recipient.timeout"
level = "unknown"
says = "silence"
source = "test"
[[finding]]
id = "recipient.one-of-many"
level = "unknown"
says = "one is silent"
source = "test"
minor = true
[[finding]]
id = "connectivity.closed"
level = "fail"
says = "closed"
source = "test"
[[finding]]
id = "connectivity.proved"
level = "warn"
says = "It is proved."
source = "test"
weighs = [{ cause = "network", db = 40, proof = true }]
"#;

const START: &str = r#"
[[rule]]
id = "server"
given = ["server"]
lacking = ["to"]
to = "connectivity"
because = "{server} is named"
[[rule]]
id = "nowhere"
given = ["error"]
to = "no-such-step"
because = "never"
[[rule]]
id = "address"
to = "recipient"
because = "mail does not reach {recipient}"
"#;

fn guide() -> Guide {
    let plain =
        |checks: &str| format!("{checks}\n[[branch]]\nid = \"rest\"\nto = \"next\"\nbecause = \"nothing here\"\n");
    let steps = [
        ("recipient", 1, RECIPIENT.to_owned()),
        ("connectivity", 4, CONNECTIVITY.to_owned()),
        ("dns", 9, plain("checks = [\"dns\"]")),
        ("blocklists", 11, plain("checks = [\"blocklists\"]\nconsent = [\"blocklists\"]")),
        ("escalate", 13, plain("")),
    ];
    let head = |id: &str, number: u8| {
        format!("id = \"{id}\"\nnumber = {number}\ntitle = \"{id}\"\nwhy = \"why\"\nsource = \"test\"\n")
    };
    let mut files: BTreeMap<String, String> = steps
        .into_iter()
        .map(|(id, number, rest)| (format!("guide/steps/{number:02}-{id}.toml"), head(id, number) + &rest))
        .collect();
    files.insert("guide/findings/all.toml".to_owned(), FINDINGS.to_owned());
    files.insert("guide/start.toml".to_owned(), START.to_owned());
    Guide::from_files(files).unwrap()
}

/// A walk with its guide and a clock that ticks at each input.
struct Player {
    guide: Guide,
    walk: Walk,
    now: u64,
    effects: Vec<Effect>,
}

impl Player {
    /// Begun, the case entered, nothing allowed yet.
    fn new(mode: Mode) -> Self {
        let mut player = Self { guide: guide(), walk: Walk::new(), now: 0, effects: Vec::new() };
        player.input(Input::Begin { version: "0.1.0".to_owned(), unix_ms: 0, mode });
        let to = vec!["bob@example.org".to_owned()];
        player.input(Input::Enter(Box::new(Case { to, ..Case::new() })));
        player
    }

    /// Guided, everything allowed, started: the recipient step runs as run 0.
    fn started() -> Self {
        let mut player = Self::new(Mode::Guided);
        player.grant(&Consent::ALL);
        player.input(Input::Start);
        player
    }

    fn input(&mut self, input: Input) -> Vec<Effect> {
        self.now += 10;
        let effects = self.walk.step(&self.guide, self.now, input);
        self.effects.extend(effects.clone());
        assert_eq!(Walk::replay(self.walk.transcript().entries()), self.walk);
        effects
    }

    fn grant(&mut self, what: &[Consent]) -> Vec<Effect> {
        self.input(Input::Consent { what: what.to_vec(), granted: true })
    }

    fn answer(&mut self, run: u32, make: impl FnOnce(RunId) -> Fact) -> Vec<Effect> {
        let run = RunId(run);
        self.input(Input::Answer { run, fact: Box::new(make(run)) })
    }

    fn found(&mut self, run: u32, id: &str) {
        self.answer(run, |run| Fact::Found { run, finding: Finding::new(id) });
    }

    fn reply(&mut self, run: u32, code: u16, text: &str) {
        self.answer(run, |run| Fact::Received { run, reply: reply(code, text) });
    }

    fn end(&mut self, run: u32) {
        self.answer(run, |run| Fact::Ended { run });
    }

    fn here(&self) -> &str {
        self.walk.here().map_or("", |s| s.as_str())
    }

    fn state(&self, step: &str) -> StepState {
        self.walk.state_of(&StepId::new(step))
    }

    /// The proposed step, and the rule.
    fn proposed(&self) -> (String, String) {
        let proposal = self.walk.proposal().expect("a proposal");
        (proposal.to.as_ref().map_or("conclude".to_owned(), ToString::to_string), proposal.rule.clone())
    }

    fn len(&self) -> usize {
        self.walk.transcript().entries().len()
    }
}

fn reply(code: u16, text: &str) -> Reply {
    let enhanced = text.split(' ').next().and_then(|word| word.parse().ok());
    Reply {
        server: "mx1.example.org".to_owned(),
        address: None,
        stage: Some(Stage::Rcpt),
        code,
        enhanced,
        text: vec![text.to_owned()],
        rtt_ms: 1,
        tls: false,
        role: Role::Case,
    }
}

fn done(status: StepStatus) -> StepState {
    StepState::Done(status)
}

fn at(step: &str) -> Place {
    Place::Step(StepId::new(step))
}
