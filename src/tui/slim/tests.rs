//! The same screen as by crossterm's own backend, in fewer octets.

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style as Look;
use ratatui::{Terminal, backend::CrosstermBackend};

use super::*;

const WIDTH: u16 = 24;
const HEIGHT: u16 = 5;

fn size() -> io::Result<Size> {
    Ok(Size::new(WIDTH, HEIGHT))
}

fn look() -> impl Strategy<Value = Look> {
    let colour = prop_oneof![
        3 => Just(Color::Reset),
        1 => Just(Color::DarkGray),
        1 => Just(Color::LightRed),
        1 => Just(Color::Green),
        1 => any::<u8>().prop_map(Color::Indexed),
        1 => any::<(u8, u8, u8)>().prop_map(|(r, g, b)| Color::Rgb(r, g, b)),
    ];
    let ground = prop_oneof![4 => Just(Color::Reset), 1 => Just(Color::Blue)];
    // Not dim: terminals do not agree on what bold and dim together are.
    let modifiers = [Modifier::BOLD, Modifier::ITALIC, Modifier::UNDERLINED, Modifier::REVERSED];
    let modifier = prop::sample::subsequence(modifiers.to_vec(), 0..=2);
    (colour, ground, modifier)
        .prop_map(|(fg, bg, modifier)| Look::new().fg(fg).bg(bg).add_modifier(modifier.into_iter().collect()))
}

/// Texts at places, over a screen that is emptied first, or over what stood there.
type Frame = (bool, Vec<(u16, u16, String, Look)>);

fn frame() -> impl Strategy<Value = Frame> {
    let text = prop_oneof![4 => "[a-z ]{1,20}", 2 => "[ ]{1,24}", 1 => "[ab─✓▸ ]{1,9}"];
    let narrow = (0..WIDTH, 0..HEIGHT - 1, text, look());
    // In a row of their own and in step, as what a terminal shows of a letter that is cut in half is its own choice.
    let wide = (0..WIDTH / 2, "(aa|中|  ){1,5}", look()).prop_map(|(x, text, look)| (2 * x, HEIGHT - 1, text, look));
    let put = prop_oneof![7 => narrow, 1 => wide];
    (any::<bool>(), prop::collection::vec(put, 0..7))
}

/// What a terminal shows after frames, cell by cell.
fn cells(screen: &vt100::Screen) -> Vec<String> {
    let cell = |y, x| {
        let c = screen.cell(y, x).expect("a cell");
        // A blank shows its ground, and no colour.
        let blank = c.contents().trim().is_empty() && !c.inverse() && !c.underline();
        let seen = (c.fgcolor(), c.bold(), c.dim(), c.italic());
        let seen = if blank { String::new() } else { format!("{seen:?}") };
        let contents = if c.contents().is_empty() { " " } else { c.contents() };
        format!("{contents:?} {:?} {} {} {seen}", c.bgcolor(), c.inverse(), c.underline())
    };
    (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| cell(y, x))).collect()
}

fn draw<B: Backend>(terminal: &mut Terminal<B>, drawn: &mut Buffer, (empties, puts): &Frame) {
    if *empties {
        drawn.reset();
    }
    for (x, y, text, look) in puts {
        drawn.set_stringn(*x, *y, text, usize::from(WIDTH - x), *look);
    }
    let done = terminal.draw(|frame| frame.buffer_mut().merge(drawn));
    done.map_or_else(|_| panic!("a drawing"), drop);
}

fn parser() -> vt100::Parser {
    let some = |n| std::num::NonZero::new(n).expect("a size");
    vt100::Parser::new(some(HEIGHT), some(WIDTH), 0)
}

proptest! {
    #[test]
    fn the_screen_is_the_same_as_crossterms(frames in prop::collection::vec(frame(), 1..6)) {
        let area = Rect::new(0, 0, WIDTH, HEIGHT);
        let fixed = || ratatui::TerminalOptions { viewport: ratatui::Viewport::Fixed(area) };
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        {
            let mut slim = Terminal::with_options(Slim::new(&mut ours, size, Arc::default()), fixed()).expect("a screen");
            let mut wide = Terminal::with_options(CrosstermBackend::new(&mut theirs), fixed()).expect("a screen");
            let mut drawn = Buffer::empty(area);
            for frame in &frames {
                draw(&mut slim, &mut drawn, frame);
                draw(&mut wide, &mut drawn.clone(), &(false, Vec::new()));
            }
        }
        let (mut a, mut b) = (parser(), parser());
        a.process(&ours);
        b.process(&theirs);
        prop_assert_eq!(cells(a.screen()), cells(b.screen()), "{:?}", String::from_utf8_lossy(&ours));
        prop_assert!(ours.len() <= theirs.len());
    }
}

#[test]
fn the_rest_of_a_row_goes_at_once_and_short_gaps_are_written_over() {
    let area = Rect::new(0, 0, WIDTH, HEIGHT);
    let options = ratatui::TerminalOptions { viewport: ratatui::Viewport::Fixed(area) };
    let mut out = Vec::new();
    {
        let mut slim = Terminal::with_options(Slim::new(&mut out, size, Arc::default()), options).expect("a screen");
        let mut drawn = Buffer::empty(area);
        let put = |text: &str| (true, vec![(1, 1, text.to_owned(), Look::new())]);
        draw(&mut slim, &mut drawn, &put("one two three and more"));
        draw(&mut slim, &mut drawn, &put("oxe txo three"));
    }
    let text = String::from_utf8(out).expect("a text");
    let second = text.split_once("more").expect("the first frame").1;
    assert_eq!(second, "\x1b[?25l\x1b[2;3Hxe tx\x1b[8C\x1b[K");
}
