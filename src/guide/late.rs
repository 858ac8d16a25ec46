//! The greater part of the guide, read when it is first asked: the first screen needs neither phrases nor the words of findings.

use std::collections::HashMap;

use serde::Deserialize;

use super::files::Files;
use super::{CodeEntry, EnhancedEntry, FindingEntry, LoadError, Phrase};

/// Reply codes, enhanced status codes and phrases: `codes/*.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Codes {
    pub(super) code: Vec<CodeEntry>,
    pub(super) enhanced: Vec<EnhancedEntry>,
    pub(super) phrase: Vec<Phrase>,
}

impl Codes {
    pub(super) fn read(files: &Files) -> Result<Self, LoadError> {
        let mut all = Self::default();
        for name in files.names("codes/") {
            let some: Self = files.read(name)?.unwrap_or_default();
            all.code.extend(some.code);
            all.enhanced.extend(some.enhanced);
            all.phrase.extend(some.phrase);
        }
        Ok(all)
    }
}

/// The words of findings: `guide/findings/*.toml`.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    pub(super) by_id: HashMap<String, FindingEntry>,
    /// Those that were worded more than once; the last one counts.
    pub(super) twice: Vec<String>,
}

impl Findings {
    pub(super) fn read(files: &Files) -> Result<Self, LoadError> {
        #[derive(Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            #[serde(default)]
            finding: Vec<FindingEntry>,
        }
        let mut all = Self::default();
        for name in files.names("guide/findings/") {
            for finding in files.read::<File>(name)?.unwrap_or_default().finding {
                let id = finding.id.clone();
                if all.by_id.insert(id.clone(), finding).is_some() {
                    all.twice.push(id);
                }
            }
        }
        Ok(all)
    }
}
