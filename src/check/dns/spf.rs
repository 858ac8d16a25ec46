//! SPF of the sending domain (RFC 7208): the record itself, what it costs, and whether it covers the address that sends.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Mutex, PoisonError};

use super::{judged, slim, unanswered};
use crate::check::Context;
use crate::check::spf::{
    Answer, COMFORTABLE, Directive, LOOKUPS, Lookup, Mechanism, Outcome, Question, Record, Spec, StepEnd, Trace, cost,
    is_record, join, looks_like_one, mended, opened, parse, with_address, without,
};
use crate::check::tools::{self, could_not_tell, is_private};
use crate::net::RecordType;
use crate::transcript::{DnsFact, DnsOutcome, DnsRecord, EvidenceId, Finding};

/// The session's DNS, and what was asked of it.
pub(super) struct Asking<'a> {
    cx: &'a Context,
    seen: Mutex<Vec<EvidenceId>>,
}

impl<'a> Asking<'a> {
    pub(super) fn new(cx: &'a Context) -> Self {
        Self { cx, seen: Mutex::default() }
    }

    /// What was asked so far, each once.
    pub(super) fn seen(&self) -> Vec<EvidenceId> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn take<T>(&self, (dns, id): (DnsFact, EvidenceId), read: impl Fn(DnsRecord) -> Option<T>) -> Answer<T> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(id);
        // What is no name is not there (RFC 7208 §4.3).
        let is_no_name = dns.outcome == DnsOutcome::Error && dns.detail.as_deref() == Some("not a name");
        match could_not_tell(&dns) {
            Some(why) if !is_no_name => Answer::Untold(why.to_owned()),
            _ => {
                let found: Vec<T> = dns.records.into_iter().filter_map(read).collect();
                if found.is_empty() { Answer::Nothing } else { Answer::Found(found) }
            }
        }
    }

    async fn ask(&self, name: &str, rtype: RecordType) -> (DnsFact, EvidenceId) {
        self.cx.net.lookup(&self.cx.rec, name, rtype).await
    }
}

impl Lookup for Asking<'_> {
    async fn txt(&self, name: &str) -> Answer<String> {
        let asked = self.ask(name, RecordType::TXT).await;
        self.take(asked, |r| if let DnsRecord::Txt(text) = r { Some(text) } else { None })
    }

    async fn addresses(&self, name: &str, v6: bool) -> Answer<IpAddr> {
        let asked = self.ask(name, if v6 { RecordType::AAAA } else { RecordType::A }).await;
        self.take(asked, |r| if let DnsRecord::Address(ip) = r { Some(ip) } else { None })
    }

    async fn mx(&self, name: &str) -> Answer<String> {
        let (mut dns, id) = self.ask(name, RecordType::MX).await;
        dns.records.sort_by_key(|r| if let DnsRecord::Mx { preference, .. } = r { *preference } else { 0 });
        self.take((dns, id), |r| if let DnsRecord::Mx { host, .. } = r { Some(host) } else { None })
    }

    async fn ptr(&self, ip: IpAddr) -> Answer<String> {
        let asked = self.cx.net.reverse(&self.cx.rec, ip).await;
        self.take(asked, |r| if let DnsRecord::Ptr(name) = r { Some(name) } else { None })
    }
}

/// What is known of the record, for every finding about it.
struct About<'a> {
    cx: &'a Context,
    domain: &'a str,
    evidence: EvidenceId,
    label: String,
    ms: u32,
}

impl About<'_> {
    fn found(&self, id: &str) -> Finding {
        let desk = Finding::new(id).arg("desk", "SPF").arg("domain", self.domain).arg("owner", self.domain);
        desk.shown_by(self.evidence).ends(&self.label, self.ms)
    }
}

/// The address to judge, where one is known that others can see.
pub(super) fn sending_address(cx: &Context) -> Option<IpAddr> {
    tools::sending_address(cx).filter(|ip| !is_private(*ip))
}

