//! The parts of a message (RFC 2045, 2046), as far as a bounce needs them.
//!
//! What a mail system wrote in anger is often malformed, and what an attacker writes always is: one pass over the lines, no recursion, hard
//! limits, and nothing is decoded that is not read. The decoding itself is in [`decode`](super::decode).

use memchr::{memchr, memmem};

use super::decode;

/// Multiparts in multiparts that are looked into.
const DEEPEST: usize = 16;
/// The most parts of one message.
const PARTS: usize = 128;
/// The most fields of one header.
const FIELDS: usize = 1_000;

/// The header fields of a message or a part.
#[derive(Clone, Debug, Default)]
pub(super) struct Head<'t>(Vec<(&'t str, &'t str)>);

impl<'t> Head<'t> {
    /// The first field of this name, as it stands: still folded and encoded.
    pub(super) fn raw(&self, name: &str) -> Option<&'t str> {
        self.all(name).next()
    }

    /// Every field of this name, in order.
    pub(super) fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'t str> + 's {
        self.0.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.trim())
    }
}

/// What sort of part it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Words for people.
    Plain,
    /// The same in HTML.
    Html,
    /// What became of each recipient (RFC 3464, RFC 6533).
    Status,
    /// A complaint (RFC 5965).
    Complaint,
    /// A read receipt (RFC 8098).
    Receipt,
    /// A message.
    Message,
    /// The header fields of a message.
    Fields,
    /// Anything else.
    Other,
}

/// A part that has no parts itself.
#[derive(Clone, Debug)]
pub(super) struct Part<'t> {
    pub(super) sort: Sort,
    /// As it stands in the message.
    pub(super) raw: &'t str,
    encoding: &'t str,
    charset: Option<&'t str>,
    /// Whether it wants to be saved rather than read.
    pub(super) attached: bool,
}

impl Part<'_> {
    /// Its text.
    pub(super) fn text(&self) -> std::borrow::Cow<'_, str> {
        decode::body(self.raw, self.encoding, self.charset)
    }
}

/// A message in its parts.
#[derive(Clone, Debug, Default)]
pub(super) struct Mail<'t> {
    pub(super) head: Head<'t>,
    pub(super) body: &'t str,
    pub(super) parts: Vec<Part<'t>>,
    /// Whether it says to be a report of some sort (RFC 6522).
    pub(super) report: bool,
}

impl<'t> Mail<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let (head, body) = head(text);
        let content = Content::of(&head);
        let report = content.is("multipart", "report");
        let mut parts = Vec::new();
        if content.main.eq_ignore_ascii_case("multipart") {
            let boundary = content.boundary.filter(|b| parted(body, b)).or_else(|| guessed(body));
            match boundary {
                Some(boundary) => walk(body, boundary, &mut parts),
                None => parts.push(Part { sort: Sort::Plain, ..content.part(body, false) }),
            }
        } else {
            parts.push(content.part(body, false));
        }
        Self { head, body, parts, report }
    }
}

/// Header fields, and what follows the empty line behind them. A text that does not begin with a field is all body.
pub(super) fn head(text: &str) -> (Head<'_>, &str) {
    let mut fields: Vec<(&str, &str)> = Vec::new();
    let mut at = 0;
    // Where the value of the last field began.
    let mut open: Option<(&str, usize)> = None;
    loop {
        let rest = &text[at..];
        let end = rest.find('\n').map_or(text.len(), |i| at + i + 1);
        let line = text[at..end].trim_end_matches(['\n', '\r']);
        // A parameter that some relay did not indent still belongs to its field.
        let loose = || {
            let parameter =
                open.is_some_and(|(_, from)| text[from..at].trim_end().ends_with(';')) && line.contains('=');
            open.is_some() && field(line).is_none() && (parameter || goes_on(&text[end..]))
        };
        let folded = (line.starts_with([' ', '\t']) && open.is_some()) || loose();
        if folded && !line.trim().is_empty() {
            at = end;
        } else {
            if let Some((name, from)) = open.take() {
                fields.push((name, &text[from..at]));
            }
            if line.trim().is_empty() {
                at = end;
                break;
            }
            match field(line).filter(|_| fields.len() < FIELDS) {
                Some(name) => open = Some((name.trim_end(), at + name.len() + 1)),
                // The line that a mailbox puts before each message, or one that a broken program wrote.
                None if at == 0 && line.starts_with("From ") => {}
                None => break,
            }
            at = end;
        }
        if at >= text.len() {
            if let Some((name, from)) = open {
                fields.push((name, &text[from..]));
            }
            break;
        }
    }
    (Head(fields), &text[at..])
}

