//! Step 12: how the server behaves over time, by greetings spaced politely; and how this machine is doing, where it is the server.

mod host;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::tools::{Host, hosts};
use super::{BoxFuture, Check, Context};
use crate::net::{Dialogue, Open};
use crate::transcript::{Consent, EvidenceId, Finding, Role, Security};

/// The check of step 12.
pub(super) struct Load;

impl Check for Load {
    fn id(&self) -> &'static str {
        "load"
    }

    fn emits(&self) -> &'static [&'static str] {
        &[
            "load.no-consent",
            "load.no-target",
            "load.greeting",
            "load.greeting.refused",
            "load.greeting.down",
            "load.greeting.turned-away",
            "load.greeting.failed",
            "load.greeting-times",
            "load.steady",
            "load.slow",
            "load.growing",
            "load.refusals",
            "load.still-down",
            "load.turned-away",
            "load.some-silent",
            "load.could-not-tell",
            "load.host.load",
            "load.host.memory",
            "load.host.disk",
            "load.host.queue",
            "load.host.high",
            "load.host.disk-full",
            "load.host.unreadable",
            "load.not-this-machine",
        ]
    }

    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()> {
        Box::pin(async {
            futures_util::join!(run(cx), host::look(cx));
        })
    }
}

/// How many greetings are asked for, and how far apart: six in ten seconds is less than any mail server does by itself.
const ROUNDS: usize = 6;
/// Greetings of a server that counts them.
const FEW: usize = 2;
const APART: Duration = Duration::from_secs(2);
/// A practice world has nobody to be polite to.
const APART_IN_PRACTICE: Duration = Duration::from_millis(150);
/// A greeting slower than this is worth a word.
const SLOW_MS: u32 = 3_000;
/// No round begins later than this: a slow server shows that it is slow in fewer.
const LONGEST: Duration = Duration::from_secs(25);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Welcome,
    /// Not now.
    Busy,
    /// Not now, because it goes down or comes up: fewer calls would not help.
    Down,
    /// Not you, or not here; it will say so again.
    TurnedAway,
    Nothing,
}

struct Round {
    said: Said,
    ms: u32,
    evidence: EvidenceId,
}

async fn run(cx: &Context) {
    if !cx.may(Consent::Connect) {
        cx.found(Finding::new("load.no-consent"));
        return;
    }
    let Some((host, address)) = target(cx).await else {
        cx.found(Finding::new("load.no-target"));
        return;
    };
    let apart = if cx.net.world().is_this_machine() { APART } else { APART_IN_PRACTICE };
    let began = Instant::now();
    let mut rounds: Vec<Round> = Vec::new();
    let most = if counts_calls(cx) { FEW } else { ROUNDS };
    for number in 1..=most {
        if number > 1 {
            tokio::time::sleep(apart).await;
        }
        let label = format!("greeting {number} of {most}");
        rounds.push(round(cx, &host, address, &label).await);
        // A server that twice gave no sign, or turned us away for good, has said what it will say.
        let settled = |r: &Round| r.said == rounds[0].said && matches!(r.said, Said::Nothing | Said::TurnedAway);
        if rounds.len() == 2 && rounds.iter().all(settled) || began.elapsed() > LONGEST {
            break;
        }
    }
    judge(cx, &host, &rounds);
}

/// The row that shows all rounds in one line.
const TOGETHER: &str = "all together";

/// The rounds as one line: bars for times, `×` for not now, `-` where nothing came. Full height is what is slow, or the slowest.
fn chart(rounds: &[Round]) -> String {
    const BARS: [char; 7] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇'];
    let most = rounds.iter().map(|r| r.ms).max().unwrap_or(0).clamp(SLOW_MS / 10, SLOW_MS);
    let sign = |r: &Round| match r.said {
        Said::Nothing => '-',
        Said::Busy | Said::Down => '×',
        Said::Welcome | Said::TurnedAway => BARS[(r.ms.min(most) * 6 / most) as usize],
    };
    rounds.iter().map(sign).collect()
}

/// From the least to the most, in milliseconds.
fn span(least: u32, most: u32) -> String {
    match (least, most) {
        (_, 0) => "less than 1 ms".to_owned(),
        (least, most) if least == most => format!("{most} ms"),
        (0, most) => format!("up to {most} ms"),
        (least, most) => format!("{least} to {most} ms"),
    }
}

async fn target(cx: &Context) -> Option<(Host, SocketAddr)> {
    let host = hosts(cx).await.ok()?.into_iter().find(|h| !h.addresses.is_empty())?;
    let address = SocketAddr::new(host.addresses[0], host.port);
    Some((host, address))
}

/// Whether a refusal, of this session or pasted, is for how much or how often we come: each further call would count against us.
fn counts_calls(cx: &Context) -> bool {
    let kind = |kind: Option<String>| kind.is_some_and(|k| matches!(k.as_str(), "rate-limit" | "connection-limit"));
    let refusals = cx.seen.replies().filter(|(_, r)| r.role != Role::Control && !r.is_positive());
    refusals.into_iter().any(|(_, r)| kind(cx.reader.reply(r).kind))
        || cx.case.error.as_deref().is_some_and(|t| cx.reader.text(t).items.into_iter().any(|i| kind(i.meaning.kind)))
}

