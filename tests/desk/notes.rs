//! What works as published, and is not what its owner thinks: each is said, and none of it is called a fault where it is none.

use heloise::transcript::Case;

use crate::{case, looked, looked_in, world};

const SOUND: &str = "example.net:\n@ MX 10 mail\nmail A 198.51.100.25\n";
const SPF: &str = "@ TXT \"v=spf1 ip4:198.51.100.7 -all\"\n";
const DMARC: &str = "_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:d@example.net\"\n";

/// Each: the SPF lines, the DMARC lines and more, what is found, and the value that says it.
#[tokio::test]
async fn what_has_no_effect_or_another_one_is_said() {
    let spf = |terms: &str| format!("@ TXT \"v=spf1 {terms}\"\n");
    let dmarc = |tags: &str| format!("_dmarc TXT \"v=DMARC1; {tags}\"\n");
    let cases = [
        (
            SPF.to_owned() + "@ TXT \"spf2.0/pra ip4:198.51.100.7 -all\"\n",
            DMARC.to_owned(),
            "dns.spf.sender-id",
            "record",
            "spf2.0/pra ip4:198.51.100.7 -all",
        ),
        (
            spf("ip4:198.51.100.7 exp=why.example.net -all"),
            DMARC.to_owned(),
            "dns.spf.no-words",
            "to",
            "why.example.net",
        ),
        (spf("ip4:198.51.100.7 colour=blue -all"), DMARC.to_owned(), "dns.spf.unknown-modifier", "term", "colour=blue"),
        (
            spf("mx ip4:198.51.100.7 mx -all"),
            DMARC.to_owned(),
            "dns.spf.twice",
            "instead",
            "v=spf1 mx ip4:198.51.100.7 -all",
        ),
        (spf("include:example.net -all"), DMARC.to_owned(), "dns.spf.loop", "term", "include:example.net"),
        (spf("redirect=example.net"), DMARC.to_owned(), "dns.spf.loop", "term", "redirect=example.net"),
        (
            SPF.to_owned(),
            dmarc("p=reject; sp=none; rua=mailto:d@example.net"),
            "dns.dmarc.below-open",
            "policy",
            "reject",
        ),
        (
            SPF.to_owned(),
            dmarc("p=none; rua=https://example.net/d,mailto:a@example.net!9m"),
            "dns.dmarc.reports-odd",
            "terms",
            "https://example.net/d, mailto:a@example.net!9m",
        ),
        (
            SPF.to_owned(),
            dmarc("p=none; rua=mailto:a@example.net,mailto:b@example.net,mailto:c@example.net"),
            "dns.dmarc.reports-odd",
            "terms",
            "mailto:c@example.net",
        ),
        (SPF.to_owned(), dmarc("p=quarantine"), "dns.dmarc.no-reports", "policy", "quarantine"),
        (
            SPF.to_owned(),
            "@ TXT \"v=DMARC1; p=reject\"\n".to_owned(),
            "dns.dmarc.misplaced",
            "owner",
            "_dmarc.example.net",
        ),
        (
            SPF.to_owned(),
            DMARC.to_owned() + "@ TXT \"v=STSv1; id=1\"\n",
            "dns.mta-sts.misplaced",
            "owner",
            "_mta-sts.example.net",
        ),
        (
            SPF.to_owned(),
            DMARC.to_owned() + "default._bimi TXT \"v=BIMI1; l=http://example.net/logo.svg\"\n",
            "dns.bimi.bad",
            "term",
            "l=http://example.net/logo.svg",
        ),
    ];
    for (spf, dmarc, id, arg, value) in &cases {
        let found = looked(&format!("{SOUND}{spf}{dmarc}")).await;
        assert_eq!(found.arg(id, arg), *value, "{spf}{dmarc}");
        assert_eq!(found.0.iter().filter(|f| f.id == *id).count(), 1, "{id} once");
    }
}

#[tokio::test]
async fn a_domain_in_order_has_none_of_these() {
    let found =
        looked(&format!("{SOUND}{SPF}{DMARC}default._bimi TXT \"v=BIMI1; l=https://example.net/logo.svg\"\n")).await;
    for id in found.ids() {
        let odd = [
            "odd",
            "open",
            "misplaced",
            "loop",
            "twice",
            "unknown-modifier",
            "sender-id",
            "no-words",
            "no-reports",
            "bad",
        ];
        assert!(!odd.iter().any(|o| id.ends_with(o)), "{id}");
    }
    assert!(found.has("dns.bimi.present"));
}

#[tokio::test]
async fn two_includes_of_one_record_are_no_circle() {
    let zones = format!(
        "{SOUND}@ TXT \"v=spf1 include:a.example.net include:b.example.net -all\"\na TXT \"v=spf1 include:c.example.net ?all\"\n\
         b TXT \"v=spf1 include:c.example.net ?all\"\nc TXT \"v=spf1 ip4:192.0.2.1 ?all\"\n{DMARC}"
    );
    let found = looked(&zones).await;
    assert!(found.has("dns.spf.ok") && !found.has("dns.spf.loop"), "{:?}", found.ids());
}

#[tokio::test]
async fn nothing_is_proposed_for_a_domain_that_nobody_has() {
    let nobodys = Case { from: Some("alice@nobody.test".to_owned()), ..case() };
    let found = looked_in(&world("example.net:\n@ MX 10 mail\nmail A 198.51.100.25\n"), nobodys).await;
    assert!(found.has("dns.sender.nxdomain"), "{:?}", found.ids());
    assert!(!found.has("dns.spf.none") && !found.has("dns.dmarc.none"), "{:?}", found.ids());
}
