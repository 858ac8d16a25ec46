//! Where in the dialogue something was said, as programs put it into words.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use crate::transcript::Stage;

/// What a text says about itself beside the reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// The text without what a mail server adds behind a reply.
    pub(super) text: String,
    pub(super) stage: Option<Stage>,
    pub(super) server: Option<String>,
}

static IN_REPLY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\s*\(?in reply to (?:the )?(end of DATA|HELO|EHLO|LHLO|MAIL FROM|RCPT TO|DATA|AUTH[\w -]*|STARTTLS|[a-z ]+?) command\)*[)\s]*")
        .expect("a pattern")
});

/// Words without which [`AFTER`] cannot match: few replies have them.
static VERB: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("EHLO|HELO|LHLO|MAIL|RCPT|DATA|AUTH|STARTTLS|END-OF|CONNECT|initial |nd of d").expect("a pattern")
});

static AFTER: LazyLock<Regex> = LazyLock::new(|| {
    let what = r"(initial (?:server )?(?:greeting|connection)|[Ee]nd of (?:data|DATA)|EHLO|HELO|LHLO|MAIL(?: FROM)?|RCPT(?: TO)?|DATA|AUTH|STARTTLS|END-OF-MESSAGE|CONNECT)";
    let verbs = r"(?:after|while (?:sending|receiving|performing)|sending|reject: |response to|error (?:from|in)|rejected|during|at)";
    Regex::new(&format!(r"(?-u:\b){verbs} (?:the |to )?(?:pipelined )?{what}(?-u:\b)")).expect("a pattern")
});

// Nodemailer: command: 'RCPT TO', as JSON too
static COMMAND: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?-u:\b)command['"]?: ?['"]([A-Z ]+)"#).expect("a pattern"));

/// Words without which [`SAID`] cannot match.
static NAMES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("[Hh][Oo][Ss][Tt]|talking to|onnect|ONNECT|conversation with|emote-|relay=|H=|erver ")
        .expect("a pattern")
});

static SAID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?:(?:^|[^t] |[(:;,>])host:? |while talking to |connect to |connection with |conversation with |Remote-MTA: dns; ?|relay=|H=|(?-u:\b)server '?)",
        r"([a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?\.?)",
        r"(?: ?[\[(][0-9a-f.:]+[\])]| said|:|$|\s)"
    ))
    .expect("a pattern")
});

/// The words by which programs tell the stage; of several, the first here counts.
const WORDS: [(Stage, &[&str]); 8] = [
    (
        Stage::Greeting,
        &[
            "refused to talk to me",
            "greeting failed",
            "greeting never received",
            "bad greeting",
            r"smtpconnecterror:? \(",
            r#"response code "?220"#,
        ],
    ),
    (
        Stage::Message,
        &[
            "failed after i sent the message",
            "smtpdataerror",
            "data end command failed",
            "end of data",
            "data not accepted",
            "(?:^|error: )message failed: ",
            "did not accept the mail",
        ],
    ),
    (
        Stage::Rcpt,
        &[
            "does not like recipient",
            "smtprecipients?refused",
            "smtpaddressfailed",
            "smtpfailedrecipient",
            "recipient address rejected",
            r"recipient(?: address)? \S+ (?:was )?(?:not accepted|rejected)",
            "rcpt to command failed",
            "recipient command failed",
            "recipients (?:was |were )?(?:rejected|failed)",
            "recipients was rejected",
            "recipientnotaccepted",
            "rcpt failed:",
            "ssmtp: rcpt to",
            "check the message recipient",
            r#"response code "?250/251"#,
            "0x800ccc(?:79|69|6b|7b)",
        ],
    ),
    (
        Stage::Mail,
        &[
            "does not like sender",
            "smtpsenderrefused",
            "mail from command failed",
            "smtpsenderfailed",
            "mail command failed",
            "mail failed:",
            "sendernotaccepted",
            "from address failed",
            r"envelope from address \S+ not accepted",
            r"sender address \S+ was rejected",
            "rejected the sender",
            "verify that your e-?mail address is correct",
            "0x800ccc78",
        ],
    ),
    (
        Stage::Starttls,
        &[
            "starttls extension not",
            "starttls is not supported",
            "using starttls",
            "requested ssl level failed",
            "starttls command failed",
            "0x800ccc7[cd]",
        ],
    ),
    (
        Stage::Auth,
        &[
            "smtpauthenticationerror",
            "invalid login",
            "authenticationfailed",
            "mailauthentication",
            "mailkit.security.authenticationexception",
            "(?:password|auth|username) command failed",
            "authorization failed",
            "could not authenticate",
            "(?:un)?able to authenticate",
            "failed to authenticate",
            "missing credentials",
            "login denied",
            r"authentication failed \(method",
            "login to server",
            "no suitable authentication",
            "smtp auth extension",
            r"code['\x22]?: ?['\x22]eauth",
            "unencrypted connection",
            "support auth$",
            "authentication method",
            r#"response code "?(?:235|334)"#,
        ],
    ),
    (Stage::Ehlo, &["smtpheloerror", "ehlo command failed", "helo command failed"]),
    (Stage::Data, &["response code \"?354", "could not get 3xx"]),
];

