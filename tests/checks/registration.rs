//! Registries are asked about a domain, and a server by VRFY about a name, only where that was allowed; what they do not tell is held
//! against nobody.

use std::collections::BTreeSet;

use heloise::practice::{WorldFile, Zone};
use heloise::run::Session;
use heloise::transcript::{Consent, Finding, StepId, Verdict};

use crate::worlds::{guide, walked};

const PAGE: &str = r#"
host = "rdap.publicinterestregistry.org"
address = "192.0.2.88"
path = "/rdap/domain/example.org"
media = "application/rdap+json"
body = '''BODY'''
"#;

/// The step DNS for mail to example.org, whose registry says that.
async fn asked(body: Option<&str>, consents: BTreeSet<Consent>) -> Session {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, "healthy-address").expect("a world");
    file.pages.extend(body.map(|body| toml::from_str(&PAGE.replace("BODY", body)).expect("a page")));
    let zone = Zone { name: "publicinterestregistry.org".to_owned(), ..Zone::default() };
    file.zones.push(Zone { records: "rdap A 192.0.2.88".to_owned(), ..zone });
    let case = file.case.clone();
    walked(&guide, &file, case, consents, vec![StepId::new("recipient"), StepId::new("dns")]).await
}

fn with(more: Consent) -> BTreeSet<Consent> {
    [Consent::Connect, Consent::Rcpt, more].into()
}

fn about<'a>(session: &'a Session, domain: &str) -> Option<&'a Finding> {
    let findings = session.walk().transcript().findings().map(|(_, f)| f);
    let mut about = findings.filter(|f| f.id.starts_with("dns.registration.") && f.args["domain"] == domain);
    about.next()
}

/// An answer with a registration so many days ago, and its end in so many.
fn answer(ago: i64, ahead: i64, status: &str) -> String {
    let now = jiff::Timestamp::now();
    let at = |days: i64| (now + jiff::SignedDuration::from_hours(24 * days)).to_string();
    format!(
        r#"{{"objectClassName":"domain","status":["{status}"],"events":[{{"eventAction":"registration","eventDate":"{}"}},{{"eventAction":"expiration","eventDate":"{}"}}]}}"#,
        at(-ago),
        at(ahead)
    )
}

#[tokio::test]
async fn no_registry_is_asked_without_a_yes() {
    let all = Consent::ALL.into_iter().filter(|c| *c != Consent::Rdap).collect();
    let session = asked(Some(&answer(4000, 300, "active")), all).await;
    assert!(about(&session, "example.org").is_none());
}

#[tokio::test]
async fn age_and_end_of_a_registration_are_told() {
    for (ago, ahead, status, id) in [
        (4000, 300, "active", "dns.registration.known"),
        (5, 360, "active", "dns.registration.young"),
        (4000, 3, "active", "dns.registration.ends-soon"),
        (4000, -3, "auto renew period", "dns.registration.expired"),
        (4000, 300, "client hold", "dns.registration.held-theirs"),
    ] {
        let session = asked(Some(&answer(ago, ahead, status)), with(Consent::Rdap)).await;
        assert_eq!(about(&session, "example.org").map(|f| f.id.as_str()), Some(id));
    }
}

#[tokio::test]
async fn a_registry_that_does_not_answer_could_not_tell_and_hides_no_good_news() {
    let session = asked(None, with(Consent::Rdap)).await;
    assert_eq!(about(&session, "example.org").expect("it is said").id, "dns.registration.untold");
    assert_eq!(session.walk().verdict(), Some(Verdict::NoFaultFound));
    let session = asked(Some("<html>not here</html>"), with(Consent::Rdap)).await;
    assert_eq!(about(&session, "example.org").expect("it is said").id, "dns.registration.untold");
}

#[tokio::test]
async fn vrfy_is_said_only_where_it_is_offered_and_allowed() {
    let guide = guide();
    for (offered, allowed, expected) in [(true, true, true), (true, false, false), (false, true, false)] {
        let mut file = WorldFile::by_id(&guide, "healthy-address").expect("a world");
        for host in &mut file.hosts {
            host.ehlo.extend(offered.then(|| "VRFY".to_owned()));
        }
        let consents = with(if allowed { Consent::Vrfy } else { Consent::Connect });
        let case = file.case.clone();
        let session = walked(&guide, &file, case, consents, vec![StepId::new("recipient")]).await;
        let said = session.walk().transcript().findings().any(|(_, f)| f.id.starts_with("recipient.vrfy."));
        assert_eq!(said, expected, "offered {offered}, allowed {allowed}");
        assert_eq!(session.walk().verdict(), Some(Verdict::NoFaultFound));
    }
}
