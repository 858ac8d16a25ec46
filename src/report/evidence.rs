//! The facts of a report, each under its evidence id.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::transcript::{Entry, EvidenceId, Fact};

/// A fact that something can point at.
#[derive(Clone, Debug, Serialize)]
pub struct Evidence {
    /// `e12`.
    pub id: String,
    /// The sort of the contract: dns, tcp, tls, reply, transcript, message, host, http.
    pub kind: &'static str,
    /// Milliseconds since the session began.
    pub at: u64,
    /// What happened, in the transcript's own word.
    pub event: String,
    /// The fact's own fields.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

/// A fact as evidence.
pub(super) fn evidence(id: EvidenceId, entry: &Entry) -> Evidence {
    let (event, mut fields) = fields(entry);
    // How a dialogue broke off has the name that evidence gives its own sort.
    if let Some(how) = fields.remove("kind") {
        fields.insert("how".to_owned(), how);
    }
    Evidence { id: id.to_string(), kind: sort(&entry.fact), at: entry.at, event, fields }
}

/// Whether a fact is about the outside world, and so always part of the evidence.
pub(super) fn is_outside(fact: &Fact) -> bool {
    use Fact::{Broke, Connect, Dns, Host, Http, Message, Received, Sent, Tls, Trace};
    matches!(
        fact,
        Dns { .. }
            | Connect { .. }
            | Tls { .. }
            | Sent { .. }
            | Received { .. }
            | Broke { .. }
            | Host { .. }
            | Http { .. }
            | Trace { .. }
            | Message { .. }
    )
}

/// A fact's word and its own fields.
pub(super) fn fields(entry: &Entry) -> (String, Map<String, Value>) {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(entry) else { return Default::default() };
    let event = fields.remove("fact").and_then(|f| f.as_str().map(str::to_owned)).unwrap_or_default();
    fields.remove("at");
    // What was typed and never sent is nobody else's.
    if event == "typed" {
        fields.remove("fields");
    }
    // A finding has an id of its own, and points at others by their numbers.
    if let Some(own) = fields.remove("id") {
        fields.insert("finding".to_owned(), own);
    }
    if let Some(Value::Array(ids)) = fields.get_mut("evidence") {
        ids.iter_mut().for_each(|id| *id = Value::String(format!("e{id}")));
    }
    (event, fields)
}

fn sort(fact: &Fact) -> &'static str {
    match fact {
        Fact::Dns { .. } => "dns",
        Fact::Connect { .. } => "tcp",
        Fact::Tls { .. } => "tls",
        Fact::Received { .. } => "reply",
        Fact::Message { .. } => "message",
        Fact::Host { .. } => "host",
        Fact::Http { .. } => "http",
        _ => "transcript",
    }
}
