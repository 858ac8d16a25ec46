//! The files of the guide: those that were built in, and a user's own laid over them.

use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, Error as _};

use super::LoadError;

/// A file that was built in.
struct File {
    /// Its name under `assets/`.
    name: &'static str,
    /// As it is written.
    toml: &'static str,
    /// The same for the machine, made by `build.rs`.
    json: &'static str,
}

/// In the order of their names.
static BUILT_IN: &[File] = &include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The folders whose files are read by what they hold, whatever their names are.
const FREE: [&str; 5] = ["codes", "guide/findings", "guide/steps", "practice", "themes"];

/// Where a file of this name is read from, if the guide has such a place: names as under `assets/`, or, for the guide alone, as under `assets/guide/`.
///
/// `steps/01-own.toml` gives `guide/steps/01-own.toml`; a name that would be read by nobody gives nothing.
#[must_use]
pub fn place(name: &str) -> Option<String> {
    let free = |name: &str| name.rsplit_once('/').is_some_and(|(folder, _)| FREE.contains(&folder));
    let known = |name: &str| free(name) || BUILT_IN.binary_search_by(|f| f.name.cmp(name)).is_ok();
    let inside = format!("guide/{name}");
    if known(name) { Some(name.to_owned()) } else { known(&inside).then_some(inside) }
}

/// Whether files of the guide lie in a folder of this name, or below it: `guide`, `steps`, `guide/steps`, and so on.
#[must_use]
pub fn place_of_files(folder: &str) -> bool {
    let holds =
        |folder: &str| FREE.iter().any(|f| *f == folder || f.strip_prefix(folder).is_some_and(|f| f.starts_with('/')));
    holds(folder) || holds(&format!("guide/{folder}"))
}

/// Texts of files by their names under `assets/`.
#[derive(Clone, Debug, Default)]
pub(super) struct Files {
    own: BTreeMap<String, String>,
    built_in: bool,
}

impl Files {
    /// The built-in ones with others laid over them.
    pub(super) fn over_built_in(own: BTreeMap<String, String>) -> Self {
        Self { own, built_in: true }
    }

    /// These, and no others.
    pub(super) fn only(own: BTreeMap<String, String>) -> Self {
        Self { own, built_in: false }
    }

    /// A file's text as somebody wrote it.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.own.get(name).map(String::as_str).or_else(|| self.known(name).map(|f| f.toml))
    }

    /// A file's text as it is read fastest: JSON (it begins with `{`, which TOML never does) for a built-in file, TOML for others.
    pub(super) fn data(&self, name: &str) -> Option<&str> {
        self.own.get(name).map(String::as_str).or_else(|| self.known(name).map(|f| f.json))
    }

    /// The names that begin so, in order.
    pub(super) fn names<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        let built_in: &'static [File] = if self.built_in { BUILT_IN } else { &[] };
        let mut own = self.own.keys().map(String::as_str).filter(move |n| n.starts_with(prefix)).peekable();
        let mut known = built_in.iter().map(|f| f.name).filter(move |n| n.starts_with(prefix)).peekable();
        std::iter::from_fn(move || match (own.peek(), known.peek()) {
            (Some(o), Some(k)) if o == k => {
                known.next();
                own.next()
            }
            (Some(o), Some(k)) if o < k => own.next(),
            (Some(_), None) => own.next(),
            (_, Some(_)) => known.next(),
            (None, None) => None,
        })
    }

    /// Whether all files whose names begin so are those that were built in.
    pub(super) fn as_built_in(&self, prefix: &str) -> bool {
        self.built_in && !self.own.keys().any(|name| name.starts_with(prefix))
    }

    /// Reads a file; nothing where there is none of that name.
    pub(super) fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, LoadError> {
        let fail = |why| LoadError { name: name.to_owned(), why: Box::new(why) };
        match (self.own.get(name), self.known(name)) {
            (Some(text), _) => toml::from_str(text).map(Some).map_err(fail),
            (None, Some(file)) => {
                serde_json::from_str(file.json).map(Some).map_err(|e| fail(toml::de::Error::custom(e)))
            }
            (None, None) => Ok(None),
        }
    }

    fn known(&self, name: &str) -> Option<&'static File> {
        let at = BUILT_IN.binary_search_by(|f| f.name.cmp(name)).ok().filter(|_| self.built_in)?;
        BUILT_IN.get(at)
    }
}

/// The texts of the built-in files by their names under `assets/`.
#[cfg(test)]
pub(super) fn embedded_files() -> BTreeMap<String, String> {
    BUILT_IN.iter().map(|f| (f.name.to_owned(), f.toml.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOAD: &str = "guide/steps/12-load.toml";

    #[test]
    fn what_the_machine_reads_is_what_is_written() {
        let mut seen = 0;
        for file in BUILT_IN {
            let written: serde_json::Value = toml::from_str(file.toml).unwrap();
            let read: serde_json::Value = serde_json::from_str(file.json).unwrap();
            assert_eq!(read, written, "{}", file.name);
            seen += 1;
        }
        assert!(seen > 20, "{seen}");
    }

    #[test]
    fn a_file_that_nobody_would_read_has_no_place() {
        assert_eq!(place("guide/steps/14-own.toml").as_deref(), Some("guide/steps/14-own.toml"));
        assert_eq!(place("steps/14-own.toml").as_deref(), Some("guide/steps/14-own.toml"));
        assert_eq!(place("causes.toml").as_deref(), Some("guide/causes.toml"));
        assert_eq!(place("providers.toml").as_deref(), Some("providers.toml"));
        for stray in ["step/01-recipient.toml", "cause.toml", "guide/steps/old/01.toml", "assets/causes.toml"] {
            assert_eq!(place(stray), None, "{stray}");
        }
        assert!(["guide", "steps", "guide/steps", "codes"].into_iter().all(place_of_files));
        assert!(!["etc", "guide/steps/old", "cod", ""].into_iter().any(place_of_files));
    }

    #[test]
    fn names_come_in_order_and_once() {
        let own = [(LOAD.to_owned(), String::new()), ("guide/steps/00-own.toml".to_owned(), String::new())];
        let files = Files::over_built_in(own.into());
        let names: Vec<&str> = files.names("guide/steps/").collect();
        assert_eq!((names.len(), names[0]), (14, "guide/steps/00-own.toml"));
        assert!(names.is_sorted() && files.text(LOAD) == Some(""), "{names:?}");
        assert_eq!(Files::only(BTreeMap::new()).names("").count(), 0);
    }
}
