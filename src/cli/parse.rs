//! From words to arguments.

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches};

use super::one_line::one_line;
use super::{Arguments, Trouble};
use crate::transcript::clean;

/// What was typed, read; or the help or version that was asked for, with exit status 0.
///
/// # Errors
/// One line saying what is wrong and what to type instead.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Result<Arguments, String>, Trouble> {
    let words = with_command(words.into_iter().collect());
    let command = words.iter().skip(1).find(|w| is_command(w)).and_then(|w| w.to_str()).map(str::to_owned);
    let matches = Arguments::command().try_get_matches_from(words);
    match matches.and_then(|m| Arguments::from_arg_matches(&m)) {
        Ok(arguments) => Ok(Ok(arguments)),
        Err(error) if error.exit_code() == 0 => Ok(Err(clean(&error.render().to_string()))),
        Err(error) => Err(one_line(&error, command.as_deref())),
    }
}

/// `heloise --to bob@example.org` is `heloise start --to bob@example.org`.
fn with_command(mut words: Vec<OsString>) -> Vec<OsString> {
    let mut at = 1;
    while let Some(word) = words.get(at).and_then(|w| w.to_str()) {
        match word {
            "--guide-folder" | "--state-dir" => at += 2,
            "--no-save" => at += 1,
            _ if word.starts_with("--guide-folder=") || word.starts_with("--state-dir=") => at += 1,
            "-h" | "--help" | "-V" | "--version" => break,
            _ if word.starts_with('-') && word.len() > 1 => {
                words.insert(at, "start".into());
                break;
            }
            _ => break,
        }
    }
    words
}

fn is_command(word: &OsString) -> bool {
    Arguments::command().get_subcommands().any(|c| word == c.get_name())
}
