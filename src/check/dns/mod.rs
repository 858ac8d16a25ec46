//! Step 9: the records that mail needs: of the recipient's domain, of the sending domain, and of the sending address.

mod authority;
mod charge;
mod dane;
mod dkim;
mod dmarc;
mod dmarc_record;
mod dnssec;
mod exchangers;
mod extras;
mod judged;
mod policy;
mod registration;
mod reverse;
mod served;
mod signed;
mod slim;
mod spf;
mod sts;
mod sts_policy;
mod tags;

pub(super) use charge::elsewhere;

use super::tools::{could_not_tell, is_cut, resolver_fault};
use super::{BoxFuture, Check, Context};
use crate::transcript::{DnsFact, DnsOutcome, EvidenceId, Finding};

/// The check of step 9.
pub(super) struct Dns;

impl Check for Dns {
    fn id(&self) -> &'static str {
        "dns"
    }

    fn emits(&self) -> &'static [&'static str] {
        &[
            "dns.no-domain",
            "dns.registration.known",
            "dns.registration.undated",
            "dns.registration.young",
            "dns.registration.ends-soon",
            "dns.registration.expired",
            "dns.registration.held",
            "dns.registration.held-theirs",
            "dns.registration.none",
            "dns.registration.untold",
            "dns.no-ip",
            "dns.no-ip-given",
            "dns.ip-seen",
            "dns.nxdomain",
            "dns.mx.untold-here",
            "dns.sender.nxdomain",
            "dns.sender.null-mx",
            "dns.sender.no-mx",
            "dns.sender.mx-unresolved",
            "dns.sender.mx-ok",
            "dns.sender.no-mail",
            "dns.servfail",
            "dns.refused",
            "dns.timeout",
            "dns.unreachable",
            "dns.resolver-fails",
            "dns.resolver-fails-type",
            "dns.resolver-refuses",
            "dns.resolver-silent",
            "dns.resolver-closed",
            "dns.denies-all",
            "dns.truncated",
            "dns.dnssec.bogus",
            "dns.dnssec.secure",
            "dns.dnssec.unsigned",
            "dns.dnssec.not-validated",
            "dns.mta-sts.none",
            "dns.mta-sts.misplaced",
            "dns.mta-sts.ok",
            "dns.mta-sts.off",
            "dns.mta-sts.bad-record",
            "dns.mta-sts.no-consent",
            "dns.mta-sts.untold",
            "dns.mta-sts.certificate",
            "dns.mta-sts.no-policy",
            "dns.mta-sts.bad-policy",
            "dns.mta-sts.mismatch",
            "dns.mta-sts.some-mismatch",
            "dns.mta-sts.unverified",
            "dns.mta-sts.some-unverified",
            "dns.mta-sts.testing-unverified",
            "dns.mta-sts.testing-mismatch",
            "dns.mta-sts.short-age",
            "dns.tls-rpt.ok",
            "dns.tls-rpt.none",
            "dns.tls-rpt.bad",
            "dns.tls-rpt.multiple",
            "dns.tls-rpt.untold",
            "dns.dane.ok",
            "dns.dane.mismatch",
            "dns.dane.other-name",
            "dns.dane.out-of-date",
            "dns.dane.bogus",
            "dns.dane.fails",
            "dns.dane.no-tls",
            "dns.dane.unusable",
            "dns.dane.unsigned",
            "dns.dane.not-compared",
            "dns.bimi.present",
            "dns.bimi.bad",
            "dns.caa.present",
            "dns.srv.submission",
            "dns.srv.dead",
            "dns.authority.ok",
            "dns.authority.no-address",
            "dns.authority.lame",
            "dns.authority.silent",
            "dns.authority.apart",
            "dns.authority.apart-spf",
            "dns.authority.serials",
            "dns.authority.stale",
            "dns.authority.old-servers",
            "dns.authority.astray",
            "dns.authority.by-chance",
            "dns.authority.split",
            "dns.authority.unknown",
            "dns.mx.ok",
            "dns.mx.some-ok",
            "dns.mx.inside",
            "dns.mx.is-address",
            "dns.mx.loopback",
            "dns.mx.null-beside",
            "dns.mx.no-ptr",
            "dns.mx.none",
            "dns.mx.no-mail",
            "dns.mx.null",
            "dns.mx.cname",
            "dns.mx.unresolved",
            "dns.mx.all-unresolved",
            "dns.mx.host-unknown",
            "dns.ptr.ok",
            "dns.ptr.other-family",
            "dns.ptr.none",
            "dns.ptr.mismatch",
            "dns.ptr.unknown",
            "dns.ptr.private",
            "dns.helo.ok",
            "dns.helo.elsewhere",
            "dns.helo.unresolved",
            "dns.helo.unknown",
            "dns.helo.literal",
            "dns.spf.ok",
            "dns.spf.none",
            "dns.spf.almost",
            "dns.spf.multiple",
            "dns.spf.bad",
            "dns.spf.bad-clear",
            "dns.spf.open",
            "dns.spf.ignored",
            "dns.spf.behind-all",
            "dns.spf.no-end",
            "dns.spf.ptr",
            "dns.spf.long",
            "dns.spf.loop",
            "dns.spf.twice",
            "dns.spf.unknown-modifier",
            "dns.spf.sender-id",
            "dns.spf.no-words",
            "dns.spf.too-many-lookups",
            "dns.spf.far-too-many-lookups",
            "dns.spf.too-many-voids",
            "dns.spf.void",
            "dns.spf.too-many-hosts",
            "dns.spf.leads-nowhere",
            "dns.spf.included-bad",
            "dns.spf.unknown",
            "dns.spf.covers",
            "dns.spf.not-covered",
            "dns.spf.softly-not-covered",
            "dns.spf.neutral",
            "dns.spf.words",
            "dns.spf.helo.covers",
            "dns.spf.helo.not-covered",
            "dns.spf.helo.broken",
            "dns.dkim.ok",
            "dns.dkim.weak",
            "dns.dkim.too-small",
            "dns.dkim.testing",
            "dns.dkim.several",
            "dns.dkim.bad",
            "dns.dkim.none",
            "dns.dkim.not-found",
            "dns.dkim.unknown",
            "dns.dkim.revoked",
            "dns.dkim.revoked-used",
            "dns.dkim.unsigned",
            "dns.dkim.verified",
            "dns.dkim.body-changed",
            "dns.dkim.expired",
            "dns.dkim.no-match",
            "dns.dkim.broken-beside",
            "dns.dmarc.ok",
            "dns.dmarc.none",
            "dns.dmarc.other-text",
            "dns.dmarc.multiple",
            "dns.dmarc.bad",
            "dns.dmarc.bad-clear",
            "dns.dmarc.no-policy",
            "dns.dmarc.inherited",
            "dns.dmarc.differs",
            "dns.dmarc.testing",
            "dns.dmarc.old-tags",
            "dns.dmarc.misplaced",
            "dns.dmarc.below-open",
            "dns.dmarc.reports-odd",
            "dns.dmarc.no-reports",
            "dns.dmarc.reports-unauthorised",
            "dns.dmarc.reports-unknown",
            "dns.dmarc.spf-apart",
            "dns.dmarc.passes-by-spf",
            "dns.dmarc.passes-by-dkim",
            "dns.dmarc.fails",
            "dns.dmarc.rests-on-dkim",
            "dns.dmarc.unproved",
        ]
    }

    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()> {
        Box::pin(run(cx))
    }
}

