//! Frames in few octets, for slow lines: what ratatui found changed, written with what a terminal needs to be told and no more.
//!
//! crossterm's own backend moves the cursor with a whole address for every gap, spells each colour out, and blanks cell by cell. Here short
//! gaps are written over with what stands there, the rest of a row is erased at once, and styles are told by what changed in them.

mod clear;

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// A gap of so many cells is cheaper written over than jumped.
const GAP: u16 = 4;
/// So many blanks are cheaper erased than written.
const BLANKS: usize = 4;

/// What shows even where nothing stands.
const SEEN_ON_BLANKS: Modifier = Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT);

/// A backend that remembers what is on the screen.
pub(super) struct Slim<W: Write> {
    to: W,
    /// How many octets were written.
    written: Arc<AtomicUsize>,
    /// How large the screen is.
    measure: fn() -> io::Result<Size>,
    /// Octets of this frame, written at once.
    out: Vec<u8>,
    /// What is on the screen, row by row.
    shown: Vec<Cell>,
    size: Size,
    /// Where the terminal's cursor is, if that is sure.
    at: Option<Position>,
    hidden: Option<bool>,
    style: Style,
}

/// How the terminal writes right now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Style {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Style {
    fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }

    /// Whether a blank looks the same as with nothing.
    fn is_plain_on_blanks(self) -> bool {
        self.bg == Color::Reset && !self.modifier.intersects(SEEN_ON_BLANKS)
    }
}

fn is_blank(cell: &Cell) -> bool {
    cell.symbol() == " " && Style::of(cell).is_plain_on_blanks()
}

impl<W: Write> Slim<W> {
    /// `measure` tells the present size of the screen; what is written is counted in `written`.
    pub(super) fn new(to: W, measure: fn() -> io::Result<Size>, written: Arc<AtomicUsize>) -> Self {
        Self {
            to,
            written,
            measure,
            out: Vec::with_capacity(4096),
            shown: Vec::new(),
            size: Size::ZERO,
            at: None,
            hidden: None,
            style: Style::default(),
        }
    }

    /// The screen was emptied, or is somebody else's doing.
    fn forget(&mut self) -> io::Result<()> {
        let size = (self.measure)()?;
        self.size = size;
        self.shown.clear();
        self.shown.resize(usize::from(size.width) * usize::from(size.height), Cell::EMPTY);
        (self.at, self.hidden, self.style) = (None, None, Style::default());
        Ok(())
    }

    fn place(&self, x: u16, y: u16) -> Option<usize> {
        let Size { width, height } = self.size;
        (x < width && y < height).then(|| usize::from(y) * usize::from(width) + usize::from(x))
    }

    /// The column from which on a row is blank.
    fn tail(&self, y: u16) -> u16 {
        let width = self.size.width;
        let Some(from) = self.place(0, y) else { return width };
        let row = &self.shown[from..from + usize::from(width)];
        let blank = row.iter().rev().take_while(|c| is_blank(c)).count();
        width - u16::try_from(blank).unwrap_or(0)
    }

    /// Moves the cursor, the shortest way that is known.
    fn go(&mut self, x: u16, y: u16) {
        let to = Position { x, y };
        match self.at {
            Some(at) if at == to => {}
            Some(at) if at.y == y && at.x < x => self.over(at.x, x, y),
            Some(at) if at.y.checked_add(1) == Some(y) && x <= 9 => {
                self.out.extend_from_slice(b"\r\n");
                self.over(0, x, y);
            }
            _ => {
                let _ = write!(self.out, "\x1b[{};{}H", u32::from(y) + 1, u32::from(x) + 1);
            }
        }
        self.at = Some(to);
    }

    /// Goes along a row: over a short gap by writing what stands there.
    fn over(&mut self, from: u16, to: u16, y: u16) {
        let gap = to - from;
        if gap == 0 {
            return;
        }
        let style = self.style;
        let same = |cell: &Cell| {
            let blank = is_blank(cell) && style.is_plain_on_blanks();
            cell.symbol().len() == 1 && (blank || Style::of(cell) == style)
        };
        let cells = self.place(from, y).zip(self.place(to, y)).map(|(a, b)| a..b);
        match cells {
            Some(cells) if gap <= GAP && self.shown[cells.clone()].iter().all(same) => {
                for cell in &self.shown[cells] {
                    self.out.extend_from_slice(cell.symbol().as_bytes());
                }
            }
            _ if gap == 1 => self.out.extend_from_slice(b"\x1b[C"),
            _ => {
                let _ = write!(self.out, "\x1b[{gap}C");
            }
        }
    }

    fn wear(&mut self, style: Style) {
        if style == self.style {
            return;
        }
        let before = std::mem::replace(&mut self.style, style);
        if style == Style::default() {
            self.out.extend_from_slice(b"\x1b[m");
            return;
        }
        // What is on too much is taken off by name or, where that is shorter, all is taken off and put on anew.
        let mut codes = Codes::default();
        codes.change(before, style);
        if !style.modifier.contains(before.modifier) {
            let mut anew = Codes::default();
            anew.add(0);
            anew.change(Style::default(), style);
            if anew.0.len() <= codes.0.len() {
                codes = anew;
            }
        }
        let _ = write!(self.out, "\x1b[{}m", codes.0);
    }

