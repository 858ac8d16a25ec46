//! A plain SMTP client without manners, and worlds to talk to.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use heloise::guide::Guide;
use heloise::practice::{Practice, WorldFile};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// Longer than anything on loopback takes; only a hang reaches it.
pub(crate) const SOON: Duration = Duration::from_secs(10);

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

pub(crate) struct Client(BufReader<Box<dyn Stream>>);

impl Client {
    /// Connects to a public-looking address of the world, and does not read yet.
    pub(crate) async fn connect(practice: &Practice, to: &str) -> Self {
        let to: SocketAddr = to.parse().unwrap();
        let stream = timeout(SOON, practice.world().connect(to, None)).await.unwrap().unwrap();
        Self(BufReader::new(Box::new(stream)))
    }

    /// Does the TLS handshake, trusting only the world's authority.
    pub(crate) async fn secure(self, practice: &Practice, name: &str) -> Result<Self, rustls::Error> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(practice.ca_pem().as_bytes()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let handshake = TlsConnector::from(Arc::new(config)).connect(name, self.0.into_inner());
        match timeout(SOON, handshake).await.unwrap() {
            Ok(stream) => Ok(Self(BufReader::new(Box::new(stream)))),
            Err(e) => Err(e.into_inner().unwrap().downcast_ref::<rustls::Error>().unwrap().clone()),
        }
    }

    /// The next reply, its lines joined by ` / `; empty when the server closed.
    pub(crate) async fn hear(&mut self) -> String {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if timeout(SOON, self.0.read_line(&mut line)).await.unwrap().unwrap() == 0 {
                break;
            }
            assert!(line.ends_with("\r\n"), "{line:?}");
            let last = line.as_bytes()[3] == b' ';
            lines.push(line.trim_end_matches("\r\n").to_owned());
            if last {
                break;
            }
        }
        lines.join(" / ")
    }

    pub(crate) async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
        self.0.flush().await.unwrap();
    }

    /// Says a line and hears the reply.
    pub(crate) async fn say(&mut self, line: &str) -> String {
        self.send(&format!("{line}\r\n")).await;
        self.hear().await
    }

    /// Says each line, and holds each reply against its beginning.
    pub(crate) async fn talk(&mut self, dialogue: &[(&str, &str)]) {
        for (line, begins) in dialogue {
            let reply = self.say(line).await;
            assert!(reply.starts_with(begins), "{line}\n  heard    {reply}\n  expected {begins}");
        }
    }
}

/// A world of the embedded guide, up.
pub(crate) async fn world(id: &str) -> Practice {
    let file = WorldFile::by_id(&Guide::embedded(), id).unwrap();
    Practice::start(&file).await.unwrap()
}

/// A world made of that text, with what every file has to have.
pub(crate) fn file(rest: &str) -> WorldFile {
    let head = r#"
        order = 1
        title = "a test"
        story = "a test"
        case = {}
        expect = { verdict = "inconclusive" }
    "#;
    toml::from_str(&format!("{head}\n{rest}")).unwrap()
}

/// The same, up.
pub(crate) async fn made_of(rest: &str) -> Practice {
    Practice::start(&file(rest)).await.unwrap()
}
