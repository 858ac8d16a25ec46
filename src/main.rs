//! `heloise`: from arguments to a front end, and from there to an exit status.

use std::io::{self, BufReader, IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use heloise::cli::{self, Exit, Next, Trouble, Wizard};
use heloise::{plain, tui};

fn main() -> ExitCode {
    cli::watch_for_bugs();
    let done = catch_unwind(AssertUnwindSafe(whole));
    let (exit, line) = match (done, cli::bug_seen()) {
        (Ok(Err(trouble)), _) => (trouble.exit, trouble.line),
        (_, Some(bug)) => (bug.exit, bug.line),
        (Ok(Ok(exit)), None) => (exit, String::new()),
        (Err(_), None) => (Exit::BUG, Trouble::bug("it broke off").line),
    };
    if !line.is_empty() {
        say(&format!("heloise: {line}"));
    }
    exit.into()
}

/// Says a line on standard error, which may have gone with the terminal.
fn say(line: &str) {
    drop(writeln!(io::stderr(), "{line}"));
}

fn whole() -> Result<Exit, Trouble> {
    let ssh = std::env::var_os("SSH_ORIGINAL_COMMAND").map(|c| c.to_string_lossy().into_owned());
    let asked = cli::Asked::of(std::env::args_os().collect(), ssh.as_deref())?;
    let arguments = match cli::parse(asked)? {
        Ok(arguments) => arguments,
        Err(help) => return cli::print(&help),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|e| Trouble::output("to the system", &e))?;
    let done = runtime.block_on(async {
        match cli::run(arguments).await? {
            Next::Done(exit) => Ok(exit),
            Next::Open(wizard) => open(*wizard).await,
        }
    });
    // What still runs (a resolver, a thread that reads the keyboard) is not waited for.
    runtime.shutdown_background();
    done
}

async fn open(wizard: Wizard) -> Result<Exit, Trouble> {
    // What a terminal without a name can do nobody knows; Windows names none.
    let dumb = std::env::var_os("TERM").map_or(cfg!(unix), |t| t.is_empty() || t == "dumb");
    let screen = io::stdin().is_terminal() && io::stdout().is_terminal() && !dumb;
    let plain = wizard.screen.plain || wizard.settings.plain;
    if plain || !screen { in_lines(wizard).await } else { on_screen(wizard).await }
}

async fn on_screen(wizard: Wizard) -> Result<Exit, Trouble> {
    let look = look(&wizard)?;
    let keys = keys(&wizard.settings)?;
    let Wizard { setup, case, secret, consents, mode, resume, last, story, start_at_once, practice, .. } = wizard;
    let launch = tui::Launch {
        setup,
        case,
        secret,
        mode,
        consents,
        resume,
        last: last.map(|(says, session)| tui::Last { says, session }),
        story,
        look,
        keys,
        mouse: wizard.settings.mouse,
        initials: wizard.settings.initials,
        start_at_once,
        folder: (!wizard.confined).then(std::path::PathBuf::new),
        confined: wizard.confined,
    };
    let left = tui::run(launch).await.map_err(|e| match e {
        tui::Trouble::NoTerminal => Trouble::usage(e.to_string()),
        tui::Trouble::Terminal(why) => Trouble::output("to this terminal", &why),
    })?;
    drop(practice);
    if let Some(id) = &left.saved {
        say(&format!("Saved as session {id}. heloise resume {id} takes it up again."));
    }
    if let Some(why) = &left.save_trouble {
        say(&format!("This session is not saved: {why}."));
    }
    Ok(left.signal.map_or(Exit::DONE, |signal| Exit(128 + u8::try_from(signal).unwrap_or(0))))
}

/// What the terminal can show, and how that is to look: by the command line, else by the settings, else by what the terminal says of itself.
fn look(wizard: &Wizard) -> Result<tui::Look, Trouble> {
    let mut look = tui::Look::of_terminal(|name| std::env::var(name).ok());
    look.ascii |= wizard.screen.ascii || wizard.settings.ascii;
    let by_option = wizard.screen.theme.as_ref().map(|name| (name, "--theme"));
    let by_settings = wizard.settings.theme.as_ref().map(|(name, place)| (name, place.as_str()));
    if let Some((name, place)) = by_option.or(by_settings) {
        let guide = &wizard.setup.guide;
        let Some(text) = guide.file(&format!("themes/{name}.toml")) else {
            let all = guide.file_names("themes/").filter_map(|n| n.strip_prefix("themes/")?.strip_suffix(".toml"));
            let all = all.collect::<Vec<_>>().join(", ");
            return Err(Trouble::data(format!("{place}: there is no theme {name}; there are {all}")));
        };
        let theme = text.parse().map_err(|why| Trouble::data(format!("themes/{name}.toml, {why}")))?;
        // Who wants no colours anywhere wants none here.
        if std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()) {
            look.theme = theme;
        }
    }
    if wizard.screen.mono {
        look.theme = *tui::MONO;
    }
    Ok(look)
}

fn keys(settings: &cli::Settings) -> Result<tui::Keys, Trouble> {
    let moves = settings.keys.iter().map(|(name, key, _)| (name.as_str(), key.as_str()));
    tui::Keys::moved(moves).map_err(|(nth, why)| {
        let place = settings.keys.get(nth).map_or("", |(.., place)| place);
        Trouble::data(format!("{place}: {why}"))
    })
}

/// The columns of the terminal on standard output, if it is one and says so; a pipe, or a script that gives it no size, gets whole lines.
#[cfg(unix)]
fn columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    (size.ws_col >= 20).then_some(size.ws_col.into())
}

#[cfg(not(unix))]
fn columns() -> Option<usize> {
    None
}

async fn in_lines(wizard: Wizard) -> Result<Exit, Trouble> {
    let Wizard { setup, case, secret, consents, mode, resume, story, start_at_once, practice, confined, .. } = wizard;
    let width = columns();
    let launch = plain::Launch { setup, case, secret, mode, consents, resume, story, start_at_once, confined, width };
    let left = plain::run(launch, BufReader::new(io::stdin()), io::stdout(), plain::echo).await;
    drop(practice);
    let left = left.map_err(|e| Trouble::output("standard output", &e))?;
    if left.bugs > 0 { Err(Trouble::bug("a check broke off")) } else { Ok(Exit::DONE) }
}
