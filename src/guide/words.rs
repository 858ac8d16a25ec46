//! Words in two registers, with places for values.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// The same thing said twice: for anybody, and for a mail administrator. `{name}` places are filled from arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Words {
    /// Short, concrete, kind; no jargon.
    pub plain: String,
    /// With the field's names; the plain words where a file gives only those.
    pub admin: String,
}

impl Words {
    /// The register asked for.
    #[must_use]
    pub fn register(&self, admin: bool) -> &str {
        if admin { &self.admin } else { &self.plain }
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(OneOrTwo)
    }
}

/// Words as a file gives them: one text for both, or `{ plain = "…", admin = "…" }`. By hand, as there are some thousand to read at a start.
struct OneOrTwo;

impl<'de> Visitor<'de> for OneOrTwo {
    type Value = Words;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("words: one text, or plain and admin")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Words, E> {
        Ok(Words { plain: text.to_owned(), admin: text.to_owned() })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Words, A::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Two {
            plain: String,
            admin: Option<String>,
        }
        let Two { plain, admin } = Two::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Words { admin: admin.unwrap_or_else(|| plain.clone()), plain })
    }
}

/// Replaces each `{name}` with its argument. A place without a value is left out, together with the bracket, the space
/// or the doubled space that it would leave behind; the values themselves are never touched.
#[must_use]
pub fn fill(template: &str, args: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    let mut gap = false;
    while let Some((text, name, behind)) = next_place(rest) {
        push(&mut out, text, gap);
        let value = args.get(name).filter(|v| !v.is_empty());
        gap = value.is_none();
        out.push_str(value.map_or("", String::as_str));
        rest = behind;
    }
    push(&mut out, rest, gap);
    out
}

/// The names of the places in a template, in order.
pub fn places(template: &str) -> impl Iterator<Item = &str> {
    let mut rest = template;
    std::iter::from_fn(move || {
        let (_, name, behind) = next_place(rest)?;
        rest = behind;
        Some(name)
    })
}

/// The text before the next place, the place's name, and what follows it.
fn next_place(text: &str) -> Option<(&str, &str, &str)> {
    let (before, behind) = text.split_once('{')?;
    let (name, behind) = behind.split_once('}')?;
    Some((before, name, behind))
}

/// Appends text; after a gap it closes what the missing value leaves open.
fn push(out: &mut String, text: &str, gap: bool) {
    let mut text = text;
    if gap {
        for (open, close) in [('(', ')'), ('[', ']'), ('“', '”')] {
            if out.ends_with(open)
                && let Some(behind) = text.strip_prefix(close)
            {
                out.pop();
                text = behind;
            }
        }
        if out.is_empty() || out.ends_with([' ', '(', '[', '“']) {
            text = text.strip_prefix(' ').unwrap_or(text);
        }
        if text.is_empty() || text.starts_with([',', '.', ';', ':', '?', ')', ']', '”']) {
            out.truncate(out.trim_end_matches(' ').len());
        }
    }
    out.push_str(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str, args: &[(&str, &str)]) -> String {
        fill(template, &args.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn a_place_takes_its_value() {
        assert_eq!(filled("{server} said {codes}.", &[("server", "mx"), ("codes", "550 5.1.1")]), "mx said 550 5.1.1.");
    }

    #[test]
    fn a_missing_value_leaves_no_hole() {
        assert_eq!(filled("the reply ({codes}) greylists", &[]), "the reply greylists");
        assert_eq!(filled("{server} greylists", &[]), "greylists");
        assert_eq!(filled("it said {codes}, at {stage}", &[]), "it said, at");
        assert_eq!(filled("seen on {list}.", &[("list", "")]), "seen on.");
    }

    #[test]
    fn a_value_is_never_tidied() {
        assert_eq!(filled("it said {text}", &[("text", "a  b () ,")]), "it said a  b () ,");
    }

    #[test]
    fn a_lone_brace_stays() {
        assert_eq!(filled("a { b", &[]), "a { b");
    }

    #[test]
    fn places_are_named_in_order() {
        assert_eq!(places("{a} and {b-c} {").collect::<Vec<_>>(), ["a", "b-c"]);
    }
}
