//! Where what is read comes from: a file or standard input, unpacked where it is gzip, in UTF-8 where it was UTF-16.

use std::cell::Cell;
use std::fs;
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::path::Path;
use std::rc::Rc;

use flate2::read::MultiGzDecoder;

use super::super::{Trouble, input};

/// What is read before it is decided how to go on, in octets.
pub(super) const HEAD: usize = 64 * 1024;

/// What is read.
pub(super) struct Source {
    from: Chain<Cursor<Vec<u8>>, Box<dyn Read>>,
    /// The beginning: all of it, where it is shorter than [`HEAD`].
    pub(super) head: Vec<u8>,
    /// How it is named in a message.
    pub(super) shown: String,
    /// The size of the file, if it is one.
    pub(super) total: Option<u64>,
    taken: Rc<Cell<u64>>,
}

impl Source {
    /// Opens a file, or standard input for `-`, and looks at its beginning.
    pub(super) fn open(path: &Path, why: &str) -> Result<Self, Trouble> {
        let shown = input::shown(path);
        let total = fs::metadata(path).ok().filter(|m| m.is_file() && !input::is_stdin(path)).map(|m| m.len());
        let taken = Rc::new(Cell::new(0));
        let counted = Counted { from: input::open(path, why)?, taken: Rc::clone(&taken) };
        let fail = |e: io::Error| cannot(&shown, &e);
        let (magic, from) = begun(Box::new(counted), 6).map_err(fail)?;
        if let Some((what, how)) = packed(&magic) {
            let line = format!("{shown} is packed with {what}: unpack it first, as in {how} FILE | heloise read");
            return Err(Trouble::data(line));
        }
        let from: Box<dyn Read> = match magic.starts_with(b"\x1f\x8b") {
            true => Box::new(MultiGzDecoder::new(BufReader::with_capacity(HEAD, from))),
            false => Box::new(from),
        };
        let (first, from) = begun(from, 64).map_err(fail)?;
        let from: Box<dyn Read> = match crate::run::wide(&first) {
            Some(little) => {
                Box::new(Utf16 { from: Box::new(from), little, ready: Cursor::default(), odd: Vec::new(), high: None })
            }
            None => Box::new(from),
        };
        let (head, from) = begun(from, HEAD).map_err(fail)?;
        if head.iter().all(u8::is_ascii_whitespace) && head.len() < HEAD {
            return Err(Trouble::data(format!("{shown} is empty: {why}")));
        }
        if !crate::run::is_text(&head) {
            return Err(Trouble::data(format!("{shown} is not text: {why}")));
        }
        Ok(Self { from, head, shown, total, taken })
    }

    /// Whether there is more than its beginning.
    pub(super) fn is_long(&self) -> bool {
        self.head.len() >= HEAD
    }

    /// How many octets of the file were read.
    pub(super) fn taken(&self) -> u64 {
        self.taken.get()
    }

    /// The next piece; none at the end.
    pub(super) fn piece<'b>(&mut self, room: &'b mut [u8]) -> Result<Option<&'b [u8]>, Trouble> {
        loop {
            match self.from.read(room) {
                Ok(0) => return Ok(None),
                Ok(got) => return Ok(Some(&room[..got])),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(cannot(&self.shown, &e)),
            }
        }
    }
}

/// The first octets, and a reader that gives them again.
#[expect(clippy::type_complexity, reason = "it is named once")]
fn begun(mut from: Box<dyn Read>, most: usize) -> io::Result<(Vec<u8>, Chain<Cursor<Vec<u8>>, Box<dyn Read>>)> {
    let mut first = Vec::new();
    from.by_ref().take(most as u64).read_to_end(&mut first)?;
    Ok((first.clone(), Cursor::new(first).chain(from)))
}

/// What a file is packed with that is not unpacked here, and what unpacks it.
fn packed(magic: &[u8]) -> Option<(&'static str, &'static str)> {
    let known: [(&[u8], _, _); 5] = [
        (b"\xfd7zXZ", "xz", "xz -dc"),
        (b"BZh", "bzip2", "bzip2 -dc"),
        (b"\x28\xb5\x2f\xfd", "zstd", "zstd -dc"),
        (b"\x04\x22\x4d\x18", "lz4", "lz4 -dc"),
        (b"PK\x03\x04", "zip", "unzip -p"),
    ];
    known.iter().find(|(m, ..)| magic.starts_with(m)).map(|(_, what, how)| (*what, *how))
}

fn cannot(shown: &str, error: &io::Error) -> Trouble {
    let reason = match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => "what is packed in it is damaged".to_owned(),
        io::ErrorKind::UnexpectedEof => "what is packed in it ends in the middle".to_owned(),
        _ => input::reason(error),
    };
    Trouble::data(format!("cannot read {shown}: {reason}"))
}

struct Counted {
    from: Box<dyn Read>,
    taken: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let got = self.from.read(room)?;
        self.taken.set(self.taken.get() + got as u64);
        Ok(got)
    }
}

/// UTF-16 (RFC 2781) as UTF-8, piece by piece.
struct Utf16 {
    from: Box<dyn Read>,
    little: bool,
    ready: Cursor<Vec<u8>>,
    /// An octet whose other half has not come yet.
    odd: Vec<u8>,
    /// The first half of a pair.
    high: Option<u16>,
}

impl Read for Utf16 {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            let got = self.ready.read(room)?;
            if got > 0 || room.is_empty() {
                return Ok(got);
            }
            let mut octets = vec![0; 16 * 1024];
            let got = self.from.read(&mut octets)?;
            if got == 0 {
                return Ok(0);
            }
            let octets = [&std::mem::take(&mut self.odd)[..], &octets[..got]].concat();
            let (pairs, rest) = octets.as_chunks::<2>();
            self.odd = rest.to_vec();
            let mut units: Vec<u16> = self.high.take().into_iter().collect();
            units.extend(
                pairs.iter().map(|p| if self.little { u16::from_le_bytes(*p) } else { u16::from_be_bytes(*p) }),
            );
            if units.last().is_some_and(|u| (0xd800..0xdc00).contains(u)) {
                self.high = units.pop();
            }
            self.ready =
                Cursor::new(String::from_utf16_lossy(&units).trim_start_matches('\u{feff}').as_bytes().to_vec());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(octets: Vec<u8>, little: bool) -> String {
        let mut text = String::new();
        let from = Box::new(Cursor::new(octets));
        Utf16 { from, little, ready: Cursor::default(), odd: Vec::new(), high: None }
            .read_to_string(&mut text)
            .unwrap();
        text
    }

    #[test]
    fn wide_text_is_read_whole_across_its_pieces() {
        let text = "a\u{1f4e7}".repeat(9_000);
        let little = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!((wide(little, true), wide(big, false)), (text.clone(), text));
    }
}
