//! Step 3 in worlds of its own: what providers want, what a domain publishes, and how TLS fails.

use heloise::practice::{Fate, WorldFile};
use heloise::run::Session;
use heloise::transcript::{Consent, EvidenceId, Fact, Finding, StepId};

use crate::worlds::{guide, walked};

const WORLD: &str = r#"
order = 1
title = "A sender, a server"
story = "Used by tests only."

[case]
goal = "settings"
timeout_secs = 1
deadline_secs = 30

[expect]
verdict = "no-fault-found"
"#;

/// A world with these cases and hosts, and its settings step.
async fn settings(case: &str, rest: &str) -> Session {
    let file: WorldFile =
        toml::from_str(&format!("{}\n{rest}", WORLD.replace("[expect]", &format!("{case}\n[expect]"))))
            .unwrap_or_else(|e| panic!("{e}"));
    step(&file).await
}

async fn step(file: &WorldFile) -> Session {
    let all = Consent::ALL.into_iter().collect();
    walked(&guide(), file, file.case.clone(), all, vec![StepId::new("settings")]).await
}

async fn in_world(id: &str) -> Session {
    step(&WorldFile::by_id(&guide(), id).expect("a world")).await
}

fn found<'a>(session: &'a Session, id: &str) -> Vec<&'a Finding> {
    session.walk().transcript().findings().map(|(_, f)| f).filter(|f| f.id == id).collect()
}

fn one<'a>(session: &'a Session, id: &str) -> &'a Finding {
    let all: Vec<_> = session.walk().transcript().findings().map(|(_, f)| f.id.as_str()).collect();
    match found(session, id).as_slice() {
        [one] => one,
        some => panic!("{} of {id} among {all:?}", some.len()),
    }
}

fn fact(session: &Session, id: EvidenceId) -> &Fact {
    &session.walk().transcript().entries()[id.0 as usize].fact
}

const SMTP: &str = r#"
[[zone]]
name = "gmail.com"
records = "smtp A 203.0.113.9"

[[host]]
name = "smtp.gmail.com"
addresses = ["203.0.113.9"]
ports = { 465 = "tls", 587 = "starttls" }
ehlo_tls = ["AUTH PLAIN LOGIN"]
"#;

#[tokio::test]
async fn a_port_that_a_router_rejects_is_told_from_one_that_the_server_shuts() {
    for (does, id) in [(Fate::Unreachable, "settings.port-rejected"), (Fate::Refuse, "settings.wrong-port")] {
        let mut file = WorldFile::by_id(&guide(), "port-filtered").expect("a world");
        file.routes.iter_mut().for_each(|route| route.does = does);
        let session = step(&file).await;
        assert_eq!(one(&session, id).args["better_port"], "465");
    }
}

#[tokio::test]
async fn a_provider_that_wants_an_app_password_is_known_by_its_server() {
    let case = "server = { host = \"smtp.gmail.com\", port = 587 }\nuser = \"alice\"";
    let session = settings(case, SMTP).await;
    let known = one(&session, "settings.provider.known");
    assert_eq!(
        (known.args["provider"].as_str(), known.args["ways"].as_str()),
        ("Gmail", "465 with TLS or 587 with STARTTLS")
    );
    assert!(one(&session, "settings.provider.app-password").args["made_at"].contains("myaccount.google.com"));
    assert_eq!(one(&session, "settings.provider.login-whole").args["user"], "alice");
    assert!(found(&session, "settings.provider.other-way").is_empty());
}

#[tokio::test]
async fn a_way_that_the_provider_does_not_name_is_told_where_it_does_not_work() {
    let case =
        "server = { host = \"smtp.gmail.com\", port = 2525 }\nuser = \"alice@gmail.com\"\nsecurity = \"starttls\"";
    let session = settings(case, SMTP).await;
    let other = one(&session, "settings.provider.other-way");
    assert_eq!((other.args["port"].as_str(), other.args["spoken"].as_str()), ("2525", "STARTTLS"));
    assert!(found(&session, "settings.provider.login-whole").is_empty());
}

