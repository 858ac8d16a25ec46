//! Scripted SMTP hosts on the wire. Everything is bounded: lines, messages, sessions, time.

mod auth;
mod command;
mod narrow;
mod old_tls;
mod scram;
mod session;
mod shared;
mod words;

pub(super) use narrow::Small;
pub(super) use shared::Shared;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use self::narrow::Narrow;
use self::session::{Answer, Next, Session};
use self::words::On;
use super::tls::Acceptor;
use crate::practice::script::Tls;
use crate::transcript::Security;

/// Octets of a command line. RFC 5321 §4.5.3.1.4 asks for 512, extensions for more.
const LINE: usize = 4096;
/// Octets of a message that are read, to be thrown away.
const MESSAGE: u64 = 1024 * 1024;
/// How long a client may say nothing.
const IDLE: Duration = Duration::from_secs(60);
/// How long a session may take in all.
const SESSION: Duration = Duration::from_secs(600);
/// Sessions per listener at a time.
const SESSIONS: usize = 64;

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

type Reader = BufReader<Box<dyn Stream>>;

/// Answers on a listener for as long as the task lives.
pub(super) async fn serve(
    listener: TcpListener,
    shared: Arc<Shared>,
    port: (u16, Security),
    tls: Option<Arc<Acceptor>>,
) {
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) if sessions.len() < SESSIONS => {
                    let (shared, tls) = (Arc::clone(&shared), tls.clone());
                    sessions.spawn(async move {
                        // How a practice session ends is the client's to judge.
                        let _ = timeout(SESSION, talk(stream, shared, port, tls)).await;
                    });
                }
                Ok(_) => {}
                Err(_) => sleep(Duration::from_millis(10)).await,
            },
            Some(_) = sessions.join_next() => {}
        }
    }
}

async fn talk(
    stream: TcpStream,
    shared: Arc<Shared>,
    port: (u16, Security),
    tls: Option<Arc<Acceptor>>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let stream = stream.into_std()?;
    // Whatever wraps the stream: by this it can be cut.
    let wire = stream.try_clone()?;
    let stream = TcpStream::from_std(stream)?;
    let place = shared.enter();
    let mut session = Session::new(Arc::clone(&shared), port, place.number);
    let stream = Narrow::new(stream, shared.host.swallows, shared.small.clone());
    let mut reader: Reader = BufReader::new(Box::new(stream));
    let speaks = shared.host.tls;
    if port.1 == Security::Tls {
        if speaks != Tls::Modern {
            return old_tls::answer(reader, speaks).await;
        }
        reader = secure(reader, tls.as_deref()).await?;
    }
    let mut answer = session.greet(place.fits);
    loop {
        say(&mut reader, &answer).await?;
        answer = match answer.next {
            Next::Line => match line(&mut reader).await? {
                Heard::Line(line) => session.hear(&line),
                Heard::TooLong => session.last_word(On::LineTooLong),
                Heard::Nothing => session.last_word(On::Idle),
                Heard::End => return Ok(()),
            },
            Next::Message => match message(&mut reader).await? {
                Some(octets) => session.message(octets),
                None => session.last_word(On::TooBig),
            },
            Next::Handshake if speaks != Tls::Modern => return old_tls::answer(reader, speaks).await,
            Next::Handshake => {
                // What came after STARTTLS in plain text goes with the old reader: it must never count as said inside TLS.
                reader = secure(reader, tls.as_deref()).await?;
                session.secured();
                Answer { lines: Vec::new(), delay: Duration::ZERO, next: Next::Line }
            }
            Next::Close => {
                // The place is free before the client can know that it is.
                drop(place);
                return reader.shutdown().await;
            }
            Next::Reset => {
                drop(place);
                return SockRef::from(&wire).set_linger(Some(Duration::ZERO));
            }
            Next::Silence => {
                // Until the client goes, or has said more than any client would.
                let mut rest = reader.take(MESSAGE);
                tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
                return Ok(());
            }
        };
    }
}

async fn secure(reader: Reader, tls: Option<&Acceptor>) -> io::Result<Reader> {
    let acceptor = tls.ok_or(io::ErrorKind::Unsupported)?.get()?;
    let stream = timeout(IDLE, acceptor.accept(reader.into_inner())).await??;
    Ok(BufReader::new(Box::new(stream)))
}

async fn say(reader: &mut Reader, answer: &Answer) -> io::Result<()> {
    if !answer.delay.is_zero() {
        sleep(answer.delay).await;
    }
    if answer.lines.is_empty() {
        return Ok(());
    }
    let text = answer.lines.join("\r\n") + "\r\n";
    timeout(IDLE, async {
        reader.write_all(text.as_bytes()).await?;
        reader.flush().await
    })
    .await?
}

enum Heard {
    Line(String),
    TooLong,
    Nothing,
    End,
}

async fn line(reader: &mut Reader) -> io::Result<Heard> {
    let mut octets = Vec::new();
    let Ok(read) = timeout(IDLE, chunk(reader, LINE, &mut octets)).await else { return Ok(Heard::Nothing) };
    read?;
    Ok(match octets.last() {
        Some(b'\n') => Heard::Line(String::from_utf8_lossy(&octets).into_owned()),
        Some(_) if octets.len() >= LINE => Heard::TooLong,
        _ => Heard::End,
    })
}

/// Reads a message up to its final dot (RFC 5321 §4.1.1.4) and throws it away; its size, or none when it is too long for this place.
async fn message(reader: &mut Reader) -> io::Result<Option<u64>> {
    let mut octets = 0;
    let mut at_start = true;
    let mut buffer = Vec::new();
    while octets <= MESSAGE {
        buffer.clear();
        timeout(IDLE, chunk(reader, LINE, &mut buffer)).await??;
        if buffer.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if at_start && buffer == b".\r\n" {
            return Ok(Some(octets));
        }
        octets += buffer.len() as u64;
        at_start = buffer.ends_with(b"\r\n");
    }
    Ok(None)
}

/// Reads up to a newline, or as much as is allowed.
async fn chunk<R: AsyncBufRead + Unpin>(reader: &mut R, most: usize, into: &mut Vec<u8>) -> io::Result<usize> {
    reader.take(most as u64).read_until(b'\n', into).await
}
