//! Mailboxes in mbox form (RFC 4155) of any length, message by message.

use super::super::Trouble;
use crate::reading::Reader;
use crate::transcript::Redactor;

/// Cuts a mailbox into its messages; what is secret is taken out. A message is cut to what a reader reads.
#[derive(Default)]
pub(super) struct Mailbox {
    redactor: Redactor,
    /// The beginning of a line whose end has not come yet.
    begun: Vec<u8>,
    message: String,
    after_blank: bool,
    /// A line that may begin a message: it does if a header field follows.
    from_line: Option<String>,
    seen: bool,
}

impl Mailbox {
    /// The next piece.
    pub(super) fn push(
        &mut self,
        piece: &[u8],
        take: &mut impl FnMut(&str) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        for part in piece.split_inclusive(|b| *b == b'\n') {
            let room = Reader::LONGEST.saturating_sub(self.begun.len());
            self.begun.extend_from_slice(&part[..part.len().min(room)]);
            if part.ends_with(b"\n") {
                self.whole_line(take)?;
            }
        }
        Ok(())
    }

    /// The end: what is left is a message.
    pub(super) fn end(mut self, take: &mut impl FnMut(&str) -> Result<(), Trouble>) -> Result<(), Trouble> {
        if !self.begun.is_empty() {
            self.whole_line(take)?;
        }
        if self.message.trim().is_empty() { Ok(()) } else { take(&self.message) }
    }

    fn whole_line(&mut self, take: &mut impl FnMut(&str) -> Result<(), Trouble>) -> Result<(), Trouble> {
        let octets = std::mem::take(&mut self.begun);
        let text = String::from_utf8_lossy(&octets);
        let line = self.redactor.line(text.trim_end_matches(['\n', '\r'])).into_owned();
        if let Some(from_line) = self.from_line.take() {
            if is_field(&line) {
                if !self.message.trim().is_empty() {
                    take(&self.message)?;
                }
                self.message.clear();
            } else {
                self.keep(&from_line);
            }
        }
        let may_begin = (self.after_blank || !self.seen) && line.starts_with("From ");
        self.after_blank = line.is_empty();
        self.seen = true;
        if may_begin {
            self.from_line = Some(line);
        } else {
            self.keep(&line);
        }
        Ok(())
    }

    fn keep(&mut self, line: &str) {
        if self.message.len() + line.len() < Reader::MOST {
            self.message.push_str(line);
            self.message.push('\n');
        }
    }
}

/// A header field (RFC 5322 §2.2), or an old mailer's own `>From `.
fn is_field(line: &str) -> bool {
    let name = line.split(':').next().unwrap_or_default();
    let sound = !name.is_empty() && name.len() < line.len() && name.bytes().all(|b| b.is_ascii_graphic());
    sound || line.starts_with(">From ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str, piece: usize) -> Vec<String> {
        let mut all = Vec::new();
        let mut mailbox = Mailbox::default();
        let mut take = |m: &str| {
            all.push(m.to_owned());
            Ok(())
        };
        for piece in text.as_bytes().chunks(piece) {
            mailbox.push(piece, &mut take).unwrap();
        }
        mailbox.end(&mut take).unwrap();
        all
    }

    #[test]
    fn a_mailbox_is_taken_message_by_message_whatever_its_pieces() {
        let text = "From a\nSubject: x\n\ntext\nFrom here on\n\nFrom b\r\nSubject: y\r\n";
        for piece in [1, 2, 7, 1000] {
            assert_eq!(messages(text, piece), ["Subject: x\n\ntext\nFrom here on\n\n", "Subject: y\n"]);
        }
    }

    #[test]
    fn a_sentence_that_begins_with_from_begins_no_message() {
        let text = "From a\nSubject: x\n\none\n\nFrom here on it is text\nof one message\n";
        assert_eq!(messages(text, 9).len(), 1);
        assert!(messages(text, 9)[0].contains("From here on it is text\nof one"));
    }

    #[test]
    fn what_is_too_long_is_cut_and_the_next_message_is_whole() {
        let line = "y".repeat(Reader::LONGEST * 2);
        let lines = "z\n".repeat(Reader::MOST);
        let all = messages(&format!("From a\nX: {line}\n{lines}\nFrom b\nSubject: y\n"), 10_000);
        assert_eq!(all.len(), 2);
        assert!(all[0].len() <= Reader::MOST && all[1] == "Subject: y\n", "{}", all[0].len());
    }
}
