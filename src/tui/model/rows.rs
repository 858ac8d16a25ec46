//! The rows of a step: one for each probe, those that say nothing new folded.

use super::super::theme::Mark;
use crate::transcript::EvidenceId;

/// How far a probe is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum RowState {
    /// At work since so many milliseconds.
    Running { since_ms: u64 },
    /// Ended.
    Ended,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Row {
    pub mark: Mark,
    /// A host, a list, a port.
    pub label: String,
    /// A few words.
    pub text: String,
    /// How long it took.
    pub ms: Option<u64>,
    pub state: RowState,
    /// The finding that ended it.
    pub finding: Option<EvidenceId>,
    /// What kind of result it is: equal ones can be folded together.
    pub kind: String,
}

/// A span of time, as it is shown.
pub(in crate::tui) fn span(ms: u64) -> String {
    if ms < 1000 { format!("{ms} ms") } else { format!("{}.{} s", ms / 1000, ms % 1000 / 100) }
}

/// How many equal rows stand for themselves before the others are folded; the second number, where the first leaves too many.
const SHOWN: [usize; 2] = [2, 1];

/// At most `most` rows where that can be done by folding rows of one kind that are no fault; the order is kept, what is folded comes last.
pub(in crate::tui) fn fold_rows(rows: &[Row], most: usize) -> Vec<Row> {
    let rows = &grouped(rows)[..];
    if rows.len() <= most.max(3) {
        return rows.to_vec();
    }
    // What works where other things do not is what was looked for: it gives way last.
    let telling = |r: &Row| matches!(r.mark, Mark::Fault | Mark::Note);
    let of_use = |r: &Row| telling(r) || r.mark == Mark::Fine && rows.iter().any(|r| r.mark == Mark::Remark);
    let folds = SHOWN.map(|shown| [folded_to(rows, shown, &of_use), folded_to(rows, shown, &telling)]);
    let [[some, fewer], [less, least]] = folds;
    let fits = |rows: &Vec<Row>| rows.len() <= most;
    let mixed = || remarks_in_one(rows, most);
    [some, less].into_iter().find(fits).or_else(mixed).unwrap_or(if fits(&fewer) { fewer } else { least })
}

/// Rows that stand next to each other, ended alike, and are numbered (`greeting 2 of 6`), in one: `greeting 1–6 of 6`, with the longest time.
fn grouped(rows: &[Row]) -> Vec<Row> {
    let mut kept: Vec<Row> = Vec::new();
    let mut from = "";
    for row in rows {
        let last = kept.last_mut().filter(|l| l.state == RowState::Ended && row.state == RowState::Ended);
        let last = last.filter(|l| l.kind == row.kind && l.mark == row.mark);
        match (last, numbered(&row.label)) {
            (Some(last), Some((what, nth, of)))
                if numbered(&last.label).is_some_and(|(w, _, o)| (w, o) == (what, of)) =>
            {
                last.label = format!("{what} {from}–{nth} {of}");
                last.ms = last.ms.max(row.ms);
            }
            (_, number) => {
                from = number.map_or("", |(_, nth, _)| nth);
                kept.push(row.clone());
            }
        }
    }
    kept
}

/// `greeting 2 of 6`, or `greeting 1–2 of 6`, in its parts.
fn numbered(label: &str) -> Option<(&str, &str, &str)> {
    let (before, _) = label.split_once(" of ")?;
    let (what, nth) = before.rsplit_once(' ')?;
    let digits = nth.starts_with(|c: char| c.is_ascii_digit());
    digits.then(|| (what, nth, &label[before.len() + 1..]))
}

/// What is merely so in one row, of whatever kind, where what works could not stand otherwise.
fn remarks_in_one(rows: &[Row], most: usize) -> Option<Vec<Row>> {
    let remarks = rows.iter().filter(|r| r.mark == Mark::Remark).count();
    let others = rows.len() - remarks;
    let any = |mark| rows.iter().any(|r| r.mark == mark);
    if !any(Mark::Fine) || any(Mark::Busy) || remarks < 2 || others >= most {
        return None;
    }
    let room = most - others - 1;
    let mut seen = 0;
    let mut kept: Vec<Row> = Vec::new();
    for row in rows {
        seen += usize::from(row.mark == Mark::Remark);
        if row.mark != Mark::Remark || seen <= room {
            kept.push(row.clone());
        }
    }
    let first = rows.iter().find(|r| r.mark == Mark::Remark)?;
    let text = "other answers".to_owned();
    kept.push(Row { kind: text.clone(), text, ..first.many(remarks - room) });
    Some(kept)
}

fn folded_to(rows: &[Row], shown: usize, stays: &dyn Fn(&Row) -> bool) -> Vec<Row> {
    let foldable = |r: &Row| !stays(r);
    let mut kept = Vec::new();
    let mut folded: Vec<(&Row, usize)> = Vec::new();
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for row in rows {
        let kind = if row.state == RowState::Ended { row.kind.as_str() } else { "…" };
        let count = match counts.iter_mut().find(|(k, _)| *k == kind) {
            Some((_, count)) => count,
            None => {
                counts.push((kind, 0));
                let last = counts.len() - 1;
                &mut counts[last].1
            }
        };
        *count += 1;
        if !foldable(row) || *count <= shown && row.state == RowState::Ended {
            kept.push(row.clone());
        } else if let Some((_, n)) = folded.iter_mut().find(|(r, _)| r.kind == row.kind && r.state_is(row)) {
            *n += 1;
        } else {
            folded.push((row, 1));
        }
    }
    // One that stands for itself stands with the others; those that stand for many come last.
    let (alone, many): (Vec<_>, Vec<_>) = folded.into_iter().partition(|(_, n)| *n == 1);
    kept.extend(alone.into_iter().map(|(row, _)| row.clone()));
    kept.extend(many.into_iter().map(|(row, n)| row.many(n)));
    kept
}