#[tokio::test]
async fn a_provider_is_known_by_the_mx_of_the_address_and_its_server_named() {
    let rest = r#"
[[zone]]
name = "example.net"
records = '''
@     MX 10 example-net.mail.protection.outlook.com.
mail  A  198.51.100.99
'''
"#;
    let case = "server = { host = \"mail.example.net\", port = 587 }\nuser = \"alice@example.net\"";
    let session = settings(case, rest).await;
    let other = one(&session, "settings.provider.other-host");
    assert_eq!((other.args["provider"].as_str(), other.args["host"].as_str()), ("Microsoft 365", "smtp.office365.com"));
    let shown = other.evidence.iter().map(|e| fact(&session, *e));
    assert!(shown.into_iter().any(|f| matches!(f, Fact::Dns { dns, .. } if dns.rtype == "MX")), "the MX is the proof");
}

const PUBLISHED: &str = r#"
[[zone]]
name = "example.net"
records = '''
@           MX 10 mail
mail        A  198.51.100.25
smtp        A  198.51.100.26
autoconfig  A  198.51.100.80
'''

[[host]]
name = "smtp.example.net"
addresses = ["198.51.100.26"]
ports = { 465 = "tls" }

[[page]]
host = "autoconfig.example.net"
address = "198.51.100.80"
path = "/mail/config-v1.1.xml"
media = "text/xml"
body = '''
<clientConfig version="1.1"><emailProvider id="example.net">
<outgoingServer type="smtp"><hostname>smtp.%EMAILDOMAIN%</hostname><port>465</port><socketType>SSL</socketType>
<username>%EMAILLOCALPART%</username></outgoingServer></emailProvider></clientConfig>'''
"#;

#[tokio::test]
async fn settings_that_a_domain_publishes_are_found_and_tried() {
    let session = settings("from = \"alice@example.net\"", PUBLISHED).await;
    let published = one(&session, "settings.found.autoconfig");
    let told =
        ["better_host", "better_port", "better_security", "better_user"].map(|name| published.args[name].as_str());
    assert_eq!(told, ["smtp.example.net", "465", "tls", "alice"]);
    assert!(matches!(fact(&session, published.evidence[0]), Fact::Http { http, .. } if http.status == Some(200)));
    assert_eq!(found(&session, "settings.combination.works").len(), 1, "it is tried");
}

#[tokio::test]
async fn a_page_with_a_bad_certificate_is_not_read() {
    let bad = PUBLISHED.replace("path = \"/mail", "certificate = \"expired\"\npath = \"/mail");
    let session = settings("from = \"alice@example.net\"", &bad).await;
    assert_eq!(one(&session, "settings.found.untrusted").args["why"], "expired");
    assert!(found(&session, "settings.found.autoconfig").is_empty());
    assert_eq!(found(&session, "settings.found.nothing").len(), 1);
}

#[tokio::test]
async fn where_the_dns_or_the_page_did_not_tell_nothing_is_said_to_be_missing() {
    let silent = PUBLISHED.replace("path = \"/mail", "status = 503\npath = \"/mail");
    let failing = PUBLISHED.replace("[[host]]", "fails = { \"_submission._tcp\" = \"servfail\" }\n\n[[host]]");
    for world in [silent, failing.replace("/mail/config", "/other/config")] {
        let session = settings("from = \"alice@example.net\"", &world).await;
        assert_eq!(found(&session, "settings.found.untold").len(), 1);
        assert!(found(&session, "settings.found.nothing").is_empty());
    }
}

#[tokio::test]
async fn a_page_is_not_asked_for_without_consent() {
    let file: WorldFile =
        toml::from_str(&format!("{}\n{PUBLISHED}", WORLD.replace("[expect]", "from = \"a@example.net\"\n[expect]")))
            .unwrap();
    let consents = [Consent::Connect].into();
    let session = walked(&guide(), &file, file.case.clone(), consents, vec![StepId::new("settings")]).await;
    assert_eq!(found(&session, "settings.found.no-consent").len(), 1);
    assert!(!session.walk().transcript().entries().iter().any(|e| matches!(e.fact, Fact::Http { .. })));
}

