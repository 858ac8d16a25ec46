//! Mail addresses inside other text.

use std::sync::LazyLock;

use regex::Regex;

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:"[^"\n]+"|[^\s<>@"'`,;:()\[\]{}=|\\]+)@(?:[A-Za-z0-9_-]+\.)*[A-Za-z0-9_-]+"#).expect("a pattern")
});

/// The addresses of a text, in order.
pub(super) fn all(text: &str) -> impl Iterator<Item = &str> {
    ADDRESS.find_iter(text).map(|m| m.as_str().trim_end_matches('.').trim_start_matches(['.', '*']))
}

/// Whether an address is one that a mail system writes from.
pub(super) fn is_system(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or_default().to_ascii_lowercase();
    ["postmaster", "mailer-daemon", "mail-daemon", "mailerdaemon", "no-reply", "noreply", "mailer_daemon", "bounce"]
        .contains(&local.as_str())
}
