//! Step 1: is the address right, does its domain take mail, and does its server take this recipient?

mod rcpt;

use super::tools::{NoHosts, could_not_tell, exchangers, hosts, resolver_works, split};
use super::{BoxFuture, Check, Context};
use crate::net::RecordType;
use crate::transcript::{Consent, DnsOutcome, DnsRecord, Finding};

/// The check of step 1.
pub(super) struct Recipient;

impl Check for Recipient {
    fn id(&self) -> &'static str {
        "recipient"
    }

    fn emits(&self) -> &'static [&'static str] {
        &[
            "recipient.none-given",
            "recipient.syntax.bad",
            "recipient.syntax.suggested",
            "recipient.syntax.ok",
            "recipient.typo",
            "recipient.domain.ok",
            "recipient.domain.nxdomain",
            "recipient.domain.null-mx",
            "recipient.domain.no-mail",
            "recipient.domain.fallback",
            "recipient.domain.unknown",
            "recipient.domain.servfail",
            "recipient.rcpt.accepted",
            "recipient.rcpt.refused",
            "recipient.rcpt.deferred",
            "recipient.rcpt.all-refused",
            "recipient.rcpt.login-first",
            "recipient.rcpt.catch-all",
            "recipient.rcpt.control-refused",
            "recipient.rcpt.refused-earlier",
            "recipient.rcpt.passed-over",
            "recipient.rcpt.unreachable",
            "recipient.rcpt.utf8-not-offered",
            "recipient.rcpt.broke",
            "recipient.rcpt.no-answer",
            "recipient.rcpt.no-consent",
        ]
    }

    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()> {
        Box::pin(run(cx))
    }
}

async fn run(cx: &Context) {
    let Some(address) = cx.case.recipient() else {
        cx.found(Finding::new("recipient.none-given"));
        return;
    };
    let parts = match split(address) {
        Ok(parts) => parts,
        Err(fault) => {
            let id = if fault.suggestion.is_some() { "recipient.syntax.suggested" } else { "recipient.syntax.bad" };
            let found = Finding::new(id)
                .arg("address", address)
                .arg("rule", fault.rule)
                .arg("fault", cx.know.syntax.get(fault.rule).map_or("", String::as_str))
                .arg("column", fault.column)
                .arg("suggestion", fault.suggestion.unwrap_or_default());
            cx.found(found);
            return;
        }
    };
    cx.found(Finding::new("recipient.syntax.ok").arg("address", address));
    if let Some(suggestion) = typo(cx, &parts.domain) {
        let better = format!("{}@{suggestion}", parts.local);
        cx.found(Finding::new("recipient.typo").arg("domain", &parts.domain).arg("suggestion", better));
    }
    // A server that was entered is asked whatever the DNS says of the domain: it may know the domain by itself.
    let own_server = cx.case.server.is_some() && cx.case.user.is_none();
    if !domain(cx, &parts.domain).await && !own_server {
        return;
    }
    if !cx.may(Consent::Connect) || !cx.may(Consent::Rcpt) {
        cx.found(Finding::new("recipient.rcpt.no-consent"));
        return;
    }
    // One that wants a login would refuse anybody without: then the domain's own servers know best.
    let hosts = if own_server { hosts(cx).await } else { exchangers(cx).await };
    match hosts {
        Ok(hosts) => rcpt::ask(cx, &hosts, address, &parts).await,
        Err(NoHosts::Unknown(why, evidence)) => {
            let found = Finding::new("recipient.rcpt.unreachable").arg("server", &parts.domain).arg("why", why);
            cx.found(found.shown_by(evidence));
        }
        // `domain` has said it already.
        Err(_) => {}
    }
}

/// A well-known domain that this one is one slip away from.
fn typo<'a>(cx: &'a Context, domain: &str) -> Option<&'a str> {
    near(&cx.know.domains, domain)
}

fn near<'a>(known: &'a [String], domain: &str) -> Option<&'a str> {
    let domain = domain.to_ascii_lowercase();
    if known.contains(&domain) {
        return None;
    }
    // The same provider in another country is no slip: yahoo.co.nz is not yahoo.co.uk.
    let abroad = |a: &str, b: &str| {
        let label = |d: &str| d.split('.').next().map(str::to_owned);
        label(a) == label(b) && psl::suffix(b.as_bytes()).is_some_and(|s| s.is_known())
    };
    let apart = |known: &str| strsim::osa_distance(known, &domain);
    let slip = |known: &&String| {
        let distance = apart(known);
        distance == 1 || (distance == 2 && known.len() > 9 && !abroad(known, &domain))
    };
    known.iter().filter(slip).min_by_key(|known| apart(known)).map(String::as_str)
}

/// Whether the domain takes mail, as far as the DNS tells; says what it found.
async fn domain(cx: &Context, domain: &str) -> bool {
    if domain.starts_with('[') {
        return true;
    }
    let ascii = idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_owned());
    let (mx, evidence) = cx.net.lookup(&cx.rec, &ascii, RecordType::MX).await;
    let found = |id: &str| Finding::new(id).arg("domain", domain).shown_by(evidence);
    if let Some(why) = could_not_tell(&mx) {
        // A resolver that fails for every name says nothing about this one.
        let fails = mx.outcome == DnsOutcome::ServFail && resolver_works(cx).await;
        let id = if fails { "recipient.domain.servfail" } else { "recipient.domain.unknown" };
        cx.found(found(id).arg("why", why).arg("detail", mx.detail.unwrap_or_default()));
        return false;
    }
    let hosts: Vec<&str> = mx
        .records
        .iter()
        .filter_map(|r| if let DnsRecord::Mx { host, .. } = r { Some(host.as_str()) } else { None })
        .collect();
    if mx.outcome == DnsOutcome::NxDomain {
        cx.found(found("recipient.domain.nxdomain"));
        return false;
    }
    if !hosts.is_empty() {
        let null = hosts.iter().all(|h| h.is_empty());
        let id = if null { "recipient.domain.null-mx" } else { "recipient.domain.ok" };
        cx.found(found(id).arg("hosts", hosts.join(", ")).arg("count", hosts.len()));
        return !null;
    }
    let answers = cx.net.addresses(&cx.rec, &ascii, crate::transcript::AddressFamily::Any).await;
    if answers.iter().any(|(dns, _)| dns.addresses().next().is_some()) {
        cx.found(found("recipient.domain.fallback"));
        return true;
    }
    if let Some(why) = answers.iter().find_map(|(dns, _)| could_not_tell(dns)) {
        cx.found(found("recipient.domain.unknown").arg("why", why));
    } else {
        cx.found(found("recipient.domain.no-mail"));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_known_and_another_country_is_none() {
        let known = ["gmail.com", "hotmail.fr", "yahoo.co.uk", "outlook.com", "mail.com"].map(str::to_owned);
        for (typed, meant) in [
            ("gmial.com", Some("gmail.com")),
            ("Gmail.con", Some("gmail.com")),
            ("otulok.com", Some("outlook.com")),
            ("hotmail.it", None),
            ("yahoo.co.nz", None),
            ("mail.com", None),
            ("example.org", None),
        ] {
            assert_eq!(near(&known, typed), meant, "{typed}");
        }
    }
}
