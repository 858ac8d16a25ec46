//! The ways in which people paste a reply: quoted, wrapped, indented, cut, in a sentence, through HTML or a terminal.

use proptest::prelude::*;

use crate::{each, read, told};

const REPLY: &str = "550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown in virtual mailbox table";
const WANTED: &str = "550 5.1.1 no-such-user rcpt bob@example.org -";

#[test]
fn quoting_indenting_fences_colours_and_html_change_nothing() {
    let ways = [
        format!("> {REPLY}"),
        format!("> > {REPLY}"),
        format!("    {REPLY}"),
        format!("\t{REPLY}\r\n"),
        format!("```\n{REPLY}\n```"),
        format!("```text\n{REPLY}\n```\n"),
        format!("`{REPLY}`"),
        format!("\"{REPLY}\""),
        format!("\u{201c}{REPLY}\u{201d}"),
        format!("\u{1b}[1;31m{REPLY}\u{1b}[0m"),
        format!("[31m{REPLY}[0m"),
        format!("* {REPLY}"),
        format!("- {REPLY}"),
        format!("{{\"error\": \"{REPLY}\"}}"),
        format!("{{\"error\": \"Mail failed\", \"detail\": \"{REPLY}\\r\\n\"}}"),
        format!("<p>{}</p>", REPLY.replace('<', "&lt;").replace('>', "&gt;")),
        REPLY.replace('<', "&lt;").replace('>', "&gt;"),
        REPLY.replace(' ', "\u{a0}"),
        format!("\u{feff}{REPLY}"),
        format!("(in reply to RCPT TO command) {REPLY}"),
    ];
    for way in ways {
        told(&way, &[WANTED]);
    }
}

#[test]
fn a_reply_may_be_wrapped_at_any_column() {
    for width in 20..90 {
        let mut lines = vec![String::new()];
        for word in REPLY.split(' ') {
            let line = lines.last_mut().expect("a line");
            if !line.is_empty() && line.len() + 1 + word.len() > width {
                lines.push(word.to_owned());
            } else {
                line.push_str(if line.is_empty() { "" } else { " " });
                line.push_str(word);
            }
        }
        told(&lines.join("\n"), &[WANTED]);
        told(&format!("> {}", lines.join("\n> ")), &[WANTED]);
    }
}

#[test]
fn a_reply_of_several_lines_may_be_joined_to_one() {
    let lines = "550-5.7.26 Unauthenticated email from example.net is not accepted due to\n550-5.7.26 domain's DMARC policy.\n550 5.7.26 See the page";
    told(lines, &["550 5.7.26 dmarc-reject - - -"]);
    told(&lines.replace('\n', " "), &["550 5.7.26 dmarc-reject - - -"]);
    told(&lines.replace('\n', "\\n"), &["550 5.7.26 dmarc-reject - - -"]);
    told(&lines.replace('\n', "<br>"), &["550 5.7.26 dmarc-reject - - -"]);
    told(&lines.replace('\n', "\n\n"), &["550 5.7.26 dmarc-reject - - -"]);
    told("550-5.1.1 no such user here\n550-5.1.1 (cut", &["550 5.1.1 no-such-user - - -"]);
}

#[test]
fn a_reply_that_is_cut_gives_what_is_left() {
    let cases = [
        (
            "ient address rejected: User unknown in virtual mailbox table (in reply to RCPT TO command)",
            "- - no-such-user rcpt - -",
        ),
        ("5.7.1 <bob@example.org>: Relay access denied", "- 5.7.1 relay-denied - bob@example.org -"),
        ("50 5.1.1 <bob@example.org>: User unknown", "- 5.1.1 no-such-user - bob@example.org -"),
        ("550 5.1.1 <bob@exam", "550 5.1.1 no-such-user - - -"),
        ("550 5.1.1", "550 5.1.1 no-such-user - - -"),
        ("User unknown in virtual alias table", "- - no-such-user - - -"),
        ("#5.1.1", "- 5.1.1 no-such-user - - -"),
    ];
    each(&cases);
}

#[test]
fn a_reply_in_a_sentence_is_found_with_whom_it_is_about() {
    let cases = [
        (
            "Hi, since Monday I get 550 5.7.1 Relaying denied when I send to bob@example.org, any idea?",
            "550 5.7.1 relay-denied - bob@example.org -",
        ),
        ("our printer says SMTP error 535 authentication failed", "535 - bad-credentials auth - -"),
        (
            "My customer can't mail us, their server said \"554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using bl.example.org\" yesterday.",
            "554 5.7.1 ip-listed - - -",
        ),
        ("What does 452 4.2.2 mailbox full mean?", "452 4.2.2 mailbox-full - - -"),
        (
            "Error 421, Cannot connect to SMTP server 192.0.2.25 (192.0.2.25:25), connect error 10060",
            "421 - timeout - - -",
        ),
    ];
    each(&cases);
}

#[test]
fn a_date_a_size_or_a_line_number_is_no_reply_code() {
    for text in [
        "the meeting is at 450 Main Street",
        "index.js:550:21",
        "received 500 bytes in 421 ms",
        "version 5.5.1 of the program",
    ] {
        assert!(read(text).items.iter().all(|i| i.reply.code == 0), "{text}");
    }
}

/// What programs and people put around replies.
fn around() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "550 5.1.1 ",
        "550-",
        "421",
        "(535, b'",
        "')",
        "\\n",
        "\\",
        "\\u00",
        "\"",
        "&lt;",
        "&#",
        "&#x110000;",
        "<br",
        "</p>",
        "\u{1b}[",
        "[31",
        "m",
        "`",
        "```",
        "> ",
        "| ",
        "\n",
        "\r\n",
        "<bob@example.org>",
        "response: '",
        "recipient: 'eve@example.org'",
        "SMTPAddressFailedException: 550 ",
        "following recipients failed: bob@example.org: ",
        "Detail: ",
        "SMTP code: 550",
        "The server response was: ",
        "Mailbox unavailable",
        "nested exception is: ",
        "RCPT TO:<",
        "DATA",
        "reply: b'",
        "SERVER -> CLIENT: ",
        "\u{201c}",
        "\u{a0}",
        "é",
    ]);
    prop::collection::vec(piece, 0..50).prop_map(|p| p.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_mixture_of_what_programs_print_is_read_without_harm(text in around()) {
        for item in read(&text).items {
            prop_assert!(item.reply.code == 0 || (400..600).contains(&item.reply.code));
            prop_assert!(item.recipient.is_none_or(|r| r.contains('@')));
        }
    }
}
