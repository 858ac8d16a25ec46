//! What a line of the transcript means: its code, its enhanced code, and the phrase that gave it away.

use serde::Deserialize;

use super::{MOST, Said};
use crate::check::Knowledge;
use crate::guide::{Guide, fill};
use crate::reading::read_reply;
use crate::transcript::{EvidenceId, Fact, Reply, Stage, Transcript, clean_line};

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

/// What a line means; nothing for what neither we nor the guide have words for.
pub(in crate::tui) fn meaning(
    guide: &Guide,
    know: &Knowledge,
    transcript: &Transcript,
    said: &Said,
    admin: bool,
) -> Vec<Meant> {
    let word = |of: &str| word(guide, of).into_iter().collect::<Vec<_>>();
    let mut all = match transcript.entries().get(said.id.0 as usize).map(|e| &e.fact) {
        Some(Fact::Received { reply, .. }) => {
            let mut all = of_reply(guide, reply, admin);
            all.extend(capabilities(know, reply));
            all
        }
        Some(Fact::Sent { command, .. }) => {
            // Some commands are said at the stage of others.
            let verb = word(&command.line.split(' ').next().unwrap_or_default().to_ascii_uppercase());
            if verb.is_empty() { word(command.stage.as_str()) } else { verb }
        }
        Some(Fact::Connect { .. }) => word("connect"),
        Some(Fact::Tls { .. }) => word("tls"),
        Some(Fact::Broke { .. }) => word("broke"),
        Some(Fact::Dns { dns, .. }) => word(&dns.rtype),
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

/// What a line is for, as `assets/dialogue.toml` has it.
fn word(guide: &Guide, of: &str) -> Option<Meant> {
    #[derive(Deserialize)]
    struct Words {
        word: Vec<Word>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Word {
        of: String,
        means: String,
        source: String,
    }
    let words: Words = toml::from_str(guide.file("dialogue.toml")?).ok()?;
    let found = words.word.into_iter().find(|w| w.of == of)?;
    Some(Meant { what: found.of, says: clean_line(&found.means, MOST), source: clean_line(&found.source, 40) })
}

/// What a server says it can do, line by line of its answer to EHLO.
fn capabilities(know: &Knowledge, reply: &Reply) -> Vec<Meant> {
    if reply.stage != Some(Stage::Ehlo) || !reply.is_positive() {
        return Vec::new();
    }
    let keywords = reply.text.iter().skip(1).filter_map(|line| line.split([' ', '=']).next());
    let meant = |keyword: &str| {
        let says = know.capabilities.get(&keyword.to_ascii_uppercase())?;
        Some(Meant { what: clean_line(keyword, 24), says: clean_line(says, MOST), source: String::new() })
    };
    keywords.filter_map(meant).collect()
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
        // What is said of a detail in any class is said of failures.
        let fine = enhanced.class == 2;
        let entry = guide
            .enhanced()
            .iter()
            .find(|e| e.code == exact)
            .or_else(|| guide.enhanced().iter().find(|e| e.code == any && !fine));
        let (says, source) = entry.map_or_else(
            || match fine {
                true => ("It went well.".to_owned(), "RFC 3463 §2".to_owned()),
                false => ("not in the registry".to_owned(), String::new()),
            },
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_well_is_not_explained_as_a_failure() {
        let reply = Reply {
            server: "mx1.example.org".to_owned(),
            address: None,
            stage: Some(Stage::Quit),
            code: 221,
            enhanced: "2.0.0".parse().ok(),
            text: vec!["Bye".to_owned()],
            rtt_ms: 1,
            tls: false,
            role: crate::transcript::Role::Case,
        };
        let meant = of_reply(&Guide::embedded(), &reply, false);
        let says = |what: &str| meant.iter().find(|m| m.what == what).map(|m| m.says.as_str());
        assert_eq!(says("2.0.0"), Some("It went well."));
        assert!(says("221").is_some());
    }

    #[test]
    fn every_command_and_every_question_to_the_dns_has_a_word() {
        let guide = Guide::embedded();
        let commands = [
            Stage::Ehlo,
            Stage::Starttls,
            Stage::Auth,
            Stage::Mail,
            Stage::Rcpt,
            Stage::Data,
            Stage::Message,
            Stage::Quit,
        ];
        for of in commands
            .map(Stage::as_str)
            .into_iter()
            .chain(["connect", "tls", "broke", "MX", "A", "AAAA", "PTR", "TXT", "TLSA"])
        {
            let meant = word(&guide, of).unwrap_or_else(|| panic!("{of}"));
            assert!(meant.source.starts_with("RFC"), "{of}");
        }
    }
}
