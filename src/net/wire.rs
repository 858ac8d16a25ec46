//! The stream under a dialogue: plain TCP, or TLS over it, bounded in size and time.

use std::io::{self, Read};
use std::net::SocketAddr;

use futures_util::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Duration, Instant, timeout_at};
use tokio_rustls::client::TlsStream;

use super::manners::Place;
use super::tls;
use crate::transcript::{BreakKind, clean_line};

/// The longest line that is kept, in octets. RFC 5321 §4.5.3.1.5 allows 512.
pub(super) const LINE_MAX: usize = 4096;
/// How long is waited for the end of a line that cannot be SMTP any more, so that there is something to show.
const GRACE: Duration = Duration::from_millis(250);
/// What is taken from the system at once.
const CHUNK: usize = 4096;

/// A live connection to a server.
pub struct Wire {
    stream: Stream,
    buffer: Vec<u8>,
    chunk: Box<[u8; CHUNK]>,
    /// A fault that was met while looking for early talk, kept for whoever reads next.
    pending: Option<Fault>,
    place: Option<Place>,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    Gone,
}

/// How the wire failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) kind: BreakKind,
    pub(super) detail: Option<String>,
}

impl Fault {
    pub(super) fn new(kind: BreakKind) -> Self {
        Self { kind, detail: None }
    }

    pub(super) fn with(kind: BreakKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: Some(detail.into()) }
    }

    fn io(error: &io::Error) -> Self {
        use io::ErrorKind as K;
        match error.kind() {
            K::TimedOut => Self::new(BreakKind::Timeout),
            K::UnexpectedEof | K::BrokenPipe | K::NotConnected => Self::new(BreakKind::Closed),
            K::ConnectionReset | K::ConnectionAborted => Self::new(BreakKind::Reset),
            _ => match tls::reason(error) {
                Some(reason) => Self::with(BreakKind::Tls, reason),
                None => Self::with(BreakKind::Error, clean_line(&error.to_string(), 200)),
            },
        }
    }
}

impl Wire {
    /// A wire over an open connection, holding one of the places of its address.
    pub(super) fn new(stream: TcpStream, place: Place) -> Self {
        Self {
            stream: Stream::Plain(stream),
            buffer: Vec::new(),
            chunk: Box::new([0; CHUNK]),
            pending: None,
            place: Some(place),
        }
    }

    /// This machine's address on the connection.
    #[must_use]
    pub fn local(&self) -> Option<SocketAddr> {
        match &self.stream {
            Stream::Plain(stream) => stream.local_addr().ok(),
            Stream::Tls(stream) => stream.get_ref().0.local_addr().ok(),
            Stream::Gone => None,
        }
    }

