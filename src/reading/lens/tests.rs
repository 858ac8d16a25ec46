use std::sync::{Arc, LazyLock};

use super::*;
use crate::guide::Guide;
use crate::reading::Reader;

static READER: LazyLock<Reader> = LazyLock::new(|| Reader::new(Arc::new(Guide::embedded())));

/// Part is marked for the `nth` failure of a text.
fn marked(text: &str, nth: usize) -> Vec<(Part, String)> {
    let item = &READER.text(text).items[nth];
    lens(text, item).marks.into_iter().map(|m| (m.part, text[m.at].to_owned())).collect()
}

fn of(part: Part, marks: &[(Part, String)]) -> Vec<&str> {
    marks.iter().filter(|(w, _)| *w == part).map(|(_, t)| t.as_str()).collect()
}

#[test]
fn code_enhanced_code_and_phrase_are_marked_where_they_stand() {
    let marks = marked("550 5.1.1 <bob@example.org>: User unknown", 0);
    assert_eq!(of(Part::Code, &marks), ["550"]);
    assert_eq!(of(Part::Enhanced, &marks), ["5.1.1"]);
    assert_eq!(of(Part::Phrase, &marks), ["User unknown"]);
}

#[test]
fn a_wrapped_and_quoted_phrase_is_marked_line_by_line() {
    let text =
        "> 554 5.7.1 Service unavailable; Client host\n> [192.0.2.7] blocked using\n> zen.spamhaus.org; see the page\n";
    let marks = marked(text, 0);
    assert_eq!((of(Part::Code, &marks), of(Part::Enhanced, &marks)), (vec!["554"], vec!["5.7.1"]));
    let phrase = of(Part::Phrase, &marks).join(" ");
    assert!(phrase.contains("blocked using zen.spamhaus.org"), "{marks:?}");
    assert!(!phrase.contains('>'), "{marks:?}");
}

#[test]
fn codes_on_each_line_of_a_reply_are_marked_as_codes() {
    let text = "550-5.7.26 Unauthenticated email from example.net is not accepted due to\n\
                550-5.7.26 domain's DMARC policy. Please visit\n550 5.7.26 the help page - gsmtp";
    let marks = marked(text, 0);
    assert_eq!(of(Part::Code, &marks), ["550"; 3]);
    assert_eq!(of(Part::Enhanced, &marks), ["5.7.26"; 3]);
    assert!(of(Part::Phrase, &marks).concat().contains("DMARC policy"), "{marks:?}");
}

#[test]
fn of_two_that_read_alike_each_is_found_at_its_own_recipient() {
    let text = "<ann@example.org>: host mx1.example.org[192.0.2.25] said:\n    550 5.1.1 User unknown (in reply to RCPT TO command)\n\n\
                <bob@example.org>: host mx1.example.org[192.0.2.25] said:\n    550 5.1.1 User unknown (in reply to RCPT TO command)\n";
    let reading = READER.text(&format!("Mail system at host mail.example.net: undeliverable.\n\n{text}"));
    let places: Vec<_> = reading.items.iter().map(|i| lens(text, i).start()).collect();
    let bob = text.find("<bob").expect("bob");
    assert_eq!(reading.items.len(), 2);
    assert!(places[0].expect("a place") < bob && places[1].expect("a place") > bob, "{places:?}");
}

#[test]
fn a_report_is_marked_where_the_words_stand_and_its_status_serves_where_they_have_none() {
    let text = "Final-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 mailbox is over quota\n";
    let full = format!(
        "From: MAILER-DAEMON@mail.example.net\nTo: alice@example.net\nSubject: Undelivered Mail\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nIt could not be delivered.\n\n\
         --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.example.net\n\n{text}\n--b--\n"
    );
    let marks = marked(&full, 0);
    assert_eq!((of(Part::Code, &marks), of(Part::Enhanced, &marks)), (vec!["552"], vec!["5.2.2"]));
    assert!(!of(Part::Phrase, &marks).is_empty(), "{marks:?}");
}

#[test]
fn soft_breaks_of_quoted_printable_do_not_hide_a_word() {
    let item = &READER.text("550 5.1.1 User unknown in virtual mailbox table").items[0];
    let text = "550 5.1.1 User unkn=\nown in virtual mail=\r\nbox table";
    let marks = lens(text, item).marks;
    let phrase: String = marks.iter().filter(|m| m.part == Part::Phrase).map(|m| &text[m.at.clone()]).collect();
    assert!(phrase.contains("unkn") && phrase.contains("own"), "{marks:?}");
    assert!(marks.iter().all(|m| !text[m.at.clone()].contains('\n')));
}

#[test]
fn a_number_that_only_contains_the_code_is_not_marked() {
    let marks = marked("550 5.1.1 User unknown, queue 4550, see 192.0.2.550.", 0);
    assert_eq!(of(Part::Code, &marks), ["550"]);
}

#[test]
fn a_line_of_a_log_is_found_among_thousands_that_look_like_it() {
    let line = |n: usize, to: &str| {
        format!(
            "Nov 20 16:40:05 mail postfix/smtp[{n}]: 4QX{n:05}: to=<{to}>, relay=mx1.example.org[192.0.2.25]:25, dsn=5.1.1, status=bounced (host mx1.example.org[192.0.2.25] said: 550 5.1.1 User unknown (in reply to RCPT TO command))\n"
        )
    };
    let mut text: String = (0..900).map(|n| line(n, &format!("user{n}@example.org"))).collect();
    let at = text.len();
    text += &line(900, "bob@example.org");
    let reading = READER.text(&text);
    let item = reading.items.iter().find(|i| i.recipient.as_deref() == Some("bob@example.org")).expect("bob");
    assert!(lens(&text, item).start().expect("a place") > at);
}

#[test]
fn what_cannot_be_found_again_marks_nothing() {
    let item = &READER.text("550 5.1.1 User unknown").items[0];
    assert_eq!(lens("PGJvYkBleGFtcGxlLm9yZz4=", item), Lens::default());
    assert_eq!(lens("", item), Lens::default());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]
    #[test]
    fn marks_are_sound_whatever_the_text_is(
        before in "(\\PC|\n|=\n|> ){0,60}",
        behind in "(\\PC|\r\n|550 |5\\.1\\.1 ){0,60}",
        reply in "(550[ -])?(5\\.1\\.1 )?(user unknown|blocked using [a-z.]{3,12}|\\PC{0,30})",
    ) {
        let text = format!("{before}{reply}{behind}");
        for item in READER.text(&format!("550 {reply}")).items.iter().chain(&READER.text(&text).items) {
            let found = lens(&text, item);
            let mut end = 0;
            for mark in &found.marks {
                proptest::prop_assert!(mark.at.start >= end && mark.at.end > mark.at.start);
                proptest::prop_assert!(!text[mark.at.clone()].contains('\n'));
                end = mark.at.end;
            }
        }
    }
}