/// Looks at the record of the sending domain. Returns what it says of the address that sends, where both are known.
pub(super) async fn record(cx: &Context, domain: &str) -> Option<Outcome> {
    let label = format!("SPF {domain}");
    cx.rec.probing(&label);
    let (txt, evidence) = cx.net.lookup(&cx.rec, domain, RecordType::TXT).await;
    if unanswered(cx, &txt, evidence, &label).await {
        return Some(Outcome::TempError);
    }
    let about = About { cx, domain, evidence, label, ms: txt.ms };
    if let Some(old) = txt.texts().find(|t| t.get(..7).is_some_and(|v| v.eq_ignore_ascii_case("spf2.0/"))) {
        cx.found(about.found("dns.spf.sender-id").arg("record", old));
    }
    let records: Vec<&str> = txt.texts().filter(|t| is_record(t)).collect();
    match records.as_slice() {
        [] => {
            none(&about, &txt).await;
            Some(Outcome::None)
        }
        [one] => single(&about, one).await,
        many => {
            let found = about.found("dns.spf.multiple").arg("count", many.len());
            cx.found(found.arg("record", many.join(" | ")).arg("instead", join(many)));
            Some(Outcome::PermError)
        }
    }
}

/// No record: one that was meant as such, or what a first one could be.
async fn none(about: &About<'_>, txt: &DnsFact) {
    if let Some(almost) = txt.texts().find(|t| looks_like_one(t)) {
        let bare = almost.trim_matches(['"', '\'', ' ', '\u{fffd}', '“', '”', '\\']);
        let terms = bare.split_once(char::is_whitespace).map_or("", |(_, terms)| terms);
        let record = format!("v=spf1 {terms}").trim_end().to_owned();
        let faults = parse(&record).err().unwrap_or_default();
        let instead = mended(&record, &faults).unwrap_or(record);
        about.cx.found(about.found("dns.spf.almost").arg("record", almost).arg("instead", instead));
        return;
    }
    let (mx, _) = about.cx.net.lookup(&about.cx.rec, about.domain, RecordType::MX).await;
    let takes_mail = mx.records.iter().any(|r| matches!(r, DnsRecord::Mx { host, .. } if !host.is_empty()));
    let first = if takes_mail { "v=spf1 mx ~all" } else { "v=spf1 ~all" };
    let instead = sending_address(about.cx).map_or_else(|| first.to_owned(), |ip| with_address(first, ip).0);
    about.cx.found(about.found("dns.spf.none").arg("instead", instead));
}

async fn single(about: &About<'_>, text: &str) -> Option<Outcome> {
    let record = match parse(text) {
        Ok(record) => record,
        Err(faults) => {
            let instead = mended(text, &faults);
            for fault in &faults {
                let id = if instead.is_some() { "dns.spf.bad-clear" } else { "dns.spf.bad" };
                let rule = format!("spf.{}", fault.rule);
                let says = about.cx.know.records.get(&rule).cloned().unwrap_or(rule);
                let found = about.found(id).arg("record", text).arg("term", &fault.term);
                let found = found.arg("column", fault.column).arg("fault", says);
                about.cx.found(found.arg("instead", instead.clone().unwrap_or_default()));
            }
            return Some(Outcome::PermError);
        }
    };
    notes(about, text, &record);
    let asking = Asking::new(about.cx);
    // Words with macros in them stand where only a real refusal tells (RFC 7208 §6.2).
    if let Some(Spec(to)) = record.exp.filter(|Spec(to)| !to.contains('%'))
        && matches!(asking.txt(to).await, Answer::Nothing)
    {
        about.cx.found(about.found("dns.spf.no-words").arg("record", text).arg("to", to));
    }
    let whole = cost(&asking, &question(about, sending_address(about.cx))).await;
    let ip = sending_address(about.cx);
    let trace = match ip {
        Some(ip) => Some(crate::check::spf::check_host(&asking, &question(about, Some(ip))).await),
        None => None,
    };
    let shown = |id: &str| {
        let mut found = about.found(id).arg("record", text);
        found.evidence.extend(asking.seen());
        found.evidence.sort_unstable();
        found.evidence.dedup();
        found
    };
    if let Some(found) = judged::broken(&whole, about.domain, &shown, &about.cx.know) {
        if whole.lookups > LOOKUPS && found.id != "dns.spf.loop" {
            let (instead, after) = slim::slimmed(&asking, about.domain, text, &record, whole.lookups).await;
            let found = found.arg("tree", judged::tree(&whole)).arg("costs", judged::costs(&whole));
            // What is still too much is no record to publish.
            about.cx.found(if after > LOOKUPS {
                Finding { id: "dns.spf.far-too-many-lookups".to_owned(), ..found }
            } else {
                found.arg("instead", instead).arg("after", after)
            });
        } else {
            about.cx.found(found);
        }
    } else if trace.as_ref().is_none_or(|t| t.outcome != Outcome::PermError) {
        // What breaks it for one address shows in the verdict on that.
        about.cx.found(shown("dns.spf.ok").arg("lookups", whole.lookups));
        let void: Vec<&str> = whole.steps.iter().filter(|s| s.end == StepEnd::Void).map(|s| s.term.as_str()).collect();
        if !void.is_empty() {
            about.cx.found(shown("dns.spf.void").arg("terms", void.join(" ")).arg("count", void.len()));
        }
    }
    let (ip, trace) = ip.zip(trace)?;
    Some(covers(about, text, (ip, trace), &asking, &whole).await)
}

