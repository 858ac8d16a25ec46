//! A message on the wire.

use std::time::{Duration, Instant as Clock};

use tokio::time::Instant;

use super::{Broken, Dialogue, Heard};
use crate::net::waits::LAST_WORDS;
use crate::transcript::Stage;

/// How many phases the answer to a message may take: servers scan it before they say yes (RFC 5321 §4.5.3.2.6).
const PHASES: u32 = 6;
/// What is sent within one phase.
const PIECE: usize = 16 * 1024;

impl Dialogue {
    /// DATA, the message (dot-stuffed, CRLF), the final dot. Needs consent; the caller has it. Returns DATA's reply, and the message's if it came to that.
    ///
    /// Lines that end in a bare CR or LF are sent with CRLF. The answer to the final dot may take six phases. Of the message nothing is recorded but
    /// its size.
    ///
    /// # Errors
    /// How it broke off: stage `data` or `message`.
    pub async fn message(&mut self, octets: &[u8]) -> Result<(Heard, Option<Heard>), Broken> {
        let role = self.open.role;
        let data = self.command(Stage::Data, "DATA").await?;
        if data.reply.code != 354 {
            return Ok((data, None));
        }
        let begun = Clock::now();
        let phase: Duration = self.net.limits().phase;
        let wire = on_the_wire(octets);
        self.record_sent(Stage::Message, role, &format!("‹message, {} octets›", wire.len() - 3));
        self.record_sent(Stage::Message, role, ".");
        let mut sent = Ok(());
        for piece in wire.chunks(PIECE) {
            sent = self.wire.write(piece, Instant::now() + phase).await;
            if sent.is_err() {
                break;
            }
        }
        // A server that hung up before the end may have said why.
        let patience = if sent.is_ok() { phase * PHASES } else { phase };
        let (soon, late) = (Instant::now() + phase, Instant::now() + patience);
        let until = self.net.ends.map_or(late, |ends| late.min(ends - LAST_WORDS).max(soon));
        match self.hear(Stage::Message, role, begun, until).await {
            Ok(heard) => Ok((data, Some(heard))),
            Err(fault) => Err(self.broke(Stage::Message, role, begun, sent.err().unwrap_or(fault))),
        }
    }
}

/// The message as it goes out, final dot and all: every line ends in CRLF, and one that begins with a dot gets another (RFC 5321 §4.5.2).
fn on_the_wire(octets: &[u8]) -> Vec<u8> {
    let mut wire = Vec::with_capacity(octets.len() + octets.len() / 32 + 5);
    let mut line_start = true;
    let mut rest = octets.iter().copied().peekable();
    while let Some(octet) = rest.next() {
        match octet {
            b'\r' | b'\n' => {
                if octet == b'\r' {
                    rest.next_if_eq(&b'\n');
                }
                wire.extend_from_slice(b"\r\n");
                line_start = true;
                continue;
            }
            b'.' if line_start => wire.extend_from_slice(b".."),
            octet => wire.push(octet),
        }
        line_start = false;
    }
    if !line_start {
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b".\r\n");
    wire
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_stuffed_and_lines_end_in_crlf() {
        assert_eq!(on_the_wire(b"a\n.b\r\n..c\rd"), b"a\r\n..b\r\n...c\r\nd\r\n.\r\n");
        assert_eq!(on_the_wire(b".\r\nQUIT\r\n"), b"..\r\nQUIT\r\n.\r\n");
        assert_eq!(on_the_wire(b"a\n\n"), b"a\r\n\r\n.\r\n");
        assert_eq!(on_the_wire(b""), b".\r\n");
    }
}
