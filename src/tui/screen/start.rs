//! What do you have?

use super::super::widget::{Pen, wrap};
use super::list;

/// The choices: what it is, and what to have at hand.
pub(in crate::tui) const CHOICES: [(&str, &str); 5] = [
    ("An error, a bounce or a log line", "paste it, or name a file"),
    ("An address that mail does not reach", "bob@example.org"),
    ("Mail settings that do not work", "server, port, password"),
    ("A mail server of mine that is refused", "the 13-step checklist"),
    ("Nothing yet: I want to practise", "on a broken server inside heloise"),
];

/// What the first screen shows.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct StartView {
    /// The line that is lit.
    pub cursor: usize,
    /// The last session, in a line.
    pub last: Option<String>,
    /// Files of this machine are out of reach.
    pub confined: bool,
}

pub(in crate::tui) fn draw(pen: &mut Pen<'_>, view: &StartView) {
    let theme = *pen.theme();
    let roomy = pen.height() >= 18;
    let beside = pen.width() >= 78;
    let mut y = if roomy { 1 } else { 0 };
    pen.put(3, y, "Mail trouble? Let us find where it stops.", theme.title);
    y += 2;
    pen.put(3, y, "What do you have?", theme.text);
    y += if roomy { 2 } else { 1 };
    for (i, (what, with)) in CHOICES.iter().enumerate() {
        // Where not all remarks fit, the one on the line that is lit stands below.
        let with = remark(i, with, view);
        list::line(pen, y, view.cursor == i, what, if beside { with } else { "" }, 44);
        pen.line(y, i);
        y += 1;
    }
    if let Some((_, with)) = CHOICES.get(view.cursor).filter(|_| !beside) {
        pen.put(5, y, remark(view.cursor, with, view), theme.dim);
    }
    y += 1;
    if let Some(last) = &view.last {
        let width = pen.width();
        let end = pen.put_within(3, y, last, width.saturating_sub(26), theme.text);
        let x = pen.put(end + 3, y, "r", theme.key);
        pen.put(x + 2, y, "take it up again", theme.dim);
    }
    y += if roomy { 4 } else { 2 };
    pen.put(3, y, "Nothing leaves this machine before you say yes.", theme.text);
}

/// What to have at hand for a choice.
fn remark<'a>(choice: usize, with: &'a str, view: &StartView) -> &'a str {
    if choice == 0 && view.confined { "paste it" } else { with }
}

/// The story of a practice world.
pub(in crate::tui) fn story(pen: &mut Pen<'_>, story: &str, scroll: u16) {
    let theme = *pen.theme();
    pen.put(3, 1, "Practice", theme.title);
    let width = usize::from(pen.width().saturating_sub(6).min(90));
    let lines = wrap(story, width);
    let room = pen.height().saturating_sub(5);
    for (y, line) in (3..3 + room).zip(lines.iter().skip(scroll.into())) {
        pen.put(3, y, line, theme.text);
    }
    let y = (3 + u16::try_from(lines.len()).unwrap_or(u16::MAX).min(room)).saturating_add(1);
    pen.put(3, y, "What you would type is filled in already.", theme.dim);
    pen.put(3, y + 1, "It is all inside heloise: nothing leaves this machine.", theme.dim);
}