#[tokio::test]
async fn the_dns_names_the_server_and_what_was_entered_is_held_against_it() {
    let srv = PUBLISHED.replace("autoconfig  A", "_submissions._tcp SRV 0 1 465 smtp.example.net.\nautoconfig  A");
    let case = "server = { host = \"mail.example.net\", port = 587 }\nuser = \"alice@example.net\"";
    let session = settings(case, &srv).await;
    let other = one(&session, "settings.found.other-host");
    assert_eq!(
        (other.args["server"].as_str(), other.args["better_host"].as_str()),
        ("mail.example.net", "smtp.example.net")
    );
    assert!(matches!(fact(&session, other.evidence[0]), Fact::Dns { dns, .. } if dns.rtype == "SRV"));
}

#[tokio::test]
async fn a_port_that_speaks_tls_first_or_plain_first_is_shown_by_a_pair() {
    for (world, id, better) in [
        ("wrong-security", "settings.speaks-tls-first", "465 tls"),
        ("plain-first", "settings.speaks-plain-first", "587 starttls"),
    ] {
        let session = in_world(world).await;
        let said = one(&session, id);
        assert_eq!(format!("{} {}", said.args["better_port"], said.args["better_security"]), better);
        assert!(said.evidence.len() >= 2, "{world}: two probes");
        assert!(found(&session, "settings.wrong-security").is_empty(), "{world}");
    }
}

#[tokio::test]
async fn old_tls_is_told_by_version_and_cipher_and_broken_starttls_apart_from_it() {
    let cipher = "TLS_RSA_WITH_AES_128_CBC_SHA";
    for (world, id, version) in
        [("tls-too-old", "settings.tls.too-old", "TLS 1.0"), ("tls-old-ciphers", "settings.tls.old-ciphers", "TLS 1.2")]
    {
        let session = in_world(world).await;
        let said = one(&session, id);
        assert_eq!((said.args["version"].as_str(), said.args["cipher"].as_str()), (version, cipher));
        let probe = fact(&session, *said.evidence.last().unwrap());
        assert!(matches!(probe, Fact::Tls { tls, .. } if tls.probe && !tls.established), "{probe:?}");
        assert!(found(&session, "settings.tls.handshake-failed").is_empty());
    }
    let session = in_world("starttls-broken").await;
    assert_eq!(one(&session, "settings.starttls.broken").args["why"], "closed");
}

#[tokio::test]
async fn a_refusal_of_starttls_is_a_broken_offer() {
    let rest = r#"
[[zone]]
name = "example.com"
records = "mail A 203.0.113.7"

[[host]]
name = "mail.example.com"
addresses = ["203.0.113.7"]
ports = { 587 = "starttls" }

[[host.rule]]
on = ["starttls"]
reply = ["454 4.7.0 TLS not available due to local problem"]
"#;
    let session = settings("server = { host = \"mail.example.com\", port = 587 }", rest).await;
    assert!(one(&session, "settings.starttls.broken").args["why"].starts_with("454 4.7.0"));
    assert!(found(&session, "settings.wrong-security").is_empty(), "plain text is no remedy");
}

#[tokio::test]
async fn a_missing_intermediate_and_a_wrong_clock_are_told_from_a_bad_certificate() {
    let session = in_world("certificate-chain").await;
    assert!(one(&session, "settings.certificate.chain-incomplete").args["missing"].contains("intermediate"));
    let session = in_world("clock-wrong").await;
    assert_eq!(one(&session, "settings.clock.wrong").args["days"], "2000");
    assert!(found(&session, "settings.certificate.expired").is_empty(), "by that clock nothing can be judged");
    let session = in_world("certificate-not-yet").await;
    assert_eq!(found(&session, "settings.clock.untold").len(), 1);
    assert_eq!(found(&session, "settings.certificate.not-yet-valid").len(), 1);
}

#[tokio::test]
async fn version_cipher_and_key_are_told() {
    let session = in_world("healthy-submission").await;
    let told = one(&session, "settings.tls.told");
    assert_eq!((told.args["version"].as_str(), told.args["key"].as_str()), ("TLS 1.3", "EC P-256"));
    assert!(told.args["cipher"].starts_with("TLS13_"));
}
