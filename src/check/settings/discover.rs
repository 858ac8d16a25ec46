//! The settings that belong to an address: what its domain publishes in the DNS (RFC 6186, RFC 8314 §5.1), on the web, and what is known of its provider.

use futures_util::future::join_all;
use tokio::time::{Duration, timeout};

use super::autoconfig::{self, Outgoing};
use super::provider::{self, Known};
use crate::check::Context;
use crate::check::know::spoken;
use crate::net::{Get, NoPage, RecordType};
use crate::transcript::{ConnectOutcome, Consent, DnsRecord, EvidenceId, Finding, Security};

/// How long each part of fetching a page may take: whoever publishes settings means programs to have them at once.
const PAGE: Duration = Duration::from_secs(4);
/// How long all of them may take together.
const PAGES: Duration = Duration::from_secs(12);

/// Settings that were found, and where.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub way: Outgoing,
    /// Ids of the finding that tells of them: `srv`, `autoconfig`, `provider`.
    pub from: &'static str,
    pub evidence: Vec<EvidenceId>,
}

/// What a search brought.
#[derive(Default)]
struct Search {
    found: Vec<Settings>,
    /// Whether some place did not tell whether it has any.
    untold: bool,
}

/// Looks for the settings of the case's own address, tells what was found, and returns them, the best first.
///
/// What a domain says of itself goes before what is known of a provider: it may have moved.
pub(super) async fn discover(cx: &Context) -> Vec<Settings> {
    let (Some(address), Some(domain)) = (provider::own_address(cx), provider::own_domain(cx)) else {
        return Vec::new();
    };
    let known = provider::of_domain(cx, &domain).await;
    let mut search = srv(cx, &domain).await;
    // Known providers publish nothing that is not known: nobody need be told whose address this is.
    if known.is_none() && search.found.is_empty() {
        // Whatever was not told in this time may be there all the same.
        let pages = timeout(PAGES, published(cx, address, &domain)).await;
        let pages = pages.unwrap_or(Search { found: Vec::new(), untold: true });
        search.untold |= pages.untold;
        search.found.extend(pages.found);
    }
    let Search { mut found, untold } = search;
    found.extend(known.as_ref().and_then(|known| of_provider(known, address)));
    for settings in &found {
        cx.found(about(&format!("settings.found.{}", settings.from), &domain, settings));
    }
    if let Some(closed) = known.as_ref().and_then(|known| known.provider.closed.as_ref()) {
        let name = &known.as_ref().map_or("", |k| k.provider.name.as_str());
        cx.found(
            Finding::new("settings.provider.closed").arg("provider", name).arg("domain", &domain).arg("reason", closed),
        );
    } else if found.is_empty() {
        let id = if untold { "settings.found.untold" } else { "settings.found.nothing" };
        cx.found(Finding::new(id).arg("domain", &domain));
    }
    found
}

/// What is said of settings that were found.
pub(super) fn about(id: &str, domain: &str, settings: &Settings) -> Finding {
    let way = &settings.way;
    let mut finding = Finding::new(id)
        .arg("domain", domain)
        .arg("better_host", &way.host)
        .arg("better_port", way.port)
        .arg("better_security", way.security.as_str())
        .arg("better_spoken", spoken(way.security));
    if let Some(user) = &way.user {
        finding = finding.arg("better_user", user);
    }
    finding.evidence.extend(&settings.evidence);
    finding
}

