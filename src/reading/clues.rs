//! What a text gives away beside the failure itself: who wrote to whom, by which server, from which address.

use std::net::IpAddr;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::address;
use super::lens::lens;
use super::{Item, Source};
use crate::transcript::{Stage, Target};

/// Values for a case, as a text gives them away. What it does not tell, or not for certain, is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clues {
    /// Whom the mail was for.
    pub to: Option<String>,
    /// Who wrote it.
    pub from: Option<String>,
    /// The outgoing server: only where it is the user's own that refused.
    pub server: Option<Target>,
    /// The server that refused, where it is one that takes mail for the recipient.
    pub refused_by: Option<String>,
    /// The sending address, as the server saw it.
    pub ip: Option<IpAddr>,
    /// The name that was given with EHLO or HELO, where that is what was refused.
    pub helo: Option<String>,
}

impl Clues {
    /// What two texts, or two failures of one, give away alike.
    #[must_use]
    pub fn common(self, other: &Self) -> Self {
        fn same<T: PartialEq>(a: Option<T>, b: &Option<T>) -> Option<T> {
            a.filter(|a| b.as_ref() == Some(a))
        }
        Self {
            to: same(self.to, &other.to),
            from: same(self.from, &other.from),
            server: same(self.server, &other.server),
            refused_by: same(self.refused_by, &other.refused_by),
            ip: same(self.ip, &other.ip),
            helo: same(self.helo, &other.helo),
        }
    }
}

/// What the text gives away about one failure that was read from it.
#[must_use]
pub fn clues(text: &str, source: Source, item: &Item) -> Clues {
    let place = lens(text, item).reply.unwrap_or(0..0);
    let to = recipient(item);
    let from = item.meaning.args.get("sender").filter(|a| is_address(a)).cloned();
    let from =
        from.or_else(|| sender(text, source, &place)).or_else(|| only_address(item).filter(|_| is_about_sender(item)));
    let from = from.filter(|f| Some(f) != to.as_ref());
    let host = item.reporter.as_deref().filter(|h| is_host(h)).map(str::to_owned);
    let own = is_own(source, item);
    Clues {
        server: host.clone().filter(|_| own).map(|host| Target { port: port(text, &host), host }),
        // In the log of a server that takes mail it is that server itself.
        refused_by: host.filter(|_| !own && !item.incoming),
        ip: sending_address(item),
        helo: helo(text, item, &place),
        to,
        from,
    }
}

/// Whom a failure is about: as it was read, else the only address in a reply about a recipient.
pub(super) fn recipient(item: &Item) -> Option<String> {
    let read = item.recipient.as_deref().filter(|a| is_address(a)).map(str::to_owned);
    // Others that are named in a refusal are whom to turn to.
    let named = |a: &String| item.reply.stage == Some(Stage::Rcpt) && item.reply.joined().contains(&format!("<{a}>"));
    let about = |a: &String| item.meaning.cause == "address" || named(a);
    read.or_else(|| only_address(item).filter(|a| about(a) && !is_about_sender(item)))
}

/// Whether a reply speaks of the address that the mail came from.
fn is_about_sender(item: &Item) -> bool {
    let kind = item.meaning.kind.as_deref();
    item.reply.stage == Some(Stage::Mail)
        || matches!(kind, Some("sender-not-allowed" | "sender-domain-broken" | "spf-fail" | "dmarc-reject"))
}

/// The address that a reply names, if it is one.
fn only_address(item: &Item) -> Option<String> {
    let text = item.reply.joined();
    let mut all: Vec<&str> = address::all(&text).filter(|a| is_address(a) && !address::is_system(a)).collect();
    all.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
    if let [one] = all[..] { Some(one.to_owned()) } else { None }
}

/// Whether it was the user's own outgoing server that refused: a login, or settings, seen by a program. What a bounce or a log tells of is
/// said by the servers of others.
fn is_own(source: Source, item: &Item) -> bool {
    let seen_by_program = matches!(source, Source::Reply | Source::Text);
    let cause = item.meaning.cause.as_str();
    let early = item.reply.stage.is_some_and(|s| s < Stage::Mail);
    item.meaning.cause == "authentication"
        || (seen_by_program && (cause == "server-config" || item.recipient.is_none() || early))
}

static PORT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^(?:\.?\[[0-9A-Fa-f:.]+\]|\.? \([0-9A-Fa-f:.]+\))?(?::|['\x22]?,? ?(?:on )?port[:= ] ?)(\d{2,5})(?-u:\b)",
    )
    .expect("a pattern")
});

/// The port beside a host's name.
fn port(text: &str, host: &str) -> Option<u16> {
    let lower = text.to_ascii_lowercase();
    let behind = |(at, _): (usize, &str)| {
        let mut end = (at + host.len() + 80).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        PORT.captures(&lower[at + host.len()..end])?[1].parse().ok().filter(|p| *p > 0)
    };
    lower.match_indices(host).take(50).find_map(behind)
}

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}").expect("a pattern")
});

/// The address that the server saw the mail come from: the one the phrase names, else the only one in a reply about where mail comes from.
fn sending_address(item: &Item) -> Option<IpAddr> {
    let meaning = &item.meaning;
    let named = meaning.args.get("ip").and_then(|ip| ip.parse().ok()).filter(is_outside);
    let about_sender = matches!(meaning.cause.as_str(), "blocklist" | "spam-filter")
        || matches!(meaning.kind.as_deref(), Some("no-ptr" | "spf-fail" | "rate-limit" | "connection-limit"));
    let only = || {
        let text = item.reply.joined();
        let mut all: Vec<IpAddr> = ADDRESS.find_iter(&text).filter_map(|m| m.as_str().parse().ok()).collect();
        all.retain(is_outside);
        all.dedup();
        if let [one] = all[..] { Some(one) } else { None }
    };
    named.or_else(|| if about_sender { only() } else { None })
}

