//! A mail log in pieces of any size: it reads as the whole does.
#![no_main]

use std::convert::Infallible;

use heloise::reading::{Item, LogReader, Logged};
use heloise_fuzz::{READER, item};
use libfuzzer_sys::fuzz_target;

type Failure = (Item, Option<String>, String, u64);

fn read<'a>(mut log: LogReader, pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Failure>, [u64; 4]) {
    let mut all = Vec::new();
    let mut take = |told: Logged<'_>| {
        all.push((told.item.clone(), told.at.map(str::to_owned), told.line.to_owned(), told.number));
        Ok::<(), Infallible>(())
    };
    for piece in pieces {
        let Ok(()) = log.push(piece, &mut take);
    }
    let Ok(()) = log.end(&mut take);
    (all, [log.seen(), log.known(), log.delivered(), log.failures()])
}

/// Cut at sizes that the octets themselves name.
fn pieces(octets: &[u8], by: u8) -> impl Iterator<Item = &[u8]> {
    let (mut rest, mut next) = (octets, usize::from(by));
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        next = (next * 31 + 17) % 977;
        let (piece, behind) = rest.split_at(if by % 3 == 0 { 1 + next % 7 } else { next }.min(rest.len()));
        rest = behind;
        Some(piece)
    })
}

fuzz_target!(|octets: &[u8]| {
    let Some((by, octets)) = octets.split_last() else { return };
    for new in [LogReader::new as fn(&_) -> _, LogReader::every_line, |r| LogReader::new(r).for_groups()] {
        let (all, counts) = read(new(&READER), std::iter::once(octets));
        for (told, at, line, number) in &all {
            item(told);
            assert!(at.iter().chain([line]).all(|t| !t.contains('\n')), "{line:?}");
            assert!(*number > 0 && *number <= counts[0], "line {number} of {}", counts[0]);
        }
        assert_eq!(counts[3], all.len() as u64);
        assert_eq!(read(new(&READER), pieces(octets, *by)), (all, counts), "in pieces it reads differently");
    }
});
