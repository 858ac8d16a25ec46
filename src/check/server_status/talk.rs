//! One dialogue with a server that welcomes us: does it take anything from us?

use std::time::Instant;

use super::{Seen, State, broke, heard_at, ms, pace, said};
use crate::check::Context;
use crate::check::tools::{Host, masked};
use crate::net::{Broken, Capabilities, Dialogue, Heard};
use crate::transcript::{Consent, Finding, Reply, Role, Security, Stage};

/// A host and the row that it stands in.
pub(super) struct Seat<'a> {
    pub(super) host: &'a Host,
    label: &'a str,
}

impl Seat<'_> {
    /// A finding of what was heard.
    pub(super) fn say(&self, id: &str, heard: &Heard) -> Finding {
        heard_at(self.host, id, heard)
    }

    /// What a server refuses later stands in its row, too.
    fn refused(&self, id: &str, heard: &Heard) -> Finding {
        self.say(id, heard).ends(self.label, heard.reply.rtt_ms)
    }
}

pub(super) async fn greeted(
    cx: &Context,
    host: &Host,
    label: &str,
    mut dialogue: Dialogue,
    greeting: Heard,
    began: Instant,
) -> Seen {
    let seat = Seat { host, label };
    let state = ready(cx, &seat, &mut dialogue, &greeting).await;
    let text = greeting.reply.joined();
    for found in masked(&host.name, host.port, (&text, greeting.evidence), dialogue.capabilities()) {
        cx.found(found);
    }
    said::unasked(cx, host, &dialogue);
    dialogue.quit().await;
    state.map_or_else(
        |broken| {
            let held = broke(&broken).arg("server", &host.name).ends(label, ms(began));
            Seen::broken(cx, held, broken.0.is_timeout())
        },
        Seen::from,
    )
}

/// EHLO, STARTTLS where it is offered, two commands at once where that is, then sender and recipient without a message.
async fn ready(cx: &Context, seat: &Seat<'_>, dialogue: &mut Dialogue, greeting: &Heard) -> Result<State, Broken> {
    let helo = cx.helo();
    let first = dialogue.ehlo(&helo).await;
    // Whether the greeting was slow alone shows once something else was answered.
    let found = pace::greeting(seat, greeting, first.as_ref().ok());
    cx.found(found.ends(seat.label, greeting.reply.rtt_ms));
    let mut heard = first?;
    let before = dialogue.capabilities().clone();
    let mut times = vec![heard.reply.rtt_ms];
    if heard.reply.is_positive() && before.has("STARTTLS") && cx.case.security != Security::None {
        let started = dialogue.starttls().await?;
        if started.reply.code == 220 {
            heard = dialogue.ehlo(&helo).await?;
            times.push(heard.reply.rtt_ms);
            if heard.reply.is_positive() {
                said::compared(cx, seat.host, (&before, dialogue.capabilities()), &heard);
            }
        } else {
            cx.found(seat.say("server-status.starttls.refused", &started));
        }
    }
    if !heard.reply.is_positive() {
        in_turn(cx, seat, &heard, ("EHLO", "the greeting"));
        cx.found(seat.refused("server-status.ehlo.refused", &heard).arg("name", &helo));
        return Ok(State::Refuses);
    }
    let id = match dialogue.used_helo() {
        // Nobody wants to log in there, and mail is taken: that is how mail went before there was EHLO (RFC 5321 §3.2).
        true if cx.case.user.is_none() && took(cx, seat.host, Stage::Rcpt) => "server-status.ehlo.helo-only",
        true => "server-status.ehlo.helo-fallback",
        false => "server-status.ehlo.ok",
    };
    cx.found(seat.say(id, &heard));
    said::offered(cx, seat.host, dialogue.capabilities(), &heard);
    said::software(cx, seat.host, greeting, &heard);
    let caps = dialogue.capabilities().clone();
    // One that knows what mail needs and little more would only hang up at what we ask beyond that.
    let Some(ms) = nothing(cx, seat, dialogue, &caps).await? else { return Ok(State::Good) };
    times.push(ms);
    pace::commands(cx, seat.host, dialogue, times).await?;
    envelope(cx, seat, dialogue).await
}

