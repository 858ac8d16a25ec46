//! Each mechanism as its document has it, seen from a server of our own; and nothing that it says stands in any fact.

use std::num::NonZeroU32;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use heloise::net::{Dialogue, GaveUp, Login};
use heloise::transcript::{Secret, Security};
use ring::{digest, hmac, pbkdf2};

use super::certs::Ca;
use super::secrets::{CANARY, USER, assert_no_canary, encoded};
use super::server::{Act, Client, Server, Thinking, answer, open, say};

const SALT: &[u8] = b"pepper-and-salt-";
const ROUNDS: u32 = 4096;

/// Logs in at a trusted server that does this after EHLO; the lines it heard come with how it ended.
async fn login(mechanism: &str, acts: Vec<Act>) -> (Login, Vec<String>, Client) {
    login_as(mechanism, USER, CANARY, acts).await
}

async fn login_as(mechanism: &str, user: &str, secret: &str, acts: Vec<Act>) -> (Login, Vec<String>, Client) {
    let ca = Ca::new();
    let mut script = vec![Act::Tls(ca.server("mx.example.org")), say("220 mx\r\n")];
    script.extend(acts);
    let server = Server::start(script).await;
    let client = Client::patient(Some(&ca.pem()));
    let target = open(server.address, Security::Tls);
    let (mut dialogue, _) = Dialogue::open(&client.net, &client.rec, target).await.unwrap();
    let login = dialogue.auth(mechanism, user, &Secret::new(secret.to_owned())).await.unwrap().unwrap();
    drop(dialogue);
    let lines = server.log().await.heard.into_iter().map(|(line, _)| line).collect();
    (login, lines, client)
}

/// The parts of SCRAM that differ by its name.
#[derive(Clone, Copy)]
pub(crate) struct Hash {
    name: &'static str,
    hmac: hmac::Algorithm,
    digest: &'static digest::Algorithm,
    pbkdf2: pbkdf2::Algorithm,
}

pub(crate) fn hash(name: &'static str) -> Hash {
    match name.trim_end_matches("-PLUS") {
        "SCRAM-SHA-1" => Hash {
            name,
            hmac: hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            digest: &digest::SHA1_FOR_LEGACY_USE_ONLY,
            pbkdf2: pbkdf2::PBKDF2_HMAC_SHA1,
        },
        "SCRAM-SHA-256" => {
            Hash { name, hmac: hmac::HMAC_SHA256, digest: &digest::SHA256, pbkdf2: pbkdf2::PBKDF2_HMAC_SHA256 }
        }
        _ => Hash { name, hmac: hmac::HMAC_SHA512, digest: &digest::SHA512, pbkdf2: pbkdf2::PBKDF2_HMAC_SHA512 },
    }
}

impl Hash {
    fn mac(self, key: &[u8], text: &[u8]) -> Vec<u8> {
        hmac::sign(&hmac::Key::new(self.hmac, key), text).as_ref().to_vec()
    }

    /// The proof that the client owes, and the server's signature (RFC 5802 §3).
    fn proofs(self, password: &str, salt: &[u8], rounds: u32, said: &str) -> (Vec<u8>, Vec<u8>) {
        let mut salted = vec![0; self.digest.output_len()];
        pbkdf2::derive(self.pbkdf2, NonZeroU32::new(rounds).unwrap(), salt, password.as_bytes(), &mut salted);
        let key = self.mac(&salted, b"Client Key");
        let signature = self.mac(digest::digest(self.digest, &key).as_ref(), said.as_bytes());
        let proof = key.iter().zip(&signature).map(|(k, s)| k ^ s).collect();
        (proof, self.mac(&self.mac(&salted, b"Server Key"), said.as_bytes()))
    }
}

