//! A file with mail settings: what it says fills the other fields, for a person to look over.

use super::fill::{OUT_OF_REACH, Wrong, home};
use super::{Entry, Form, Slot};
use crate::guide::Field as F;
use crate::reading::FileSettings;
use crate::run::settings_file;
use crate::transcript::Case;

impl Form {
    /// Whether a file or an address of a server stands where a server's name belongs.
    pub(in crate::tui) fn names_settings(&self) -> bool {
        self.naming_settings().is_some()
    }

    fn naming_settings(&self) -> Option<usize> {
        let at = self.fields.iter().position(|f| f.slot == Slot::Of(F::Server))?;
        let text = self.fields[at].text();
        let path = ["/", "./", "../", "~/"].iter().any(|begin| text.starts_with(begin));
        (path || is_address(text) || (!text.is_empty() && home(text).is_file())).then_some(at)
    }

    /// Fills the form from the file that was named, if one was; whether there was one. The form is not sent then: what came in is looked at first.
    pub(super) fn bring_in(&mut self, case: &Case, files: bool) -> bool {
        let Some(at) = self.naming_settings() else { return false };
        let text = self.fields[at].text();
        let address = is_address(text).then(|| FileSettings::read(text)).flatten().map(Ok);
        let read = || {
            if files { settings_file(&home(text)) } else { Err(format!("{OUT_OF_REACH} Type the name of the server.")) }
        };
        let found = match address.unwrap_or_else(read) {
            Ok(found) => found,
            Err(says) => {
                self.at = at;
                self.wrong = Some(Wrong { field: at, says });
                return true;
            }
        };
        let has_port = self.fields.iter().any(|f| f.slot == Slot::Port);
        let mut filled = case.clone();
        found.put_into(&mut filled);
        for field in &mut self.fields {
            if matches!(field.slot, Slot::Port | Slot::Of(F::Server | F::Security | F::User | F::From)) {
                field.read(&filled, has_port);
            }
            if let (Entry::Masked(masked), Some(secret)) = (&mut field.entry, &found.secret) {
                masked.clear();
                masked.add(secret.expose());
            }
        }
        self.at = at;
        let kind = found.kind.map(|kind| kind.to_string()).unwrap_or_default();
        self.note = Some(format!("Filled in from {kind}: look it over, then go on."));
        true
    }
}

fn is_address(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| scheme.starts_with("smtp") || scheme.starts_with("submission"))
}

#[cfg(test)]
mod tests {
    use super::super::Field;
    use super::*;
    use crate::transcript::{Goal, Mode, Security, Target};

    #[test]
    fn a_file_fills_the_form_and_nothing_is_sent_before_it_was_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("msmtprc");
        let text = "account default\nhost smtp.example.org\nport 587\ntls on\nuser alice\npassword practice\nfrom alice@example.net\n";
        std::fs::write(&path, text).unwrap();
        let mut form = Form::begin(Goal::Settings, Mode::Guided, &Case::new());
        form.fields[0].set(path.to_str().unwrap());
        assert!(form.names_settings());
        assert!(form.submit(&Case::new(), true).is_none());
        assert!(form.wrong.is_none() && form.note.as_deref().is_some_and(|n| n.contains("msmtp")));
        assert!(!format!("{form:?}").contains("practice"));
        let (case, secret) = form.submit(&Case::new(), true).unwrap();
        assert_eq!(case.server, Some(Target { host: "smtp.example.org".to_owned(), port: Some(587) }));
        assert_eq!((case.security, case.user.as_deref()), (Security::Starttls, Some("alice")));
        assert_eq!(secret.map(|s| s.expose().to_owned()).as_deref(), Some("practice"));
    }

    #[test]
    fn an_address_of_a_server_is_taken_apart() {
        let mut form = Form::begin(Goal::Settings, Mode::Guided, &Case::new());
        form.fields[0].set("smtps://alice@smtp.example.org:465");
        assert!(form.submit(&Case::new(), true).is_none());
        let shown: Vec<&str> = form.fields.iter().map(Field::text).collect();
        assert_eq!(shown, ["smtp.example.org", "465", "tls", "alice", "", ""]);
    }

    #[test]
    fn a_file_that_holds_no_settings_is_said_and_kept() {
        let mut form = Form::begin(Goal::Settings, Mode::Guided, &Case::new());
        form.fields[0].set("/no/such/file");
        assert!(form.submit(&Case::new(), true).is_none());
        assert_eq!((form.at, form.fields[0].text()), (0, "/no/such/file"));
        assert!(form.wrong.as_ref().is_some_and(|w| w.says.contains("no file")));
    }
}
