//! What shows a finding: the facts themselves, each as lines.

use std::net::SocketAddr;

use super::pairs::counterpart;
use super::{MOST, says};
use crate::guide::Guide;
use crate::transcript::{
    BreakKind, CertificateFact, ConnectOutcome, DnsFact, DnsOutcome, DnsRecord, EvidenceId, Fact, Finding, Role,
    TlsFact, Transcript, clean_line,
};

/// The lines about some evidence: each finding in its words with the facts behind it, each fact as it was seen.
pub(in crate::tui) fn evidence(guide: &Guide, transcript: &Transcript, of: &[EvidenceId], admin: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut told = Vec::new();
    for id in of {
        match transcript.entries().get(id.0 as usize).map(|e| &e.fact) {
            Some(Fact::Found { finding, .. }) => {
                about(&mut lines, guide, transcript, finding, admin);
                told.extend(&finding.evidence);
            }
            Some(_) if !told.contains(id) => show(&mut lines, transcript, *id),
            _ => {}
        }
    }
    if lines.is_empty() {
        lines.push("Nothing stands behind this.".to_owned());
    }
    lines.into_iter().map(|l| clean_line(&l, MOST)).collect()
}

/// A finding, its id and source, and the facts behind it; those of findings it rests on included, one level deep.
fn about(lines: &mut Vec<String>, guide: &Guide, transcript: &Transcript, finding: &Finding, admin: bool) {
    lines.push(says(guide, finding, admin));
    let source = guide.finding(&finding.id).map_or_else(String::new, |e| format!(" · {}", e.source));
    lines.push(format!("{}{source}", finding.id));
    lines.push(String::new());
    let before = lines.len();
    for id in &finding.evidence {
        match transcript.entries().get(id.0 as usize).map(|e| &e.fact) {
            Some(Fact::Found { finding, .. }) => finding.evidence.iter().for_each(|id| show(lines, transcript, *id)),
            Some(_) => {
                show(lines, transcript, *id);
                if let Some(other) = counterpart(transcript, *id).filter(|o| !finding.evidence.contains(o)) {
                    lines.push("Compared with".to_owned());
                    show(lines, transcript, other);
                }
            }
            None => {}
        }
    }
    if lines.len() == before {
        lines.push("No single fact shows it: it follows from what was asked, and how that ended.".to_owned());
        lines.push(String::new());
    }
}

/// One fact, under its number and time.
fn show(lines: &mut Vec<String>, transcript: &Transcript, id: EvidenceId) {
    let Some(entry) = transcript.entries().get(id.0 as usize) else { return };
    let told = tell(&entry.fact);
    if !told.is_empty() {
        lines.push(format!("{id}, {}.{} s after the beginning", entry.at / 1000, entry.at % 1000 / 100));
        lines.extend(told.into_iter().map(|l| format!("  {l}")));
        lines.push(String::new());
    }
}

/// A fact in lines; none for facts that show nothing by themselves.
pub(super) fn tell(fact: &Fact) -> Vec<String> {
    match fact {
        Fact::Dns { dns, .. } => tell_dns(dns),
        Fact::Connect { connect, .. } => {
            let how = match connect.outcome {
                ConnectOutcome::Open => "connected".to_owned(),
                ConnectOutcome::Refused => "refused: a host is there, and nothing listens on that port".to_owned(),
                ConnectOutcome::Timeout => "no answer in time".to_owned(),
                ConnectOutcome::Unreachable => "unreachable".to_owned(),
                ConnectOutcome::Denied => "denied by this machine".to_owned(),
                ConnectOutcome::Error => connect.reason.clone().unwrap_or_else(|| "failed".to_owned()),
            };
            vec![format!("{} {}: {how}, {} ms", connect.server, connect.address, connect.ms)]
        }
        Fact::Tls { tls, .. } => tell_tls(tls),
        Fact::Sent { command, .. } => vec![format!("to {}: {}", place(&command.server, command.address), command.line)],
        Fact::Received { reply, .. } => {
            let from = match (&reply.address, reply.role) {
                (_, Role::Pasted) => format!("{} (as pasted)", reply.server),
                (Some(address), _) => place(&reply.server, *address),
                (None, _) => reply.server.clone(),
            };
            let at = reply.stage.map_or_else(String::new, |s| format!(", at {}", s.spoken()));
            let mut lines = vec![format!("from {}{at}:", from.trim())];
            lines.extend(reply.text.iter().map(|t| format!("{} {t}", reply.codes())));
            lines
        }
        Fact::Broke { broken, .. } => {
            let mut line = format!(
                "{}: the dialogue broke off at {}, {}, after {} ms",
                place(&broken.server, broken.address),
                broken.stage.spoken(),
                how_broken(broken.kind),
                broken.ms
            );
            if let Some(detail) = &broken.detail {
                line += &format!(": {detail}");
            }
            vec![line]
        }
        Fact::Host { host, .. } => {
            let said = host.value.clone().or_else(|| host.reason.as_ref().map(|r| format!("could not be read: {r}")));
            vec![format!("{}: {}", host.what, said.unwrap_or_default())]
        }
        Fact::Trace { trace, .. } => {
            let mut lines = vec![format!("the way to {} {}, {} ms", trace.server, trace.address, trace.ms)];
            lines.extend(trace.hops.iter().map(|h| match h.from {
                Some(from) => format!("  {:>2}  {from}  {} ms", h.hop, h.ms),
                None => format!("  {:>2}  silent", h.hop),
            }));
            lines
        }
        Fact::Http { http, .. } => {
            let status = http.status.map(|s| format!("status {s}, {} octets", http.octets));
            let how = http.error.clone().or(status).unwrap_or_default();
            vec![format!("GET {}: {how}, {} ms", http.url, http.ms)]
        }
        Fact::Message { message, .. } => {
            let mut lines = vec![format!("the message: {} octets, {} lines", message.octets, message.lines)];
            if !message.attachments.is_empty() {
                lines.push(format!("attachments: {}", message.attachments.join(", ")));
            }
            lines
        }
        _ => Vec::new(),
    }
}

