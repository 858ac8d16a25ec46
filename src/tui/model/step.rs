//! A step: what is looked at, what came back, what it means, and where it leads.

use super::super::theme::Mark;
use super::waits::waits;
use super::{MOST, Row, RowState, fold_rows, goes_on, say, says, short, title};
use crate::guide::{FindingEntry, Guide, Step, Who};
use crate::reading::{Item, advice, read_reply};
use crate::report::policy_in_lines;
use crate::run::offered;
use crate::transcript::{EvidenceId, Fact, Finding, Level, Role, RunId, StepId, StepStatus, clean_line};
use crate::walk::{StepState, Walk};

/// Everything that a step's screen shows besides the rail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) struct StepView {
    pub number: u8,
    pub title: String,
    /// What is looked at, and why.
    pub why: String,
    /// The probes.
    pub rows: Vec<Row>,
    /// Whether rows are folded away.
    pub folded: bool,
    /// What was found, in sentences, the gravest first.
    pub notes: Vec<Note>,
    /// What to do about the gravest.
    pub fix: Vec<String>,
    /// Whose move it is.
    pub whose: Option<String>,
    /// What the step asks that was not answered.
    pub asks: Vec<String>,
    /// It found settings that can be taken over.
    pub offers: bool,
    /// Its checks are running.
    pub running: bool,
    /// Its checks wait for a yes.
    pub waits: bool,
    /// It has ended.
    pub ended: bool,
    /// Where it leads.
    pub next: Option<Next>,
    /// The last things said on the wire, for wide screens.
    pub wire: Vec<super::Said>,
    /// The text that was read, and what it means; shown instead of the rows and sentences.
    pub read: Option<super::Read>,
}

/// A sentence about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Note {
    pub mark: Mark,
    pub text: String,
    pub finding: EvidenceId,
}

/// The way on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Next {
    /// Where to.
    pub to: String,
    /// Why.
    pub because: String,
    /// Where else.
    pub others: Vec<String>,
}

/// The screen of a step. `most` is how many rows may stand before equal ones are folded; none folds nothing.
pub(in crate::tui) fn step(
    walk: &Walk,
    guide: &Guide,
    id: &StepId,
    admin: bool,
    now: u64,
    most: Option<usize>,
) -> StepView {
    let Some(entry) = guide.step(id) else {
        return StepView { title: clean_line(id.as_str(), 40), ..StepView::default() };
    };
    let runs = counting_runs(walk, id);
    let (rows, mut found) = gather(walk, guide, &runs, admin, now);
    // What is wrong, what could not be told, what is well; then what is merely so.
    found.sort_by_key(|f| (f.level == Level::Info, std::cmp::Reverse(f.level)));
    let gravest =
        found.iter().find(|f| f.level >= Level::Warn).and_then(|f| guide.finding(&f.finding.id).map(|e| (e, f)));
    let (fix, whose) = gravest.map_or_else(Default::default, |(entry, found)| {
        by_its_words(walk, guide, entry, found.finding, admin).unwrap_or_else(|| {
            let fix = entry.fix.iter().map(|w| policy_in_lines(&say(guide, w, admin, found.finding))).collect();
            (fix, entry.who)
        })
    });
    let server = gravest.and_then(|(_, found)| found.finding.args.get("server"));
    let at_own_server = walk.case().own_server().is_some_and(|own| server.is_some_and(|s| s == own));
    let shown = most.map_or_else(|| rows.clone(), |most| fold_rows(&rows, most));
    let state = walk.state_of(id);
    StepView {
        number: entry.number,
        title: entry.title.clone(),
        why: entry.why.register(admin).to_owned(),
        folded: shown.len() < rows.len(),
        rows: shown,
        notes: notes(guide, &found, admin),
        fix,
        whose: whose.map(|who| who.at(at_own_server).spoken().to_owned()),
        asks: unanswered(walk, entry, admin),
        offers: offered(walk, id).is_some(),
        running: state == StepState::Running,
        waits: !walk.asks(guide).is_empty(),
        ended: matches!(state, StepState::Done(_)),
        next: next(walk, guide),
        wire: Vec::new(),
        read: None,
    }
}

