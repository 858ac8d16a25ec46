//! The error text in a file that a person names: bounded, decoded, with one kind of line end.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::decode;
use crate::reading::Reader;

/// A text out of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pasted {
    /// The text.
    pub text: String,
    /// Whether the file holds more: of a log its end was taken, of anything else its beginning.
    pub cut: bool,
}

/// Reads the error, the bounce or the log in a file, at most [`Reader::MOST`] of it.
///
/// # Errors
/// A sentence that says what is wrong with the file, and what to do instead.
pub fn error_file(path: &Path) -> Result<Pasted, String> {
    let missing = "There is no file of that name that can be read. Type its whole path, or paste the text.";
    let mut file = File::open(path).map_err(|_| missing.to_owned())?;
    let about = file.metadata().map_err(|_| missing.to_owned())?;
    if about.is_dir() {
        return Err("That is a folder. Type the name of the file in it.".to_owned());
    }
    let most = Reader::MOST as u64;
    let cannot = |e: std::io::Error| format!("That file cannot be read: {e}. Paste the text instead.");
    let mut bytes = Vec::new();
    file.by_ref().take(most + 1).read_to_end(&mut bytes).map_err(cannot)?;
    let zipped = bytes.starts_with(&GZIP);
    if zipped {
        bytes.clear();
        file.rewind().map_err(cannot)?;
        unzipped(&file).take(most + 1).read_to_end(&mut bytes).map_err(cannot)?;
    }
    let cut = bytes.len() as u64 > most;
    let whole = decode(&bytes).ok_or("That file holds no text. Save the bounce as .eml, or paste its text.")?;
    let mut text = whole.replace("\r\n", "\n").replace('\r', "\n");
    if cut && about.is_file() && text.lines().take(20).any(Reader::is_log_line) {
        // What matters of a log stands at its end; its first line there is only the rest of one.
        bytes.clear();
        if zipped {
            file.rewind().map_err(cannot)?;
            bytes = end_of(unzipped(&file)).map_err(cannot)?;
        } else {
            file.seek(SeekFrom::Start(about.len().saturating_sub(most))).map_err(cannot)?;
            file.take(most).read_to_end(&mut bytes).map_err(cannot)?;
        }
        let end = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        text = end.split_once('\n').map_or(String::new(), |(_, rest)| rest.to_owned());
    } else if cut {
        // Its last line may be the beginning of one.
        text.truncate(text.rfind('\n').unwrap_or(text.len()));
    }
    if text.trim().is_empty() {
        return Err("That file is empty. Name another, or paste the text.".to_owned());
    }
    Ok(Pasted { text, cut })
}

/// How a file begins that gzip made (RFC 1952 §2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The most that is unpacked to come to the end of a log, in octets: a person waits for it.
const UNPACKED: u64 = 128 << 20;

fn unzipped(file: &File) -> impl Read + '_ {
    MultiGzDecoder::new(file).take(UNPACKED)
}

/// The last [`Reader::MOST`] octets.
fn end_of(mut from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    while from.by_ref().take(Reader::MOST as u64).read_to_end(&mut kept)? > 0 {
        let over = kept.len().saturating_sub(Reader::MOST);
        kept.drain(..over);
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), bytes).expect("it is written");
        file
    }

    #[test]
    fn line_ends_are_made_one() {
        let pasted = error_file(file(b"550 no\r\nsuch user\r").path()).expect("a text");
        assert_eq!(pasted, Pasted { text: "550 no\nsuch user\n".to_owned(), cut: false });
    }

    #[test]
    fn of_a_long_log_the_end_is_taken_and_no_half_line() {
        let line = |n: usize| {
            format!(
                "Nov 20 16:40:05 mail postfix/smtp[4711]: 4QX{n:06}: to=<bob@example.org>, dsn=4.7.1, status=deferred (later)\n"
            )
        };
        let log: String = (0..12_000).map(line).collect();
        let pasted = error_file(file(log.as_bytes()).path()).expect("a text");
        assert!(pasted.cut && pasted.text.len() <= Reader::MOST);
        assert!(pasted.text.starts_with("Nov 20") && pasted.text.ends_with(&line(11_999)));
    }

    #[test]
    fn a_packed_log_is_unpacked_and_its_end_taken() {
        let line = |n: usize| {
            format!(
                "Nov 20 16:40:05 mail postfix/smtp[4711]: 4QX{n:06}: to=<bob@example.org>, dsn=4.7.1, status=deferred (later)\n"
            )
        };
        for (lines, cut) in [(3, false), (30_000, true)] {
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            (0..lines).for_each(|n| std::io::Write::write_all(&mut packed, line(n).as_bytes()).expect("memory"));
            let pasted = error_file(file(&packed.finish().expect("memory")).path()).expect("a text");
            assert_eq!(pasted.cut, cut);
            assert!(pasted.text.starts_with("Nov 20") && pasted.text.ends_with(&line(lines - 1)));
            assert!(pasted.text.len() <= Reader::MOST);
        }
    }

    #[test]
    fn what_is_no_text_is_said_so() {
        assert!(error_file(file(b"PK\0\0").path()).expect_err("no text").contains("no text"));
        assert!(error_file(file(b" \n").path()).expect_err("nothing").contains("empty"));
        assert!(error_file(Path::new("/")).expect_err("a folder").contains("folder"));
        assert!(error_file(Path::new("/no/such/file")).expect_err("nothing").contains("no file"));
    }
}
