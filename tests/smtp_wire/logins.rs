//! Promise: the check of logins chooses its mechanism well, tries it once, and tells each way in which it can end from the others.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use heloise::check::{self, Context, Knowledge};
use heloise::guide::Guide;
use heloise::reading::Reader;
use heloise::transcript::{Case, Consent, Fact, Finding, Secret, Security, Target, Transcript};

use super::certs::Ca;
use super::mechanisms::{hash, scram};
use super::secrets::{CANARY, USER, encoded};
use super::server::{Act, Client, Server, answer, say};

/// What the check found, and what the server heard behind EHLO.
struct Seen {
    found: Vec<Finding>,
    lines: Vec<String>,
    saved: String,
}

impl Seen {
    fn has(&self, id: &str) -> bool {
        self.found.iter().any(|f| f.id == format!("authentication.{id}"))
    }

    fn arg(&self, id: &str, name: &str) -> &str {
        let found = self.found.iter().find(|f| f.id == format!("authentication.{id}"));
        &found.unwrap_or_else(|| panic!("{id} in {:?}", self.ids())).args[name]
    }

    fn ids(&self) -> Vec<&str> {
        self.found.iter().map(|f| f.id.trim_start_matches("authentication.")).collect()
    }
}

/// A login to try.
struct Try<'a> {
    user: &'a str,
    secret: &'a str,
    offers: &'a str,
    tls: bool,
    hasty: bool,
    case: Case,
    acts: Vec<Act>,
}

impl<'a> Try<'a> {
    fn new(offers: &'a str, acts: impl IntoIterator<Item = Act>) -> Self {
        let acts = acts.into_iter().collect();
        Self { user: USER, secret: CANARY, offers, tls: true, hasty: false, case: Case::new(), acts }
    }

    fn forced(mechanism: &str, acts: impl IntoIterator<Item = Act>) -> Self {
        let tried = Self::new("AUTH PLAIN SCRAM-SHA-256 CRAM-MD5 NTLM XOAUTH2", acts);
        Self { case: Case { auth: Some(mechanism.to_owned()), ..Case::new() }, ..tried }
    }

    async fn run(self) -> Seen {
        let ca = Ca::new();
        let mut script = if self.tls { vec![Act::Tls(ca.server("127.0.0.1"))] } else { Vec::new() };
        script.push(say("220 mx\r\n"));
        script.extend(answer(&format!("250-mx\r\n250 {}\r\n", self.offers)));
        script.extend(self.acts);
        script.extend(answer("221 bye\r\n"));
        let server = Server::start(script).await;
        let limit = Duration::from_secs(if self.hasty { 1 } else { 10 });
        let client = Client::new(Some(&ca.pem()), limit);
        let guide = Arc::new(Guide::embedded());
        let case = Case {
            server: Some(Target { host: "127.0.0.1".to_owned(), port: Some(server.address.port()) }),
            security: if self.tls { Security::Tls } else { Security::None },
            user: Some(self.user.to_owned()),
            helo: Some("client.example.net".to_owned()),
            has_password: true,
            ..self.case
        };
        let cx = Context {
            case: Arc::new(case),
            secret: Some(Arc::new(Secret::new(self.secret.to_owned()))),
            consents: Arc::new(BTreeSet::from([Consent::Connect, Consent::Rcpt, Consent::Auth])),
            net: client.net.clone(),
            rec: client.rec.clone(),
            seen: Arc::new(Transcript::new()),
            reader: Reader::new(Arc::clone(&guide)),
            know: Arc::new(Knowledge::load(|name| guide.file(name)).unwrap()),
        };
        check::by_id("authentication").unwrap().run(&cx).await;
        let found: Vec<Finding> = client
            .facts()
            .into_iter()
            .filter_map(|fact| if let Fact::Found { finding, .. } = fact { Some(finding) } else { None })
            .collect();
        for finding in &found {
            assert!(guide.finding(&finding.id).is_some(), "{} has words", finding.id);
        }
        let lines: Vec<String> = server.log().await.heard.into_iter().map(|(line, _)| line).skip(1).collect();
        Seen { found, lines, saved: client.saved() }
    }
}

fn acts(answers: &[&str]) -> Vec<Act> {
    answers.iter().flat_map(|text| answer(&format!("{text}\r\n"))).collect()
}

