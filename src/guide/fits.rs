//! How the guide writes codes: `550` or `5xx`, `5.7.1` or `x.7.x`.

use super::Phrase;
use crate::transcript::{Enhanced, Stage};

/// Whether a reply code is meant by `550`, or by its class `5xx`.
#[must_use]
pub fn code_fits(written: &str, code: u16) -> bool {
    match written.strip_suffix("xx") {
        Some(class) => class.parse() == Ok(code / 100) && code >= 100,
        None => written.parse() == Ok(code),
    }
}

/// Whether an enhanced status code is meant by `5.7.1`, where `x` stands for any number.
#[must_use]
pub fn enhanced_fits(written: &str, code: Enhanced) -> bool {
    let numbers = [u16::from(code.class), code.subject, code.detail];
    let mut parts = written.split('.');
    numbers.into_iter().all(|n| parts.next().is_some_and(|p| p == "x" || p.parse() == Ok(n))) && parts.next().is_none()
}

/// Whether a text can stand where a reply code or its class is expected.
pub(super) fn is_code(written: &str) -> bool {
    let digits = written.strip_suffix("xx").unwrap_or(written);
    let whole = digits.len() == if digits.len() == written.len() { 3 } else { 1 };
    whole && digits.starts_with(['2', '3', '4', '5']) && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a text can stand where an enhanced status code, `x` for any number, is expected.
pub(super) fn is_enhanced(written: &str) -> bool {
    let parts: Vec<&str> = written.split('.').collect();
    let number = |p: &&str| *p == "x" || (!p.is_empty() && p.len() <= 3 && p.bytes().all(|b| b.is_ascii_digit()));
    parts.len() == 3 && matches!(parts[0], "x" | "2" | "4" | "5") && parts.iter().all(number)
}

impl Phrase {
    /// Whether this phrase fits a reply: all that it asks of code, enhanced code, stage and text (lines joined by spaces).
    ///
    /// A code of 0 or an enhanced code that is missing fits only where none is asked for; a stage that is unknown fits any.
    #[must_use]
    pub fn fits(&self, code: u16, enhanced: Option<Enhanced>, stage: Option<Stage>, text: &str) -> bool {
        self.admits(code, enhanced, stage) && self.text.is_match(text)
    }

    /// Whether this phrase may be asked about a reply with these codes at this stage; the text is not looked at.
    ///
    /// Where only an enhanced code was given, its class stands for `4xx` and `5xx`.
    #[must_use]
    pub fn admits(&self, code: u16, enhanced: Option<Enhanced>, stage: Option<Stage>) -> bool {
        let class = if code == 0 { enhanced.map(|e| format!("{}xx", e.class)) } else { None };
        (self.code.is_empty() || self.code.iter().any(|c| code_fits(c, code) || class.as_deref() == Some(c)))
            && (self.enhanced.is_empty() || enhanced.is_some_and(|e| self.enhanced.iter().any(|w| enhanced_fits(w, e))))
            && (self.stage.is_empty() || stage.is_none_or(|s| self.stage.contains(&s)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_fits_itself_and_its_class() {
        assert!(code_fits("550", 550) && code_fits("5xx", 550));
        assert!(!code_fits("551", 550) && !code_fits("4xx", 550) && !code_fits("0xx", 0) && !code_fits("xx", 550));
    }

    #[test]
    fn an_enhanced_code_fits_with_x_for_any_number() {
        let code = "5.7.26".parse().expect("a code");
        assert!(enhanced_fits("5.7.26", code) && enhanced_fits("x.7.x", code));
        assert!(!enhanced_fits("5.7.2", code) && !enhanced_fits("5.7", code) && !enhanced_fits("5.7.26.1", code));
    }

    #[test]
    fn only_codes_are_codes() {
        assert!(is_code("421") && is_code("4xx") && is_enhanced("x.7.1") && is_enhanced("5.x.x"));
        assert!(!is_code("4x1") && !is_code("55") && !is_code("5xxx") && !is_enhanced("3.1.1") && !is_enhanced("5.1"));
    }
}
