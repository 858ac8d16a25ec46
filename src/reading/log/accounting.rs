//! Accounting files of PowerMTA: CSV, `type,timeLogged,timeQueued,orig,rcpt,orcpt,dsnAction,dsnStatus,dsnDiag,dsnMta,…`.
//!
//! Which fields there are, and in which order, is the owner's choice; they are known by what is in them.

use std::borrow::Cow;

use super::{Line, Raw, Told, exchange, host, stamp};
use crate::reading::address;

/// Reads a line of an accounting file; none where it is of another log.
pub(super) fn parse(line: &str) -> Option<Told<'_>> {
    let line = line.trim_start_matches('\u{feff}');
    if line.starts_with("type,timeLogged,") {
        return Some(Told { at: None, line: Line::Other });
    }
    let (kind, rest) = line.split_once(',').filter(|(kind, _)| kind.len() <= 2)?;
    let permanent = match kind {
        "b" | "rb" => Some(true),
        "t" | "tq" | "rs" => Some(false),
        "d" | "r" | "f" => None,
        _ => return None,
    };
    let (at, behind) = stamp::split(rest);
    let at = at.filter(|_| behind.starts_with(','));
    at?;
    let Some(permanent) = permanent else {
        return Some(Told { at, line: if kind == "d" { Line::Delivered } else { Line::Other } });
    };
    let fields = exchange::fields(behind)?;
    // The sender's address comes first, then the recipient's; of a bounce of a bounce there is no sender.
    let mut named = fields.iter().filter(|f| address::is_one(f));
    let (first, second) = (named.next(), named.next());
    let typed = |f: &&Cow<'_, str>| f.get(..5).is_some_and(|t| t.eq_ignore_ascii_case("smtp;"));
    let said = fields.iter().find(typed).map(|f| f[5..].trim_start().to_owned());
    let status =
        fields.iter().find(|f| f.split(' ').next().is_some_and(|s| s.parse::<crate::transcript::Enhanced>().is_ok()));
    let dsn = status.and_then(|s| s.split(' ').next()?.parse().ok());
    let words = || status.and_then(|s| Some(s.split_once('(')?.1.trim_end_matches(')').to_owned()));
    let why = said.or_else(words).unwrap_or_default();
    let named_host = |f: &Cow<'_, str>| {
        let (name, address) = f.split_once(" (")?;
        address.strip_suffix(')')?.parse::<std::net::IpAddr>().ok()?;
        host(name).map(|h| Cow::Owned(h.into_owned()))
    };
    Some(Told {
        at,
        line: Line::Failed(Raw {
            why: why.into(),
            recipient: second.or(first).map(|a| Cow::Owned(a.to_string())),
            server: fields.iter().find_map(named_host),
            dsn,
            permanent: Some(permanent),
            sure: true,
            ..Raw::default()
        }),
    })
}
