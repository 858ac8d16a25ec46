//! Saved sessions: one append-only file of JSON lines each, written as it happens, with private permissions.
//!
//! A file is the session's transcript, an [`Entry`] a line, so that a kill at any moment costs at most the line being written.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use super::summary::Summary;
use super::zone;
use crate::transcript::{Entry, Fact};

const ENDING: &str = "jsonl";
/// Sessions begun within one second get `-2`, `-3` … behind their time.
const IN_ONE_SECOND: u32 = 100;
/// Listed at most, newest first.
const LISTED: usize = 200;

/// The folder of saved sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// Where it is. It is made when the first session is saved.
    pub folder: PathBuf,
}

/// A session file that is being written. It is locked: no other heloise writes into it meanwhile.
#[derive(Debug)]
pub struct Saved {
    id: String,
    file: File,
}

/// A session that was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSession {
    /// Its id: the local time it began, `20261120-164005`.
    pub id: String,
    /// Its entries. A last line that was cut off by a kill is left out.
    pub entries: Vec<Entry>,
}

impl Store {
    /// The platform's state folder, by the `directories` crate; none where there is no home.
    #[must_use]
    pub fn default_folder() -> Option<Self> {
        let dirs = ProjectDirs::from("", "", "heloise")?;
        let state = dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir());
        Some(Self { folder: state.join("sessions") })
    }

    /// Begins the file of a session that began at `unix_ms` (milliseconds since 1970).
    ///
    /// # Errors
    /// One line: what could not be made, and the system's reason.
    pub fn begin(&self, unix_ms: i64) -> Result<Saved, String> {
        private_folder(&self.folder).map_err(|e| cannot("make", &self.folder, &e))?;
        let stem = id_at(unix_ms);
        for nth in 1..IN_ONE_SECOND {
            let id = if nth == 1 { stem.clone() } else { format!("{stem}-{nth}") };
            let path = self.path(&id);
            match private_file().create_new(true).open(&path) {
                Ok(file) => return Saved::locked(id, file),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(cannot("make", &path, &e)),
            }
        }
        Err(format!("too many sessions began at {stem}"))
    }

    /// Goes on writing a session's file. A last line that was cut off is taken away first.
    ///
    /// # Errors
    /// One line: there is no such session, another heloise has it open, or the system's reason.
    pub fn reopen(&self, id: &str) -> Result<Saved, String> {
        let path = self.known(id)?;
        let file = private_file().read(true).open(&path).map_err(|e| cannot("open", &path, &e))?;
        let saved = Saved::locked(id.to_owned(), file)?;
        let text = fs::read(&path).map_err(|e| cannot("read", &path, &e))?;
        let whole = whole_lines(&text).len() as u64;
        saved.file.set_len(whole).map_err(|e| cannot("mend", &path, &e))?;
        Ok(saved)
    }

    /// Reads a session.
    ///
    /// # Errors
    /// One line: there is no such session, or which line cannot be read.
    pub fn load(&self, id: &str) -> Result<SavedSession, String> {
        let path = self.known(id)?;
        let text = fs::read(&path).map_err(|e| cannot("read", &path, &e))?;
        let lines = whole_lines(&text).split(|b| *b == b'\n').filter(|line| !line.is_empty());
        let read = |(nth, line)| {
            serde_json::from_slice(line)
                .map_err(|_| format!("{}: line {} is not from this version of heloise", path.display(), nth + 1))
        };
        let entries = lines.enumerate().map(read).collect::<Result<_, _>>()?;
        Ok(SavedSession { id: id.to_owned(), entries })
    }

    /// The saved sessions, newest first, at most 200; files that cannot be read are left out.
    #[must_use]
    pub fn list(&self) -> Vec<Summary> {
        let mut ids = self.ids();
        ids.sort_by(|a, b| b.cmp(a));
        ids.truncate(LISTED);
        ids.iter().filter_map(|id| self.load(id).ok()).map(|s| Summary::of(&s)).collect()
    }

    /// The last session that can be read.
    #[must_use]
    pub fn last(&self) -> Option<SavedSession> {
        let mut ids = self.ids();
        ids.sort_by(|a, b| b.cmp(a));
        ids.iter().find_map(|id| self.load(id).ok())
    }

    fn ids(&self) -> Vec<String> {
        let Ok(files) = fs::read_dir(&self.folder) else { return Vec::new() };
        let id = |path: PathBuf| {
            let right = path.extension().is_some_and(|e| e == ENDING);
            path.file_stem().and_then(|s| s.to_str()).filter(|id| right && is_id(id)).map(str::to_owned)
        };
        files.filter_map(|item| id(item.ok()?.path())).collect()
    }

    /// The file of a session that exists.
    fn known(&self, id: &str) -> Result<PathBuf, String> {
        let path = self.path(id);
        // The id comes from a command line: it must not lead out of the folder.
        if is_id(id) && path.is_file() { Ok(path) } else { Err(format!("no session {id:?}: see heloise sessions")) }
    }

    fn path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.{ENDING}"))
    }
}

impl Saved {
    /// The session's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Appends entries, each line in one write. At the conclusion the file is brought to the disk.
    ///
    /// # Errors
    /// The system's reason; what was written before it stays.
    pub fn append(&mut self, entries: &[Entry]) -> io::Result<()> {
        for entry in entries {
            let mut line = serde_json::to_vec(entry)?;
            line.push(b'\n');
            self.file.write_all(&line)?;
        }
        if entries.iter().any(|e| matches!(e.fact, Fact::Concluded { .. })) {
            self.file.sync_data()?;
        }
        Ok(())
    }

    fn locked(id: String, file: File) -> Result<Self, String> {
        match file.try_lock() {
            Err(fs::TryLockError::WouldBlock) => Err(format!("session {id} is open in another heloise")),
            // Some network file systems know no locks; that is no reason not to save.
            Ok(()) | Err(fs::TryLockError::Error(_)) => Ok(Self { id, file }),
        }
    }
}

/// `20261120-164005`, in local time.
fn id_at(unix_ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(unix_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.to_zoned(zone()).strftime("%Y%m%d-%H%M%S").to_string()
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 32 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-')
}

/// Up to and with the last line end.
fn whole_lines(text: &[u8]) -> &[u8] {
    text.iter().rposition(|b| *b == b'\n').map_or(&[], |end| &text[..=end])
}

fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn cannot(what: &str, path: &Path, why: &io::Error) -> String {
    format!("cannot {what} {}: {why}", path.display())
}
