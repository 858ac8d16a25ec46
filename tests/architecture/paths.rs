//! Which rooms a source names by a path: `crate::room`, `heloise::room`, `super::super::room`, also in groups.

use crate::source::{Token, tokens};

/// The rooms that a source file names, each with its line. `name` is its path: `src/room/mod.rs`, `src/room/part.rs`.
pub(crate) fn imports(name: &str, source: &str) -> Vec<(usize, String)> {
    let tokens = tokens(source);
    let mut found = Vec::new();
    let file = depth(name);
    // The brace depths at which modules written in place were opened.
    let (mut braces, mut inner) = (0_usize, Vec::new());
    let mut at = 0;
    while at < tokens.len() {
        match text(&tokens, at) {
            "{" => braces += 1,
            "}" => {
                braces = braces.saturating_sub(1);
                if inner.last() == Some(&braces) {
                    inner.pop();
                }
            }
            "mod" if text(&tokens, at + 2) == "{" => inner.push(braces),
            "crate" | "heloise" if text(&tokens, at + 1) == "::" && !follows_path(&tokens, at) => {
                named_at(&tokens, at + 2, &mut found);
            }
            "super" if !follows_path(&tokens, at) => {
                let ups = (0..).take_while(|i| text(&tokens, at + 2 * i) == "super").count();
                if ups >= file + inner.len() && text(&tokens, at + 2 * ups - 1) == "::" {
                    named_at(&tokens, at + 2 * ups, &mut found);
                }
                at += 2 * ups - 2;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The words of the list that a source names, each with its line: as a whole word, or as a path.
pub(crate) fn named<'a>(source: &str, list: &[&'a str]) -> Vec<(usize, &'a str)> {
    let tokens = tokens(source);
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        for name in list {
            let mut parts = name.split("::").enumerate();
            let path =
                parts.all(|(i, p)| text(&tokens, at + 2 * i) == p && (i == 0 || text(&tokens, at + 2 * i - 1) == "::"));
            let grouped = name.split_once("::").is_some_and(|(first, last)| in_group(&tokens, at, first, last));
            if path || grouped {
                found.push((tokens[at].line, *name));
            }
        }
    }
    found
}

/// Whether `first::{…, last, …}` begins here.
fn in_group(tokens: &[Token], at: usize, first: &str, last: &str) -> bool {
    text(tokens, at) == first
        && text(tokens, at + 1) == "::"
        && text(tokens, at + 2) == "{"
        && firsts(tokens, at + 2).iter().any(|(_, name)| name == last)
}

/// How many modules deep a file is: 1 for a room's own, 0 for the package's.
fn depth(name: &str) -> usize {
    let path = name.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    if matches!(path, "lib" | "main") { 0 } else { path.split('/').count() }
}

fn text(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |t| &t.text)
}

fn follows_path(tokens: &[Token], at: usize) -> bool {
    at > 0 && (text(tokens, at - 1) == "::" || text(tokens, at - 1) == "$")
}

/// What a path from the package's root names first, at this place: one word, or the first words of a group.
fn named_at(tokens: &[Token], at: usize, found: &mut Vec<(usize, String)>) {
    if text(tokens, at) == "{" {
        found.extend(firsts(tokens, at));
    } else if let Some(token) = tokens.get(at) {
        found.push((token.line, token.text.clone()));
    }
}

/// The first words of the members of a group that opens here.
fn firsts(tokens: &[Token], open: usize) -> Vec<(usize, String)> {
    let (mut depth, mut found) = (0, Vec::new());
    for at in open..tokens.len() {
        match text(tokens, at) {
            "{" => depth += 1,
            "}" => depth -= 1,
            word if depth == 1 && word != "," && matches!(text(tokens, at - 1), "{" | ",") => {
                found.push((tokens[at].line, word.to_owned()));
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rooms(name: &str, source: &str) -> Vec<String> {
        imports(name, source).into_iter().map(|(_, room)| room).collect()
    }

    #[test]
    fn a_path_from_the_root_is_seen() {
        assert_eq!(
            rooms("src/walk/mod.rs", "use crate::net::Net; fn f() -> heloise::run::Run { crate::tui::x() }"),
            ["net", "run", "tui"]
        );
        assert_eq!(rooms("src/walk/mod.rs", "use crate::{net::{self, Net}, run, tui as t};"), ["net", "run", "tui"]);
        assert_eq!(rooms("src/walk/mod.rs", "use crate::*;"), ["*"]);
    }

    #[test]
    fn a_path_that_climbs_out_of_its_room_is_seen() {
        assert_eq!(rooms("src/walk/mod.rs", "use super::net::Net;"), ["net"]);
        assert_eq!(rooms("src/walk/part.rs", "use super::super::net::Net;"), ["net"]);
        assert_eq!(rooms("src/walk/mod.rs", "mod tests { use super::super::{net, run}; }"), ["net", "run"]);
    }

    #[test]
    fn a_path_that_stays_inside_is_no_import() {
        assert!(rooms("src/walk/part.rs", "use super::net::Net; use self::x; pub(crate) fn f() {}").is_empty());
        assert!(rooms("src/walk/mod.rs", "mod a { mod b { use super::super::net; } } fn f() {}").is_empty());
        assert!(rooms("src/walk/mod.rs", "// crate::net\nfn f() { \"crate::net\"; $crate::net }").is_empty());
    }

    #[test]
    fn a_module_in_place_ends_with_its_brace() {
        assert_eq!(rooms("src/walk/mod.rs", "mod a { fn f() { {} } } use super::net;"), ["net"]);
    }

    #[test]
    fn an_act_upon_the_world_is_seen() {
        let list = ["std::fs", "Instant", "println"];
        let hits = |source| named(source, &list).into_iter().map(|(_, name)| name).collect::<Vec<_>>();
        assert_eq!(
            hits("use std::fs::File; let t = Instant::now(); println!(\"\")"),
            ["std::fs", "Instant", "println"]
        );
        assert_eq!(hits("use std::{fmt, fs};"), ["std::fs"]);
        assert!(hits("use std::fmt; // println\nlet instant = my_println;").is_empty());
    }
}
