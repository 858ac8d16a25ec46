//! Whom a rule of a packet filter is aimed at: everybody, or some addresses only.

use std::net::IpAddr;

/// Whom a rule hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// Whoever is called.
    Everybody,
    /// Some addresses, one of ours among them, or it cannot be told which.
    Some,
    /// Others than ours.
    Others,
}

/// Whom a rule hits that is written in these words, of those addresses.
pub(super) fn aim(words: &[&str], ours: &[IpAddr]) -> Aim {
    let mut aimed = Aim::Everybody;
    for (at, word) in words.iter().enumerate() {
        if !matches!(*word, "daddr" | "-d" | "--destination" | "--dst" | "to") {
            continue;
        }
        let rest = &words[at + 1..];
        let negated = at > 0 && words[at - 1] == "!" || rest.first().is_some_and(|w| w.starts_with('!'));
        let rest = &rest[usize::from(rest.first().is_some_and(|w| matches!(*w, "!=" | "!"))).min(rest.len())..];
        let length = if rest.first().is_some_and(|w| w.starts_with('{')) {
            rest.iter().position(|w| w.contains('}')).map_or(rest.len(), |end| end + 1)
        } else {
            1
        };
        let listed = rest.iter().take(length).flat_map(|w| w.split(','));
        let marks = ['{', '}', ',', ';', '!', ' '];
        let listed: Vec<&str> = listed.map(|w| w.trim_matches(marks)).filter(|w| !w.is_empty()).collect();
        if listed.first() == Some(&"any") {
            continue;
        }
        // A set, a table or a name may hold anybody.
        let unknown = listed.iter().any(|w| range(w).is_none());
        let hits = |ip: &IpAddr| listed.iter().filter_map(|w| range(w)).any(|(from, to)| (from..=to).contains(ip));
        let ours_hit = unknown || if negated { ours.iter().any(|ip| !hits(ip)) } else { ours.iter().any(hits) };
        match ours_hit {
            false => return Aim::Others,
            true => aimed = Aim::Some,
        }
    }
    aimed
}

/// The addresses that a word stands for: `192.0.2.1`, `192.0.2.0/24`, `192.0.2.1-192.0.2.9`.
pub(super) fn range(word: &str) -> Option<(IpAddr, IpAddr)> {
    if let Some((from, to)) = word.split_once('-') {
        return Some((from.parse().ok()?, to.parse().ok()?));
    }
    let Some((net, length)) = word.split_once('/') else {
        let one = word.parse().ok()?;
        return Some((one, one));
    };
    let length: u32 = length.parse().ok()?;
    Some(match net.parse().ok()? {
        IpAddr::V4(ip) => {
            let mask = u32::MAX.checked_shr(length).unwrap_or(0);
            let bits = u32::from(ip);
            (IpAddr::V4((bits & !mask).into()), IpAddr::V4((bits | mask).into()))
        }
        IpAddr::V6(ip) => {
            let mask = u128::MAX.checked_shr(length).unwrap_or(0);
            let bits = u128::from(ip);
            (IpAddr::V6((bits & !mask).into()), IpAddr::V6((bits | mask).into()))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aimed(rule: &str) -> Aim {
        let ours = ["192.0.2.25".parse().unwrap(), "2001:db8::25".parse().unwrap()];
        aim(&rule.split_ascii_whitespace().collect::<Vec<_>>(), &ours)
    }

    #[test]
    fn a_rule_for_others_is_told_from_one_for_everybody_and_one_for_us() {
        for (rule, whom) in [
            ("tcp dport 25 drop", Aim::Everybody),
            ("ip daddr 192.0.2.25 tcp dport 25 drop", Aim::Some),
            ("ip daddr 192.0.2.0/24 tcp dport 25 drop", Aim::Some),
            ("ip6 daddr 2001:db8::/32 tcp dport 25 drop", Aim::Some),
            ("ip daddr { 198.51.100.1, 192.0.2.20-192.0.2.30 } tcp dport 25 drop", Aim::Some),
            ("ip daddr @bad tcp dport 25 drop", Aim::Some),
            ("ip daddr 198.51.100.44 tcp dport 25 drop", Aim::Others),
            ("ip daddr { 198.51.100.1, 203.0.113.0/24 } tcp dport 25 drop", Aim::Others),
            ("ip daddr != 198.51.100.44 tcp dport 25 drop", Aim::Some),
            ("-A OUTPUT -d 198.51.100.0/24 -p tcp --dport 25 -j DROP", Aim::Others),
            ("-A OUTPUT ! -d 198.51.100.0/24 -p tcp --dport 25 -j DROP", Aim::Some),
            ("block drop out proto tcp from any to any port = smtp", Aim::Everybody),
            ("block drop out proto tcp from any to 198.51.100.9 port = smtp", Aim::Others),
        ] {
            assert_eq!(aimed(rule), whom, "{rule}");
        }
    }
}
