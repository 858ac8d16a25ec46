//! One request and its answer over a stream that is up.

use std::convert::Infallible;

use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::body::{Body, Bytes};
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, CONNECTION, CONTENT_TYPE, HOST, HeaderMap, HeaderName, LOCATION, USER_AGENT};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Duration, timeout};

use super::NoPage;
use crate::transcript::clean_line;

/// The most that is read of the head of an answer, in octets.
const HEAD_MAX: usize = 16 * 1024;
/// The most header fields.
const FIELDS_MAX: usize = 100;

/// An answer of whatever status.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) media: Option<String>,
    pub(super) location: Option<String>,
    pub(super) body: Vec<u8>,
}

/// Asks for a page and reads it, all within that time.
pub(super) async fn exchange<S>(stream: S, uri: &Uri, octets: usize, limit: Duration) -> Result<Answer, NoPage>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    timeout(limit, talk(stream, uri, octets)).await.unwrap_or(Err(NoPage::Timeout))
}

async fn talk<S>(stream: S, uri: &Uri, octets: usize) -> Result<Answer, NoPage>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let mut builder = http1::Builder::new();
    builder.max_buf_size(HEAD_MAX).max_headers(FIELDS_MAX);
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(|_| NoPage::NotHttp)?;
    let request = request(uri).ok_or(NoPage::NotHttps)?;
    let answered = async {
        let response = sender.send_request(request).await.map_err(|_| NoPage::NotHttp)?;
        let (head, body) = response.into_parts();
        if body.size_hint().lower() > octets as u64 {
            return Err(NoPage::TooBig);
        }
        let body = Limited::new(body, octets).collect().await.map_err(|e| {
            if e.downcast_ref::<LengthLimitError>().is_some() { NoPage::TooBig } else { NoPage::NotHttp }
        })?;
        Ok(Answer {
            status: head.status.as_u16(),
            media: field(&head.headers, &CONTENT_TYPE).map(|m| media(&m)),
            location: field(&head.headers, &LOCATION),
            body: body.to_bytes().to_vec(),
        })
    };
    // The connection has to be driven along; when it is done before the answer is taken, the answer still stands.
    let driven = async {
        let _ = connection.await;
        std::future::pending::<Infallible>().await
    };
    tokio::select! {
        answer = answered => answer,
        never = driven => match never {},
    }
}

fn request(uri: &Uri) -> Option<Request<Empty<Bytes>>> {
    let path = uri.path_and_query().map_or("/", |p| p.as_str());
    Request::builder()
        .uri(path)
        .header(HOST, uri.authority()?.as_str())
        .header(USER_AGENT, concat!("heloise/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT, "*/*")
        .header(CONNECTION, "close")
        .body(Empty::new())
        .ok()
}

fn field(fields: &HeaderMap, name: &HeaderName) -> Option<String> {
    fields.get(name)?.to_str().ok().map(|value| clean_line(value, 500))
}

/// The media type without its parameters.
fn media(value: &str) -> String {
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
