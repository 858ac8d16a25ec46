//! A way on which large packets are lost: what a host says at once, past a number of octets, never arrives, nor anything behind it.

use std::collections::HashSet;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The clients that asked for small packets: nothing is lost on their way.
#[derive(Clone, Debug, Default)]
pub(in crate::practice) struct Small(Arc<Mutex<HashSet<SocketAddr>>>);

impl Small {
    /// Counts a client in.
    pub(in crate::practice) fn add(&self, client: SocketAddr) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(client);
    }

    fn has(&self, client: SocketAddr) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&client)
    }
}

/// A connection over such a way, or over a good one.
pub(super) struct Narrow {
    stream: TcpStream,
    client: Option<SocketAddr>,
    most: Option<usize>,
    small: Small,
    /// Octets said since the client was heard last.
    said: usize,
    lost: bool,
}

impl Narrow {
    pub(super) fn new(stream: TcpStream, most: Option<usize>, small: Small) -> Self {
        let client = stream.peer_addr().ok();
        Self { stream, client, most, small, said: 0, lost: false }
    }

    /// Whether that many octets more are lost.
    fn loses(&mut self, octets: usize) -> bool {
        self.said += octets;
        let too_much = self.most.is_some_and(|most| self.said > most);
        self.lost |= too_much && !self.client.is_some_and(|c| self.small.has(c));
        self.lost
    }
}

impl AsyncRead for Narrow {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.said = 0;
        }
        result
    }
}

impl AsyncWrite for Narrow {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        if self.loses(octets.len()) {
            return Poll::Ready(Ok(octets.len()));
        }
        Pin::new(&mut self.stream).poll_write(cx, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