async fn round(cx: &Context, host: &Host, address: SocketAddr, label: &str) -> Round {
    cx.rec.probing(label);
    let implicit = host.security == Security::Tls || address.port() == 465;
    let open = Open {
        server: host.name.clone(),
        address,
        security: if implicit { Security::Tls } else { Security::None },
        source: cx.case.source,
        // The user's own case: what a server answers under load is what the user's mail gets.
        role: Role::Case,
        strict: false,
    };
    match Dialogue::open(&cx.net, &cx.rec, open).await {
        Ok((dialogue, greeting)) => {
            let (said, id) = match greeting.reply.code {
                200..300 => (Said::Welcome, "load.greeting"),
                500.. => (Said::TurnedAway, "load.greeting.turned-away"),
                _ if cx.know.busy_for(&greeting.reply.joined()) == Some("shutdown") => {
                    (Said::Down, "load.greeting.down")
                }
                _ => (Said::Busy, "load.greeting.refused"),
            };
            let ms = greeting.reply.rtt_ms;
            let found = Finding::new(id)
                .arg("server", &host.name)
                .arg("codes", greeting.reply.codes())
                .arg("text", greeting.reply.joined())
                .shown_by(greeting.evidence)
                .ends(label, ms);
            cx.found(found);
            dialogue.quit().await;
            Round { said, ms, evidence: greeting.evidence }
        }
        Err((fact, evidence)) => {
            let why = fact.detail.unwrap_or_else(|| fact.kind.as_str().to_owned());
            let found =
                Finding::new("load.greeting.failed").arg("server", &host.name).arg("why", why).shown_by(evidence);
            cx.found(found.ends(label, fact.ms));
            Round { said: Said::Nothing, ms: fact.ms, evidence }
        }
    }
}

fn judge(cx: &Context, host: &Host, rounds: &[Round]) {
    let times: Vec<u32> = rounds.iter().filter(|r| r.said != Said::Nothing).map(|r| r.ms).collect();
    let count = |said| rounds.iter().filter(|r| r.said == said).count();
    let refused = count(Said::Busy) + count(Said::Down);
    let drawn = chart(rounds);
    let found = |id: &str| {
        let mut finding = Finding::new(id)
            .arg("server", &host.name)
            .arg("chart", &drawn)
            .arg("count", rounds.len())
            .arg("refused", refused)
            .arg("percent", refused * 100 / rounds.len().max(1))
            .arg("times", times.iter().map(u32::to_string).collect::<Vec<_>>().join(" "));
        finding.evidence = rounds.iter().map(|r| r.evidence).collect();
        finding
    };
    if times.is_empty() {
        cx.found(found("load.could-not-tell"));
        return;
    }
    let (least, most) = (times.iter().min().copied().unwrap_or(0), times.iter().max().copied().unwrap_or(0));
    cx.rec.probing(TOGETHER);
    let mut together = found("load.greeting-times").arg("took", span(least, most)).arg("ms", most);
    together.probe = Some(TOGETHER.to_owned());
    cx.found(together);
    if refused > 0 {
        let down = rounds.last().is_some_and(|r| r.said == Said::Down) && count(Said::Busy) == 0;
        cx.found(found(if down { "load.still-down" } else { "load.refusals" }));
    } else if count(Said::TurnedAway) > 0 {
        cx.found(found("load.turned-away"));
    } else if times.len() < rounds.len() {
        cx.found(found("load.some-silent").arg("silent", rounds.len() - times.len()));
    } else if most > SLOW_MS {
        // A tarpit holds back by a constant time; load makes each answer slower than the last.
        let growing = times.windows(2).all(|w| w[1] + 200 > w[0]) && most > least * 2;
        cx.found(found(if growing { "load.growing" } else { "load.slow" }).arg("least", least).arg("ms", most));
    } else {
        cx.found(found("load.steady").arg("ms", most));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_of_one_time_is_that_time() {
        assert_eq!([span(0, 0), span(4, 4), span(0, 4)], ["less than 1 ms", "4 ms", "up to 4 ms"]);
        assert_eq!(span(4, 9), "4 to 9 ms");
    }

    #[test]
    fn times_and_refusals_are_drawn_in_their_order() {
        let round = |said, ms| Round { said, ms, evidence: EvidenceId(0) };
        let rounds = |of: &[(Said, u32)]| of.iter().map(|(said, ms)| round(*said, *ms)).collect::<Vec<_>>();
        let drawn = |of: &[(Said, u32)]| chart(&rounds(of));
        assert_eq!(drawn(&[(Said::Welcome, 0), (Said::Busy, 4), (Said::Welcome, 3_000), (Said::Nothing, 9)]), "▁×▇-");
        assert_eq!(drawn(&[(Said::Welcome, 1), (Said::Welcome, 9)]), "▁▁", "what is quick is low, however it differs");
        assert_eq!(drawn(&[(Said::Welcome, 1_500), (Said::Welcome, 60_000)]), "▄▇");
    }
}