    fn put(&mut self, x: u16, y: u16, cell: &Cell) {
        self.go(x, y);
        if !(is_blank(cell) && self.style.is_plain_on_blanks()) {
            self.wear(Style::of(cell));
        }
        let symbol = cell.symbol();
        self.out.extend_from_slice(symbol.as_bytes());
        let last = x + 1 >= self.size.width;
        // Behind the last column, and behind what terminals may not agree on the width of, the cursor is anywhere.
        let sure = !last && (symbol.len() == 1 || (symbol.chars().count() == 1 && symbol.width() == 1));
        self.at = sure.then_some(Position { x: x + 1, y });
    }
}

const MODIFIERS: [(Modifier, u16); 8] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

/// What each number takes off; bold and dim go together.
const OFF: [(Modifier, u16); 7] = [
    (Modifier::BOLD.union(Modifier::DIM), 22),
    (Modifier::ITALIC, 23),
    (Modifier::UNDERLINED, 24),
    (Modifier::SLOW_BLINK, 25),
    (Modifier::REVERSED, 27),
    (Modifier::HIDDEN, 28),
    (Modifier::CROSSED_OUT, 29),
];

/// The numbers of a style (ECMA-48 section 8.3.117; 90 to 107 as every terminal with sixteen colours knows them).
#[derive(Default)]
struct Codes(String);

impl Codes {
    fn add(&mut self, code: u16) {
        let part = if self.0.is_empty() { "" } else { ";" };
        self.0 += &format!("{part}{code}");
    }

    fn change(&mut self, mut from: Style, to: Style) {
        for (modifiers, code) in OFF {
            if (from.modifier - to.modifier).intersects(modifiers) {
                self.add(code);
                from.modifier -= modifiers;
            }
        }
        for (modifier, code) in MODIFIERS {
            if (to.modifier - from.modifier).contains(modifier) {
                self.add(code);
            }
        }
        if to.fg != from.fg {
            self.colour(to.fg, 0);
        }
        if to.bg != from.bg {
            self.colour(to.bg, 10);
        }
    }

    /// `on` is 10 for the ground.
    fn colour(&mut self, colour: Color, on: u16) {
        let code = match colour {
            Color::Reset => 39,
            Color::Black => 30,
            Color::Red => 31,
            Color::Green => 32,
            Color::Yellow => 33,
            Color::Blue => 34,
            Color::Magenta => 35,
            Color::Cyan => 36,
            Color::Gray => 37,
            Color::DarkGray => 90,
            Color::LightRed => 91,
            Color::LightGreen => 92,
            Color::LightYellow => 93,
            Color::LightBlue => 94,
            Color::LightMagenta => 95,
            Color::LightCyan => 96,
            Color::White => 97,
            Color::Indexed(n) => {
                self.add(38 + on);
                self.add(5);
                return self.add(n.into());
            }
            Color::Rgb(r, g, b) => {
                self.add(38 + on);
                self.add(2);
                return [r, g, b].into_iter().for_each(|c| self.add(c.into()));
            }
        };
        self.add(code + on);
    }
}

impl<W: Write> Backend for Slim<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let changed: Vec<_> = content.collect();
        let Some((width, height)) =
            changed.iter().map(|(x, y, _)| (x + 1, y + 1)).reduce(|a, b| (a.0.max(b.0), a.1.max(b.1)))
        else {
            return Ok(());
        };
        if width > self.size.width || height > self.size.height {
            self.forget()?;
        }
        for (x, y, cell) in &changed {
            if let Some(place) = self.place(*x, *y) {
                self.shown[place].clone_from(cell);
                // What stood under the second half of a wide letter is gone, and is not told of.
                if cell.symbol().len() > 1 && cell.symbol().width() == 2 && *x + 1 < self.size.width {
                    self.shown[place + 1] = Cell::EMPTY;
                }
            }
        }
        for row in changed.chunk_by(|a, b| a.1 == b.1) {
            let y = row[0].1;
            let tail = self.tail(y);
            let blanks = row.iter().filter(|(x, ..)| *x >= tail).count();
            let erase = blanks >= BLANKS;
            let cleared = self.clears_from(row, tail);
            for (x, _, cell) in row {
                if cleared == Some(*x) {
                    self.clear_from(*x, y, tail);
                    break;
                }
                if erase && *x >= tail {
                    self.go(*x, y);
                    if !self.style.is_plain_on_blanks() {
                        self.wear(Style::default());
                    }
                    self.out.extend_from_slice(b"\x1b[K");
                    break;
                }
                self.put(*x, y, cell);
            }
        }
        // Whoever writes next begins with nothing.
        self.wear(Style::default());
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.hidden != Some(true) {
            self.out.extend_from_slice(b"\x1b[?25l");
            self.hidden = Some(true);
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.hidden != Some(false) {
            self.out.extend_from_slice(b"\x1b[?25h");
            self.hidden = Some(false);
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        crossterm::cursor::position().map(|(x, y)| Position { x, y })
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let Position { x, y } = position.into();
        self.go(x, y);
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        if region != ClearType::All {
            // A full screen is only ever emptied as a whole.
            return Err(io::ErrorKind::Unsupported.into());
        }
        self.forget()?;
        self.out.extend_from_slice(b"\x1b[m\x1b[2J");
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        (self.measure)()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::ZERO })
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.out.is_empty() {
            let done = self.to.write_all(&self.out);
            self.written.fetch_add(self.out.len(), Ordering::Relaxed);
            self.out.clear();
            done?;
        }
        self.to.flush()
    }
}

#[cfg(test)]
mod tests;