fn tell_dns(dns: &DnsFact) -> Vec<String> {
    let server = dns.server.map_or_else(String::new, |s| format!(" (asked of {s})"));
    let mut lines = vec![format!("{} {}{server}: {}, {} ms", dns.name, dns.rtype, outcome(dns.outcome), dns.ms)];
    lines.extend(dns.records.iter().map(|r| format!("  {}", record(r))));
    lines.extend(dns.detail.iter().map(|d| format!("  {d}")));
    lines
}

/// How a question to the DNS ended, in words.
pub(super) fn outcome(outcome: DnsOutcome) -> &'static str {
    match outcome {
        DnsOutcome::Found => "found",
        DnsOutcome::NoData => "no such record",
        DnsOutcome::NxDomain => "no such name",
        DnsOutcome::DeniesAll => "denied, as is every name",
        DnsOutcome::ServFail => "the resolver failed",
        DnsOutcome::Refused => "the resolver refuses to answer",
        DnsOutcome::Timeout => "no answer in time",
        DnsOutcome::Error => "could not be asked",
    }
}

/// A record's data.
pub(super) fn record(record: &DnsRecord) -> String {
    match record {
        DnsRecord::Address(ip) => ip.to_string(),
        DnsRecord::Mx { preference, host } if host.is_empty() => format!("{preference} . (takes no mail)"),
        DnsRecord::Mx { preference, host } => format!("{preference} {host}"),
        DnsRecord::Txt(text) => format!("\"{text}\""),
        DnsRecord::Cname(name) => format!("is another name of {name}"),
        DnsRecord::Ptr(name) => name.clone(),
        DnsRecord::Other(other) => other.clone(),
    }
}

fn tell_tls(tls: &TlsFact) -> Vec<String> {
    let mut lines = vec![format!("{}: {}", place(&tls.server, tls.address), handshake(tls))];
    for certificate in &tls.chain {
        lines.push(format!("  certificate {}", certificate.subject));
        lines.push(format!("    for {}", certificate.names.join(", ")));
        if !certificate.key.is_empty() {
            lines.push(format!("    key {}", certificate.key));
        }
        lines.push(format!("    issued by {}, valid until {}", certificate.issuer, until(certificate)));
    }
    lines
}

/// A handshake in a line.
pub(super) fn handshake(tls: &TlsFact) -> String {
    if tls.probe {
        let chose = tls.version.as_deref().zip(tls.cipher.as_deref());
        let chose =
            chose.map(|(version, cipher)| format!("it would take {}, {cipher}", version.replace("TLSv", "TLS ")));
        let refused = || format!("none of those: {}", tls.error.as_deref().unwrap_or("no reason given"));
        return format!("asked with old versions and ciphers: {}", chose.unwrap_or_else(refused));
    }
    if !tls.established {
        return format!("the TLS handshake failed: {}", tls.error.as_deref().unwrap_or("no reason given"));
    }
    let version = tls.version.as_deref().map_or_else(|| "TLS".to_owned(), |v| v.replace("TLSv", "TLS "));
    let first = tls.chain.first();
    let name = first.and_then(|c| c.names.first()).map_or_else(String::new, |n| format!(", certificate {n}"));
    let until = first.map_or_else(String::new, |c| format!(", valid until {}", until(c)));
    let distrust = tls.distrust.as_deref().map_or_else(String::new, |d| format!(", not trusted: {d}"));
    format!("{version}{name}{until}{distrust}")
}

fn until(certificate: &CertificateFact) -> String {
    jiff::Timestamp::from_second(certificate.not_after)
        .map_or_else(|_| "?".to_owned(), |t| t.strftime("%Y-%m-%d").to_string())
}

/// How a dialogue broke off, in words.
pub(super) fn how_broken(kind: BreakKind) -> &'static str {
    match kind {
        BreakKind::Timeout => "nothing came in time",
        BreakKind::Closed => "the server closed the connection",
        BreakKind::Reset => "the connection was reset",
        BreakKind::NotSmtp => "what came is not SMTP",
        BreakKind::TooLong => "what came is longer than any honest reply",
        BreakKind::EarlyTalk => "the server spoke before its turn",
        BreakKind::Tls => "the TLS handshake failed",
        BreakKind::Error => "the connection failed",
    }
}

/// A host and where it is.
pub(super) fn place(server: &str, address: SocketAddr) -> String {
    if server.is_empty() || server == address.ip().to_string() {
        address.to_string()
    } else {
        format!("{server} {address}")
    }
}
