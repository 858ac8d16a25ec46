//! Step 10: whom to write to, and that the evidence is ready for them.

use super::{BoxFuture, Check, Context};
use crate::transcript::{BreakKind, DnsRecord, Fact, Finding, Role};

/// The check of step 10.
pub(super) struct Provider;

/// What is amiss in the network that this machine is in, so that nobody at the other end can mend it.
const OWN_NETWORK: [&str; 9] = [
    "connectivity.rejected.on-way",
    "firewall.greeting-masked",
    "firewall.interceptor",
    "firewall.keywords-masked",
    "firewall.port25.blocked",
    "firewall.portal",
    "firewall.proxy-for-all",
    "firewall.rule.blocks",
    "firewall.way.blocked",
];

impl Check for Provider {
    fn id(&self) -> &'static str {
        "provider"
    }

    fn emits(&self) -> &'static [&'static str] {
        &[
            "provider.contact.host",
            "provider.contact.network",
            "provider.contact.postmaster",
            "provider.contact.list",
            "provider.ticket",
            "provider.nothing-yet",
        ]
    }

    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()> {
        Box::pin(async { run(cx) })
    }
}

fn run(cx: &Context) {
    // Each list that has the address or the domain, once.
    let mut lists: Vec<(&str, &str)> = Vec::new();
    for (_, finding) in cx
        .seen
        .findings()
        .filter(|(_, f)| f.id.starts_with("blocklists.") && f.id.contains(".listed") && f.args.contains_key("list"))
    {
        if let (Some(list), Some(removal)) = (finding.args.get("list"), finding.args.get("removal"))
            && !lists.iter().any(|(l, _)| l == list)
        {
            lists.push((list, removal));
        }
    }
    for (list, removal) in lists {
        cx.found(Finding::new("provider.contact.list").arg("list", list).arg("removal", removal));
    }
    let refusals = cx.seen.replies().filter(|(_, r)| r.role != Role::Control && !r.is_positive()).count();
    let breaks = cx
        .seen
        .entries()
        .iter()
        .filter(|e| matches!(&e.fact, Fact::Broke { broken, .. } if broken.kind != BreakKind::EarlyTalk))
        .count();
    let network = cx.seen.findings().any(|(_, f)| OWN_NETWORK.contains(&f.id.as_str()));
    // Their postmaster has a part in it only where one of their servers was heard, or a text tells of one.
    let heard_elsewhere = |own: &str| cx.seen.replies().any(|(_, r)| r.server != own && !r.is_positive());
    let theirs = !network && cx.case.own_server().is_none_or(heard_elsewhere);
    if let Some(domain) = cx.case.recipient_domain().filter(|_| theirs) {
        cx.found(
            Finding::new("provider.contact.postmaster")
                .arg("domain", domain)
                .arg("address", format!("postmaster@{domain}")),
        );
    }
    let own = cx.case.server.as_ref().map(|s| s.host.as_str()).filter(|host| !takes_mail_for_them(cx, host));
    if network {
        cx.found(Finding::new("provider.contact.network"));
    } else if let Some(server) = own.or_else(|| cx.case.sender_domain()) {
        cx.found(Finding::new("provider.contact.host").arg("server", server));
    }
    let id = if network || refusals + breaks > 0 { "provider.ticket" } else { "provider.nothing-yet" };
    cx.found(Finding::new(id).arg("count", refusals).arg("tests", cx.seen.entries().len()));
}

/// Whether a server is the recipient's: a text that tells of a refusal names that one, and whoever runs it is not on the sender's side.
fn takes_mail_for_them(cx: &Context, host: &str) -> bool {
    let is_it = |r: &DnsRecord| matches!(r, DnsRecord::Mx { host: mx, .. } if mx.eq_ignore_ascii_case(host));
    let exchanger = cx.seen.entries().iter().any(|e| match &e.fact {
        Fact::Dns { dns, .. } => Some(dns.name.as_str()) == cx.case.recipient_domain() && dns.records.iter().any(is_it),
        _ => false,
    });
    let registered = |name: &str| psl::domain_str(name).unwrap_or(name).to_ascii_lowercase();
    let (theirs, ours) = (cx.case.recipient_domain().map(registered), cx.case.sender_domain().map(registered));
    theirs != ours && (exchanger || theirs == Some(registered(host)))
}