#[tokio::test]
async fn the_mechanism_is_the_one_that_tells_most_about_the_password() {
    let jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
    for (offers, secret, tls, chosen) in [
        ("AUTH CRAM-MD5 SCRAM-SHA-256 LOGIN PLAIN XOAUTH2", CANARY, true, "AUTH PLAIN "),
        ("AUTH CRAM-MD5 SCRAM-SHA-256 LOGIN", CANARY, true, "AUTH LOGIN"),
        ("AUTH CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-256-PLUS", CANARY, true, "AUTH SCRAM-SHA-256-PLUS "),
        ("AUTH CRAM-MD5 SCRAM-SHA-1", CANARY, true, "AUTH SCRAM-SHA-1 "),
        ("AUTH NTLM CRAM-MD5", CANARY, true, "AUTH CRAM-MD5"),
        ("AUTH GSSAPI XOAUTH2 NTLM", CANARY, true, "AUTH NTLM"),
        ("AUTH=LOGIN PLAIN", CANARY, true, "AUTH PLAIN "),
        ("AUTH PLAIN XOAUTH2", jwt, true, "AUTH XOAUTH2 "),
        ("AUTH PLAIN XOAUTH2 OAUTHBEARER", jwt, true, "AUTH OAUTHBEARER "),
        ("AUTH PLAIN LOGIN", jwt, true, "AUTH PLAIN "),
        // Where somebody may read along, the password itself comes last.
        ("AUTH PLAIN LOGIN CRAM-MD5", CANARY, false, "AUTH CRAM-MD5"),
        ("AUTH PLAIN LOGIN", CANARY, false, "AUTH PLAIN "),
    ] {
        let case = Case { insecure_login: !tls, ..Case::new() };
        let seen = Try { secret, tls, case, ..Try::new(offers, acts(&["535 no"])) }.run().await;
        assert!(seen.lines[0].starts_with(chosen), "{offers}: {:?}", seen.lines);
        assert_eq!(seen.lines.len(), 2, "once, and QUIT: {:?}", seen.lines);
        assert_eq!(seen.has("at-risk"), !tls);
        assert!(seen.has("login.refused"), "{:?}", seen.ids());
    }
}

#[tokio::test]
async fn without_a_common_mechanism_nothing_is_said() {
    for (offers, forced, found) in [
        ("AUTH DIGEST-MD5 GSSAPI", None, "no-password"),
        ("AUTH DIGEST-MD5", None, "mechanism-mismatch"),
        ("AUTH XOAUTH2 OAUTHBEARER", None, "oauth-only"),
        ("AUTH PLAIN DIGEST-MD5", Some("DIGEST-MD5"), "mechanism-not-spoken"),
        ("AUTH PLAIN", Some("LOGIN"), "mechanism-not-offered"),
    ] {
        let case = Case { auth: forced.map(str::to_owned), ..Case::new() };
        let seen = Try { case, ..Try::new(offers, []) }.run().await;
        assert!(seen.has(found), "{offers}: {:?}", seen.ids());
        assert_eq!(seen.lines, ["QUIT"], "{offers}");
    }
}

#[tokio::test]
async fn each_reply_to_a_login_is_told_from_the_others() {
    for (reply, found) in [
        ("235 2.7.0 ok", "login.ok"),
        ("535 5.7.8 authentication failed", "login.refused"),
        ("534 5.7.9 application-specific password required", "login.refused"),
        ("538 5.7.11 encryption required", "login.refused"),
        ("530 5.7.0 authentication required", "login.refused"),
        ("550 5.7.30 basic authentication is not supported", "login.refused"),
        ("454 4.7.0 temporary authentication failure", "login.temporary"),
        ("435 unable to authenticate at present", "login.temporary"),
        ("432 4.7.12 a password transition is needed", "login.temporary"),
        ("421 4.7.0 closing", "login.closed"),
        ("421 4.7.0 too many failed logins", "login.too-often"),
        ("421 4.7.0 mail.example.org Error: too many errors", "login.too-often"),
        ("454 4.7.0 too many login attempts, try again later", "login.too-often"),
        ("535 5.7.0 your address is temporarily blocked", "login.too-often"),
        ("500 5.5.1 unrecognised command", "login.not-understood"),
        ("502 5.5.1 not implemented", "login.not-understood"),
        ("503 5.5.1 authentication not enabled", "login.not-understood"),
        ("504 5.5.4 unrecognised authentication type", "login.not-understood"),
    ] {
        let seen = Try::new("AUTH PLAIN", acts(&[reply])).run().await;
        let told: Vec<&str> = seen.ids().into_iter().filter(|id| id.starts_with("login.")).collect();
        assert_eq!(told, [found], "{reply}");
        assert_eq!(seen.arg(found, "code"), &reply[..3]);
    }
}