/// An empty command, behind another in the same breath where the server says that it can take it so. Returns how long it took;
/// none where it is not known.
async fn nothing(
    cx: &Context,
    seat: &Seat<'_>,
    dialogue: &mut Dialogue,
    caps: &Capabilities,
) -> Result<Option<u32>, Broken> {
    if !caps.has("PIPELINING") {
        let noop = dialogue.control(Stage::Ehlo, "NOOP").await?;
        if noop.reply.code >= 500 {
            return Ok(None);
        }
        cx.found(seat.say("server-status.noop", &noop));
        return Ok(Some(noop.reply.rtt_ms));
    }
    match dialogue.in_one_breath(Stage::Ehlo, ["RSET", "NOOP"]).await {
        Ok([reset, noop]) => {
            // The second waits for the first: what it took beyond that is its own.
            let own = noop.reply.rtt_ms.saturating_sub(reset.reply.rtt_ms);
            cx.found(seat.say("server-status.noop", &noop).arg("ms", own));
            let good = reset.is_positive() && noop.is_positive();
            let id = if good { "server-status.pipelining.ok" } else { "server-status.pipelining.broken" };
            cx.found(seat.say(id, if reset.is_positive() { &noop } else { &reset }));
            Ok(Some(reset.reply.rtt_ms))
        }
        Err(broken) => {
            let found = Finding::new("server-status.pipelining.broken").arg("server", &seat.host.name);
            cx.found(found.arg("codes", broken.0.kind.as_str()).arg("text", "").shown_by(broken.1));
            Err(broken)
        }
    }
}

/// Sender and recipient, without a message, where they may be named.
async fn envelope(cx: &Context, seat: &Seat<'_>, dialogue: &mut Dialogue) -> Result<State, Broken> {
    // A server that wants a login first would refuse anybody without, and that would be no news.
    let from = cx.case.from.as_deref().filter(|_| cx.may(Consent::Rcpt) && cx.case.user.is_none());
    let Some(from) = from.filter(|_| !(asked_before(cx) && took(cx, seat.host, Stage::Mail))) else {
        return Ok(State::Good);
    };
    let mail = dialogue.mail(from, "").await?;
    if !mail.reply.is_positive() {
        in_turn(cx, seat, &mail, ("MAIL FROM", "EHLO"));
        cx.found(seat.refused("server-status.mail.refused", &mail));
        return Ok(State::Refuses);
    }
    let mut state = State::Good;
    if let Some(to) = cx.case.recipient().filter(|_| !asked_before(cx)) {
        let rcpt = dialogue.rcpt(to, Role::Case).await?;
        if !rcpt.reply.is_positive() {
            in_turn(cx, seat, &rcpt, ("RCPT TO", "MAIL FROM"));
            cx.found(seat.refused("server-status.rcpt.refused", &rcpt).arg("address", to));
            state = State::Refuses;
        }
    }
    Ok(state)
}

/// A 503 says that a command came out of order: which one, and what was accepted just before it.
fn in_turn(cx: &Context, seat: &Seat<'_>, heard: &Heard, (command, before): (&str, &str)) {
    if heard.reply.code == 503 {
        cx.found(seat.say("server-status.out-of-order", heard).arg("command", command).arg("before", before));
    }
}

/// Whether this host took what was said at that stage in this session already.
fn took(cx: &Context, host: &Host, stage: Stage) -> bool {
    let said = |r: &Reply| r.stage == Some(stage) && r.role == Role::Case && r.is_positive() && r.server == host.name;
    cx.seen.replies().any(|(_, r)| said(r))
}

/// Whether step 1 has asked for the recipient already: once is enough.
fn asked_before(cx: &Context) -> bool {
    cx.seen.findings().any(|(_, f)| f.id.starts_with("recipient.rcpt."))
}
