//! Texts that leave the screen: to the clipboard, to a file, to a provider.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use super::{App, Order};
use crate::report;
use crate::run::zone;
use crate::tui::view::{Paper, Screen};

impl App {
    /// Copies what the screen is about.
    pub(super) fn copy(&mut self) {
        let Some(text) = self.copied() else { return };
        self.view.note = Some("Copied, if your terminal allows programs to.".to_owned());
        self.orders.push(Order::Copy(text));
    }

    /// For a terminal on which the colours, or the signs, cannot be read.
    pub(super) fn look_plainer(&mut self) {
        let (look, says) = self.view.look.next(self.view.first_look);
        let plainest = look == self.view.look;
        self.view.look = look;
        self.view.note =
            Some(if plainest { "Plainer than this it cannot be.".into() } else { format!("{says} Ctrl-T goes on.") });
        self.orders.push(Order::Redraw);
    }

    fn copied(&self) -> Option<String> {
        match &self.view.screen {
            Screen::Transcript(lens) => {
                let view = self.lens_view(lens);
                let line = view.lines.get(view.cursor)?;
                Some(if view.whole.is_empty() { line.text.clone() } else { view.whole.join("\n") })
            }
            Screen::Evidence { of, .. } => Some(self.evidence(of).join("\n")),
            Screen::Text { body, .. } => Some(body.clone()),
            Screen::Diagnosis { lit, .. } => {
                let found = self.found();
                if let Some(todo) = lit.and_then(|at| found.todo.get(at)) {
                    return Some(lines_of(todo).or_else(|| first_link(todo)).unwrap_or(todo).to_owned());
                }
                // Lines to publish, or a link, are what one would rather not type; without them, the whole advice.
                let lines = found.todo.iter().find_map(|t| lines_of(t));
                let link = lines.or_else(|| found.todo.iter().find_map(|t| first_link(t))).map(str::to_owned);
                Some(link.unwrap_or_else(|| {
                    let todo = found.todo.iter().enumerate().map(|(i, t)| format!("{}. {t}", i + 1));
                    std::iter::once(found.headline.clone()).chain(todo).collect::<Vec<_>>().join("\n")
                }))
            }
            _ => None,
        }
    }

    /// Shows a text for whoever has to act.
    pub(super) fn ticket(&mut self) {
        let body = report::ticket(&self.guide, self.session.walk().transcript(), self.moment());
        self.view.open(Screen::Text { of: Paper::Ticket, body, scroll: 0 });
    }

    /// Shows the records in the DNS.
    pub(super) fn records(&mut self) {
        let rows = report::desk(&self.guide, self.session.walk().transcript());
        let width = usize::from(self.size.0.saturating_sub(4)).clamp(40, 98);
        let body = report::desk_text(&rows, self.view.admin, width);
        self.view.open(Screen::Text { of: Paper::Records, body, scroll: 0 });
    }

    /// Saves the text that is shown, else a report, as a file in this folder.
    pub(super) fn save(&mut self) {
        let (stem, text) = match &self.view.screen {
            Screen::Text { of, body, .. } => (of.word(), body.clone()),
            _ => ("report", report::text(&self.guide, self.session.walk().transcript(), self.view.admin)),
        };
        let time = jiff::Timestamp::from_millisecond(self.moment()).unwrap_or_default();
        let time = time.to_zoned(zone()).strftime("%Y%m%d-%H%M%S");
        let saved = match &self.folder {
            Some(folder) => save_new(folder, &format!("heloise-{stem}-{time}"), &text),
            None => Err(io::Error::other("there is no folder to save it in")),
        };
        self.view.note = Some(match saved {
            Ok(name) => format!("Saved as {name} in this folder."),
            Err(why) => format!("Not saved: {why}. Copy it with c instead."),
        });
    }

    /// This moment, in milliseconds since 1970.
    fn moment(&self) -> i64 {
        self.session.world().unix_seconds().saturating_mul(1000)
    }
}

/// Saves a text in a file of its own, readable by its owner alone; returns the file's name.
fn save_new(folder: &Path, stem: &str, text: &str) -> io::Result<String> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    for nth in 1..100 {
        let name = if nth == 1 { format!("{stem}.txt") } else { format!("{stem}-{nth}.txt") };
        match options.open(folder.join(&name)) {
            Ok(mut file) => return file.write_all(text.as_bytes()).map(|()| name),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(e),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// What stands in lines of its own, as it is to be published.
fn lines_of(todo: &str) -> Option<&str> {
    todo.split_once('\n').map(|(_, lines)| lines)
}

/// The first link in a text.
fn first_link(text: &str) -> Option<&str> {
    let from = text.find("https://")?;
    let link = text[from..].split_whitespace().next()?;
    Some(link.trim_end_matches(['.', ',', ')', ';']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_to_publish_are_copied_as_they_are() {
        let policy = "version: STSv1 mode: enforce mx: mx1.example.org max_age: 5";
        let todo = report::policy_in_lines(&format!("Let https://x.example.org/y say: {policy}"));
        assert_eq!(lines_of(&todo), Some("version: STSv1\nmode: enforce\nmx: mx1.example.org\nmax_age: 5"));
        assert_eq!(lines_of("Ask https://x.example.org/y"), None);
    }

    #[test]
    fn a_file_that_is_there_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(save_new(folder.path(), "heloise-report", "one").unwrap(), "heloise-report.txt");
        assert_eq!(save_new(folder.path(), "heloise-report", "two").unwrap(), "heloise-report-2.txt");
        assert_eq!(std::fs::read_to_string(folder.path().join("heloise-report.txt")).unwrap(), "one");
    }

    #[test]
    fn a_link_is_copied_without_the_full_stop_behind_it() {
        assert_eq!(first_link("Ask at https://check.example.org/x. Then wait."), Some("https://check.example.org/x"));
        assert_eq!(first_link("Ask them."), None);
    }
}
