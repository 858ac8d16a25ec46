//! What each rule of the diagnosis promises.

mod certainty;
mod heap;
mod stands;
mod untold;
mod verdict;
mod words;

use std::collections::BTreeMap;

use super::{Diagnosis, Ranked, diagnose};
use crate::guide::Guide;
use crate::transcript::{
    Case, Entry, EvidenceId, Fact, Finding, Reply, Role, RunId, Stage, StepId, StepStatus, Transcript,
};

const CAUSES: &str = r#"
[[cause]]
id = "address"
title = "Address"
says = "The address is at fault."
headline = "Something is wrong with {recipient}."
who = "you"
waiting = "does not help"
fix = ["Ask for the right address."]
step = "recipient"
source = "test"
[[cause.kind]]
id = "no-such-user"
headline = { plain = "{server} knows no {recipient}.", admin = "{server} answered {codes} at {stage}." }
who = "recipient"
fix = ["Check {recipient} letter by letter."]
source = "test"
[[cause.kind]]
id = "mailbox-full"
headline = "The mailbox is full."
who = "recipient"
waiting = "a few days may help"
fix = ["Wait."]
step = "provider"
source = "test"

[[cause]]
id = "blocklist"
title = "Blocklist"
says = "A list names you."
headline = "A list names {ip}."
who = "you"
waiting = "does not help"
fix = ["Stop the spam."]
step = "blocklists"
source = "test"
[[cause.kind]]
id = "ip-listed"
headline = "{ip} is on {list}."
who = "your-provider"
fix = ["Ask {list}."]
source = "test"

[[cause]]
id = "dns"
title = "DNS"
says = "The DNS is at fault."
headline = "Your records are at fault."
who = "you"
waiting = "does not help"
fix = ["Mend them."]
step = "dns"
source = "test"
[[cause.kind]]
id = "no-ptr"
headline = "{ip} has no name."
who = "your-provider"
fix = ["Ask for a PTR."]
source = "test"
[[cause.kind]]
id = "spf-fail"
headline = "SPF does not name {ip}."
who = "you"
fix = ["Add it."]
source = "test"
"#;

const FINDINGS: &str = r#"
[[finding]]
id = "recipient.rcpt.accepted"
level = "ok"
says = "{server} takes the address."
source = "test"
weighs = [{ cause = "address", db = -20 }]
[[finding]]
id = "recipient.rcpt.refused"
level = "fail"
says = "{server} refuses the address."
fix = ["Ask."]
source = "test"
weighs = [{ cause = "address", kind = "no-such-user", db = 8 }]
[[finding]]
id = "recipient.rcpt.control-refused"
level = "fail"
says = "It takes others."
fix = ["Ask."]
source = "test"
weighs = [{ cause = "address", kind = "no-such-user", db = 20, proof = true }]
[[finding]]
id = "recipient.rcpt.all-refused"
level = "warn"
says = "It refuses everybody."
fix = ["Ask."]
source = "test"
weighs = [{ cause = "address", kind = "no-such-user", db = -12, proof = true }]
[[finding]]
id = "recipient.moved"
level = "warn"
says = "It has moved to {to}."
fix = ["Write to {to}."]
who = "you"
leads = true
source = "test"
weighs = [{ cause = "address", kind = "no-such-user", db = 4 }]
[[finding]]
id = "recipient.capitals"
level = "info"
says = "It has capital letters."
fix = ["Try small letters."]
leads = true
source = "test"
weighs = [{ cause = "address", kind = "no-such-user", db = -2 }]
[[finding]]
id = "recipient.typo"
level = "warn"
says = "It looks like a typing error."
fix = ["Look."]
source = "test"
weighs = [{ cause = "address", db = 6 }]
[[finding]]
id = "blocklists.ip.listed"
level = "fail"
says = "{ip} is on {list}."
fix = ["Ask {list}."]
who = "your-provider"
source = "test"
weighs = [{ cause = "blocklist", kind = "ip-listed", db = 22, proof = true }]
[[finding]]
id = "blocklists.ip.clean"
level = "ok"
says = "No list names {ip}."
source = "test"
[[finding]]
id = "blocklists.unknown"
level = "unknown"
says = "{list} did not answer."
source = "test"
minor = true
[[finding]]
id = "dns.ptr.none"
level = "warn"
says = "{ip} has no name."
fix = ["Ask for a PTR."]
source = "test"
weighs = [{ cause = "dns", kind = "no-ptr", db = 12, side = true }]
[[finding]]
id = "dns.spf.fail"
level = "fail"
says = "SPF fails."
fix = ["Mend it."]
source = "test"
weighs = [{ cause = "dns", kind = "spf-fail", db = 16, proof = true }]
[[finding]]
id = "dns.spf.none"
level = "warn"
says = "No SPF."
fix = ["Add it."]
source = "test"
weighs = [{ cause = "dns", kind = "spf-fail", db = 8, side = true }]
[[finding]]
id = "dns.proved"
level = "warn"
says = "The DNS is at fault, one way or another."
fix = ["Look."]
source = "test"
weighs = [{ cause = "dns", db = 22, proof = true }]
[[finding]]
id = "dns.odd"
level = "warn"
says = "Something about the DNS is odd."
fix = ["Look."]
source = "test"
weighs = [{ cause = "dns", db = 5, proof = true }]
[[finding]]
id = "dns.mx.ok"
level = "ok"
says = "The MX are fine."
source = "test"
[[finding]]
id = "dns.timeout"
level = "unknown"
says = "The DNS did not answer about {name}."
source = "test"
weighs = [{ cause = "dns", kind = "spf-fail", db = 14, proof = true }, { cause = "address", db = -30 }]
[[finding]]
id = "connectivity.name.unknown"
level = "unknown"
says = "The host was not found out."
source = "test"
weighs = [{ cause = "dns", kind = "spf-fail", db = 40 }, { cause = "dns", db = 12 }]
[[finding]]
id = "load.host.high"
level = "fail"
says = "This machine has too much to do."
fix = ["Free some {what}."]
source = "test"
[[finding]]
id = "content.odd"
level = "warn"
says = "The message is odd."
fix = ["Look."]
source = "test"
[[finding]]
id = "recipient.seen-alive"
level = "ok"
says = "Mail to it arrived."
source = "test"
weighs = [{ cause = "address", kind = "no-such-user", db = -40 }]
[[finding]]
id = "error-message.not-a-bounce"
level = "info"
says = "This is an automatic answer."
source = "test"
weighs = [{ cause = "not-a-bounce", db = 20 }]
"#;

