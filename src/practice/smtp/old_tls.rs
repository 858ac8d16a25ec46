//! TLS as servers of old speak it, as far as a client can see that: a hello of today gets an alert, a hello of old a ServerHello.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::{IDLE, Reader};
use crate::practice::script::Tls;

/// Octets of a hello, at most.
const HELLO: usize = 16 * 1024;
/// The extension by which a client of today says which versions it speaks (RFC 8446 §4.2.1).
const SUPPORTED_VERSIONS: [u8; 2] = [0, 43];

/// Answers one ClientHello, and closes.
pub(super) async fn answer(mut reader: Reader, tls: Tls) -> io::Result<()> {
    if tls == Tls::Broken {
        // As a server does whose key cannot be read: it has agreed, and hangs up.
        return reader.shutdown().await;
    }
    let hello = timeout(IDLE, hello(&mut reader)).await??;
    reader.write_all(&reply(&hello, tls)).await?;
    reader.flush().await?;
    let _ = timeout(Duration::from_secs(5), tokio::io::copy(&mut reader, &mut tokio::io::sink())).await;
    Ok(())
}

async fn hello(reader: &mut Reader) -> io::Result<Vec<u8>> {
    let mut head = [0; 5];
    reader.read_exact(&mut head).await?;
    let length = usize::from(u16::from_be_bytes([head[3], head[4]])).min(HELLO);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await?;
    Ok(body)
}

fn reply(hello: &[u8], tls: Tls) -> Vec<u8> {
    let modern = versions_of_today(hello);
    match tls {
        // protocol_version, handshake_failure (RFC 8446 §6).
        Tls::Version10 if modern => vec![21, 3, 1, 0, 2, 2, 70],
        Tls::OldCiphers if modern => vec![21, 3, 3, 0, 2, 2, 40],
        Tls::Version10 => server_hello([3, 1]),
        _ => server_hello([3, 3]),
    }
}

/// Whether the hello has the extension of TLS 1.3.
fn versions_of_today(hello: &[u8]) -> bool {
    let read = || {
        // Message head, version and random; then session, ciphers and compression, each behind its length.
        let rest = hello.get(38..)?;
        let rest = rest.get(1 + usize::from(*rest.first()?)..)?;
        let rest = rest.get(2 + usize::from(u16::from_be_bytes([*rest.first()?, *rest.get(1)?]))..)?;
        let rest = rest.get(1 + usize::from(*rest.first()?)..)?;
        let mut rest = rest.get(2..)?;
        while let [a, b, high, low, data @ ..] = rest {
            if [*a, *b] == SUPPORTED_VERSIONS {
                return Some(());
            }
            rest = data.get(usize::from(u16::from_be_bytes([*high, *low]))..)?;
        }
        None
    };
    read().is_some()
}

/// A ServerHello that chooses `TLS_RSA_WITH_AES_128_CBC_SHA`.
fn server_hello(version: [u8; 2]) -> Vec<u8> {
    let mut body = version.to_vec();
    body.extend([0x2a; 32]);
    body.extend([0, 0x00, 0x2f, 0]);
    let length = u8::try_from(body.len()).unwrap_or(u8::MAX);
    let mut record = vec![22, version[0], version[1], 0, length + 4, 2, 0, 0, length];
    record.extend(body);
    record
}
