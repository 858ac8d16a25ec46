//! One list: asked about its subjects, then put to its own test before a word of it is believed (RFC 5782 §5).

use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use futures_util::future::join_all;

use super::subject::{What, reversed};
use crate::check::Context;
use crate::check::know::Blocklist;
use crate::check::tools::could_not_tell;
use crate::net::RecordType;
use crate::transcript::{DnsFact, DnsOutcome, EvidenceId, Finding};

/// What a list said, as far as it is to be believed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Listed,
    /// Only that mail should not come from there directly.
    Policy,
    Clean,
    Unknown,
    /// One that large receivers use did not tell.
    UnknownThatMatters,
}

/// One answer, for the summary.
pub(super) struct Asked {
    pub(super) list: String,
    pub(super) what: String,
    pub(super) said: Said,
    pub(super) named: bool,
    /// Not even its test entry is there.
    pub(super) absent: bool,
    pub(super) evidence: EvidenceId,
}

/// Why a list is not to be believed: the finding's id, and the argument `why`.
type Doubt = (&'static str, String);

const UNKNOWN: &str = "blocklists.unknown";
const REFUSES: &str = "blocklists.refuses-resolver";
const BROKEN: &str = "blocklists.list-broken";

/// Why a list that lists nothing is not believed.
const MISSING: &str = "its own test entry is missing";

/// Asks a list about subjects of one sort. `named`: a refusal names it, so it matters to the one who refused.
pub(super) async fn ask(cx: &Context, list: &Blocklist, about: Vec<What<'_>>, named: bool) -> Vec<Asked> {
    let began = Instant::now();
    for what in &about {
        cx.rec.probing(&what.label(list));
    }
    let answers = join_all(about.iter().map(async |what| lookup(cx, list, &what.labels()).await)).await;
    // Who does not answer at all is not asked twice more.
    let answered = answers.iter().any(|(answer, _)| doubt(list, answer).is_none());
    let test = if answered { Some(test(cx, list, about[0]).await) } else { None };
    let ms = u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX);
    let mut asked = Vec::new();
    for (what, (answer, evidence)) in about.iter().zip(answers) {
        let verdict = judge(list, &answer, test.as_ref());
        let mut found = Finding::new(verdict.id(what, list.matters, named, cx.case.ip.is_some()))
            .arg("list", &list.name)
            .arg("ip", what.text())
            .arg("removal", &list.removal)
            .arg("cost", &list.cost)
            .shown_by(evidence);
        match &verdict {
            Verdict::Doubt((_, why)) => found = found.arg("why", why).arg("rules", &list.rules),
            Verdict::Listed { meant, .. } => {
                found = found.arg("answer", meant).arg("text", reason(cx, list, what).await);
            }
            Verdict::Clean => {}
        }
        cx.found(found.ends(&what.label(list), ms));
        let absent = matches!(&verdict, Verdict::Doubt((_, why)) if why == MISSING);
        let said = match verdict {
            Verdict::Listed { policy: true, .. } => Said::Policy,
            Verdict::Listed { .. } => Said::Listed,
            Verdict::Clean => Said::Clean,
            Verdict::Doubt(_) if list.matters || named => Said::UnknownThatMatters,
            Verdict::Doubt(_) => Said::Unknown,
        };
        asked.push(Asked { list: list.name.clone(), what: what.text(), said, named, absent, evidence });
    }
    asked
}

enum Verdict {
    Listed { meant: String, policy: bool },
    Clean,
    Doubt(Doubt),
}

