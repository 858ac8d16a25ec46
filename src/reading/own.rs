//! Where a bounce's own words end, and the message that it gives back begins.

/// Fields that only a message begins a line with.
const FIELDS: [&str; 8] = [
    "received:",
    "return-path:",
    "delivered-to:",
    "dkim-signature:",
    "message-id:",
    "x-mailer:",
    "x-originating-ip:",
    "arc-seal:",
];

/// What stands behind a rule of `-----`, or alone, before the message.
const MARKS: [&str; 37] = [
    "this is a copy of",
    "below this line",
    "original mail",
    "original message",
    "original e-mail",
    "the original message",
    "the header of the original",
    "the original mail",
    "returned message",
    "returned mail",
    "undelivered message",
    "unsent message",
    "rejected message",
    "bounced message",
    "your original message",
    "your message follows",
    "message header",
    "message text",
    "message body",
    "message truncated",
    "copy of",
    "forwarded message",
    "enclosed are",
    "header of",
    "headers of",
    "headers follow",
    "start of",
    "included is",
    "begin message",
    "nachrichtentext",
    "urspr\u{fc}ngliche nachricht",
    "urspr\u{fc}ngliche kopfzeilen",
    "message d'origine",
    "mensaje original",
    "mensagem original",
    "messaggio originale",
    "oorspronkelijk",
];

/// Sentences that lead to the message without a rule.
const LEADS: [&str; 23] = [
    "original message",
    "the original message",
    "original mail",
    "original header",
    "here is a copy",
    "here is the ",
    "below is a copy",
    "below is your",
    "below is the",
    "attached is a copy",
    "attached is your",
    "the following is a copy",
    "the following is your",
    "the following is the ",
    "a copy of your message",
    "message headers:",
    "original-message",
    "oorspronkelijk",
    "urspr\u{fc}ngliche nachricht",
    "en-t\u{ea}tes",
    "encabezados",
    "mensaje original",
    "message d'origine",
];

/// The least that stands before: an excuse for a bounce.
const LEAST: usize = 20;

/// The words of a bounce itself, and the rest, which is of the message that it gives back.
pub(super) fn split(body: &str) -> (&str, &str) {
    let mut at = 0;
    for line in body.split_inclusive('\n') {
        if begins(line) && body[..at].trim().len() >= LEAST {
            return body.split_at(at);
        }
        at += line.len();
    }
    (body, "")
}

/// The bounce that a person forwards inside their own letter: what follows the header lines that their program put before it.
pub(super) fn forwarded(body: &str) -> Option<&str> {
    const SYSTEMS: [&str; 4] = ["mailer-daemon", "postmaster@", "mail delivery", "microsoft outlook"];
    let mut at = 0;
    let mut ruled = false;
    for line in body.split_inclusive('\n').take(200) {
        at += line.len();
        let bare = line.trim().trim_start_matches('*').trim_start();
        if ruled && (is(bare, "from:") || is(bare, "von:") || is(bare, "de:") || is(bare, "da:") || is(bare, "van:")) {
            let from = bare.to_ascii_lowercase();
            if !SYSTEMS.iter().any(|s| from.contains(s)) {
                return None;
            }
            let rest = &body[at..];
            return Some(
                rest.split_once("\n\n").or_else(|| rest.split_once("\n\r\n")).map_or(rest, |(_, words)| words),
            );
        }
        ruled |= line.starts_with("---") || line.starts_with("___") || is(bare, "begin forwarded message");
    }
    None
}

fn begins(line: &str) -> bool {
    let bytes = line.as_bytes();
    let Some(first) = bytes.first() else { return false };
    if first.is_ascii_alphabetic() && FIELDS.iter().any(|f| is(line, f) && worded(&line[f.len()..])) {
        return true;
    }
    let text = line.trim_start_matches([' ', '\t']);
    let bare = text.trim_start_matches(['-', '*', '_', '=', '#', '>', '~']);
    let ruled = text.len() - bare.len() >= 2;
    let bare = bare.trim_start_matches([' ', '\t', '-', '*', '_', '=', '|', '(', '[']);
    if ruled {
        return MARKS.iter().any(|m| is(bare, m) && !reports(&bare[m.len()..]));
    }
    LEADS.iter().any(|l| is(text, l) && leads(&text[l.len()..]))
}

/// `Received: from`, not `received: 3`.
fn worded(rest: &str) -> bool {
    rest.trim_start().starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '<' | '[' | '('))
}

/// "original message was received at": that is still the bounce.
fn reports(rest: &str) -> bool {
    is(rest.trim_start(), "was ")
}

/// Whether what follows a lead is the end of a sentence that leads on.
fn leads(rest: &str) -> bool {
    let rest = rest.trim_start_matches([' ', '\t']);
    let on = [
        "follow", "header", "below", "info", "is ", "are ", "of ", "your ", "message", "mail", "text", "enclosed",
        "attached", "first", "original", "s ",
    ];
    let end = rest.trim_end();
    end.is_empty()
        || end.starts_with([':', '-', '=', '.', ','])
        || (on.iter().any(|o| is(rest, o)) && !is(rest, "is not") && end.len() < 100)
}

fn is(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    if text.len() < word.len() || !text[0].eq_ignore_ascii_case(&word[0]) {
        return false;
    }
    text[..word.len()].eq_ignore_ascii_case(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(rest: &str) -> String {
        split(&format!("Your message could not be delivered.\n{rest}\nafter\n")).0.to_owned()
    }

    #[test]
    fn the_message_that_is_given_back_is_cut_off() {
        let marks = [
            "--- Below this line is a copy of the message.",
            "------ This is a copy of the message, including all the headers. ------",
            "   ----- Unsent message follows -----",
            "   ----- Original message follows -----",
            "-----Original Message-----",
            "--- The header of the original message is following. ---",
            "Original message headers:",
            "Original message follows.",
            "    Below is a copy of the original message:",
            "Received: from pc7 by mail.example.net",
            "Return-Path: <alice@example.net>",
            "------- Returned Message --------",
        ];
        for mark in marks {
            assert_eq!(own(mark), "Your message could not be delivered.\n", "{mark}");
        }
    }

    #[test]
    fn the_bounce_itself_is_not_cut() {
        let own_words = [
            "The original message was received at Fri, 20 Nov 2026 10:00:00 GMT",
            "   ----- Transcript of session follows -----",
            "  Return-path: <alice@example.net>",
            "Message delivery failed",
            "received: 3 messages",
            "----- The following addresses had permanent fatal errors -----",
            "Below I include the list of recipients and the reason why I was unable to deliver",
        ];
        for line in own_words {
            assert!(own(line).contains("after"), "{line}");
        }
    }

    #[test]
    fn a_forwarded_bounce_is_found_in_a_letter() {
        let letter = "Can you help?\n\n---------- Forwarded message ---------\nFrom: Mail Delivery Subsystem <mailer-daemon@example.com>\nTo: <alice@example.net>\n\nNot sent.\n";
        assert_eq!(forwarded(letter), Some("Not sent.\n"));
        assert_eq!(forwarded(&letter.replace("Mail Delivery Subsystem <mailer-daemon", "Bob <bob")), None);
        assert_eq!(forwarded("From: MAILER-DAEMON@example.com\n\nNot sent.\n"), None);
    }

    #[test]
    fn a_message_at_the_very_beginning_is_all_there_is() {
        assert_eq!(split("Received: from x\n550 no").1, "");
    }
}
