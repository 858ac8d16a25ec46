//! The command line, as clap sees it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::CaseArgs;
use crate::transcript::StepId;

/// Finds where mail stops: step by step, live, in plain words.
#[derive(Debug, Parser)]
#[command(
    name = "heloise",
    version,
    about = "A guided troubleshooter for mail that does not go through",
    long_about = "A guided troubleshooter for mail that does not go through.\n\n\
                  Without a command it opens the wizard. Nothing leaves this machine before you say yes.",
    after_help = "Examples:\n  \
                  heloise                                      the wizard\n  \
                  heloise check --to bob@example.org           a check without a screen\n  \
                  heloise read bounce.eml                      what a bounce means\n  \
                  heloise explain 550 5.7.26                   what a code means\n  \
                  heloise practice                             learn on a broken server inside heloise",
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub struct Arguments {
    /// What to do; without a command, `start`.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// What every command takes.
    #[command(flatten)]
    pub house: HouseArgs,
}

/// What every command takes.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Everywhere")]
pub struct HouseArgs {
    /// Your own guide: files that replace or add to the built-in ones
    #[arg(long, value_name = "DIR", global = true)]
    pub guide_folder: Option<PathBuf>,

    /// Where sessions are saved; HELOISE_STATE_DIR does the same
    #[arg(long, value_name = "DIR", global = true)]
    pub state_dir: Option<PathBuf>,

    /// Your settings of heloise; HELOISE_CONFIG does the same
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,

    /// Serve somebody who may not touch this machine: for a login shell or ForceCommand
    #[arg(long, global = true)]
    pub confined: bool,

    /// Save nothing of this session
    #[arg(long, global = true)]
    pub no_save: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The wizard, with what you know already filled in
    Start(Box<StartArgs>),
    /// Walk the guide without a screen and report what was found
    Check(Box<CheckArgs>),
    /// Say what an error, a bounce or mail-log lines mean
    Read(ReadArgs),
    /// Say what a reply code, a finding or a kind of trouble means
    Explain(ExplainArgs),
    /// Practise on a broken mail world inside heloise
    Practice(Box<PracticeArgs>),
    /// List the saved sessions
    Sessions(SessionsArgs),
    /// Take up a saved session again
    Resume(ResumeArgs),
    /// Report on a saved session
    Report(ReportArgs),
    /// Show the steps of the guide and every branch between them
    Guide(GuideArgs),
    /// Show where your settings are, or write them down with all their defaults
    Settings(SettingsArgs),
    /// Print the completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
}

/// The options of `start`.
#[derive(Args, Clone, Debug, Default)]
pub struct StartArgs {
    /// The case.
    #[command(flatten)]
    pub case: CaseArgs,
    /// Your own checklist: a TOML file with steps, their order, and fixed answers
    #[arg(long, value_name = "FILE")]
    pub checklist: Option<PathBuf>,
    /// How the screen looks.
    #[command(flatten)]
    pub screen: ScreenArgs,
}

/// How the wizard looks.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Screen")]
pub struct ScreenArgs {
    /// One thing at a time, or the 13-step checklist
    #[arg(long, value_enum)]
    pub mode: Option<ModeArg>,

    /// Numbered lines instead of a full screen
    #[arg(long)]
    pub plain: bool,

    /// Only ASCII characters
    #[arg(long)]
    pub ascii: bool,

    /// How it looks: dark, light, either, contrast, mono, or one of your guide folder's themes
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,

    /// No colours (NO_COLOR does the same)
    #[arg(long)]
    pub mono: bool,
}

/// Guided or checklist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ModeArg {
    /// One thing at a time, led by the replies.
    #[default]
    Guided,
    /// All 13 steps in order.
    Checklist,
}

/// The options of `check`.
#[derive(Args, Clone, Debug)]
pub struct CheckArgs {
    /// The case.
    #[command(flatten)]
    pub case: CaseArgs,

    /// Only these steps, by name or number, with commas between
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = super::values::step)]
    pub steps: Vec<StepId>,

    /// All 13 steps
    #[arg(long, conflicts_with = "steps")]
    pub all: bool,

    /// Your own checklist: a TOML file with steps, their order, and fixed answers
    #[arg(long, value_name = "FILE", conflicts_with_all = ["steps", "all"])]
    pub checklist: Option<PathBuf>,

    /// What the report looks like
    #[arg(long, value_enum, default_value_t)]
    pub format: ReportFormat,

    /// Write the report to a file
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// The formats of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people.
    #[default]
    Text,
    /// One object, schema heloise.report/1.
    Json,
    /// One event a line as it happens; the last line is the report.
    Jsonl,
    /// For tickets and wikis.
    Markdown,
    /// One page that stands alone.
    Html,
    /// One line and its exit status, for Nagios and its kin.
    Nagios,
    /// Metrics for a textfile collector.
    Prometheus,
}

