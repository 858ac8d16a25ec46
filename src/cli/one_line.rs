//! A usage error in one line: what is wrong, and what to type instead.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::Trouble;
use crate::transcript::clean_line;

/// The longest value that is shown back, in characters.
const MOST: usize = 60;

/// What clap objects to, in one line. `command` is the command that was being read, where it was one.
pub(super) fn one_line(error: &clap::Error, command: Option<&str>) -> Trouble {
    let help = command.map_or_else(|| "heloise --help".to_owned(), |c| format!("heloise {c} --help"));
    Trouble::usage(sentence(error, &help))
}

fn sentence(error: &clap::Error, help: &str) -> String {
    let option = one(error, ContextKind::InvalidArg).map(|o| bare(&o)).unwrap_or_default();
    let value = one(error, ContextKind::InvalidValue).unwrap_or_default();
    match error.kind() {
        ErrorKind::UnknownArgument => unknown(error, &option, help),
        ErrorKind::InvalidSubcommand => {
            let word = one(error, ContextKind::InvalidSubcommand).unwrap_or_default();
            let near = suggestion(error, ContextKind::SuggestedSubcommand);
            format!("there is no command {word}{near} {help} lists the commands")
        }
        ErrorKind::InvalidValue if value.is_empty() => {
            let choice = many(error, ContextKind::ValidValue);
            let choice = if choice.is_empty() { String::new() } else { format!(": {}", choice.join(", ")) };
            format!("{option} wants a value behind it{choice}; {help} says which")
        }
        ErrorKind::InvalidValue => {
            let near = suggestion(error, ContextKind::SuggestedValue);
            format!(
                "{value} is no value for {option}{near} type one of {}",
                many(error, ContextKind::ValidValue).join(", ")
            )
        }
        ErrorKind::ValueValidation => {
            let why = error.source().map_or_else(|| format!("{help} says what fits"), ToString::to_string);
            if value.is_empty() { format!("{option}: {why}") } else { format!("{option} {value}: {why}") }
        }
        ErrorKind::ArgumentConflict => {
            let others = many(error, ContextKind::PriorArg);
            let others: Vec<_> = others.iter().map(|o| bare(o)).filter(|o| *o != option).collect();
            if others.is_empty() {
                format!("{option} was given more than once; give it once")
            } else {
                format!("{option} and {} do not go together; leave one out", others.join(", "))
            }
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = many(error, ContextKind::InvalidArg).join(" ");
            format!("{missing} is missing; {help} shows how it is used")
        }
        ErrorKind::TooManyValues => format!("{option} takes no value of its own; leave out what stands behind its ="),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{option} wants a value behind it; {help} says which")
        }
        ErrorKind::InvalidUtf8 => "something on the command line is not UTF-8; type it in UTF-8".to_owned(),
        _ => {
            let text = error.to_string();
            let line = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
            format!("{}; {help} shows how it is used", line.trim_start_matches("error: "))
        }
    }
}

fn unknown(error: &clap::Error, option: &str, help: &str) -> String {
    if option.starts_with("--pass") || option == "-p" || option == "-ap" {
        return "no option takes a password itself, because others could read it; \
                use --password-file FILE, --password-env VAR or --password-stdin"
            .to_owned();
    }
    let what = if option.starts_with('-') { "there is no option" } else { "there is one word too many:" };
    let near = suggestion(error, ContextKind::SuggestedArg);
    format!("{what} {option}{near} {help} lists the options")
}

fn suggestion(error: &clap::Error, kind: ContextKind) -> String {
    many(error, kind).first().map_or_else(|| ";".to_owned(), |near| format!("; did you mean {}?", bare(near)))
}

/// An option without the names of its values: `--from <ADDR>` is `--from`.
fn bare(option: &str) -> String {
    match option.split_once([' ', '=']) {
        Some((name, _)) if option.starts_with('-') => name.trim_end_matches('[').to_owned(),
        _ => option.trim_start_matches(['<', '[']).trim_end_matches(['>', ']', '.']).to_owned(),
    }
}

fn one(error: &clap::Error, kind: ContextKind) -> Option<String> {
    many(error, kind).into_iter().next()
}

fn many(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(s)) => vec![clean_line(s, MOST)],
        Some(ContextValue::Strings(all)) => all.iter().map(|s| clean_line(s, MOST)).collect(),
        _ => Vec::new(),
    }
}
