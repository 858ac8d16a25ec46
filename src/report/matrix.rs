//! Hosts against stages: what every address of every server did, from its name to the recipient, in milliseconds.
//!
//! A view of the transcript (law 1): the steps that talk to the servers of the case fill it as they come. What was tried only to compare
//! with is left out. Of several looks at one place the last step's counts, and within a step what failed stands over what went well.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use unicode_width::UnicodeWidthStr;

use super::wrap::wrap;
use crate::transcript::{
    BreakFact, BreakKind, ConnectFact, ConnectOutcome, DnsFact, Fact, Reply, Role, RunId, Stage, TlsFact, Transcript,
    clean_line,
};

/// The stages, in order, as the heading names them, and the columns that each takes.
const STAGES: [(&str, usize); 8] = [
    ("resolve", 8),
    ("connect", 9),
    ("greeting", 9),
    ("EHLO", 7),
    ("STARTTLS", 9),
    ("TLS", 7),
    ("MAIL", 7),
    ("RCPT", 7),
];
/// The same for a narrow screen.
const NARROW: [(&str, usize); STAGES.len()] =
    [("name", 5), ("call", 8), ("220", 8), ("EHLO", 7), ("STLS", 7), ("TLS", 7), ("MAIL", 6), ("RCPT", 6)];
/// The checks whose connections go to the servers of the case.
const OF_THE_CASE: [&str; 5] = ["connectivity", "server-status", "recipient", "settings", "authentication"];
/// Where nothing has been tried.
const NOTHING: &str = "·";

/// Hosts against stages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matrix {
    rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    server: String,
    /// None where the name led nowhere.
    address: Option<SocketAddr>,
    cells: [Option<Cell>; STAGES.len()],
}

/// One stage at one address.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Cell {
    run: RunId,
    ms: u32,
    /// What failed: a word for the cell, and a sentence for below.
    failed: Option<(String, String)>,
}

/// How a piece of a line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// A heading.
    Title,
    /// As it should be.
    Fine,
    /// What failed.
    Bad,
    /// Beside the point.
    Dim,
}

/// A line in pieces.
pub type Line = Vec<(String, Tone)>;

