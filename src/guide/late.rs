//! The guide, read part by part when each is first asked: the first screen needs none of it.

use std::collections::HashMap;

use serde::Deserialize;

use super::files::Files;
use super::{Cause, CodeEntry, EnhancedEntry, FindingEntry, LoadError, Phrase, SharedAdvice, StartRule, Step};
use crate::transcript::Enhanced;

/// What every walk stands on: `guide/steps/*.toml`, `guide/start.toml`, `guide/causes.toml`.
#[derive(Clone, Debug, Default)]
pub(super) struct Core {
    pub(super) steps: Vec<Step>,
    pub(super) start: Vec<StartRule>,
    pub(super) causes: Vec<Cause>,
}

impl Core {
    pub(super) fn read(files: &Files) -> Result<Self, LoadError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Causes {
            cause: Vec<Cause>,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Start {
            rule: Vec<StartRule>,
        }
        let mut steps = Vec::new();
        for name in files.names("guide/steps/") {
            steps.extend(files.read::<Step>(name)?);
        }
        steps.sort_by_key(|s| s.number);
        let causes = files.read::<Causes>("guide/causes.toml")?.map_or_else(Vec::new, |c| c.cause);
        let start = files.read::<Start>("guide/start.toml")?.map_or_else(Vec::new, |s| s.rule);
        Ok(Self { steps, start, causes })
    }
}

/// Reply codes, enhanced status codes and phrases: `codes/*.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Codes {
    pub(super) code: Vec<CodeEntry>,
    pub(super) enhanced: Vec<EnhancedEntry>,
    pub(super) phrase: Vec<Phrase>,
    pub(super) advice: Vec<SharedAdvice>,
    #[serde(skip)]
    by_code: HashMap<u16, usize>,
    /// The first of each id counts.
    #[serde(skip)]
    by_phrase: HashMap<String, usize>,
    #[serde(skip)]
    by_advice: HashMap<String, usize>,
    /// By class, subject and detail; none where any number fits.
    #[serde(skip)]
    by_enhanced: HashMap<[Option<u16>; 3], usize>,
}

impl Codes {
    pub(super) fn read(files: &Files) -> Result<Self, LoadError> {
        let mut all = Self::default();
        for name in files.names("codes/") {
            let some: Self = files.read(name)?.unwrap_or_default();
            all.code.extend(some.code);
            all.enhanced.extend(some.enhanced);
            all.phrase.extend(some.phrase);
            all.advice.extend(some.advice);
        }
        // The first entry of a code counts.
        all.by_code = all.code.iter().enumerate().rev().map(|(at, entry)| (entry.code, at)).collect();
        let ids = |(at, id): (usize, &String)| (id.clone(), at);
        all.by_phrase = all.phrase.iter().map(|p| &p.id).enumerate().rev().map(ids).collect();
        all.by_advice = all.advice.iter().map(|a| &a.id).enumerate().rev().map(ids).collect();
        let key = |entry: &EnhancedEntry| {
            let mut parts = entry.code.split('.').map(|p| p.parse().ok());
            [(); 3].map(|()| parts.next().flatten())
        };
        all.by_enhanced = all.enhanced.iter().enumerate().rev().map(|(at, entry)| (key(entry), at)).collect();
        Ok(all)
    }

    pub(super) fn phrase(&self, id: &str) -> Option<&Phrase> {
        self.by_phrase.get(id).map(|&at| &self.phrase[at])
    }

    pub(super) fn advice(&self, id: &str) -> Option<&SharedAdvice> {
        self.by_advice.get(id).map(|&at| &self.advice[at])
    }

    pub(super) fn code(&self, code: u16) -> Option<&CodeEntry> {
        self.by_code.get(&code).map(|&at| &self.code[at])
    }

    /// The entry that names the code most closely.
    pub(super) fn enhanced(&self, code: Enhanced) -> Option<&EnhancedEntry> {
        let (class, subject, detail) = (Some(u16::from(code.class)), Some(code.subject), Some(code.detail));
        let closest = [
            [class, subject, detail],
            [None, subject, detail],
            [class, subject, None],
            [None, subject, None],
            [class, None, None],
        ];
        closest.iter().find_map(|key| self.by_enhanced.get(key)).map(|&at| &self.enhanced[at])
    }
}

/// The words of findings: `guide/findings/*.toml`.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    pub(super) by_id: HashMap<String, FindingEntry>,
    /// Those that were worded more than once; the last one counts.
    pub(super) twice: Vec<String>,
    /// What short words mean to anybody: `guide/values.toml`.
    pub(super) values: HashMap<String, String>,
}

impl Findings {
    pub(super) fn read(files: &Files) -> Result<Self, LoadError> {
        #[derive(Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            #[serde(default)]
            finding: Vec<FindingEntry>,
        }
        #[derive(Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Values {
            value: Vec<Value>,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Value {
            of: String,
            plain: String,
            #[serde(rename = "source")]
            _source: String,
        }
        let mut all = Self::default();
        let values = files.read::<Values>("guide/values.toml")?.unwrap_or_default().value;
        all.values = values.into_iter().map(|v| (v.of, v.plain)).collect();
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
