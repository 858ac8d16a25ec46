//! Messages: bounces of every make, and what only looks like one.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::bounce::{self, Failure, Hints};
use super::find::{self, Found};
use super::judged::Judged;
use super::mime::{self, Mail, Sort};
use super::signs::Signs;
use super::stage::told;
use super::status::{self, Recipient};
use super::{Item, address, decode, headers, noted, said};
use crate::guide::Guide;
use crate::transcript::{Enhanced, Reply};

/// What a message turned out to be.
pub(super) enum Read {
    /// A bounce, and its failures.
    Bounce(Vec<Item>),
    /// Headers alone, and the failures they tell of.
    Headers(Vec<Item>),
    /// An auto-reply, a complaint, a report of success, or any other message; and whom it is about, where it says so.
    NotABounce(Vec<Item>),
}

/// Messages in messages that are looked into for a bounce that somebody forwards.
const NESTED: usize = 3;
/// The most words of a bounce that are read, in octets: none has so much to say.
const WORDS: usize = 64 * 1024;

/// Whether a text begins with a message's header fields.
pub(super) fn is_message(text: &str) -> bool {
    const KNOWN: [&str; 22] = [
        "received",
        "from",
        "to",
        "subject",
        "date",
        "return-path",
        "message-id",
        "mime-version",
        "content-type",
        "delivered-to",
        "x-original-to",
        "authentication-results",
        "received-spf",
        "dkim-signature",
        "reply-to",
        "arc-seal",
        "x-received",
        "envelope-to",
        "x-failed-recipients",
        "auto-submitted",
        "sender",
        "cc",
    ];
    let (mut fields, mut strange) = (0, 0);
    for (at, line) in text.trim_start().lines().take(200).enumerate() {
        if line.starts_with([' ', '\t']) || (at == 0 && line.starts_with("From ")) {
            continue;
        }
        let Some(name) = mime::field(line) else {
            // Some relay unfolded a field wrongly; an empty line ends the header.
            strange += 1;
            if line.trim().is_empty() || fields == 0 || strange > 5 {
                break;
            }
            continue;
        };
        fields += usize::from(KNOWN.iter().any(|k| k.eq_ignore_ascii_case(name.trim_end())));
        if fields >= 2 {
            return true;
        }
    }
    false
}

/// Reads a message.
pub(super) fn read(guide: &Guide, text: &str) -> Read {
    read_at(guide, text.trim_start(), 0)
}

fn read_at(guide: &Guide, text: &str, depth: usize) -> Read {
    let mail = Mail::of(text);
    let mut parts = Parts::of(&mail);
    if parts.no_bounce {
        return Read::NotABounce(noted::complaint(guide, &mail, parts.returned));
    }
    // A report that lost its boundaries, or one that somebody wrote into the text.
    if parts.status.is_empty() && contains_fold(&parts.words, "final-recipient:") {
        parts.status.push(Cow::Owned(parts.words.to_string()));
    }
    let about: Vec<Recipient<'_>> = parts.status.iter().flat_map(|s| status::recipients(s)).collect();
    let hints = hints(&mail, &parts);
    if about.iter().any(|r| !r.succeeded()) {
        let report = Report { guide, words: &parts.words, hints: &hints, spoken: OnceCell::new() };
        return Read::Bounce(about.iter().filter(|r| !r.succeeded()).map(|r| report.item(r)).collect());
    }
    if !about.is_empty() {
        return Read::NotABounce(noted::reached(guide, &about));
    }
    let signs = Signs::of(&mail.head, &parts.words);
    if signs.aggregate() {
        return Read::NotABounce(Vec::new());
    }
    if parts.words.trim().is_empty() && parts.nested.is_empty() {
        return bare(guide, &mail, &signs, &hints);
    }
    if !signs.system()
        && depth < NESTED
        && let Some(inner) = inner(guide, &parts, depth)
    {
        return inner;
    }
    if signs.answer() {
        return Read::NotABounce(noted::answer(guide, &mail));
    }
    let failures = bounce::failures(guide, &parts.words, &hints);
    // A list's software, or a gateway, tells of a bounce that it got: the bounce itself says why.
    if failures.iter().all(|(_, j)| j.reply.code == 0 && !j.clear())
        && depth < NESTED
        && let Some(inner) = inner(guide, &parts, depth)
    {
        return inner;
    }
    let coded = failures.iter().any(|(_, j)| j.reply.code != 0);
    let strong = || failures.iter().any(|(_, j)| j.clear() && j.meaning.db >= 12);
    let by_hand = || mail.head.raw("auto-submitted").is_none();
    let bounce = signs.bounce() || (coded && by_hand()) || (signs.nobody() && (coded || strong() || signs.laments()));
    if !bounce || (!coded && signs.delivered()) {
        return Read::NotABounce(match () {
            () if signs.complains() => noted::complaint(guide, &mail, parts.returned),
            () if bounce => noted::about(guide, bounce::recipient(&parts.words, &hints)),
            () if signs.automatic() => noted::answer(guide, &mail),
            () => Vec::new(),
        });
    }
    let waits = signs.waits();
    let given_up = !waits && (signs.given_up() || signs.bounce() || signs.nobody());
    let failures = match failures.is_empty() {
        true => vec![(bounce::recipient(&parts.words, &hints), unknown(guide, &parts.words, waits))],
        false => failures,
    };
    let permanent = |j: &Judged| match waits {
        true => Some(false),
        false
            if j.reply.code == 0
                && (signs.given_up() || (given_up && j.reply.enhanced.is_none_or(|e| e.class == 5))) =>
        {
            Some(true)
        }
        false => None,
    };
    let waiting = |(recipient, judged): Failure| {
        // "Not delivered yet" with no reason is a delay, whatever else its words look like.
        let judged = if waits && judged.reply.code == 0 && judged.meaning.db < 15 {
            unknown(guide, &parts.words, true)
        } else {
            judged
        };
        let permanent = permanent(&judged);
        judged.item(recipient, permanent)
    };
    Read::Bounce(failures.into_iter().map(waiting).collect())
}

