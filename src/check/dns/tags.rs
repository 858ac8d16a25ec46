//! Records of the form `name=value; name=value` (RFC 6376 §3.2): DKIM keys, DMARC, MTA-STS, TLS-RPT, BIMI.

/// One `name=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    /// In lower case, as most of them are compared so.
    pub(super) name: String,
    /// Without the white space around it.
    pub(super) value: String,
    /// The column of its name, in characters, from 1.
    pub(super) column: usize,
}

/// A fault of a record: which rule, where, and what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// `dmarc.policy`, as `assets/records.toml` words it.
    pub(super) rule: &'static str,
    /// What stands there.
    pub(super) term: String,
    /// Its column, from 1.
    pub(super) column: usize,
}

impl Fault {
    pub(super) fn at(rule: &'static str, tag: &Tag) -> Self {
        Self { rule, term: format!("{}={}", tag.name, tag.value), column: tag.column }
    }
}

/// The tags in order, and the pieces that are none.
pub(super) fn tags(record: &str) -> (Vec<Tag>, Vec<(String, usize)>) {
    let (mut tags, mut odd, mut offset) = (Vec::new(), Vec::new(), 0);
    for piece in record.split(';') {
        let start = offset + (piece.len() - piece.trim_start().len());
        offset += piece.len() + 1;
        let bare = piece.trim();
        if bare.is_empty() {
            continue;
        }
        let column = record[..start].chars().count() + 1;
        match bare.split_once('=') {
            Some((name, value)) if is_name(name.trim()) => {
                let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().to_owned());
                tags.push(Tag { name, value, column });
            }
            _ => odd.push((bare.to_owned(), column)),
        }
    }
    (tags, odd)
}

/// The value of the first tag of that name.
pub(super) fn value<'t>(tags: &'t [Tag], name: &str) -> Option<&'t str> {
    tags.iter().find(|t| t.name == name).map(|t| t.value.as_str())
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
