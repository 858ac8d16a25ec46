//! The settings in a file that a person names: bounded, decoded, read.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::decode;
use crate::reading::FileSettings;

/// Reads the settings in a file of the user's own.
///
/// # Errors
/// A sentence that says what is wrong with the file, and what to do instead.
pub fn settings_file(path: &Path) -> Result<FileSettings, String> {
    let file = File::open(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::PermissionDenied => {
            "You may not read that file. Copy what you may show, or ask whoever may."
        }
        _ => "There is no file of that name that can be read. Type its whole path.",
    })?;
    if file.metadata().is_ok_and(|m| m.is_dir()) {
        return Err("That is a folder. Type the name of the file in it.".to_owned());
    }
    settings_in(file)
}

/// The same from anything that can be read.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn settings_in(from: impl Read) -> Result<FileSettings, String> {
    let mut bytes = Vec::new();
    let cannot = |e: std::io::Error| format!("That file cannot be read: {e}.");
    from.take(FileSettings::MOST + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > FileSettings::MOST {
        return Err("That file is too long for settings.".to_owned());
    }
    let none = "No outgoing server is named there. Name a main.cf, sasl_passwd, Exim configuration, msmtprc, ssmtp.conf, prefs.js or .env.";
    decode(&bytes).as_deref().and_then(FileSettings::read).ok_or_else(|| none.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_and_what_is_none_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("main.cf");
        std::fs::write(&path, "relayhost = [smtp.example.org]:587\n").unwrap();
        assert_eq!(settings_file(&path).ok().and_then(|s| s.host).as_deref(), Some("smtp.example.org"));
        let why = |path: &Path| settings_file(path).err().unwrap_or_default();
        assert!(why(folder.path()).contains("folder"));
        assert!(why(&folder.path().join("none")).contains("no file"));
        std::fs::write(&path, "hello\n").unwrap();
        assert!(why(&path).contains("No outgoing server"));
        std::fs::write(&path, vec![b'a'; 2 << 20]).unwrap();
        assert!(why(&path).contains("too long"));
    }
}