/// The failures in fields of a report (RFC 3464 §2.3) that stand alone or among words.
pub(super) fn fields(guide: &Guide, text: &str) -> Vec<Item> {
    if !contains_fold(text, "final-recipient:") {
        return Vec::new();
    }
    let hints = Hints::default();
    let report = Report { guide, words: text, hints: &hints, spoken: OnceCell::new() };
    status::recipients(text).iter().filter(|r| !r.succeeded()).map(|r| report.item(r)).collect()
}

/// The bounce among the messages inside.
fn inner(guide: &Guide, parts: &Parts<'_>, depth: usize) -> Option<Read> {
    let nested = parts.nested.iter().map(|n| read_at(guide, n.trim_start(), depth + 1));
    nested.into_iter().find(|r| matches!(r, Read::Bounce(_)))
}

/// A message that has a header alone.
fn bare(guide: &Guide, mail: &Mail<'_>, signs: &Signs<'_>, hints: &Hints<'_>) -> Read {
    if let Some(failed) = hints.failed.first() {
        let judged = Judged::of(guide, Found::words(signs.subject()));
        let permanent = if signs.waits() { Some(false) } else { Some(true) };
        return Read::Bounce(vec![judged.item(Some(failed.clone()), permanent)]);
    }
    let told = headers::told(&mail.head);
    if told.is_empty() {
        Read::NotABounce(Vec::new())
    } else {
        Read::Headers(told.into_iter().map(|d| d.item(guide)).collect())
    }
}

/// A bounce whose words nobody knows.
fn unknown(guide: &Guide, words: &str, waits: bool) -> Judged {
    let first = words.split_whitespace().take(60).collect::<Vec<_>>().join(" ");
    let told = Judged::of(guide, Found { server: said::by(words), ..Found::words(&first) });
    if !waits || (told.meaning.cause == "network" || told.meaning.db >= 15) {
        return told;
    }
    // What a delay means does not depend on the language it is told in.
    let delay = Judged::of(guide, Found::words("The delivery is delayed; the server will keep trying."));
    Judged { reply: told.reply, ..delay }
}

/// What a report and its words tell together.
struct Report<'r> {
    guide: &'r Guide,
    words: &'r str,
    hints: &'r Hints<'r>,
    /// What the words tell, read only where the fields say too little.
    spoken: OnceCell<Vec<Failure>>,
}

