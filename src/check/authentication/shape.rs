//! The shape of name and password, looked at on this machine. What is told of it is an id, and never a part of it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use crate::check::Context;
use crate::transcript::{Finding, Secret};

/// Shorter texts may look like anything.
const CODED_LEAST: usize = 12;
/// No password is as long as a token.
const TOKEN_LEAST: usize = 200;

/// Records what is odd about what was given, where a login with that mechanism was refused or none could be tried.
pub(super) fn look(cx: &Context, user: &str, secret: &Secret, mechanism: Option<&str>) {
    let text = secret.expose();
    for id in of_secret(text, mechanism).into_iter().chain(of_user(user)) {
        cx.found(Finding::new(id).arg("user", user));
    }
}

/// Whether it looks like a password that a provider made for one program, or like a token.
pub(super) fn is_made_for_programs(secret: &Secret) -> bool {
    let text = secret.expose().trim();
    is_token(text) || app_password(text).is_some()
}

/// What is odd about a password.
fn of_secret(text: &str, mechanism: Option<&str>) -> Vec<&'static str> {
    if is_token(text) {
        let fits = mechanism.is_none_or(|m| m.contains("OAUTH"));
        return if fits { Vec::new() } else { vec!["authentication.secret.token"] };
    }
    if mechanism.is_some_and(|m| m.contains("OAUTH")) {
        return vec!["authentication.secret.no-token"];
    }
    let mut found = Vec::new();
    let bare = text.trim_matches(['\r', '\n']);
    if bare.contains(['\r', '\n']) || bare.len() < text.len() {
        found.push("authentication.secret.line-break");
    }
    let inner = bare.trim();
    if inner.len() < bare.len() {
        found.push("authentication.secret.space-around");
    }
    match app_password(inner) {
        Some(true) => found.push("authentication.secret.app-password-spaced"),
        Some(false) => found.push("authentication.secret.app-password"),
        None if inner.contains(char::is_whitespace) => found.push("authentication.secret.space-inside"),
        None => {}
    }
    if ['"', '\'', '`'].iter().any(|q| inner.len() > 2 && inner.starts_with(*q) && inner.ends_with(*q)) {
        found.push("authentication.secret.quoted");
    }
    if !text.is_ascii() {
        found.push("authentication.secret.not-ascii");
    }
    if is_coded(inner) {
        found.push("authentication.secret.base64");
    }
    found
}

/// What is odd about a login name.
fn of_user(user: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    if user.contains(char::is_whitespace) {
        found.push("authentication.user.space");
    }
    // Windows' own way to name a domain is DOMAIN\name.
    if !user.contains(['@', '\\']) {
        found.push("authentication.user.no-domain");
    }
    found
}

/// Whether it is an OAuth access token by its form: three parts with dots between (RFC 7519 §3), Google's, or very long.
pub(super) fn is_token(text: &str) -> bool {
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_=".contains(&b));
    let signed = text.starts_with("eyJ") && text.split('.').count() >= 3 && text.split('.').all(word);
    signed || (text.len() >= 40 && text.starts_with("ya29.")) || (text.len() >= TOKEN_LEAST && !text.contains(' '))
}

/// Whether it is a password as large providers make them for programs: 16 small letters, in one piece or as four by four. `true`: with the
/// spaces that it is shown with.
fn app_password(text: &str) -> Option<bool> {
    let letters = |part: &str, n: usize| part.len() == n && part.bytes().all(|b| b.is_ascii_lowercase());
    if letters(text, 16) {
        return Some(false);
    }
    let dashed: Vec<&str> = text.split('-').collect();
    if dashed.len() == 4 && dashed.iter().all(|part| letters(part, 4)) {
        return Some(false);
    }
    let spaced: Vec<&str> = text.split_whitespace().collect();
    (spaced.len() == 4 && spaced.iter().all(|part| letters(part, 4))).then_some(true)
}

/// Whether it is base64 of something that can be read: a password does not come out as text by chance.
fn is_coded(text: &str) -> bool {
    let Ok(octets) = BASE64_STANDARD.decode(text).map(Zeroizing::new) else { return false };
    text.len() >= CODED_LEAST && octets.iter().all(|b| (b' '..=b'~').contains(b) || *b == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Vec<&'static str> {
        of_secret(text, Some("PLAIN")).iter().map(|id| id.trim_start_matches("authentication.secret.")).collect()
    }

    #[test]
    fn each_shape_has_its_id() {
        for (text, expected) in [
            ("correct-horse", &[][..]),
            (" correct-horse", &["space-around"]),
            ("correct-horse\n", &["line-break"]),
            ("correct-horse \r\n", &["line-break", "space-around"]),
            ("correct horse", &["space-inside"]),
            ("abcd efgh ijkl mnop", &["app-password-spaced"]),
            ("abcdefghijklmnop", &["app-password"]),
            ("abcd-efgh-ijkl-mnop", &["app-password"]),
            ("\"correct-horse\"", &["quoted"]),
            ("gr\u{fc}\u{df}e", &["not-ascii"]),
            ("correct\u{a0}horse", &["space-inside", "not-ascii"]),
            ("Y29ycmVjdC1ob3JzZQ==", &["base64"]),
            ("Xk9aQ2mPz7Lr", &[]),
        ] {
            assert_eq!(ids(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_token_is_told_from_a_password() {
        let jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl";
        assert_eq!(ids(jwt), ["token"]);
        assert_eq!(of_secret(jwt, Some("XOAUTH2")), [""; 0]);
        assert_eq!(of_secret("correct-horse", Some("OAUTHBEARER")), ["authentication.secret.no-token"]);
        assert!(is_token(&"a".repeat(300)) && is_token(&format!("ya29.{}", "x".repeat(60))));
        assert!(!is_token("eyJ.no dots here.") && !is_token("ya29.short"));
    }

    #[test]
    fn a_name_without_a_domain_or_with_a_space_is_told() {
        assert_eq!(of_user("alice"), ["authentication.user.no-domain"]);
        assert_eq!(of_user("alice@example.org "), ["authentication.user.space"]);
        assert_eq!(of_user("EXAMPLE\\alice"), [""; 0]);
        assert_eq!(of_user("alice@example.org"), [""; 0]);
    }
}
