//! What client programs print around replies: several recipients at once, and the parts of a reply in places of their own.

use std::sync::LazyLock;

use regex::Regex;

use super::draft::Draft;
use super::find::{self, Found};
use super::{address, paste};
use crate::transcript::Stage;

/// The most recipients of one text.
const MOST: usize = 1_000;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern")
}

// smtplib: {'bob@example.org': (550, b'5.1.1 no such user')}
static PYTHON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"['"](?P<to>[^'"\s]+@[^'"\s]+)['"]: ?\((?P<code>[45]\d\d), b?(?:'(?P<one>(?:[^'\\]|\\.)*)'|"(?P<two>(?:[^"\\]|\\.)*)")"#,
    )
});

// aiosmtplib: SMTPRecipientRefused(550, '5.1.1 no such user', 'bob@example.org')
static REFUSED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"SMTPRecipientRefused:? ?\((?P<code>[45]\d\d), b?(?:'(?P<one>(?:[^'\\]|\\.)*)'|"(?P<two>(?:[^"\\]|\\.)*)"), ['"](?P<to>[^'"\s]+@[^'"\s]+)['"]"#,
    )
});

// Nodemailer, one of rejectedErrors: response: '550 5.1.1 no such user', … recipient: 'bob@example.org'
static REJECTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?-u:\b)response['"]?: ?(?:'(?P<one>(?:[^'\\]|\\.)*)'|"(?P<two>(?:[^"\\]|\\.)*)")[^{}]{0,300}?(?-u:\b)recipient['"]?: ?['"](?P<to>[^'"\s]+@[^'"\s]+)['"]"#,
    )
});

// Events of sending services: {"email": "bob@example.org", "reason": "550 5.1.1 no such user"}
static EVENT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)"(?:recipient|email|emailaddress|address|rcpt|to)": ?"(?P<to>[^"\s]+@[^"\s]+)"[^{}]{0,500}?"(?:reason|raw_reason|response|diagnosticcode|diag|details|description|message|error)": ?"(?:smtp; ?)?(?P<two>[45]\d\d[ -](?:[^"\\]|\\.)*)""#,
    )
});

// Jakarta Mail: SMTPAddressFailedException: 550 5.1.1 <bob@example.org>: no such user
static ADDRESS_FAILED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"SMTPAddressFailedException: (?P<reply>[45]\d\d[ -][^\n;]*(?:\n[45]\d\d[ -][^\n;]*)*)"));

// PHPMailer: The following recipients failed: bob@example.org: no such user, eve@example.org: mailbox full
static FAILED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)following recipients failed: (?P<list>[^\n]*?)(?:\s*SMTP server error:|\n|$)"));
static EACH: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:^|, ?)(?P<to>[^\s,:<>@]+@[\w.-]+): "));

// PHPMailer: Detail: no such user SMTP code: 550 Additional SMTP info: 5.1.1
static DETAIL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?s)Detail: (?P<text>.{0,2000}?)\s*SMTP code: (?P<code>[45]\d\d)(?:\s*Additional SMTP info: (?P<enhanced>[45]\.\d{1,3}\.\d{1,3}))?",
    )
});
static COMMAS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"command failed,(?P<text>[^\n]{0,2000}?),(?P<code>[45]\d\d)(?:,(?P<enhanced>[45]\.\d{1,3}\.\d{1,3}))?")
});

/// The refused recipients of a text that names several, each with its reply. On the text as it was pasted: quotes matter.
pub(super) fn recipients(text: &str) -> Vec<Draft> {
    let mut all = Vec::new();
    if text.contains("@") && text.contains(": (") {
        all.extend(PYTHON.captures_iter(text).take(MOST).map(|c| refused(&c["to"], &coded(&c))));
    }
    if text.contains("SMTPRecipientRefused") {
        all.extend(REFUSED.captures_iter(text).take(MOST).map(|c| refused(&c["to"], &coded(&c))));
    }
    if text.contains("recipient") && text.contains("response") {
        let reply = |c: &regex::Captures<'_>| quoted(c);
        all.extend(REJECTED.captures_iter(text).take(MOST).map(|c| refused(&c["to"], &reply(&c))));
    }
    if all.is_empty() && text.contains('{') && text.contains('@') {
        // Amazon SNS puts the event in a string of another.
        let inner = if text.contains("\\\"") && text.starts_with('{') { paste::unescaped(text) } else { text.into() };
        all.extend(EVENT.captures_iter(&inner).take(MOST).map(|c| refused_event(&c)));
    }
    if text.contains("SMTPAddressFailedException") {
        let found = ADDRESS_FAILED.captures_iter(text).take(MOST).map(|c| whole(&c["reply"]));
        all.extend(
            found.filter_map(|found| Some(Draft { recipient: Some(own_recipient(&found)?), found, permanent: None })),
        );
    }
    if all.is_empty() && text.contains("ollowing recipients failed") {
        all = failed(text);
    }
    let mut seen: Vec<(Option<String>, u16)> = Vec::new();
    all.retain(|d| {
        let key = (d.recipient.clone(), d.found.code);
        let fresh = !seen.contains(&key);
        seen.push(key);
        fresh
    });
    all
}

