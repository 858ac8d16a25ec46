//! What will leave this machine, in plain words, before it does.

use super::super::widget::{Pen, wrap};

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct ConsentView {
    /// What happens in any case when the walk goes on, if anything.
    pub always: Option<String>,
    /// Each request, and whether it is ticked.
    pub lines: Vec<(String, bool)>,
    /// The line that is lit.
    pub cursor: usize,
    /// What does not happen.
    pub never: String,
    /// What `n` leads to.
    pub declined: String,
}

pub(in crate::tui) fn draw(pen: &mut Pen<'_>, view: &ConsentView) {
    let theme = *pen.theme();
    let width = usize::from(pen.width().saturating_sub(10).min(84));
    let height = pen.height();
    pen.put(3, 0, "May heloise do this?", theme.title);
    let mut y = 2;
    if let Some(always) = &view.always {
        for line in wrap(always, width) {
            pen.put(7, y, &line, theme.text);
            y += 1;
        }
    }
    for (i, (text, ticked)) in view.lines.iter().enumerate() {
        let lit = i == view.cursor;
        if lit {
            pen.put(1, y, "▸", theme.lit);
        }
        pen.put(3, y, if *ticked { "[x]" } else { "[ ]" }, if lit { theme.lit } else { theme.text });
        for line in wrap(text, width) {
            pen.put(7, y, &line, if lit { theme.lit } else { theme.text });
            y += 1;
        }
    }
    y += 1;
    for text in [&view.never, &view.declined] {
        for line in wrap(text, width) {
            if y < height {
                pen.put(3, y, &line, theme.dim);
            }
            y += 1;
        }
    }
}
