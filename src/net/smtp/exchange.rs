//! One command and its reply, within one limit of time; and everything that can go wrong between.

use std::time::Instant as Clock;

use tokio::time::Instant;
use zeroize::Zeroizing;

use super::reply::{Assembly, ReplyParts, may_begin_reply};
use super::{Broken, Dialogue, Heard};
use crate::net::tcp::millis;
use crate::net::wire::{Fault, excerpt};
use crate::transcript::{
    BreakFact, BreakKind, CommandFact, EvidenceId, Finding, MARK, Reply, Role, Security, Stage, clean_line,
};

/// The longest line that is sent, in octets; RFC 4954 §4 wants 12288 for AUTH.
const SENT_MAX: usize = 12_288;

/// What is found of a server that takes its time: that it is waited for, that it answered at last, and that it does so each time.
pub(in crate::net) const SLOW: [&str; 6] = [WAITS_ON, ANSWERS_LATE, ANSWERS_SLOWLY, SLOWER, HELD_BACK, IN_VAIN];
/// The same time for each answer, or nearly so.
const ANSWERS_SLOWLY: &str = "connectivity.answers-slowly";
/// More time for each answer than for the one before. The id is that of step 5, wherever it is seen.
const SLOWER: &str = "server-status.slower-and-slower";
const IN_VAIN: &str = "connectivity.waited-in-vain";
/// A greeting that came late, and a quick answer after it. The id is that of step 5, as before.
const HELD_BACK: &str = "server-status.greeting.held-back";
/// An answer that takes longer is slow: no line takes as long.
const SLOW_MS: u32 = 1_900;
/// So many slow answers in a row say that it is no chance.
const IN_A_ROW: usize = 3;
const WAITS_ON: &str = "connectivity.waits-on";
const ANSWERS_LATE: &str = "connectivity.answers-late";

impl Dialogue {
    /// Sends a line, of which `shown` is recorded, and reads the reply; all in one phase.
    pub(super) async fn exchange(
        &mut self,
        stage: Stage,
        role: Role,
        shown: &str,
        line: &str,
    ) -> Result<Heard, Broken> {
        self.alive()?;
        let limit = self.net.phase_for(self.open.address.ip());
        let begun = Clock::now();
        let deadline = Instant::now() + limit;
        self.look_for_early_talk(stage, role);
        self.record_sent(stage, role, shown);
        let sent = self.wire.write(Zeroizing::new(format!("{line}\r\n")).as_bytes(), deadline).await;
        // Even where the line could not be sent: a server that hung up may have said why before.
        match self.hear(stage, role, begun, deadline).await {
            Ok(heard) => Ok(heard),
            Err(heard) => Err(self.broke(stage, role, begun, sent.err().unwrap_or(heard))),
        }
    }

    /// Reads a reply and records it.
    pub(super) async fn hear(
        &mut self,
        stage: Stage,
        role: Role,
        begun: Clock,
        deadline: Instant,
    ) -> Result<Heard, Fault> {
        let parts = self.read_reply(stage, deadline).await?;
        let reply = Reply {
            server: self.open.server.clone(),
            address: Some(self.open.address),
            stage: Some(stage),
            code: parts.code,
            enhanced: parts.enhanced,
            text: parts.text,
            rtt_ms: millis(begun),
            tls: self.wire.is_tls(),
            role,
        };
        let evidence = self.rec.reply(reply.clone());
        let heard = Heard { reply, evidence };
        self.keep_pace(&heard);
        Ok(heard)
    }

    /// Says once of each machine that it is slow to answer whatever it is asked: it may need more time than there is.
    fn keep_pace(&mut self, heard: &Heard) {
        let reply = &heard.reply;
        if reply.stage == Some(Stage::Greeting) {
            return;
        }
        self.judge_late_greeting(Some(heard));
        if reply.stage == Some(Stage::Quit) {
            return;
        }
        if reply.rtt_ms < SLOW_MS {
            self.slow.clear();
            return;
        }
        self.slow.push((reply.rtt_ms, heard.evidence));
        if self.slow.len() < IN_A_ROW || !self.net.first_slow(self.open.address.ip()) {
            return;
        }
        let times: Vec<u32> = self.slow.iter().map(|(ms, _)| *ms).collect();
        let (least, most) = times.iter().fold((u32::MAX, 0), |(a, b), ms| (a.min(*ms), b.max(*ms)));
        let grows = times.windows(2).all(|w| w[1] > w[0]) && most > least + least / 2;
        let found = Finding::new(if grows { SLOWER } else { ANSWERS_SLOWLY }).arg("server", &self.open.server);
        let said = times.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        let mut found = found.arg("seconds", least / 1000).arg("ms", most).arg("times", said);
        found.evidence = self.slow.iter().map(|(_, id)| *id).collect();
        self.rec.found(found);
    }

