//! The user's settings: a TOML file at the platform's place.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use serde::Deserialize;
use toml::Spanned;

use super::out::Out;
use super::toml_file::TomlFile;
use super::{Exit, HouseArgs, ModeArg, SettingsArgs, Trouble, input, values};
use crate::transcript::{Case, Consent, clean_line};

/// Names a settings file, if no option does.
const VARIABLE: &str = "HELOISE_CONFIG";

/// The settings as they are written on request: every one of them, commented.
pub(super) const DEFAULT: &str = include_str!("../../assets/settings.toml");

/// What a user's settings say.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// How the screen looks: a theme, and where it is named.
    pub theme: Option<(String, String)>,
    /// Keys that are moved: what is done, the key, and where that is said.
    pub keys: Vec<(String, String, String)>,
    /// Only ASCII characters.
    pub ascii: bool,
    /// Numbered lines.
    pub plain: bool,
    /// The mouse clicks and scrolls.
    pub mouse: bool,
    /// Guided or checklist.
    pub mode: Option<ModeArg>,
    /// Who signs.
    pub initials: String,
    /// What the wizard does without asking.
    pub consent: BTreeSet<Consent>,
    pub(super) resolver: Option<std::net::SocketAddr>,
    pub(super) guide_folder: Option<PathBuf>,
    pub(super) state_dir: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    theme: Option<Spanned<String>>,
    ascii: Option<bool>,
    plain: Option<bool>,
    mouse: Option<bool>,
    mode: Option<Spanned<String>>,
    initials: Option<String>,
    resolver: Option<Spanned<String>>,
    consent: Option<Vec<Spanned<String>>>,
    guide_folder: Option<PathBuf>,
    state_dir: Option<PathBuf>,
    keys: Option<BTreeMap<String, Spanned<String>>>,
}

impl Settings {
    /// Reads the file that an option or the environment names, else the one at the platform's place, if it is there.
    pub(super) fn load(args: &HouseArgs) -> Result<Self, Trouble> {
        let Some((path, named)) = place(args) else { return Ok(Self::default()) };
        if !named && !path.exists() {
            return Ok(Self::default());
        }
        Self::of(&TomlFile::open(&path, "name a settings file; heloise settings --write writes one")?)
    }

    fn of(file: &TomlFile) -> Result<Self, Trouble> {
        let w: Written = file.read()?;
        let mode = |m: &str| match m {
            "guided" => Ok(ModeArg::Guided),
            "checklist" => Ok(ModeArg::Checklist),
            _ => Err("type guided or checklist"),
        };
        let mut consent = BTreeSet::new();
        for word in w.consent.iter().flatten() {
            let allowed = |text: &str| match values::consent(text)? {
                all if all.contains(&Consent::Send) => {
                    Err("sending is asked for every time; allowed are connect, rcpt, auth, blocklists, http, trace"
                        .to_owned())
                }
                all => Ok(all),
            };
            consent.extend(file.value("consent", Some(word), allowed)?.into_iter().flatten());
        }
        let key = |(name, key): (String, Spanned<String>)| (name, key.get_ref().clone(), file.place(&key.span()));
        Ok(Self {
            theme: w.theme.map(|t| (t.get_ref().clone(), file.place(&t.span()))),
            keys: w.keys.into_iter().flatten().map(key).collect(),
            ascii: w.ascii.unwrap_or(false),
            plain: w.plain.unwrap_or(false),
            mouse: w.mouse.unwrap_or(false),
            mode: file.value("mode", w.mode.as_ref(), mode)?,
            initials: clean_line(w.initials.unwrap_or_default().trim(), 20),
            consent,
            resolver: file.value("resolver", w.resolver.as_ref(), values::resolver)?,
            guide_folder: w.guide_folder,
            state_dir: w.state_dir,
        })
    }

    /// An empty case, with what the settings say of every case.
    pub(super) fn case(&self) -> Case {
        Case { resolver: self.resolver, ..Case::new() }
    }
}

/// Where the settings are, and whether somebody named that place.
fn place(args: &HouseArgs) -> Option<(PathBuf, bool)> {
    let variable = || std::env::var_os(VARIABLE).filter(|v: &OsString| !v.is_empty()).map(PathBuf::from);
    if let Some(named) = args.config.clone().or_else(variable) {
        return Some((named, true));
    }
    Some((ProjectDirs::from("", "", "heloise")?.config_dir().join("settings.toml"), false))
}

/// `heloise settings`.
pub(super) fn settings(args: &SettingsArgs, house: &HouseArgs) -> Result<Exit, Trouble> {
    let mut out = Out::open(None)?;
    if args.default {
        out.write(DEFAULT)?;
        out.finish()?;
        return Ok(Exit::DONE);
    }
    let none = || Trouble::usage("there is no place for settings here; name a file with --config");
    let (path, _) = place(house).ok_or_else(none)?;
    if args.write {
        write(&path)?;
        out.line(&format!("Written: {}. Every setting is in it, with a remark.", path.display()))?;
    } else if path.exists() {
        Settings::load(house)?;
        out.line(&format!("Settings are read from {}.", path.display()))?;
    } else {
        out.line(&format!("There are no settings yet. heloise settings --write writes {}.", path.display()))?;
    }
    out.finish()?;
    Ok(Exit::DONE)
}

fn write(path: &Path) -> Result<(), Trouble> {
    let fail = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Trouble::usage(format!("{} is there already; edit it, or move it away first", path.display()))
        }
        _ => Trouble::data(format!("cannot write {}: {}", path.display(), input::reason(&e))),
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path).map_err(fail)?;
    file.write_all(DEFAULT.as_bytes()).map_err(fail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, Trouble> {
        Settings::of(&TomlFile::of("settings.toml", text))
    }

    #[test]
    fn the_commented_default_changes_nothing_and_all_of_it_can_be_made_to_count() {
        let nothing = read(DEFAULT).expect("it is read");
        assert!(nothing.theme.is_none() && nothing.keys.is_empty() && nothing.consent.is_empty());
        let counting: Vec<_> =
            DEFAULT.lines().map(|l| l.strip_prefix('#').filter(|r| r.contains(" = ")).unwrap_or(l)).collect();
        let all = read(&counting.join("\n")).expect("it is read");
        assert_eq!(all.theme.map(|(name, _)| name).as_deref(), Some("dark"));
        assert!(all.ascii && all.plain && all.mode == Some(ModeArg::Guided) && all.initials == "jd");
        assert!(
            all.resolver.is_some() && all.consent.len() == 4 && all.guide_folder.is_some() && all.state_dir.is_some()
        );
        assert_eq!(all.keys.len(), 1);
    }

    #[test]
    fn a_mistake_is_told_with_file_line_and_what_is_allowed() {
        let why = |text: &str| read(text).expect_err("it is wrong").line;
        for (text, line, part) in [
            ("\nmode = \"gilded\"\n", 2, "type guided or checklist"),
            ("theme = \"dark\"\ncolour = 3\n", 2, "expected one of `theme`"),
            ("consent = [\n  \"connect\",\n  \"everything\",\n]\n", 3, "connect,rcpt"),
            ("consent = [\"send\"]", 1, "asked for every time"),
            ("ascii = \"yes\"", 1, "expected a boolean"),
            ("resolver = \"nowhere\"", 1, "nowhere"),
            ("[keys]\nmap = 5\n", 2, "expected a string"),
            ("theme = ", 1, ""),
        ] {
            let why = why(text);
            assert!(why.starts_with(&format!("settings.toml, line {line}: ")) && why.contains(part), "{text}: {why}");
        }
    }
}
