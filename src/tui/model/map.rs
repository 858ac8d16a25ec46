//! The map: the path so far with its reasons, then every step with the steps it can lead to.

use super::super::theme::Mark;
use super::{rail, title};
use crate::guide::{Goto, Guide};
use crate::walk::Walk;

/// A line of the map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) struct MapLine {
    pub mark: Option<Mark>,
    pub text: String,
    /// Where we are.
    pub here: bool,
}

/// The map of a walk.
pub(in crate::tui) fn map(walk: &Walk, guide: &Guide) -> Vec<MapLine> {
    let line = |text: String| MapLine { mark: None, text, here: false };
    let rail = rail(walk, guide);
    let all = || rail.path.iter().chain(&rail.rest);
    let mark_of = |name: &str| all().find(|i| i.title == name).map(|i| i.mark);
    let mut lines = vec![line("The path so far".to_owned())];
    for step in walk.path() {
        let to = step.to.as_ref().map_or_else(|| "What we found".to_owned(), |id| title(guide, id));
        if !step.because.is_empty() {
            lines.push(line(format!("     because {}", step.because)));
        }
        let here = all().any(|i| i.here && i.title == to);
        lines.push(MapLine { mark: mark_of(&to), text: to, here });
    }
    if let Some(next) = walk.proposal() {
        let to = next.to.as_ref().map_or_else(|| "What we found".to_owned(), |id| title(guide, id));
        lines.push(line(format!("     next {to}, because {}", next.because)));
    }
    lines.push(line(String::new()));
    lines.push(line("All steps, and where each can lead".to_owned()));
    for step in &guide.steps {
        let mut to: Vec<String> = Vec::new();
        for branch in &step.branches {
            let name = match &branch.to {
                Goto::Step(id) => title(guide, id),
                Goto::Next => "the next open one".to_owned(),
                Goto::Conclude => "what we found".to_owned(),
            };
            if !to.contains(&name) {
                to.push(name);
            }
        }
        let here = all().any(|i| i.here && i.number == step.number);
        lines.push(MapLine {
            mark: mark_of(&step.title),
            text: format!("{:>2} {} → {}", step.number, step.title, to.join(", ")),
            here,
        });
    }
    lines
}