/// Whose mail it is: the sender where it is of that domain.
fn question<'a>(about: &'a About<'_>, ip: Option<IpAddr>) -> Question<'a> {
    let own = |from: &&str| from.rsplit_once('@').is_some_and(|(_, d)| d.eq_ignore_ascii_case(about.domain));
    let sender = about.cx.case.from.as_deref().filter(own).unwrap_or(about.domain);
    let now = about.cx.net.world().unix_seconds();
    let helo = about.cx.case.helo.as_deref().unwrap_or(about.domain);
    Question { ip: ip.unwrap_or(Ipv4Addr::UNSPECIFIED.into()), domain: about.domain, sender, helo, now }
}

/// Says whether the address may send, for the sender's domain and for the HELO name.
async fn covers(
    about: &About<'_>,
    text: &str,
    (ip, trace): (IpAddr, Trace),
    asking: &Asking<'_>,
    whole: &Trace,
) -> Outcome {
    let (instead, term) = with_address(&opened(text), ip);
    let mut found =
        judged::verdict(&trace, about.found("dns.spf.unknown").arg("record", text).arg("ip", ip), &about.cx.know);
    // What is wrong with the record was told already.
    if let Some(mut found) = found.take().filter(|f| f.id != whole_fault(whole, about.domain, about.cx)) {
        found.evidence.extend(asking.seen());
        found.evidence.sort_unstable();
        found.evidence.dedup();
        if matches!(trace.outcome, Outcome::Fail | Outcome::SoftFail | Outcome::Neutral) {
            found = found.arg("missing", term).arg("instead", instead);
        }
        about.cx.found(found);
    }
    if let Some(words) = trace.explanation.filter(|w| !w.trim().is_empty()) {
        about.cx.found(about.found("dns.spf.words").arg("text", crate::transcript::clean_line(&words, 300)));
    }
    helo(about, ip).await;
    trace.outcome
}

fn whole_fault(whole: &Trace, domain: &str, cx: &Context) -> String {
    judged::broken(whole, domain, &Finding::new, &cx.know).map(|f| f.id).unwrap_or_default()
}

/// RFC 7208 §2.3: the HELO name is judged, too, where it has a record.
async fn helo(about: &About<'_>, ip: IpAddr) {
    let cx = about.cx;
    let Some(name) = cx.case.helo.as_deref().filter(|n| n.contains('.') && !n.starts_with('[')) else { return };
    let name = name.trim_end_matches('.');
    let asking = Asking::new(cx);
    let sender = format!("postmaster@{name}");
    let now = cx.net.world().unix_seconds();
    let trace =
        crate::check::spf::check_host(&asking, &Question { ip, domain: name, sender: &sender, helo: name, now }).await;
    if let Some(id) = judged::helo(trace.outcome) {
        let mut found = Finding::new(id).arg("name", name).arg("ip", ip).arg("desk", "SPF").arg("owner", name);
        found.evidence = asking.seen();
        cx.found(found.arg("way", trace.way()).arg("result", trace.outcome));
    }
}

