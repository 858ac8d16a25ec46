//! Step 10: whom to write to, and that the evidence is ready for them.

use super::{BoxFuture, Check, Context};
use crate::transcript::{BreakKind, Fact, Finding, Role};

/// The check of step 10.
pub(super) struct Provider;

impl Check for Provider {
    fn id(&self) -> &'static str {
        "provider"
    }

    fn emits(&self) -> &'static [&'static str] {
        &[
            "provider.contact.host",
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
    if let Some(domain) = cx.case.recipient_domain() {
        cx.found(
            Finding::new("provider.contact.postmaster")
                .arg("domain", domain)
                .arg("address", format!("postmaster@{domain}")),
        );
    }
    if let Some(server) = &cx.case.server {
        cx.found(Finding::new("provider.contact.host").arg("server", &server.host));
    } else if let Some(domain) = cx.case.sender_domain() {
        cx.found(Finding::new("provider.contact.host").arg("server", domain));
    }
    let id = if refusals + breaks > 0 { "provider.ticket" } else { "provider.nothing-yet" };
    cx.found(Finding::new(id).arg("count", refusals).arg("tests", cx.seen.entries().len()));
}
