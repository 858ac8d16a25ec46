//! What an answer stands for.

use crate::guide::Guide;
use crate::transcript::StepId;

/// What can be done at a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// Go where it was proposed, or begin.
    GoOn,
    /// Go to a step.
    Open(StepId),
    /// Look again at the present step, or at that of the cause.
    Again,
    /// Go back to where we came from.
    Back,
    /// Leave the present step unlooked at.
    Skip,
    /// Change what was entered for the present step.
    Change,
    /// Say how to ask.
    Options,
    /// Allow what the step does only where it is wished for.
    Allow,
    /// Choose another failure of the text that was read.
    Failures,
    /// Run every step of the checklist that was not run.
    RunAll,
    /// Sign the present step off.
    Sign,
    /// Show what was said to whom.
    Transcript,
    /// Show what speaks for the cause.
    Evidence,
    /// Show hosts against stages.
    Matrix,
    /// Show the records in the DNS.
    Records,
    /// Draw the conclusion.
    Stop,
    /// A letter to whoever has to act.
    Ticket,
    /// Save the report.
    Save,
    /// Say what can be typed.
    Help,
    /// Leave.
    Quit,
}

/// What a line means at a prompt with these numbered choices; none where it means nothing.
pub(super) fn choice(line: &str, offered: &[Choice], guide: &Guide) -> Option<Choice> {
    let word = line.trim().trim_end_matches('.').to_lowercase();
    if word.is_empty() {
        return offered.first().cloned();
    }
    if let Ok(number) = word.parse::<usize>() {
        return offered.get(number.checked_sub(1)?).cloned();
    }
    Some(match word.as_str() {
        "go" | "go on" | "on" | "next" | "yes" | "y" | "run" => Choice::GoOn,
        "run all" | "all" => Choice::RunAll,
        "again" | "check" | "check again" => Choice::Again,
        "back" => Choice::Back,
        "skip" => Choice::Skip,
        "change" => Choice::Change,
        "options" | "option" => Choice::Options,
        "send" | "send it" | "allow" => Choice::Allow,
        "list" | "failures" | "other failures" => Choice::Failures,
        "sign" | "note" => Choice::Sign,
        "transcript" | "t" => Choice::Transcript,
        "evidence" | "proof" | "e" => Choice::Evidence,
        "hosts" | "matrix" => Choice::Matrix,
        "records" | "desk" => Choice::Records,
        "report" | "stop" => Choice::Stop,
        "ticket" => Choice::Ticket,
        "save" => Choice::Save,
        "help" | "?" | "h" => Choice::Help,
        "quit" | "q" | "exit" | "bye" => Choice::Quit,
        other => Choice::Open(step(guide, other)?),
    })
}

/// `step 9`, `dns`, `Server status`.
fn step(guide: &Guide, word: &str) -> Option<StepId> {
    let name = word.strip_prefix("step").unwrap_or(word).trim();
    let number = name.parse::<u8>().ok();
    let fits =
        |s: &&crate::guide::Step| Some(s.number) == number || s.id == *name || s.title.eq_ignore_ascii_case(name);
    guide.steps().iter().find(fits).map(|s| s.id.clone())
}

/// What can be typed at any prompt.
pub(super) const HELP: &[&str] = &[
    "Type the number of a choice, or Enter for the first.",
    "Words do as well: go on, again, back, change, skip, transcript, report, quit.",
    "Type the name or number of a step to go there: dns, or step 9.",
    "evidence shows what speaks for the cause, with what was seen.",
    "options says how heloise asks: by which name service, under which name, for how long.",
    "hosts shows every server and address against the stages of a delivery.",
    "After a text with several failures: list shows them again, to follow another.",
    "At the step Content: send really sends the message, once, after you said yes to it.",
    "In a checklist: run all runs every step that was not run yet, in order.",
    "In a checklist: sign puts your initials and a note beside a step.",
    "After the step DNS: records shows each record, and what to publish instead.",
    "After the diagnosis: ticket writes a letter to whoever has to act, save keeps the report in a file.",
    "While something runs: stop ends it, and what came in so far counts.",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_number_a_word_or_nothing() {
        let offered = [Choice::GoOn, Choice::Transcript];
        let guide = Guide::default();
        let means = |line: &str| choice(line, &offered, &guide);
        assert_eq!(means(""), Some(Choice::GoOn));
        assert_eq!(means("2"), Some(Choice::Transcript));
        assert_eq!(means(" Report. "), Some(Choice::Stop));
        assert_eq!(means("0"), None);
        assert_eq!(means("3"), None);
        assert_eq!(means("gibberish"), None);
    }
}