fn quoted(caps: &regex::Captures<'_>) -> String {
    let words = caps.name("one").or_else(|| caps.name("two")).map_or("", |m| m.as_str());
    unlined(words)
}

/// The lines of a printed string as one, without the enhanced code that each begins with.
fn unlined(words: &str) -> String {
    let text = paste::unescaped(words);
    let mut lines = text.lines();
    let mut out = lines.next().unwrap_or_default().to_owned();
    let first = super::line::enhanced(&out).map(|(code, _)| code);
    for line in lines {
        let own = super::line::enhanced(line).filter(|(code, _)| Some(*code) == first);
        out.push(' ');
        out.push_str(own.map_or(line, |(_, rest)| rest).trim());
    }
    out
}

fn coded(caps: &regex::Captures<'_>) -> String {
    format!("{} {}", &caps["code"], quoted(caps))
}

fn whole(reply: &str) -> Found {
    let mut found = find::whole(reply);
    found.stage = found.stage.or(Some(Stage::Rcpt));
    found
}

fn refused(to: &str, reply: &str) -> Draft {
    Draft { recipient: Some(to.to_owned()), found: whole(reply), permanent: None }
}

/// A bounce that a service reports: at which stage it was refused is not told.
fn refused_event(caps: &regex::Captures<'_>) -> Draft {
    Draft {
        recipient: Some(caps["to"].to_owned()),
        found: find::whole(&paste::unescaped(&caps["two"]).replace('\n', " ")),
        permanent: None,
    }
}

fn failed(text: &str) -> Vec<Draft> {
    let Some(list) = FAILED.captures(text).and_then(|c| c.name("list")).map(|m| m.as_str()) else { return Vec::new() };
    let starts: Vec<_> = EACH.captures_iter(list).take(MOST).filter_map(|c| Some((c.get(0)?, c.name("to")?))).collect();
    let ends = starts.iter().skip(1).map(|(m, _)| m.start()).chain([list.len()]);
    let mut all: Vec<Draft> =
        starts.iter().zip(ends).map(|((whole, to), end)| refused(to.as_str(), list[whole.end()..end].trim())).collect();
    // One recipient: the details behind tell its codes.
    if let ([one], Some(found)) = (all.as_mut_slice(), apart(text)) {
        one.found = Found { stage: Some(Stage::Rcpt), ..found };
    }
    all
}

/// A reply whose parts stand in places of their own, put together.
pub(super) fn apart(text: &str) -> Option<Found> {
    if let Some(found) = of_lettre(text) {
        return Some(found);
    }
    let caps = if text.contains("SMTP code: ") { DETAIL.captures(text) } else { None };
    let caps = caps.or_else(|| if text.contains("command failed,") { COMMAS.captures(text) } else { None })?;
    let enhanced = caps.name("enhanced").and_then(|e| e.as_str().parse().ok());
    let stage = super::stage::by_words(text);
    let code = caps["code"].parse().unwrap_or(0);
    let mut found = Found { code, enhanced, lines: vec![caps["text"].to_owned()], stage, ..Found::default() };
    found.finish();
    Some(found)
}

/// What .NET calls the reply codes: the names of `SmtpStatusCode`, and the sentences of `SmtpException`.
/// Source: System.Net.Mail, `SmtpStatusCode`.
const DOT_NET: [(u16, &[&str]); 15] = [
    (421, &["ServiceNotAvailable", "Service not available, closing transmission channel"]),
    (450, &["MailboxBusy", "Mailbox busy"]),
    (451, &["LocalErrorInProcessing", "Error in processing. The server response"]),
    (452, &["InsufficientStorage", "Insufficient system storage"]),
    (454, &["ClientNotPermitted"]),
    (500, &["CommandUnrecognized", "Syntax error, command unrecognized"]),
    (501, &["SyntaxError", "Syntax error in parameters or arguments"]),
    (502, &["CommandNotImplemented", "Command not implemented"]),
    (503, &["BadCommandSequence", "Bad sequence of commands"]),
    (530, &["MustIssueStartTlsFirst", "requires a secure connection or the client was not authenticated"]),
    (550, &["MailboxUnavailable", "Mailbox unavailable"]),
    (551, &["UserNotLocalTryAlternatePath", "User not local"]),
    (552, &["ExceededStorageAllocation", "Exceeded storage allocation"]),
    (553, &["MailboxNameNotAllowed", "Mailbox name not allowed"]),
    (554, &["TransactionFailed", "Transaction failed"]),
];

