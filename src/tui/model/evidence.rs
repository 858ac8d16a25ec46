//! What shows a finding: the facts themselves, each as lines.

use std::net::SocketAddr;

use super::pairs::counterpart;
use super::{MOST, says};
use crate::guide::Guide;
use crate::transcript::{
    BreakKind, CertificateFact, ConnectOutcome, DnsFact, DnsOutcome, DnsRecord, EvidenceId, Fact, Finding, Role,
    TlsFact, Transcript, clean_line, without_number,
};

/// The lines about some evidence: each finding in its words with the facts behind it, each fact as it was seen, and once.
pub(in crate::tui) fn evidence(guide: &Guide, transcript: &Transcript, of: &[EvidenceId], admin: bool) -> Vec<String> {
    let mut page = Telling { transcript, lines: Vec::new(), told: Vec::new() };
    let mut behind = Vec::new();
    for id in of {
        match transcript.entries().get(id.0 as usize).map(|e| &e.fact) {
            Some(Fact::Found { finding, .. }) => {
                page.about(guide, finding, admin);
                behind.extend(&finding.evidence);
            }
            Some(_) if !behind.contains(id) => page.show(*id),
            _ => {}
        }
    }
    if page.lines.is_empty() {
        page.lines.push("Nothing stands behind this.".to_owned());
    }
    page.lines.into_iter().map(|l| clean_line(&l, MOST)).collect()
}

/// What is told so far.
struct Telling<'a> {
    transcript: &'a Transcript,
    lines: Vec<String>,
    /// Each fact that stands there, without its time, and the line of its number.
    told: Vec<(Vec<String>, usize)>,
}

impl Telling<'_> {
    /// A finding, its id and source, and the facts behind it; those of findings it rests on included, one level deep.
    fn about(&mut self, guide: &Guide, finding: &Finding, admin: bool) {
        self.lines.push(says(guide, finding, admin));
        let source = guide.finding(&finding.id).map_or_else(String::new, |e| format!(" · {}", e.source));
        self.lines.push(format!("{}{source}", finding.id));
        self.lines.push(String::new());
        let before = self.lines.len();
        for id in &finding.evidence {
            match self.transcript.entries().get(id.0 as usize).map(|e| &e.fact) {
                Some(Fact::Found { finding, .. }) => finding.evidence.iter().for_each(|id| self.show(*id)),
                Some(_) => {
                    self.show(*id);
                    if let Some(other) =
                        counterpart(self.transcript, *id).filter(|other| !finding.evidence.contains(other))
                    {
                        self.lines.push("Compared with".to_owned());
                        self.show(other);
                    }
                }
                None => {}
            }
        }
        if self.lines.len() == before {
            let shown = !finding.evidence.is_empty();
            let why = if shown { "What shows it stands above." } else { FOLLOWS };
            self.lines.extend([why.to_owned(), String::new()]);
        }
    }

    /// One fact, under its number and time; one that stands there already only by its number.
    fn show(&mut self, id: EvidenceId) {
        let Some(entry) = self.transcript.entries().get(id.0 as usize) else { return };
        let told = tell(&entry.fact);
        if told.is_empty() {
            return;
        }
        let fact: Vec<String> = told.iter().map(|l| untimed(l).to_owned()).collect();
        if let Some((_, at)) = self.told.iter().find(|(before, _)| *before == fact) {
            let heading = &mut self.lines[*at];
            let named = |w: &str| w.trim_end_matches([',', ';']) == id.to_string();
            if !heading.split(' ').any(named) {
                *heading += &format!("; {id}, {}", after(entry.at));
            }
            return;
        }
        self.told.push((fact, self.lines.len()));
        self.lines.push(format!("{id}, {} after the beginning", after(entry.at)));
        self.lines.extend(told.into_iter().map(|l| format!("  {l}")));
        self.lines.push(String::new());
    }
}

const FOLLOWS: &str = "No single fact shows it: it follows from what was asked, and how that ended.";

fn after(ms: u64) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}

/// A line without the time that it took: the same answer, come a little later, is the same.
fn untimed(line: &str) -> &str {
    let Some((before, time)) = line.rsplit_once(", ") else { return line };
    let is_time = time.strip_suffix(" ms").is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
    if is_time { before } else { line }
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
                ConnectOutcome::Error => connect.reason.as_deref().map_or("failed", without_number).to_owned(),
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
                line += &format!(": {}", without_number(detail));
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
    let distrust = tls.distrust.as_deref().map_or_else(String::new, |d| {
        let why = if d == "name" { "made for another name".to_owned() } else { d.replace('-', " ") };
        format!(", not trusted: {why}")
    });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{Entry, RunId};

    #[test]
    fn equal_facts_stand_there_once() {
        let reply = |at| {
            let reply = crate::transcript::Reply {
                server: "mx1.example.org".to_owned(),
                address: None,
                stage: None,
                code: 421,
                enhanced: None,
                text: vec!["busy".to_owned()],
                rtt_ms: 0,
                tls: false,
                role: Role::Case,
            };
            Entry { at, fact: Fact::Received { run: RunId(1), reply } }
        };
        let transcript: Transcript = [reply(100), reply(2_300)].into_iter().collect();
        let lines = evidence(&Guide::embedded(), &transcript, &[EvidenceId(0), EvidenceId(1)], false);
        let heads: Vec<_> = lines.iter().filter(|l| l.starts_with('e')).collect();
        assert_eq!(heads, ["e0, 0.1 s after the beginning; e1, 2.3 s"]);
    }

    #[test]
    fn the_time_that_an_answer_took_makes_no_other_answer() {
        assert_eq!(untimed("example.org MX: found, 12 ms"), "example.org MX: found");
        assert_eq!(untimed("250 Ok, thanks"), "250 Ok, thanks");
    }
}