/// Modifiers of later documents, which some receivers know (RFC 6652 §3).
const KNOWN_MODIFIERS: [&str; 3] = ["ra", "rp", "rr"];

/// The record without the last place where a term stands.
fn without_the_last(text: &str, term: &str) -> String {
    let mut terms: Vec<&str> = text.split(' ').collect();
    if let Some(at) = terms.iter().rposition(|t| *t == term) {
        terms.remove(at);
    }
    terms.join(" ")
}

/// What works as written, and may not be what was meant.
fn notes(about: &About<'_>, text: &str, record: &Record<'_>) {
    let found = |id: &str| about.found(id).arg("record", text);
    if record.directives.iter().any(|d| d.mechanism == Mechanism::All && d.text.trim_start_matches('+').len() == 3) {
        about.cx.found(found("dns.spf.open").arg("instead", opened(text)));
    }
    const MECHANISMS: [&str; 8] = ["all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"];
    for term in &record.ignored {
        if MECHANISMS.iter().any(|m| term.name.eq_ignore_ascii_case(m)) {
            let right = term.text.replacen('=', ":", 1);
            let instead: Vec<&str> = text.split(' ').map(|t| if t == term.text { right.as_str() } else { t }).collect();
            about.cx.found(found("dns.spf.ignored").arg("term", term.text).arg("instead", instead.join(" ")));
        } else if !KNOWN_MODIFIERS.iter().any(|m| term.name.eq_ignore_ascii_case(m)) {
            about.cx.found(found("dns.spf.unknown-modifier").arg("term", term.text));
        }
    }
    let twice = |(at, d): (usize, &Directive<'_>)| record.directives[..at].iter().any(|b| b.text == d.text);
    let again: Vec<&str> =
        record.directives.iter().enumerate().filter(|(at, d)| twice((*at, d))).map(|(_, d)| d.text).collect();
    if !again.is_empty() {
        let instead = again.iter().fold(text.to_owned(), |left, term| without_the_last(&left, term));
        about.cx.found(found("dns.spf.twice").arg("terms", again.join(" ")).arg("instead", instead));
    }
    let all = record.directives.iter().position(|d| d.mechanism == Mechanism::All);
    let behind: Vec<&str> = all.map_or(&[][..], |at| &record.directives[at + 1..]).iter().map(|d| d.text).collect();
    if !behind.is_empty() {
        let (end, rest) = (record.directives[all.unwrap_or_default()].text, without(text, &[]));
        let moved = format!("{} {end}", without(&rest, &[end]));
        about.cx.found(found("dns.spf.behind-all").arg("terms", behind.join(" ")).arg("instead", moved));
    } else if all.is_some() && record.redirect.is_some() {
        let redirect = format!("redirect={}", record.redirect.map_or("", |Spec(to)| to));
        let instead = without(text, &[&redirect]);
        about.cx.found(found("dns.spf.behind-all").arg("terms", redirect).arg("instead", instead));
    }
    if all.is_none() && record.redirect.is_none() {
        about.cx.found(found("dns.spf.no-end").arg("instead", format!("{} ~all", text.trim_end())));
    }
    let ptr: Vec<&str> =
        record.directives.iter().filter(|d| matches!(d.mechanism, Mechanism::Ptr(_))).map(|d| d.text).collect();
    if !ptr.is_empty() {
        about.cx.found(found("dns.spf.ptr").arg("term", ptr.join(" ")).arg("instead", without(text, &ptr)));
    }
    if text.len() > COMFORTABLE {
        about.cx.found(found("dns.spf.long").arg("length", text.len()));
    }
}
