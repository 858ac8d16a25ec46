//! A team's own checklist: a TOML file that chooses steps, their order, and the answers that never change.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::toml_file::TomlFile;
use super::{Trouble, values};
use crate::transcript::{Case, Goal, Runbook, RunbookStep, Security, clean_line};

/// The longest text of one's own, in characters.
const MOST: usize = 300;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    title: Option<String>,
    #[serde(default)]
    answers: Answers,
    #[serde(default)]
    step: Vec<Spanned<Line>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Line {
    id: Spanned<Name>,
    mind: Option<String>,
}

/// A step by its name, or by its number as people write numbers.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a step's name, such as \"dns\", or its number")]
enum Name {
    Text(String),
    Number(u16),
}

impl Name {
    fn text(&self) -> String {
        match self {
            Self::Text(name) => name.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// Fixed answers, by the names of the options. There is none for a password.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Answers {
    from: Option<Spanned<String>>,
    to: Vec<Spanned<String>>,
    server: Option<Spanned<String>>,
    security: Option<Spanned<String>>,
    user: Option<Spanned<String>>,
    auth: Option<Spanned<String>>,
    message: Option<PathBuf>,
    helo: Option<Spanned<String>>,
    source: Option<Spanned<String>>,
    ip: Option<Spanned<String>>,
    resolver: Option<Spanned<String>>,
    sending_domain: Option<Spanned<String>>,
    selector: Option<Spanned<String>>,
    ca: Option<PathBuf>,
    timeout: Option<Spanned<u32>>,
    deadline: Option<Spanned<u32>>,
}

/// Reads a checklist over a case: its steps, and its answers.
pub(super) fn read(path: &Path, over: Case) -> Result<Case, Trouble> {
    let what = "name a checklist, a TOML file with [[step]] and [answers]";
    of(&TomlFile::open(path, what)?, over)
}

fn of(file: &TomlFile, over: Case) -> Result<Case, Trouble> {
    let w: Written = file.read()?;
    let mut steps: Vec<RunbookStep> = Vec::new();
    for line in &w.step {
        let line = line.get_ref();
        let name = Spanned::new(line.id.span(), line.id.get_ref().text());
        let Some(id) = file.value("id", Some(&name), values::step)? else { continue };
        if steps.iter().any(|s| s.id == id) {
            return Err(file.wrong(&line.id.span(), &format!("the step {id} stands in it twice; once is allowed")));
        }
        let mind = line.mind.as_deref().unwrap_or_default();
        steps.push(RunbookStep { id, mind: clean_line(mind.trim(), MOST) });
    }
    if steps.is_empty() {
        return Err(file.wrong(&(0..0), "there is no step in it; write [[step]] and id = \"dns\", once for each"));
    }
    let title = clean_line(w.title.as_deref().unwrap_or_default().trim(), 60);
    let mut case = answers(file, &w.answers, over)?;
    case.goal = Goal::Server;
    case.checklist = Some(Runbook { title, steps });
    Ok(case)
}

fn answers(file: &TomlFile, w: &Answers, over: Case) -> Result<Case, Trouble> {
    let mut to = Vec::new();
    for one in &w.to {
        to.extend(file.value("to", Some(one), values::address)?);
    }
    let seconds = |name: &str, value: Option<&Spanned<u32>>| match value {
        Some(v) => match values::seconds(&v.get_ref().to_string()) {
            Ok(n) => Ok(Some(n)),
            Err(why) => Err(file.wrong(&v.span(), &format!("{name} = {}: {why}", v.get_ref()))),
        },
        None => Ok(None),
    };
    Ok(Case {
        from: file.value("from", w.from.as_ref(), values::sender)?.or(over.from),
        to: if to.is_empty() { over.to } else { to },
        server: file.value("server", w.server.as_ref(), values::server)?.or(over.server),
        security: file.value("security", w.security.as_ref(), str::parse::<Security>)?.unwrap_or(over.security),
        user: file.value("user", w.user.as_ref(), values::name)?.or(over.user),
        auth: file.value("auth", w.auth.as_ref(), values::mechanism)?.or(over.auth),
        message: w.message.clone().or(over.message),
        helo: file.value("helo", w.helo.as_ref(), values::helo)?.or(over.helo),
        source: file.value("source", w.source.as_ref(), values::own_ip)?.or(over.source),
        ip: file.value("ip", w.ip.as_ref(), values::ip)?.or(over.ip),
        resolver: file.value("resolver", w.resolver.as_ref(), values::resolver)?.or(over.resolver),
        sending_domain: file
            .value("sending-domain", w.sending_domain.as_ref(), values::domain)?
            .or(over.sending_domain),
        selector: file.value("selector", w.selector.as_ref(), values::name)?.or(over.selector),
        ca: w.ca.clone().or(over.ca),
        timeout_secs: seconds("timeout", w.timeout.as_ref())?.unwrap_or(over.timeout_secs),
        deadline_secs: seconds("deadline", w.deadline.as_ref())?.unwrap_or(over.deadline_secs),
        ..over
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RELAY: &str = "title = \"New relay\"\n\n[answers]\nserver = \"mail.example.net:587\"\nto = [\"bob@example.org\"]\n\n\
        [[step]]\nid = \"dns\"\nmind = \"SPF must name the new address\"\n\n[[step]]\nid = 4\n";

    fn read(text: &str) -> Result<Case, Trouble> {
        of(&TomlFile::of("relay.toml", text), Case::new())
    }

    #[test]
    fn steps_their_order_and_answers_are_read() {
        let case = read(RELAY).expect("it is read");
        let book = case.checklist.expect("a checklist");
        assert_eq!(book.title, "New relay");
        assert_eq!(book.steps.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(), ["dns", "connectivity"]);
        assert_eq!(book.steps[0].mind, "SPF must name the new address");
        assert_eq!((case.server.and_then(|s| s.port), case.to.len()), (Some(587), 1));
    }

    #[test]
    fn a_mistake_is_told_with_file_line_and_what_is_allowed() {
        for (old, new, line, part) in [
            ("\"dns\"", "\"dnss\"", 8, "recipient"),
            ("id = 4", "id = \"9\"", 12, "twice"),
            ("id = 4", "id = 14", 12, "recipient"),
            ("id = 4", "id = true", 12, "or its number"),
            ("mail.example.net:587", "https://mail.example.net", 4, "without the part before //"),
            ("server =", "sever =", 4, "expected one of `from`"),
            ("bob@example.org", "bob", 5, "an address such as bob@example.org"),
            ("mind", "note", 9, "expected `id` or `mind`"),
        ] {
            let why = read(&RELAY.replacen(old, new, 1)).expect_err("it is wrong").line;
            assert!(why.starts_with(&format!("relay.toml, line {line}: ")) && why.contains(part), "{new}: {why}");
        }
        assert!(read("title = \"x\"").expect_err("no step").line.contains("[[step]]"));
        assert!(read("[answers]\npassword = \"x\"").expect_err("no password").line.contains("line 2"));
    }
}
