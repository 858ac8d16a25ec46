//! Where in the dialogue something was said, as programs put it into words.

use std::sync::LazyLock;

use regex::Regex;

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

static AFTER: LazyLock<Regex> = LazyLock::new(|| {
    let what = r"(initial (?:server )?(?:greeting|connection)|(?:pipelined )?[Ee]nd of (?:data|DATA)|EHLO|HELO|LHLO|MAIL(?: FROM)?|RCPT(?: TO)?|DATA|AUTH|STARTTLS|END-OF-MESSAGE|CONNECT)";
    let verbs = r"(?:after|while (?:sending|receiving|performing)|sending|reject: |response to|error (?:from|in)|rejected|during|at)";
    Regex::new(&format!(r"\b{verbs} (?:the |to )?{what}\b")).expect("a pattern")
});

// Nodemailer: command: 'RCPT TO'
static COMMAND: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"\bcommand: ?['"]([A-Z ]+)"#).expect("a pattern"));

static SAID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?:(?:^|[^t] |[(:;,>])host:? |while talking to |connect to |connection with |conversation with |Remote-MTA: dns; ?|relay=|H=|\bserver '?)",
        r"([a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?\.?)",
        r"(?: ?[\[(][0-9a-f.:]+[\])]| said|:|$|\s)"
    ))
    .expect("a pattern")
});

/// The stage a command belongs to; `end of DATA` is the message.
pub(super) fn of_command(command: &str) -> Option<Stage> {
    let command = command.trim().to_ascii_lowercase();
    let is = |word: &str| command.starts_with(word);
    Some(match () {
        () if is("ehlo") || is("helo") || is("lhlo") => Stage::Ehlo,
        () if is("starttls") => Stage::Starttls,
        () if is("auth") => Stage::Auth,
        () if is("mail") => Stage::Mail,
        () if is("rcpt") => Stage::Rcpt,
        () if command.contains("end of data") || is("end-of-message") || command == "." => Stage::Message,
        () if is("data") => Stage::Data,
        () if is("initial") || is("connect") => Stage::Greeting,
        () if is("quit") => Stage::Quit,
        () => return None,
    })
}

/// Reads stage and server off the words, and leaves the rest.
pub(super) fn told(text: &str) -> Told {
    let stage = match IN_REPLY.captures(text) {
        Some(caps) => of_command(&caps[1]),
        None => by_words(text),
    };
    let server = SAID
        .captures(text)
        .map(|c| c[1].trim_matches(['[', ']', '.']).to_ascii_lowercase())
        .filter(|s| s.contains(['.', ':']));
    Told { text: IN_REPLY.replace_all(text, "").trim().to_owned(), stage, server }
}

fn by_words(text: &str) -> Option<Stage> {
    if let Some(caps) = AFTER.captures(text).or_else(|| COMMAND.captures(text)) {
        return of_command(&caps[1]);
    }
    let text = text.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|w| text.contains(w));
    Some(match () {
        () if says(&["refused to talk to me", "greeting failed"]) => Stage::Greeting,
        () if says(&[
            "does not like recipient",
            "smtprecipientsrefused",
            "smtpaddressfailed",
            "recipient address rejected",
            "rcpt to command failed",
            "recipients rejected",
        ]) =>
        {
            Stage::Rcpt
        }
        () if says(&["does not like sender", "smtpsenderrefused", "mail from command failed", "smtpsenderfailed"]) => {
            Stage::Mail
        }
        () if says(&["failed after i sent the message", "smtpdataerror", "data end command failed", "end of data"]) => {
            Stage::Message
        }
        () if says(&[
            "smtpauthenticationerror",
            "invalid login",
            "authenticationfailed",
            "password command failed",
            "auth command failed",
            "username command failed",
        ]) =>
        {
            Stage::Auth
        }
        () if says(&["smtpheloerror", "ehlo command failed", "helo command failed"]) => Stage::Ehlo,
        () if says(&["smtpconnecterror"]) => Stage::Greeting,
        () => return None,
    })
}
