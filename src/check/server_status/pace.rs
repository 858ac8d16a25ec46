//! How long a server takes to answer: a constant delay is a tarpit's, one that grows is a load's.

use super::talk::Seat;
use crate::check::Context;
use crate::check::tools::Host;
use crate::net::{Broken, Dialogue, Heard};
use crate::transcript::{Finding, Stage};

/// A greeting that takes longer than this is worth a word.
const SLOW_MS: u32 = 3_000;
/// An answer to a command that takes longer than this is; no line takes as long.
const SLUGGISH_MS: u32 = 1_500;
/// How many more empty commands show which of the two it is.
const MORE: usize = 3;
/// So many answers tell it, too, where they took so long already, in milliseconds: the rest of the walk needs its time.
const FEW: usize = 3;
const LONG_MS: u32 = 10_000;

/// The greeting; one that was held back while the next answer comes at once was held back on purpose.
pub(super) fn greeting(seat: &Seat<'_>, greeting: &Heard, next: Option<&Heard>) -> Finding {
    let quick = next.is_some_and(|h| h.reply.rtt_ms < SLUGGISH_MS && h.reply.rtt_ms < greeting.reply.rtt_ms / 4);
    let id = match (greeting.reply.rtt_ms > SLOW_MS, quick) {
        (false, _) => "server-status.greeting.ok",
        (true, true) => "server-status.greeting.held-back",
        (true, false) => "server-status.greeting.slow",
    };
    let found = seat.say(id, greeting);
    if let Some(next) = next.filter(|_| quick) {
        found.arg("next", next.reply.rtt_ms).shown_by(next.evidence)
    } else {
        found
    }
}

/// The answers to commands so far, in milliseconds; where all are slow, a few more tell why.
pub(super) async fn commands(
    cx: &Context,
    host: &Host,
    dialogue: &mut Dialogue,
    mut times: Vec<u32>,
) -> Result<(), Broken> {
    if times.iter().any(|ms| *ms < SLUGGISH_MS) {
        return Ok(());
    }
    let mut evidence = Vec::new();
    for _ in 0..MORE {
        if times.len() >= FEW && times.iter().sum::<u32>() > LONG_MS {
            break;
        }
        let noop = dialogue.control(Stage::Ehlo, "NOOP").await?;
        times.push(noop.reply.rtt_ms);
        evidence.push(noop.evidence);
    }
    let Some(id) = pace(&times) else { return Ok(()) };
    let said: Vec<String> = times.iter().map(u32::to_string).collect();
    let mut found = Finding::new(id).arg("server", &host.name).arg("ms", times.iter().max().copied().unwrap_or(0));
    found.evidence = evidence;
    cx.found(found.arg("times", said.join(", ")));
    Ok(())
}

/// What a row of slow answers speaks of.
fn pace(times: &[u32]) -> Option<&'static str> {
    let (least, most) = (times.iter().min()?, times.iter().max()?);
    let grows = times.windows(2).all(|w| w[1] + 100 > w[0]) && *most > *least + *least / 2;
    if grows {
        return Some("server-status.slower-and-slower");
    }
    (most - least <= (least / 4).max(300)).then_some("server-status.tarpit")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_delay_is_told_from_one_that_grows() {
        assert_eq!(pace(&[5_010, 5_003, 5_020, 5_001]), Some("server-status.tarpit"));
        assert_eq!(pace(&[1_600, 2_300, 3_900, 6_000]), Some("server-status.slower-and-slower"));
        assert_eq!(pace(&[1_600, 5_900, 2_000, 4_000]), None, "up and down says neither");
    }
}
