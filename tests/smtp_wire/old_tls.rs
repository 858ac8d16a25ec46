//! The hello of our own, against OpenSSL as a server of old, and against what is no TLS.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use heloise::net::{OldTls, is_spoken_cipher};
use heloise::transcript::{Security, TlsFact};

use super::server::{Act, Client, Server, answer, open, say};

/// `openssl s_server`, stopped when dropped.
struct OpenSsl {
    child: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Drop for OpenSsl {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server with these options; none where this machine has no OpenSSL, or one that does not know them any more.
fn openssl(options: &[&str]) -> Option<OpenSsl> {
    let own = rcgen::generate_simple_self_signed(vec!["mx.example.org".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("own.pem"), folder.path().join("own.key"));
    std::fs::write(&certificate, own.cert.pem()).unwrap();
    std::fs::write(&key, own.signing_key.serialize_pem()).unwrap();
    let mut child = Command::new("openssl")
        .args(["s_server", "-accept", "127.0.0.1:0", "-cert"])
        .arg(&certificate)
        .arg("-key")
        .arg(&key)
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut lines = BufReader::new(child.stdout.take()?).lines().map_while(Result::ok);
    let address = lines.find_map(|line| line.strip_prefix("ACCEPT ")?.trim().parse().ok());
    // Its output has to go somewhere for as long as it runs.
    std::thread::spawn(move || lines.for_each(drop));
    let Some(address) = address else {
        let _ = child.kill();
        let _ = child.wait();
        return None;
    };
    Some(OpenSsl { child, address, _folder: folder })
}

async fn asked(address: SocketAddr, security: Security, offer: OldTls) -> Option<TlsFact> {
    let client = Client::patient(None);
    let asked = client.net.ask_old_tls(&client.rec, open(address, security), "client.example.net", offer).await;
    asked.unwrap().map(|(fact, _)| fact)
}

#[tokio::test]
async fn openssl_answers_as_servers_of_old_do() {
    let level = "DEFAULT:@SECLEVEL=0";
    for (options, offer, version, spoken) in [
        (["-tls1", "-cipher", level], OldTls::Tls12, "TLSv1.0", false),
        (["-tls1", "-cipher", level], OldTls::Tls10, "TLSv1.0", false),
        (["-tls1_1", "-cipher", level], OldTls::Tls12, "TLSv1.1", false),
        (["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"], OldTls::Tls12, "TLSv1.2", false),
        (["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"], OldTls::Tls12, "TLSv1.2", true),
    ] {
        let Some(server) = openssl(&options) else {
            eprintln!("left out: no openssl here that knows {}", options[0]);
            continue;
        };
        let fact = asked(server.address, Security::Tls, offer).await.unwrap();
        assert!(fact.probe && !fact.established && fact.chain.is_empty());
        assert_eq!((fact.version.as_deref(), fact.error.as_deref()), (Some(version), None), "{options:?}");
        assert_eq!(is_spoken_cipher(fact.cipher.as_deref().unwrap()), spoken, "{:?}", fact.cipher);
    }
}

#[tokio::test]
async fn a_version_that_openssl_does_not_take_is_refused_by_its_alert() {
    let Some(server) = openssl(&["-tls1_2"]) else { return eprintln!("left out: no openssl here") };
    let fact = asked(server.address, Security::Tls, OldTls::Tls10).await.unwrap();
    assert_eq!((fact.version, fact.error.as_deref()), (None, Some("protocol-version")));
}

#[tokio::test]
async fn the_hello_follows_starttls_and_the_connection_ends_there() {
    let mut script = vec![say("220 mx.example.org\r\n")];
    script.extend(answer("250-mx.example.org\r\n250 STARTTLS\r\n"));
    script.extend(answer("220 go\r\n"));
    script.extend([Act::HearSome, Act::Say(vec![21, 3, 1, 0, 2, 2, 70]), Act::Silence]);
    let server = Server::start(script).await;
    let fact = asked(server.address, Security::Starttls, OldTls::Tls11).await.unwrap();
    assert_eq!(fact.error.as_deref(), Some("protocol-version"));
    let heard: Vec<String> = server.log().await.heard.into_iter().map(|(line, _)| line).collect();
    assert_eq!(heard, ["EHLO client.example.net", "STARTTLS"]);
}

#[tokio::test]
async fn where_starttls_is_not_offered_nothing_is_asked_and_the_parting_is_polite() {
    let mut script = vec![say("220 mx.example.org\r\n")];
    script.extend(answer("250 mx.example.org\r\n"));
    script.extend(answer("221 bye\r\n"));
    let server = Server::start(script).await;
    assert_eq!(asked(server.address, Security::Starttls, OldTls::Tls12).await, None);
    assert_eq!(server.log().await.heard.last().unwrap().0, "QUIT");
}

#[tokio::test]
async fn what_is_no_tls_and_what_has_no_end_is_told_so() {
    for (act, error) in [
        (say("220 mx.example.org ESMTP\r\n"), "plaintext"),
        (Act::Flood(&[22, 3, 1, 0x3f, 0xff, 2, 0, 0x1f, 0, 0, 0, 0, 0, 0, 0, 0], 1 << 20), "too-long"),
    ] {
        let server = Server::start([Act::HearSome, act, Act::Silence]).await;
        let fact = asked(server.address, Security::Tls, OldTls::Tls12).await.unwrap();
        assert_eq!((fact.version, fact.error.as_deref()), (None, Some(error)));
    }
}