/// Whether a header goes on behind a line that is no field: more fields follow before it ends.
fn goes_on(rest: &str) -> bool {
    rest.lines().take(5).take_while(|l| !l.trim().is_empty()).filter(|l| field(l).is_some()).count() >= 2
}

/// The name of a header field that a line begins with.
pub(super) fn field(line: &str) -> Option<&str> {
    let end = line.bytes().take(80).position(|b| b == b':')?;
    let name = &line[..end];
    let plain = name.trim_end();
    let good =
        !plain.is_empty() && plain.bytes().all(|b| b.is_ascii_graphic()) && plain.as_bytes()[0].is_ascii_alphabetic();
    // `http://…` and the like are no fields.
    (good && !line[end + 1..].starts_with("//")).then_some(name)
}

/// `Content-Type` and its friends.
#[derive(Default)]
struct Content<'t> {
    main: &'t str,
    sub: &'t str,
    boundary: Option<&'t str>,
    charset: Option<&'t str>,
    encoding: &'t str,
    attached: bool,
}

impl<'t> Content<'t> {
    fn of(head: &Head<'t>) -> Self {
        let value = head.raw("content-type").unwrap_or("text/plain");
        let kind = value.split(';').next().unwrap_or_default().trim();
        let (main, sub) = kind.split_once('/').unwrap_or((kind, ""));
        Self {
            main: main.trim(),
            sub: sub.split_whitespace().next().unwrap_or_default(),
            boundary: parameter(value, "boundary").filter(|b| !b.is_empty() && b.len() <= 200),
            charset: parameter(value, "charset"),
            encoding: head.raw("content-transfer-encoding").unwrap_or_default(),
            attached: head.raw("content-disposition").is_some_and(|d| starts(d, "attachment")),
        }
    }

    fn is(&self, main: &str, sub: &str) -> bool {
        self.main.eq_ignore_ascii_case(main) && self.sub.eq_ignore_ascii_case(sub)
    }

    fn part(&self, raw: &'t str, digest: bool) -> Part<'t> {
        let sub = |names: &[&str]| names.iter().any(|n| self.sub.eq_ignore_ascii_case(n));
        let main = |name: &str| self.main.eq_ignore_ascii_case(name);
        let sort = match () {
            () if main("message") && sub(&["delivery-status", "global-delivery-status"]) => Sort::Status,
            () if main("message") && sub(&["feedback-report"]) => Sort::Complaint,
            () if main("message") && sub(&["disposition-notification", "global-disposition-notification"]) => {
                Sort::Receipt
            }
            () if main("text") && sub(&["rfc822-headers"]) || main("message") && sub(&["global-headers"]) => {
                Sort::Fields
            }
            () if main("message") || digest => Sort::Message,
            () if main("text") && sub(&["html"]) => Sort::Html,
            () if main("text") || self.main.is_empty() => Sort::Plain,
            () => Sort::Other,
        };
        Part { sort, raw, encoding: self.encoding, charset: self.charset, attached: self.attached }
    }
}

/// The value of a parameter (RFC 2045 §5.1), without its quotes.
fn parameter<'t>(value: &'t str, wanted: &str) -> Option<&'t str> {
    let mut rest = value.split_once(';')?.1;
    loop {
        let (name, behind) = rest.split_once('=')?;
        let name = name.rsplit(';').next().unwrap_or(name).trim();
        let behind = behind.trim_start();
        let (found, after) = match behind.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => behind.split_once([';', '\n', '\r']).unwrap_or((behind, "")),
        };
        // RFC 2231 in its simple form.
        if name.trim_end_matches('*').eq_ignore_ascii_case(wanted) {
            return Some(found.trim());
        }
        rest = after;
    }
}

fn starts(text: &str, with: &str) -> bool {
    text.get(..with.len()).is_some_and(|t| t.eq_ignore_ascii_case(with))
}

/// What a line is to one boundary.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    Next,
    Last,
}

fn edge(line: &str, boundary: &str) -> Option<Edge> {
    let behind = line.strip_prefix("--")?.strip_prefix(boundary)?;
    match behind.trim_end() {
        "" => Some(Edge::Next),
        "--" => Some(Edge::Last),
        _ => None,
    }
}

fn parted(body: &str, boundary: &str) -> bool {
    delimiters(body).any(|(at, _, line)| edge(line, boundary).is_some() && at < body.len())
}

/// The lines that begin with `--`: where each begins, where the next line begins, and the line.
fn delimiters(body: &str) -> impl Iterator<Item = (usize, usize, &str)> {
    let first = body.starts_with("--").then_some(0);
    first.into_iter().chain(memmem::find_iter(body.as_bytes(), b"\n--").map(|at| at + 1)).map(|at| {
        let end = memchr(b'\n', &body.as_bytes()[at..]).map_or(body.len(), |i| at + i + 1);
        (at, end, body[at..end].trim_end_matches(['\n', '\r']))
    })
}

