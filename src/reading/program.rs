//! What programs print about several recipients at once.

use std::sync::LazyLock;

use regex::Regex;

use super::draft::Draft;
use super::find;
use crate::transcript::Stage;

// Python: {'bob@example.org': (550, b'5.1.1 no such user')}
static PYTHON: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"['"](?P<to>[^'"\s]+@[^'"\s]+)['"]: ?\((?P<code>[45]\d\d), b?(?:'(?P<one>(?:[^'\\]|\\.)*)'|"(?P<two>(?:[^"\\]|\\.)*)")"#)
        .expect("a pattern")
});

/// The refused recipients of a dictionary as smtplib prints it.
pub(super) fn recipients(text: &str) -> Vec<Draft> {
    PYTHON
        .captures_iter(text)
        .take(1_000)
        .map(|caps| {
            let words = caps.name("one").or_else(|| caps.name("two")).map_or("", |m| m.as_str());
            let mut found =
                find::whole(&format!("{} {}", &caps["code"], words.replace("\\n", " ").replace("\\r", " ")));
            found.stage = found.stage.or(Some(Stage::Rcpt));
            Draft { recipient: Some(caps["to"].to_owned()), found, permanent: None }
        })
        .collect()
}
