//! A screen as a picture: a text element for each run of cells that look alike.

use std::fmt::Write as _;

use ratatui::style::{Color, Modifier, Style};

const CELL: (f32, f32) = (8.4, 18.0);
const EDGE: f32 = 12.0;
const GROUND: &str = "#14161a";
const TEXT: &str = "#d6d9df";

pub(crate) fn draw(rows: &[Vec<(String, Style)>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let (width, height) = (across(columns) + EDGE, down(rows.len()) + EDGE);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\" style=\"white-space:pre\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{GROUND}\"/>\n"
    );
    for (y, row) in rows.iter().enumerate() {
        let mut x = 0;
        while x < row.len() {
            let style = row[x].1;
            let end = (x..row.len()).find(|n| row[*n].1 != style).unwrap_or(row.len());
            run(&mut svg, (x, y), &row[x..end], style);
            x = end;
        }
    }
    svg + "</svg>\n"
}

fn across(columns: usize) -> f32 {
    EDGE + CELL.0 * columns as f32
}

fn down(rows: usize) -> f32 {
    EDGE + CELL.1 * rows as f32
}

fn run(svg: &mut String, (x, y): (usize, usize), cells: &[(String, Style)], style: Style) {
    let text: String = cells.iter().map(|(sign, _)| sign.as_str()).collect();
    let (fg, bg) = (colour(style.fg), style.bg.filter(|c| *c != Color::Reset));
    let reversed = style.add_modifier.contains(Modifier::REVERSED);
    let (ink, ground) = if reversed { (GROUND, Some(fg)) } else { (fg, bg.map(|c| colour(Some(c)))) };
    let wide = CELL.0 * cells.len() as f32;
    if let Some(ground) = ground {
        let _ = writeln!(
            svg,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{wide:.1}\" height=\"{}\" fill=\"{ground}\"/>",
            across(x),
            down(y),
            CELL.1
        );
    }
    let bare = text.trim_end();
    let before = bare.len() - bare.trim_start().len();
    let bare = bare.trim_start();
    if bare.is_empty() {
        return;
    }
    let signs = bare.chars().count();
    let bold = if style.add_modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"{ink}\"{bold} textLength=\"{:.1}\" xml:space=\"preserve\">{}</text>",
        across(x + before),
        down(y) + 13.5,
        CELL.0 * signs as f32,
        bare.replace('&', "&amp;").replace('<', "&lt;")
    );
}

/// The sixteen colours as a terminal with a dark ground has them.
fn colour(colour: Option<Color>) -> &'static str {
    match colour {
        Some(Color::Black) => "#14161a",
        Some(Color::Red) => "#c4524e",
        Some(Color::Green) => "#63a35c",
        Some(Color::Yellow) => "#c9a227",
        Some(Color::Blue) => "#4f7cc9",
        Some(Color::Magenta) => "#a56bb5",
        Some(Color::Cyan) => "#4aa3a8",
        Some(Color::DarkGray) => "#7d8590",
        Some(Color::LightRed) => "#f47067",
        Some(Color::LightGreen) => "#8ddb8c",
        Some(Color::LightYellow) => "#eac55f",
        Some(Color::LightBlue) => "#6cb6ff",
        Some(Color::LightMagenta) => "#dcbdfb",
        Some(Color::LightCyan) => "#76e3ea",
        Some(Color::White) => "#ffffff",
        _ => TEXT,
    }
}
