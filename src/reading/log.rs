//! Lines of mail logs: Postfix, Exim, Sendmail, OpenSMTPD, qmail.

use std::sync::LazyLock;

use regex::Regex;

use super::draft::{Draft, worth};
use super::find::{self, Found};
use super::stage::of_command;
use crate::guide::Guide;

/// What one log line says.
pub(super) enum Line {
    /// A failure.
    Failed(Box<Draft>),
    /// A delivery that went well.
    Delivered,
    /// Nothing about a delivery.
    Other,
}

static POSTFIX: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?P<head>.*?)\bpostfix[\w.-]*/(?P<daemon>[\w/-]+)\[\d+\]: (?:(?:panic|fatal|error|warning): )?(?:(?P<queue>[0-9A-F]{5,}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,}|NOQUEUE): )?(?P<rest>.*)$")
        .expect("a pattern")
});

static STATUS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\bstatus=(?P<status>[\w-]+)(?: \((?P<why>.*)\)\s*$|, (?P<then>.*)$| |$)").expect("a pattern")
});
static EXIM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?: [+-]\d{4})? (?:\[\d+\] )?(?:(?:\w{6}-\w{4,11}-\w{2,4}) )?(?P<rest>(?:\*\*|==|=>|->|<=|H=|U=|SMTP|SSL|TLS|Completed|rejected|no host|\S+ rejected|\w+ authenticator|unexpected|remote host|dovecot|plain|login|Connection|refused|too many).*)$")
        .expect("a pattern")
});
static SENDMAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:sendmail|sm-mta|sm-msp\S*|mta)\[\d+\]: (?:\w+: )?(?P<rest>.*)$").expect("a pattern")
});
static OPENSMTPD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\bsmtpd\[\d+\]: .*\bresult="?(?P<result>\w+)"? .*\bstat="?(?P<why>[^"]*)"#).expect("a pattern")
});
static QMAIL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\bdelivery \d+: (?P<result>success|failure|deferral): (?P<why>.*)$").expect("a pattern")
});
static TO: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(?:to|rcpt)=<?([^>,\s;]+@[^>,\s;]+)>?").expect("a pattern"));
static FROM_TAIL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"; from=<.*$|; to=<.*$|; proto=.*$").expect("a pattern"));
static RELAY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(?:relay=|H=)\[?([\w.-]+\.[\w-]+)\.?").expect("a pattern"));
static DSN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bdsn=([245]\.\d{1,3}\.\d{1,3})").expect("a pattern"));
static REJECT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|: |-)(?:reject(?:_warning)?|discard|milter-reject|milter-hold|hold|proxy-reject|header|body)\w*: (?P<verb>[A-Z-]+)[ :](?:from )?(?:(?P<client>[\w.-]*\[[0-9a-f.:]+\])[^:]*: |: ?)?(?P<why>.*)$")
        .expect("a pattern")
});

/// Whether a line is of a mail log.
pub(super) fn is_log(line: &str) -> bool {
    POSTFIX.is_match(line)
        || EXIM.is_match(line)
        || QMAIL.is_match(line)
        || OPENSMTPD.is_match(line)
        || (SENDMAIL.is_match(line)
            && (line.contains("stat=") || line.contains("reject=") || line.contains("ruleset=")))
        || (STATUS.is_match(line) && TO.is_match(line))
}

/// Reads one line of a log.
pub(super) fn read(guide: &Guide, line: &str) -> Line {
    if let Some(caps) = POSTFIX.captures(line) {
        return postfix(guide, &caps["rest"]);
    }
    if let Some(caps) = EXIM.captures(line) {
        return exim(guide, &caps["rest"]);
    }
    if let Some(caps) = QMAIL.captures(line) {
        return judged(
            &caps["result"] == "success",
            line,
            &caps["why"].replace('_', " "),
            Some(&caps["result"] == "failure"),
        );
    }
    if let Some(caps) = OPENSMTPD.captures(line) {
        return judged(&caps["result"] == "Ok", line, &caps["why"], Some(caps["result"].starts_with("Perm")));
    }
    if let Some(caps) = SENDMAIL.captures(line) {
        return sendmail(guide, &caps["rest"]);
    }
    postfix(guide, line)
}

