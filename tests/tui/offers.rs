//! Settings that were found to work are offered, and taken over with one key.

use std::sync::Arc;

use heloise::check::Knowledge;
use heloise::net::Trust;
use heloise::practice::{Practice, WorldFile};
use heloise::run::Setup;
use heloise::transcript::{Consent, Security};
use heloise::tui::Launch;

use crate::seat::{Seat, real_guide};

#[tokio::test]
async fn the_combination_that_works_is_filled_into_the_form_and_works_when_it_is_tried() {
    let guide = real_guide();
    let file = WorldFile::by_id(&guide, "wrong-security").expect("a world");
    let practice = Practice::start(&file).await.expect("the world comes up");
    let setup = Setup {
        know: Arc::new(Knowledge::load(|name| guide.file(name)).expect("the knowledge")),
        guide,
        world: practice.world(),
        trust: Trust::only(practice.ca_pem()).expect("the world's CA"),
        store: None,
    };
    let mut launch = Launch::new(setup);
    launch.case = file.case.clone();
    launch.consents = Consent::ALL.into_iter().collect();
    launch.start_at_once = true;
    let mut seat = Seat::new(launch);
    seat.settle().await;
    seat.sees("You entered port 465 with STARTTLS");
    seat.sees("i take over");
    seat.press("i");
    let form = seat.sees("mail.example.net:465");
    assert!(form.contains("TLS from the start"), "{form}");
    seat.press("Enter Enter");
    seat.settle().await;
    let case = seat.app.walk().case();
    assert_eq!((case.server.as_ref().and_then(|s| s.port), case.security), (Some(465), Security::Tls));
    seat.sees("answers on port 465");
}