/// The code that .NET put into words.
fn code_of_dot_net(text: &str) -> Option<u16> {
    let said = text.contains("The server response was:") || text.contains("StatusCode: ");
    let code = DOT_NET.iter().find(|(_, names)| names.iter().any(|n| text.contains(n)))?.0;
    said.then_some(code)
}

static BEHIND_RESPONSE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?s)(?:The server response was: |SmtpCommandException: )(?P<text>.{1,2000}?)(?:\s+at [\w.]+\(|\s+at MailKit|\n\s*ErrorCode|\s--->|$)",
    )
});

// lettre's Debug: Permanent(Code { severity: PermanentNegativeCompletion, category: Unspecified3, detail: Five }), source: "5.7.8 no"
static LETTRE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"severity: (?P<severity>\w+),\s*category: (?P<category>\w+),\s*detail: (?P<detail>\w+),?\s*\}[\s,)]*",
        r#"(?:(?:source|message): (?:Some\()?\[?\s*"(?P<two>(?:[^"\\]|\\.)*)")?"#
    ))
});

/// The digits of a code as lettre names them. Source: `lettre::transport::smtp::response`, `Severity`, `Category` and `Detail`.
const LETTRE_NAMES: [(&str, [&str; 10]); 3] = [
    ("severity", ["", "", "", "", "TransientNegativeCompletion", "PermanentNegativeCompletion", "", "", "", ""]),
    (
        "category",
        ["Syntax", "Information", "Connections", "Unspecified3", "Unspecified4", "MailSystem", "", "", "", ""],
    ),
    ("detail", ["Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"]),
];

/// The reply that lettre took apart, put together: its code is named digit by digit.
fn of_lettre(text: &str) -> Option<Found> {
    let caps = if text.contains("severity: ") { LETTRE.captures(text) } else { None }?;
    let digit = |(part, names): &(&str, [&str; 10])| names.iter().position(|n| !n.is_empty() && *n == &caps[*part]);
    let digits: Option<Vec<String>> = LETTRE_NAMES.iter().map(|of| Some(digit(of)?.to_string())).collect();
    let (code, text) = (digits?.concat(), quoted(&caps));
    if text.is_empty() {
        return Some(Found { code: code.parse().ok()?, lines: vec![text], ..Found::default() });
    }
    Some(find::whole(&format!("{code} {text}")))
}

static WHOM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r#"(?i)(?:(?-u:\b)recipients?(?: address)?|rcpt to|rejected e-?mail address|(?-u:\b)mailbox|(?-u:\b)rejected|(?-u:\b)(?:send|sending|write|mail|e-?mails?|message|writing|delivery|deliver)(?: \w+){0,3}? to|failed to send emails)(?-u:\b)"#,
        r#"(?:[\s:='"(<\[,]|was|were|by the server|address|is|failed){1,12}"#,
        r#"(?P<to>[^\s<>@"'`,;:()\[\]{}=|\\]+@(?:[A-Za-z0-9_-]+\.)*[A-Za-z0-9_-]+)"#
    ))
});

static WHERE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r#"(?i)(?:(?-u:\b)host(?:name)?|(?-u:\b)server(?: \(smtp\))?|(?-u:\b)lookup|(?-u:\b)connect(?:ing|ed)? to(?: server)?|(?-u:\b)resolved|(?-u:\b)locate host|(?-u:\b)cannot open|connect\(2\) for|(?-u:\b)host, port|(?-u:\b)trying|error connecting to|(?-u:\b)with host)"#,
        r#"['"]?[:=]? ?['"(]?(?P<host>(?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]+)(?:$|[\s"'):;,\[(]|\.(?:$|[\s"')]))"#
    ))
});

/// Completes what was found in a program's words: code, stage, recipient and server that stand elsewhere in its text.
pub(super) fn complete(text: &str, draft: &mut Draft) {
    let found = &mut draft.found;
    if found.code == 0
        && let Some(code) = code_of_dot_net(text)
    {
        found.code = code;
        if let Some(said) = BEHIND_RESPONSE.captures(text) {
            let mut own = find::whole(&format!("{code} {}", &said["text"]));
            own.stage = own.stage.or(found.stage);
            own.server = found.server.take();
            *found = own;
        }
    }
    found.stage = found.stage.or_else(|| super::stage::by_words(text)).or_else(|| of_login(found));
    if found.server.is_none() || found.code == 0 {
        let named = WHERE.captures(text).map(|c| c["host"].to_ascii_lowercase());
        found.server = named.filter(|n| !n.ends_with(".php") && !n.ends_with(".java")).or(found.server.take());
    }
    draft.recipient = whom(text, found).or_else(|| draft.recipient.take().filter(|a| begins_with(text, a)));
}

