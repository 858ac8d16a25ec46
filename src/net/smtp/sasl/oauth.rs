//! A token in place of a password: XOAUTH2 and OAUTHBEARER (RFC 7628), which differ in form only.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::transcript::{Secret, clean_line};

/// The longest value of a refusal that is kept, in characters.
const VALUE_MAX: usize = 120;

/// XOAUTH2's one response.
pub(super) fn xoauth2(user: &str, token: &Secret) -> String {
    format!("user={user}\x01auth=Bearer {}\x01\x01", token.expose())
}

/// OAUTHBEARER's one response (RFC 7628 §3.1).
pub(super) fn bearer(user: &str, token: &Secret, server: &str, port: u16) -> String {
    // RFC 5801 §4: the two characters that divide the header.
    let user = user.replace('=', "=3D").replace(',', "=2C");
    format!("n,a={user},\x01host={server}\x01port={port}\x01auth=Bearer {}\x01\x01", token.expose())
}

/// What a refusal says: `status`, and where it names them `scope` and `schemes` (RFC 7628 §3.2.2). Nothing where it is no such thing.
pub(super) fn refusal(json: &[u8]) -> BTreeMap<&'static str, String> {
    let Ok(Value::Object(said)) = serde_json::from_slice(json) else { return BTreeMap::new() };
    let value = |name: &'static str| {
        let text = match said.get(name)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        let text = clean_line(&text, VALUE_MAX);
        (!text.is_empty()).then_some((name, text))
    };
    ["status", "scope", "schemes"].into_iter().filter_map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearers_name_cannot_break_out_of_its_header() {
        let said = bearer("a=b,c@example.org", &Secret::new("t0ken".to_owned()), "mx.example.org", 587);
        assert!(said.starts_with("n,a=a=3Db=2Cc@example.org,\x01host=mx.example.org\x01port=587\x01auth=Bearer t0ken"));
    }

    #[test]
    fn a_refusal_is_read_whether_numbers_are_texts_or_not() {
        let told = refusal(br#"{"status":400,"schemes":"Bearer","scope":"https://mail.example.org/"}"#);
        assert_eq!(told["status"], "400");
        assert_eq!(told["scope"], "https://mail.example.org/");
        assert_eq!(refusal(br#"{"status":"invalid_token","x":1}"#)["status"], "invalid_token");
    }

    #[test]
    fn what_is_no_refusal_tells_nothing() {
        for json in [&b""[..], b"{}", b"[1]", b"no", b"{\"status\":null}", b"\xff\xfe", b"{\"status\":\"\x01\"}"] {
            assert!(refusal(json).is_empty(), "{json:?}");
        }
    }
}
