//! Words that a text must have in it before a regular expression can match: they tell quickly which of many expressions to try.
//!
//! This reads only as much of an expression as it needs. The parser of the `regex` crate, which knows all of it, takes longer for the
//! phrases of a guide than a whole `heloise explain` may take.

use std::borrow::Cow;

/// One place of an expression.
enum Node {
    /// This very character, whatever its case.
    Char(char),
    /// One of several expressions.
    Group(Vec<Vec<Node>>),
    /// Something that is not looked into, or that may be left out: it ends a run of characters.
    Other,
}

/// The shortest words that are worth looking for, in octets.
pub(super) const SHORTEST: usize = 3;

/// Words that replies are full of.
const COMMON: [&str; 24] = [
    "access",
    "address",
    "because",
    "blocked",
    "connection",
    "delivery",
    "denied",
    "domain",
    "email",
    "failed",
    "invalid",
    "mailbox",
    "message",
    "please",
    "policy",
    "recipient",
    "refused",
    "rejected",
    "sender",
    "server",
    "service",
    "try again later",
    "unknown",
    "user",
];

/// The most needs of one alternative that are kept.
const MOST: usize = 8;

/// What a text needs for one alternative of an expression: of each set of words one, the most telling set first; at most [`MOST`] sets.
type Needs = Vec<Vec<String>>;

/// What a text needs for each of many expressions. `build.rs` gathers it for those that are built in.
#[derive(Clone, Debug)]
pub(super) struct Gathered {
    /// All words in their order, each with a line end behind it.
    pub(super) words: Cow<'static, str>,
    /// The needs that words fulfil, those of the first word first: an alternative, and a bit for the need.
    pub(super) fulfils: Cow<'static, [(u16, u8)]>,
    /// Where the needs of each word begin among all, and where those of the last end.
    pub(super) begins: Cow<'static, [u32]>,
    /// All alternatives: the place of the expression, and the bits of all needs.
    pub(super) alternatives: Cow<'static, [(u32, u8)]>,
    /// The places of the expressions that any text may match.
    pub(super) always: Cow<'static, [u32]>,
}

impl Gathered {
    pub(super) fn of<'p>(patterns: impl IntoIterator<Item = &'p str>) -> Self {
        let (mut alternatives, mut always) = (Vec::new(), Vec::new());
        let mut of_word: Vec<(String, (u16, u8))> = Vec::new();
        for (place, needs) in (0..).zip(patterns.into_iter().map(needs)) {
            let Some(needs) = needs else {
                always.push(place);
                continue;
            };
            for sets in needs {
                // More than anybody ever wrote.
                let Ok(alternative) = u16::try_from(alternatives.len()) else {
                    always.push(place);
                    break;
                };
                alternatives.push((place, u8::MAX >> (MOST - sets.len())));
                for (at, words) in sets.into_iter().enumerate() {
                    of_word.extend(words.into_iter().map(|w| (w, (alternative, 1 << at))));
                }
            }
        }
        of_word.sort();
        let (mut words, mut fulfils, mut begins) = (String::new(), Vec::new(), Vec::new());
        for same in of_word.chunk_by(|a, b| a.0 == b.0) {
            words.extend([same[0].0.as_str(), "\n"]);
            begins.push(count(&fulfils));
            fulfils.extend(same.iter().map(|(_, need)| *need));
        }
        begins.push(count(&fulfils));
        Self {
            words: words.into(),
            fulfils: fulfils.into(),
            begins: begins.into(),
            alternatives: alternatives.into(),
            always: always.into(),
        }
    }
}

fn count<T>(all: &[T]) -> u32 {
    u32::try_from(all.len()).unwrap_or(u32::MAX)
}

/// What a text needs for each alternative of the expression, in lower case; none where that cannot be told of each.
fn needs(pattern: &str) -> Option<Vec<Needs>> {
    let mut chars: Vec<char> = pattern.chars().collect();
    chars.reverse();
    alternatives(&mut chars, 0).iter().map(|one| of_alternative(one)).collect()
}

/// Deeper groups than any written by hand are not looked into.
const DEEPEST: usize = 20;

