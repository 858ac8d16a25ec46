use std::sync::{Arc, LazyLock};

use super::*;
use crate::guide::Guide;
use crate::reading::Reader;

static READER: LazyLock<Reader> = LazyLock::new(|| Reader::new(Arc::new(Guide::embedded())));

fn given(text: &str) -> Clues {
    let reading = READER.text(text);
    clues(text, reading.source, &reading.items[0])
}

fn host(host: &str, port: Option<u16>) -> Option<Target> {
    Some(Target { host: host.to_owned(), port })
}

#[test]
fn a_bounce_names_recipient_sender_refuser_and_the_address_it_came_from() {
    let c = given(
        "From: MAILER-DAEMON@mail.example.net\nTo: alice@example.net\nSubject: Undelivered Mail Returned to Sender\n\n\
         This is the mail system at host mail.example.net.\nYour message could not be delivered.\n\n\
         <bob@example.org>: host mx1.example.org[192.0.2.25] said: 554 5.7.1 Service unavailable; Client host\n    \
         [198.51.100.7] blocked using zen.spamhaus.org (in reply to RCPT TO command)\n",
    );
    assert_eq!(c.to.as_deref(), Some("bob@example.org"));
    assert_eq!(c.from.as_deref(), Some("alice@example.net"));
    assert_eq!((c.server, c.refused_by.as_deref()), (None, Some("mx1.example.org")));
    assert_eq!(c.ip, Some([198, 51, 100, 7].into()));
}

#[test]
fn the_message_that_is_given_back_names_its_sender_better_than_the_bounce() {
    let c = given(
        "From: MAILER-DAEMON@mail.example.net\nTo: list-owner@example.net\nSubject: failure notice\n\n\
         <bob@example.org>:\n550 5.1.1 no such user\n\n--- Below this line is a copy of the message.\n\n\
         Return-Path: <alice@example.net>\nFrom: Alice <alice@example.net>\nTo: bob@example.org\n\nHello\n",
    );
    assert_eq!(c.from.as_deref(), Some("alice@example.net"));
}

#[test]
fn a_log_names_the_sender_in_another_line_of_the_same_mail() {
    let c = given(
        "Nov 20 16:40:01 mail postfix/qmgr[12]: 4QXabcd1: from=<alice@example.net>, size=900, nrcpt=1 (queue active)\n\
         Nov 20 16:40:01 mail postfix/qmgr[12]: 4QXother: from=<eve@example.net>, size=900, nrcpt=1 (queue active)\n\
         Nov 20 16:40:05 mail postfix/smtp[13]: 4QXabcd1: to=<bob@example.org>, relay=mx1.example.org[192.0.2.25]:25, dsn=5.1.1, status=bounced (host mx1.example.org[192.0.2.25] said: 550 5.1.1 User unknown (in reply to RCPT TO command))\n",
    );
    assert_eq!((c.to.as_deref(), c.from.as_deref()), (Some("bob@example.org"), Some("alice@example.net")));
    assert_eq!(c.refused_by.as_deref(), Some("mx1.example.org"));
    assert_eq!(c.ip, None, "the address in brackets is the server's");
}

#[test]
fn a_server_that_a_program_logs_in_at_is_the_users_own() {
    let c = given("msmtp: host smtp.example.net:587 said: 535 5.7.8 Error: authentication failed");
    assert_eq!(c.server, host("smtp.example.net", Some(587)));
    assert_eq!(c.refused_by, None);
}

#[test]
fn a_server_that_could_not_be_reached_is_tested_with_its_port() {
    let c = given("Error: connect to smtp.example.net[192.0.2.10]:465: Connection timed out");
    assert_eq!(c.server, host("smtp.example.net", Some(465)));
    assert_eq!(c.ip, None);
}

#[test]
fn a_refused_helo_name_is_taken_and_another_is_not() {
    let log = |what: &str| {
        format!(
            "Nov 20 16:40:05 mx1 postfix/smtpd[13]: NOQUEUE: reject: RCPT from client.example.net[198.51.100.7]: {what}; from=<alice@example.net> to=<bob@example.org> proto=ESMTP helo=<laptop.example.net>"
        )
    };
    let c = given(&log("504 5.5.2 <laptop.example.net>: Helo command rejected: need fully-qualified hostname"));
    assert_eq!(c.helo.as_deref(), Some("laptop.example.net"));
    assert_eq!(c.from.as_deref(), Some("alice@example.net"));
    assert_eq!(given(&log("550 5.1.1 <bob@example.org>: User unknown")).helo, None);
}

#[test]
fn an_inner_address_is_nobodys_sending_address() {
    let c = given("554 5.7.1 Service unavailable; Client host [10.0.0.7] blocked using zen.spamhaus.org");
    assert_eq!(c.ip, None);
}

#[test]
fn nothing_is_made_up() {
    let c = given("550 5.7.1 rejected by policy");
    assert_eq!(c, Clues::default());
}
