//! MTA-STS (RFC 8461) and TLS reports (RFC 8460): what a domain asks of those who deliver to it.

use futures_util::future::join_all;

use super::served::{Certificates, Served};
use super::sts_policy::Policy;
use super::tags::{tags, value};
use crate::check::Context;
use crate::check::tools::could_not_tell;
use crate::net::{Get, NoPage, RecordType};
use crate::transcript::{ConnectOutcome, Consent, DnsRecord, Finding, TlsFact, clean_line};

/// A policy that is kept for less protects little (RFC 8461 §3.2 wants weeks or more).
const WEEK: u64 = 604_800;

/// Looks at the record, the policy, and whether the mail servers are in it.
pub(super) async fn policy(cx: &Context, domain: &str, certificates: &Certificates) {
    let label = format!("MTA-STS {domain}");
    cx.rec.probing(&label);
    let owner = format!("_mta-sts.{domain}");
    let (txt, evidence) = cx.net.lookup(&cx.rec, &owner, RecordType::TXT).await;
    let found = |id: &str| {
        let desk = Finding::new(id).arg("desk", "MTA-STS").arg("owner", &owner).arg("domain", domain);
        desk.shown_by(evidence).ends(&label, txt.ms)
    };
    // Hardly anybody needs it: that such a name is not answered is no fault of the mail.
    if let Some(why) = could_not_tell(&txt) {
        cx.found(found("dns.mta-sts.untold").arg("why", why).arg("url", &owner));
        return;
    }
    let records: Vec<&str> =
        txt.texts().filter(|t| t.trim_start().to_ascii_lowercase().starts_with("v=stsv1")).collect();
    let record = match records.as_slice() {
        [] => {
            let (apex, at) = cx.net.lookup(&cx.rec, domain, RecordType::TXT).await;
            match apex.texts().find(|t| t.starts_with("v=STSv1")) {
                Some(record) => {
                    let found = found("dns.mta-sts.misplaced").arg("record", record).arg("instead", record);
                    cx.found(found.shown_by(at));
                }
                None => cx.found(found("dns.mta-sts.none")),
            }
            return;
        }
        [one] => *one,
        many => {
            let found = found("dns.mta-sts.bad-record").arg("record", many.join(" | ")).arg("fault", "several records");
            cx.found(found.arg("instead", many[0]));
            return;
        }
    };
    let found = |id: &str| found(id).arg("record", record);
    let (read, _) = tags(record);
    let good_id = |id: &str| (1..=32).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric());
    if value(&read, "v") != Some("STSv1") || !record.starts_with("v=STSv1;") || !value(&read, "id").is_some_and(good_id)
    {
        let id: String =
            value(&read, "id").unwrap_or("1").chars().filter(char::is_ascii_alphanumeric).take(32).collect();
        let instead = format!("v=STSv1; id={};", if id.is_empty() { "1" } else { &id });
        cx.found(
            found("dns.mta-sts.bad-record")
                .arg("fault", cx.know.records.get("sts.id").cloned().unwrap_or_default())
                .arg("instead", instead),
        );
        return;
    }
    if !cx.may(Consent::Http) {
        cx.found(found("dns.mta-sts.no-consent"));
        return;
    }
    let url = format!("https://mta-sts.{domain}/.well-known/mta-sts.txt");
    let found = |id: &str| found(id).arg("url", &url);
    // RFC 8461 §3.3: a redirect is not followed.
    let page = match cx.net.get(&cx.rec, &url, Get::default()).await {
        Ok(page) => page,
        Err((why, id)) => {
            let which = match &why {
                // That nothing listens was said by the host itself; a silence may be ours.
                NoPage::Unreached(ConnectOutcome::Refused) => "dns.mta-sts.no-policy",
                why if why.is_untold() => "dns.mta-sts.untold",
                NoPage::Distrusted(_) | NoPage::Tls(_) => "dns.mta-sts.certificate",
                _ => "dns.mta-sts.no-policy",
            };
            cx.found(found(which).arg("why", clean_line(&why.word(), 200)).shown_by(id));
            return;
        }
    };
    let found = |id: &str| found(id).shown_by(page.evidence);
    if page.status != 200 {
        cx.found(found("dns.mta-sts.no-policy").arg("why", format!("the page answers {}", page.status)));
        return;
    }
    let policy = match Policy::read(&page.text()) {
        Ok(policy) => policy,
        Err((rule, line)) => {
            let says = cx.know.records.get(rule).cloned().unwrap_or_else(|| rule.to_owned());
            let at = if line == 0 { "nowhere in it".to_owned() } else { format!("line {line}") };
            cx.found(found("dns.mta-sts.bad-policy").arg("fault", says).arg("line", at));
            return;
        }
    };
    hosts(cx, domain, &policy, &found, certificates).await;
}

