//! Pages from a real TLS server on loopback.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Duration;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::net::{BoxFuture, Limits, Trust, World};
use crate::transcript::{Fact, RunId};

const HOST: &str = "autoconfig.example.org";

/// A world in which every name leads to one server.
struct One(SocketAddr);

impl World for One {
    fn connect(&self, _: SocketAddr, _: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(TcpStream::connect(self.0))
    }

    fn nameservers(&self) -> Result<Vec<SocketAddr>, String> {
        Err("none here".to_owned())
    }

    fn hosts_file(&self, name: &str) -> Vec<IpAddr> {
        if name.ends_with("example.org") { vec![Ipv4Addr::LOCALHOST.into()] } else { Vec::new() }
    }

    fn unix_seconds(&self) -> i64 {
        1_800_000_000
    }

    fn host_name(&self) -> Option<String> {
        None
    }

    fn is_this_machine(&self) -> bool {
        false
    }
}

/// What came of asking.
struct Got {
    page: Result<Page, NoPage>,
    requests: Vec<String>,
    facts: Vec<HttpFact>,
}

/// Asks a server that answers each connection with the next of these, and then keeps still until the client is gone.
async fn ask(answers: &[&str], names: &str, url: &str, how: Get) -> Got {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(vec![names.to_owned()]).unwrap().signed_by(&key, &ca).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let world = Arc::new(One(listener.local_addr().unwrap()));
    let requests = Arc::new(Mutex::new(Vec::new()));
    let answers: Vec<String> = answers.iter().map(|&a| a.to_owned()).collect();
    let heard = Arc::clone(&requests);
    let serving = tokio::spawn(async move {
        for answer in answers {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(stream.read_u8().await.unwrap());
            }
            heard.lock().unwrap().push(String::from_utf8(request).unwrap());
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
        }
    });
    let limits = Limits { phase: Duration::from_secs(10), dns: Duration::from_secs(10) };
    let net = Net::new(world, limits, Trust::only(&ca.pem()).unwrap());
    let facts = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&facts);
    let rec = Recorder::new(RunId(1), move |_, fact| {
        if let Fact::Http { http, .. } = fact {
            kept.lock().unwrap().push(http);
        }
    });
    let page = net.get(&rec, url, how).await.map_err(|(why, _)| why);
    serving.abort();
    let (requests, facts) = (requests.lock().unwrap().clone(), facts.lock().unwrap().clone());
    Got { page, requests, facts }
}

fn url(path: &str) -> String {
    format!("https://{HOST}{path}")
}

#[tokio::test]
async fn a_page_comes_with_status_media_type_and_a_verified_certificate() {
    let answer = "HTTP/1.1 200 OK\r\nContent-Type: Text/XML; charset=utf-8\r\nContent-Length: 5\r\n\r\n<ok/>";
    let got = ask(&[answer], HOST, &url("/mail/config-v1.1.xml?emailaddress=a"), Get::default()).await;
    let page = got.page.unwrap();
    assert_eq!((page.status, page.media.as_deref(), page.text().as_str()), (200, Some("text/xml"), "<ok/>"));
    assert!(page.tls.established && page.tls.distrust.is_none());
    let request = &got.requests[0];
    assert!(request.starts_with("GET /mail/config-v1.1.xml?emailaddress=a HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("host: autoconfig.example.org\r\n"), "{request}");
    assert_eq!((got.facts[0].status, got.facts[0].octets, got.facts[0].error.clone()), (Some(200), 5, None));
}

#[tokio::test]
async fn a_page_without_a_length_ends_where_the_server_hangs_up_or_its_pieces_end() {
    let pieces = "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    let page = ask(&[pieces], HOST, &url("/"), Get::default()).await.page.unwrap();
    assert_eq!((page.status, page.text().as_str()), (404, "abc"));
}

#[tokio::test]
async fn a_certificate_for_another_name_gives_no_page_and_sends_no_request() {
    let got = ask(&["HTTP/1.1 200 OK\r\n\r\n"], "other.example.org", &url("/"), Get::default()).await;
    assert_eq!(got.page.unwrap_err(), NoPage::Distrusted("name".to_owned()));
    assert!(got.requests.is_empty());
    assert_eq!(got.facts[0].error.as_deref(), Some("the certificate is not trusted (name)"));
}

#[tokio::test]
async fn a_body_that_is_longer_than_allowed_is_a_fault_whether_or_not_its_length_was_told() {
    let how = Get { octets: 4, ..Get::default() };
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
    ] {
        assert_eq!(ask(&[answer], HOST, &url("/"), how).await.page.unwrap_err(), NoPage::TooBig);
    }
    let exact = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd";
    assert_eq!(ask(&[exact], HOST, &url("/"), how).await.page.unwrap().text(), "abcd");
}

#[tokio::test]
async fn what_is_no_http_gives_no_page() {
    let head = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "a".repeat(40_000));
    for answer in ["220 mx.example.org ESMTP\r\n", "\u{16}\u{3}\u{1}", head.as_str()] {
        assert_eq!(ask(&[answer], HOST, &url("/"), Get::default()).await.page.unwrap_err(), NoPage::NotHttp);
    }
}

#[tokio::test]
async fn redirects_are_followed_to_https_only_and_only_where_wished() {
    let to = |to: &str| format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
    let (away, plain) = (to("https://www.example.org/x"), to("http://www.example.org/x"));
    let end = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n!";
    let names = "*.example.org";

    let page = ask(&[&away], names, &url("/"), Get::default()).await.page.unwrap();
    assert_eq!((page.status, page.location.as_deref()), (302, Some("https://www.example.org/x")));

    let once = Get { redirects: 1, ..Get::default() };
    let got = ask(&[&away, end], names, &url("/"), once).await;
    assert_eq!(got.page.unwrap().url, "https://www.example.org/x");
    assert_eq!(got.facts.len(), 2);

    let refused = ask(&[&plain], names, &url("/"), once).await.page.unwrap_err();
    assert_eq!(refused, NoPage::Redirected("http://www.example.org/x".to_owned()));
    let endless = ask(&[&away, &away], names, &url("/"), once).await.page.unwrap_err();
    assert_eq!(endless, NoPage::Redirected("https://www.example.org/x".to_owned()));
}

#[tokio::test]
async fn what_the_dns_does_not_tell_is_not_said_to_be_missing() {
    let got = ask(&[], HOST, "https://autoconfig.example.net/", Get::default()).await;
    let why = got.page.unwrap_err();
    assert!(matches!(why, NoPage::Unknown(_)) && why.is_untold(), "{why:?}");
}

#[tokio::test]
async fn a_password_in_a_url_is_neither_sent_nor_recorded() {
    let got = ask(&[], HOST, "https://alice:practice@autoconfig.example.org/", Get::default()).await;
    assert_eq!(got.page.unwrap_err(), NoPage::NotHttps);
    assert!(!format!("{:?}", got.facts).contains("practice"));
}