impl Report<'_> {
    fn spoken(&self) -> &[Failure] {
        self.spoken.get_or_init(|| bounce::failures(self.guide, self.words, self.hints))
    }

    /// One recipient; where its own fields say little, what the words of the bounce say about it.
    fn item(&self, recipient: &Recipient<'_>) -> Item {
        let mut found = recipient.diagnostic.as_deref().map(find::whole).unwrap_or_default();
        let status: Option<Enhanced> = recipient.status.and_then(|s| s.parse().ok());
        found.enhanced = found.enhanced.or(status);
        found.server = recipient.remote.clone().or(found.server);
        self.beside(recipient, &mut found);
        let mut judged = Judged::of(self.guide, found);
        if !judged.clear() {
            judged = self.better(recipient, judged);
        }
        let address = recipient.address.clone().or_else(|| self.hints.failed.first().cloned());
        let address = address.or_else(|| self.same(recipient).and_then(|(r, _)| r.clone()));
        let address =
            address.or_else(|| bounce::recipient(self.words, self.hints)).or_else(|| recipient.name.map(str::to_owned));
        let waits = recipient.action == "delayed";
        if waits && judged.reply.code == 0 && judged.meaning.db < 15 {
            judged = Judged { meaning: unknown(self.guide, self.words, true).meaning, ..judged };
        }
        let permanent = match recipient.action.as_str() {
            "delayed" => Some(false),
            "failed" if judged.reply.code == 0 => Some(true),
            _ => None,
        };
        judged.item(address, permanent)
    }

    /// The stage and the host, which some servers tell in words only.
    fn beside(&self, recipient: &Recipient<'_>, found: &mut Found) {
        if found.stage.is_some() && found.server.is_some() {
            return;
        }
        let words = recipient.address.as_deref().and_then(|a| bounce::paragraph(self.words, a));
        if found.stage.is_none()
            && found.code != 0
            && let Some(words) =
                words.as_deref().filter(|w| w.contains("in reply to") || w.contains("after ") || w.contains("RCPT"))
        {
            found.stage = told(words).stage;
        }
        if found.stage.is_none() {
            found.stage = bounce::stage(
                self.words,
                &Reply { code: found.code, enhanced: found.enhanced, ..Found::default().into_reply() },
            );
        }
        if found.server.is_none() {
            found.server =
                words.as_deref().and_then(said::by).or_else(|| recipient.diagnostic.as_deref().and_then(said::by));
        }
        if found.server.is_none() {
            found.server = said::by(self.words);
        }
    }

    /// What the words tell about this recipient, or about the only one they tell of.
    fn same(&self, recipient: &Recipient<'_>) -> Option<&Failure> {
        let spoken = self.spoken();
        let same =
            |f: &&Failure| f.0.as_ref().zip(recipient.address.as_ref()).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
        spoken.iter().find(same).or_else(|| spoken.first().filter(|_| spoken.len() == 1))
    }

    fn better(&self, recipient: &Recipient<'_>, judged: Judged) -> Judged {
        let Some((_, words)) = self.same(recipient) else { return judged };
        if !words.clear() {
            let adds = words.reply.code != 0 && judged.reply.code == 0;
            return if adds { judged.again(self.guide, |reply| reply.code = words.reply.code) } else { judged };
        }
        let plain = judged.reply;
        words.clone().again(self.guide, |reply| {
            if plain.code != 0 {
                reply.code = plain.code;
            }
            reply.enhanced = reply.enhanced.or(plain.enhanced);
            reply.stage = reply.stage.or(plain.stage);
            if !plain.server.is_empty() {
                reply.server = plain.server;
            }
        })
    }
}

/// The parts of a message that matter.
#[derive(Default)]
struct Parts<'t> {
    status: Vec<Cow<'t, str>>,
    words: Cow<'t, str>,
    /// The message that is given back, or one that somebody forwards.
    nested: Vec<&'t str>,
    /// The header fields of the one that is given back.
    returned: Option<&'t str>,
    /// A complaint (RFC 5965) or a read receipt (RFC 8098).
    no_bounce: bool,
}

impl<'t> Parts<'t> {
    fn of(mail: &'t Mail<'t>) -> Self {
        let mut parts = Self::default();
        let mut html = String::new();
        for part in &mail.parts {
            match part.sort {
                Sort::Status => parts.status.push(part.text()),
                Sort::Complaint | Sort::Receipt => parts.no_bounce = true,
                Sort::Message | Sort::Fields => {
                    parts.returned = parts.returned.or(Some(part.raw));
                    if part.sort == Sort::Message {
                        parts.nested.push(part.raw);
                    }
                }
                // Behind the report stands the message that is given back, in whatever form.
                Sort::Plain | Sort::Html
                    if mail.report && !parts.status.is_empty() && !parts.words.trim().is_empty() =>
                {
                    parts.returned = parts.returned.or(Some(part.raw));
                }
                Sort::Plain if part.attached && !parts.words.trim().is_empty() => {}
                Sort::Plain => parts.say(part.text()),
                Sort::Html if html.len() < WORDS => html.push_str(&decode::unmarked(&part.text())),
                Sort::Html | Sort::Other => {}
            }
        }
        if parts.words.trim().len() < 20 && !html.trim().is_empty() {
            parts.say(Cow::Owned(html));
        }
        if parts.words.trim().is_empty() && parts.status.is_empty() && mail.parts.iter().all(|p| p.sort == Sort::Other)
        {
            // Broken beyond its parts: what stands below the header fields, as it is.
            parts.say(Cow::Borrowed(mail.body));
        }
        parts
    }

    fn say(&mut self, text: Cow<'t, str>) {
        let text = match text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[..text.floor_char_boundary(WORDS)]),
            Cow::Owned(mut text) => {
                text.truncate(text.floor_char_boundary(WORDS));
                Cow::Owned(text)
            }
        };
        if self.words.is_empty() {
            self.words = text;
        } else if self.words.len() < WORDS {
            let words = self.words.to_mut();
            words.push_str("\n\n");
            words.push_str(&text);
        }
    }
}

fn hints<'t>(mail: &Mail<'t>, parts: &Parts<'t>) -> Hints<'t> {
    let addresses =
        |name: &str| mail.head.all(name).take(20).flat_map(address::all).map(str::to_owned).collect::<Vec<_>>();
    let mut own = addresses("to");
    own.extend(addresses("from"));
    let failed = addresses("x-failed-recipients");
    own.retain(|o| failed.iter().all(|f| !f.eq_ignore_ascii_case(o)));
    own.truncate(100);
    Hints { failed, own, returned: parts.returned }
}

fn contains_fold(text: &str, wanted: &str) -> bool {
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    text.contains(&b':')
        && text.windows(wanted.len()).any(|w| w[0].eq_ignore_ascii_case(&wanted[0]) && w.eq_ignore_ascii_case(wanted))
}
