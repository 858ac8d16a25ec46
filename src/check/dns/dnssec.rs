//! DNSSEC by what differs: the same question with and without checking (CD), and the resolver's own word (AD).
//!
//! Nothing is validated here: behind a filtering forwarder or an inside root the world would look broken.

use crate::check::Context;
use crate::check::tools::could_not_tell;
use crate::net::{Ask, RecordType};
use crate::transcript::{DnsFact, DnsOutcome, Finding};

/// Whether a name that failed is answered once nobody checks its signatures.
pub(super) async fn is_bogus(cx: &Context, failed: &DnsFact) -> bool {
    let Ok(rtype) = failed.rtype.parse::<RecordType>() else { return false };
    let how = Ask { recurse: true, unchecked: true, signed: true };
    let (unchecked, _, _) = cx.net.ask(&cx.rec, failed.server, &failed.name, rtype, how).await;
    if !unchecked.outcome.is_answer() {
        return false;
    }
    // Once more with checking: a failure that has passed meanwhile proves nothing.
    let how = Ask { unchecked: false, ..how };
    let (checked, _, _) = cx.net.ask(&cx.rec, failed.server, &failed.name, rtype, how).await;
    checked.outcome == DnsOutcome::ServFail
}

/// Says whether the zone is signed, and whether our resolver vouches for it.
pub(super) async fn state(cx: &Context, domain: &str) {
    let how = Ask { recurse: true, unchecked: false, signed: true };
    let (mx, evidence, flags) = cx.net.ask(&cx.rec, None, domain, RecordType::MX, how).await;
    if could_not_tell(&mx).is_some() || mx.outcome == DnsOutcome::NxDomain {
        return;
    }
    let found =
        |id: &str| Finding::new(id).arg("desk", "DNSSEC").arg("owner", domain).arg("domain", domain).shown_by(evidence);
    if flags.validated {
        cx.found(found("dns.dnssec.secure"));
        return;
    }
    let zone = psl::domain_str(domain).unwrap_or(domain);
    let (ds, id) = cx.net.lookup(&cx.rec, zone, RecordType::DS).await;
    match ds.outcome {
        DnsOutcome::Found => cx.found(found("dns.dnssec.not-validated").shown_by(id)),
        DnsOutcome::NoData | DnsOutcome::NxDomain => cx.found(found("dns.dnssec.unsigned").shown_by(id)),
        _ => {}
    }
}
