//! What an answer to RCPT says, held against that to a name which cannot exist: refused, put off, taken, or not about this recipient at all.

use crate::check::Context;
use crate::net::{Dialogue, Heard};
use crate::reading::{Certainty, Meaning, seconds};
use crate::transcript::{Finding, RETRY_SECS};

/// What the pair of answers says: the real address, and a random one in the same session.
pub(super) fn judged(cx: &Context, real: &Heard, control: Option<&Heard>, wants_login: bool) -> Finding {
    let positive = |h: &Heard| h.reply.is_positive();
    let id = match (&real.reply.code, control) {
        (200..400, Some(c)) if positive(c) => "recipient.rcpt.catch-all",
        (200..400, Some(c)) if (500..600).contains(&c.reply.code) => "recipient.rcpt.control-refused",
        (200..400, _) => "recipient.rcpt.accepted",
        // Greylisting says so. Where nothing does, a name that is refused at once beside this one tells that it is known.
        (400..500, Some(c)) if unsaid(cx, real) && (500..600).contains(&c.reply.code) => {
            "recipient.rcpt.deferred-alone"
        }
        (400..500, _) if greylists(cx, real) => "recipient.rcpt.greylisted",
        (400..500, _) => "recipient.rcpt.deferred",
        // The same words for an address that cannot exist: the refusal is not about this recipient, unless it says that it is.
        (_, Some(c))
            if c.reply.code == real.reply.code && c.reply.enhanced == real.reply.enhanced && !names_user(cx, real) =>
        {
            if wants_login {
                "recipient.rcpt.login-first"
            } else {
                "recipient.rcpt.all-refused"
            }
        }
        _ => "recipient.rcpt.refused",
    };
    let mut finding = of_reply(id, real);
    if let Some(control) = control {
        finding = finding.arg("control", control.reply.codes()).shown_by(control.evidence);
    }
    if id == "recipient.rcpt.greylisted" { put_off(cx, real, finding) } else { finding }
}

pub(super) fn of_reply(id: &str, real: &Heard) -> Finding {
    Finding::new(id).arg("codes", real.reply.codes()).arg("text", real.reply.joined()).shown_by(real.evidence)
}

/// What is waited for where a server does not say how long: what most greylisting is set to (postgrey(8), `--delay`).
const USUAL_WAIT: u64 = 300;
/// Greylisting counts to the second, and so do clocks: a little more is waited.
const SPARE: u64 = 2;

fn greylists(cx: &Context, heard: &Heard) -> bool {
    cx.reader.reply(&heard.reply).kind.as_deref() == Some("greylisting")
}

/// Whether the server gave no reason that anybody knows: what is read then is a guess from the code. That there is no such user is none
/// for a later try.
fn unsaid(cx: &Context, heard: &Heard) -> bool {
    let read = cx.reader.reply(&heard.reply);
    read.phrase.is_none() || read.cause == "address" && read.certainty < Certainty::Likely
}

/// What the refusal of all of them says besides: that it is by a rule, and not about the address that it names; or that the server which
/// the domain names does not take mail for it.
pub(super) fn not_about_the_address(cx: &Context, real: &Heard, domain: &str) {
    let read = cx.reader.reply(&real.reply);
    let id = match (read.cause.as_str(), read.kind.as_deref()) {
        ("address", None) => "recipient.rcpt.by-a-rule",
        (_, Some("relay-denied")) if cx.case.server.is_none() => "recipient.rcpt.not-served",
        _ => return,
    };
    let found = Finding::new(id).arg("server", &real.reply.server).arg("domain", domain);
    cx.found(found.arg("codes", real.reply.codes()).shown_by(real.evidence));
}

/// A first refusal by greylisting is to be asked about again after the wait; one that comes after the wait is not.
fn put_off(cx: &Context, heard: &Heard, finding: Finding) -> Finding {
    let asked = cx.reader.reply(&heard.reply).args.get("wait").and_then(|w| seconds(w).map(|s| (w.clone(), s)));
    let (wait, secs) = asked.unwrap_or_else(|| ("5 minutes".to_owned(), USUAL_WAIT));
    let finding = finding.arg("wait", wait);
    let again = cx.seen.findings().any(|(_, f)| f.id == finding.id && f.args.contains_key(RETRY_SECS));
    if again {
        return Finding { id: "recipient.rcpt.greylisted-still".to_owned(), ..finding };
    }
    finding.arg(RETRY_SECS, secs + SPARE)
}

/// The greylisting of this session that put this address off.
pub(super) fn put_off_before(cx: &Context, address: &str) -> Option<Finding> {
    let before = cx.seen.findings().map(|(_, f)| f).find(|f| f.id == "recipient.rcpt.greylisted")?;
    before.args.get("address").is_some_and(|a| a.eq_ignore_ascii_case(address)).then(|| before.clone())
}

/// It was greylisting: the same question, answered otherwise after a wait.
pub(super) fn passed(before: &Finding, real: &Heard, address: &str) -> Finding {
    let codes = before.args.get("codes").cloned().unwrap_or_default();
    Finding::new("recipient.rcpt.greylist-passed")
        .arg("server", &real.reply.server)
        .arg("address", address)
        .arg("before", codes)
        .arg("codes", real.reply.codes())
        .shown_by(real.evidence)
}

/// Whether a login that was not made may be what is missing: the server that was entered offers one, and its words name nothing else.
pub(super) fn wants_login(cx: &Context, dialogue: &Dialogue, refusal: &Heard) -> bool {
    cx.case.server.is_some()
        && cx.case.user.is_none()
        && dialogue.capabilities().has("AUTH")
        && cx.reader.reply(&refusal.reply).certainty < Certainty::Confirmed
}

/// Whether the enhanced status code speaks of the mailbox itself (RFC 3463 §3.2, §3.3), or the words do so plainly.
fn names_user(cx: &Context, heard: &Heard) -> bool {
    let plainly = |m: &Meaning| m.cause == "address" && m.certainty >= Certainty::Likely;
    heard.reply.enhanced.is_some_and(|e| matches!((e.subject, e.detail), (1, 1 | 2 | 6 | 10) | (2, _)))
        || (heard.reply.enhanced.is_none() && plainly(&cx.reader.reply(&heard.reply)))
}

/// Words that may mean the name or the whole domain, where the postmaster of the same domain is welcome: then they mean the name.
pub(super) fn served(cx: &Context, real: &Heard, (postmaster, address): (&Heard, &str), verdict: Finding) -> Finding {
    if !postmaster.reply.is_positive() || cx.reader.reply(&real.reply).cause != "address" {
        return verdict;
    }
    let found = Finding::new("recipient.rcpt.domain-served").arg("server", &real.reply.server).arg("address", address);
    cx.found(found.arg("codes", real.reply.codes()).shown_by(real.evidence).shown_by(postmaster.evidence));
    Finding { id: "recipient.rcpt.refused".to_owned(), ..verdict }
}
