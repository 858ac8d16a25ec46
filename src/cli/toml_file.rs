//! A user's own TOML files: what is wrong in them is told with the file, the line, and what is allowed.

use std::ops::Range;
use std::path::Path;

use serde::de::DeserializeOwned;
use toml::Spanned;

use super::{Trouble, input};

/// The largest file of that kind, in octets.
const MOST: u64 = 256 * 1024;

/// A file that was read, for telling where in it something stands.
#[derive(Clone, Debug, Default)]
pub(super) struct TomlFile {
    name: String,
    text: String,
}

impl TomlFile {
    /// Reads a file whose kind is told by `what`, as in "name a checklist".
    pub(super) fn open(path: &Path, what: &str) -> Result<Self, Trouble> {
        let mut bytes = Vec::new();
        let fail = |e: &std::io::Error| Trouble::data(format!("cannot read {}: {}", path.display(), input::reason(e)));
        std::io::Read::read_to_end(&mut std::io::Read::take(input::open(path, what)?, MOST + 1), &mut bytes)
            .map_err(|e| fail(&e))?;
        let name = path.display().to_string();
        if bytes.len() as u64 > MOST {
            return Err(Trouble::data(format!("{name} is larger than 256 KiB: {what}")));
        }
        let text = String::from_utf8(bytes).map_err(|_| Trouble::data(format!("{name} is not UTF-8: {what}")))?;
        Ok(Self { name, text })
    }

    #[cfg(test)]
    pub(super) fn of(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned() }
    }

    /// What stands in it.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Trouble> {
        toml::from_str(&self.text).map_err(|e| {
            let at = e.span().unwrap_or(0..0);
            self.wrong(&at, e.message().trim().trim_end_matches('.'))
        })
    }

    /// `settings.toml, line 7`.
    pub(super) fn place(&self, at: &Range<usize>) -> String {
        let before = self.text.get(..at.start).unwrap_or(&self.text);
        format!("{}, line {}", self.name, before.matches('\n').count() + 1)
    }

    /// What is wrong at a place.
    pub(super) fn wrong(&self, at: &Range<usize>, why: &str) -> Trouble {
        Trouble::data(format!("{}: {}", self.place(at), why.replace('\n', " ")))
    }

    /// A value that has to be of a form of its own.
    pub(super) fn value<T, E: std::fmt::Display>(
        &self,
        name: &str,
        value: Option<&Spanned<String>>,
        form: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Trouble> {
        let Some(value) = value else { return Ok(None) };
        let read = form(value.get_ref());
        read.map(Some).map_err(|why| self.wrong(&value.span(), &format!("{name} = \"{}\": {why}", value.get_ref())))
    }
}
