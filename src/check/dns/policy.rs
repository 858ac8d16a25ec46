//! SPF, DKIM and DMARC of the sending domain, and what they say together of the mail that is sent.

use super::dmarc::{Policy, organization};
use super::signed::Signed;
use super::{dkim, dmarc, signed, spf};
use crate::check::Context;
use crate::check::spf::Outcome;
use crate::net::RecordType;
use crate::transcript::{DnsOutcome, Finding};

/// Looks at all of them side by side, then at what they make of the mail.
pub(super) async fn records(cx: &Context, domain: &str) {
    let message = signed::message(cx).await;
    // For a domain that nobody has there is nothing to publish. A name below one that somebody has may still be meant to be.
    let (mx, _) = cx.net.lookup(&cx.rec, domain, RecordType::MX).await;
    let nobodys = mx.outcome == DnsOutcome::NxDomain && psl::domain_str(domain).is_none_or(|of| of == domain);
    if nobodys && message.is_none() {
        return;
    }
    let author = message.as_ref().and_then(|m| m.author.clone()).unwrap_or_else(|| domain.to_owned());
    let (spf, policy, signed, ()) = futures_util::join!(
        spf::record(cx, domain),
        dmarc::policy(cx, &author),
        signed::verify(cx, message.as_ref()),
        dkim::keys(cx, domain, message.as_ref()),
    );
    if let Some(policy) = policy {
        together(cx, domain, &author, &policy, spf, &signed);
    }
}

/// DMARC passes where SPF or DKIM does, for a domain that belongs to that of From (RFC 9989 §5.3).
fn together(cx: &Context, domain: &str, author: &str, policy: &Policy, spf: Option<Outcome>, signed: &Signed) {
    let found = |id: &str| {
        let found = Finding::new(id).arg("domain", author).arg("sender", domain).arg("policy", policy.policy.as_str());
        Finding { evidence: policy.evidence.clone(), ..found }
    };
    let aligned = |with: &str, strict: bool| {
        with.eq_ignore_ascii_case(author) || (!strict && organization(with).eq_ignore_ascii_case(&organization(author)))
    };
    let spf_counts = aligned(domain, policy.strict_spf);
    if !spf_counts {
        cx.found(found("dns.dmarc.spf-apart").arg("alignment", if policy.strict_spf { "strict" } else { "relaxed" }));
    }
    if signed.passing.iter().any(|with| aligned(with, policy.strict_dkim)) {
        cx.found(found("dns.dmarc.passes-by-dkim"));
        return;
    }
    if spf == Some(Outcome::Pass) && spf_counts {
        cx.found(found("dns.dmarc.passes-by-spf"));
        return;
    }
    // Where one of the two could not be told, nothing is said of the whole.
    let spf_known = spf.is_some_and(|o| o != Outcome::TempError) || (spf.is_none() && !spf_counts);
    if !spf_known || signed.untold || policy.policy == "none" {
        return;
    }
    let result = spf.map_or("not counted", Outcome::as_str);
    let id = match (signed.looked, signed.unsigned) {
        (true, _) => "dns.dmarc.fails",
        (false, true) => "dns.dmarc.unproved",
        (false, false) => "dns.dmarc.rests-on-dkim",
    };
    // A pass for another domain proves nothing about this one.
    let result = if spf_counts { result.to_owned() } else { format!("{result} for {domain}") };
    cx.found(found(id).arg("result", result));
}
