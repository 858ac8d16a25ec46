//! The top line: what it is about, and what left the machine.

use std::collections::BTreeSet;

use super::super::widget::Head;
use crate::transcript::{ConnectOutcome, Fact, Goal, Mode, Role, Stage, clean_line};
use crate::walk::{StepState, Walk};

/// What the walk is about, in a few words.
pub(in crate::tui) fn about(walk: &Walk) -> String {
    let case = walk.case();
    let server = || case.server.as_ref().map(|s| s.host.clone());
    let recipient = || case.recipient().map(str::to_owned);
    // What a server answers is no name for the case; what was pasted is, where nothing else is known.
    let said = || {
        let reply = walk.transcript().replies().find(|(_, r)| r.role == Role::Pasted)?.1;
        Some(match (reply.code, reply.server.is_empty()) {
            // A text without a code has no name.
            (0, true) => return None,
            (0, false) => format!("a text from {}", reply.server),
            (_, true) => reply.codes(),
            (_, false) => format!("{} from {}", reply.codes(), reply.server),
        })
    };
    let sender = || case.sender_domain().map(str::to_owned);
    let name = match case.goal {
        Goal::Server => server().or_else(sender).or_else(recipient),
        Goal::Settings => server().or_else(recipient),
        _ => recipient().or_else(server),
    };
    clean_line(&name.or_else(said).or_else(sender).unwrap_or_default(), 120)
}

/// The top line of a walk that is `now` milliseconds old.
pub(in crate::tui) fn head(walk: &Walk, steps: usize, now: u64) -> Head {
    let entries = walk.transcript().entries();
    let at =
        if walk.running().is_empty() && walk.parked().is_none() { entries.last().map_or(0, |e| e.at) } else { now };
    let age = clock(at);
    let mut hosts = BTreeSet::new();
    let mut mails = 0;
    let mut signed = BTreeSet::new();
    for entry in entries {
        match &entry.fact {
            Fact::Connect { connect, .. } if connect.outcome == ConnectOutcome::Open => {
                hosts.insert(connect.address.ip());
            }
            Fact::Received { reply, .. }
                if reply.stage == Some(Stage::Message) && reply.address.is_some() && reply.is_positive() =>
            {
                mails += 1;
            }
            Fact::Signed { step, .. } => {
                signed.insert(step);
            }
            _ => {}
        }
    }
    let mode = match walk.mode() {
        Mode::Guided => "guided".to_owned(),
        Mode::Checklist => {
            let own = walk.case().checklist.as_ref().filter(|c| !c.title.is_empty());
            let title = own.map_or_else(String::new, |c| format!(" \"{}\"", clean_line(&c.title, 24)));
            format!("checklist{title} · {} of {steps}", done(walk))
        }
    };
    let mut state = format!("{mode} · {age}");
    if !hosts.is_empty() {
        state += &format!(" · {} asked", count(hosts.len(), "host"));
        state += &if mails == 0 { " · no mail sent".to_owned() } else { format!(" · {} sent", count(mails, "mail")) };
    }
    state += &again(walk, now);
    Head { about: about(walk), state }
}

/// When a step that was put off is looked at again, behind a dot; nothing where none is.
pub(in crate::tui) fn again(walk: &Walk, now: u64) -> String {
    walk.parked().map_or_else(String::new, |p| format!(" · asks again in {}", clock(p.due.saturating_sub(now))))
}

/// How many steps have ended.
fn done(walk: &Walk) -> usize {
    let mut ended = BTreeSet::new();
    for entry in walk.transcript().entries() {
        if let Fact::StepEnded { step, .. } = &entry.fact
            && matches!(walk.state_of(step), StepState::Done(_))
        {
            ended.insert(step);
        }
    }
    ended.len()
}

/// Minutes and seconds.
fn clock(ms: u64) -> String {
    let seconds = ms / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// `1 host`, `2 hosts`.
fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{Consent, Entry, Finding, RETRY_SECS, RunId, StepId, StepStatus};

    #[test]
    fn a_step_that_waits_is_counted_down() {
        let (run, step) = (RunId(0), StepId::new("recipient"));
        let finding = Finding::new("recipient.rcpt.greylisted").arg(RETRY_SECS, 300);
        let facts = [
            Fact::Consented { what: Consent::Rcpt, granted: true },
            Fact::Started { run, step: step.clone(), check: "recipient".to_owned() },
            Fact::Found { run, finding },
            Fact::Ended { run },
            Fact::StepEnded { step, status: StepStatus::Fail },
        ];
        let walk = Walk::replay(&facts.map(|fact| Entry { at: 1000, fact }));
        assert_eq!(head(&walk, 13, 3000).state, "guided · 0:03 · asks again in 4:58");
        assert_eq!(head(&walk, 13, 400_000).state, "guided · 6:40 · asks again in 0:00");
    }
}