/// The SRV records of submission; TLS from the first byte goes first (RFC 8314 §5.1).
async fn srv(cx: &Context, domain: &str) -> Search {
    let asked =
        [("_submissions", Security::Tls), ("_submission", Security::Starttls)].map(async |(service, security)| {
            let (dns, evidence) = cx.net.lookup(&cx.rec, &format!("{service}._tcp.{domain}"), RecordType::SRV).await;
            let mut records: Vec<_> = dns
                .records
                .iter()
                .filter_map(|r| if let DnsRecord::Other(text) = r { srv_record(text) } else { None })
                .collect();
            records.sort();
            let settings = |(_, host, port): (u16, String, u16)| Settings {
                way: Outgoing { host, port, security, user: None },
                from: "srv",
                evidence: vec![evidence],
            };
            Search { found: records.into_iter().take(2).map(settings).collect(), untold: !dns.outcome.is_answer() }
        });
    let mut all = Search::default();
    for one in join_all(asked).await {
        all.found.extend(one.found);
        all.untold |= one.untold;
    }
    all
}

/// `PRIORITY WEIGHT PORT TARGET`; a target `.` says that there is no such service (RFC 2782).
fn srv_record(text: &str) -> Option<(u16, String, u16)> {
    let mut words = text.split_whitespace();
    let (priority, _weight, port) = (words.next()?.parse().ok()?, words.next()?, words.next()?.parse().ok()?);
    let host = words.next()?.trim_end_matches('.');
    (!host.is_empty() && port > 0).then(|| (priority, host.to_owned(), port))
}

/// What the domain, or whoever takes its mail in, publishes on the web.
async fn published(cx: &Context, address: &str, domain: &str) -> Search {
    let mut search = Search::default();
    if !cx.may(Consent::Http) {
        cx.found(Finding::new("settings.found.no-consent").arg("domain", domain));
        return Search { untold: true, ..search };
    }
    let net = cx.net.hurried(PAGE);
    let (mx, _) = net.lookup(&cx.rec, domain, RecordType::MX).await;
    let first =
        mx.records.iter().find_map(|r| if let DnsRecord::Mx { host, .. } = r { Some(host.as_str()) } else { None });
    let mx_domain = first.and_then(psl::domain_str);
    for url in autoconfig::pages(address, domain, mx_domain) {
        match net.get(&cx.rec, &url, Get { redirects: 2, family: cx.case.family, ..Get::default() }).await {
            Ok(page) if page.status == 200 => {
                let ways = autoconfig::read(&page.text(), address);
                if !ways.is_empty() {
                    let settings = |way| Settings { way, from: "autoconfig", evidence: vec![page.evidence] };
                    search.found.extend(ways.into_iter().map(settings));
                    return search;
                }
            }
            Err((NoPage::Distrusted(why), evidence)) if why != "no-trust-store" => {
                let host = url.split('/').nth(2).unwrap_or_default();
                let finding = Finding::new("settings.found.untrusted").arg("host", host).arg("why", why);
                cx.found(finding.arg("domain", domain).shown_by(evidence));
            }
            // Where nobody serves pages, none is published.
            Err((NoPage::Unreached(ConnectOutcome::Refused), _)) => {}
            Err((why, _)) => search.untold |= why.is_untold(),
            Ok(page) => search.untold |= page.status >= 500,
        }
    }
    search
}

fn of_provider(known: &Known<'_>, address: &str) -> Option<Settings> {
    use crate::check::know::Login;
    let way = known.provider.ways.first()?;
    let local = address.rsplit_once('@').map_or(address, |(local, _)| local);
    let user = match known.provider.login {
        Login::Address | Login::Either => Some(address.to_owned()),
        Login::Local => Some(local.to_owned()),
        Login::Given => known.provider.login_is.clone(),
    };
    let way = Outgoing { host: known.provider.host.clone(), port: way.port, security: way.security, user };
    Some(Settings { way, from: "provider", evidence: known.mx.into_iter().collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_record_is_read_and_a_dot_means_none() {
        assert_eq!(srv_record("10 5 465 smtp.example.org."), Some((10, "smtp.example.org".to_owned(), 465)));
        for none in ["0 0 0 .", "0 1 587 .", "", "0 1 x smtp.example.org.", "0 1 70000 smtp.example.org."] {
            assert_eq!(srv_record(none), None, "{none}");
        }
    }
}
