//! What every command stands on: the guide, the facts that date, the saved sessions.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use super::{HouseArgs, Settings, Trouble};
use crate::check::{Knowledge, Known};
use crate::guide::Guide;
use crate::net::{Real, Trust};
use crate::run::{self, SavedSession, Setup, Store};
use crate::transcript::Case;

/// Where sessions are saved, if no option says so.
const STATE_DIR: &str = "HELOISE_STATE_DIR";

/// What every command stands on.
pub(super) struct House {
    pub guide: Arc<Guide>,
    pub know: Arc<Knowledge>,
    pub store: Option<Store>,
    pub settings: Settings,
    /// Somebody is served who may not touch this machine.
    pub confined: bool,
    save: bool,
}

impl House {
    /// Loads the guide, a user's own files laid over it.
    pub(super) fn open(args: &HouseArgs, settings: Settings) -> Result<Self, Trouble> {
        let folder = args.guide_folder.as_deref().or(settings.guide_folder.as_deref());
        let own = |why: String| match folder {
            Some(_) => Trouble::data(format!("{why}; heloise guide --lint DIR says more")),
            None => Trouble::bug(why),
        };
        let guide = run::load_guide(folder).map_err(own)?;
        let guide = Arc::new(guide);
        let know = if folder.is_some() {
            Knowledge::load(|name| guide.data(name)).map_err(own)?
        } else {
            // What was built in is sound, as a test proves.
            let guide = Arc::clone(&guide);
            Knowledge::later(move || Known::load(|name| guide.data(name)).unwrap_or_default())
        };
        let named = args.state_dir.clone().or_else(|| std::env::var_os(STATE_DIR).filter(|v| !v.is_empty()).map(dir));
        let named = named.or_else(|| settings.state_dir.clone());
        let store = named.map_or_else(Store::default_folder, |folder| Some(Store { folder }));
        Ok(Self { guide, know: Arc::new(know), store, settings, confined: args.confined, save: !args.no_save })
    }

    /// A session in the real world.
    pub(super) fn real(&self, case: &Case) -> Result<Setup, Trouble> {
        let fail = |why: String| Trouble::data(format!("--ca: {why}; name a file with certificates in PEM form"));
        Ok(Setup {
            guide: Arc::clone(&self.guide),
            know: Arc::clone(&self.know),
            world: Real::new(case.resolver),
            trust: Trust::with_ca(case.ca.as_deref()).map_err(fail)?,
            store: self.store.clone().filter(|_| self.save),
        })
    }

    /// Where saved sessions are looked for.
    pub(super) fn sessions(&self) -> Result<&Store, Trouble> {
        self.store
            .as_ref()
            .ok_or_else(|| Trouble::usage("there is no folder for sessions here; name one with --state-dir"))
    }

    /// A saved session, or the last one.
    pub(super) fn session(&self, id: Option<&str>) -> Result<SavedSession, Trouble> {
        let store = self.sessions()?;
        let Some(id) = id else {
            let none = || Trouble::usage("no session is saved yet; heloise and heloise check save what they do");
            return store.last().ok_or_else(none);
        };
        let known =
            id.bytes().all(|b| b.is_ascii_digit() || b == b'-') && store.folder.join(format!("{id}.jsonl")).is_file();
        if !known {
            return Err(Trouble::usage(format!("there is no session {id}; heloise sessions lists them")));
        }
        store.load(id).map_err(Trouble::data)
    }
}

fn dir(value: OsString) -> PathBuf {
    PathBuf::from(value)
}