const CODES: &str = r#"
[[advice]]
id = "moved"
who = "their-provider"
waiting = "helps for once"
fix = ["Ask {server} where {recipient} went."]
source = "test"
[[phrase]]
id = "test-moved"
by = "test"
text = "user has moved"
cause = "address"
kind = "no-such-user"
db = 30
advice = "moved"
source = "test"
sample = "user has moved"
[[phrase]]
id = "test-user-unknown"
by = "test"
text = "user unknown"
cause = "address"
kind = "no-such-user"
db = 30
source = "test"
sample = "user unknown"
[[phrase]]
id = "test-perhaps-unknown"
by = "test"
text = "not here"
cause = "address"
kind = "no-such-user"
db = 8
source = "test"
sample = "not here"
[[phrase]]
id = "test-address"
by = "test"
text = "bad address"
cause = "address"
db = 10
source = "test"
sample = "bad address"
[[phrase]]
id = "test-listed"
by = "test"
text = "blocked using"
cause = "blocklist"
kind = "ip-listed"
db = 30
source = "test"
sample = "blocked using"
[[phrase]]
id = "test-spf"
by = "test"
text = "SPF"
cause = "dns"
kind = "spf-fail"
db = 18
source = "test"
sample = "SPF"
[[phrase]]
id = "test-unclear"
by = "test"
text = "no thanks"
cause = "unclear"
db = 0
source = "test"
sample = "no thanks"
"#;

fn guide() -> Guide {
    let files = [("guide/causes.toml", CAUSES), ("guide/findings/all.toml", FINDINGS), ("codes/test.toml", CODES)];
    Guide::from_files(files.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()).unwrap()
}

/// A transcript being written: findings and replies go to the run that was started last.
#[derive(Default)]
struct Story {
    entries: Vec<Entry>,
    runs: u32,
}

impl Story {
    fn new() -> Self {
        let case = Case { to: vec!["bob@example.org".to_owned()], ..Case::new() };
        Self::default().fact(Fact::Entered { case: Box::new(case) }).run("recipient")
    }

    fn fact(mut self, fact: Fact) -> Self {
        self.entries.push(Entry { at: 0, fact });
        self
    }

    /// Starts a run of the check of that step.
    fn run(mut self, step: &str) -> Self {
        self.runs += 1;
        let run = RunId(self.runs);
        self.fact(Fact::Started { run, step: StepId::new(step), check: step.to_owned() })
    }

    fn ended(self, step: &str, status: StepStatus) -> Self {
        let run = RunId(self.runs);
        let cut_off = matches!(self.entries.last(), Some(Entry { fact: Fact::Cancelled { .. }, .. }));
        let story = if cut_off { self } else { self.fact(Fact::Ended { run }) };
        story.fact(Fact::StepEnded { step: StepId::new(step), status })
    }

    fn found(self, id: &str, args: &[(&str, &str)]) -> Self {
        let run = RunId(self.runs);
        let args: BTreeMap<_, _> = args.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        self.fact(Fact::Found { run, finding: Finding { args, ..Finding::new(id) } })
    }

    /// A finding that rests on one entry, counted from 0.
    fn found_by(self, id: &str, entry: u32) -> Self {
        let run = RunId(self.runs);
        self.fact(Fact::Found { run, finding: Finding::new(id).shown_by(EvidenceId(entry)) })
    }

    fn cancelled(self) -> Self {
        let run = RunId(self.runs);
        self.fact(Fact::Cancelled { run })
    }

    fn says(self, role: Role, code: u16, text: &str) -> Self {
        self.server_says("mx1.example.org", role, code, text)
    }

    fn server_says(self, server: &str, role: Role, code: u16, text: &str) -> Self {
        let run = RunId(self.runs);
        let reply = Reply {
            server: server.to_owned(),
            address: None,
            stage: Some(Stage::Rcpt),
            code,
            enhanced: None,
            text: vec![text.to_owned()],
            rtt_ms: 0,
            tls: false,
            role,
        };
        self.fact(Fact::Received { run, reply })
    }

    /// The last reply came at the greeting.
    fn at_the_greeting(mut self) -> Self {
        if let Some(Entry { fact: Fact::Received { reply, .. }, .. }) = self.entries.last_mut() {
            reply.stage = Some(Stage::Greeting);
        }
        self
    }

    fn live(self, code: u16, text: &str) -> Self {
        self.says(Role::Case, code, text)
    }

    fn pasted(self, code: u16, text: &str) -> Self {
        self.says(Role::Pasted, code, text)
    }

    fn diagnose(self) -> Diagnosis {
        let transcript: Transcript = self.entries.into_iter().collect();
        diagnose(&guide(), &transcript)
    }

    fn top(self) -> Ranked {
        self.diagnose().causes.into_iter().next().expect("a cause")
    }
}

/// The evidence of the nth entry.
fn e(n: u32) -> EvidenceId {
    EvidenceId(n)
}
