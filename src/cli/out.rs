//! Where an answer goes: standard output, or a file that is whole or not there.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Trouble;

/// Where an answer goes.
pub(super) struct Out {
    sink: Sink,
    shown: String,
}

enum Sink {
    Stdout(io::Stdout),
    /// A pipe, a device, a link: written as it comes.
    Direct(File),
    /// Written beside the file that is meant, and put in its place at the end.
    Staged {
        file: File,
        part: PathBuf,
        whole: PathBuf,
    },
}

impl Out {
    /// Opens it before anything is asked of the network, so that a folder that does not exist shows at once.
    pub(super) fn open(path: Option<&Path>) -> Result<Self, Trouble> {
        let Some(path) = path.filter(|p| p.as_os_str() != "-") else {
            return Ok(Self { sink: Sink::Stdout(io::stdout()), shown: "standard output".to_owned() });
        };
        let shown = path.display().to_string();
        let fail = |e: io::Error| Trouble::output(&shown, &e);
        let staged = match fs::symlink_metadata(path) {
            Ok(meta) => meta.is_file(),
            Err(e) => e.kind() == io::ErrorKind::NotFound,
        };
        if !staged {
            let file = File::options().write(true).truncate(true).open(path).map_err(fail)?;
            return Ok(Self { sink: Sink::Direct(file), shown });
        }
        let mut name = path.file_name().map(std::ffi::OsStr::to_owned).unwrap_or_default();
        name.push(format!(".{}.part", std::process::id()));
        let part = path.with_file_name(name);
        let file = File::create(&part).map_err(fail)?;
        Ok(Self { sink: Sink::Staged { file, part, whole: path.to_owned() }, shown })
    }

    /// Writes a piece.
    pub(super) fn write(&mut self, text: &str) -> Result<(), Trouble> {
        let done = match &mut self.sink {
            Sink::Stdout(out) => out.write_all(text.as_bytes()),
            Sink::Direct(file) | Sink::Staged { file, .. } => file.write_all(text.as_bytes()),
        };
        done.map_err(|e| Trouble::output(&self.shown, &e))
    }

    /// Writes a piece and sends it off: a line that somebody waits for.
    pub(super) fn line(&mut self, text: &str) -> Result<(), Trouble> {
        self.write(&format!("{text}\n"))?;
        if let Sink::Stdout(out) = &mut self.sink {
            out.flush().map_err(|e| Trouble::output(&self.shown, &e))?;
        }
        Ok(())
    }

    /// The answer is whole.
    pub(super) fn finish(mut self) -> Result<(), Trouble> {
        let done = match &mut self.sink {
            Sink::Stdout(out) => out.flush(),
            Sink::Direct(file) => file.flush(),
            Sink::Staged { file, part, whole } => file.sync_data().and_then(|()| fs::rename(&*part, &*whole)),
        };
        done.map_err(|e| Trouble::output(&self.shown, &e))
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        if let Sink::Staged { part, .. } = &self.sink {
            // Gone already where the answer was whole.
            let _ = fs::remove_file(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_or_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        fs::write(&path, "old").unwrap();
        let mut out = Out::open(Some(&path)).unwrap();
        out.write("new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        drop(out);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let mut out = Out::open(Some(&path)).unwrap();
        out.write("new").unwrap();
        out.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
