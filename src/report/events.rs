//! The transcript as lines of JSON, one event each.

use serde_json::{Value, json};

use super::escape::json_text;
use super::evidence::fields;
use crate::transcript::{Entry, EvidenceId};

/// One entry as one line, without its line end: `{"event":"received","id":"e12","at":224,…}`.
#[must_use]
pub fn event(id: EvidenceId, entry: &Entry) -> String {
    let (event, mut fields) = fields(entry);
    if let Some(own) = fields.remove("id") {
        fields.insert("finding".to_owned(), own);
    }
    let mut line = json!({ "event": event, "id": id.to_string(), "at": entry.at });
    if let Value::Object(line) = &mut line {
        line.extend(fields);
    }
    json_text(&line.to_string())
}
