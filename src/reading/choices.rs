//! The failures that one text tells of, to choose from: one by one, or, where they are many, by what they mean.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Group, Groups, Item, Place, advice};
use crate::guide::{Guide, Who, Words, fill};
use crate::transcript::clean_line;

/// More than this are grouped.
const ALONE: usize = 12;

/// One failure, or all that mean the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// How many failures it stands for.
    pub count: usize,
    /// About whom: a recipient, or the domains of many.
    pub about: String,
    /// The codes; empty where there are none.
    pub codes: String,
    /// What it means.
    pub says: Words,
    /// Whose move it is.
    pub who: Who,
    /// The first of them among the failures of the text: the one to follow.
    pub first: usize,
}

/// The failures of a text, in its order; where there are many, one choice for each cause, the most frequent first.
#[must_use]
pub fn choices(guide: &Arc<Guide>, items: &[Item]) -> Vec<Choice> {
    if items.len() <= ALONE {
        return items.iter().enumerate().map(|(n, item)| alone(guide, n, item)).collect();
    }
    let mut groups = Groups::new(Arc::clone(guide));
    for (n, item) in (0..).zip(items) {
        groups.push_from(item, Place { number: Some(n), ..Place::default() });
    }
    groups.groups().into_iter().map(|group| together(guide, &group)).collect()
}

fn alone(guide: &Guide, n: usize, item: &Item) -> Choice {
    let advice = advice(guide, item);
    let codes = match (item.reply.code, item.reply.enhanced) {
        (0, enhanced) => enhanced.map(|e| e.to_string()).unwrap_or_default(),
        _ => item.reply.codes(),
    };
    let about = super::clues::recipient(item).unwrap_or_else(|| quoted(&item.reply.joined()));
    Choice { count: 1, about: clean_line(&about, 120), codes, says: advice.says, who: advice.who, first: n }
}

/// The beginning of the words themselves, where nobody is named.
fn quoted(words: &str) -> String {
    const MOST: usize = 48;
    match words.char_indices().nth(MOST) {
        _ if words.trim().is_empty() => "without words".to_owned(),
        Some((cut, _)) => {
            let end = words[..cut].rfind(' ').unwrap_or(cut);
            format!("“{}…”", &words[..end])
        }
        None => format!("“{words}”"),
    }
}

fn together(guide: &Guide, group: &Group) -> Choice {
    let first = group.example_number.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let one = alone(guide, first, &group.example);
    if group.count == 1 {
        return one;
    }
    let kind = group.kind.as_deref().and_then(|k| guide.kind(k)).map(|(_, k)| &k.headline);
    let words = kind.or_else(|| guide.cause(&group.cause).map(|c| &c.headline));
    // The values of one are not those of all.
    let bare = |words: &str| fill(words, &BTreeMap::new());
    let says = words.map(|w| Words { plain: bare(&w.plain), admin: bare(&w.admin) });
    Choice {
        count: usize::try_from(group.count).unwrap_or(usize::MAX),
        about: domains(&group.domains),
        says: says.unwrap_or(one.says),
        who: group.who,
        ..one
    }
}

/// `to example.org (30), example.com (4) and 2 others`.
fn domains(counts: &[(String, u64)]) -> String {
    let named: Vec<String> = counts.iter().take(2).map(|(d, n)| format!("{} ({n})", clean_line(d, 60))).collect();
    match (named.is_empty(), counts.len().saturating_sub(2)) {
        (true, _) => "nobody is named".to_owned(),
        (false, 0) => format!("to {}", named.join(" and ")),
        (false, 1) => format!("to {} and one other", named.join(", ")),
        (false, n) => format!("to {} and {n} others", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::Reader;

    fn list(text: &str) -> Vec<Choice> {
        let guide = Arc::new(Guide::embedded());
        let read = Reader::new(Arc::clone(&guide)).text(text);
        choices(&guide, &read.items)
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
        assert!(all[0].says.plain.contains("u0@example.org") && all[0].codes == "550 5.1.1", "{:?}", all[0]);
    }

    #[test]
    fn who_names_nobody_is_told_by_the_words() {
        let all =
            list("554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org\n450 Busy");
        let about: Vec<_> = all.iter().map(|f| f.about.as_str()).collect();
        assert_eq!(about, ["“Service unavailable; Client host [192.0.2.1]…”", "“Busy”"]);
    }

    #[test]
    fn many_are_grouped_by_what_they_mean_and_each_is_counted() {
        let full = (0..20).map(|n| line(n, "example.org", "5.2.2"));
        let unknown = (20..50).map(|n| line(n, if n < 40 { "example.org" } else { "example.com" }, "5.1.1"));
        let all = list(&full.chain(unknown).collect::<String>());
        assert_eq!(all.iter().map(|f| f.count).collect::<Vec<_>>(), [30, 20]);
        assert_eq!((all[0].first, all[1].first), (20, 0));
        assert_eq!(all[0].about, "to example.org (20) and example.com (10)");
        assert!(!all[0].says.plain.contains("u20@"), "{}", all[0].says.plain);
    }
}
