//! A pasted text is read, shown with what decided in it, and leads on; of several failures one is chosen.

use heloise::transcript::{Case, Entry, Fact};
use heloise::tui::{Event, Launch};
use heloise::walk::Walk;

use crate::seat::{Seat, real_guide, setup};

const BOUNCE: &str = "From: MAILER-DAEMON@mail.example.net\nTo: alice@example.net\nSubject: Undelivered Mail Returned to Sender\n\n\
    This is the mail system at host mail.example.net. It could not be delivered.\n\n\
    <bob@example.org>: host mx1.example.org[192.0.2.25] said: 554 5.7.1 Service unavailable; Client host\n    \
    [198.51.100.7] blocked using zen.spamhaus.org (in reply to RCPT TO command)\n";

const THREE: &str = "From: MAILER-DAEMON@mail.example.net\nTo: alice@example.net\nSubject: Undelivered Mail Returned to Sender\n\n\
    This is the mail system at host mail.example.net. It could not be delivered.\n\n\
    <ann@example.org>: host mx1.example.org[192.0.2.25] said: 550 5.1.1 User unknown (in reply to RCPT TO command)\n\n\
    <bob@example.org>: host mx1.example.org[192.0.2.25] said: 554 5.7.1 Service unavailable; Client host\n    \
    [198.51.100.7] blocked using zen.spamhaus.org (in reply to RCPT TO command)\n\n\
    <eve@example.org>: host mx1.example.org[192.0.2.25] said: 552 5.2.2 Mailbox full (in reply to RCPT TO command)\n";

/// The real guide, with a text that was pasted and read.
async fn pasted(text: &str, width: u16, height: u16) -> Seat {
    let mut seat = Seat::sized(Launch::new(setup(real_guide())), width, height);
    seat.send(Event::Paste(text.to_owned()));
    seat.press("Enter");
    seat.settle().await;
    seat
}

fn replayed(seat: &Seat) -> Walk {
    Walk::replay(seat.app.walk().transcript().entries())
}

#[tokio::test]
async fn a_bounce_is_shown_with_what_it_means_and_where_it_leads() {
    let mut seat = pasted(BOUNCE, 80, 24).await;
    let screen = seat.sees("Next ▸ Blocklists");
    for words in ["using zen.spamhaus.org", "is on a spam", "Whose move: you.", "First:", "Sure, by its own words"] {
        assert!(screen.contains(words), "{words}:\n{screen}");
    }
}

#[tokio::test]
async fn what_the_text_gives_away_fills_the_case_and_later_forms_say_so() {
    let mut seat = pasted(BOUNCE, 80, 24).await;
    let case = seat.app.walk().case();
    assert_eq!(case.to, ["bob@example.org"]);
    assert_eq!(case.from.as_deref(), Some("alice@example.net"));
    assert_eq!(case.ip, Some([198, 51, 100, 7].into()));
    seat.press("Enter n Right");
    seat.press("Esc");
    // Whatever step it is, the form of the blocklists has the address.
    let mut seat = pasted(BOUNCE, 80, 24).await;
    seat.press("Enter Enter");
    seat.settle().await;
    seat.press("i");
    let form = seat.sees("taken from your text");
    assert!(form.contains("198.51.100.7"), "{form}");
}

#[tokio::test]
async fn of_several_failures_one_is_chosen_and_the_walk_follows_it() {
    let mut seat = pasted(THREE, 80, 24).await;
    let screen = seat.sees("Your text tells of 3 failures. Which one shall we follow?");
    assert!(screen.contains("ann@example.org") && screen.contains("eve@example.org"), "{screen}");
    seat.press("Down Enter");
    seat.settle().await;
    seat.sees("failure 2 of 3");
    seat.sees("Next ▸ Blocklists");
    assert_eq!(seat.app.walk().case().to, ["bob@example.org"]);
    assert_eq!(seat.app.walk().case().failure, Some(1));
    assert_eq!(*seat.app.walk(), replayed(&seat), "the choice is in the transcript");
}

