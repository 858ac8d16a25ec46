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
fn a_reply_may_be_broken_inside_a_word_by_a_narrow_terminal() {
    let mut broken = 0;
    for width in 20..45 {
        let signs: Vec<char> = REPLY.chars().collect();
        let lines: Vec<String> = signs.chunks(width).map(|c| c.iter().collect()).collect();
        // A line that ends in a space loses it when it is copied, and is then like one that was wrapped.
        if lines.iter().all(|l| l.trim() == l) {
            broken += 1;
            told(&lines.join("\n"), &[WANTED]);
        }
    }
    assert!(broken > 5, "{broken}");
    told(
        "450-4.2.0 Greylisted, come back\n450-4.2.0 later, please do so and\n450 4.2.0 see the page",
        &["450 4.2.0 greylisting - - -"],
    );
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
        ("SMTP Error: [550] 5.1.1 User unknown", "550 5.1.1 no-such-user - - -"),
        ("\"550\",\"5.7.1\",\"Unable to relay\"", "550 5.7.1 relay-denied - - -"),
        ("status: 550; message: Unable to relay for bob@example.org", "550 - relay-denied - - -"),
        ("Delivery to bob@example.org failed: 452 4.2.2 Mailbox full", "452 4.2.2 mailbox-full - bob@example.org -"),
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

#[test]
fn as_much_as_is_read_of_any_one_sign_ends() {
    let pieces = [
        "(550, b'",
        "550-5.1.1 x\n",
        "5.1.1 x\n",
        "<",
        "&lt;",
        "\\n",
        "response: '550 ",
        "> ",
        "[31m",
        "`",
        "{\"email\":\"a@b\"",
        "a@b: ",
        "Detail: ",
        "SMTPAddressFailedException: 550 x\n",
        "nested exception is: 550 ",
        "\u{1b}[",
        "recipient ",
    ];
    for piece in pieces {
        let text = piece.repeat(100_000 / piece.len());
        assert!(read(&text).items.len() <= 10_000, "{piece}");
    }
}

#[test]
fn lettre_names_a_code_digit_by_digit() {
    let cases = [
        (
            "lettre::transport::smtp::Error { kind: Permanent(Code { severity: PermanentNegativeCompletion, category: Unspecified3, detail: Five }), source: \"5.7.8 Error: authentication failed\" }",
            "535 5.7.8 bad-credentials auth - -",
        ),
        (
            "thread 'main' panicked at 'not sent: lettre::transport::smtp::Error { kind: Permanent(Code { severity: PermanentNegativeCompletion, category: Unspecified3, detail: Four }) }', src/main.rs:27:19",
            "534 - app-password-required auth - -",
        ),
        (
            "smtp failed: Transient(Response { code: Code { severity: TransientNegativeCompletion, category: MailSystem, detail: One }, message: [\"4.7.1 Greylisted, come back later\"] })",
            "451 4.7.1 greylisting - - -",
        ),
        ("permanent error (552): 5.2.2 mailbox full", "552 5.2.2 mailbox-full - - -"),
    ];
    each(&cases);
}

#[test]
fn a_program_without_a_server_or_out_of_step_is_told_from_a_refusal() {
    let cases = [
        ("SMTP not configured, check your grafana.ini config file's [smtp] section", "- - server-config - - -"),
        (
            "lvl=eror msg=\"Failed to send alert notification email\" error=\"Grafana mailing/smtp options not configured, contact your Grafana admin\"",
            "- - server-config - - -",
        ),
        (
            "Expected response code \"354\" but got code \"250\", with message \"250 2.1.5 Ok\"",
            "- - command-sequence data - -",
        ),
        (
            "Uncaught Swift_TransportException: Expected response code 354 but got code \"503\"",
            "503 - command-sequence data - -",
        ),
        (
            "No connection could be made because the target machine actively refused it. 127.0.0.1:25",
            "- - port-refused connect - -",
        ),
    ];
    each(&cases);
}
