//! What is asked, and typed.

use super::super::form::{Entry, Field, Form};
use super::super::widget::{Pen, wrap};

/// Draws a form; returns where the cursor stands.
pub(in crate::tui) fn draw(pen: &mut Pen<'_>, form: &Form) -> Option<(u16, u16)> {
    let theme = *pen.theme();
    let (width, height) = (pen.width(), pen.height());
    pen.put(3, 0, &form.title, theme.title);
    let mut y = 2;
    let mut cursor = None;
    let left: u16 = if width < 70 { 19 } else { 23 };
    let areas = form.fields.iter().filter(|f| matches!(f.entry, Entry::Area(_))).count();
    // Below stand what is asked, and how it ends.
    let spare = height.saturating_sub(8 + u16::try_from(form.fields.len()).unwrap_or(0));
    for (i, field) in form.fields.iter().enumerate() {
        let lit = i == form.at;
        if lit {
            pen.put(1, y, "▸", theme.lit);
        }
        if let Entry::Area(_) = field.entry {
            let rows = spare / u16::try_from(areas.max(1)).unwrap_or(1);
            let empty = if form.files {
                "Paste it here, as it is. Or type the name of a file."
            } else {
                "Paste it here, as it is."
            };
            let at = area(&mut pen.part(3, y, width.saturating_sub(5), rows.max(3)), field, lit, empty);
            cursor = cursor.or(at.map(|(x, row)| (x + 3, row + y)));
            for row in y..y + rows.max(3) {
                pen.line(row, i);
            }
            y += rows.max(3);
        } else {
            pen.line(y, i);
            pen.put_within(3, y, &field.label, left - 4, if lit { theme.lit } else { theme.text });
            let mut room = width.saturating_sub(left + 2);
            if field.is_taken() {
                let says = if width < 70 { "from your text" } else { "taken from your text" };
                let x = pen.put_before(width.saturating_sub(2), y, says, theme.dim);
                room = x.saturating_sub(left + 2);
            }
            let at = line(&mut pen.part(left, y, room, 1), field, lit);
            cursor = cursor.or(at.map(|x| (left + x, y)));
            y += 1;
        }
    }
    y += 1;
    let wrong = form.wrong.as_ref().filter(|w| w.field == form.at);
    let (text, style) = match (wrong, form.field()) {
        (Some(wrong), _) => (format!("! {}", wrong.says), theme.note),
        (None, Some(field)) if !field.required && !form.at_choice() && !form.at_area() => {
            (format!("{} May be left empty.", field.hint), theme.dim)
        }
        // An empty field of many lines says itself what it takes.
        (None, Some(Field { entry: Entry::Area(area), .. })) if area.text().is_empty() => (String::new(), theme.dim),
        (None, Some(field)) => (field.hint.clone(), theme.dim),
        (None, None) => ("Nothing is asked here. Enter goes on.".to_owned(), theme.dim),
    };
    let mut says: Vec<_> = wrap(&text, usize::from(width.saturating_sub(6))).into_iter().map(|l| (l, style)).collect();
    if let Some(Field { entry: Entry::Area(area), .. }) = form.field() {
        let undo = if area.can_restore() { " Ctrl-Y brings back what you cleared." } else { " Ctrl-U clears it." };
        let undo = if area.can_restore() || !area.text().is_empty() { undo } else { "" };
        let ends = format!("Enter has it read. A paste never goes on by itself, however many lines it has.{undo}");
        says.extend(wrap(&ends, usize::from(width.saturating_sub(6))).into_iter().map(|l| (l, theme.text)));
    }
    for (y, (line, style)) in (y..height).zip(&says) {
        pen.put(3, y, line, *style);
    }
    cursor
}

/// One line of typing. Returns the column of the cursor.
fn line(pen: &mut Pen<'_>, field: &Field, lit: bool) -> Option<u16> {
    let theme = *pen.theme();
    let room = usize::from(pen.width()).saturating_sub(1);
    match &field.entry {
        Entry::Line(input) => {
            if input.value().is_empty() {
                example(pen, field);
                return lit.then_some(0);
            }
            let scroll = input.visual_scroll(room);
            let shown: String = columns_from(input.value(), scroll);
            let width = pen.width();
            pen.put_within(0, 0, &shown, width, if lit { theme.title } else { theme.text });
            lit.then(|| u16::try_from(input.visual_cursor().saturating_sub(scroll)).unwrap_or(0))
        }
        Entry::Masked(masked) => {
            if masked.is_empty() {
                example(pen, field);
                return lit.then_some(0);
            }
            let signs = masked.signs().min(room);
            let end = pen.put(0, 0, &"*".repeat(signs), theme.text);
            lit.then_some(end)
        }
        Entry::Choice(security) => {
            let words = match security {
                crate::transcript::Security::Auto => "automatic",
                crate::transcript::Security::Starttls => "STARTTLS (plain first, then TLS)",
                crate::transcript::Security::Tls => "TLS from the start",
                crate::transcript::Security::None => "none",
            };
            let x = pen.put(0, 0, if lit { "← " } else { "" }, theme.key);
            let x = pen.put(x, 0, words, if lit { theme.title } else { theme.text });
            pen.put(x, 0, if lit { " →" } else { "" }, theme.key);
            None
        }
        Entry::Area(_) => None,
    }
}

/// What could stand in an empty field; it must not look as if it stood there.
fn example(pen: &mut Pen<'_>, field: &Field) {
    let theme = *pen.theme();
    if !field.example.is_empty() {
        let says = if field.example.contains(' ') { field.example.clone() } else { format!("like {}", field.example) };
        pen.put(0, 0, &format!("({says})"), theme.dim);
    }
}

/// A text from a column on.
fn columns_from(text: &str, columns: usize) -> String {
    let mut skipped = 0;
    text.chars()
        .skip_while(|c| {
            let hidden = skipped < columns;
            skipped += unicode_width::UnicodeWidthChar::width(*c).unwrap_or(0);
            hidden
        })
        .collect()
}

/// Many lines of typing; the last ones show. Returns where the cursor stands.
fn area(pen: &mut Pen<'_>, field: &Field, lit: bool, empty: &str) -> Option<(u16, u16)> {
    let theme = *pen.theme();
    let Entry::Area(area) = &field.entry else { return None };
    if area.text().is_empty() {
        pen.put(0, 0, empty, theme.dim);
        return lit.then_some((0, 0));
    }
    let (width, room) = (pen.width(), pen.height().saturating_sub(1).max(1));
    let (before, rows) = area.tail(room.into(), usize::from(width.saturating_sub(1)));
    let mut end = (0, 0);
    for (y, row) in (0..room).zip(&rows) {
        let x = pen.put(0, y, row, theme.text);
        end = (x, y);
    }
    let mut says = Vec::new();
    if before > 0 {
        says.push(format!("{before} more lines above"));
    }
    if area.lines() > 1 {
        let size = area.text().len();
        let size = if size < 1024 { format!("{size} octets") } else { format!("{} KiB", size.div_ceil(1024)) };
        says.push(format!("{} lines, {size} in all", area.lines()));
    }
    if area.is_cut() {
        says.push("cut at 1 MiB".to_owned());
    }
    pen.put(0, room, &says.join(", "), theme.dim);
    lit.then_some((end.0.min(width.saturating_sub(1)), end.1))
}