    /// Says of a greeting that had to be waited for what the next answer shows of it: one that comes at once was not late for want of time.
    pub(super) fn judge_late_greeting(&mut self, next: Option<&Heard>) {
        let Some(greeting) = self.late.take() else { return };
        let server = &self.open.server;
        let quick = next.filter(|next| next.reply.rtt_ms < SLOW_MS);
        self.rec.found(match quick {
            Some(next) => Finding::new(HELD_BACK)
                .arg("server", server)
                .arg("ms", greeting.reply.rtt_ms)
                .arg("next", next.reply.rtt_ms)
                .arg("text", greeting.reply.joined())
                .shown_by(greeting.evidence)
                .shown_by(next.evidence),
            None => Finding::new(ANSWERS_LATE)
                .arg("server", server)
                .arg("stage", Stage::Greeting.spoken())
                .arg("seconds", greeting.reply.rtt_ms / 1000)
                .shown_by(greeting.evidence),
        });
    }

    /// Records a break, hangs up and ends the dialogue.
    pub(super) fn broke(&mut self, stage: Stage, role: Role, begun: Clock, fault: Fault) -> Broken {
        // Who was greeted ends with QUIT (RFC 5321 §4.1.1.10), as far as that goes without waiting for anybody who does not answer.
        let greeted = stage > Stage::Greeting && stage != Stage::Tls;
        let leave = greeted && !matches!(fault.kind, BreakKind::Closed | BreakKind::Reset | BreakKind::Tls);
        let (fact, evidence) = self.record_break(stage, role, begun, fault);
        self.judge_late_greeting(None);
        if leave && self.wire.say_now(b"QUIT\r\n") {
            self.record_sent(Stage::Quit, role, "QUIT");
        }
        self.wire.hang_up();
        self.owes_quit = false;
        self.over = Some(Box::new((fact.clone(), evidence)));
        (fact, evidence)
    }

    /// Records a break.
    pub(super) fn record_break(&self, stage: Stage, role: Role, begun: Clock, fault: Fault) -> Broken {
        let fact = BreakFact {
            server: self.open.server.clone(),
            address: self.open.address,
            stage,
            kind: fault.kind,
            detail: fault.detail.map(|detail| clean_line(&self.hush.scrub_cut(&detail), 200)),
            ms: millis(begun),
            role,
        };
        let evidence = self.rec.broke(fact.clone());
        (fact, evidence)
    }

    /// Records a line as sent.
    pub(super) fn record_sent(&self, stage: Stage, role: Role, shown: &str) -> EvidenceId {
        self.rec.sent(CommandFact {
            server: self.open.server.clone(),
            address: self.open.address,
            stage,
            line: clean_line(&self.hush.scrub(shown), SENT_MAX),
            tls: self.wire.is_tls(),
            role,
        })
    }

    /// The first break again, if there was one.
    pub(super) fn alive(&self) -> Result<(), Broken> {
        self.over.as_deref().map_or(Ok(()), |broken| Err(broken.clone()))
    }

    /// What the server said unasked is thrown away, or it would be taken for the next answer. A 421 is kept: it is meant for whatever comes next
    /// (RFC 5321 §3.8).
    pub(super) fn look_for_early_talk(&mut self, stage: Stage, role: Role) {
        let early = self.wire.early();
        if early.is_empty() || early.starts_with(b"421") {
            return;
        }
        let fault = Fault::with(BreakKind::EarlyTalk, excerpt(early));
        self.wire.discard();
        let (_, evidence) = self.record_break(stage, role, Clock::now(), fault);
        self.early.get_or_insert(evidence);
    }

