//! What a server answers: off the wire, and as a text.
#![no_main]

use heloise::net::parse_reply;
use heloise::reading;
use heloise::transcript::{Reply, Stage};
use heloise_fuzz::{GUIDE, meaning, reply};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let Some((first, octets)) = octets.split_first() else { return };
    let stage = Stage::ALL[usize::from(*first) % Stage::ALL.len()];
    let text = String::from_utf8_lossy(octets);
    let mut said = reading::parse_reply(&text);
    reply(&said);
    let read = reading::read_reply(&GUIDE, &said);
    meaning(&read);
    assert_eq!(reading::read_reply(&GUIDE, &said), read, "the same reply reads differently");
    said.stage = Some(stage);
    meaning(&reading::read_reply(&GUIDE, &said));
    if let Some(parts) = parse_reply(octets, stage) {
        let wired = Reply { code: parts.code, enhanced: parts.enhanced, text: parts.text, ..said };
        reply(&wired);
        meaning(&reading::read_reply(&GUIDE, &wired));
    }
});
