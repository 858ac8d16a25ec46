//! Step 1: is the address right, does its domain take mail, and does its server take this recipient?

mod domain;
mod mx;
mod rcpt;
mod several;
mod slips;
mod verdict;
mod written;

use std::collections::BTreeSet;

use super::dns::elsewhere;
use super::tools::{NoHosts, Split, exchangers, hosts, split};
use super::{BoxFuture, Check, Context};
use crate::transcript::{Case, Consent, Finding};

/// The check of step 1.
pub(super) struct Recipient;

impl Check for Recipient {
    fn id(&self) -> &'static str {
        "recipient"
    }

    fn emits(&self) -> &'static [&'static str] {
        &[
            "recipient.none-given",
            "recipient.in-question",
            "recipient.others.taken",
            "recipient.others.unasked",
            "recipient.syntax.bad",
            "recipient.syntax.suggested",
            "recipient.syntax.ok",
            "recipient.typo",
            "recipient.typo-ending",
            "recipient.idn",
            "recipient.idn-mixed",
            "recipient.idn-imitates",
            "recipient.utf8-needed",
            "recipient.role",
            "recipient.disposable",
            "recipient.domain.ok",
            "recipient.domain.nxdomain",
            "recipient.domain.unregistered",
            "recipient.domain.no-such-name",
            "recipient.domain.null-mx",
            "recipient.domain.no-mail",
            "recipient.domain.fallback",
            "recipient.domain.invented",
            "recipient.domain.unknown",
            "recipient.domain.untold",
            "recipient.domain.servfail",
            "recipient.domain.silent",
            "recipient.domain.cut",
            "recipient.mx.null-beside",
            "recipient.mx.duplicate",
            "recipient.mx.cname",
            "recipient.mx.loopback",
            "recipient.mx.is-address",
            "recipient.mx.unresolved",
            "recipient.mx.unknown",
            "recipient.mx.none-usable",
            "recipient.mx.inside",
            "recipient.mx.private",
            "recipient.mx.private-too",
            "recipient.mx.private-untold",
            "recipient.vrfy.known",
            "recipient.vrfy.unknown",
            "recipient.vrfy.not-told",
            "recipient.rcpt.accepted",
            "recipient.rcpt.refused",
            "recipient.rcpt.deferred",
            "recipient.rcpt.deferred-alone",
            "recipient.rcpt.greylisted",
            "recipient.rcpt.greylisted-still",
            "recipient.rcpt.greylist-passed",
            "recipient.rcpt.all-refused",
            "recipient.rcpt.login-first",
            "recipient.rcpt.by-a-rule",
            "recipient.rcpt.not-served",
            "recipient.rcpt.postmaster-taken",
            "recipient.rcpt.postmaster-refused",
            "recipient.rcpt.not-their-server",
            "recipient.rcpt.domain-served",
            "recipient.rcpt.by-hand-in",
            "firewall.proxy-for-all",
            "recipient.rcpt.will-queue",
            "recipient.rcpt.catch-all",
            "recipient.rcpt.control-refused",
            "recipient.rcpt.refused-earlier",
            "recipient.rcpt.passed-over",
            "recipient.rcpt.turned-away",
            "recipient.rcpt.one-broke",
            "recipient.rcpt.one-refuses",
            "recipient.rcpt.unreachable",
            "recipient.rcpt.utf8-not-offered",
            "recipient.rcpt.utf8-offered",
            "recipient.rcpt.broke",
            "recipient.rcpt.no-answer",
            "recipient.rcpt.no-consent",
            "dns.authority.old-servers",
            "dns.authority.astray",
            "dns.resolver-fails",
            "dns.resolver-refuses",
            "dns.resolver-silent",
            "dns.resolver-closed",
        ]
    }

    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()> {
        Box::pin(run(cx))
    }
}

async fn run(cx: &Context) {
    match several::apart(&cx.case.to).as_slice() {
        [] => cx.found(Finding::new("recipient.none-given")),
        [_] => at_domain(cx).await,
        given => several::run(cx, given).await,
    }
}

/// One recipient, taken apart.
struct Asked<'a> {
    address: &'a str,
    parts: Split,
}

/// The recipients of the case, all of one domain: how they are written, where mail for them goes, what a server there says to each.
async fn at_domain(cx: &Context) {
    let asked: Vec<Asked<'_>> = cx.case.to.iter().filter_map(|address| as_written(cx, address)).collect();
    let Some(Asked { parts, .. }) = asked.first() else { return };
    // A server that was entered is asked whatever the DNS says of the domain: it may know the domain by itself.
    let own_server = is_own_server(&cx.case);
    let looked = domain::look(cx, &parts.domain).await;
    if looked.is_none() && !own_server {
        return;
    }
    let looked = looked.unwrap_or_default();
    if !cx.may(Consent::Connect) || !cx.may(Consent::Rcpt) {
        looked.judge_inner(cx, &parts.domain, false, &BTreeSet::new());
        cx.found(Finding::new("recipient.rcpt.no-consent"));
        return;
    }
    // One that wants a login would refuse anybody without: then the domain's own servers know best.
    let hosts = if own_server { hosts(cx).await } else { exchangers(cx).await };
    match hosts {
        Ok(mut hosts) => {
            if !own_server {
                hosts.retain(|host| !looked.unusable.contains(&host.name.to_ascii_lowercase()));
            }
            let heard = rcpt::ask(cx, &hosts, &asked).await;
            // Where nobody answers, it may be our resolver that led us to the wrong door.
            if heard.is_empty() && !own_server && elsewhere(cx, &parts.domain).await {
                return;
            }
            looked.judge_inner(cx, &parts.domain, !own_server, &heard);
        }
        Err(NoHosts::Unknown(why, evidence)) => {
            let found = Finding::new("recipient.rcpt.unreachable").arg("server", &parts.domain).arg("why", why);
            cx.found(found.shown_by(evidence));
        }
        // `domain` has said it already.
        Err(_) => {}
    }
}

/// Whether a server was entered that takes mail without a login.
fn is_own_server(case: &Case) -> bool {
    case.server.is_some() && case.user.is_none()
}

/// Says how an address is written; none where it is no address.
fn as_written<'a>(cx: &Context, address: &'a str) -> Option<Asked<'a>> {
    match split(address) {
        Ok(parts) => {
            cx.found(Finding::new("recipient.syntax.ok").arg("address", address));
            written::note(cx, address, &parts);
            Some(Asked { address, parts })
        }
        Err(mut fault) => {
            if fault.rule == "no-dot" {
                fault.suggestion = without_dot(cx, address);
            }
            let id = if fault.suggestion.is_some() { "recipient.syntax.suggested" } else { "recipient.syntax.bad" };
            let found = Finding::new(id)
                .arg("address", address)
                .arg("rule", fault.rule)
                .arg("fault", cx.know.syntax.get(fault.rule).map_or("", String::as_str))
                .arg("column", fault.column)
                .arg("suggestion", fault.suggestion.unwrap_or_default());
            cx.found(found);
            None
        }
    }
}

/// `bob@gmailcom`, `bob@gmail`: what a well-known domain without its dot, or without its ending, was meant to be.
fn without_dot(cx: &Context, address: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    let domain = domain.to_lowercase();
    let bare = |known: &&String| known.replace('.', "") == domain || known.split('.').next() == Some(domain.as_str());
    cx.know.domains.iter().find(bare).map(|known| format!("{local}@{known}"))
}
