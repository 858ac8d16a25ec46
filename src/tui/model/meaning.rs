//! What a line of the transcript means: its code, its enhanced code, and the phrase that gave it away.

use super::{MOST, Said};
use crate::guide::{Guide, fill};
use crate::reading::read_reply;
use crate::transcript::{EvidenceId, Fact, Reply, Transcript, clean_line};

/// One thing that a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Meant {
    /// `554`, `5.7.1`, `phrase`.
    pub what: String,
    /// What it means.
    pub says: String,
    /// Where that is written.
    pub source: String,
}

/// What a line means; nothing for lines that are neither command nor reply.
pub(in crate::tui) fn meaning(guide: &Guide, transcript: &Transcript, said: &Said, admin: bool) -> Vec<Meant> {
    let mut all = match transcript.entries().get(said.id.0 as usize).map(|e| &e.fact) {
        Some(Fact::Received { reply, .. }) => of_reply(guide, reply, admin),
        Some(Fact::Sent { command, .. }) => vec![Meant {
            what: command.stage.as_str().to_owned(),
            says: said_at(command.stage).to_owned(),
            source: String::new(),
        }],
        _ => Vec::new(),
    };
    if said.control {
        all.push(Meant {
            what: "compare".to_owned(),
            says: "Said only to compare the answer with the one about your own mail.".to_owned(),
            source: String::new(),
        });
    }
    all
}

/// Every line of a reply that has several.
pub(in crate::tui) fn whole(transcript: &Transcript, id: EvidenceId) -> Vec<String> {
    match transcript.entries().get(id.0 as usize).map(|e| &e.fact) {
        Some(Fact::Received { reply, .. }) if reply.text.len() > 1 => {
            reply.text.iter().map(|t| clean_line(&format!("{} {t}", reply.codes()), MOST)).collect()
        }
        _ => Vec::new(),
    }
}

/// What the codes and the phrase of a reply mean, one by one.
pub(super) fn of_reply(guide: &Guide, reply: &Reply, admin: bool) -> Vec<Meant> {
    let read = read_reply(guide, reply);
    let text = |t: &str| clean_line(&fill(t, &read.args), MOST);
    let mut all = Vec::new();
    let class = reply.code / 100 * 100;
    let code = |c: u16| guide.codes().iter().find(|e| e.code == c);
    if let Some(entry) = code(reply.code).or_else(|| code(class)) {
        let here = reply.stage.and_then(|s| entry.at.iter().find(|a| a.stage.contains(&s)));
        let words = here.map_or(&entry.says, |a| &a.says);
        all.push(Meant {
            what: reply.code.to_string(),
            says: text(words.register(admin)),
            source: clean_line(&entry.source, 40),
        });
    } else if reply.code > 0 {
        let says = match class {
            200 => "done, or well received",
            300 => "go on: the server waits for more",
            400 => "not now; the same may work later",
            500 => "no; the same will be refused again",
            _ => "not a code that SMTP knows",
        };
        all.push(Meant { what: reply.code.to_string(), says: says.to_owned(), source: "RFC 5321 4.2.1".to_owned() });
    }
    if let Some(enhanced) = reply.enhanced {
        let exact = enhanced.to_string();
        let any = format!("x.{}.{}", enhanced.subject, enhanced.detail);
        let entry = guide
            .enhanced()
            .iter()
            .find(|e| e.code == exact)
            .or_else(|| guide.enhanced().iter().find(|e| e.code == any));
        let (says, source) = entry.map_or_else(
            || ("not in the registry".to_owned(), String::new()),
            |e| (text(e.says.register(admin)), clean_line(&e.source, 40)),
        );
        all.push(Meant { what: exact, says, source });
    }
    if let Some(phrase) = read.phrase.as_ref().and_then(|id| guide.phrases().iter().find(|p| p.id == *id)) {
        let quoted = read.matched.as_deref().map_or_else(String::new, |m| format!("\"{}\": ", clean_line(m, 120)));
        let by = if phrase.by == "any" { String::new() } else { format!("{}'s wording. ", phrase.by) };
        let kind = read.kind.as_deref().and_then(|k| guide.kind(k));
        let says = phrase.says.as_ref().or(kind.map(|(_, k)| &k.headline));
        let says = says.map_or_else(String::new, |w| text(w.register(admin)));
        all.push(Meant {
            what: "phrase".to_owned(),
            says: clean_line(&format!("{quoted}{by}{says}"), MOST),
            source: String::new(),
        });
    }
    all
}

/// What is asked of a server at a stage.
fn said_at(stage: crate::transcript::Stage) -> &'static str {
    use crate::transcript::Stage as S;
    match stage {
        S::Ehlo => "says who we are, and asks what the server can do",
        S::Starttls => "asks to go on under TLS",
        S::Auth => "logs in; what is secret is not kept",
        S::Mail => "names the sender",
        S::Rcpt => "names a recipient; no message has been sent yet",
        S::Data => "begins the message",
        S::Message => "ends the message",
        S::Quit => "ends the dialogue politely",
        S::Resolve | S::Connect | S::Greeting | S::Tls => "",
    }
}
