//! The guide from the embedded files, with a user's own laid over them. Reading a folder is `run`'s: nothing here touches a disk.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;

use super::files::Files;
use super::late::{Codes, Core, Findings};
use super::phrases::PhraseIndex;
use super::{Cause, CodeEntry, EnhancedEntry, FindingEntry, Kind, Phrase, SharedAdvice, StartRule, Step, Words, fill};
use crate::transcript::{Enhanced, StepId};

/// A file of the guide is not what it should be; the message names file, line and field.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {why}")]
pub struct LoadError {
    /// The file's name under `assets/`.
    pub name: String,
    /// What is wrong, with line and column.
    pub why: Box<toml::de::Error>,
}

/// The whole guide. What was built in is read part by part, when each is first asked; a user's own files are read at once.
#[derive(Clone, Debug, Default)]
pub struct Guide {
    core: OnceLock<Core>,
    codes: OnceLock<Codes>,
    findings: OnceLock<Findings>,
    files: Files,
    index: OnceLock<PhraseIndex>,
}

impl Guide {
    /// The guide as it was built in. Nothing is read yet: a test proves that it all can be.
    #[must_use]
    pub fn embedded() -> Self {
        Self { files: Files::over_built_in(BTreeMap::new()), ..Self::default() }
    }

    /// The built-in guide with a user's own files laid over it: texts by their names under `assets/`.
    ///
    /// # Errors
    /// When one of them is malformed.
    pub fn with_overrides(overrides: BTreeMap<String, String>) -> Result<Self, LoadError> {
        if overrides.is_empty() {
            return Ok(Self::embedded());
        }
        Self::whole(Files::over_built_in(overrides))?.checked()
    }

    /// Patterns are compiled when they are first asked; those of a user's own files are tried at once, so that a slip is told early.
    fn checked(self) -> Result<Self, LoadError> {
        let of_branches = self.steps().iter().flat_map(|s| &s.branches).filter_map(|b| b.when.text.as_ref());
        let of_branches = of_branches.map(|p| (p.0.as_str(), p.0.fault()));
        let of_phrases = self.phrases().iter().map(|p| (p.text.as_str(), p.text.fault()));
        if let Some((text, Some(why))) = of_phrases.chain(of_branches).find(|(_, fault)| fault.is_some()) {
            let (name, why) = (format!("the pattern {text:?}"), serde::de::Error::custom(why));
            return Err(LoadError { name, why: Box::new(why) });
        }
        Ok(self)
    }

    /// A guide from file texts by their names under `assets/`.
    ///
    /// # Errors
    /// When a file is malformed.
    pub fn from_files(files: BTreeMap<String, String>) -> Result<Self, LoadError> {
        Self::whole(Files::only(files))
    }

    fn whole(files: Files) -> Result<Self, LoadError> {
        let (core, codes, findings) = (Core::read(&files)?, Codes::read(&files)?, Findings::read(&files)?);
        Ok(Self { core: core.into(), codes: codes.into(), findings: findings.into(), files, index: OnceLock::new() })
    }

    /// Reads what is read late, and puts the phrases together: so that the first to ask does not wait.
    pub fn warm(&self) {
        self.core();
        self.late_findings();
        self.phrases_near("").count();
    }

    // What was built in is sound, as a test proves; a user's own files were read at once.
    fn core(&self) -> &Core {
        self.core.get_or_init(|| Core::read(&self.files).unwrap_or_default())
    }

    fn late_codes(&self) -> &Codes {
        self.codes.get_or_init(|| Codes::read(&self.files).unwrap_or_default())
    }

    fn late_findings(&self) -> &Findings {
        self.findings.get_or_init(|| Findings::read(&self.files).unwrap_or_default())
    }

