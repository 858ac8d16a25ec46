//! A world as it stands in its file.

use serde::Deserialize;

use crate::guide::Guide;
use crate::transcript::{Case, StepId, Verdict};

/// One practice world: `assets/practice/NAME.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorldFile {
    /// Its id, the file's name.
    #[serde(default)]
    pub id: String,
    /// One line for the list.
    pub title: String,
    /// What the user is told at the start: what happened, what to type.
    pub story: String,
    /// The case, as a user would enter it (the fields of the contract's CASE).
    pub case: Case,
    /// A password to hold beside the case: it is for practice, and no secret.
    #[serde(default)]
    pub password: Option<String>,
    /// What is expected.
    pub expect: Expect,
    // The helper for this room adds: zones, hosts and their scripts, routes that drop or refuse.
}

/// What a walk through the world has to show.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The verdict.
    pub verdict: Verdict,
    /// The headline code that shows in it, if one does.
    #[serde(default)]
    pub code: Option<u16>,
    /// The top cause; none where it is healthy.
    #[serde(default)]
    pub cause: Option<String>,
    /// The top kind.
    #[serde(default)]
    pub kind: Option<String>,
    /// The steps walked, in order (a prefix may be given).
    #[serde(default)]
    pub path: Vec<StepId>,
}

impl WorldFile {
    /// The worlds of a guide's files, by id.
    ///
    /// # Errors
    /// One line naming the file, the line and what is wrong.
    pub fn all(guide: &Guide) -> Result<Vec<Self>, String> {
        guide
            .file_names("practice/")
            .map(|name| {
                let text = guide.file(name).unwrap_or_default();
                let mut world: Self = toml::from_str(text).map_err(|e| format!("{name}: {e}"))?;
                world.id = name.trim_start_matches("practice/").trim_end_matches(".toml").to_owned();
                Ok(world)
            })
            .collect()
    }
}