impl Matrix {
    /// The matrix of what happened so far.
    #[must_use]
    pub fn of(transcript: &Transcript) -> Self {
        let mut matrix = Self::default();
        let mut checks: BTreeMap<RunId, &str> = BTreeMap::new();
        let mut names: Vec<(RunId, &DnsFact)> = Vec::new();
        for entry in transcript.entries() {
            if let Fact::Started { run, check, .. } = &entry.fact
                && OF_THE_CASE.contains(&check.as_str())
            {
                checks.insert(*run, check);
            }
            let Some((run, check)) = entry.fact.run().and_then(|run| Some((run, *checks.get(&run)?))) else { continue };
            // Only the look at the ways themselves speaks for nobody's mail, and counts all the same.
            let counts = |role: Role| role != Role::Control || check == "connectivity";
            match &entry.fact {
                Fact::Dns { dns, .. } if matches!(dns.rtype.as_str(), "A" | "AAAA") => names.push((run, dns)),
                Fact::Connect { connect, .. } => matrix.connected(run, connect),
                Fact::Tls { tls, .. } => matrix.secured(run, tls),
                Fact::Received { reply, .. } if counts(reply.role) => matrix.heard(run, reply),
                Fact::Broke { broken, .. } if counts(broken.role) => matrix.broke(run, broken),
                _ => {}
            }
        }
        matrix.resolved(&names);
        matrix
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// It as lines of at most that width; what is longer than it can be made goes over.
    #[must_use]
    pub fn lines(&self, width: usize) -> Vec<Line> {
        if self.is_empty() {
            return vec![vec![("No server has been called yet.".to_owned(), Tone::Dim)]];
        }
        let wide = |stages: &[(&str, usize)]| stages.iter().map(|(_, w)| w).sum::<usize>() + 2;
        let stages = if width < wide(&STAGES) { NARROW } else { STAGES };
        let room = width.saturating_sub(wide(&stages));
        let head = stages.iter().map(|(name, w)| format!("{name:>w$}")).collect::<String>();
        let mut lines = vec![vec![(format!("{:room$}  {head}", "ms"), Tone::Dim)]];
        let mut server = None;
        for row in &self.rows {
            let port = row.address.map_or(String::new(), |a| format!(" port {}", a.port()));
            let heading = format!("{}{port}", row.server);
            if server.as_ref() != Some(&heading) {
                lines.push(vec![(heading.clone(), Tone::Title)]);
                server = Some(heading);
            }
            let label = row.address.map_or_else(|| "no address".to_owned(), |a| a.ip().to_string());
            let mut line: Line = if label.width() <= room {
                vec![(format!("{label:room$}  "), Tone::Fine)]
            } else {
                lines.push(vec![(label, Tone::Fine)]);
                vec![(format!("{:room$}  ", ""), Tone::Fine)]
            };
            line.extend(row.cells.iter().zip(stages).map(|(cell, (_, w))| drawn(cell.as_ref(), w)));
            lines.push(line);
            for why in row.whys() {
                let text = wrap(&clean_line(&why, 400), width.saturating_sub(4));
                lines.extend(text.into_iter().map(|t| vec![(format!("    {t}"), Tone::Bad)]));
            }
        }
        lines
    }

    /// It as sentences, one a row, for those who hear it read: what was not reached is left out.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        if self.is_empty() {
            return vec!["No server has been called yet.".to_owned()];
        }
        let said = |row: &Row| {
            let place =
                row.address.map_or_else(|| "has no address".to_owned(), |a| format!("at {} port {}", a.ip(), a.port()));
            let cells = row.cells.iter().zip(STAGES).filter_map(|(cell, (name, _))| {
                let cell = cell.as_ref()?;
                Some(cell.failed.as_ref().map_or_else(|| format!("{name} {} ms", cell.ms), |(_, why)| why.clone()))
            });
            clean_line(&format!("{} {place}: {}.", row.server, cells.collect::<Vec<_>>().join("; ")), 1000)
        };
        self.rows.iter().map(said).collect()
    }

    fn row(&mut self, server: &str, address: SocketAddr) -> &mut Row {
        let at = self.rows.iter().position(|r| r.server.eq_ignore_ascii_case(server) && r.address == Some(address));
        let at = at.unwrap_or_else(|| {
            let row = Row { server: server.to_owned(), address: Some(address), cells: Default::default() };
            // Addresses of one server stand together.
            let port = |r: &Row| r.address.map(|a| a.port());
            let alike = |r: &Row| r.server.eq_ignore_ascii_case(server) && port(r) == port(&row);
            let behind = self.rows.iter().rposition(alike).map_or(self.rows.len(), |i| i + 1);
            self.rows.insert(behind, row);
            behind
        });
        &mut self.rows[at]
    }

    fn connected(&mut self, run: RunId, connect: &ConnectFact) {
        let failed = (connect.outcome != ConnectOutcome::Open).then(|| {
            let (word, words) = match (connect.outcome, connect.icmp) {
                (_, Some(icmp)) => ("rejected", format!("turned away by {} ({})", icmp.from, icmp.spoken())),
                (ConnectOutcome::Refused, _) => ("refused", "refused: nobody listens there".to_owned()),
                (ConnectOutcome::Timeout, _) => ("silent", format!("no answer in {} ms", connect.ms)),
                (ConnectOutcome::Unreachable, _) => ("no way", "no way there from here".to_owned()),
                (ConnectOutcome::Denied, _) => ("denied", "this machine forbids it".to_owned()),
                _ if connect.was_reset() => ("reset", "the connection was reset".to_owned()),
                _ => ("error", connect.reason.clone().unwrap_or_else(|| "it failed".to_owned())),
            };
            (word.to_owned(), format!("connect: {words}"))
        });
        self.row(&connect.server, connect.address).set(1, Cell { run, ms: connect.ms, failed });
    }

    fn heard(&mut self, run: RunId, reply: &Reply) {
        let (Some(at), Some(address), Some(stage)) = (reply.stage.and_then(column), reply.address, reply.stage) else {
            return;
        };
        let failed = (reply.code >= 400).then(|| {
            let text = reply.joined();
            (reply.code.to_string(), format!("{}: {} {text}", stage.as_str(), reply.codes()).trim_end().to_owned())
        });
        self.row(&reply.server, address).set(at, Cell { run, ms: reply.rtt_ms, failed });
    }

    fn secured(&mut self, run: RunId, tls: &TlsFact) {
        // A break tells it where it is none of a timer's.
        let failed = (!tls.established).then(|| {
            let why = tls.error.as_deref().or(tls.distrust.as_deref()).unwrap_or("it failed");
            let word = if why == "timeout" { "silent" } else { "failed" };
            (word.to_owned(), format!("TLS: {why}"))
        });
        self.row(&tls.server, tls.address).set(5, Cell { run, ms: tls.ms, failed });
    }

    fn broke(&mut self, run: RunId, broken: &BreakFact) {
        // What came unasked broke nothing; a connection and a handshake have facts of their own.
        if broken.kind == BreakKind::EarlyTalk || matches!(broken.stage, Stage::Connect | Stage::Tls) {
            return;
        }
        let Some(at) = column(broken.stage) else { return };
        let (word, words) = match broken.kind {
            BreakKind::Timeout => ("silent", format!("silent for {} ms", broken.ms)),
            BreakKind::Closed => ("closed", "the connection was closed".to_owned()),
            BreakKind::Reset => ("reset", "the connection was reset".to_owned()),
            kind => ("odd", broken.detail.clone().unwrap_or_else(|| kind.as_str().to_owned())),
        };
        let failed = Some((word.to_owned(), format!("{}: {words}", broken.stage.as_str())));
        self.row(&broken.server, broken.address).set(at, Cell { run, ms: broken.ms, failed });
    }

    /// What it took to learn each address; and the names that led nowhere, in rows of their own.
    fn resolved(&mut self, names: &[(RunId, &DnsFact)]) {
        for row in &mut self.rows {
            let Some(ip) = row.address.map(|a| a.ip()) else { continue };
            let named = |(_, dns): &&(RunId, &DnsFact)| {
                dns.name.eq_ignore_ascii_case(&row.server) && dns.addresses().any(|a| a == ip)
            };
            let first = names.iter().find(named);
            row.cells[0] = first.map(|(run, dns)| Cell { run: *run, ms: dns.ms, failed: None });
        }
        for (run, dns) in names {
            let known = self.rows.iter().any(|r| r.server.eq_ignore_ascii_case(&dns.name));
            let elsewhere = names.iter().any(|(_, n)| n.name == dns.name && n.addresses().next().is_some());
            if known || elsewhere {
                continue;
            }
            let mut cells: [Option<Cell>; STAGES.len()] = Default::default();
            let why = format!("resolve: {}", dns.outcome.as_str());
            cells[0] = Some(Cell { run: *run, ms: dns.ms, failed: Some(("none".to_owned(), why)) });
            self.rows.push(Row { server: dns.name.clone(), address: None, cells });
        }
    }
}