/// Replies that are only ever said to AUTH (RFC 4954 §6).
pub(super) fn of_login(found: &Found) -> Option<Stage> {
    matches!(found.code, 432 | 534 | 535 | 538).then_some(Stage::Auth)
}

/// The recipient that a program's text is about.
fn whom(text: &str, found: &Found) -> Option<String> {
    if found.stage.is_some_and(|s| s < Stage::Rcpt) {
        return None;
    }
    let named = || if text.contains('@') { WHOM.captures(text).map(|c| c["to"].to_owned()) } else { None };
    found.recipient.clone().or_else(|| own_recipient(found)).or_else(named)
}

/// Whether a line says something of an address at its beginning: `<bob@example.org>: no such user`.
fn begins_with(text: &str, address: &str) -> bool {
    text.lines().map(|l| l.trim_start().trim_start_matches('<')).any(|line| {
        let behind = line.strip_prefix(address).map(|r| r.trim_start_matches('>'));
        behind.is_some_and(|r| r.starts_with(": "))
    })
}

/// The recipient that a reply names itself: `<bob@example.org>: no such user`.
pub(super) fn own_recipient(found: &Found) -> Option<String> {
    if found.recipient.is_some() || found.stage.is_some_and(|s| s < Stage::Rcpt) {
        return found.recipient.clone();
    }
    let text = found.lines.iter().find(|l| l.contains('@'))?;
    let of_sender = |text: &str| {
        let text = text.to_ascii_lowercase();
        ["sender", "from ", "from:", "owned", "return", "login", "account "].iter().any(|w| text.contains(w))
    };
    let at = text.find('@')?;
    let open = text[..at].rfind('<').map_or(0, |i| i + 1);
    let before = text[..open].trim_end_matches('<').trim();
    let bracketed = open > 0 && text[at..].contains('>');
    if of_sender(text) || !(bracketed || open == 0 && before.is_empty() && !text[..at].contains(' ')) {
        return None;
    }
    address::all(&text[open..]).next().map(str::to_owned).filter(|a| !address::is_system(a))
}

/// Where without a code it must have been, by what it means: a name that is not found was looked up.
pub(super) fn stage_of(cause: &str, kind: Option<&str>, text: &str) -> Option<Stage> {
    Some(match (cause, kind) {
        ("dns", None | Some("dns-timeout" | "servfail" | "mx-broken" | "no-mx"))
        | ("address", Some("no-such-domain")) => Stage::Resolve,
        ("network", Some("port-refused" | "host-unreachable" | "ipv6-broken")) | ("firewall", Some("port-blocked")) => {
            Stage::Connect
        }
        ("network", None | Some("timeout")) if connecting(text) => Stage::Connect,
        ("server-config", Some(k))
            if k.starts_with("certificate-") || matches!(k, "tls-handshake" | "wrong-security") =>
        {
            Stage::Tls
        }
        ("authentication", Some("bad-credentials" | "mechanism-mismatch" | "auth-needs-tls")) => Stage::Auth,
        _ => return None,
    })
}

fn connecting(text: &str) -> bool {
    static CONNECTING: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)(?-u:\b)connect(?-u:\b)|connecting|(?-u:\b)dial(?-u:\b)|connection (?:to|attempt|timed|could not)|'CONN'|trying|OpenTimeout|cannot open|cannot reach|0x800ccc0e|0x80042109|0x80042108|connect\(\)|ETIMEDOUT|errno 110",
        )
    });
    CONNECTING.is_match(text)
}

/// Text without the frames of stacks, which name files and lines and nothing else.
pub(super) fn unstacked(text: &str) -> std::borrow::Cow<'_, str> {
    let frame = |line: &str| {
        let line = line.trim_start();
        let of_python = line.starts_with("File \"") && line.contains(", line ");
        let of_js =
            line.starts_with("at ") && line.ends_with([')', '{']) || line.starts_with("at ") && line.contains(" in /");
        of_python
            || of_js
            || (line.starts_with("... ") && line.ends_with(" more"))
            || line.starts_with("Traceback (most recent")
    };
    if !text.contains("\n") || !text.lines().any(frame) {
        return text.into();
    }
    // What follows a frame of JavaScript's last line is the error's own object.
    let kept = text.lines().map(|l| {
        if !frame(l) {
            l
        } else if l.ends_with('{') {
            "{"
        } else {
            ""
        }
    });
    kept.filter(|l| !l.is_empty() || !text.is_empty()).collect::<Vec<_>>().join("\n").into()
}
