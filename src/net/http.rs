//! One page over HTTPS: our own TLS, verified; bounded in size and time; never another scheme.
//!
//! It serves published settings (autoconfig) and policies (MTA-STS, RFC 8461 §3.3): small texts on hosts that are named by the DNS. Names are
//! resolved and connections opened as for mail, so a practice world or a test answers by having a host on port 443.

mod exchange;

use std::net::SocketAddr;
use std::time::Instant as Clock;

use hyper::Uri;

use self::exchange::exchange;
use super::tcp::millis;
use super::{Net, Recorder, tls};
use crate::transcript::{
    AddressFamily, ConnectFact, ConnectOutcome, DnsOutcome, EvidenceId, HttpFact, TlsFact, clean_line,
};

/// How a page is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Get {
    /// The most octets of a body that are taken; a longer one is a fault, not a cut text.
    pub octets: usize,
    /// How many redirects are followed, to `https` only. With 0 a redirect is a page like any other (RFC 8461 §3.3 wants that).
    pub redirects: u8,
    /// One address family only.
    pub family: AddressFamily,
}

impl Default for Get {
    fn default() -> Self {
        Self { octets: 64 * 1024, redirects: 0, family: AddressFamily::Any }
    }
}

/// A page, of whatever status.
#[derive(Clone, Debug)]
pub struct Page {
    /// Where it was found in the end.
    pub url: String,
    /// The status code: 200, 404 …
    pub status: u16,
    /// The media type without its parameters, in lower case; none where none was given.
    pub media: Option<String>,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// The body, at most as long as was allowed.
    pub body: Vec<u8>,
    /// The handshake: its certificate was trusted.
    pub tls: TlsFact,
    /// The fact of the last request.
    pub evidence: EvidenceId,
}

impl Page {
    /// The body as text; octets that are no UTF-8 become U+FFFD.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoPage {
    /// That is no `https` URL with a host.
    NotHttps,
    /// The host's name does not exist, or has no address.
    NoHost,
    /// The DNS did not tell; its outcome.
    Unknown(DnsOutcome),
    /// No connection came about; how the last attempt ended.
    Unreached(ConnectOutcome),
    /// The certificate is not trusted; why, in the words of the TLS fact. `no-trust-store` is no verdict on it.
    Distrusted(String),
    /// The handshake failed; the TLS fact's word for it.
    Tls(String),
    /// Nothing, or not enough, came in time.
    Timeout,
    /// It broke off, or what came is not HTTP.
    NotHttp,
    /// The body is longer than allowed.
    TooBig,
    /// More redirects than allowed, or one to something else than `https`; where to.
    Redirected(String),
}

impl NoPage {
    /// The word used in the HTTP fact and in findings' arguments.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            Self::NotHttps => "not an https address".to_owned(),
            Self::NoHost => "no such host".to_owned(),
            Self::Unknown(outcome) => format!("the name service did not tell ({})", outcome.as_str()),
            Self::Unreached(outcome) => format!("no connection ({})", outcome.as_str()),
            Self::Distrusted(why) => format!("the certificate is not trusted ({why})"),
            Self::Tls(why) => format!("the TLS handshake failed ({why})"),
            Self::Timeout => "no answer in time".to_owned(),
            Self::NotHttp => "no answer that could be read".to_owned(),
            Self::TooBig => "the page is too long".to_owned(),
            Self::Redirected(to) => format!("it points elsewhere ({to})"),
        }
    }

    /// Whether it only says that nothing could be told: another try, or another network, might.
    #[must_use]
    pub fn is_untold(&self) -> bool {
        match self {
            Self::Unknown(_) | Self::Unreached(_) | Self::Timeout => true,
            Self::Distrusted(why) => why == "no-trust-store",
            Self::Tls(why) => why == "timeout",
            _ => false,
        }
    }
}

/// The URLs of a request, taken apart.
struct Place {
    uri: Uri,
    host: String,
    port: u16,
}

impl Place {
    fn parse(url: &str) -> Option<Self> {
        let uri: Uri = url.parse().ok()?;
        let host = uri.host()?.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = uri.port_u16().unwrap_or(443);
        // What stands before the host may be a password: it is neither sent nor recorded.
        let plain = !uri.authority()?.as_str().contains('@');
        (uri.scheme_str() == Some("https") && !host.is_empty() && plain).then_some(Self { uri, host, port })
    }
}

impl Net {
    /// Fetches a page. Any status is a page; what comes back has passed the certificate's check. Every request is recorded as an HTTP fact.
    ///
    /// Whoever calls has the user's consent (`http`).
    ///
    /// # Errors
    /// Why there is none, and the fact that shows it.
    pub async fn get(&self, rec: &Recorder, url: &str, how: Get) -> Result<Page, (NoPage, EvidenceId)> {
        let mut url = url.to_owned();
        let mut left = how.redirects;
        loop {
            let page = self.get_one(rec, &url, how).await?;
            let Some(to) = page.location.clone().filter(|_| how.redirects > 0 && matches!(page.status, 300..=399))
            else {
                return Ok(page);
            };
            let next = joined(&page.url, &to);
            match next.filter(|next| left > 0 && Place::parse(next).is_some()) {
                Some(next) => (url, left) = (next, left - 1),
                None => return Err((NoPage::Redirected(clean_line(&to, 200)), page.evidence)),
            }
        }
    }