impl Verdict {
    fn id(&self, what: &What<'_>, matters: bool, named: bool, given: bool) -> &'static str {
        let is_ip = matches!(what, What::Address(_));
        match (self, is_ip) {
            (Self::Doubt((id, _)), _) => id,
            (Self::Clean, true) => "blocklists.ip.clean",
            (Self::Clean, false) => "blocklists.domain.clean",
            (Self::Listed { policy: true, .. }, true) if (matters || named) && given => "blocklists.ip.policy-given",
            (Self::Listed { policy: true, .. }, true) if matters || named => "blocklists.ip.policy",
            (Self::Listed { policy: true, .. }, true) => "blocklists.ip.policy-minor",
            (Self::Listed { .. }, true) if matters => "blocklists.ip.listed",
            (Self::Listed { .. }, true) if named => "blocklists.ip.listed-named",
            (Self::Listed { .. }, true) => "blocklists.ip.listed-minor",
            (Self::Listed { policy: false, .. }, false) if matters => "blocklists.domain.listed",
            (Self::Listed { policy: false, .. }, false) if named => "blocklists.domain.listed-named",
            (Self::Listed { .. }, false) => "blocklists.domain.listed-minor",
        }
    }
}

/// How the list stood its own test: the entry that has to be there, and the one that must not.
struct Test {
    always: DnsFact,
    never: DnsFact,
}

async fn test(cx: &Context, list: &Blocklist, about: What<'_>) -> Test {
    let entry = |last: u8| match about {
        What::Address(IpAddr::V4(_)) => reversed(Ipv4Addr::new(127, 0, 0, last).into()),
        What::Address(IpAddr::V6(_)) => reversed(Ipv4Addr::new(127, 0, 0, last).to_ipv6_mapped().into()),
        What::Domain(_) if last == 2 => list.test.clone().unwrap_or_else(|| "test".to_owned()),
        What::Domain(_) => list.never.clone().unwrap_or_else(|| "invalid".to_owned()),
    };
    let (listed, clean) = (entry(2), entry(1));
    let (always, never) = tokio::join!(lookup(cx, list, &listed), lookup(cx, list, &clean));
    Test { always: always.0, never: never.0 }
}

async fn lookup(cx: &Context, list: &Blocklist, labels: &str) -> (DnsFact, EvidenceId) {
    cx.net.lookup(&cx.rec, &format!("{labels}.{}", list.zone), RecordType::A).await
}

/// What the list says itself about a listing, in its own words; empty where it says nothing.
async fn reason(cx: &Context, list: &Blocklist, what: &What<'_>) -> String {
    let (answer, _) = cx.net.lookup(&cx.rec, &format!("{}.{}", what.labels(), list.zone), RecordType::TXT).await;
    answer.texts().next().map_or_else(String::new, |text| text.chars().take(REASON).collect())
}

/// Characters kept of a list's own words.
const REASON: usize = 160;

/// An answer that tells nothing about its subject: none came, or one that no sound list gives to a sound question.
fn doubt(list: &Blocklist, answer: &DnsFact) -> Option<Doubt> {
    if let Some(why) = could_not_tell(answer) {
        return Some((if answer.outcome == DnsOutcome::Refused { REFUSES } else { UNKNOWN }, why.to_owned()));
    }
    let codes = codes(list, answer);
    if let Some(code) = codes.iter().find(|c| refuses(c)) {
        return Some((REFUSES, format!("it answered {code}")));
    }
    if let Some(code) = codes.iter().find(|c| list.errors.contains(c)) {
        return Some((UNKNOWN, format!("it answered {code}: the question is not one for it")));
    }
    let outside = codes.iter().find(|c| !c.starts_with("127."));
    outside.map(|code| (BROKEN, format!("it answered {code}")))
}

/// The answers that count: those without the harmless ones.
fn codes(list: &Blocklist, answer: &DnsFact) -> Vec<String> {
    answer.addresses().map(|ip| ip.to_string()).filter(|code| !list.harmless.contains(code)).collect()
}

/// 127.255.255.0/24 is a list's way to say no to whoever asks (spamhaus.org/faqs/dnsbl-usage), and so is 127.0.0.1 at others
/// (uribl.com/refused.shtml): listings begin at 127.0.0.2 (RFC 5782 §2.1).
fn refuses(code: &str) -> bool {
    code.starts_with("127.255.255.") || code == "127.0.0.1"
}

fn judge(list: &Blocklist, answer: &DnsFact, test: Option<&Test>) -> Verdict {
    if let Some(doubt) = doubt(list, answer).or_else(|| test.and_then(|t| fails(list, t, answer))) {
        return Verdict::Doubt(doubt);
    }
    let codes = codes(list, answer);
    if codes.is_empty() {
        return Verdict::Clean;
    }
    if list.explains_all() && codes.iter().all(|code| list.means(code).is_none()) {
        return Verdict::Doubt((UNKNOWN, format!("it answered {}, which it does not explain", codes.join(", "))));
    }
    let meaning = |code: &String| list.means(code).map_or_else(|| code.clone(), |means| format!("{code}, {means}"));
    let meant = codes.iter().map(meaning).collect::<Vec<_>>().join("; ");
    Verdict::Listed { meant, policy: codes.iter().all(|code| list.policy.contains(code)) }
}

/// How a list fails its own test: it lists everything, or nothing, or does not answer us as it answers others.
///
/// A list that has closed, and a resolver that invents answers, list what never is; one that does not know us, or that died
/// quietly, lists nothing (RFC 5782 §5).
fn fails(list: &Blocklist, test: &Test, answer: &DnsFact) -> Option<Doubt> {
    if test.never.outcome == DnsOutcome::Found && !codes(list, &test.never).iter().any(|c| refuses(c)) {
        let harmless = codes(list, &test.never).is_empty();
        return (!harmless).then(|| (BROKEN, "it lists what must not be listed".to_owned()));
    }
    if let Some(doubt) = doubt(list, &test.always) {
        return Some(doubt);
    }
    if test.always.outcome != DnsOutcome::Found {
        return Some((BROKEN, MISSING.to_owned()));
    }
    // A listing needs both halves of the test; that it says no needs only the first.
    let listed = !codes(list, answer).is_empty();
    doubt(list, &test.never).filter(|_| listed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::DnsRecord;

    fn fact(outcome: DnsOutcome, answers: &[&str]) -> DnsFact {
        let records = answers.iter().map(|a| DnsRecord::Address(a.parse().expect("an address"))).collect();
        DnsFact { name: "x".into(), rtype: "A".into(), server: None, outcome, records, ttl: None, detail: None, ms: 0 }
    }

    fn found(answer: &str) -> DnsFact {
        fact(DnsOutcome::Found, &[answer])
    }

    fn none() -> DnsFact {
        fact(DnsOutcome::NxDomain, &[])
    }

    fn list() -> Blocklist {
        let answers = [("127.0.0.2".to_owned(), "spam".to_owned())].into();
        Blocklist { answers, ..Blocklist::default() }
    }

    fn said(list: &Blocklist, answer: &DnsFact, always: DnsFact, never: DnsFact) -> String {
        match judge(list, answer, Some(&Test { always, never })) {
            Verdict::Listed { meant, policy } => format!("listed {meant} {policy}"),
            Verdict::Clean => "clean".to_owned(),
            Verdict::Doubt((id, why)) => format!("{id}: {why}"),
        }
    }

    #[test]
    fn a_list_that_stands_its_test_is_believed() {
        assert_eq!(said(&list(), &found("127.0.0.2"), found("127.0.0.2"), none()), "listed 127.0.0.2, spam false");
        assert_eq!(said(&list(), &none(), found("127.0.0.99"), none()), "clean");
    }

    #[test]
    fn a_list_that_lists_everything_or_nothing_is_not() {
        let all = said(&list(), &found("127.0.0.2"), found("127.0.0.2"), found("127.0.0.2"));
        assert_eq!(all, "blocklists.list-broken: it lists what must not be listed");
        let nothing = said(&list(), &none(), none(), none());
        assert_eq!(nothing, "blocklists.list-broken: its own test entry is missing");
    }

    #[test]
    fn an_answer_that_is_no_listing_is_not_taken_for_one() {
        for (answer, id) in [
            (found("127.255.255.254"), REFUSES),
            (found("127.0.0.1"), REFUSES),
            (fact(DnsOutcome::Refused, &[]), REFUSES),
            (found("203.0.113.9"), BROKEN),
            (fact(DnsOutcome::Timeout, &[]), UNKNOWN),
            (fact(DnsOutcome::ServFail, &[]), UNKNOWN),
        ] {
            let said = said(&list(), &answer, found("127.0.0.2"), none());
            assert!(said.starts_with(id), "{answer:?}: {said}");
        }
    }

    #[test]
    fn a_test_that_gets_no_answer_leaves_a_listing_untold() {
        let silent = || fact(DnsOutcome::Timeout, &[]);
        let said = |answer, always, never| said(&list(), &answer, always, never);
        assert!(said(found("127.0.0.2"), found("127.0.0.2"), silent()).starts_with(UNKNOWN));
        assert!(said(found("127.0.0.2"), silent(), none()).starts_with(UNKNOWN));
        assert!(said(none(), silent(), none()).starts_with(UNKNOWN));
        assert_eq!(said(none(), found("127.0.0.2"), silent()), "clean");
    }

    #[test]
    fn only_answers_that_are_explained_count_where_the_list_says_so() {
        let strict = Blocklist { only_known: true, ..list() };
        assert!(said(&strict, &found("127.0.0.7"), found("127.0.0.2"), none()).starts_with(UNKNOWN));
        assert_eq!(said(&list(), &found("127.0.0.7"), found("127.0.0.2"), none()), "listed 127.0.0.7 false");
    }

    #[test]
    fn a_good_name_is_no_listing_and_a_policy_is_a_weak_one() {
        let list = Blocklist { harmless: vec!["127.0.0.3".into()], policy: vec!["127.0.0.10".into()], ..list() };
        assert_eq!(said(&list, &found("127.0.0.3"), found("127.0.0.2"), found("127.0.0.3")), "clean");
        assert_eq!(said(&list, &found("127.0.0.10"), found("127.0.0.2"), none()), "listed 127.0.0.10 true");
        let both = fact(DnsOutcome::Found, &["127.0.0.10", "127.0.0.2"]);
        assert!(said(&list, &both, found("127.0.0.2"), none()).ends_with("false"));
    }
}