/// Whether every mail server is one that the policy allows, and shows a certificate that can be trusted.
async fn hosts(
    cx: &Context,
    domain: &str,
    policy: &Policy,
    found: &(dyn Fn(&str) -> Finding + Sync),
    certificates: &Certificates,
) {
    let found = |id: &str| found(id).arg("mode", &policy.mode).arg("patterns", policy.mx.join(", "));
    if policy.mode == "none" {
        cx.found(found("dns.mta-sts.off"));
        return;
    }
    let (mx, id) = cx.net.lookup(&cx.rec, domain, RecordType::MX).await;
    let hosts: Vec<&str> = mx
        .records
        .iter()
        .filter_map(|r| if let DnsRecord::Mx { host, .. } = r { Some(host.as_str()) } else { None })
        .collect();
    if could_not_tell(&mx).is_none() && !hosts.is_empty() {
        let left_out: Vec<&str> = hosts.iter().copied().filter(|h| !policy.allows(h)).collect();
        if !left_out.is_empty() {
            let all = left_out.len() == hosts.len();
            let id_of = match (policy.mode.as_str(), all) {
                ("enforce", true) => "dns.mta-sts.mismatch",
                ("enforce", false) => "dns.mta-sts.some-mismatch",
                _ => "dns.mta-sts.testing-mismatch",
            };
            let found = found(id_of).arg("hosts", left_out.join(", ")).arg("instead", policy.with_hosts(&hosts));
            cx.found(found.shown_by(id));
            return;
        }
    }
    if could_not_tell(&mx).is_none() && unverified(cx, &hosts, policy, &found, certificates).await {
        return;
    }
    cx.found(found("dns.mta-sts.ok").arg("age", policy.max_age));
    if policy.max_age < WEEK {
        cx.found(found("dns.mta-sts.short-age").arg("age", policy.max_age));
    }
}

/// Mail servers whose certificates are looked at.
const HOSTS: usize = 4;

/// Whether a mail server shows no certificate that holds for its name (RFC 8461 §4.2), and says so.
async fn unverified(
    cx: &Context,
    hosts: &[&str],
    policy: &Policy,
    found: &(dyn Fn(&str) -> Finding + Sync),
    certificates: &Certificates,
) -> bool {
    if !cx.may(Consent::Connect) {
        return false;
    }
    let looked_at = &hosts[..hosts.len().min(HOSTS)];
    let shown = join_all(looked_at.iter().map(|host| certificates.of(cx, host))).await;
    let (mut bad, mut evidence, mut good) = (Vec::new(), Vec::new(), 0);
    for (host, served) in looked_at.iter().zip(&shown) {
        let (why, id) = match served {
            Served::Chain(TlsFact { distrust: None, .. }, _) => {
                good += 1;
                continue;
            }
            // This machine has nothing to judge it by, or nobody could be asked.
            Served::Chain(TlsFact { distrust: Some(why), .. }, _) if why == "no-trust-store" => continue,
            Served::Untold => continue,
            Served::Chain(TlsFact { distrust: Some(why), .. }, id) => (why.as_str(), id),
            Served::NoTls(id) => ("no-tls", id),
        };
        let why = cx.know.records.get(&format!("certificate.{why}")).map_or(why, String::as_str);
        bad.push(format!("{host}: {why}"));
        evidence.push(*id);
    }
    if bad.is_empty() {
        return false;
    }
    // One that could not be told may be good.
    let some = good > 0 || bad.len() < hosts.len();
    let id = match (policy.mode.as_str(), some) {
        ("enforce", false) => "dns.mta-sts.unverified",
        ("enforce", true) => "dns.mta-sts.some-unverified",
        _ => "dns.mta-sts.testing-unverified",
    };
    cx.found(evidence.into_iter().fold(found(id).arg("hosts", bad.join(", ")), Finding::shown_by));
    true
}

/// TLS reports (RFC 8460 §3): who wants to hear of deliveries that TLS kept back.
pub(super) async fn reports(cx: &Context, domain: &str) {
    let label = format!("TLS-RPT {domain}");
    cx.rec.probing(&label);
    let owner = format!("_smtp._tls.{domain}");
    let (txt, evidence) = cx.net.lookup(&cx.rec, &owner, RecordType::TXT).await;
    let found = |id: &str| {
        let desk = Finding::new(id).arg("desk", "TLS-RPT").arg("owner", &owner).arg("domain", domain);
        desk.shown_by(evidence).ends(&label, txt.ms)
    };
    if let Some(why) = could_not_tell(&txt) {
        cx.found(found("dns.tls-rpt.untold").arg("why", why));
        return;
    }
    let records: Vec<&str> =
        txt.texts().filter(|t| t.trim_start().to_ascii_lowercase().starts_with("v=tlsrptv1")).collect();
    let record = match records.as_slice() {
        [] => {
            cx.found(found("dns.tls-rpt.none").arg("instead", format!("v=TLSRPTv1; rua=mailto:postmaster@{domain}")));
            return;
        }
        [one] => *one,
        many => {
            let found = found("dns.tls-rpt.multiple").arg("count", many.len()).arg("record", many.join(" | "));
            cx.found(found.arg("instead", many[0]));
            return;
        }
    };
    let (read, _) = tags(record);
    let uri = |u: &str| (u.starts_with("mailto:") && u.contains('@')) || u.starts_with("https://");
    let rua = value(&read, "rua").unwrap_or_default();
    if value(&read, "v") == Some("TLSRPTv1") && !rua.is_empty() && rua.split(',').all(|u| uri(u.trim())) {
        cx.found(found("dns.tls-rpt.ok").arg("record", record).arg("rua", rua));
        return;
    }
    let fixed: Vec<String> = rua
        .split(',')
        .map(str::trim)
        .filter(|u| !u.is_empty())
        .map(|u| if uri(u) { u.to_owned() } else { format!("mailto:{}", u.trim_start_matches("mailto:")) })
        .collect();
    let to = if fixed.is_empty() { format!("mailto:postmaster@{domain}") } else { fixed.join(",") };
    cx.found(found("dns.tls-rpt.bad").arg("record", record).arg("instead", format!("v=TLSRPTv1; rua={to}")));
}
