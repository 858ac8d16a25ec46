//! Messages that were written to do harm, or that nobody could have written: an answer comes, and in time that grows with the text.

use heloise::reading::Reader;
use proptest::prelude::*;

use crate::{kind, only, read};

const HEAD: &str = "From: MAILER-DAEMON@mail.example.net\nTo: alice@example.net\nSubject: Undelivered\n";

#[test]
fn multiparts_in_multiparts_without_end_are_left() {
    let mut deep = HEAD.to_owned();
    for i in 0..20_000 {
        deep.push_str(&format!("Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n"));
    }
    deep.push_str("\n550 5.1.1 User unknown\n");
    assert!(read(&deep).items.len() < 10);
}

#[test]
fn messages_in_messages_without_end_are_left() {
    let deep = format!(
        "From: a@example.net\nTo: b@example.org\n{}",
        "Content-Type: message/rfc822\n\nFrom: a@example.net\n".repeat(20_000)
    );
    assert!(read(&deep).items.len() < 10);
}

#[test]
fn very_many_parts_are_not_all_read() {
    let text = format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=b\n\n{}",
        "--b\nContent-Type: text/plain\n\n<bob@example.org>: 550 5.1.1 User unknown\n".repeat(10_000)
    );
    assert!(!read(&text).items.is_empty());
}

#[test]
fn very_many_recipients_are_not_all_kept() {
    let many: String = (0..10_000)
        .map(|i| format!("Final-Recipient: rfc822; u{i}@example.org\nAction: failed\nStatus: 5.1.1\n\n"))
        .collect();
    let text = format!(
        "{HEAD}Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n{many}--b--\n"
    );
    assert_eq!(read(&text).items.len(), 1_000);
}

#[test]
fn lines_that_look_like_edges_cost_no_more_than_others() {
    let text = format!("{HEAD}Content-Type: multipart/mixed; boundary=\"-\"\n\n{}", "--\n---\n----\n".repeat(80_000));
    assert!(read(&text).items.len() < 10);
}

#[test]
fn one_endless_line_is_one_line() {
    for unit in ["a", "<", "@", "<b@example.org> ", "550 ", "=?", "&", "--b", "\u{1b}$B", "Received: ", "\""] {
        let text = format!("{HEAD}Content-Type: text/html\n\n{}", unit.repeat(Reader::MOST / unit.len()));
        assert!(read(&text).items.len() <= 1_000, "{unit}");
        let text = format!(
            "{HEAD}Content-Type: multipart/report; boundary=b\n\n--b\n\n{}",
            unit.repeat(Reader::MOST / unit.len())
        );
        assert!(read(&text).items.len() <= 1_000, "{unit}");
    }
}

#[test]
fn broken_encodings_give_what_can_be_had() {
    let body = |encoding: &str, charset: &str, body: &str| {
        format!("{HEAD}Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n{body}\n")
    };
    let broken = [
        body("quoted-printable", "utf-8", "<bob@example.org>: 550 5.1.1 User=20unknown =ZZ ="),
        body("base64", "no-such-set", "PGJvYkBleGFt\n cGxlLm9yZz46IDU1MCA1LjEuMSBVc2VyIHVua25vd24"),
        body("x-unknown", "utf-16", "<bob@example.org>: 550 5.1.1 User unknown"),
        body("7bit", "\"", "<bob@example.org>: 550 5.1.1 User unknown"),
        body("8bit", "koi8-r", "<bob@example.org>: 550 5.1.1 User unknown \u{f0}\u{d2}"),
    ];
    for text in broken {
        let item = only(&text);
        assert_eq!((kind(&item), item.recipient.as_deref()), ("no-such-user", Some("bob@example.org")), "{text}");
    }
}

#[test]
fn octets_of_any_character_set_are_read_by_its_name() {
    let text = format!(
        "{HEAD}Content-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: base64\n\nPGJvYkBleGFtcGxlLm9yZz46IDU1MCDQz9ne1MAg1dgg\n"
    );
    let item = only(&text);
    assert_eq!((item.recipient.as_deref(), item.reply.code), (Some("bob@example.org"), 550));
    assert!(item.reply.text[0].chars().any(|c| ('а'..='я').contains(&c)), "{:?}", item.reply.text);
}

/// Pieces of messages, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "From: MAILER-DAEMON@example.net\n",
        "To: alice@example.net\n",
        "Subject: =?utf-8?B?w7w=?= failed\n",
        "Subject: =?iso-2022-jp?B?GyRC?=\n",
        "Content-Type: multipart/report; boundary=b\n",
        "Content-Type: multipart/digest;\n boundary=\"c\"\n",
        "Content-Type: message/delivery-status\n",
        "Content-Type: message/rfc822\n",
        "Content-Type: text/html; charset=koi8-r\n",
        "Content-Transfer-Encoding: base64\n",
        "Content-Transfer-Encoding: quoted-printable\n",
        "\n",
        "\r\n",
        "\n--b\n",
        "\n--b--\n",
        "\n--c\n",
        "--",
        "Reporting-MTA: dns; x\n",
        "Final-Recipient: rfc822;IMCEASMTP-a+40b@c\n",
        "Final-Recipient: utf-8; \\x{41}\\x{D800}@x\n",
        "Action: delayed\n",
        "Status: 5.1.1 (no)\n",
        "Diagnostic-Code: smtp; 550",
        " 5.1.1 gone\n",
        "<b\u{f6}b@example.org>:\n",
        "<<< 550 5.1.1 no\n",
        ">>> RCPT TO:<a@b>\n",
        "=E4=",
        "8NLJ18XU",
        "<p>&#x110000;&amp;</p><!--",
        "<style>",
        "\u{1b}$B0E\u{1b}(B",
        "----- Transcript",
        "Received: from a by b.c; Fri, 20 Nov 2026 10:00:00 +9999\n",
        "Authentication-Results: x; dmarc=fail;\n",
        "\u{0}",
        "\u{1f980}",
    ]);
    prop::collection::vec(piece, 0..50).prop_map(|p| p.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_mixture_of_pieces_of_messages_is_read_without_harm(text in pieces()) {
        for item in read(&text).items {
            prop_assert!(item.recipient.as_ref().is_none_or(|r| !r.is_empty() && !r.chars().any(char::is_control)));
            prop_assert!(item.reply.text.iter().all(|t| !t.chars().any(char::is_control)));
            prop_assert!(item.reporter.is_none_or(|r| !r.is_empty()));
        }
    }
}
