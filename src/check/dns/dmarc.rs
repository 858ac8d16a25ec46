//! DMARC: the policy of a From domain, found by walking up the tree (RFC 9989 §4.10), and who is told of it.

use futures_util::future::join_all;

use super::dmarc_record::{Read, gentler, plausible, read, rebuilt};
use super::unanswered;
use crate::check::Context;
use crate::check::tools::could_not_tell;
use crate::net::RecordType;
use crate::transcript::{DnsFact, DnsOutcome, EvidenceId, Finding, clean_line};

/// Questions on the way up (RFC 9989 §4.10).
const STEPS: usize = 8;

/// The policy that holds for a domain.
pub(super) struct Policy {
    /// `none`, `quarantine` or `reject`.
    pub(super) policy: String,
    pub(super) strict_spf: bool,
    pub(super) strict_dkim: bool,
    pub(super) evidence: Vec<EvidenceId>,
}

/// The names that are asked, from the domain itself upwards: of long ones, not every label.
fn names(domain: &str) -> Vec<String> {
    let labels: Vec<&str> = domain.split('.').collect();
    let mut from = vec![0];
    let first = if labels.len() > STEPS { labels.len() - (STEPS - 1) } else { 1 };
    from.extend(first..labels.len());
    from.iter().map(|at| labels[*at..].join(".")).collect()
}

/// The registered domain above, as it was found before the tree walk (RFC 7489 §3.2).
pub(super) fn organization(domain: &str) -> String {
    psl::domain_str(domain).unwrap_or(domain).to_ascii_lowercase()
}

/// What stands at one name of the way.
struct Stop {
    name: String,
    dns: DnsFact,
    evidence: EvidenceId,
    records: Vec<String>,
}

/// Looks for the policy, and says what is wrong with it.
pub(super) async fn policy(cx: &Context, domain: &str) -> Option<Policy> {
    let label = format!("DMARC {domain}");
    cx.rec.probing(&label);
    let stops = join_all(names(domain).into_iter().map(async |name| {
        let (dns, evidence) = cx.net.lookup(&cx.rec, &format!("_dmarc.{name}"), RecordType::TXT).await;
        let mut records: Vec<String> = dns.texts().filter(|t| plausible(t)).map(str::to_owned).collect();
        // What does not begin as a record does is left out before they are counted (RFC 9989 §4.10.1).
        if records.iter().filter(|t| t.starts_with("v=DMARC1")).count() == 1 {
            records.retain(|t| t.starts_with("v=DMARC1"));
        }
        Stop { name, dns, evidence, records }
    }));
    let stops = stops.await;
    for (at, stop) in stops.iter().enumerate() {
        if unanswered_on_the_way(cx, &stops, at, &label).await {
            return None;
        }
        let found = |id: &str| {
            let desk = Finding::new(id).arg("desk", "DMARC").arg("owner", format!("_dmarc.{}", stop.name));
            desk.arg("domain", domain).arg("name", &stop.name).shown_by(stop.evidence).ends(&label, stop.dns.ms)
        };
        let others: Vec<&str> = stop.dns.texts().filter(|t| !stop.records.iter().any(|r| r == t)).collect();
        if at == 0 && !others.is_empty() {
            cx.found(found("dns.dmarc.other-text").arg("record", clean_line(&others.join(" | "), 300)));
        }
        match stop.records.as_slice() {
            [] => {}
            [one] => return single(cx, domain, at, &stops, one, &found).await,
            many => {
                let found = found("dns.dmarc.multiple").arg("count", many.len());
                let (instead, meant) = gentler(&rebuilt(&many[0]).unwrap_or_else(|| many[0].clone()));
                cx.found(found.arg("record", many.join(" | ")).arg("instead", instead).arg("meant", then(&meant)));
                return None;
            }
        }
    }
    let top = organization(domain);
    if misplaced(cx, domain, &top, &label).await {
        return None;
    }
    let instead = format!("v=DMARC1; p=none; rua=mailto:postmaster@{top}");
    let mut found = Finding::new("dns.dmarc.none").arg("desk", "DMARC").arg("owner", format!("_dmarc.{top}"));
    found.evidence = stops.iter().map(|s| s.evidence).collect();
    cx.found(found.arg("domain", domain).arg("name", top).arg("instead", instead).ends(&label, stops[0].dns.ms));
    None
}

/// Whether the record stands at the domain itself, where nobody looks for it; and says so.
async fn misplaced(cx: &Context, domain: &str, top: &str, label: &str) -> bool {
    for name in [domain, top] {
        let (txt, evidence) = cx.net.lookup(&cx.rec, name, RecordType::TXT).await;
        if let Some(record) = txt.texts().find(|t| t.starts_with("v=DMARC1")) {
            let found = Finding::new("dns.dmarc.misplaced").arg("desk", "DMARC").arg("owner", format!("_dmarc.{name}"));
            let (instead, meant) = gentler(record);
            let found = found.arg("domain", domain).arg("name", name).arg("record", record).arg("instead", instead);
            let found = found.arg("meant", then(&meant));
            cx.found(found.shown_by(evidence).ends(label, txt.ms));
            return true;
        }
    }
    false
}

