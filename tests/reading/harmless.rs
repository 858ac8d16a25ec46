//! Whatever is pasted, reading it ends, in good time and without harm.

use heloise::reading::{Reader, explain};
use proptest::prelude::*;

use crate::{GUIDE, only, read};

#[test]
fn nothing_that_comes_back_can_touch_a_terminal() {
    let item = only("550 5.1.1 <bob\u{1b}[2J@example.org>\u{202e}: User unknown in \u{9b}31m local table");
    let shown = serde_json::to_value(&item).expect("an item is JSON");
    let mut texts = Vec::new();
    collect(&shown, &mut texts);
    assert!(texts.iter().all(|t| !t.chars().any(|c| c.is_control() || c == '\u{202e}')), "{texts:?}");
}

#[test]
fn no_address_brings_a_control_character_with_it() {
    for text in [
        "550 5.1.1 \0\0bob\0@example.org\0 unknown",
        "550 5.1.1 \u{1b}]0;bob@example.org\u{7} unknown",
        "From: MAILER-DAEMON@example.net\n@\0\u{9b}a@example.net\nSubject: failure notice\n\n<p>550 user unknown</p>\n",
        "The mail to \u{1b}[2Jbob\u{202e}@example.org could not be sent: mailbox unknown",
    ] {
        for item in read(text).items {
            let named = item.recipient.iter().chain(&item.reporter);
            assert!(named.clone().all(|r| !r.chars().any(|c| c.is_control() || c == '\u{202e}')), "{text:?}: {item:?}");
        }
    }
}

fn collect(value: &serde_json::Value, texts: &mut Vec<String>) {
    match value {
        serde_json::Value::String(s) => texts.push(s.clone()),
        serde_json::Value::Array(all) => all.iter().for_each(|v| collect(v, texts)),
        serde_json::Value::Object(all) => all.values().for_each(|v| collect(v, texts)),
        _ => {}
    }
}

#[test]
fn a_message_in_a_message_in_a_message_does_not_end_us() {
    let deep = format!("From: a@example.net\nTo: b@example.org\n{}", "Content-Type: message/rfc822\n\n".repeat(30_000));
    assert!(read(&deep).items.len() < 10);
}

#[test]
fn a_huge_text_is_read_only_so_far() {
    let mut huge = "x".repeat(Reader::MOST);
    huge.push_str("\n550 5.1.1 User unknown\n");
    assert!(read(&huge).items.iter().all(|i| i.reply.code == 0));
}

/// Pieces that texts of this sort are made of, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "550",
        "-",
        " ",
        "5.1.1",
        "\n",
        "\r\n",
        "<bob@example.org>",
        ":",
        "said: ",
        "From: a@example.net",
        "To: b@example.org",
        "\n\n",
        "> ",
        "<** ",
        "Content-Type: multipart/report; boundary=b",
        "--b",
        "--b--",
        "Final-Recipient: rfc822; x@example.org",
        "Action: failed",
        "Status: 5.0.0",
        "Diagnostic-Code: smtp; ",
        "Content-Type: message/delivery-status",
        "postfix/smtp[1]: ",
        "status=bounced (",
        ")",
        "'",
        "\"",
        "(550, b'",
        "\\",
        "\u{1b}$B",
        "ü",
        "\u{1f980}",
        "RCPT TO:<",
        "421",
        "4.7.0",
        "2026-11-20 10:00:00 ",
        "** ",
        "reject: RCPT from ",
        "Authentication-Results: ",
        "dmarc=fail",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|p| p.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_harm(text in any::<String>()) {
        let reading = read(&text);
        prop_assert!(reading.items.len() <= text.len() + 1);
    }

    #[test]
    fn any_mixture_of_known_pieces_is_read_without_harm(text in pieces()) {
        for item in read(&text).items {
            prop_assert!(item.reply.text.iter().all(|t| !t.chars().any(char::is_control)));
            prop_assert!(item.recipient.is_none_or(|r| !r.is_empty()));
        }
        let _ = explain(&GUIDE, &text);
    }
}
