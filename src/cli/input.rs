//! What is read in: files, standard input, passwords. All of it bounded.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Trouble;
use crate::run::decode;
use crate::transcript::Secret;

/// The most of a password file, in octets.
const MOST_SECRET: u64 = 16 * 1024;

/// Whether a path stands for standard input.
#[must_use]
pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The text of a file, or of standard input for `-`: at most `most` octets, and whether there was more.
///
/// # Errors
/// When it cannot be read, is empty, or is no text.
pub(super) fn text(path: &Path, most: u64, option: &str) -> Result<(String, bool), Trouble> {
    let shown = shown(path);
    let mut bytes = Vec::new();
    open(path, option)?
        .take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| Trouble::data(format!("cannot read {shown}: {e}")))?;
    let more = bytes.len() as u64 > most;
    bytes.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    let text = decode(&bytes).ok_or_else(|| {
        Trouble::data(format!("{shown} is not text: name a file with an error, a bounce or log lines"))
    })?;
    if text.trim().is_empty() {
        return Err(Trouble::data(format!("{shown} is empty: name a file with an error, a bounce or log lines")));
    }
    Ok((text, more))
}

/// Opens a file, or standard input for `-`.
///
/// # Errors
/// When it cannot be opened, or is a folder.
pub(super) fn open(path: &Path, option: &str) -> Result<Box<dyn Read>, Trouble> {
    if is_stdin(path) {
        return Ok(Box::new(io::stdin().lock()));
    }
    let fail = |why: String| Trouble::data(format!("cannot read {}: {why}; {option}", shown(path)));
    let file = File::open(path).map_err(|e| fail(reason(&e)))?;
    if file.metadata().is_ok_and(|m| m.is_dir()) {
        return Err(fail("it is a folder".to_owned()));
    }
    Ok(Box::new(file))
}

/// A password from a file's first line, an environment variable or standard input; none where none was named.
///
/// # Errors
/// When what was named cannot be read, or holds nothing. The message never holds the password.
pub(super) fn secret(file: Option<&PathBuf>, env: Option<&str>, stdin: bool) -> Result<Option<Secret>, Trouble> {
    let (text, whence) = if let Some(file) = file {
        let why = "name a file whose first line is the password";
        (first_line(open(file, why)?, &shown(file))?, shown(file))
    } else if let Some(variable) = env {
        let value = std::env::var(variable).map_err(|_| {
            Trouble::usage(format!("the environment has no {variable}: set it, or use --password-file"))
        })?;
        (Zeroizing::new(value), format!("the variable {variable}"))
    } else if stdin && io::stdin().is_terminal() {
        let line = "--password-stdin takes the password from a pipe, where it does not show; pipe it in, or use --password-file";
        return Err(Trouble::usage(line));
    } else if stdin {
        (first_line(Box::new(io::stdin().lock()), "standard input")?, "standard input".to_owned())
    } else {
        return Ok(None);
    };
    if text.is_empty() {
        return Err(Trouble::data(format!("there is no password in {whence}: its first line is empty")));
    }
    Ok(Some(Secret::new(text.to_string())))
}

/// How a path is named in a message.
#[must_use]
pub(super) fn shown(path: &Path) -> String {
    if is_stdin(path) { "standard input".to_owned() } else { path.display().to_string() }
}

/// The system's reason without its number.
#[must_use]
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

fn first_line(from: Box<dyn Read>, whence: &str) -> Result<Zeroizing<String>, Trouble> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(1024));
    // No further than the line: what stands behind it may be for somebody else.
    BufReader::with_capacity(1, from)
        .take(MOST_SECRET)
        .read_until(b'\n', &mut bytes)
        .map_err(|e| Trouble::data(format!("cannot read {whence}: {}", reason(&e))))?;
    let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text =
        std::str::from_utf8(line).map_err(|_| Trouble::data(format!("the password in {whence} is not UTF-8")))?;
    Ok(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_loses_only_its_line_end() {
        let line = |bytes: &'static [u8]| first_line(Box::new(bytes), "x").map(|t| t.to_string());
        assert_eq!(line(b" pass word \r\nsecond"), Ok(" pass word ".to_owned()));
        assert_eq!(line(b"one"), Ok("one".to_owned()));
    }
}