fn alternatives(rest: &mut Vec<char>, depth: usize) -> Vec<Vec<Node>> {
    let mut all = vec![Vec::new()];
    while let Some(c) = rest.pop() {
        let node = match c {
            ')' => return all,
            '|' => {
                all.push(Vec::new());
                continue;
            }
            '(' if depth < DEEPEST => {
                let known = opens_plainly(rest);
                let inner = alternatives(rest, depth + 1);
                if known { Node::Group(inner) } else { Node::Other }
            }
            '[' => {
                class(rest);
                Node::Other
            }
            '\\' => match rest.pop() {
                Some(e) if !e.is_alphanumeric() => Node::Char(e),
                _ => Node::Other,
            },
            '^' | '$' | '.' => Node::Other,
            c => Node::Char(c),
        };
        let node = counted(node, rest);
        if let Some(last) = all.last_mut() {
            last.extend(node);
        }
    }
    all
}

/// What follows `(`: whether it is a group that must match as it stands. Flags change the meaning of what is inside.
fn opens_plainly(rest: &mut Vec<char>) -> bool {
    if rest.last() != Some(&'?') {
        return true;
    }
    rest.pop();
    match rest.pop() {
        Some(':') => true,
        Some('<') => {
            while rest.pop().is_some_and(|c| c != '>') {}
            true
        }
        Some('P') => {
            while rest.pop().is_some_and(|c| c != '>') {}
            true
        }
        _ => false,
    }
}

fn class(rest: &mut Vec<char>) {
    if rest.last() == Some(&'^') {
        rest.pop();
    }
    let mut first = true;
    while let Some(c) = rest.pop() {
        match c {
            ']' if !first => return,
            '\\' => drop(rest.pop()),
            '[' => class(rest),
            _ => {}
        }
        first = false;
    }
}

/// Reads the counter behind a node.
fn counted(node: Node, rest: &mut Vec<char>) -> Vec<Node> {
    let nodes = match rest.last() {
        Some('?') => {
            rest.pop();
            // A choice between this and nothing.
            vec![match node {
                Node::Char(_) => Node::Group(vec![Vec::new(), vec![node]]),
                Node::Group(mut inner) => {
                    inner.push(Vec::new());
                    Node::Group(inner)
                }
                Node::Other => Node::Other,
            }]
        }
        Some('*') => {
            rest.pop();
            vec![Node::Other]
        }
        Some('+') => {
            rest.pop();
            vec![node, Node::Other]
        }
        Some('{') => {
            while rest.pop().is_some_and(|c| c != '}') {}
            vec![Node::Other]
        }
        _ => return vec![node],
    };
    if matches!(rest.last(), Some('?' | '+')) {
        rest.pop();
    }
    nodes
}

/// Each alternative needs words of its own.
fn of_any(all: &[Vec<Node>]) -> Option<Vec<String>> {
    let mut words = Vec::new();
    for one in all {
        words.extend(of_one(one)?);
    }
    words.sort();
    words.dedup();
    Some(words)
}

/// The best words of one alternative.
fn of_one(nodes: &[Node]) -> Option<Vec<String>> {
    // Of equals the first.
    offers(nodes).into_iter().rev().max_by_key(|words| worth(words))
}

fn of_alternative(nodes: &[Node]) -> Option<Needs> {
    let mut all = offers(nodes);
    all.sort_by_key(|words| std::cmp::Reverse(worth(words)));
    // Beyond the second, words that every other text has are not worth the counting.
    let telling = all.iter().take(MOST).take_while(|words| worth(words) > SHORTEST).count();
    all.truncate(telling.max(2));
    (!all.is_empty()).then_some(all)
}

/// So many forms of one run of characters are kept apart.
const FORMS: usize = 8;