#[test]
fn the_servers_arithmetic_is_that_of_the_rfcs() {
    let said = "n=user,r=fyko+d2lbbFgONRv9qkxdawL,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096,\
        c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j";
    let salt = BASE64_STANDARD.decode("QSXCR+Q6sek8bf92").unwrap();
    let (proof, signature) = hash("SCRAM-SHA-1").proofs("pencil", &salt, 4096, said);
    assert_eq!(BASE64_STANDARD.encode(proof), "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
    assert_eq!(BASE64_STANDARD.encode(signature), "rmF9pqV8S7suAoZWja4dJRkFsKQ=");
    let said = "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,\
        i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    let salt = BASE64_STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
    let (proof, signature) = hash("SCRAM-SHA-256").proofs("pencil", &salt, 4096, said);
    assert_eq!(BASE64_STANDARD.encode(proof), "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    assert_eq!(BASE64_STANDARD.encode(signature), "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

/// What a line holds, base64 taken off its last word.
fn said(line: &str) -> String {
    let word = line.rsplit(' ').next().unwrap();
    String::from_utf8(BASE64_STANDARD.decode(word).unwrap()).unwrap()
}

fn attribute<'t>(message: &'t str, name: &str) -> &'t str {
    message.split(',').find_map(|part| part.strip_prefix(name)).unwrap_or_else(|| panic!("{name} in {message}"))
}

/// The header in front of a client's first message, and the message.
fn divided(first: &str) -> (&str, &str) {
    first.split_at(first.find("n=").unwrap())
}

fn server_first(first: &str) -> String {
    format!("r={}Server0nonce,s={},i={ROUNDS}", attribute(first, "r="), BASE64_STANDARD.encode(SALT))
}

/// A server that knows this password, and lets in whoever proves it (RFC 5802 §5).
pub(crate) fn scram(hash: Hash, password: &'static str) -> Vec<Act> {
    let offers: Thinking = Arc::new(move |lines, _| {
        let line = lines.last().unwrap();
        assert!(line.starts_with(&format!("AUTH {} ", hash.name)), "{line}");
        encoded(&server_first(&said(line)))
    });
    let judges: Thinking = Arc::new(move |lines, binding| {
        let (first, last) = (said(&lines[lines.len() - 2]), said(&lines[lines.len() - 1]));
        let (header, bare) = divided(&first);
        let (without_proof, proof) = last.rsplit_once(",p=").unwrap();
        let mut bound = header.as_bytes().to_vec();
        if hash.name.ends_with("-PLUS") {
            assert!(header.starts_with("p=tls-exporter,"), "{header}");
            bound.extend(binding);
        }
        assert_eq!(attribute(&last, "c="), BASE64_STANDARD.encode(bound), "the connection is the same at both ends");
        let whole = format!("{bare},{},{without_proof}", server_first(&first));
        let (right, signature) = hash.proofs(password, SALT, ROUNDS, &whole);
        if BASE64_STANDARD.encode(right) == proof {
            encoded(&format!("v={}", BASE64_STANDARD.encode(signature)))
        } else {
            encoded("e=invalid-proof")
        }
    });
    let ends: Thinking = Arc::new(|lines, _| {
        assert_eq!(lines.last().unwrap(), "", "the last word of the server is answered with nothing");
        "235 2.7.0 ok\r\n".to_owned()
    });
    vec![Act::Answer(offers), Act::Answer(judges), Act::Answer(ends)]
}

const SCRAMS: [&str; 6] =
    ["SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512", "SCRAM-SHA-512-PLUS"];

/// Nothing that the client sent in answer stands in any fact: neither as it was on the wire, nor without its base64, nor a proof out of it.
fn assert_silent(client: &Client, lines: &[String]) {
    assert_no_canary(client);
    let saved = client.saved();
    for word in lines.iter().filter_map(|line| line.rsplit(' ').next()).filter(|word| word.len() > 12) {
        let Ok(octets) = BASE64_STANDARD.decode(word) else { continue };
        assert!(!saved.contains(word), "{word} in {saved}");
        let text = String::from_utf8_lossy(&octets).into_owned();
        assert!(!saved.contains(&text), "{text} in {saved}");
        if let Some(proof) = text.split(',').find_map(|part| part.strip_prefix("p=")).filter(|p| p.len() > 20) {
            assert!(!saved.contains(proof), "{proof} in {saved}");
        }
    }
}

#[tokio::test]
async fn scram_logs_in_with_and_without_binding() {
    for name in SCRAMS {
        let (login, lines, client) = login(name, scram(hash(name), CANARY)).await;
        assert_eq!((login.heard.reply.code, login.proved, login.gave_up), (235, Some(true), None), "{name}");
        assert_silent(&client, &lines);
        // Neither salt nor signature: the password could be guessed from them.
        assert_eq!(client.received().iter().filter(|(code, text)| *code == 334 && text == "‹secret›").count(), 2);
    }
}

#[tokio::test]
async fn no_message_of_any_mechanism_is_recorded() {
    for mechanism in Dialogue::MECHANISMS {
        let mut acts = match mechanism {
            "LOGIN" => {
                let prompts = [answer(&encoded("User Name")), answer(&encoded("Password"))];
                prompts.into_iter().flatten().collect()
            }
            "NTLM" => ntlm("334 \r\n"),
            "CRAM-MD5" => answer(&encoded("<1896.697170952@postoffice.example>")).to_vec(),
            "XOAUTH2" | "OAUTHBEARER" => answer(&encoded(r#"{"status":"401"}"#)).to_vec(),
            name if name.starts_with("SCRAM-") => scram(hash(name), "another")[..2].to_vec(),
            _ => Vec::new(),
        };
        // Whatever it is that the server says back of the last line, it is not told.
        acts.push(Act::Echo("535 5.7.8 no: ", "\r\n"));
        let (login, lines, client) = login(mechanism, acts).await;
        assert_eq!(login.heard.reply.code, 535, "{mechanism}");
        assert!(lines.iter().any(|line| line.len() > 30), "{mechanism}: something was said");
        assert_silent(&client, &lines);
    }
}

/// A server's side of NTLM up to its challenge (MS-NLMP §4.2.4.3), which says this before.
fn ntlm(first: &str) -> Vec<Act> {
    [answer(first), answer(&format!("334 {NTLM_CHALLENGE}\r\n"))].into_iter().flatten().collect()
}

const NTLM_CHALLENGE: &str = "TlRMTVNTUAACAAAADAAMADgAAAAzgoriASNFZ4mrze8AAAAAAAAAACQAJABEAAAABgBwFwAAAA9TAGUAcgB2AGUAcgAC\
    AAwARABvAG0AYQBpAG4AAQAMAFMAZQByAHYAZQByAAAAAAA=";

#[tokio::test]
async fn ntlm_waits_to_be_asked_and_shows_neither_challenge_nor_response() {
    for first in ["334 NTLM supported\r\n", "334 ntlm\r\n", "334 \r\n", "334\r\n"] {
        let mut acts = ntlm(first);
        acts.extend(answer("235 2.7.0 ok\r\n"));
        let (login, lines, client) = login("NTLM", acts).await;
        assert_eq!((login.heard.reply.code, login.gave_up, lines[0].as_str()), (235, None, "AUTH NTLM"), "{first}");
        for (line, kind) in lines[1..].iter().zip([1, 3]) {
            let message = BASE64_STANDARD.decode(line).unwrap();
            assert!(message.starts_with(b"NTLMSSP\0") && message[8] == kind, "{first}: {message:?}");
        }
        assert!(!client.saved().contains(&NTLM_CHALLENGE[..40]), "the password could be guessed from the two");
        assert_silent(&client, &lines);
    }
}

#[tokio::test]
async fn what_ntlm_cannot_go_on_with_ends_it() {
    for (challenge, why) in [
        ("334 NTLM supported", GaveUp::Unreadable),
        ("334", GaveUp::Unreadable),
        ("334 TlRMTVNTUAABAAAA", GaveUp::Unreadable),
        (&format!("334 {NTLM_CHALLENGE}\r\n334 more"), GaveUp::NoEnd),
    ] {
        let mut acts: Vec<Act> = answer("334 \r\n").to_vec();
        acts.extend(challenge.split("\r\n").flat_map(|line| answer(&format!("{line}\r\n"))));
        acts.extend(answer("501 cancelled\r\n"));
        let (login, lines, client) = login("NTLM", acts).await;
        assert_eq!((login.gave_up, lines.last().unwrap().as_str()), (Some(why), "*"), "{challenge}");
        assert_silent(&client, &lines);
    }
}

#[tokio::test]
async fn scram_prepares_a_password_that_is_not_ascii() {
    // RFC 4013: a soft hyphen is nothing, a wide letter is the letter, a ligature its letters.
    let acts = scram(hash("SCRAM-SHA-256"), "\u{e4}IX-fi");
    let (login, ..) = login_as("SCRAM-SHA-256", USER, "a\u{308}I\u{ad}X-\u{fb01}", acts).await;
    assert_eq!(login.heard.reply.code, 235);
}

#[tokio::test]
async fn a_wrong_password_is_refused_in_scrams_own_words_and_then_by_the_reply() {
    let mut acts = scram(hash("SCRAM-SHA-256"), "another");
    acts.truncate(2);
    acts.extend(answer("535 5.7.8 authentication failed\r\n"));
    let (login, lines, client) = login("SCRAM-SHA-256", acts).await;
    assert_eq!((login.heard.reply.code, login.gave_up), (535, None));
    assert_eq!((login.told["status"].as_str(), lines.last().unwrap().as_str()), ("invalid-proof", ""));
    assert_silent(&client, &lines);
}

#[tokio::test]
async fn a_server_that_cannot_prove_itself_is_left() {
    let mut acts = scram(hash("SCRAM-SHA-256"), CANARY);
    acts.truncate(1);
    acts.extend(answer(&encoded("v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")));
    acts.extend(answer("501 cancelled\r\n"));
    let (login, lines, client) = login("SCRAM-SHA-256", acts).await;
    assert_eq!((login.gave_up, login.proved), (Some(GaveUp::NotProved), Some(false)));
    assert_eq!(lines.last().unwrap(), "*");
    assert_silent(&client, &lines);
}

#[tokio::test]
async fn a_server_that_lets_us_in_without_a_proof_is_known_as_such() {
    let mut acts = scram(hash("SCRAM-SHA-1"), CANARY);
    acts.truncate(1);
    acts.extend(answer("235 come in\r\n"));
    let (login, ..) = login("SCRAM-SHA-1", acts).await;
    assert_eq!((login.heard.reply.code, login.proved), (235, Some(false)));
}

#[tokio::test]
async fn what_scram_cannot_go_on_with_ends_it() {
    let nonce = |rest: &'static str| -> Thinking {
        Arc::new(move |lines: &[String], _| {
            encoded(&format!("r={}{rest}", attribute(&said(lines.last().unwrap()), "r=")))
        })
    };
    for (challenge, why) in [
        (nonce("x,s=c2FsdA==,i=4294967295"), GaveUp::Iterations),
        (nonce("x,s=c2FsdA==,i=99999999999999999999"), GaveUp::Iterations),
        (nonce("x,s=c2FsdA==,i=0"), GaveUp::Unreadable),
        (nonce(",s=c2FsdA==,i=4096"), GaveUp::Unreadable),
        (nonce("x,s=!,i=4096"), GaveUp::Unreadable),
        (Arc::new(|_: &[String], _| encoded("r=another,s=c2FsdA==,i=4096")), GaveUp::Unreadable),
        (Arc::new(|_: &[String], _| "334 no base64 at all\r\n".to_owned()), GaveUp::Unreadable),
        (Arc::new(|_: &[String], _| "334\r\n".to_owned()), GaveUp::Unreadable),
    ] {
        let mut acts = vec![Act::Answer(challenge)];
        acts.extend(answer("501 cancelled\r\n"));
        let (login, lines, _) = login("SCRAM-SHA-256", acts).await;
        assert_eq!((login.gave_up, lines.last().unwrap().as_str()), (Some(why), "*"));
    }
}

#[tokio::test]
async fn a_binding_needs_tls_of_the_newest_kind() {
    let ca = Ca::new();
    for (old, plus) in [(false, true), (true, false)] {
        let tls = if old { ca.old_server("mx.example.org") } else { ca.server("mx.example.org") };
        let server = Server::start([Act::Tls(tls), say("220 mx\r\n"), Act::Silence]).await;
        let client = Client::patient(Some(&ca.pem()));
        let target = open(server.address, Security::Tls);
        let (mut dialogue, _) = Dialogue::open(&client.net, &client.rec, target).await.unwrap();
        assert_eq!(dialogue.speaks("SCRAM-SHA-256-PLUS"), plus);
        assert!(dialogue.speaks("scram-sha-256"));
        if old {
            let secret = Secret::new(CANARY.to_owned());
            assert!(dialogue.auth("SCRAM-SHA-256-PLUS", USER, &secret).await.unwrap().is_none());
            assert!(client.sent().is_empty());
        }
    }
}

#[tokio::test]
async fn a_refused_token_tells_why_and_each_mechanism_answers_in_its_way() {
    let json = r#"{"status":"400","schemes":"Bearer","scope":"https://mail.example.org/"}"#;
    for (mechanism, dummy) in [("XOAUTH2", ""), ("OAUTHBEARER", "AQ==")] {
        let mut acts = answer(&encoded(json)).to_vec();
        acts.extend(answer("535 5.7.8 no\r\n"));
        let (login, lines, client) = login(mechanism, acts).await;
        assert_eq!((login.heard.reply.code, lines[1].as_str()), (535, dummy), "{mechanism}");
        assert_eq!(login.told["status"], "400");
        assert_eq!(login.told["scope"], "https://mail.example.org/");
        assert_silent(&client, &lines);
    }
}

#[tokio::test]
async fn a_refusal_that_says_the_token_back_does_not_tell_it() {
    let json = format!(r#"{{"status":"bad {CANARY}","scope":"{}"}}"#, BASE64_STANDARD.encode(CANARY));
    let mut acts = answer(&encoded(&json)).to_vec();
    acts.extend(answer(&format!("535 {CANARY}\r\n")));
    let (login, lines, client) = login("OAUTHBEARER", acts).await;
    assert!(login.told.values().all(|v| !v.contains(CANARY) && !v.contains(&BASE64_STANDARD.encode(CANARY)[..12])));
    assert_silent(&client, &lines);
}

#[tokio::test]
async fn oauthbearer_names_the_server_and_the_port() {
    let (_, lines, _) = login("OAUTHBEARER", answer("235 ok\r\n").to_vec()).await;
    let first = said(&lines[0]);
    assert!(first.starts_with(&format!("n,a={USER},\x01host=mx.example.org\x01port=")), "{first:?}");
    assert!(first.ends_with(&format!("\x01auth=Bearer {CANARY}\x01\x01")), "{first:?}");
}

#[tokio::test]
async fn a_short_secret_does_not_spoil_what_the_server_asks() {
    // Three letters are found in many a challenge: what is recorded of it is not what is answered.
    let challenge = "<abc.abc.abc@example.org>";
    let mut acts = answer(&format!("334 {}\r\n", BASE64_STANDARD.encode(challenge))).to_vec();
    acts.extend(answer("235 ok\r\n"));
    let (login, lines, _) = login_as("CRAM-MD5", "tim", &BASE64_STANDARD.encode(challenge)[..3], acts).await;
    assert_eq!((login.gave_up, said(&lines[1]).len()), (None, "tim ".len() + 32));
}

#[tokio::test]
async fn the_digest_of_cram_md5_said_back_is_not_quoted() {
    let mut acts = answer(&encoded("<1896.697170952@postoffice.example>")).to_vec();
    let back: Thinking = Arc::new(|lines, _| format!("535 no {}\r\n", said(lines.last().unwrap())));
    acts.push(Act::Answer(back));
    let (_, lines, client) = login("CRAM-MD5", acts).await;
    let digest = said(&lines[1]).rsplit(' ').next().unwrap().to_owned();
    assert!(!client.saved().contains(&digest), "{}", client.saved());
    assert_silent(&client, &lines);
}