impl Row {
    fn state_is(&self, other: &Self) -> bool {
        matches!(self.state, RowState::Ended) == matches!(other.state, RowState::Ended)
    }

    /// What was at work was stopped: nothing is known of it.
    pub(super) fn stop(&mut self) {
        let text = "stopped".to_owned();
        *self = Self {
            mark: Mark::Skipped,
            kind: text.clone(),
            text,
            ms: None,
            state: RowState::Ended,
            finding: None,
            label: std::mem::take(&mut self.label),
        };
    }

    /// The row that stands for `n` of its kind.
    fn many(&self, n: usize) -> Self {
        let text = match self.state {
            RowState::Running { .. } => "still asking".to_owned(),
            RowState::Ended => self.text.clone(),
        };
        Self { label: format!("{n} more"), text, ms: None, finding: None, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(label: &str, mark: Mark, kind: &str) -> Row {
        Row {
            mark,
            label: label.to_owned(),
            text: kind.to_owned(),
            ms: Some(5),
            state: RowState::Ended,
            finding: None,
            kind: kind.to_owned(),
        }
    }

    #[test]
    fn what_fits_is_not_folded() {
        let rows: Vec<_> = (0..6).map(|i| row(&i.to_string(), Mark::Fine, "clean")).collect();
        assert_eq!(fold_rows(&rows, 6), rows);
    }

    #[test]
    fn a_fault_is_never_folded_and_every_row_is_counted() {
        let mut rows: Vec<_> = (0..40).map(|i| row(&i.to_string(), Mark::Fine, "clean")).collect();
        rows.insert(20, row("ZEN", Mark::Fault, "listed"));
        rows.insert(30, row("Barracuda", Mark::Unknown, "refused"));
        rows.extend((0..3).map(|i| row(&format!("f{i}"), Mark::Fault, "listed")));
        let folded = fold_rows(&rows, 8);
        assert_eq!(folded.iter().filter(|r| r.mark == Mark::Fault).count(), 4);
        assert_eq!(folded.last().unwrap().label, "38 more");
        assert_eq!(folded.last().unwrap().text, "clean");
        assert!(folded.iter().any(|r| r.label == "Barracuda"));
        assert_eq!(folded.len(), 2 + 4 + 1 + 1);
    }

    #[test]
    fn what_works_stays_where_the_rest_is_merely_so() {
        let mut rows: Vec<_> = (0..6).map(|i| row(&format!("r{i}"), Mark::Remark, "closed")).collect();
        rows.extend((0..3).map(|i| row(&format!("w{i}"), Mark::Fine, "works")));
        let folded: Vec<_> = fold_rows(&rows, 6).into_iter().map(|r| r.label).collect();
        assert_eq!(folded, ["r0", "r1", "w0", "w1", "w2", "4 more"]);
        let folded: Vec<_> = fold_rows(&rows, 5).into_iter().map(|r| r.label).collect();
        assert_eq!(folded, ["r0", "w0", "w1", "w2", "5 more"]);
        for (i, row) in rows.iter_mut().enumerate().take(6) {
            row.kind = format!("closed {i}");
        }
        let folded: Vec<_> = fold_rows(&rows, 5).into_iter().map(|r| (r.label, r.text)).collect();
        let label = |i: usize| folded[i].0.as_str();
        assert_eq!([label(0), label(1), label(2), label(3)], ["r0", "w0", "w1", "w2"]);
        assert_eq!((label(4), folded[4].1.as_str()), ("5 more", "other answers"));
    }

    #[test]
    fn numbered_rows_that_ended_alike_are_one() {
        let rows = |kinds: &[&str]| -> Vec<Row> {
            let row = |(i, kind): (usize, &&str)| row(&format!("greeting {} of 4", i + 1), Mark::Note, kind);
            kinds.iter().enumerate().map(row).collect()
        };
        let labels = |kinds: &[&str]| fold_rows(&rows(kinds), 9).into_iter().map(|r| r.label).collect::<Vec<_>>();
        assert_eq!(labels(&["421"; 4]), ["greeting 1–4 of 4"]);
        assert_eq!(labels(&["220", "421", "421", "220"]), ["greeting 1 of 4", "greeting 2–3 of 4", "greeting 4 of 4"]);
    }

    #[test]
    fn those_at_work_are_told_apart_from_those_that_ended() {
        let mut rows: Vec<_> = (0..10).map(|i| row(&i.to_string(), Mark::Fine, "clean")).collect();
        rows.extend((0..5).map(|i| Row {
            state: RowState::Running { since_ms: 400 },
            mark: Mark::Busy,
            ..row(&format!("r{i}"), Mark::Busy, "")
        }));
        let folded = fold_rows(&rows, 5);
        let texts: Vec<_> = folded.iter().map(|r| (r.label.as_str(), r.text.as_str())).collect();
        assert_eq!(texts, [("0", "clean"), ("1", "clean"), ("8 more", "clean"), ("5 more", "still asking")]);
    }
}
