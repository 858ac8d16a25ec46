//! The transcript as lines of JSON, one event each.

use serde::Serialize;
use serde_json::{Map, Value};

use super::escape::json_text;
use super::evidence::fields;
use crate::transcript::{Entry, EvidenceId};

/// One entry as one line, without its line end: `{"event":"received","id":"e12","at":224,…}`.
#[must_use]
pub fn event(id: EvidenceId, entry: &Entry) -> String {
    #[derive(Serialize)]
    struct Line {
        event: String,
        id: String,
        at: u64,
        #[serde(flatten)]
        fields: Map<String, Value>,
    }
    let (event, fields) = fields(entry);
    let line = Line { event, id: id.to_string(), at: entry.at, fields };
    json_text(&serde_json::to_string(&line).unwrap_or_default())
}
