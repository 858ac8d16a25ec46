//! Words in two registers, with places for values.

use std::collections::BTreeMap;

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
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            One(String),
            Two { plain: String, admin: Option<String> },
        }
        Ok(match Form::deserialize(d)? {
            Form::One(plain) => Self { admin: plain.clone(), plain },
            Form::Two { plain, admin } => Self { admin: admin.unwrap_or_else(|| plain.clone()), plain },
        })
    }
}

/// Replaces each `{name}` with its argument. A place without an argument is left out, with a bracket or doubled space around it.
#[must_use]
pub fn fill(template: &str, args: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}') else {
            out.push_str(&rest[open..]);
            return out;
        };
        if let Some(value) = args.get(&rest[open + 1..open + close]) {
            out.push_str(value);
        }
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    if out.contains("  ") || out.contains("()") || out.contains(" ,") {
        out = out.replace("()", "").replace("[]", "").replace(" ,", ",").replace("  ", " ");
    }
    out
}