    async fn get_one(&self, rec: &Recorder, url: &str, how: Get) -> Result<Page, (NoPage, EvidenceId)> {
        let begun = Clock::now();
        let mut fact = HttpFact {
            url: clean_line(url, 500),
            address: None,
            status: None,
            media: None,
            octets: 0,
            error: None,
            ms: 0,
        };
        let got = self.fetch(rec, url, how, &mut fact).await;
        fact.ms = millis(begun);
        fact.error = got.as_ref().err().map(NoPage::word);
        let evidence = rec.http(fact);
        match got {
            Ok(page) => Ok(Page { evidence, ..page }),
            Err(why) => Err((why, evidence)),
        }
    }

    async fn fetch(&self, rec: &Recorder, url: &str, how: Get, fact: &mut HttpFact) -> Result<Page, NoPage> {
        let Some(place) = Place::parse(url) else {
            // It is not recorded as it is: what is no such URL may hold anything.
            fact.url = url.split(['/', '?']).next().unwrap_or_default().chars().take(20).collect();
            return Err(NoPage::NotHttps);
        };
        let mut unreached = NoPage::NoHost;
        for address in self.https_addresses(rec, &place, how.family).await? {
            fact.address = Some(address);
            let mut wire = match self.connect(rec, &place.host, address, None).await {
                Ok((wire, _)) => wire,
                Err((ConnectFact { outcome, .. }, _)) => {
                    unreached = NoPage::Unreached(outcome);
                    continue;
                }
            };
            let (phase, now) = (self.limits().phase, self.world().unix_seconds());
            let tls = tls::handshake(&mut wire, self.trust(), &place.host, address, true, phase, now).await;
            rec.tls(tls.clone());
            if !tls.established {
                let distrust = tls.distrust.filter(|_| tls.error.is_none());
                return Err(distrust.map_or_else(|| NoPage::Tls(tls.error.unwrap_or_default()), NoPage::Distrusted));
            }
            // The wire keeps its place at that address until the page is there.
            let stream = wire.take_tls().ok_or(NoPage::NotHttp)?;
            let answer = exchange(stream, &place.uri, how.octets, phase).await;
            let answer = answer.inspect(|a| {
                fact.status = Some(a.status);
                fact.media.clone_from(&a.media);
                fact.octets = u32::try_from(a.body.len()).unwrap_or(u32::MAX);
            })?;
            drop(wire);
            return Ok(Page {
                url: url.to_owned(),
                status: answer.status,
                media: answer.media,
                location: answer.location,
                body: answer.body,
                tls,
                evidence: EvidenceId(0),
            });
        }
        Err(unreached)
    }

    async fn https_addresses(
        &self,
        rec: &Recorder,
        place: &Place,
        family: AddressFamily,
    ) -> Result<Vec<SocketAddr>, NoPage> {
        /// How many addresses of a host are tried.
        const MOST: usize = 2;
        let answers = self.addresses(rec, &place.host, family).await;
        let mut ips: Vec<_> = answers.iter().flat_map(|(dns, _)| dns.addresses()).collect();
        ips.sort_by_key(std::net::IpAddr::is_ipv6);
        ips.truncate(MOST);
        let untold = answers.iter().map(|(dns, _)| dns.outcome).find(|outcome| !outcome.is_answer());
        match (ips.is_empty(), untold) {
            (true, Some(outcome)) => Err(NoPage::Unknown(outcome)),
            (true, None) => Err(NoPage::NoHost),
            _ => Ok(ips.into_iter().map(|ip| SocketAddr::new(ip, place.port)).collect()),
        }
    }
}

/// Where a redirect leads from there: a whole URL, or a path on the same host.
fn joined(from: &str, to: &str) -> Option<String> {
    if to.contains("://") {
        return Some(to.to_owned());
    }
    let path = to.strip_prefix('/').filter(|rest| !rest.starts_with('/'))?;
    let uri: Uri = from.parse().ok()?;
    Some(format!("https://{}/{path}", uri.authority()?))
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod urls {
    use super::*;

    #[test]
    fn only_https_with_a_host_and_without_a_login_is_asked_for() {
        for (url, good) in [
            ("https://example.org/", true),
            ("https://example.org:8443/x?y=z", true),
            ("https://[2001:db8::1]/", true),
            ("http://example.org/", false),
            ("ftp://example.org/", false),
            ("https://alice:practice@example.org/", false),
            ("https:///x", false),
            ("/x", false),
            ("", false),
        ] {
            assert_eq!(Place::parse(url).is_some(), good, "{url}");
        }
    }

    #[test]
    fn a_redirect_is_a_whole_url_or_a_path_of_the_same_host() {
        let from = "https://autoconfig.example.org/mail/config-v1.1.xml?emailaddress=a";
        let led = |to| joined(from, to);
        assert_eq!(led("https://example.net/x").as_deref(), Some("https://example.net/x"));
        assert_eq!(led("/y").as_deref(), Some("https://autoconfig.example.org/y"));
        assert_eq!(led("//example.net/x"), None);
        assert_eq!(led("y"), None);
    }
}