/// What to put back once reports tell that the domain's own mail passes.
fn then(meant: &str) -> &str {
    if meant.is_empty() { "p=quarantine" } else { meant }
}

/// Says that a name of the way was not answered. At the top of the tree that matters to nobody.
async fn unanswered_on_the_way(cx: &Context, stops: &[Stop], at: usize, label: &str) -> bool {
    let is_top = at > 0 && at + 1 == stops.len();
    !is_top && unanswered(cx, &stops[at].dns, stops[at].evidence, label).await
}

async fn single(
    cx: &Context,
    domain: &str,
    at: usize,
    stops: &[Stop],
    text: &str,
    found: &(dyn Fn(&str) -> Finding + Sync),
) -> Option<Policy> {
    let record = match read(text) {
        Ok(record) => record,
        Err(faults) => {
            let instead = rebuilt(text).map(|record| gentler(&record));
            for fault in &faults {
                let says = cx.know.records.get(fault.rule).cloned().unwrap_or_else(|| fault.rule.to_owned());
                let id = if instead.is_some() { "dns.dmarc.bad-clear" } else { "dns.dmarc.bad" };
                let found = found(id).arg("record", text).arg("term", &fault.term).arg("column", fault.column);
                let (instead, meant) = instead.clone().unwrap_or_default();
                cx.found(found.arg("fault", says).arg("instead", instead).arg("meant", then(&meant)));
            }
            return None;
        }
    };
    let stop = &stops[at];
    // RFC 9989 §4.10.1: `sp` is for names below, `np` for those that do not exist.
    let exists = at == 0 || cx.net.lookup(&cx.rec, domain, RecordType::MX).await.0.outcome != DnsOutcome::NxDomain;
    let policy = if at == 0 { record.policy.clone() } else { record.below(exists) };
    let said = found("dns.dmarc.ok").arg("record", text).arg("policy", &policy).arg("published", format!("p={policy}"));
    cx.found(said);
    if at > 0 {
        cx.found(found("dns.dmarc.inherited").arg("policy", &policy));
    }
    if at > 0 && stop.name != organization(domain) {
        cx.found(found("dns.dmarc.differs").arg("top", organization(domain)));
    }
    if record.implied {
        let rest = text.split_once(';').map_or("", |(_, rest)| rest.trim());
        cx.found(found("dns.dmarc.no-policy").arg("record", text).arg("instead", format!("v=DMARC1; p=none; {rest}")));
    }
    if record.testing {
        cx.found(found("dns.dmarc.testing").arg("policy", &policy));
    }
    if !record.old.is_empty() {
        cx.found(found("dns.dmarc.old-tags").arg("terms", record.old.join(", ")));
    }
    if at == 0 && policy != "none" && record.below(true) == "none" {
        cx.found(found("dns.dmarc.below-open").arg("policy", &policy));
    }
    if !record.odd.is_empty() {
        cx.found(found("dns.dmarc.reports-odd").arg("terms", record.odd.join(", ")));
    }
    if record.reports.is_empty() {
        cx.found(
            found("dns.dmarc.no-reports")
                .arg("policy", &policy)
                .arg("instead", format!("{}; rua=mailto:postmaster@{}", text.trim_end_matches([';', ' ']), stop.name)),
        );
    }
    reports(cx, &stop.name, &record, found).await;
    Some(Policy {
        policy: if record.testing { "none".to_owned() } else { policy },
        strict_spf: record.strict_spf,
        strict_dkim: record.strict_dkim,
        evidence: vec![stop.evidence],
    })
}

/// RFC 9990 §4, RFC 7489 §7.1: who gets reports at another domain has to agree to it.
async fn reports(cx: &Context, domain: &str, record: &Read, found: &(dyn Fn(&str) -> Finding + Sync)) {
    let mut asked = Vec::new();
    for address in &record.reports {
        let Some((_, host)) = address.rsplit_once('@') else { continue };
        let host = host.to_ascii_lowercase();
        if organization(&host) == organization(domain) || asked.contains(&host) || asked.len() == STEPS {
            continue;
        }
        let name = format!("{domain}._report._dmarc.{host}");
        asked.push(host.clone());
        let (dns, evidence) = cx.net.lookup(&cx.rec, &name, RecordType::TXT).await;
        let found =
            |id: &str| found(id).arg("address", address).arg("host", &host).arg("owner", &name).shown_by(evidence);
        match could_not_tell(&dns) {
            Some(why) => cx.found(found("dns.dmarc.reports-unknown").arg("why", why)),
            None if dns.texts().any(|t| t.trim_start().starts_with("v=DMARC1")) => {}
            None => cx.found(found("dns.dmarc.reports-unauthorised").arg("instead", "v=DMARC1;")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_up_is_eight_questions_at_most() {
        assert_eq!(names("a.example.org"), ["a.example.org", "example.org", "org"]);
        let long = names("a.b.c.d.e.f.g.h.i.example.org");
        assert_eq!(long.len(), STEPS);
        assert_eq!(long[1], "e.f.g.h.i.example.org");
        assert_eq!(names("a.b.c.d.f.example.org.test").len(), 8);
    }
}
