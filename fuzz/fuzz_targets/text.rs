//! Whatever is pasted, and what the wizard shows of it.
#![no_main]

use heloise::reading::{choices, clues, lens};
use heloise_fuzz::{GUIDE, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let text = String::from_utf8_lossy(octets);
    let reading = read(&text);
    let listed = choices(&GUIDE, &reading.items);
    assert_eq!(listed.iter().map(|c| c.count).sum::<usize>(), reading.items.len(), "failures were lost from the list");
    for choice in listed {
        assert!(choice.first < reading.items.len());
        assert!(!choice.about.chars().any(char::is_control), "{:?}", choice.about);
    }
    for item in reading.items.iter().take(20) {
        let lens = lens(&text, item);
        let mut end = 0;
        for mark in &lens.marks {
            assert!(mark.at.start >= end && mark.at.start < mark.at.end, "marks out of order: {:?}", lens.marks);
            end = mark.at.end;
            // A mark that cuts a character would be a panic of the screen.
            assert!(text.get(mark.at.clone()).is_some(), "a mark inside a character: {mark:?}");
        }
        assert!(lens.reply.is_none_or(|r| text.get(r).is_some()));
        let found = clues(&text, reading.source, item);
        for word in [found.to, found.from, found.refused_by, found.helo].into_iter().flatten() {
            assert!(!word.chars().any(char::is_control), "{word:?}");
        }
    }
});