    /// The steps, in the guide's order.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.core().steps
    }

    /// Where a walk begins: the first rule that fits.
    #[must_use]
    pub fn start(&self) -> &[StartRule] {
        &self.core().start
    }

    /// The causes.
    #[must_use]
    pub fn causes(&self) -> &[Cause] {
        &self.core().causes
    }

    /// Reply codes.
    #[must_use]
    pub fn codes(&self) -> &[CodeEntry] {
        &self.late_codes().code
    }

    /// Enhanced status codes.
    #[must_use]
    pub fn enhanced(&self) -> &[EnhancedEntry] {
        &self.late_codes().enhanced
    }

    /// The entry of a reply code.
    #[must_use]
    pub fn code(&self, code: u16) -> Option<&CodeEntry> {
        self.late_codes().code(code)
    }

    /// The entry that names an enhanced status code most closely.
    #[must_use]
    pub fn enhanced_code(&self, code: Enhanced) -> Option<&EnhancedEntry> {
        self.late_codes().enhanced(code)
    }

    /// Phrases, in the order in which they are tried.
    #[must_use]
    pub fn phrases(&self) -> &[Phrase] {
        &self.late_codes().phrase
    }

    /// The advice that phrases and enhanced codes share.
    #[must_use]
    pub fn shared_advice(&self) -> &[SharedAdvice] {
        &self.late_codes().advice
    }

    /// A phrase by its id.
    #[must_use]
    pub fn phrase(&self, id: &str) -> Option<&Phrase> {
        self.late_codes().phrase(id)
    }

    /// An advice by its id.
    #[must_use]
    pub fn advice(&self, id: &str) -> Option<&SharedAdvice> {
        self.late_codes().advice(id)
    }

    /// Findings that were worded more than once.
    pub(super) fn twice(&self) -> &[String] {
        &self.late_findings().twice
    }

    /// A step by id.
    #[must_use]
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.steps().iter().find(|s| s.id == *id)
    }

    /// What is said about a finding.
    #[must_use]
    pub fn finding(&self, id: &str) -> Option<&FindingEntry> {
        self.late_findings().by_id.get(id)
    }

    /// A finding's values as they stand in plain words: a short word of a check or a socket gives way to what it means, and steps have their
    /// titles.
    #[must_use]
    pub fn plainly<'a>(&self, args: &'a BTreeMap<String, String>) -> Cow<'a, BTreeMap<String, String>> {
        let known = &self.late_findings().values;
        let mut told = Cow::Borrowed(args);
        for name in ["why", "kind", "detail", "policy"] {
            let Some(value) = args.get(name) else { continue };
            let (word, behind) = value.find(" at ").map_or((value.as_str(), ""), |end| value.split_at(end));
            if let Some(plain) = known.get(word) {
                told.to_mut().insert(name.to_owned(), format!("{plain}{behind}"));
            }
        }
        // A certificate's name, without the letters that say it is one (RFC 4514 section 3).
        if let Some(name) = args.get("instead").and_then(|i| i.strip_prefix("CN=")) {
            told.to_mut().insert("instead".to_owned(), name.to_owned());
        }
        if let Some(steps) = args.get("steps") {
            let titles = steps.split(", ").map(|id| self.step(&id.into()).map_or(id, |s| s.title.as_str()));
            told.to_mut().insert("steps".to_owned(), titles.collect::<Vec<_>>().join(", "));
        }
        told
    }

    /// A finding's words with its values in their places, each register in its own way.
    #[must_use]
    pub fn filled(&self, words: &Words, args: &BTreeMap<String, String>) -> Words {
        Words { plain: fill(&words.plain, &self.plainly(args)), admin: fill(&words.admin, args) }
    }

    /// All worded findings, in no order.
    pub fn findings(&self) -> impl Iterator<Item = &FindingEntry> + '_ {
        self.late_findings().by_id.values()
    }

    /// A cause by id.
    #[must_use]
    pub fn cause(&self, id: &str) -> Option<&Cause> {
        self.causes().iter().find(|c| c.id == id)
    }

    /// A kind by id, with the cause it belongs to.
    #[must_use]
    pub fn kind(&self, id: &str) -> Option<(&Cause, &Kind)> {
        self.causes().iter().find_map(|c| c.kinds.iter().find(|k| k.id == id).map(|k| (c, k)))
    }

    /// What sort of thing a cause is, in a sentence: as its kind has it; its own where no kind is known.
    #[must_use]
    pub fn sort_of_thing(&self, cause: &str, kind: Option<&str>) -> Option<&Words> {
        let cause = self.cause(cause)?;
        match cause.kinds.iter().find(|k| Some(k.id.as_str()) == kind) {
            Some(finer) => finer.says.as_ref(),
            None => Some(&cause.says),
        }
    }

    /// The places in [`Guide::phrases`] of those that may match a text, in order: one pass over the text tells which few to try.
    pub fn phrases_near(&self, text: &str) -> impl Iterator<Item = usize> + use<> {
        let index = || {
            if self.files.as_built_in("codes/") {
                PhraseIndex::built_in(self.phrases().len())
            } else {
                PhraseIndex::new(self.phrases())
            }
        };
        self.index.get_or_init(index).candidates(text)
    }

    /// The places in [`Guide::phrases`] of those whose text matches, in order.
    pub fn phrases_matching<'a>(&'a self, text: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.phrases_near(text).filter(move |&at| self.phrases()[at].text.is_match(text))
    }

    /// The text of a file by its name under `assets/`: for rooms that parse facts of their own (`blocklists.toml`, `providers.toml`).
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&str> {
        self.files.text(name)
    }

    /// The same for whoever reads it at every start: a built-in file comes as JSON (which begins with `{`, as TOML never does).
    #[must_use]
    pub fn data(&self, name: &str) -> Option<&str> {
        self.files.data(name)
    }

    /// Reads one of the files; nothing where there is none of that name.
    ///
    /// # Errors
    /// One line naming the file, the line and what is wrong.
    pub fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, LoadError> {
        self.files.read(name)
    }

    /// The names under `assets/` that begin so, in order.
    pub fn file_names<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.files.names(prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::super::files::embedded_files;
    use super::*;

    const LOAD: &str = "guide/steps/12-load.toml";

    fn step(title: &str) -> String {
        embedded_files()[LOAD].replacen("title = \"Load\"", &format!("title = {title}"), 1)
    }

    #[test]
    fn what_was_built_in_can_be_read() {
        let guide = Guide::whole(Files::over_built_in(BTreeMap::new())).expect("every file");
        assert_eq!((guide.steps().len(), guide.steps()[0].number), (13, 1));
        assert!(guide.start().len() > 1 && guide.causes().len() > 11);
    }

    #[test]
    fn steps_are_named_to_people_and_given_by_id_to_administrators() {
        let guide = Guide::embedded();
        let args = BTreeMap::from([("steps".to_owned(), "error-message, dns".to_owned())]);
        let says = guide.filled(&guide.finding("escalate.remaining").expect("worded").says, &args);
        assert!(says.plain.ends_with("Error message, DNS."), "{}", says.plain);
        assert!(says.admin.ends_with("error-message, dns."), "{}", says.admin);
    }

    #[test]
    fn a_file_of_ones_own_is_laid_over_the_built_in_one() {
        let guide = Guide::with_overrides([(LOAD.to_owned(), step("\"Patience\""))].into()).expect("it loads");
        assert_eq!(guide.step(&"load".into()).map(|s| s.title.as_str()), Some("Patience"));
        assert_eq!(guide.steps().len(), 13);
    }

    #[test]
    fn a_malformed_file_is_named_with_its_line() {
        let error = Guide::from_files([(LOAD.to_owned(), step("12"))].into()).expect_err("a title is no number");
        let said = error.to_string();
        assert!(said.starts_with(LOAD) && said.contains("line 3"), "{said}");
    }

    #[test]
    fn a_field_that_nobody_knows_is_refused() {
        let text = format!("{}\ncolour = \"red\"\n", step("\"Load\""));
        let error = Guide::from_files([(LOAD.to_owned(), text)].into()).expect_err("there is no colour");
        assert!(error.to_string().contains("colour"), "{error}");
    }
}
