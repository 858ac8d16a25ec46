//! How replies are read.

use proptest::prelude::*;

use super::*;

fn read(octets: &[u8]) -> ReplyParts {
    parse_reply(octets, Stage::Rcpt).unwrap()
}

/// The kind of break that this line is as the first of a reply.
fn fault(line: &[u8]) -> BreakKind {
    Assembly::new(Stage::Greeting).push(line, &str::to_owned).unwrap_err().kind
}

#[test]
fn a_reply_of_several_lines_is_kept_whole() {
    let reply =
        read(b"550-5.1.1 There is no such account.\r\n550-5.1.1 Look for\r\n550 5.1.1  https://example.org/x\r\n");
    assert_eq!(reply.code, 550);
    assert_eq!(reply.enhanced, "5.1.1".parse().ok());
    assert_eq!(reply.text, ["There is no such account.", "Look for", "https://example.org/x"]);
}

#[test]
fn a_code_in_brackets_behind_the_words_counts_and_stays_with_them() {
    let reply = read(b"550 sorry, no mailbox here by that name (#5.1.1)\r\n");
    assert_eq!(reply.enhanced, "5.1.1".parse().ok());
    assert_eq!(reply.text, ["sorry, no mailbox here by that name (#5.1.1)"]);
    assert_eq!(read(b"550 no (see rule #5.1.1)\r\n").enhanced, None);
}

#[test]
fn a_code_without_text_is_a_reply() {
    assert_eq!(read(b"250\r\n"), ReplyParts { code: 250, enhanced: None, text: vec![String::new()] });
    assert_eq!(read(b"250-\r\n250 \r\n").text, ["", ""]);
}

#[test]
fn bare_line_feeds_nul_and_latin_1_are_taken() {
    let reply = read(b"550-Bo\xeete pleine\n550 a\0b\n");
    assert_eq!(reply.text, ["Bo\u{ee}te pleine", "a\u{fffd}b"]);
    assert_eq!(read("550 Bo\u{ee}te\r\n".as_bytes()).text, ["Bo\u{ee}te"]);
}

#[test]
fn the_last_line_decides_where_codes_change() {
    assert_eq!(read(b"250-first\r\n550 second\r\n").code, 550);
}

#[test]
fn a_line_without_a_code_inside_a_reply_is_text() {
    assert_eq!(read(b"550-one\r\nfolded\r\n550 two\r\n").text, ["one", "folded", "two"]);
}

#[test]
fn empty_lines_before_a_reply_are_passed_over() {
    assert_eq!(read(b"\r\n \r\n220 mx\r\n").code, 220);
}

#[test]
fn what_is_not_smtp_is_called_so() {
    for line in [
        &b"HTTP/1.1 400 Bad Request"[..],
        b"SSH-2.0-x",
        b"+OK ready",
        b"* OK",
        b"\x15\x03\x01",
        b"2200 x",
        b"22",
        b"192.0.2.1",
        b"099 x",
    ] {
        assert_eq!(fault(line), BreakKind::NotSmtp, "{line:?}");
        assert!(!may_begin_reply(line) || line.len() < 3, "{line:?}");
    }
}

#[test]
fn a_masked_greeting_is_still_one() {
    let greeting = parse_reply(b"220****************2******\r\n", Stage::Greeting).unwrap();
    assert_eq!((greeting.code, greeting.text[0].as_str()), (220, "****************2******"));
}

#[test]
fn an_enhanced_code_is_found_in_its_usual_dresses() {
    for (text, enhanced, rest) in [
        ("550 5.7.1 no", "5.7.1", "no"),
        ("550 #5.1.0 Address rejected", "5.1.0", "Address rejected"),
        ("550 5.7.1: no", "5.7.1", "no"),
        ("550 5.7.606", "5.7.606", ""),
        ("550 4.7.1 the class is off", "4.7.1", "the class is off"),
    ] {
        let reply = read(format!("{text}\r\n").as_bytes());
        assert_eq!(reply.enhanced, enhanced.parse().ok(), "{text}");
        assert_eq!(reply.text, [rest], "{text}");
    }
}

#[test]
fn of_several_enhanced_codes_the_one_of_the_codes_class_counts() {
    assert_eq!(read(b"550-4.2.1 a\r\n550 5.7.1 b\r\n").enhanced, "5.7.1".parse().ok());
}

#[test]
fn addresses_and_versions_are_no_enhanced_codes() {
    assert_eq!(read(b"550 5.6.7.8 is blocked\r\n").enhanced, None);
    assert_eq!(read(b"550 3.1.1 x\r\n").enhanced, None);
    let greeting = parse_reply(b"220 2.5.1 of some server\r\n", Stage::Greeting).unwrap();
    assert_eq!((greeting.enhanced, greeting.text[0].as_str()), (None, "2.5.1 of some server"));
}

#[test]
fn a_reply_ends_at_its_limits() {
    let mut many = Assembly::new(Stage::Ehlo);
    for _ in 0..LINES_MAX {
        assert_eq!(many.push(b"250-x", &str::to_owned), Ok(false));
    }
    assert_eq!(many.push(b"250 x", &str::to_owned).unwrap_err().kind, BreakKind::TooLong);
    let mut big = Assembly::new(Stage::Ehlo);
    let line = [b"250-".as_slice(), &[b'x'; 4000]].concat();
    let kept = (0..LINES_MAX).take_while(|_| big.push(&line, &str::to_owned).is_ok()).count();
    assert_eq!(kept, OCTETS_MAX / (line.len() + 2));
}

#[test]
fn a_secret_is_taken_out_before_the_line_is_cut() {
    let long = format!("550 {}secret", "x".repeat(TEXT_MAX - 4));
    let mut assembly = Assembly::new(Stage::Auth);
    assembly.push(long.as_bytes(), &|text| text.replace("secret", "-")).unwrap();
    assert!(!assembly.finish().unwrap().text[0].contains("sec"));
}

proptest! {
    #[test]
    fn whatever_comes_is_read_without_a_panic_and_comes_out_clean(octets: Vec<u8>) {
        for prefix in [&b""[..], b"250-", b"550 5.1.1 "] {
            let octets = [prefix, &octets, b"\r\n250 end\r\n"].concat();
            if let Some(reply) = parse_reply(&octets, Stage::Rcpt) {
                prop_assert!((100..1000).contains(&reply.code));
                prop_assert!(reply.text.len() <= LINES_MAX);
                for line in &reply.text {
                    prop_assert!(!line.chars().any(char::is_control) && line.chars().count() <= TEXT_MAX);
                }
            }
        }
    }

    #[test]
    fn what_can_be_read_could_be_hoped_for_from_its_first_octet(octets in "[0-9 *\\-a\r]{0,6}") {
        let line = octets.as_bytes();
        if split(line).is_some() {
            for end in 0..=line.len() {
                prop_assert!(may_begin_reply(&line[..end]), "{line:?}");
            }
        }
    }
}
