//! Texts that leave the screen: to the clipboard, to a file, to a provider.

use super::{App, Order};
use crate::tui::model;
use crate::tui::view::Screen;

impl App {
    /// Copies what the screen is about.
    pub(super) fn copy(&mut self) {
        let Some(text) = self.copied() else { return };
        self.view.note = Some("Copied, if your terminal allows programs to.".to_owned());
        self.orders.push(Order::Copy(text));
    }

    fn copied(&self) -> Option<String> {
        match &self.view.screen {
            Screen::Transcript(lens) => {
                let view = self.lens_view(lens);
                let line = view.lines.get(view.cursor)?;
                Some(if view.whole.is_empty() { line.text.clone() } else { view.whole.join("\n") })
            }
            Screen::Evidence { of, .. } => Some(self.evidence(*of).join("\n")),
            Screen::Text { body, .. } => Some(body.clone()),
            Screen::Diagnosis { .. } => {
                let found = self.found();
                // A link is what one would rather not type; without one, the whole advice.
                let link = found.todo.iter().find_map(|t| first_link(t)).map(str::to_owned);
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
        let walk = self.session.walk();
        let step = crate::transcript::StepId::from("provider");
        let view = model::step(walk, &self.guide, &step, true, self.now, None);
        let body: Vec<_> = view.notes.iter().map(|n| n.text.clone()).collect();
        self.view.open(Screen::Text { title: "For the provider".to_owned(), body: body.join("\n\n"), scroll: 0 });
    }

    /// Saves a report.
    pub(super) fn save(&mut self) {
        self.view.note = Some("not yet".to_owned());
    }
}

/// The first link in a text.
fn first_link(text: &str) -> Option<&str> {
    let from = text.find("https://")?;
    let link = text[from..].split_whitespace().next()?;
    Some(link.trim_end_matches(['.', ',', ')', ';']))
}
