//! What the sessions of one host share: its script, its counts, and the rules that fire only so often.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use super::narrow::Small;
use crate::practice::script::{Host, Moment, Rule};

/// Pairs of sender and recipient that are remembered; past that, all are forgotten.
const REMEMBERED: usize = 4096;
/// Characters of what a client said that are said back.
const ECHOED: usize = 320;

/// One host of a world, as all its sessions see it.
pub(in crate::practice) struct Shared {
    pub(super) host: Host,
    client: IpAddr,
    /// The clients on whose way nothing is lost.
    pub(super) small: Small,
    connections: AtomicU32,
    open: AtomicU32,
    fired: Mutex<HashMap<(usize, String, String), u32>>,
}

/// What was said so far, for rules to look at and for the places in replies.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    pub(super) helo: String,
    pub(super) sender: String,
    pub(super) rcpt: String,
    pub(super) user: String,
}

/// How a session stands, for rules to look at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    /// Which connection of the host it is, from 1.
    pub(super) connection: u32,
    /// On which of the host's ports.
    pub(super) port: u16,
    pub(super) tls: bool,
    pub(super) login: bool,
}

/// A place among a host's connections, given back when dropped.
pub(super) struct Place<'a> {
    shared: &'a Shared,
    /// Which connection of the host it is, from 1.
    pub(super) number: u32,
    /// Whether there is still room for it.
    pub(super) fits: bool,
}

impl Shared {
    pub(in crate::practice) fn new(host: Host, client: IpAddr, small: Small) -> Self {
        let fired = Mutex::default();
        Self { host, client, small, connections: AtomicU32::new(0), open: AtomicU32::new(0), fired }
    }

    /// Counts a connection in.
    pub(super) fn enter(&self) -> Place<'_> {
        let number = self.connections.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let open = self.open.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        Place { shared: self, number, fits: self.host.max_connections.is_none_or(|most| open <= most) }
    }

    /// The first rule that speaks now; counts it as fired.
    pub(super) fn rule(&self, moment: Moment, places: &Places, standing: Standing) -> Option<&Rule> {
        let holds = |rule: &Rule| {
            rule.on.contains(&moment)
                && [
                    (&rule.recipient, &places.rcpt),
                    (&rule.sender, &places.sender),
                    (&rule.helo, &places.helo),
                    (&rule.user, &places.user),
                ]
                .into_iter()
                .all(|(pattern, text)| pattern.as_ref().is_none_or(|p| p.0.is_match(text)))
                && rule.tls.is_none_or(|tls| tls == standing.tls)
                && rule.port.is_none_or(|port| port == standing.port)
                && rule.login.is_none_or(|login| login == standing.login)
                && rule.from_connection.is_none_or(|from| standing.connection >= from)
        };
        let mut rules = self.host.rules.iter().enumerate();
        rules.find(|(at, rule)| holds(rule) && self.may_fire(*at, rule.times, places)).map(|(_, rule)| rule)
    }

    fn may_fire(&self, at: usize, times: Option<u32>, places: &Places) -> bool {
        let Some(times) = times else { return true };
        let mut fired = self.fired.lock().unwrap_or_else(PoisonError::into_inner);
        if fired.len() >= REMEMBERED {
            fired.clear();
        }
        let count = fired.entry((at, places.sender.to_lowercase(), places.rcpt.to_lowercase())).or_default();
        *count = count.saturating_add(1);
        *count <= times
    }

    /// A line with its places filled.
    pub(super) fn fill(&self, line: &str, places: &Places) -> String {
        let mut out = String::with_capacity(line.len() + 32);
        let mut rest = line;
        while let Some((before, behind)) = rest.split_once('{') {
            out.push_str(before);
            let Some((place, after)) = behind.split_once('}') else {
                out.push('{');
                out.push_str(behind);
                return out;
            };
            match place {
                "name" => out.push_str(&self.host.name),
                "ip" => out.push_str(&self.client.to_string()),
                "date" => out.push_str(&date()),
                "helo" => out.extend(echo(&places.helo)),
                "sender" => out.extend(echo(&places.sender)),
                "rcpt" => out.extend(echo(&places.rcpt)),
                "user" => out.extend(echo(&places.user)),
                other => out.extend(["{", other, "}"]),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.shared.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The day and time as servers write it into a greeting (RFC 5322 §3.3).
fn date() -> String {
    let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    jiff::fmt::rfc2822::to_string(&now).unwrap_or_default()
}

/// What a client said, fit to be said back: bounded, on one line.
fn echo(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| !c.is_control()).take(ECHOED)
}
