//! Octets that people hand over, as text.

/// Text of any usual encoding: UTF-8 (bad octets replaced), or UTF-16. None where it is no text.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<String> {
    if let Some(little) = wide(bytes) {
        let (pairs, _) = bytes.as_chunks::<2>();
        let units = pairs.iter().map(|p| if little { u16::from_le_bytes(*p) } else { u16::from_be_bytes(*p) });
        let text = String::from_utf16_lossy(&units.collect::<Vec<u16>>());
        return Some(text.trim_start_matches('\u{feff}').to_owned());
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    is_text(bytes).then(|| String::from_utf8_lossy(bytes).into_owned())
}

/// Whether it is UTF-16 with the lower octet first, or with the higher: by its mark, or by a NUL in each pair of the first.
#[must_use]
pub fn wide(bytes: &[u8]) -> Option<bool> {
    match bytes {
        [0xff, 0xfe, ..] => return Some(true),
        [0xfe, 0xff, ..] => return Some(false),
        _ => {}
    }
    let (pairs, _) = bytes[..bytes.len().min(64)].as_chunks::<2>();
    let all = |nul: usize| {
        pairs.len() >= 4 && pairs.iter().all(|p| p[nul] == 0 && p[1 - nul].is_ascii() && p[1 - nul] >= b'\t')
    };
    if all(1) { Some(true) } else { all(0).then_some(false) }
}

/// Whether octets are text: logs that were cut off by a crash have a few NULs in them, programs and pictures many.
#[must_use]
pub fn is_text(bytes: &[u8]) -> bool {
    let odd = |b: &&u8| b.is_ascii_control() && !matches!(b, b'\t' | b'\n' | b'\r' | 0x08 | 0x0c | 0x1b);
    bytes.iter().filter(odd).count() * 20 <= bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_as_windows_and_unix_write_it() {
        assert_eq!(decode(b"550 no").as_deref(), Some("550 no"));
        assert_eq!(decode(b"\xef\xbb\xbf550").as_deref(), Some("550"));
        assert_eq!(decode(b"\xff\xfe5\x005\x000\x00").as_deref(), Some("550"));
        assert_eq!(decode(b"\xfe\xff\x005\x005\x000").as_deref(), Some("550"));
        assert_eq!(decode(b"\x7fELF\0\0"), None);
    }
}
