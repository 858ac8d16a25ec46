//! heloise as a login shell, or as what sshd is told to run in any case (`ForceCommand`): what the other end asked for is obeyed as far as
//! it is a command of heloise, and there is no way to anything else.

use std::ffi::OsString;

use super::{Arguments, Command, Trouble};

/// What was typed, and what the other end of an SSH line asked for instead, if it did.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The words of the command line, the program's name first.
    pub words: Vec<OsString>,
    /// Those that came from outside, as `SSH_ORIGINAL_COMMAND` or behind a login shell's `-c`: none where nothing was asked for.
    pub original: Option<Vec<OsString>>,
    /// Whether somebody is served who may not touch this machine.
    pub confined: bool,
}

impl Asked {
    /// From the program's words and the value of `SSH_ORIGINAL_COMMAND`.
    ///
    /// # Errors
    /// When what was asked for cannot be taken apart into words.
    pub fn of(words: Vec<OsString>, ssh_original_command: Option<&str>) -> Result<Self, Trouble> {
        // A login shell is called with a dash before its name, or to carry out one command.
        let login = words.first().and_then(|w| w.to_str()).is_some_and(|w| w.starts_with('-'));
        let [first, flag, command] = &words[..] else {
            let original = ssh_original_command.map(split).transpose()?.filter(|o| !o.is_empty());
            return Ok(Self { words, confined: login || ssh_original_command.is_some(), original });
        };
        if flag != "-c" {
            let original = ssh_original_command.map(split).transpose()?.filter(|o| !o.is_empty());
            return Ok(Self { confined: login || ssh_original_command.is_some(), original, words });
        }
        let command = command.to_str().ok_or_else(|| Trouble::usage("the command is not UTF-8; type it in ASCII"))?;
        let original = Some(split(command)?).filter(|o| !o.is_empty());
        Ok(Self { words: vec![first.clone()], original, confined: true })
    }
}

/// A command line in words, by quotes and backslashes, as a shell takes it apart; nothing is expanded, and nothing else means anything.
fn split(text: &str) -> Result<Vec<OsString>, Trouble> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut signs = text.chars();
    while let Some(c) = signs.next() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(signs.next()),
            (None, c) if c.is_whitespace() => words.extend(word.take().map(OsString::from)),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err(Trouble::usage("a quote is not closed; close it"));
    }
    words.extend(word.map(OsString::from));
    // `ssh host heloise check …` and `ssh host check …` are the same.
    let names_us = |w: &OsString| w.to_str().is_some_and(|w| w == "heloise" || w.ends_with("/heloise"));
    if words.first().is_some_and(names_us) {
        words.remove(0);
    }
    Ok(words)
}

/// Whether what stands for mail settings is the address of a server, and no file.
fn is_address(path: &std::path::Path) -> bool {
    path.to_str().is_some_and(|text| text.contains("://"))
}

/// Refuses, from outside, whatever names a file of this machine, a variable or a port of it.
pub(super) fn confine(arguments: &Arguments) -> Result<(), Trouble> {
    let house = &arguments.house;
    let mut named: Vec<(&str, bool)> = vec![
        ("--guide-folder", house.guide_folder.is_some()),
        ("--state-dir", house.state_dir.is_some()),
        ("--config", house.config.is_some()),
    ];
    let stdin = |path: &Option<std::path::PathBuf>| path.as_ref().is_some_and(|p| p.as_os_str() != "-");
    let case = match &arguments.command {
        Some(Command::Start(a)) => {
            named.push(("--checklist", a.checklist.is_some()));
            Some(&a.case)
        }
        Some(Command::Check(a)) => {
            named.extend([("--checklist", a.checklist.is_some()), ("--out", a.out.is_some())]);
            Some(&a.case)
        }
        _ => None,
    };
    if let Some(case) = case {
        named.extend([
            ("--password-file", stdin(&case.password_file)),
            ("--password-env", case.password_env.is_some()),
            ("--message", case.message.is_some()),
            ("--error-file", stdin(&case.error_file)),
            ("--ca", case.ca.is_some()),
            ("--settings", case.settings.iter().any(|p| !is_address(p) && p.as_os_str() != "-")),
        ]);
    }
    named.push(match &arguments.command {
        Some(Command::Read(a)) => ("a file", stdin(&a.file)),
        Some(Command::Report(a)) => ("--out", a.out.is_some()),
        Some(Command::Guide(a)) => ("--lint", a.lint.is_some()),
        Some(Command::Practice(a)) if a.out.is_some() => ("--out", true),
        Some(Command::Practice(a)) if a.checklist.is_some() => ("--checklist", true),
        Some(Command::Practice(a)) => ("--serve", a.serve),
        Some(Command::Settings(a)) => ("--write", a.write),
        _ => ("", false),
    });
    match named.into_iter().find(|(_, given)| *given) {
        Some((what, _)) => Err(Trouble::usage(format!("{what} is not allowed here; leave it out"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        split(text).expect("words").into_iter().map(|w| w.into_string().expect("UTF-8")).collect()
    }

    #[test]
    fn a_command_line_is_taken_apart_as_a_shell_does_it() {
        assert_eq!(words("check --to bob@example.org"), ["check", "--to", "bob@example.org"]);
        assert_eq!(words("/usr/bin/heloise explain '550 5.1.1'"), ["explain", "550 5.1.1"]);
        assert_eq!(words(r#"check --error "a \"b\" c" d\ e ''"#), ["check", "--error", "a \"b\" c", "d e", ""]);
        assert_eq!(words("a; b && $(c) `d` | e > f"), ["a;", "b", "&&", "$(c)", "`d`", "|", "e", ">", "f"]);
        assert!(split("check 'x").is_err());
    }

    #[test]
    fn a_login_shell_and_a_forced_command_are_told_from_a_user_at_a_shell() {
        let of = |words: &[&str], original: Option<&str>| {
            Asked::of(words.iter().map(OsString::from).collect(), original).expect("it is taken")
        };
        assert!(!of(&["heloise", "check"], None).confined);
        assert!(of(&["-heloise"], None).confined);
        let shell = of(&["heloise", "-c", "explain 550"], None);
        assert!(shell.confined && shell.words.len() == 1 && shell.original.is_some_and(|o| o.len() == 2));
        let forced = of(&["heloise"], Some("scp -t /"));
        assert!(forced.confined && forced.original.is_some_and(|o| o[0] == "scp"));
        assert!(of(&["heloise"], Some("")).original.is_none());
    }
}
