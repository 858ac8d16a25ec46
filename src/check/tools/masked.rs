//! Traces of a product on the way that paints over what a server says, or opens TLS to read along.

use crate::check::Context;
use crate::net::Capabilities;
use crate::transcript::{EvidenceId, Finding, TlsFact};

/// A product on the way opens TLS. The id is that of step 7, wherever it is seen.
pub(crate) const INTERCEPTOR: &str = "firewall.interceptor";

/// Whether a certificate was issued by a product that opens TLS on its way.
pub(crate) fn interceptor(cx: &Context, tls: &TlsFact) -> Option<Finding> {
    let issuer = &tls.chain.first()?.issuer;
    let name = cx.know.interceptors.iter().find(|n| issuer.to_lowercase().contains(&n.to_lowercase()))?;
    Some(Finding::new(INTERCEPTOR).arg("server", &tls.server).arg("name", name).arg("issuer", issuer))
}

/// What was painted over: the greeting, the keywords, or both. The ids are those of step 7, wherever they are seen.
pub(crate) fn masked(server: &str, port: u16, greeting: (&str, EvidenceId), offered: &Capabilities) -> Vec<Finding> {
    let (text, evidence) = greeting;
    let found = |id: &str| Finding::new(id).arg("server", server).arg("port", port).shown_by(evidence);
    let mut seen = Vec::new();
    if is_stars(text) {
        seen.push(found("firewall.greeting-masked").arg("text", text));
    }
    if let Some((keyword, _)) = offered.keywords.iter().find(|(k, _)| is_painted(k)) {
        seen.push(found("firewall.keywords-masked").arg("keyword", keyword));
    }
    seen
}

/// `220 ****…`: a greeting that is mostly stars. One that is adorned with them has words as well.
fn is_stars(text: &str) -> bool {
    let stars = text.chars().filter(|c| *c == '*').count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    stars >= 8 && stars * 2 > text.chars().count() && letters * 4 <= stars
}

/// `XXXXXXXA`, where STARTTLS stood. Experiments of old begin with one X only (RFC 5321 section 4.1.5).
fn is_painted(keyword: &str) -> bool {
    keyword.len() >= 4 && keyword.starts_with("XXX")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_that_is_painted_over_is_told_from_one_that_is_adorned() {
        assert!(is_stars("**************************************0******0*****200***0*00"));
        assert!(is_stars("ESMTP ******************************"));
        assert!(!is_stars("****** Welcome ******"));
        assert!(!is_stars("mx.example.org ESMTP *******"));
    }
}