async fn run(cx: &Context) {
    let sender = cx.case.sender_domain().map(|d| idna::domain_to_ascii(d).unwrap_or_else(|_| d.to_owned()));
    let recipient = cx.case.recipient_domain().map(|d| idna::domain_to_ascii(d).unwrap_or_else(|_| d.to_owned()));
    if sender.is_none() && recipient.is_none() {
        cx.found(Finding::new("dns.no-domain"));
    }
    // An address in brackets is no domain (RFC 5321 §4.1.3).
    let [sender, recipient] = [sender, recipient].map(|d| d.filter(|d| !d.starts_with('[')));
    let same = sender.is_some() && sender == recipient;
    futures_util::join!(
        async {
            if let Some(domain) = recipient.as_deref() {
                exchangers::look(cx, domain, false).await;
            }
        },
        async {
            if let Some(domain) = sender.as_deref() {
                // SPF is the longest chain of questions: it goes first.
                let own_exchangers = async {
                    if !same {
                        exchangers::look(cx, domain, true).await;
                    }
                };
                futures_util::join!(policy::records(cx, domain), own_exchangers);
            }
        },
        async {
            if let Some(domain) = sender.as_deref() {
                futures_util::join!(
                    authority::compare(cx, domain),
                    dnssec::state(cx, domain),
                    sts::reports(cx, domain),
                    extras::records(cx, domain),
                );
            }
        },
        async {
            if let Some(domain) = recipient.as_deref().filter(|_| !same) {
                futures_util::join!(authority::compare(cx, domain), dnssec::state(cx, domain));
            }
        },
        async {
            // What keeps mail from being delivered is the recipient's; of the sender's own domain, replies depend on it.
            if let Some(domain) = recipient.as_deref().or(sender.as_deref()) {
                let certificates = served::Certificates::default();
                futures_util::join!(sts::policy(cx, domain, &certificates), dane::servers(cx, domain, &certificates));
            }
        },
        reverse::address(cx),
        async {
            let domains =
                [sender.as_deref().map(|d| (d, true)), recipient.as_deref().filter(|_| !same).map(|d| (d, false))];
            futures_util::future::join_all(
                domains.into_iter().flatten().map(|(domain, own)| registration::of(cx, domain, own)),
            )
            .await;
        },
    );
}

/// Says what kept a question from being answered. Returns whether it did.
async fn unanswered(cx: &Context, dns: &DnsFact, evidence: EvidenceId, label: &str) -> bool {
    let Some(why) = could_not_tell(dns) else { return false };
    let id = match dns.outcome {
        _ if let Some(id) = resolver_fault(cx, dns).await => id,
        DnsOutcome::ServFail if dnssec::is_bogus(cx, dns).await => "dns.dnssec.bogus",
        _ if is_cut(dns) => "dns.truncated",
        DnsOutcome::ServFail => "dns.servfail",
        DnsOutcome::Refused => "dns.refused",
        DnsOutcome::DeniesAll => "dns.denies-all",
        DnsOutcome::Timeout => "dns.timeout",
        _ => "dns.unreachable",
    };
    let found = Finding::new(id)
        .arg("name", &dns.name)
        .arg("type", &dns.rtype)
        .arg("why", why)
        .arg("detail", dns.detail.clone().unwrap_or_default())
        .shown_by(evidence)
        .ends(label, dns.ms);
    cx.found(found);
    true
}
