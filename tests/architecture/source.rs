//! A Rust source as tokens, without comments and without what stands in quotes.

/// A word or a sign, and its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// Splits a source into words, `::` and single signs.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let (mut at, mut line, mut found) = (0, 1, Vec::new());
    while at < chars.len() {
        let end = skip(&chars, at);
        if end > at {
            line += chars[at..end].iter().filter(|c| **c == '\n').count();
            at = end;
            continue;
        }
        let end = match chars[at] {
            c if word(c) => at + chars[at..].iter().take_while(|c| word(**c)).count(),
            ':' if chars.get(at + 1) == Some(&':') => at + 2,
            _ => at + 1,
        };
        if chars[at] == '\n' {
            line += 1;
        } else if !chars[at].is_whitespace() {
            found.push(Token { line, text: chars[at..end].iter().collect() });
        }
        at = end;
    }
    found
}

fn word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// Where the comment, string or character that begins here ends; here where none does.
fn skip(chars: &[char], at: usize) -> usize {
    let starts = |text: &str| text.chars().enumerate().all(|(i, c)| chars.get(at + i) == Some(&c));
    let fresh = at == 0 || !word(chars[at - 1]);
    if starts("//") {
        return at + chars[at..].iter().take_while(|c| **c != '\n').count();
    }
    if starts("/*") {
        return block(chars, at);
    }
    if fresh && (starts("r\"") || starts("r#") || starts("br\"") || starts("br#")) {
        let from = at + if starts("b") { 2 } else { 1 };
        let hashes = chars[from..].iter().take_while(|c| **c == '#').count();
        if chars.get(from + hashes) == Some(&'"') {
            return raw(chars, from + hashes + 1, hashes);
        }
    }
    match chars[at] {
        '"' => quoted(chars, at + 1, '"'),
        '\'' if chars.get(at + 1) == Some(&'\\') => quoted(chars, at + 1, '\''),
        '\'' if chars.get(at + 2) == Some(&'\'') => at + 3,
        _ => at,
    }
}

fn block(chars: &[char], mut at: usize) -> usize {
    let mut depth = 0;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

fn raw(chars: &[char], mut at: usize, hashes: usize) -> usize {
    while at < chars.len() {
        let closes = chars[at] == '"' && chars[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes;
        if closes {
            return at + 1 + hashes;
        }
        at += 1;
    }
    at
}

fn quoted(chars: &[char], mut at: usize, end: char) -> usize {
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            c if c == end => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

#[test]
fn comments_and_quotes_are_no_words() {
    let source = "a /* b /* c */ d */ e // f\n\"g \\\" h\" i r#\"j \" k\"# 'l' '\\'' &'m n b\"o\" br\"p\" q::r";
    let words: Vec<String> = tokens(source).into_iter().map(|t| t.text).collect();
    assert_eq!(words, ["a", "e", "i", "&", "'", "m", "n", "b", "q", "::", "r"]);
}

#[test]
fn a_token_knows_its_line() {
    let lines: Vec<usize> = tokens("a\n/* \n */ b\n\"\n\" c").into_iter().map(|t| t.line).collect();
    assert_eq!(lines, [1, 3, 5]);
}