/// What is to be done, and by whom, as the words of a refusal have it, where the finding only passes them on.
fn by_its_words(
    walk: &Walk,
    guide: &Guide,
    entry: &FindingEntry,
    finding: &Finding,
    admin: bool,
) -> Option<(Vec<String>, Option<Who>)> {
    if !entry.weighs.is_empty() || entry.leads || entry.advice.is_some() {
        return None;
    }
    let entries = walk.transcript().entries();
    let reply = finding.evidence.iter().find_map(|id| match &entries.get(id.0 as usize)?.fact {
        Fact::Received { reply, .. } if !reply.is_positive() && reply.role != Role::Control => Some(reply),
        _ => None,
    })?;
    let meaning = read_reply(guide, reply);
    if meaning.cause == "unclear" {
        return None;
    }
    let item = Item {
        recipient: walk.case().recipient().map(str::to_owned),
        reply: reply.clone(),
        reporter: None,
        permanent: Some(reply.code >= 500),
        meaning,
        incoming: false,
    };
    let advice = advice(guide, &item);
    let fix = advice.fix.iter().map(|f| clean_line(f.register(admin), MOST)).collect();
    Some((fix, Some(advice.who)))
}

/// What can be lit, in the order in which it stands: rows that a finding ended, then sentences.
pub(in crate::tui) fn picks(view: &StepView) -> Vec<EvidenceId> {
    let rows = view.rows.iter().filter_map(|r| r.finding);
    rows.chain(view.notes.iter().map(|n| n.finding)).collect()
}

/// The run of each check of a step that counts: its last, unless that was stopped before it brought anything and an earlier one was not.
pub(super) fn counting_runs(walk: &Walk, id: &StepId) -> Vec<RunId> {
    let runs = walk.runs_of(id);
    if runs.len() < 2 {
        return runs;
    }
    let mut last: Vec<(&str, RunId)> = Vec::new();
    let mut empty: Vec<(&str, RunId, Option<RunId>)> = Vec::new();
    for entry in walk.transcript().entries() {
        match &entry.fact {
            Fact::Started { run, check, .. } if runs.contains(run) => {
                let before = last.iter().find(|(c, _)| c == check).map(|(_, run)| *run);
                empty.push((check, *run, before));
                last.retain(|(c, _)| c != check);
                last.push((check, *run));
            }
            Fact::Found { run, .. } | Fact::Received { run, .. } => empty.retain(|(_, r, _)| r != run),
            Fact::Cancelled { run } => {
                let at = empty.iter().position(|(_, r, _)| r == run);
                if let Some((check, run, Some(before))) = at.map(|at| empty.remove(at))
                    && let Some(of) = last.iter_mut().find(|(c, r)| *c == check && *r == run)
                {
                    of.1 = before;
                }
            }
            _ => {}
        }
    }
    last.into_iter().map(|(_, run)| run).collect()
}

/// A finding, and how grave the guide says it is.
struct Weighed<'a> {
    id: EvidenceId,
    finding: &'a Finding,
    level: Level,
}

fn gather<'a>(walk: &'a Walk, guide: &Guide, runs: &[RunId], admin: bool, now: u64) -> (Vec<Row>, Vec<Weighed<'a>>) {
    let mut rows: Vec<Row> = Vec::new();
    let mut found = Vec::new();
    let mut stopped = false;
    for (id, entry) in walk.transcript().numbered() {
        match &entry.fact {
            Fact::Probing { run, probe } if runs.contains(run) => {
                let since_ms = now.saturating_sub(entry.at);
                if !rows.iter().any(|r| r.label == *probe) {
                    rows.push(Row {
                        mark: Mark::Busy,
                        label: probe.clone(),
                        text: waits(walk.transcript().entries(), runs, probe, since_ms),
                        ms: None,
                        state: RowState::Running { since_ms },
                        finding: None,
                        kind: String::new(),
                    });
                }
            }
            Fact::Found { run, finding } if runs.contains(run) => {
                let level = guide.finding(&finding.id).map_or(Level::Info, |e| e.level);
                if let Some(probe) = &finding.probe {
                    let (mark, text) = (Mark::from(level), short(guide, finding, admin));
                    let ended = Row {
                        mark,
                        label: probe.clone(),
                        // What is unknown is alike when it is unknown for the same reason; anything else, when it reads alike.
                        kind: if mark == Mark::Unknown { finding.id.clone() } else { text.clone() },
                        text,
                        ms: finding.ms.map(u64::from),
                        state: RowState::Ended,
                        finding: Some(id),
                    };
                    match rows.iter_mut().find(|r| r.label == *probe) {
                        // Of several findings about one probe, the gravest stands in its row.
                        Some(row) if row.state == RowState::Ended && row.mark >= ended.mark => {}
                        Some(row) => *row = ended,
                        None => rows.push(ended),
                    }
                }
                found.push(Weighed { id, finding, level });
            }
            Fact::Cancelled { run } if runs.contains(run) => stopped = true,
            _ => {}
        }
    }
    let ended = |run: &RunId| !walk.running().contains(run);
    if runs.iter().all(ended) {
        if stopped {
            rows.iter_mut().filter(|r| r.state != RowState::Ended).for_each(Row::stop);
        }
        rows.retain(|r| r.state == RowState::Ended);
    }
    for row in &mut rows {
        row.mark = judged(guide, &found, row.finding).unwrap_or(row.mark);
    }
    (rows, found)
}

