//! Bounces about several recipients, in several parts, and about the message that a bounce gives back.

use heloise::reading::Source;

use crate::{kind, only, read};

fn recipients(text: &str) -> Vec<(String, String)> {
    read(text).items.iter().map(|i| (i.recipient.clone().unwrap_or_default(), kind(i).to_owned())).collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

const HEAD: &str = "From: Mail Delivery System <mailer-daemon@mail.example.net>\nTo: alice@example.net\nSubject: Mail delivery failed\n";

#[test]
fn recipients_that_share_a_reason_are_all_named() {
    let text = format!(
        "{HEAD}\nYour mail could not be delivered to:\n\n<bob@example.org>\n<eve@example.org>:\n550 5.1.1 User unknown\n"
    );
    assert_eq!(recipients(&text), pairs(&[("bob@example.org", "no-such-user"), ("eve@example.org", "no-such-user")]));
}

#[test]
fn each_recipient_has_its_own_line_of_the_transcript() {
    let text = format!(
        "{HEAD}\n   ----- The following addresses had permanent fatal errors -----\nbob@example.org\neve@example.org\n\n   ----- Transcript of session follows -----\n\
         550 5.1.1 bob@example.org... User unknown\n552 5.2.2 eve@example.org... Mailbox full\n"
    );
    assert_eq!(recipients(&text), pairs(&[("bob@example.org", "no-such-user"), ("eve@example.org", "mailbox-full")]));
}

#[test]
fn a_transcript_does_not_lend_its_codes_to_a_recipient_with_a_reason() {
    let text = format!(
        "{HEAD}\n   ----- The following addresses had permanent fatal errors -----\n<bob@example.org>\n    (reason: 550 5.1.1 User unknown)\n<eve@example.org>\n    (reason: 552 5.2.2 Mailbox full)\n\n\
         ----- Transcript of session follows -----\n... while talking to mx1.example.org.:\n>>> DATA\n<<< 550 5.1.1 User unknown\n<<< 552 5.2.2 Mailbox full\n<<< 503 5.0.0 Need RCPT\n"
    );
    assert_eq!(recipients(&text), pairs(&[("bob@example.org", "no-such-user"), ("eve@example.org", "mailbox-full")]));
}

#[test]
fn the_sender_that_a_bounce_names_is_no_recipient() {
    let text = format!(
        "{HEAD}X-Failed-Recipients: bob@example.org\n\nA message sent by\n\n  <info@example.com>\n\ncould not be delivered:\n\n  bob@example.org\n    550 5.1.1 User unknown\n"
    );
    assert_eq!(recipients(&text), pairs(&[("bob@example.org", "no-such-user")]));
}

#[test]
fn the_recipient_is_taken_from_the_message_where_the_bounce_is_silent() {
    let text = format!(
        "{HEAD}\nYour message was rejected: 550 5.7.1 this is spam\n\n--- Original message follows ---\nFrom: alice@example.net\nTo: Bob <bob@example.org>\n\nHello\n"
    );
    assert_eq!(only(&text).recipient.as_deref(), Some("bob@example.org"));
}

#[test]
fn a_report_without_blank_lines_between_recipients_tells_both() {
    let text = format!(
        "{HEAD}Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.example.net\n\n\
         Final-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.1.1\nFinal-Recipient: rfc822; eve@example.org\nAction: failed\nStatus: 5.2.2\n--b--\n"
    );
    assert_eq!(recipients(&text), pairs(&[("bob@example.org", "no-such-user"), ("eve@example.org", "mailbox-full")]));
}

#[test]
fn the_message_that_is_given_back_is_not_read_as_the_bounce() {
    let text = format!(
        "{HEAD}\nYour message to bob@example.org was rejected: 552 5.2.2 Mailbox full\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <alice@example.net>\n\n550 5.1.1 User unknown\n"
    );
    assert_eq!(kind(&only(&text)), "mailbox-full");
}

#[test]
fn what_the_sender_wrote_about_codes_is_no_bounce() {
    let text = "From: bob@example.org\nTo: alice@example.net\nSubject: Re: Hello\nAuto-Submitted: auto-generated\n\nThe server said 550 5.1.1 User unknown to others.\n";
    assert_eq!(read(text).source, Source::NotABounce);
}
