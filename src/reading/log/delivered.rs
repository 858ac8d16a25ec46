//! What a line about a delivery that went well tells: who was reached, and what their server said.

use super::{Entry, Line, Sessions, address_after, host, parse, unwrapped, value_after};
use crate::reading::address;
use crate::reading::draft::Draft;
use crate::reading::find;

/// The delivery that a line tells of.
pub(in crate::reading) fn delivered(line: &str) -> Option<Draft> {
    let inner = unwrapped(line);
    let line = inner.as_deref().unwrap_or(line);
    if !matches!(parse(line, &mut Sessions::default())?.line, Line::Delivered) {
        return None;
    }
    let text = Entry::of(line).text;
    let to = ["to=", "addr=", "rcpt="].iter().find_map(|n| address_after(text, n));
    // Exim: `=> bob@example.org R=…`; of others the first that is named.
    let to = to.map(std::borrow::Cow::into_owned).or_else(|| {
        let behind = ["=> ", "-> ", ">> "].iter().find_map(|a| text.split_once(a)).map_or(text, |(_, b)| b);
        address::all(behind).next().map(str::to_owned)
    });
    let mut found = find::whole(said(text).unwrap_or_default());
    found.enhanced = value_after(text, "dsn=").and_then(|d| d.parse().ok()).or(found.enhanced);
    let relay = value_after(text, "relay=").or_else(|| text.split_once(" H=").map(|(_, h)| h)).and_then(host);
    found.server = found.server.or_else(|| relay.map(|r| r.to_ascii_lowercase()));
    Some(Draft { recipient: to, found, permanent: None })
}

/// The answer in a line: `status=sent (250 …)`, `stat=Sent (…)`, `C="250 …"`, `stat="250 …"`.
fn said(text: &str) -> Option<&str> {
    let quoted = |name: &str| text.split_once(name).and_then(|(_, q)| q.split('"').next());
    let bracketed = || {
        let at = text.rfind("status=").or_else(|| text.rfind("stat="))?;
        let inner = text[at..].split_once('(')?.1;
        Some(inner.trim_end().trim_end_matches(')'))
    };
    quoted(" C=\"").or_else(|| quoted(" stat=\"")).or_else(bracketed)
}