/// The mark that an answer has by what judges it: by the gravest finding that this very answer shows first.
fn judged(guide: &Guide, found: &[Weighed<'_>], row: Option<EvidenceId>) -> Option<Mark> {
    let row = found.iter().find(|f| Some(f.id) == row)?.finding;
    let answer = row.evidence.first().filter(|_| guide.finding(&row.id).is_some_and(|e| e.judged))?;
    let judges = found.iter().filter(|f| f.finding.probe.is_none() && f.finding.evidence.first() == Some(answer));
    judges.map(|f| f.level).filter(|level| *level != Level::Info).max().map(Mark::from)
}

/// Sentences: every fault and flaw, and what is no row. One sentence for findings that say the same.
fn notes(guide: &Guide, found: &[Weighed<'_>], admin: bool) -> Vec<Note> {
    let mut notes: Vec<Note> = Vec::new();
    for f in found.iter().filter(|f| f.level >= Level::Warn || f.finding.probe.is_none()) {
        let text = says(guide, f.finding, admin);
        if !notes.iter().any(|n| n.text == text) {
            notes.push(Note { mark: f.level.into(), text, finding: f.id });
        }
    }
    let short = |n: &Note| notes.iter().any(|other| other.mark == n.mark && goes_on(&other.text, &n.text));
    let keeps: Vec<bool> = notes.iter().map(|n| !short(n)).collect();
    notes.into_iter().zip(keeps).filter_map(|(note, keep)| keep.then_some(note)).collect()
}

/// The questions whose field is still empty: those the step needs, and where it could tell nothing, all of them.
fn unanswered(walk: &Walk, step: &Step, admin: bool) -> Vec<String> {
    use crate::guide::Field as F;
    let case = walk.case();
    let empty = |field: F| match field {
        F::From => case.from.is_none(),
        F::To => case.to.is_empty(),
        F::Server => case.server.is_none(),
        F::Security => false,
        F::User => case.user.is_none(),
        F::Password => !case.has_password,
        F::Message => case.message.is_none(),
        F::Error => case.error.is_none(),
        F::Helo => case.helo.is_none(),
        F::Ip => case.ip.is_none(),
        F::SendingDomain => case.sending_domain.is_none() && case.from.is_none(),
        F::Selector => case.selector.is_none(),
    };
    let told_nothing = matches!(walk.state_of(&step.id), StepState::Done(StepStatus::Unknown | StepStatus::Skipped));
    let wanted = step.questions.iter().filter(|q| empty(q.field) && (q.required || told_nothing));
    wanted.map(|q| q.ask.register(admin).to_owned()).collect()
}

fn next(walk: &Walk, guide: &Guide) -> Option<Next> {
    let proposal = walk.proposal()?;
    let mut others: Vec<String> = walk.other_ways(guide).iter().map(|id| title(guide, id)).collect();
    if proposal.to.is_some() {
        others.push("stop and report".to_owned());
    }
    let to = proposal.to.as_ref().map_or_else(|| "What we found".to_owned(), |id| title(guide, id));
    Some(Next { to, because: clean_line(&proposal.because, 400), others })
}
