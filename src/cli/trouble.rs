//! How a command ends: an exit status, and the one line that goes with a failure.

use std::fmt;
use std::process::ExitCode;

use crate::transcript::{Verdict, clean_line};

/// An exit status of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit(pub u8);

impl Exit {
    /// It went well; for `check`, no fault was found.
    pub const DONE: Self = Self(0);
    /// A fault was found, or a lint complained.
    pub const FAULT: Self = Self(1);
    /// Something needed could not be tested.
    pub const INCONCLUSIVE: Self = Self(2);
    /// Bad usage (`EX_USAGE` of sysexits).
    pub const USAGE: Self = Self(64);
    /// Unreadable or malformed input (`EX_DATAERR`).
    pub const DATA: Self = Self(65);
    /// A bug (`EX_SOFTWARE`).
    pub const BUG: Self = Self(70);
    /// Output cannot be written (`EX_IOERR`).
    pub const OUTPUT: Self = Self(74);
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::NoFaultFound => Self::DONE,
            Verdict::FaultFound => Self::FAULT,
            Verdict::Inconclusive => Self::INCONCLUSIVE,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.0)
    }
}

/// Why a command could not do what was asked: one line saying what is wrong and what to type instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The exit status.
    pub exit: Exit,
    /// The line; empty where nothing is left to say (the reader of a pipe went away).
    pub line: String,
}

impl Trouble {
    /// The longest line, in characters.
    const MOST: usize = 600;

    /// Bad usage.
    #[must_use]
    pub fn usage(line: impl AsRef<str>) -> Self {
        Self::new(Exit::USAGE, line)
    }

    /// Input that cannot be read, or is not what it should be.
    #[must_use]
    pub fn data(line: impl AsRef<str>) -> Self {
        Self::new(Exit::DATA, line)
    }

    /// A bug of ours. The line must hold no secret.
    #[must_use]
    pub fn bug(line: impl AsRef<str>) -> Self {
        let line = format!(
            "this is a bug in heloise {}: {}; please report it with the command you typed, without passwords",
            env!("CARGO_PKG_VERSION"),
            line.as_ref()
        );
        Self::new(Exit::BUG, line)
    }

    /// Output that cannot be written. A pipe whose reader has seen enough is no fault and says nothing.
    #[must_use]
    pub fn output(what: &str, error: &std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Self { exit: Exit::DONE, line: String::new() };
        }
        Self::new(Exit::OUTPUT, format!("cannot write {what}: {error}"))
    }

    fn new(exit: Exit, line: impl AsRef<str>) -> Self {
        Self { exit, line: clean_line(line.as_ref().trim(), Self::MOST) }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.line)
    }
}
