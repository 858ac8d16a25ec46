//! The guide that is built in hangs together: with itself, and with the checks that it never imports.

use heloise::check::{self, CHECKS};
use heloise::guide::{Guide, lint};

#[test]
fn the_embedded_guide_is_sound() {
    let guide = Guide::embedded();
    let checks: Vec<&str> = CHECKS.iter().map(|c| c.id()).collect();
    let emitted: Vec<&str> = check::emitted().collect();
    let complaints: Vec<String> = lint(&guide, &checks, &emitted).iter().map(ToString::to_string).collect();
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn a_finding_is_named_after_a_step() {
    for id in check::emitted() {
        let step = id.split_once('.').map_or("", |(step, _)| step);
        assert!(CHECKS.iter().any(|c| c.id() == step), "{id}");
    }
}

#[test]
fn there_is_enough_to_look_at() {
    let guide = Guide::embedded();
    assert_eq!((guide.steps().len(), CHECKS.len()), (13, 13));
    assert!(guide.findings().count() > 150, "{} findings", guide.findings().count());
    assert!(guide.phrases().len() > 150, "{} phrases", guide.phrases().len());
}

#[test]
fn a_kind_says_what_sort_of_thing_it_is_where_its_cause_does_not_fit() {
    let guide = Guide::embedded();
    let says = |cause, kind| guide.sort_of_thing(cause, kind).map(|w| w.plain.as_str());
    let filter = says("spam-filter", None).expect("a cause");
    assert_eq!(says("spam-filter", Some("policy")), None, "the headline of the kind says more");
    assert!(says("spam-filter", Some("greylisting")).is_some_and(|s| s != filter && s.contains("put off")));
    assert_eq!(says("moon", Some("policy")), None);
}

#[test]
fn plain_words_hold_no_word_of_a_socket_and_an_admins_do() {
    let guide = Guide::embedded();
    let raw =
        ["protocol-version", "handshake-failure", "reset", "closed", "timeout", "unreachable", "refused", "not-smtp"];
    let (mut seen, mut admin) = (0, 0);
    for entry in guide.findings() {
        for (place, word) in ["why", "kind", "detail"].into_iter().flat_map(|p| raw.map(|w| (p, w))) {
            if !entry.says.plain.contains(&format!("{{{place}}}")) {
                continue;
            }
            let args = [(place.to_owned(), format!("{word} at STARTTLS")), ("name".to_owned(), "n".to_owned())].into();
            let words = guide.filled(&entry.says, &args);
            let bare = |text: &str| text.replace(['(', ')', ':', '.', ','], " ").split(' ').any(|w| w == word);
            assert!(!bare(&words.plain) || bare(&entry.says.plain), "{}: {}", entry.id, words.plain);
            assert!(words.plain.contains("at STARTTLS"), "{}: {}", entry.id, words.plain);
            seen += 1;
            admin += usize::from(bare(&words.admin));
        }
    }
    assert!(seen > 40 && admin > 20, "{seen} {admin}");
}