/// Whether others can see an address.
fn is_outside(ip: &IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(v4) => {
            let first = v4.octets()[0];
            !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified() || first >= 224)
        }
        IpAddr::V6(v6) => {
            let inner = v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local() || v6.is_unicast_link_local();
            !inner && v6.segments()[0] & 0xe000 == 0x2000
        }
    }
}

static SAID_HELO: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?im)(?:(?-u:\b)helo=<|(?:^|[>~:'\x22 ])(?:EHLO|HELO) +)([\[\]A-Za-z0-9_.:-]+)").expect("a pattern")
});

/// The name that was refused at EHLO: the phrase's, else the last one said before it, or behind it in the same line of a log.
fn helo(text: &str, item: &Item, place: &Range<usize>) -> Option<String> {
    if item.meaning.kind.as_deref() != Some("helo-rejected") {
        return None;
    }
    let named = item.meaning.args.get("helo").cloned();
    let line = text[place.start..].find('\n').map_or(text.len(), |at| place.start + at);
    let last = || SAID_HELO.captures_iter(&text[..line]).last().map(|c| c[1].to_owned());
    named.or_else(last).filter(|n| n.contains(['.', ':']) && n.len() <= 255)
}

static LOGGED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?-u:\b)(?:from|sender)=<?([^>,\s;]+@[^>,\s;]+)").expect("a pattern"));
static SAID_MAIL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)(?-u:\b)MAIL FROM: ?<([^>\s]+@[^>\s]+)>").expect("a pattern"));
static HEADERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?im)^(?P<name>X-Postfix-Sender|Return-Path|From):[ \t]*(?P<value>.{1,400})$").expect("a pattern")
});
static TO: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?im)^To:[ \t]*(.{1,400})$").expect("a pattern"));
static QUEUE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\]: ([0-9A-Za-z]{6,16}): |^[-0-9]{10} [0-9:]{8} (\S{16,24}) ").expect("a pattern"));

/// Who wrote the mail.
fn sender(text: &str, source: Source, place: &Range<usize>) -> Option<String> {
    let good = |a: &str| is_address(a) && !address::is_system(a);
    let first = |text: &str| address::all(text).find(|a| good(a)).map(str::to_owned);
    match source {
        Source::Log => {
            let line = line_around(text, place.start);
            let own = LOGGED.captures(line).map(|c| c[1].to_owned());
            own.or_else(|| {
                let queue = QUEUE.captures(line).and_then(|c| c.get(1).or(c.get(2)))?.as_str();
                text.lines().filter(|l| l.contains(queue)).find_map(|l| {
                    let exim = l.split_once(" <= ").and_then(|(_, rest)| rest.split(' ').next().map(str::to_owned));
                    LOGGED.captures(l).map(|c| c[1].to_owned()).or(exim)
                })
            })
            .filter(|a| good(a))
        }
        Source::Dsn | Source::Headers => {
            let (message, at) = message_around(text, place.start);
            let given_back = &message[at..];
            let named = |name: &str, text: &str| {
                let all = HEADERS.captures_iter(text).filter(|c| c["name"].eq_ignore_ascii_case(name));
                all.filter_map(|c| first(&c["value"])).next()
            };
            // The bounce itself went to whoever wrote.
            let addressee = || TO.captures(message).and_then(|c| first(&c[1]));
            named("X-Postfix-Sender", message)
                .or_else(|| named("Return-Path", given_back))
                .or_else(|| named("From", given_back))
                .or_else(addressee)
        }
        Source::Reply | Source::Text | Source::NotABounce => {
            let said = SAID_MAIL.captures_iter(&text[..place.start]).last().map(|c| c[1].to_owned());
            said.or_else(|| LOGGED.captures(line_around(text, place.start)).map(|c| c[1].to_owned()))
                .filter(|a| good(a))
        }
    }
}

fn line_around(text: &str, at: usize) -> &str {
    let from = text[..at].rfind('\n').map_or(0, |n| n + 1);
    let to = text[at..].find('\n').map_or(text.len(), |n| at + n);
    &text[from..to]
}

/// The message of a mailbox in which a place lies, and the place in it.
fn message_around(text: &str, at: usize) -> (&str, usize) {
    let from = text[..at].rfind("\nFrom ").map_or(0, |n| n + 1);
    let to = text[at..].find("\n\nFrom ").map_or(text.len(), |n| at + n);
    (&text[from..to], at - from)
}

fn is_address(text: &str) -> bool {
    let plain = text.len() <= 254 && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    plain && text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && is_host(domain))
}

/// Whether a text can be the name of a host that others can find.
fn is_host(text: &str) -> bool {
    let signs = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let labels = text.split('.').count() > 1 && text.split('.').all(|l| !l.is_empty());
    let named = text.contains(|c: char| c.is_alphabetic());
    let inner = [".local", ".lan", ".internal", ".localdomain", ".home", ".corp"].iter().any(|e| text.ends_with(e));
    labels && named && !inner && text.len() <= 253 && text.chars().all(signs)
}

#[cfg(test)]
mod tests;
