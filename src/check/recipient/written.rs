//! What is to be said of how an address is written: slips, other scripts, names of roles, domains that lend addresses.

use std::sync::LazyLock;

use regex::Regex;

use super::slips::{Slip, slip};
use crate::check::Context;
use crate::check::know::Addresses;
use crate::check::tools::Split;
use crate::transcript::Finding;

/// Says it.
pub(super) fn note(cx: &Context, address: &str, parts: &Split) {
    let own = cx.know.own_domains.get().map_or(&[][..], Vec::as_slice);
    if let Some(slip) = slip(&cx.know.domains, own, &cx.know.endings, &parts.domain) {
        let (id, domain) = match slip {
            Slip::Domain(domain) => ("recipient.typo", domain),
            Slip::Ending(domain) => ("recipient.typo-ending", domain),
        };
        let better = format!("{}@{domain}", parts.local);
        let ending = parts.domain.rsplit('.').next().unwrap_or_default();
        cx.found(Finding::new(id).arg("domain", &parts.domain).arg("suggestion", better).arg("ending", ending));
    }
    scripts(cx, &parts.domain);
    if !parts.local.is_ascii() {
        cx.found(Finding::new("recipient.utf8-needed").arg("address", address));
    }
    if cx.know.addresses.is_role(&parts.local) {
        cx.found(Finding::new("recipient.role").arg("address", address).arg("name", &parts.local));
    }
    if cx.know.addresses.is_disposable(&parts.domain) {
        cx.found(Finding::new("recipient.disposable").arg("domain", &parts.domain));
    }
}

/// Both forms of a domain in another script, and whether it imitates one in ours.
fn scripts(cx: &Context, domain: &str) {
    let (unicode, _) = idna::domain_to_unicode(domain);
    let Ok(ascii) = idna::domain_to_ascii(domain) else { return };
    if unicode.is_ascii() {
        return;
    }
    let found = |id: &str| Finding::new(id).arg("domain", &unicode).arg("ascii", &ascii);
    cx.found(found("recipient.idn"));
    if let Some(imitated) = imitated(&cx.know.addresses, &unicode) {
        cx.found(found("recipient.idn-imitates").arg("suggestion", imitated));
    } else if let Some(scripts) = mixed(&unicode) {
        cx.found(found("recipient.idn-mixed").arg("scripts", scripts));
    }
}

/// The plain domain that one of another script looks just like, every letter of it.
fn imitated(addresses: &Addresses, domain: &str) -> Option<String> {
    let plain = |c: char| if c.is_ascii() { Some(c) } else { addresses.looks_like(c) };
    domain.chars().map(plain).collect()
}

/// The scripts that one label mixes, where no language does.
fn mixed(domain: &str) -> Option<String> {
    const SCRIPTS: [(&str, &str); 6] = [
        ("Latin", r"\p{Latin}"),
        ("Cyrillic", r"\p{Cyrillic}"),
        ("Greek", r"\p{Greek}"),
        ("Armenian", r"\p{Armenian}"),
        ("Hebrew", r"\p{Hebrew}"),
        ("Arabic", r"\p{Arabic}"),
    ];
    static PATTERNS: LazyLock<Vec<(&str, Regex)>> =
        LazyLock::new(|| SCRIPTS.map(|(name, pattern)| (name, Regex::new(pattern).expect("a pattern"))).into());
    domain.split('.').find_map(|label| {
        let of: Vec<&str> = PATTERNS.iter().filter(|(_, p)| p.is_match(label)).map(|(name, _)| *name).collect();
        (of.len() > 1).then(|| of.join(" and "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_of_two_scripts_is_told_and_two_labels_of_one_each_are_not() {
        assert_eq!(mixed("p\u{430}ypal.example").as_deref(), Some("Latin and Cyrillic"));
        assert_eq!(mixed("\u{43f}\u{43e}\u{447}\u{442}\u{430}.example"), None);
        assert_eq!(mixed("bücher.example"), None);
    }

    #[test]
    fn a_name_that_looks_like_another_in_every_letter_imitates_it() {
        let text = include_str!("../../../assets/addresses.toml");
        let addresses: Addresses = toml::from_str(text).expect("the file");
        assert_eq!(imitated(&addresses, "\u{430}\u{440}\u{440}\u{4cf}\u{435}.com").as_deref(), Some("apple.com"));
        assert_eq!(imitated(&addresses, "p\u{430}ypal.com").as_deref(), Some("paypal.com"));
        assert_eq!(imitated(&addresses, "bücher.example"), None);
    }
}
