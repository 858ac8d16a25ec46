//! SPF, DKIM and DMARC of the sending domain: are the records there, single, and readable?

use futures_util::future::join_all;

use super::unanswered;
use crate::check::Context;
use crate::check::tools::could_not_tell;
use crate::net::RecordType;
use crate::transcript::{DnsFact, DnsOutcome, EvidenceId, Finding};

/// Looks at all three side by side.
pub(super) async fn records(cx: &Context, domain: &str) {
    futures_util::join!(super::spf::record(cx, domain), dmarc(cx, domain), dkim(cx, domain));
}

/// DMARC (RFC 7489 §6.6.3): one record at `_dmarc`, of the domain itself, else of the registered domain above it.
async fn dmarc(cx: &Context, domain: &str) {
    let label = format!("DMARC {domain}");
    cx.rec.probing(&label);
    let mut names = vec![domain.to_owned()];
    names.extend(psl::domain_str(domain).filter(|d| *d != domain).map(str::to_owned));
    let mut last: Option<(DnsFact, EvidenceId)> = None;
    for name in names {
        let (txt, evidence) = cx.net.lookup(&cx.rec, &format!("_dmarc.{name}"), RecordType::TXT).await;
        if unanswered(cx, &txt, evidence, &label).await {
            return;
        }
        let records: Vec<String> = txt
            .texts()
            .filter(|t| t.get(..8).is_some_and(|v| v.eq_ignore_ascii_case("v=DMARC1")))
            .map(str::to_owned)
            .collect();
        let found = |id: &str| {
            Finding::new(id).arg("domain", domain).arg("name", &name).shown_by(evidence).ends(&label, txt.ms)
        };
        match records.as_slice() {
            [] => last = Some((txt, evidence)),
            [one] => {
                let policy = tag(one, "p").unwrap_or_default();
                let known = ["none", "quarantine", "reject"].contains(&policy.as_str());
                cx.found(
                    found(if known { "dns.dmarc.ok" } else { "dns.dmarc.bad" })
                        .arg("record", one)
                        .arg("policy", policy),
                );
                return;
            }
            many => {
                cx.found(found("dns.dmarc.multiple").arg("count", many.len()));
                return;
            }
        }
    }
    if let Some((txt, evidence)) = last {
        cx.found(Finding::new("dns.dmarc.none").arg("domain", domain).shown_by(evidence).ends(&label, txt.ms));
    }
}

fn tag(record: &str, name: &str) -> Option<String> {
    record.split(';').find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_ascii_lowercase())
    })
}

/// DKIM (RFC 6376 §3.6.2): the key of a known selector; else the common ones, where finding none tells nothing.
async fn dkim(cx: &Context, domain: &str) {
    let label = format!("DKIM {domain}");
    cx.rec.probing(&label);
    let given = cx.case.selector.clone();
    let selectors: Vec<String> = given.clone().map_or_else(|| cx.know.selectors.clone(), |s| vec![s]);
    let asked = selectors.iter().map(|selector| async move {
        let name = format!("{selector}._domainkey.{domain}");
        (selector, cx.net.lookup(&cx.rec, &name, RecordType::TXT).await)
    });
    let answers = join_all(asked).await;
    let key = answers.iter().find_map(|(selector, (txt, evidence))| {
        let record = txt.texts().find(|t| tag(t, "p").is_some())?;
        Some((*selector, record.to_owned(), *evidence))
    });
    if let Some((selector, record, evidence)) = key {
        let revoked = tag(&record, "p").is_some_and(|p| p.is_empty());
        let id = if revoked { "dns.dkim.revoked" } else { "dns.dkim.ok" };
        cx.found(Finding::new(id).arg("domain", domain).arg("selector", selector).shown_by(evidence).ends(&label, 0));
        return;
    }
    if let Some(selector) = given
        && let Some((_, (txt, evidence))) = answers.first()
    {
        if !unanswered(cx, txt, *evidence, &label).await {
            let name = if txt.outcome == DnsOutcome::Found { "no key" } else { "no record" };
            let found = Finding::new("dns.dkim.none").arg("domain", domain).arg("selector", selector).arg("why", name);
            cx.found(found.shown_by(*evidence).ends(&label, txt.ms));
        }
        return;
    }
    // These are guesses: that one is not answered says no more than that it does not exist.
    let untold = answers.iter().find_map(|(_, (txt, evidence))| Some((could_not_tell(txt)?, *evidence)));
    let found = |id: &str| Finding::new(id).arg("domain", domain).arg("count", selectors.len()).ends(&label, 0);
    cx.found(match untold {
        Some((why, evidence)) => found("dns.dkim.unknown").arg("why", why).shown_by(evidence),
        None => found("dns.dkim.not-found"),
    });
}
