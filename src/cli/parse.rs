//! From words to arguments.

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches};

use super::one_line::one_line;
use super::{Arguments, Asked, HouseArgs, Trouble, forced};
use crate::transcript::clean;

/// What was asked for, read; or the help or version that was asked for, with exit status 0.
///
/// # Errors
/// One line saying what is wrong and what to type instead.
pub fn parse(asked: Asked) -> Result<Result<Arguments, String>, Trouble> {
    let Asked { mut words, original, confined } = asked;
    // Whoever wrote the command line may name files; whoever is at the other end of it may not.
    if let Some(original) = original {
        let alone = words.first().cloned().into_iter().chain(original.iter().cloned()).collect();
        match read(alone)? {
            Ok(arguments) => forced::confine(&arguments)?,
            Err(help) => return Ok(Err(help)),
        }
        // A command line that names a command is not to be changed.
        if !words.iter().skip(1).any(is_command) {
            words.extend(original);
        }
    }
    let read = read(words)?;
    Ok(read.map(|mut arguments| {
        arguments.house.confined |= confined;
        arguments
    }))
}

fn read(words: Vec<OsString>) -> Result<Result<Arguments, String>, Trouble> {
    // The wizard with nothing said: it stands before all options could even be described.
    if words.len() < 2 {
        return Ok(Ok(Arguments { command: None, house: HouseArgs::default() }));
    }
    let words = with_command(words);
    let command = words.iter().skip(1).find(|w| is_command(w)).and_then(|w| w.to_str()).map(str::to_owned);
    let matches = Arguments::command().try_get_matches_from(words);
    match matches.and_then(|m| Arguments::from_arg_matches(&m)) {
        Ok(arguments) => Ok(Ok(arguments)),
        Err(error) if error.exit_code() == 0 => Ok(Err(clean(&error.render().to_string()))),
        Err(error) => Err(one_line(&error, command.as_deref())),
    }
}

/// `heloise --to bob@example.org` is `heloise start --to bob@example.org`, and `heloise --plain practice` is `heloise practice --plain`.
fn with_command(mut words: Vec<OsString>) -> Vec<OsString> {
    let mut at = 1;
    while let Some(word) = words.get(at).and_then(|w| w.to_str()) {
        match word {
            "--guide-folder" | "--state-dir" | "--config" => at += 2,
            "--no-save" | "--confined" => at += 1,
            _ if ["--guide-folder=", "--state-dir=", "--config="].iter().any(|o| word.starts_with(o)) => at += 1,
            "-h" | "--help" | "-V" | "--version" => break,
            _ if word.starts_with('-') && word.len() > 1 => {
                match wizard_behind_looks(&words[at..]) {
                    Some(looks) => words[at..=at + looks].rotate_right(1),
                    None => words.insert(at, "start".into()),
                }
                break;
            }
            _ => break,
        }
    }
    words
}

/// How many words say only how the screen looks, where a command that opens the wizard stands behind them.
fn wizard_behind_looks(words: &[OsString]) -> Option<usize> {
    let mut at = 0;
    loop {
        match words.get(at)?.to_str()? {
            "--plain" | "--ascii" | "--mono" => at += 1,
            "--theme" | "--mode" => at += 2,
            word if ["--theme=", "--mode="].iter().any(|o| word.starts_with(o)) => at += 1,
            "start" | "practice" | "resume" => return Some(at),
            _ => return None,
        }
    }
}

fn is_command(word: &OsString) -> bool {
    Arguments::command().get_subcommands().any(|c| word == c.get_name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_the_screen_may_stand_before_the_command() {
        for (given, wanted) in [
            ("--plain practice no-such-user", "practice --plain no-such-user"),
            ("--no-save --theme light --ascii resume", "--no-save resume --theme light --ascii"),
            ("--mode=checklist start --to bob@example.org", "start --mode=checklist --to bob@example.org"),
            ("--plain --to bob@example.org", "start --plain --to bob@example.org"),
            ("--to bob@example.org practice", "start --to bob@example.org practice"),
            ("--theme", "start --theme"),
        ] {
            let split = |line: &str| format!("heloise {line}").split(' ').map(OsString::from).collect::<Vec<_>>();
            assert_eq!(with_command(split(given)), split(wanted), "{given}");
        }
    }
}
