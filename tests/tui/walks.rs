//! From the first key to the diagnosis.

use heloise::walk::Place;

use crate::seat::Seat;

#[tokio::test]
async fn an_address_is_walked_to_the_end_with_few_keys() {
    let mut seat = Seat::at_start();
    seat.press("Down Enter");
    seat.type_in("bob@example.org");
    // Past the address, past the sender that may be left empty, yes, and by itself to the end.
    seat.press("Enter Enter Enter f");
    for _ in 0..8 {
        seat.settle().await;
        if seat.screen().contains("Log in to") {
            seat.press("Enter");
        }
    }
    assert_eq!(*seat.app.walk().place(), Place::Concluded);
    seat.sees("what we found");
}

#[tokio::test]
async fn each_branch_says_where_it_leads_and_why() {
    let mut seat = Seat::at_start();
    seat.press("Down Enter");
    seat.type_in("bob@example.org");
    seat.press("Enter Enter Enter");
    seat.settle().await;
    seat.sees("Next ▸ Content — because nothing was found at recipient");
    seat.sees("plain words on recipient");
    seat.press("a");
    seat.sees("admin words on recipient");
    seat.press("m");
    seat.sees("Where each step can lead");
    seat.press("Esc Enter");
    seat.settle().await;
    seat.sees("2 Content");
    seat.press("Left");
    seat.sees("▸  1 Recipient");
}
