//! A second look at what failed: the same question, connection or envelope, once more.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use futures_util::future::join_all;

use crate::check::Context;
use crate::check::tools::{Host, Stopped, could_not_tell, exchangers, hosts, leave, talk};
use crate::net::{Broken, Heard, RecordType};
use crate::transcript::{ConnectOutcome, Consent, Fact, Finding, Reply, Role, RunId, Stage, StepId, Transcript};

/// How many of each kind are looked at once more.
const MOST: usize = 4;
/// Steps whose connections and replies are those of the case; others try hosts and ports to compare with, too. A login is never repeated.
const OF_THE_CASE: [&str; 4] = ["recipient", "connectivity", "server-status", "load"];
/// Steps whose questions to the DNS are those of the case.
const NAMES_OF_THE_CASE: [&str; 3] = ["recipient", "connectivity", "dns"];

/// What failed, in steps that did not end well.
#[derive(Default)]
pub(super) struct Failed {
    names: Vec<(String, String)>,
    connections: BTreeMap<SocketAddr, String>,
    replies: BTreeMap<SocketAddr, Reply>,
}

impl Failed {
    /// What failed in these steps and has not come right since.
    pub(super) fn of(seen: &Transcript, steps: &BTreeSet<StepId>) -> Self {
        let mut failed = Self::default();
        let mut runs: BTreeMap<RunId, &StepId> = BTreeMap::new();
        for entry in seen.entries() {
            if let Fact::Started { run, step, .. } = &entry.fact
                && steps.contains(step)
            {
                runs.insert(*run, step);
            }
            let Some(step) = entry.fact.run().and_then(|run| runs.get(&run)) else { continue };
            let of_the_case = OF_THE_CASE.iter().any(|s| *step == s);
            match &entry.fact {
                Fact::Dns { dns, .. } if NAMES_OF_THE_CASE.iter().any(|s| *step == s) => {
                    let question = (dns.name.clone(), dns.rtype.clone());
                    failed.names.retain(|q| *q != question);
                    if could_not_tell(dns).is_some() {
                        failed.names.push(question);
                    }
                }
                Fact::Connect { connect, .. } if of_the_case => {
                    if connect.outcome == ConnectOutcome::Open {
                        failed.connections.remove(&connect.address);
                    } else {
                        failed.connections.insert(connect.address, connect.server.clone());
                    }
                }
                Fact::Received { reply, .. } if of_the_case && reply.role == Role::Case => failed.heard(reply),
                _ => {}
            }
        }
        failed
    }

    fn heard(&mut self, reply: &Reply) {
        let (Some(address), Some(stage)) = (reply.address, reply.stage) else { return };
        if !reply.is_positive() && stage <= Stage::Rcpt {
            self.replies.insert(address, reply.clone());
        } else if self.replies.get(&address).is_some_and(|refusal| refusal.stage <= Some(stage)) && stage != Stage::Quit
        {
            self.replies.remove(&address);
        }
    }
}

/// Asks again what the DNS could not tell, past the memory of this session.
pub(super) async fn names(cx: &Context, failed: &Failed) {
    let fresh = cx.net.with_limits(cx.net.limits());
    let asked = failed.names.iter().filter_map(|(name, rtype)| Some((name, rtype.parse::<RecordType>().ok()?)));
    join_all(asked.take(MOST).map(|(name, rtype)| {
        let fresh = &fresh;
        async move {
            let label = format!("{rtype} {name}");
            cx.rec.probing(&label);
            let (dns, evidence) = fresh.lookup(&cx.rec, name, rtype).await;
            let why = could_not_tell(&dns);
            let id = if why.is_some() { "escalate.recheck.unanswered" } else { "escalate.recheck.answered" };
            let found = Finding::new(id).arg("name", name).arg("type", rtype).arg("why", why.unwrap_or_default());
            cx.found(found.shown_by(evidence).ends(&label, dns.ms));
        }
    }))
    .await;
}

/// Connections that did not come about are tried once more.
pub(super) async fn connections(cx: &Context, failed: &Failed) {
    let tries = failed.connections.iter().take(MOST).map(|(address, server)| async move {
        let label = format!("{server} {address}");
        cx.rec.probing(&label);
        let (id, evidence, ms) = match cx.net.connect(&cx.rec, server, *address, cx.case.source).await {
            Ok(over) => {
                let evidence = over.1;
                leave(cx, server, *address, over).await;
                ("escalate.recheck.healed", evidence, None)
            }
            Err((fact, evidence)) => ("escalate.recheck.same", evidence, Some(fact.ms)),
        };
        let mut finding = Finding::new(id).arg("server", server).arg("address", address).shown_by(evidence);
        finding.probe = Some(label);
        finding.ms = ms;
        cx.found(finding);
    });
    join_all(tries).await;
}

/// Dialogues that a server refused are taken once more as far as they came.
pub(super) async fn dialogues(cx: &Context, failed: &Failed) {
    if failed.replies.is_empty() {
        return;
    }
    let mut known = hosts(cx).await.unwrap_or_default();
    if cx.case.server.is_some() {
        known.extend(exchangers(cx).await.unwrap_or_default());
    }
    let asked =
        failed.replies.iter().filter(|(_, reply)| reply.stage <= Some(Stage::Starttls) || cx.may(Consent::Rcpt));
    let asked = asked.filter_map(|(address, reply)| Some((known.iter().find(|h| h.is_at(*address))?, address, reply)));
    join_all(asked.take(MOST).map(|(host, address, before)| async move {
        let label = format!("{} at {}", host.name, before.stage.map_or("", Stage::spoken));
        cx.rec.probing(&label);
        let found = match once_more(cx, host, *address, before).await {
            Ok(heard) => {
                let id = if heard.is_positive() { "escalate.recheck.accepted" } else { "escalate.recheck.refused" };
                let found = Finding::new(id).arg("codes", heard.reply.codes()).arg("text", heard.reply.joined());
                found.arg("before", before.codes()).shown_by(heard.evidence).ends(&label, heard.reply.rtt_ms)
            }
            Err((broken, evidence)) => Finding::new("escalate.recheck.same").shown_by(evidence).ends(&label, broken.ms),
        };
        cx.found(found.arg("server", &host.name).arg("address", address));
    }))
    .await;
}

/// What the server says now where it refused before; or sooner, if it refuses sooner.
async fn once_more(cx: &Context, host: &Host, address: SocketAddr, before: &Reply) -> Result<Heard, Broken> {
    let talk = match talk(cx, host, address.ip(), Role::Control).await {
        Ok(talk) => talk,
        Err(Stopped::Refused(dialogue, heard) | Stopped::NoStarttls(dialogue, heard)) => {
            dialogue.quit().await;
            return Ok(heard);
        }
        Err(Stopped::Broke(broken)) => return Err(broken),
    };
    let (mut dialogue, mut heard) = (talk.dialogue, talk.opening.last().clone());
    if before.stage >= Some(Stage::Mail) {
        heard = dialogue.mail(cx.case.from.as_deref().unwrap_or_default(), "").await?;
        if before.stage == Some(Stage::Rcpt)
            && heard.is_positive()
            && let Some(to) = cx.case.recipient()
        {
            heard = dialogue.rcpt(to, Role::Control).await?;
        }
        // What was heard stands, whatever comes of this.
        let _ = dialogue.control(Stage::Rcpt, "RSET").await;
    }
    dialogue.quit().await;
    Ok(heard)
}