#[tokio::test]
async fn another_failure_can_be_followed_later_and_brings_its_own_values() {
    let mut seat = pasted(THREE, 80, 24).await;
    seat.press("Down Enter");
    seat.settle().await;
    seat.press("l");
    seat.sees("bob@example.org (followed now)");
    seat.press("Down Enter");
    seat.settle().await;
    seat.sees("failure 3 of 3");
    assert_eq!(seat.app.walk().case().to, ["eve@example.org"]);
    let screen = seat.sees("Next ▸ Recipient");
    assert!(!screen.contains("blocklist"), "the other one does not count any more:\n{screen}");
    assert_eq!(*seat.app.walk(), replayed(&seat));
}

#[tokio::test]
async fn the_list_can_be_left_without_a_choice() {
    let mut seat = pasted(THREE, 80, 24).await;
    seat.press("Esc");
    seat.sees("The text holds 3 failures");
    seat.sees("Next ▸");
    assert_eq!(seat.app.walk().case().failure, None);
}

#[tokio::test]
async fn a_resumed_session_shows_the_same_choice() {
    let mut seat = pasted(THREE, 80, 24).await;
    seat.press("Down Enter");
    seat.settle().await;
    let entries: Vec<Entry> = seat.app.walk().transcript().entries().to_vec();
    let saved = heloise::run::SavedSession { id: "x".to_owned(), entries };
    let mut again = Seat::new(Launch { resume: Some(saved), ..Launch::new(setup(real_guide())) });
    again.sees("failure 2 of 3");
}

#[tokio::test]
async fn a_long_text_is_scrolled_by_its_rows() {
    let text = format!("{}{BOUNCE}", "Received: from a by b; Fri, 20 Nov 2026 16:40:05 +0000\n".repeat(100));
    let mut seat = pasted(&text, 80, 24).await;
    let first = seat.sees("using zen.spamhaus.org");
    seat.press("Up Up Up Up Up Up Up Up Up Up");
    assert_ne!(seat.screen(), first);
    seat.sees_not("using zen.spamhaus.org;");
    seat.press("Down Down Down Down Down Down Down Down Down Down");
    assert_eq!(seat.screen(), first);
}

#[tokio::test]
async fn the_words_for_admins_are_one_key_away() {
    let mut seat = pasted(BOUNCE, 120, 40).await;
    let plain = seat.screen();
    seat.press("a");
    let admin = seat.screen();
    assert_ne!(plain, admin);
    seat.press("a");
    assert_eq!(seat.screen(), plain);
}

#[tokio::test]
async fn a_mistyped_file_is_named_and_the_line_stays() {
    let mut seat = Seat::at_start();
    seat.press("Enter");
    seat.type_in("/no/such/bounce.eml");
    seat.press("Enter");
    seat.sees("There is no file of that name");
    seat.sees("/no/such/bounce.eml");
}

#[tokio::test]
async fn a_text_of_a_mebibyte_is_taken_whole_and_read() {
    let line = "Nov 20 16:40:05 mail postfix/qmgr[4711]: 4QXabcd: removed by hand of nobody in particular\n";
    let mut text = line.repeat(11_000);
    text += "Nov 20 16:40:05 mail postfix/smtp[9]: 4QX00001: to=<bob@example.org>, relay=mx1.example.org[192.0.2.25]:25, dsn=5.1.1, status=bounced (host mx1.example.org[192.0.2.25] said: 550 5.1.1 User unknown (in reply to RCPT TO command))\n";
    let mut seat = pasted(&text, 80, 24).await;
    let screen = seat.sees("Next ▸ Recipient");
    assert!(screen.contains("▸ ") && screen.contains("550 5.1.1"), "{screen}");
    let entered = |e: &&Entry| matches!(&e.fact, Fact::Entered { .. });
    assert_eq!(seat.app.walk().transcript().entries().iter().filter(entered).count(), 1);
    let case: &Case = seat.app.walk().case();
    assert_eq!(case.to, ["bob@example.org"]);
}
