//! Words that a text must have in it before a regular expression can match: they tell quickly which of many expressions to try.

/// One place of an expression.
enum Node {
    /// This very character, whatever its case.
    Char(char),
    /// One of several expressions.
    Group(Vec<Vec<Node>>),
    /// Something that is not looked into.
    Other,
    /// Something that may be left out: it ends a run of characters.
    Maybe,
}

/// The shortest words that are worth looking for.
pub(super) const SHORTEST: usize = 3;

/// Words of which at least one is in every text that the expression matches, in lower case; none where that cannot be told.
pub(super) fn needles(pattern: &str) -> Option<Vec<String>> {
    let mut chars: Vec<char> = pattern.chars().collect();
    chars.reverse();
    of_any(&alternatives(&mut chars, 0))
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
            c if one_form(c) => Node::Char(c),
            _ => Node::Other,
        };
        let node = counted(node, rest);
        if let Some(last) = all.last_mut() {
            last.extend(node);
        }
    }
    all
}

/// Whether a letter is looked for as it is: ASCII in lower case, and scripts that know no case.
fn one_form(c: char) -> bool {
    c.is_ascii() || (c.to_lowercase().eq([c]) && c.to_uppercase().eq([c]))
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
        Some('?' | '*') => {
            rest.pop();
            vec![Node::Maybe]
        }
        Some('+') => {
            rest.pop();
            vec![node, Node::Other]
        }
        Some('{') => {
            while rest.pop().is_some_and(|c| c != '}') {}
            vec![Node::Maybe]
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

/// The best words of one alternative: those whose shortest is longest.
fn of_one(nodes: &[Node]) -> Option<Vec<String>> {
    let mut best: Option<Vec<String>> = None;
    let mut offer = |words: Vec<String>| {
        let worth = |w: &[String]| w.iter().map(String::len).min().unwrap_or(0);
        if worth(&words) >= SHORTEST && best.as_ref().is_none_or(|b| worth(&words) > worth(b)) {
            best = Some(words);
        }
    };
    let mut run = String::new();
    for node in nodes {
        match node {
            Node::Char(c) => run.push(c.to_ascii_lowercase()),
            Node::Group(inner) => {
                offer(vec![std::mem::take(&mut run)]);
                if let Some(words) = of_any(inner) {
                    offer(words);
                }
            }
            Node::Other | Node::Maybe => offer(vec![std::mem::take(&mut run)]),
        }
    }
    offer(vec![run]);
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pattern: &str) -> Option<Vec<String>> {
        needles(pattern)
    }

    #[test]
    fn each_alternative_has_its_word() {
        assert_eq!(of("relay(?:ing)? denied|open relay"), Some(vec![" denied".into(), "open relay".into()]));
    }

    #[test]
    fn what_may_be_left_out_is_no_needle() {
        assert_eq!(of("(?:mail)?box full"), Some(vec!["box full".into()]));
        assert_eq!(of("users? unknown"), Some(vec![" unknown".into()]));
        assert_eq!(of("(?:abc){0,2}defg"), Some(vec!["defg".into()]));
    }

    #[test]
    fn scripts_without_case_give_words_and_those_with_case_do_not() {
        assert_eq!(of("宛先不明|無効"), Some(vec!["宛先不明".into(), "無効".into()]));
        assert_eq!(of("не найден"), None);
    }

    #[test]
    fn a_group_that_must_match_gives_its_words() {
        assert_eq!(of(r"\b(?:black|block)[- ]?(?<list>\w+)"), Some(vec!["black".into(), "block".into()]));
    }

    #[test]
    fn where_nothing_is_sure_there_is_none() {
        assert_eq!(of("."), None);
        assert_eq!(of(r"\d\d\d|spam"), None);
        assert_eq!(of("(?i:spam)"), None);
        assert_eq!(of("a|b"), None);
    }

    #[test]
    fn escapes_and_classes_are_understood() {
        assert_eq!(of(r"[^\])x]5\.7\.26"), Some(vec!["5.7.26".into()]));
        assert_eq!(of(r"mails+ now"), Some(vec!["mails".into()]));
    }
}