/// The options of `read`.
#[derive(Args, Clone, Debug)]
pub struct ReadArgs {
    /// A file; without one, or with -, standard input
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// What the answer looks like
    #[arg(long, value_enum, default_value_t)]
    pub format: ReadFormat,

    /// Of a log with many failures, take up this group in the wizard; without a terminal, print it
    #[arg(long, value_name = "N")]
    pub group: Option<usize>,
}

/// The formats of a reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ReadFormat {
    /// For people.
    #[default]
    Text,
    /// One object, schema heloise.reading/1.
    Json,
    /// One object a line, one line an item.
    Jsonl,
}

/// Text or JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// The options of `explain`.
#[derive(Args, Clone, Debug)]
pub struct ExplainArgs {
    /// A reply code, an enhanced code, both, a finding, or a provider: 550 5.7.26, dns.mx.null, gmail.com
    #[arg(value_name = "CODE|FINDING", required = true, num_args = 1..)]
    pub what: Vec<String>,

    /// What the answer looks like
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

/// The options of `practice`.
#[derive(Args, Clone, Debug)]
pub struct PracticeArgs {
    /// Which world; --list names them
    #[arg(value_name = "WORLD")]
    pub world: Option<String>,

    /// List the worlds
    #[arg(long, conflicts_with_all = ["check", "serve", "world"])]
    pub list: bool,

    /// Check the world without a screen
    #[arg(long, conflicts_with = "serve", requires = "world")]
    pub check: bool,

    /// Serve the world for other programs, until Ctrl-C
    #[arg(long, requires = "world")]
    pub serve: bool,

    /// Your own checklist, tried out in that world with the answers that lead somewhere in it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["list", "serve", "steps", "all"])]
    pub checklist: Option<PathBuf>,

    /// Only these steps, with --check
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = super::values::step, requires = "check")]
    pub steps: Vec<StepId>,

    /// All 13 steps, with --check
    #[arg(long, conflicts_with = "steps", requires = "check")]
    pub all: bool,

    /// What the list or the report looks like
    #[arg(long, value_enum, default_value_t)]
    pub format: ReportFormat,

    /// Write the report to a file
    #[arg(long, value_name = "FILE", requires = "check")]
    pub out: Option<PathBuf>,

    /// How the screen looks.
    #[command(flatten)]
    pub screen: ScreenArgs,
}

/// The options of `sessions`.
#[derive(Args, Clone, Debug)]
pub struct SessionsArgs {
    /// What the list looks like
    #[arg(long, value_enum, default_value_t)]
    pub format: ListFormat,
}

/// The options of `resume`.
#[derive(Args, Clone, Debug)]
pub struct ResumeArgs {
    /// Which session; without one, the last
    #[arg(value_name = "ID")]
    pub id: Option<String>,

    /// How the screen looks.
    #[command(flatten)]
    pub screen: ScreenArgs,
}

/// The options of `report`.
#[derive(Args, Clone, Debug)]
pub struct ReportArgs {
    /// Which session; without one, the last
    #[arg(value_name = "ID")]
    pub id: Option<String>,

    /// What the report looks like
    #[arg(long, value_enum, default_value_t)]
    pub format: SavedFormat,

    /// Write the report to a file
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// The formats of a saved session's report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum SavedFormat {
    /// For people.
    #[default]
    Text,
    /// One object, schema heloise.report/1.
    Json,
    /// Every event a line; the last line is the report.
    Jsonl,
    /// For tickets and wikis.
    Markdown,
    /// One page that stands alone.
    Html,
    /// One line, for Nagios and its kin.
    Nagios,
    /// Metrics for a textfile collector.
    Prometheus,
    /// A letter to whoever has to act.
    Ticket,
}

/// The options of `guide`.
#[derive(Args, Clone, Debug)]
pub struct GuideArgs {
    /// What it looks like
    #[arg(long, value_enum, default_value_t)]
    pub format: GuideFormat,

    /// Look for mistakes in a folder of your own guide files
    #[arg(long, value_name = "DIR", conflicts_with = "format")]
    pub lint: Option<PathBuf>,
}

/// The formats of the guide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum GuideFormat {
    /// For people.
    #[default]
    Text,
    /// A flow chart.
    Mermaid,
    /// For programs.
    Json,
}

/// The options of `settings`.
#[derive(Args, Clone, Debug)]
pub struct SettingsArgs {
    /// Write a settings file with every setting, commented
    #[arg(long, conflicts_with = "default")]
    pub write: bool,

    /// Print that file instead
    #[arg(long)]
    pub default: bool,
}

/// The options of `completions`.
#[derive(Args, Clone, Debug)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
