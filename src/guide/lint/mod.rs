//! Proves that the guide hangs together (law 2): for a test, and for whoever edits a guide of their own.

mod causes;
mod codes;
mod findings;
mod phrases;
mod steps;
mod ways;
mod words;

#[cfg(test)]
mod tests;

use std::fmt;

use super::Guide;

/// Something the lint objects to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The file or id it is about.
    pub about: String,
    /// What is wrong, and what is expected.
    pub what: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.about, self.what)
    }
}

/// Everything that is wrong with a guide; empty when it is sound.
///
/// `emitted` names every finding that a check can emit, `checks` every check there is: the guide does not know them itself.
#[must_use]
pub fn lint(guide: &Guide, checks: &[&str], emitted: &[&str]) -> Vec<Complaint> {
    let mut found = Complaints::default();
    steps::lint(guide, checks, &mut found);
    ways::lint(guide, emitted, &mut found);
    causes::lint(guide, &mut found);
    findings::lint(guide, emitted, &mut found);
    codes::lint(guide, &mut found);
    phrases::lint(guide, &mut found);
    words::lint(guide, &mut found);
    found.0
}

/// The complaints so far.
#[derive(Default)]
struct Complaints(Vec<Complaint>);

impl Complaints {
    fn add(&mut self, about: impl Into<String>, what: impl Into<String>) {
        self.0.push(Complaint { about: about.into(), what: what.into() });
    }

    /// Complains of every id that stands twice; `sort` is what comes before the id: `step `, `branch load/`.
    fn twice<'a>(&mut self, sort: &str, ids: impl Iterator<Item = &'a str>) {
        let mut seen = std::collections::BTreeSet::new();
        for id in ids {
            if !seen.insert(id) {
                self.add(format!("{sort}{id}"), "stands twice: an id has to be unique");
            }
        }
    }

    /// Complains where a cause does not exist, or a kind does not belong to it.
    fn cause(&mut self, guide: &Guide, about: &str, cause: &str, kind: Option<&str>) {
        match (guide.cause(cause), kind) {
            (None, _) => self.add(about, format!("names the cause `{cause}`, which causes.toml does not have")),
            (Some(cause), Some(kind)) if cause.kinds.iter().all(|k| k.id != kind) => {
                self.add(about, format!("names the kind `{kind}`, which the cause `{}` does not have", cause.id));
            }
            _ => {}
        }
    }

    /// Complains where an advice is named that nobody gives.
    fn advice(&mut self, guide: &Guide, about: &str, advice: Option<&String>) {
        if let Some(id) = advice.filter(|id| guide.shared_advice().iter().all(|a| a.id != **id)) {
            self.add(about, format!("names the advice `{id}`, which nobody gives"));
        }
    }
}

/// The steps of the contract; the place is the number less one.
const STEPS: [&str; 13] = [
    "recipient",
    "content",
    "settings",
    "connectivity",
    "server-status",
    "error-message",
    "firewall",
    "authentication",
    "dns",
    "provider",
    "blocklists",
    "load",
    "escalate",
];

/// The reply codes that the guide is built around.
const HEADLINE_CODES: [u16; 7] = [501, 550, 554, 421, 451, 503, 502];

/// What stands in place of a cause where nothing is wrong.
const NO_FAULT: [&str; 2] = ["healthy", "not-a-bounce"];

/// The causes of the contract with their kinds; a guide may have more kinds.
const CAUSES: [(&str, &str); 11] = [
    (
        "address",
        "no-such-user bad-address-syntax mailbox-full mailbox-disabled account-suspended smtputf8-needed no-such-domain null-mx",
    ),
    ("network", "timeout host-unreachable port-refused ipv6-broken server-down connection-lost"),
    (
        "server-config",
        "relay-denied wrong-port wrong-security tls-required tls-handshake certificate-expired certificate-name \
         certificate-untrusted helo-rejected command-sequence command-not-implemented syntax loop",
    ),
    ("spam-filter", "spam-content policy greylisting"),
    ("blocklist", "ip-listed domain-listed reputation blocklist-misconfigured"),
    (
        "authentication",
        "bad-credentials auth-required app-password-required auth-needs-tls mechanism-mismatch auth-disabled \
         sender-not-allowed auth-server-broken",
    ),
    ("content", "blocked-attachment virus message-too-big malformed-message bare-newline line-too-long"),
    ("overload", "server-overloaded rate-limit connection-limit disk-full"),
    (
        "dns",
        "no-mx mx-broken mx-is-cname dns-timeout servfail stale-dns no-ptr spf-fail spf-broken dkim-fail dmarc-reject \
         mta-sts-fail dane-fail sender-domain-broken",
    ),
    ("firewall", "port-blocked starttls-stripped banner-masked tls-intercepted"),
    ("unclear", ""),
];