#[tokio::test]
async fn what_is_odd_about_an_offer_is_told() {
    for (offers, tls, found, not) in [
        ("AUTH=LOGIN PLAIN", true, Some("old-form"), "legacy-only"),
        ("AUTH DIGEST-MD5 CRAM-MD5", true, Some("legacy-only"), "old-form"),
        ("AUTH PLAIN", false, Some("offered-in-clear"), "legacy-only"),
        ("AUTH PLAIN", true, None, "offered-in-clear"),
        ("AUTH SCRAM-SHA-256", true, None, "legacy-only"),
        ("AUTH GSSAPI DIGEST-MD5", true, Some("no-password"), "legacy-only"),
        ("AUTH GSSAPI NTLM", true, Some("legacy-only"), "no-password"),
        ("AUTH EXTERNAL", true, Some("no-password"), "mechanism-mismatch"),
        ("AUTH GSSAPI PLAIN", true, None, "no-password"),
    ] {
        let case = Case { insecure_login: !tls, ..Case::new() };
        let seen = Try { tls, case, ..Try::new(offers, acts(&["535 no"])) }.run().await;
        assert!(found.is_none_or(|id| seen.has(id)) && !seen.has(not), "{offers}: {:?}", seen.ids());
    }
}

#[tokio::test]
async fn a_server_that_cannot_prove_itself_is_not_taken_for_a_refusal() {
    let mut script = scram(hash("SCRAM-SHA-256"), CANARY);
    script.truncate(1);
    let forged = encoded("v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    script.extend(acts(&[forged.trim_end(), "501 cancelled"]));
    let seen = Try::forced("SCRAM-SHA-256", script).run().await;
    assert!(seen.has("login.impostor") && !seen.has("login.refused"), "{:?}", seen.ids());

    let mut script = scram(hash("SCRAM-SHA-256"), CANARY);
    script.truncate(1);
    script.extend(acts(&["235 come in"]));
    let seen = Try::forced("SCRAM-SHA-256", script).run().await;
    assert!(seen.has("login.ok") && seen.has("login.unproved"), "{:?}", seen.ids());

    let seen = Try::forced("SCRAM-SHA-256", scram(hash("SCRAM-SHA-256"), CANARY)).run().await;
    assert!(seen.has("login.ok") && !seen.has("login.unproved"), "{:?}", seen.ids());
}

#[tokio::test]
async fn a_login_that_we_break_off_is_no_refusal() {
    let seen = Try::forced("CRAM-MD5", acts(&["334 no base64 at all", "501 cancelled"])).run().await;
    assert_eq!(seen.arg("login.gave-up", "why"), "unreadable");
    assert!(!seen.has("login.refused") && !seen.ids().iter().any(|id| id.starts_with("secret.")), "{:?}", seen.ids());
}

#[tokio::test]
async fn a_refused_token_is_told_with_what_the_server_said_of_it() {
    let json = r#"{"status":"invalid_token","scope":"https://mail.example.net/"}"#;
    let seen = Try::forced("XOAUTH2", acts(&[encoded(json).trim_end(), "535 5.7.8 no"])).run().await;
    assert_eq!(seen.arg("login.token-refused", "status"), "invalid_token");
    assert_eq!(seen.arg("login.token-refused", "scope"), "https://mail.example.net/");
    assert!(seen.has("secret.no-token"), "{:?}", seen.ids());
}

#[tokio::test]
async fn a_refusal_that_may_be_the_mechanisms_says_so() {
    for mechanism in ["SCRAM-SHA-256", "CRAM-MD5", "NTLM"] {
        let seen = Try::forced(mechanism, acts(&["535 5.7.8 no"])).run().await;
        assert_eq!(seen.arg("login.stored-otherwise", "other"), "PLAIN");
    }
    let seen = Try::new("AUTH PLAIN SCRAM-SHA-256", acts(&["535 5.7.8 no"])).run().await;
    assert!(!seen.has("login.stored-otherwise"));
    // Two challenges of NTLM: without target info, and with an empty one.
    for (flags, old) in [("ggA", true), ("goA", false)] {
        let challenge = format!("334 TlRMTVNTUAACAAAAAAAAAAAAAAAF{flags}AASNFZ4mrze8AAAAAAAAAAAAAAAAAAAAA");
        let seen = Try::new("AUTH NTLM", acts(&["334 ", &challenge, "535 5.7.8 no"])).run().await;
        assert_eq!((seen.has("login.refused"), seen.has("login.ntlm-of-old")), (true, old), "{:?}", seen.ids());
    }
}

#[tokio::test]
async fn the_shape_of_what_was_refused_is_told_and_nothing_of_it() {
    for (user, secret, found) in [
        (USER, " c4nary-pass", "secret.space-around"),
        (USER, "c4nary pass", "secret.space-inside"),
        (USER, "c4nary-pass\r", "secret.line-break"),
        (USER, "'c4nary-pass'", "secret.quoted"),
        (USER, "c4n\u{e4}ry-pass", "secret.not-ascii"),
        (USER, "abcdefghijklmnop", "secret.app-password"),
        (USER, "abcd efgh ijkl mnop", "secret.app-password-spaced"),
        (USER, "YzRuYXJ5LXBhc3N3b3Jk", "secret.base64"),
        (USER, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2lnbmF0dXJl", "secret.token"),
        ("alice", "c4nary-pass", "user.no-domain"),
        ("alice @example.org", "c4nary-pass", "user.space"),
    ] {
        let tried = Try { user, secret, ..Try::new("AUTH PLAIN", acts(&["535 5.7.8 no"])) };
        let seen = tried.run().await;
        let shapes: Vec<&str> =
            seen.ids().into_iter().filter(|id| id.starts_with("secret.") || id.starts_with("user.")).collect();
        assert_eq!(shapes, [found], "{secret:?}");
        assert!(!seen.saved.contains(secret.trim()), "{secret:?}");
        let args: Vec<&String> = seen.found.iter().flat_map(|f| f.args.keys()).collect();
        assert!(args.iter().all(|name| *name != "length" && *name != "secret"), "{args:?}");
    }
    let seen = Try { user: "alice", ..Try::new("AUTH PLAIN", acts(&["454 4.7.0 later"])) }.run().await;
    assert!(!seen.has("user.no-domain"), "what was not refused is not doubted: {:?}", seen.ids());
}

fn sends(from: &str, to: Option<&str>) -> Case {
    Case { from: Some(from.to_owned()), to: to.map(str::to_owned).into_iter().collect(), ..Case::new() }
}

#[tokio::test]
async fn the_sender_is_held_against_the_logins_own_address() {
    const SHOP: &str = "shop@example.net";
    const BOB: Option<&str> = Some("bob@example.org");
    for (from, to, replies, found) in [
        (SHOP, BOB, &["250 ok", "250 ok", "250 reset"][..], "sender.ok"),
        (SHOP, BOB, &["553 5.7.1 not yours", "250 ok", "250 ok", "250 reset"], "sender.not-yours"),
        (
            SHOP,
            BOB,
            &["250 ok", "553 5.7.1 not yours", "250 reset", "250 ok", "250 ok", "250 reset"],
            "sender.not-yours",
        ),
        (SHOP, BOB, &["553 5.7.1 not yours", "250 ok", "550 5.1.1 no bob", "250 reset"], "sender.not-yours"),
        (SHOP, BOB, &["550 no", "250 ok", "550 no"], "sender.not-yours"),
        (
            SHOP,
            BOB,
            &["250 ok", "550 5.1.1 no bob", "250 reset", "250 ok", "550 5.1.1 no bob", "250 reset"],
            "sender.none-accepted",
        ),
        (SHOP, BOB, &["550 5.7.1 nothing from here", "550 5.7.1 nothing from here"], "sender.none-accepted"),
        (SHOP, BOB, &["451 4.3.0 later"], "sender.later"),
        (USER, BOB, &["550 5.7.1 no"], "sender.own-refused"),
        (SHOP, BOB, &["553 5.7.1 sender address rejected: not owned by user"; 2], "sender.own-refused"),
        (USER, BOB, &["250 ok", "550 5.1.1 no bob", "250 reset"], "recipient.refused"),
        (USER, None, &["250 ok", "250 ok", "250 reset"], "sender.ok"),
    ] {
        let script = acts(&[&["235 ok"], replies].concat());
        let seen = Try { case: sends(from, to), ..Try::new("AUTH PLAIN", script) }.run().await;
        let told: Vec<&str> =
            seen.ids().into_iter().filter(|id| id.starts_with("sender.") || id.starts_with("recipient.")).collect();
        assert_eq!(told, [found], "{replies:?}: {:?}", seen.lines);
        assert!(!seen.lines.iter().any(|line| line == "DATA"), "{:?}", seen.lines);
        let proof = seen.found.iter().find(|f| f.id.ends_with(found)).unwrap();
        let pair = from != USER && matches!(found, "sender.not-yours" | "sender.none-accepted" | "sender.own-refused");
        assert_eq!(proof.evidence.len(), 1 + usize::from(pair), "the pair is the proof");
    }
}

#[tokio::test]
async fn a_login_that_is_not_answered_is_told_from_a_talk_that_broke() {
    for (act, found) in [(Act::Silence, "login.no-answer"), (Act::Close, "login.dropped"), (Act::Reset, "login.reset")]
    {
        let tried = Try { hasty: true, ..Try::new("AUTH PLAIN", [Act::Hear, act]) };
        let seen = tried.run().await;
        assert!(seen.has(found) && !seen.has("broke") && !seen.has("login.refused"), "{found}: {:?}", seen.ids());
    }
}

#[tokio::test]
async fn a_name_that_is_no_address_is_no_sender() {
    let script = acts(&["235 ok", "553 5.7.1 not yours"]);
    let case = sends("shop@example.net", None);
    let seen = Try { user: "alice", case, ..Try::new("AUTH PLAIN", script) }.run().await;
    assert!(seen.has("sender.refused"), "{:?}", seen.ids());
    assert_eq!(seen.lines.last().map(String::as_str), Some("QUIT"));
}