fn postfix(guide: &Guide, rest: &str) -> Line {
    if let Some(caps) = STATUS.captures(rest) {
        let status = &caps["status"];
        let why = caps.name("why").or_else(|| caps.name("then")).map_or("", |m| m.as_str());
        let permanent = match status {
            "bounced" | "undeliverable" | "expired" => Some(true),
            "deferred" => Some(false),
            _ => None,
        };
        let why = if why.is_empty() || status == "expired" { format!("status={status} {why}") } else { why.to_owned() };
        return judged(matches!(status, "sent" | "deliverable"), rest, &why, permanent);
    }
    if let Some(caps) = REJECT.captures(rest) {
        let mut found = find::whole(&FROM_TAIL.replace(&caps["why"], ""));
        found.stage = of_command(&caps["verb"]).or(found.stage);
        found.server = None;
        return Line::Failed(Box::new(Draft { recipient: recipient(rest), found, permanent: None }));
    }
    plain(guide, rest)
}

fn exim(guide: &Guide, rest: &str) -> Line {
    let address = || super::address::all(rest).next().map(str::to_owned);
    let draft = |permanent| {
        let why = rest.split_once(": ").map_or(rest, |(_, why)| why);
        let mut found = find::whole(why);
        found.server = found.server.or_else(|| relay(rest));
        Line::Failed(Box::new(Draft { recipient: address(), found, permanent }))
    };
    match () {
        () if rest.starts_with("=>") || rest.starts_with("->") => Line::Delivered,
        () if rest.starts_with("<=") || rest.starts_with("Completed") => Line::Other,
        () if rest.starts_with("**") => draft(Some(true)),
        () if rest.starts_with("==") => draft(Some(false)),
        () => {
            let mut line = plain(guide, rest);
            if let Line::Failed(draft) = &mut line {
                let at = rest.find("rejected").map(|i| &rest[i + 8..]);
                let stage = at.and_then(|r| r.split_whitespace().next()).and_then(of_command);
                draft.found.stage = stage.or(draft.found.stage);
                draft.recipient = rest.split_once("RCPT <").and_then(|(_, r)| r.split('>').next()).map(str::to_owned);
            }
            line
        }
    }
}

fn sendmail(guide: &Guide, rest: &str) -> Line {
    if let Some((_, reply)) = rest.split_once("reject=") {
        let mut found = find::whole(reply);
        found.stage = rest.contains("ruleset=check_rcpt").then_some(crate::transcript::Stage::Rcpt).or(found.stage);
        let to = rest.split_once("arg1=<").and_then(|(_, r)| r.split('>').next()).filter(|a| a.contains('@'));
        return Line::Failed(Box::new(Draft { recipient: to.map(str::to_owned), found, permanent: None }));
    }
    let Some((_, stat)) = rest.split_once("stat=") else { return plain(guide, rest) };
    let later = stat.starts_with("Deferred") || stat.starts_with("queued");
    judged(stat.starts_with("Sent"), rest, stat, Some(!later))
}

/// A line that names its own outcome.
fn judged(delivered: bool, line: &str, why: &str, permanent: Option<bool>) -> Line {
    if delivered {
        return Line::Delivered;
    }
    let mut found = find::whole(why);
    let dsn = DSN.captures(line).and_then(|c| c[1].parse().ok());
    found.enhanced = dsn.or(found.enhanced);
    found.server = found.server.or_else(|| relay(line));
    Line::Failed(Box::new(Draft { recipient: recipient(line), found, permanent }))
}

/// A line of some other form: a failure only if its words are known to be one.
fn plain(guide: &Guide, rest: &str) -> Line {
    const QUIET: [&str; 12] = [
        "connect from",
        "disconnect from",
        "client=",
        "message-id=",
        "removed",
        "from=<",
        "uid=",
        "statistics:",
        "CONNECT from",
        "PASS ",
        "Anonymous TLS",
        "Trusted TLS",
    ];
    if QUIET.iter().any(|q| rest.starts_with(q)) {
        return Line::Other;
    }
    let found: Found = find::whole(&FROM_TAIL.replace(rest, ""));
    if found.code == 0 && !worth(guide, &found).0 {
        return Line::Other;
    }
    Line::Failed(Box::new(Draft { recipient: recipient(rest), found, permanent: None }))
}

fn recipient(line: &str) -> Option<String> {
    TO.captures(line).map(|c| c[1].to_owned())
}

fn relay(line: &str) -> Option<String> {
    RELAY.captures(line).map(|c| c[1].to_ascii_lowercase()).filter(|r| r != "none" && r != "local")
}