    async fn read_reply(&mut self, stage: Stage, mut deadline: Instant) -> Result<ReplyParts, Fault> {
        let mut assembly = Assembly::new(stage);
        loop {
            let line = match self.next_line(!assembly.begun(), deadline).await {
                Err(fault) if fault.kind == BreakKind::Timeout => {
                    self.wait_on(stage, !assembly.begun(), &mut deadline, fault).await?
                }
                line => line?,
            };
            let asks = stage == Stage::Auth && line.starts_with(b"334");
            if asks {
                // What a login goes on with must come as it was said.
                let text = String::from_utf8_lossy(line.get(4..).unwrap_or_default()).into_owned();
                self.challenge = Some(Zeroizing::new(text));
            }
            let masked = asks && self.masks_challenges && line.len() > 4;
            let scrub = |text: &str| if masked { MARK.to_owned() } else { self.hush.scrub(text) };
            if assembly.push(&line, &scrub)? {
                return assembly.finish().ok_or_else(|| Fault::new(BreakKind::NotSmtp));
            }
        }
    }

    /// Waits on for the next line, saying so, as far as there is time for it. A plain greeting is only worth it on port 25, or where that
    /// was settled: elsewhere silence may mean that TLS comes first.
    async fn wait_on(
        &mut self,
        stage: Stage,
        first: bool,
        deadline: &mut Instant,
        fault: Fault,
    ) -> Result<Vec<u8>, Fault> {
        let address = self.open.address;
        let speaks_first = address.port() == 25 || self.open.security == Security::Tls || self.net.awaits;
        let worth = stage != Stage::Quit && (stage != Stage::Greeting || speaks_first);
        let (server, greeting) = (self.open.server.clone(), stage == Stage::Greeting);
        // A hand of its own: what is waited with is held while the wire is read.
        let net = self.net.clone();
        let Some(longer) = worth.then(|| net.wait_longer(&server, address.ip(), greeting)).flatten() else {
            return Err(fault);
        };
        let said = Finding::new(WAITS_ON).arg("server", &server).arg("stage", stage.spoken());
        self.rec.found(said.arg("seconds", longer.time.as_secs()));
        *deadline = Instant::now() + longer.time;
        let line = self.next_line(first, *deadline).await;
        if line.is_ok() {
            let unused = deadline.saturating_duration_since(Instant::now());
            let took = (net.limits().phase + longer.time).saturating_sub(unused);
            if greeting {
                self.waited = true;
                net.greeted_late(&server, took);
            } else {
                let late = Finding::new(ANSWERS_LATE).arg("server", &server).arg("stage", stage.spoken());
                self.rec.found(late.arg("seconds", took.as_secs()));
            }
        } else {
            longer.in_vain();
            let seconds = (net.limits().phase + longer.time).as_secs();
            let none = Finding::new(IN_VAIN).arg("server", &server).arg("stage", stage.spoken());
            self.rec.found(none.arg("seconds", seconds));
        }
        line
    }

    /// The next line. Where it would be the first of a reply and what came of it before a fault cannot be SMTP, that is the fault.
    async fn next_line(&mut self, first: bool, deadline: Instant) -> Result<Vec<u8>, Fault> {
        let hopeless = |got: &[u8]| first && !may_begin_reply(got);
        let fault = match self.wire.line(deadline, hopeless).await {
            Ok(line) => return Ok(line),
            Err(fault) => fault,
        };
        let got = self.wire.buffered();
        if got.is_empty() || fault.kind == BreakKind::TooLong {
            return Err(fault);
        }
        let kind = if hopeless(got) { BreakKind::NotSmtp } else { fault.kind };
        Err(Fault { kind, detail: fault.detail.or_else(|| Some(excerpt(got))) })
    }
}

/// A line fit for the wire: every control character becomes `?`, so that nothing in it can end it early; cut at a length that no command needs.
pub(super) fn one_line(line: &str) -> String {
    let mut safe: String = line.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    if safe.len() > SENT_MAX - 2 {
        let end = (0..=SENT_MAX - 2).rev().find(|at| safe.is_char_boundary(*at)).unwrap_or(0);
        safe.truncate(end);
    }
    safe
}