/// All words that one alternative needs.
fn offers(nodes: &[Node]) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let mut offer = |mut words: Vec<String>| {
        // Whoever finds the shorter has found the longer.
        words.sort_by_key(String::len);
        let mut kept: Vec<String> = Vec::new();
        for word in words {
            if !kept.iter().any(|k| word.contains(k.as_str())) {
                kept.push(word);
            }
        }
        if kept.iter().all(|w| w.len() >= SHORTEST) {
            all.push(kept);
        }
    };
    // The forms that the run of characters up to here may have.
    let mut run = vec![String::new()];
    for node in nodes {
        match node {
            Node::Char(c) => run.iter_mut().for_each(|form| form.extend(c.to_lowercase())),
            Node::Group(inner) => {
                let words = literals(inner);
                match words {
                    Some(words) if run.len() * words.len() <= FORMS => {
                        run = run.iter().flat_map(|form| words.iter().map(move |w| format!("{form}{w}"))).collect();
                    }
                    Some(words) => offer(std::mem::replace(&mut run, words)),
                    None => {
                        offer(std::mem::replace(&mut run, vec![String::new()]));
                        if let Some(words) = of_any(inner) {
                            offer(words);
                        }
                    }
                }
            }
            Node::Other => offer(std::mem::replace(&mut run, vec![String::new()])),
        }
    }
    offer(run);
    all
}

/// The texts that a group stands for, if it is but a choice of a few.
fn literals(group: &[Vec<Node>]) -> Option<Vec<String>> {
    let one = |nodes: &Vec<Node>| {
        nodes
            .iter()
            .map(|n| if let Node::Char(c) = n { Some(c.to_lowercase()) } else { None })
            .collect::<Option<Vec<_>>>()
    };
    if group.len() > FORMS {
        return None;
    }
    group.iter().map(|nodes| Some(one(nodes)?.into_iter().flatten().collect())).collect()
}

/// How seldom a text has one of these words by chance: by the likeliest of them.
fn worth(words: &[String]) -> usize {
    let one = |word: &String| match word.trim() {
        // What stands in one refusal of three says little, however long it is.
        bare if COMMON.iter().any(|c| c.contains(bare)) => SHORTEST,
        _ => word.len(),
    };
    words.iter().map(one).min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pattern: &str) -> Option<Vec<Vec<String>>> {
        Some(needs(pattern)?.into_iter().map(|n| n.iter().map(|words| words.join("/")).collect()).collect())
    }

    /// Alternatives of one word each.
    fn words(words: &[&str]) -> Option<Vec<Vec<String>>> {
        Some(words.iter().map(|w| vec![(*w).to_owned()]).collect())
    }

    #[test]
    fn each_alternative_has_its_word() {
        assert_eq!(
            of("relay(?:ing)? denied|open relay"),
            Some(vec![vec!["relay denied/relaying denied".into()], vec!["open relay".into()]])
        );
    }

    #[test]
    fn what_may_be_left_out_is_no_needle_or_makes_two() {
        assert_eq!(of("(?:mail)?box full"), words(&["box full"]));
        assert_eq!(of("users? unknown"), words(&["user unknown/users unknown"]));
        assert_eq!(of("e-?mails?"), words(&["email/e-mail"]));
        assert_eq!(of("(?:abc){0,2}defg"), words(&["defg"]));
    }

    #[test]
    fn a_group_that_must_match_gives_its_words() {
        assert_eq!(of(r"\b(?:black|block)[- ]?(?<list>\w+)"), words(&["black/block"]));
    }

    #[test]
    fn where_nothing_is_sure_there_is_none() {
        assert_eq!(of("."), None);
        assert_eq!(of(r"\d\d\d|spam"), None);
        assert_eq!(of("(?i:spam)"), None);
        assert_eq!(of("a|b"), None);
    }

    #[test]
    fn letters_of_any_script_are_brought_to_lower_case() {
        assert_eq!(of("CAIXA CHEIÁ|邮箱已满"), words(&["caixa cheiá", "邮箱已满"]));
        assert_eq!(of("Не найден"), words(&["не найден"]));
    }

    #[test]
    fn escapes_and_classes_are_understood() {
        assert_eq!(of(r"[^\])x]5\.7\.26"), words(&["5.7.26"]));
        assert_eq!(of(r"mails+ now"), Some(vec![vec!["mails".into(), " now".into()]]));
    }
}
