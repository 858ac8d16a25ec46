//! The command line: its definitions, and the commands without a screen.

mod answer;
mod args;
mod bugs;
mod case_args;
mod check;
mod checklist;
mod explain;
mod forced;
mod given;
mod guide;
mod house;
mod input;
mod one_line;
mod out;
mod parse;
mod practice;
mod provider;
mod read;
mod saved;
mod settings;
mod shell;
mod toml_file;
mod trouble;
pub mod values;
mod wizard;

pub use args::*;
pub use bugs::{bug_seen, watch_for_bugs};
pub use case_args::CaseArgs;
pub use forced::Asked;
pub use given::{Given, allowed};
pub use parse::parse;
pub use settings::Settings;
pub use trouble::{Exit, Trouble};
pub use wizard::Wizard;

use house::House;

/// Prints a text that was asked for: the help, the version.
///
/// # Errors
/// When it cannot be written.
pub fn print(text: &str) -> Result<Exit, Trouble> {
    let mut out = out::Out::open(None)?;
    out.write(text)?;
    out.finish()?;
    Ok(Exit::DONE)
}

/// What is left to do after a command was read.
pub enum Next {
    /// Nothing: it was done.
    Done(Exit),
    /// To open a wizard.
    Open(Box<Wizard>),
}

/// Carries out a command, or makes ready for the wizard.
///
/// # Errors
/// One line and an exit status.
pub async fn run(arguments: Arguments) -> Result<Next, Trouble> {
    let command = arguments.command.unwrap_or_else(|| Command::Start(Box::default()));
    let house = &arguments.house;
    let done = match &command {
        Command::Completions(args) => shell::completions(args.shell),
        Command::Man => shell::man(),
        Command::Settings(args) => settings::settings(args, house),
        // What is wrong with the words is said before anything is loaded.
        Command::Check(args) => {
            let settings = Settings::load(house)?;
            let given = check::given(args, settings.case())?;
            check::check(args, given, &House::open(house, settings)?).await
        }
        Command::Start(args) => {
            let settings = Settings::load(house)?;
            let over = match &args.checklist {
                Some(path) => checklist::read(path, settings.case())?,
                None => settings.case(),
            };
            let given = Given::read(&args.case, over)?;
            return wizard::start(args, given, &House::open(house, settings)?);
        }
        _ => {
            let house = House::open(house, Settings::load(house)?)?;
            match &command {
                Command::Resume(args) => return wizard::resume(args, &house),
                Command::Practice(args) if !(args.list || args.check || args.serve) => {
                    return wizard::practice(args, &house).await;
                }
                Command::Practice(args) => practice::practice(args, &house).await,
                Command::Read(args) => return read::read(args, &house),
                Command::Explain(args) => explain::explain(args, &house),
                Command::Sessions(args) => saved::sessions(args, &house),
                Command::Report(args) => saved::report(args, &house),
                Command::Guide(args) => guide::guide(args, &house),
                Command::Completions(_)
                | Command::Man
                | Command::Settings(_)
                | Command::Check(_)
                | Command::Start(_) => Ok(Exit::DONE),
            }
        }
    };
    done.map(Next::Done)
}