impl Row {
    fn set(&mut self, at: usize, cell: Cell) {
        let stands = self.cells[at].as_ref().is_some_and(|old| old.run == cell.run && old.failed.is_some());
        if !stands {
            self.cells[at] = Some(cell);
        }
    }

    /// Why its cells failed, each once.
    fn whys(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for (_, why) in self.cells.iter().flatten().filter_map(|c| c.failed.as_ref()) {
            if !all.contains(why) {
                all.push(why.clone());
            }
        }
        all
    }
}

/// The column of a stage, where it has one.
fn column(stage: Stage) -> Option<usize> {
    Some(match stage {
        Stage::Greeting => 2,
        Stage::Ehlo => 3,
        Stage::Starttls => 4,
        Stage::Tls => 5,
        Stage::Mail => 6,
        Stage::Rcpt => 7,
        _ => return None,
    })
}

fn drawn(cell: Option<&Cell>, width: usize) -> (String, Tone) {
    match cell {
        None => (format!("{NOTHING:>width$}"), Tone::Dim),
        // A word that is too long keeps its distance from the next cell; the sentence below says it whole.
        Some(Cell { failed: Some((word, _)), .. }) => {
            (format!("{:>width$}", word.chars().take(width - 1).collect::<String>()), Tone::Bad)
        }
        Some(Cell { ms, .. }) if *ms < 10_000 => (format!("{ms:>width$}"), Tone::Fine),
        Some(Cell { ms, .. }) => (format!("{:>width$}", format!("{} s", ms / 1000)), Tone::Fine),
    }
}
