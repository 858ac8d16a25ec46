//! The failures that one text tells of, to choose from: one by one, or, where they are many, by what they mean.

use std::collections::BTreeMap;

use super::super::theme::Mark;
use crate::guide::{Guide, fill};
use crate::reading::{Item, advice};
use crate::transcript::clean_line;

/// More than this are grouped.
const ALONE: usize = 12;

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Failure {
    pub mark: Mark,
    /// How many failures it stands for.
    pub count: usize,
    /// About whom.
    pub about: String,
    /// The codes.
    pub codes: String,
    /// What it means, and whose move it is.
    pub says: String,
    /// The first of them in the text: it is followed.
    pub first: usize,
}

/// The failures of a text, in its order; where there are many, one line for each cause, the most frequent first.
pub(in crate::tui) fn failures(guide: &Guide, items: &[Item], admin: bool) -> Vec<Failure> {
    if items.len() <= ALONE {
        return items.iter().enumerate().map(|(n, item)| alone(guide, n, item, admin)).collect();
    }
    let mut groups: Vec<(Vec<usize>, (&str, Option<&str>))> = Vec::new();
    for (n, item) in items.iter().enumerate() {
        let of = (item.meaning.cause.as_str(), item.meaning.kind.as_deref());
        match groups.iter_mut().find(|(_, known)| *known == of) {
            Some((members, _)) => members.push(n),
            None => groups.push((vec![n], of)),
        }
    }
    groups.sort_by_key(|(members, _)| std::cmp::Reverse(members.len()));
    groups.into_iter().map(|(members, _)| group(guide, items, &members, admin)).collect()
}

fn alone(guide: &Guide, n: usize, item: &Item, admin: bool) -> Failure {
    let advice = advice(guide, item);
    let whose = advice.who.map_or_else(String::new, |w| format!(" Whose move: {}.", w.spoken()));
    Failure {
        mark: mark(item),
        count: 1,
        about: clean_line(item.recipient.as_deref().unwrap_or("nobody is named"), 120),
        codes: codes(item),
        says: clean_line(&format!("{}{whose}", advice.says.register(admin)), 300),
        first: n,
    }
}

fn group(guide: &Guide, items: &[Item], members: &[usize], admin: bool) -> Failure {
    let first = members[0];
    let one = alone(guide, first, &items[first], admin);
    if members.len() == 1 {
        return one;
    }
    let meaning = &items[first].meaning;
    let kind = meaning.kind.as_deref().and_then(|k| guide.kind(k)).map(|(_, k)| &k.headline);
    let words = kind.or_else(|| guide.cause(&meaning.cause).map(|c| &c.headline));
    // The values of one are not those of all.
    let says = words.map(|w| fill(w.register(admin), &BTreeMap::new()));
    let who = advice(guide, &items[first]).who;
    let whose = who.map_or_else(String::new, |w| format!(" Whose move: {}.", w.spoken()));
    Failure {
        count: members.len(),
        about: domains(members.iter().map(|n| &items[*n])),
        says: says.map_or(one.says.clone(), |says| clean_line(&format!("{says}{whose}"), 300)),
        ..one
    }
}

/// `to example.org (30), example.com (4) and 2 other domains`.
fn domains<'a>(items: impl Iterator<Item = &'a Item>) -> String {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for domain in items.filter_map(|i| i.recipient.as_deref()?.rsplit_once('@')).map(|(_, d)| d.to_ascii_lowercase()) {
        match counts.iter_mut().find(|(known, _)| *known == domain) {
            Some((_, n)) => *n += 1,
            None => counts.push((domain, 1)),
        }
    }
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let named: Vec<String> = counts.iter().take(2).map(|(d, n)| format!("{} ({n})", clean_line(d, 60))).collect();
    match (named.is_empty(), counts.len().saturating_sub(2)) {
        (true, _) => "nobody is named".to_owned(),
        (false, 0) => format!("to {}", named.join(" and ")),
        (false, 1) => format!("to {} and one other", named.join(", ")),
        (false, n) => format!("to {} and {n} others", named.join(", ")),
    }
}

fn mark(item: &Item) -> Mark {
    match (item.meaning.cause.as_str(), item.permanent) {
        ("unclear", _) => Mark::Unknown,
        (_, Some(false)) => Mark::Note,
        _ => Mark::Fault,
    }
}

fn codes(item: &Item) -> String {
    match (item.reply.code, item.reply.enhanced) {
        (0, enhanced) => enhanced.map(|e| e.to_string()).unwrap_or_default(),
        _ => item.reply.codes(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::reading::Reader;

    fn list(text: &str) -> Vec<Failure> {
        let guide = Arc::new(Guide::embedded().expect("the guide"));
        let read = Reader::new(Arc::clone(&guide)).text(text);
        failures(&guide, &read.items, false)
    }

    fn line(n: usize, domain: &str, why: &str) -> String {
        format!(
            "Nov 20 16:40:05 mail postfix/smtp[9]: 4QX{n:05}: to=<u{n}@{domain}>, relay=mx1.{domain}[192.0.2.25]:25, dsn={why}, status=bounced (host mx1.{domain}[192.0.2.25] said: 550 {why} no (in reply to RCPT TO command))\n"
        )
    }

    #[test]
    fn a_few_stand_for_themselves() {
        let text: String = (0..3).map(|n| line(n, "example.org", "5.1.1")).collect();
        let all = list(&text);
        assert_eq!(
            all.iter().map(|f| f.about.as_str()).collect::<Vec<_>>(),
            ["u0@example.org", "u1@example.org", "u2@example.org"]
        );
        assert!(all[0].says.contains("u0@example.org") && all[0].codes == "550 5.1.1", "{:?}", all[0]);
    }

    #[test]
    fn many_are_grouped_by_what_they_mean_and_each_is_counted() {
        let full = (0..20).map(|n| line(n, "example.org", "5.2.2"));
        let unknown = (20..50).map(|n| line(n, if n < 40 { "example.org" } else { "example.com" }, "5.1.1"));
        let all = list(&full.chain(unknown).collect::<String>());
        assert_eq!(all.iter().map(|f| f.count).collect::<Vec<_>>(), [30, 20]);
        assert_eq!((all[0].first, all[1].first), (20, 0));
        assert_eq!(all[0].about, "to example.org (20) and example.com (10)");
        assert!(!all[0].says.contains("u20@"), "{}", all[0].says);
    }
}