static BY_WORDS: LazyLock<(RegexSet, Vec<Stage>)> = LazyLock::new(|| {
    let all = WORDS.iter().flat_map(|(stage, words)| words.iter().map(|w| (*stage, format!("(?i){w}"))));
    let (stages, patterns): (Vec<Stage>, Vec<String>) = all.unzip();
    (RegexSet::new(patterns).expect("patterns"), stages)
});

/// The stage a command belongs to; `end of DATA` is the message.
pub(super) fn of_command(command: &str) -> Option<Stage> {
    let command = command.trim();
    let is = |word: &str| command.get(..word.len()).is_some_and(|c| c.eq_ignore_ascii_case(word));
    Some(match () {
        () if is("ehlo") || is("helo") || is("lhlo") => Stage::Ehlo,
        () if is("starttls") => Stage::Starttls,
        () if is("auth") => Stage::Auth,
        () if is("mail") => Stage::Mail,
        () if is("rcpt") => Stage::Rcpt,
        () if command.to_ascii_lowercase().contains("end of data") || is("end-of-message") || command == "." => {
            Stage::Message
        }
        () if is("data") => Stage::Data,
        () if is("initial") || is("connect") => Stage::Greeting,
        () if is("quit") => Stage::Quit,
        () => return None,
    })
}

/// Reads stage and server off the words, and leaves the rest.
pub(super) fn told(text: &str) -> Told {
    let replied = text.contains("n reply to") || text.contains("N REPLY TO");
    let caps = if replied { IN_REPLY.captures(text) } else { None };
    let stage = match &caps {
        Some(caps) => of_command(&caps[1]),
        None => by_words(text),
    };
    let named = if NAMES.is_match(text) { SAID.captures(text) } else { None };
    let server =
        named.map(|c| c[1].trim_matches(['[', ']', '.']).to_ascii_lowercase()).filter(|s| s.contains(['.', ':']));
    let text = if caps.is_some() { IN_REPLY.replace_all(text, "").trim().to_owned() } else { text.trim().to_owned() };
    Told { text, stage, server }
}

/// The stage that a program's words name.
pub(super) fn by_words(text: &str) -> Option<Stage> {
    let (set, stages) = &*BY_WORDS;
    let named = || set.matches(text).iter().next().map(|at| stages[at]);
    if let Some(caps) = VERB.find(text).and_then(|_| AFTER.captures(text)) {
        return of_command(&caps[1]);
    }
    named().or_else(|| {
        let caps = if text.contains("command") { COMMAND.captures(text) } else { None };
        caps.and_then(|c| of_command(&c[1]))
    })
}
