//! The command line: clap definitions, and the commands without a screen.