    /// Whether TLS is up.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        matches!(self.stream, Stream::Tls(_))
    }

    /// A value that both ends of this TLS connection know, and nobody else (`tls-exporter`, RFC 9266 §4.2). Under TLS 1.2 it would need an
    /// extension that cannot be seen from here, so there is none.
    pub(super) fn binding(&self) -> Option<[u8; 32]> {
        let Stream::Tls(stream) = &self.stream else { return None };
        let (_, session) = stream.get_ref();
        (session.protocol_version() == Some(rustls::ProtocolVersion::TLSv1_3)).then_some(())?;
        session.export_keying_material([0; 32], b"EXPORTER-Channel-Binding", Some(b"")).ok()
    }

    /// Sends everything before the deadline.
    pub(super) async fn write(&mut self, octets: &[u8], deadline: Instant) -> Result<(), Fault> {
        let result = match &mut self.stream {
            Stream::Plain(stream) => timeout_at(deadline, stream.write_all(octets)).await,
            Stream::Tls(stream) => {
                timeout_at(deadline, async {
                    stream.write_all(octets).await?;
                    stream.flush().await
                })
                .await
            }
            Stream::Gone => return Err(Fault::new(BreakKind::Closed)),
        };
        match result {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Fault::io(&error)),
            Err(_) => Err(Fault::new(BreakKind::Timeout)),
        }
    }

    /// The next line without its end (LF, or CRLF), before the deadline.
    ///
    /// A line that passes [`LINE_MAX`] ends at once as `too-long`: no more of it is taken from the system. Once its beginning is `hopeless`, its end is
    /// only awaited for a moment.
    pub(super) async fn line(
        &mut self,
        mut deadline: Instant,
        hopeless: impl Fn(&[u8]) -> bool,
    ) -> Result<Vec<u8>, Fault> {
        let mut searched = 0;
        let mut doubted = false;
        loop {
            if let Some(at) = self.buffer[searched..].iter().position(|b| *b == b'\n').map(|at| at + searched)
                && at <= LINE_MAX
            {
                let mut line: Vec<u8> = self.buffer.drain(..=at).collect();
                line.pop();
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                return Ok(line);
            }
            if self.buffer.len() > LINE_MAX {
                return Err(Fault::with(BreakKind::TooLong, excerpt(&self.buffer)));
            }
            if !doubted && hopeless(&self.buffer) {
                doubted = true;
                deadline = deadline.min(Instant::now() + GRACE);
            }
            searched = self.buffer.len();
            self.fill(deadline).await?;
        }
    }

    /// What has come but has not been taken as a line yet.
    pub(super) fn buffered(&self) -> &[u8] {
        &self.buffer
    }

    /// What has come although nothing was asked, without waiting for it. It stays in the buffer.
    pub(super) fn early(&mut self) -> &[u8] {
        if self.pending.is_none() && self.buffer.len() <= LINE_MAX {
            match self.read_now() {
                Some(Ok(0)) => self.pending = Some(Fault::new(BreakKind::Closed)),
                Some(Ok(n)) => self.buffer.extend_from_slice(&self.chunk[..n]),
                Some(Err(error)) => self.pending = Some(Fault::io(&error)),
                None => {}
            }
        }
        &self.buffer
    }

    /// Throws away what has come.
    pub(super) fn discard(&mut self) {
        self.buffer.clear();
    }

    /// Takes the plain stream out for a handshake; the wire is gone until [`Self::upgraded`].
    pub(super) fn take_plain(&mut self) -> Option<TcpStream> {
        match std::mem::replace(&mut self.stream, Stream::Gone) {
            Stream::Plain(stream) => Some(stream),
            other => {
                self.stream = other;
                None
            }
        }
    }

    /// Takes the TLS stream out, for what is not read by lines; the wire only keeps its place then.
    pub(super) fn take_tls(&mut self) -> Option<TlsStream<TcpStream>> {
        match std::mem::replace(&mut self.stream, Stream::Gone) {
            Stream::Tls(stream) => Some(*stream),
            other => {
                self.stream = other;
                None
            }
        }
    }

    /// Goes on over TLS. Nothing that came before may be used (RFC 3207 §4.2).
    pub(super) fn upgraded(&mut self, stream: TlsStream<TcpStream>) {
        self.discard();
        self.stream = Stream::Tls(Box::new(stream));
    }

    /// Sends what can go without waiting. Returns whether all of it went.
    pub(super) fn say_now(&mut self, octets: &[u8]) -> bool {
        let said = match &mut self.stream {
            Stream::Plain(stream) => stream.write_all(octets).now_or_never(),
            Stream::Tls(stream) => async {
                stream.write_all(octets).await?;
                stream.flush().await
            }
            .now_or_never(),
            Stream::Gone => None,
        };
        matches!(said, Some(Ok(())))
    }

    /// Hangs up at once and gives the place back.
    pub(super) fn hang_up(&mut self) {
        self.stream = Stream::Gone;
        self.buffer = Vec::new();
        self.place = None;
    }

    /// Ends the stream politely, as far as that goes before the deadline.
    pub(super) async fn close(&mut self, deadline: Instant) {
        let stream = std::mem::replace(&mut self.stream, Stream::Gone);
        let _ = match stream {
            Stream::Plain(mut stream) => timeout_at(deadline, stream.shutdown()).await,
            Stream::Tls(mut stream) => timeout_at(deadline, stream.shutdown()).await,
            Stream::Gone => return,
        };
    }

    pub(super) async fn fill(&mut self, deadline: Instant) -> Result<(), Fault> {
        if let Some(fault) = self.pending.take() {
            return Err(fault);
        }
        let chunk = &mut self.chunk[..];
        let result = match &mut self.stream {
            Stream::Plain(stream) => timeout_at(deadline, stream.read(chunk)).await,
            Stream::Tls(stream) => timeout_at(deadline, stream.read(chunk)).await,
            Stream::Gone => return Err(Fault::new(BreakKind::Closed)),
        };
        match result {
            Ok(Ok(0)) => Err(Fault::new(BreakKind::Closed)),
            Ok(Ok(n)) => {
                self.buffer.extend_from_slice(&self.chunk[..n]);
                Ok(())
            }
            Ok(Err(error)) => Err(Fault::io(&error)),
            Err(_) => Err(Fault::new(BreakKind::Timeout)),
        }
    }

    fn read_now(&mut self) -> Option<io::Result<usize>> {
        let chunk = &mut self.chunk[..];
        match &mut self.stream {
            // Straight from the socket: tokio's own `try_read` only knows what its driver has been told so far.
            Stream::Plain(stream) => match (&*socket2::SockRef::from(&*stream)).read(chunk) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
                result => Some(result),
            },
            Stream::Tls(stream) => stream.read(chunk).now_or_never(),
            Stream::Gone => None,
        }
    }
}

/// The first octets of something odd, fit to be shown: what is no text is written as `\x16`.
pub(super) fn excerpt(octets: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for octet in octets.iter().take(80) {
        match octet {
            b'\r' | b'\n' | b'\t' => text.push(' '),
            0x20..=0x7e => text.push(char::from(*octet)),
            _ => {
                let _ = write!(text, "\\x{octet:02x}");
            }
        }
    }
    if octets.len() > 80 {
        text.push('…');
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_octets_are_shown_as_numbers_and_cut() {
        assert_eq!(excerpt(b"\x16\x03\x01\x1b[31m"), "\\x16\\x03\\x01\\x1b[31m");
        assert_eq!(excerpt(b"HTTP/1.1 400 Bad Request\r\n"), "HTTP/1.1 400 Bad Request");
        assert_eq!(excerpt(&[b'a'; 100]).chars().count(), 81);
    }
}