/// The boundary of a body whose header names another one or none: a line that a header field follows.
fn guessed(body: &str) -> Option<&str> {
    delimiters(body).take(50).find_map(|(_, end, line)| {
        let boundary = line[2..].trim_end();
        let next = &body[end..];
        (!boundary.is_empty() && boundary.len() <= 200 && !boundary.contains(' ') && starts(next, "content-"))
            .then_some(boundary)
    })
}

fn walk<'t>(body: &'t str, boundary: &'t str, parts: &mut Vec<Part<'t>>) {
    struct Open<'t> {
        boundary: &'t str,
        digest: bool,
    }
    let mut stack = vec![Open { boundary, digest: false }];
    // The part that is being read: its content, where its body begins, whether a message is the default.
    let mut open: Option<(Content<'t>, usize, bool)> = None;
    for (at, end, line) in delimiters(body) {
        let Some((level, edge)) = stack.iter().enumerate().rev().find_map(|(i, o)| Some((i, edge(line, o.boundary)?)))
        else {
            continue;
        };
        if let Some((content, from, digest)) = open.take() {
            parts.push(content.part(body[from.min(at)..at].trim_end_matches(['\n', '\r']), digest));
        }
        if parts.len() >= PARTS {
            return;
        }
        stack.truncate(level + usize::from(edge == Edge::Next));
        let Some(digest) = stack.last().filter(|_| edge == Edge::Next).map(|o| o.digest) else {
            if stack.is_empty() { return } else { continue }
        };
        let (fields, inner) = head(&body[end..]);
        let from = body.len() - inner.len();
        let typed = fields.raw("content-type").is_some();
        let content = Content::of(&fields);
        match content.boundary.filter(|_| content.main.eq_ignore_ascii_case("multipart") && stack.len() < DEEPEST) {
            Some(boundary) => stack.push(Open { boundary, digest: content.sub.eq_ignore_ascii_case("digest") }),
            None => open = Some((content, from, digest && !typed)),
        }
    }
    if let Some((content, from, digest)) = open {
        parts.push(content.part(&body[from..], digest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorts(text: &str) -> Vec<(Sort, &str)> {
        Mail::of(text).parts.iter().map(|p| (p.sort, p.raw)).collect()
    }

    #[test]
    fn parts_in_parts_are_told_apart() {
        let text = "Content-Type: multipart/report; boundary=b\n\npreamble\n--b\nContent-Type: multipart/alternative;\n boundary=\"b2\"\n\n\
                    --b2\n\none\n--b2\nContent-Type: text/html\n\n<p>two\n--b2--\nepilogue\n--b\nContent-Type: message/delivery-status\n\nthree\n--b--\nrest";
        assert_eq!(sorts(text), [(Sort::Plain, "one"), (Sort::Html, "<p>two"), (Sort::Status, "three")]);
    }

    #[test]
    fn a_message_inside_is_one_part() {
        let text = "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--c--\n--b--\n";
        assert_eq!(sorts(text).len(), 1);
        assert_eq!(sorts(text)[0].0, Sort::Message);
    }

    #[test]
    fn a_missing_end_or_a_wrong_boundary_loses_nothing() {
        let open = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n";
        assert_eq!(sorts(open), [(Sort::Plain, "one"), (Sort::Plain, "two\n")]);
        let wrong = "Content-Type: multipart/mixed; boundary=x\n\n--b\nContent-Type: text/plain\n\none\n--b--\n";
        assert_eq!(sorts(wrong), [(Sort::Plain, "one")]);
        let none = "Content-Type: multipart/mixed; boundary=x\n\njust words\n";
        assert_eq!(sorts(none), [(Sort::Plain, "just words\n")]);
    }

    #[test]
    fn fields_are_found_whatever_their_case_and_folding() {
        let (head, body) = head("From x\nSUBJECT: one\n two\nTo : bob\r\n\r\nbody");
        assert_eq!((head.raw("subject"), head.raw("to"), body), (Some("one\n two"), Some("bob"), "body"));
    }

    #[test]
    fn parameters_are_read_in_any_order() {
        let value = "multipart/report; report-type=x;\n\tboundary=\"a;b=c\"; charset=utf-8";
        assert_eq!(parameter(value, "boundary"), Some("a;b=c"));
        assert_eq!(parameter(value, "charset"), Some("utf-8"));
        assert_eq!(parameter(value, "name"), None);
    }
}
