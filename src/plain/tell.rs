//! Facts as sentences, one a line.

use super::found::{about, words};
use crate::guide::Guide;
use crate::transcript::{CommandFact, ConnectOutcome, DnsRecord, Entry, Fact, Finding, Level, Reply, Role, StepStatus};
use crate::walk::Walk;

/// What is said of an entry as it comes; nothing for most.
pub(super) fn fact(guide: &Guide, walk: &Walk, at: usize) -> Vec<String> {
    let entries = walk.transcript().entries();
    match &entries[at].fact {
        Fact::Went { to: Some(to), rule, because, .. } => {
            let Some(step) = guide.step(to) else { return Vec::new() };
            let been = |e: &Entry| matches!(&e.fact, Fact::Went { to: Some(t), .. } if t == to);
            let again = entries[..at].iter().any(been);
            let mut lines = vec![format!("Step {} of the guide: {}.", step.number, step.title)];
            if rule.starts_with("start/") {
                lines.push(format!("{}.", capital(because)));
            }
            if !again {
                lines.push(step.why.plain.clone());
            }
            lines
        }
        Fact::Received { reply, .. } if reply.role == Role::Case && !reply.is_positive() => vec![answered(reply)],
        Fact::Found { finding, .. } => vec![found(guide, finding)],
        Fact::Cancelled { .. } => vec!["Stopped. What came in so far counts.".to_owned()],
        // What only told something has nothing to be judged by, and has said so itself.
        Fact::StepEnded { step, status: StepStatus::Skipped } if !walk.runs_of(step).is_empty() => Vec::new(),
        Fact::StepEnded { status, .. } => vec![ended(*status, false).to_owned()],
        _ => Vec::new(),
    }
}

/// An entry as a line of the transcript; none where nothing left or reached this machine.
pub(super) fn line(entry: &Entry) -> Option<String> {
    let text = match &entry.fact {
        Fact::Dns { dns, .. } => {
            let records: Vec<_> = dns.records.iter().map(record).collect();
            let answer = if records.is_empty() { dns.outcome.as_str().replace('-', " ") } else { records.join(", ") };
            format!("asked the name service: {} {}. Answer: {answer}", dns.rtype, dns.name)
        }
        Fact::Connect { connect, .. } => {
            let how = match connect.outcome {
                ConnectOutcome::Open => "connected",
                other => other.as_str(),
            };
            format!("{} {}: {how}", connect.server, connect.address)
        }
        Fact::Tls { tls, .. } if tls.established => {
            format!("{}: secured with {}", tls.server, tls.version.as_deref().unwrap_or("TLS"))
        }
        Fact::Tls { tls, .. } if tls.probe => format!("{}: asked which old TLS it speaks", tls.server),
        Fact::Tls { tls, .. } => format!("{}: the TLS handshake failed", tls.server),
        Fact::Sent { command, .. } => sent(command),
        Fact::Received { reply, .. } => answered(reply),
        Fact::Broke { broken, .. } => {
            format!("{} broke off at {}: {}", broken.server, broken.stage.spoken(), broken.kind.as_str())
        }
        Fact::Trace { trace, .. } => {
            let hops: Vec<_> = trace.hops.iter().filter_map(|h| Some(format!("{} {}", h.hop, h.from?))).collect();
            format!("the way to {} {}: {}", trace.server, trace.address, hops.join(", "))
        }
        Fact::Http { http, .. } => {
            let status = http.status.map(|s| format!("status {s}"));
            format!("asked for {}: {}", http.url, http.error.clone().or(status).unwrap_or_default())
        }
        Fact::Host { host, .. } => {
            let value = host.value.as_deref().or(host.reason.as_deref()).unwrap_or("nothing");
            format!("this machine, {}: {value}", host.what)
        }
        _ => return None,
    };
    Some(format!("{} ms. {text}", entry.at))
}

/// A record as it is said.
fn record(record: &DnsRecord) -> String {
    match record {
        DnsRecord::Address(ip) => ip.to_string(),
        DnsRecord::Mx { host, .. } if host.is_empty() => "it takes no mail".to_owned(),
        DnsRecord::Mx { preference, host } => format!("{host}, preference {preference}"),
        DnsRecord::Cname(name) => format!("another name of {name}"),
        DnsRecord::Txt(text) => text.clone(),
        DnsRecord::Ptr(name) => name.clone(),
        DnsRecord::Other(other) => other.clone(),
    }
}

/// How a step ended that was looked at, or was not.
pub(super) fn ended(status: StepStatus, looked: bool) -> &'static str {
    match status {
        StepStatus::Pass => "This step is fine.",
        StepStatus::Warn => "This step has something worth a look.",
        StepStatus::Fail => "This step shows a fault.",
        StepStatus::Unknown => "This step could not tell.",
        StepStatus::Skipped if looked => "This step has nothing to judge.",
        StepStatus::Skipped => "This step was left out.",
    }
}

/// Whether a finding that is no fault says nothing but the words of a refusal, which was read out when it came.
pub(super) fn only_quotes(guide: &Guide, walk: &Walk, finding: &Finding) -> bool {
    let is_fault = guide.finding(&finding.id).is_none_or(|e| e.level == Level::Fail);
    let entries = walk.transcript().entries();
    let quoted = |says: &str| {
        finding.evidence.iter().any(|id| match entries.get(id.0 as usize).map(|e| &e.fact) {
            Some(Fact::Received { reply, .. }) if reply.role == Role::Case && !reply.is_positive() => {
                says == format!("{} answered {}: {}", reply.server, reply.codes(), reply.joined())
            }
            _ => false,
        })
    };
    !is_fault && words(guide, finding).is_some_and(|says| quoted(&says))
}

fn found(guide: &Guide, finding: &Finding) -> String {
    let (Some(entry), Some(says)) = (guide.finding(&finding.id), words(guide, finding)) else {
        return finding.id.clone();
    };
    let lead = match (&finding.probe, entry.level) {
        (Some(probe), Level::Fail) if !about(probe, &says).is_empty() => format!("{probe}: fault. "),
        (Some(probe), Level::Unknown) if !about(probe, &says).is_empty() => format!("{probe}: could not tell. "),
        (Some(probe), Level::Ok | Level::Info | Level::Warn) => about(probe, &says),
        (_, Level::Fail) => "Fault: ".to_owned(),
        (_, Level::Unknown) => "Could not tell: ".to_owned(),
        (None, Level::Warn) => "Note: ".to_owned(),
        (None, _) => String::new(),
    };
    format!("{lead}{says}")
}

fn answered(reply: &Reply) -> String {
    let server = if reply.server.is_empty() { "The server" } else { reply.server.as_str() };
    let stage = reply.stage.map_or_else(String::new, |s| format!(" at {}", s.spoken()));
    format!("{server} answered{stage}: {} {}", reply.codes(), reply.joined())
}

/// A reason as a sentence of its own.
fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

fn sent(command: &CommandFact) -> String {
    format!("sent: {}", command.line)
}
