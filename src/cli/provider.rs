//! `heloise explain gmail.com`: where a provider takes outgoing mail, and what it wants for a login.

use serde::Serialize;

use super::ListFormat;
use crate::check::{Login, Provider, SecretKind};
use crate::report::{columns, json_text};

/// As wide as the text is.
const WIDTH: usize = 80;
/// Where text hangs behind its label.
const INDENT: usize = 14;

#[derive(Serialize)]
struct Row<'a> {
    topic: &'a str,
    id: &'a str,
    title: &'a str,
    says: String,
    host: &'a str,
    ways: Vec<String>,
    login: &'a str,
    secret: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    made_at: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    switch_on: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    as_of: &'a str,
    sources: Vec<&'a str>,
}

/// What is said about a provider, in that format.
pub(super) fn explained(provider: &Provider, format: ListFormat) -> String {
    let row = row(provider);
    if format == ListFormat::Json {
        #[derive(Serialize)]
        struct Whole<'a> {
            schema: &'a str,
            items: [Row<'a>; 1],
        }
        let whole = Whole { schema: "heloise.explanation/1", items: [row] };
        return json_text(&serde_json::to_string_pretty(&whole).unwrap_or_default()) + "\n";
    }
    let mut out = columns("", 0, &format!("{}: {}", row.id, row.title), WIDTH);
    out.push_str(&columns("", 2, &row.says, WIDTH));
    let closed = provider.host.is_empty();
    let lines = [
        ("  Server", (!closed).then_some(row.host)),
        ("  Login name", (!closed).then_some(row.login)),
        ("  Password", (!closed).then_some(row.secret.as_str())),
        ("  Made at", row.made_at),
        ("  Turn on", row.switch_on),
        ("  Note", row.note),
        ("  As of", Some(row.as_of)),
    ];
    for (label, value) in lines.into_iter().filter_map(|(label, value)| Some((label, value?))) {
        out.push_str(&columns(label, INDENT, value, WIDTH));
    }
    out + &columns("  Source", INDENT, &row.sources.join("; "), WIDTH)
}

fn row(provider: &Provider) -> Row<'_> {
    let says = provider.closed.as_ref().map_or_else(
        || format!("Programs send by {}, port {}.", provider.host, provider.ways_spoken()),
        |why| format!("No mail program can send there: {why}."),
    );
    let login = match (&provider.login_is, provider.login) {
        (Some(fixed), _) => fixed.as_str(),
        (None, Login::Address) => "the whole address",
        (None, Login::Local) => "what stands before the @",
        (None, Login::Either) => "the whole address, or what stands before the @",
        (None, Login::Given) => "the one that the provider gives",
    };
    let since = provider.since.as_ref().map_or_else(String::new, |since| format!(" (since {since})"));
    let kinds: Vec<_> = provider.secrets.iter().map(|kind| spoken(*kind)).collect();
    Row {
        topic: "provider",
        id: &provider.id,
        title: &provider.name,
        says,
        host: &provider.host,
        ways: provider.ways.iter().map(ToString::to_string).collect(),
        login,
        secret: kinds.join(", or ") + &since,
        made_at: provider.made_at.as_deref(),
        switch_on: provider.switch_on.as_deref(),
        note: provider.note.as_deref(),
        as_of: &provider.as_of,
        sources: provider.source.split("; ").collect(),
    }
}

fn spoken(kind: SecretKind) -> &'static str {
    match kind {
        SecretKind::Password => "the account's own",
        SecretKind::AppPassword => "an app password, made for one program",
        SecretKind::Oauth => "none: the program lets you sign in on the provider's page (OAuth)",
        SecretKind::Key => "a key made for sending",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Knowledge;
    use crate::guide::Guide;

    #[test]
    fn every_provider_is_explained() {
        let guide = Guide::embedded();
        let know = Knowledge::load(|name| guide.file(name)).unwrap();
        for provider in know.providers.iter() {
            let text = explained(provider, ListFormat::Text);
            assert!(text.contains(&provider.name) && text.contains("Source") && !text.contains("  ."), "{text}");
            let json: serde_json::Value = serde_json::from_str(&explained(provider, ListFormat::Json)).unwrap();
            assert_eq!(json["items"][0]["id"], provider.id);
        }
        let gmail = explained(know.providers.by_any("gmail.com").unwrap(), ListFormat::Text);
        assert!(gmail.contains("smtp.gmail.com, port 465 with TLS or 587 with STARTTLS"), "{gmail}");
    }
}
