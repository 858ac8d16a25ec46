//! When a domain was registered: asked of its registry, and only with a yes.

use heloise::practice::{Page, WorldFile};
use heloise::transcript::{Case, Consent};

use crate::{Found, looked_allowed, world};

const ZONES: &str = "example.com:\n@ MX 10 mail\nmail A 198.51.100.25\niana.org:\ndata A 192.0.2.80\nregistry.example.org:\n@ A 192.0.2.81\n";
const LIST: &str =
    r#"{"services": [[["net"], ["https://other.example.org/"]], [["com"], ["https://registry.example.org/rdap/"]]]}"#;

fn page(host: &str, address: &str, path: &str, body: &str) -> Page {
    let text = format!("host = \"{host}\"\naddress = \"{address}\"\npath = \"{path}\"\n");
    Page { body: body.to_owned(), ..toml::from_str(&text).expect("a page") }
}

fn answered(list: &str, answer: Option<&str>) -> WorldFile {
    let mut file = world(ZONES);
    file.pages.push(page("data.iana.org", "192.0.2.80", "/rdap/dns.json", list));
    let told = |body| page("registry.example.org", "192.0.2.81", "/rdap/domain/example.com", body);
    file.pages.extend(answer.map(told));
    file
}

async fn asked(file: &WorldFile, allowed: &[Consent]) -> Found {
    let case = Case { from: Some("alice@example.com".to_owned()), timeout_secs: 1, ..Case::new() };
    looked_allowed(file, case, allowed).await
}

fn events(since: &str, until: &str, state: &str) -> String {
    let event = |action, date| format!(r#"{{"eventAction": "{action}", "eventDate": "{date}"}}"#);
    format!(
        r#"{{"status": ["{state}"], "events": [{}, {}]}}"#,
        event("registration", since),
        event("expiration", until)
    )
}

#[tokio::test]
async fn a_registry_is_asked_only_with_a_yes() {
    let file = answered(LIST, Some(&events("1995-08-14T04:00:00Z", "2995-08-13T04:00:00Z", "active")));
    let found = asked(&file, &[Consent::Connect, Consent::Http]).await;
    assert!(!found.ids().iter().any(|id| id.starts_with("dns.registration.")), "{:?}", found.ids());
    let found = asked(&file, &[Consent::Registration]).await;
    assert_eq!(found.arg("dns.registration.ok", "since"), "1995-08-14");
    assert_eq!(found.arg("dns.registration.ok", "until"), "2995-08-13");
}

#[tokio::test]
async fn what_has_run_out_or_is_held_back_is_told() {
    for (until, state, id) in [
        ("2001-01-01T00:00:00Z", "active", "dns.registration.expired"),
        ("2995-01-01T00:00:00Z", "client hold", "dns.registration.held"),
    ] {
        let file = answered(LIST, Some(&events("1995-08-14T04:00:00Z", until, state)));
        let found = asked(&file, &[Consent::Registration]).await;
        assert!(found.has(id), "{:?}", found.ids());
    }
    let found = asked(&answered(LIST, None), &[Consent::Registration]).await;
    assert!(found.has("dns.registration.untold") || found.has("dns.registration.none"), "{:?}", found.ids());
}

#[tokio::test]
async fn a_registry_that_does_not_tell_says_nothing_against_the_domain() {
    for list in [r#"{"services": []}"#, "<html>", "[1, 2"] {
        let found = asked(&answered(list, None), &[Consent::Registration]).await;
        assert!(found.has("dns.registration.untold"), "{list}: {:?}", found.ids());
    }
    let found = asked(&answered(LIST, Some("not what it should be")), &[Consent::Registration]).await;
    assert!(found.has("dns.registration.untold"), "{:?}", found.ids());
}
