//! Pages over HTTPS: published settings and policies, as a world says.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::script::Certificate;
use super::tls::{Acceptor, Authority};

/// The most octets of a request that are read.
const REQUEST: u64 = 16 * 1024;
/// How long a client may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A page that somebody publishes, at `https://HOST/PATH`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// The host's name, also in its certificate.
    pub host: String,
    /// Where that host is. Each address serves one host name.
    pub address: IpAddr,
    /// The path, without what follows a `?`.
    pub path: String,
    /// The status.
    #[serde(default = "ok")]
    pub status: u16,
    /// The media type.
    #[serde(default = "text")]
    pub media: String,
    /// Where a redirect leads.
    #[serde(default)]
    pub location: Option<String>,
    /// The body.
    #[serde(default)]
    pub body: String,
    /// The certificate that its host shows.
    #[serde(default)]
    pub certificate: Certificate,
}

fn ok() -> u16 {
    200
}

fn text() -> String {
    "text/plain".to_owned()
}

/// Serves the pages, each address on a listener of its own; public addresses with where they really are.
pub(super) async fn serve(
    pages: &[Page],
    authority: &Arc<Authority>,
    tasks: &mut JoinSet<()>,
) -> Result<Vec<(SocketAddr, SocketAddr)>, String> {
    let mut hosts: BTreeMap<IpAddr, Vec<Page>> = BTreeMap::new();
    for page in pages {
        hosts.entry(page.address).or_default().push(page.clone());
    }
    let mut served = Vec::new();
    for (ip, pages) in hosts {
        let acceptor = Arc::new(Acceptor::new(authority, &pages[0].host, pages[0].certificate));
        let no_socket = |e: io::Error| format!("cannot listen on loopback: {e}");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(no_socket)?;
        served.push((SocketAddr::new(ip, 443), listener.local_addr().map_err(no_socket)?));
        tasks.spawn(accept(listener, acceptor, pages.into()));
    }
    Ok(served)
}

async fn accept(listener: TcpListener, acceptor: Arc<Acceptor>, pages: Arc<[Page]>) {
    let mut answering = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let (acceptor, pages) = (Arc::clone(&acceptor), Arc::clone(&pages));
                    answering.spawn(async move {
                        let _ = timeout(PATIENCE, answer(stream, &acceptor, &pages)).await;
                    });
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = answering.join_next() => {}
        }
    }
}

async fn answer(stream: TcpStream, acceptor: &Acceptor, pages: &[Page]) -> io::Result<()> {
    let mut reader = BufReader::new(acceptor.get()?.accept(stream).await?).take(REQUEST);
    let mut request = String::new();
    reader.read_line(&mut request).await?;
    let mut line = String::from(" ");
    while !line.trim().is_empty() {
        line.clear();
        reader.read_line(&mut line).await?;
    }
    let path = request.split(' ').nth(1).unwrap_or_default().split('?').next().unwrap_or_default();
    let page = pages.iter().find(|page| page.path == path);
    let (status, media, body) =
        page.map_or((404, "text/plain", "no such page\n"), |p| (p.status, p.media.as_str(), p.body.as_str()));
    let to = page.and_then(|p| p.location.as_ref()).map_or_else(String::new, |to| format!("Location: {to}\r\n"));
    let head = format!(
        "HTTP/1.1 {status} Practice\r\nContent-Type: {media}\r\n{to}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut stream = reader.into_inner();
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await
}
