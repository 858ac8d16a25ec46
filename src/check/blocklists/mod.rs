//! Step 11: is the sending address, or the sending domain, on a blocklist? All lists side by side (RFC 5782).
//!
//! ```text
//! subject.rs  which address and which domains    named.rs  what a refusal says of lists and of records of its own
//! ask.rs      one list: asked, and put to its own test before it is believed
//! ```

mod ask;
mod named;
mod subject;

use std::time::Duration;

use futures_util::future::join_all;

use super::tools::is_private;
use super::{BoxFuture, Check, Context};
use crate::transcript::{Consent, Finding};

use ask::{Asked, Said, ask};
use subject::What;

/// The check of step 11.
pub(super) struct Blocklists;

impl Check for Blocklists {
    fn id(&self) -> &'static str {
        "blocklists"
    }

    fn emits(&self) -> &'static [&'static str] {
        &[
            "blocklists.no-consent",
            "blocklists.no-address",
            "blocklists.local-address",
            "blocklists.private-address",
            "blocklists.named",
            "blocklists.named-closed",
            "blocklists.named-key",
            "blocklists.named-clean",
            "blocklists.named-clean-now",
            "blocklists.private-record",
            "blocklists.ip.listed",
            "blocklists.ip.listed-named",
            "blocklists.ip.listed-minor",
            "blocklists.ip.policy",
            "blocklists.ip.policy-given",
            "blocklists.ip.policy-minor",
            "blocklists.ip.clean",
            "blocklists.domain.listed",
            "blocklists.domain.listed-named",
            "blocklists.domain.listed-minor",
            "blocklists.domain.clean",
            "blocklists.unknown",
            "blocklists.refuses-resolver",
            "blocklists.list-broken",
            "blocklists.summary.clean",
            "blocklists.summary.partly",
            "blocklists.summary.listed",
            "blocklists.summary.unknown",
            "blocklists.summary.absent",
        ]
    }

    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()> {
        Box::pin(run(cx))
    }
}

/// A list that has not answered by then is not waited for: receivers do not wait longer either.
const PATIENCE: Duration = Duration::from_secs(5);

async fn run(cx: &Context) {
    let named = named::named(cx);
    for finding in &named.findings {
        cx.found(finding.clone());
    }
    if !cx.may(Consent::Blocklists) {
        cx.found(Finding::new("blocklists.no-consent"));
        return;
    }
    let ip = subject::address(cx);
    let note = match ip {
        None => Some(Finding::new("blocklists.no-address")),
        // 127.0.0.2 is every list's own test entry.
        Some(ip) if subject::is_local(ip) => Some(Finding::new("blocklists.local-address").arg("ip", ip)),
        Some(ip) if is_private(ip) => Some(Finding::new("blocklists.private-address").arg("ip", ip)),
        Some(_) => None,
    };
    if let Some(note) = note {
        cx.found(note);
    }
    let ip = ip.filter(|ip| !subject::is_local(*ip));
    let domains = subject::domains(cx).await;
    let hurried = Context { net: cx.net.hurried_dns(PATIENCE), ..cx.clone() };
    let mut asked = Vec::new();
    for (list, is_named) in named.first(&cx.know.blocklists) {
        let takes = |sort: &str| list.lists.iter().any(|l| l == sort);
        let address = ip.filter(|ip| takes(if ip.is_ipv6() { "ipv6" } else { "ipv4" })).map(What::Address);
        if let Some(address) = address {
            asked.push(ask(&hurried, list, vec![address], is_named));
        }
        if takes("domain") && !domains.is_empty() {
            asked.push(ask(&hurried, list, domains.iter().map(What::Domain).collect(), is_named));
        }
    }
    let said: Vec<Asked> = join_all(asked).await.into_iter().flatten().collect();
    // Where a list names something else of the mail, that is what is meant.
    let lists_other = |list: &str| said.iter().any(|a| a.list == list && matches!(a.said, Said::Listed | Said::Policy));
    for clean in said.iter().filter(|a| a.named && a.said == Said::Clean && !lists_other(&a.list)) {
        let now = named.refuses_now(&clean.list, &clean.what);
        let id = if now { "blocklists.named-clean-now" } else { "blocklists.named-clean" };
        let found = Finding::new(id).arg("list", &clean.list).arg("ip", &clean.what);
        cx.found(found.shown_by(clean.evidence));
    }
    if !said.is_empty() {
        let what = ip.map(|ip| ip.to_string()).into_iter().chain(domains.iter().map(|d| d.name.clone()));
        cx.found(summary(&said, &what.collect::<Vec<_>>().join(" or ")));
    }
}

fn summary(said: &[Asked], what: &str) -> Finding {
    let count = |wanted: &[Said]| said.iter().filter(|a| wanted.contains(&a.said)).count();
    let listed = count(&[Said::Listed, Said::Policy]);
    let matter = count(&[Said::UnknownThatMatters]);
    let absent = said.iter().filter(|a| a.absent).count();
    let unknown = matter + count(&[Said::Unknown]);
    let id = match listed {
        1.. => "blocklists.summary.listed",
        // A network of its own, whose name service knows nothing of the world: mail servers in it cannot ask either.
        0 if absent * 2 > said.len() => "blocklists.summary.absent",
        0 if unknown * 2 > said.len() => "blocklists.summary.unknown",
        0 if matter > 0 => "blocklists.summary.partly",
        0 => "blocklists.summary.clean",
    };
    Finding::new(id).arg("ip", what).arg("count", said.len()).arg("listed", listed).arg("unknown", unknown)
}
