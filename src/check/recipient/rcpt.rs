//! RCPT at the server, without sending: the real address, then a random one in the same session as the control.

use std::collections::BTreeSet;
use std::time::Instant;

use super::Asked;
use crate::check::Context;
use crate::check::tools::{Host, Split, Stopped, Talk, talk};
use crate::net::{Broken, Dialogue, Heard};
use crate::reading::{Certainty, Meaning, seconds};
use crate::transcript::{BreakFact, BreakKind, Consent, Finding, RETRY_SECS, Role, Stage};

/// Asks the hosts in order until one lets us come as far as RCPT, or refuses for good. The names of those that were heard.
///
/// Several recipients of one domain are asked about in one session. What is said before any is named is said of the first.
pub(super) async fn ask(cx: &Context, hosts: &[Host], asked: &[Asked<'_>]) -> BTreeSet<String> {
    let Some(Asked { address: first, .. }) = asked.first() else { return BTreeSet::new() };
    let (mut busy, mut unreachable) = (None, None);
    let mut heard = BTreeSet::new();
    for host in hosts {
        let label = format!("{}:{}", host.name, host.port);
        cx.rec.probing(&label);
        let started = Instant::now();
        let said = ask_host(cx, host, asked).await;
        if said.is_ok() {
            heard.insert(host.name.to_ascii_lowercase());
        }
        match said {
            // One that is busy now, or hangs up, is passed over, too, where there are others.
            Ok((finding, _)) if hosts.len() > 1 && is_not_now(&finding) => {
                let finding = finding.arg("server", &host.name).arg("address", first);
                let why = finding.args.get("codes").cloned().unwrap_or_default();
                cx.found(passed_over(&finding).arg("why", why).ends(&label, ms(started)));
                busy.get_or_insert(finding);
            }
            Ok((finding, others)) => {
                let finding = finding.arg("server", &host.name).arg("address", first);
                cx.found(finding.ends(&label, ms(started)));
                for (finding, asked) in others.into_iter().zip(&asked[1..]) {
                    cx.found(finding.arg("server", &host.name).arg("address", asked.address));
                }
                return heard;
            }
            Err(why) => {
                let why = why.arg("server", &host.name).arg("address", first);
                cx.found(passed_over(&why).ends(&label, ms(started)));
                unreachable.get_or_insert(why);
            }
        }
    }
    // Only where no host could be asked is that the answer: a mail server tries them in turn, too (RFC 5321 §5.1).
    if let Some(finding) = busy.or(unreachable) {
        cx.found(finding);
    }
    heard
}

fn passed_over(finding: &Finding) -> Finding {
    let broke = finding.id == "recipient.rcpt.broke";
    let id = if broke { "recipient.rcpt.one-broke" } else { "recipient.rcpt.passed-over" };
    Finding { id: id.to_owned(), ..finding.clone() }
}

/// Whether a server said "not now" before it was asked about anybody, or hung up: a mail server then goes to the next (RFC 5321 §5.1).
fn is_not_now(finding: &Finding) -> bool {
    let busy = finding.args.get("codes").is_some_and(|codes| codes.starts_with('4'));
    finding.id == "recipient.rcpt.broke" || finding.id == "recipient.rcpt.refused-earlier" && busy
}

/// What a host said of the first recipient, and of each of the others as far as they were named to it.
type Said = (Finding, Vec<Finding>);

/// What a host said, or why it could not be asked.
async fn ask_host(cx: &Context, host: &Host, asked: &[Asked<'_>]) -> Result<Said, Finding> {
    let could_not = |why: &str| Finding::new("recipient.rcpt.unreachable").arg("why", why);
    let nowhere = if host.left_out { "it has no address of the kind you chose" } else { "it has no address" };
    let mut unreachable = could_not(host.unknown.unwrap_or(nowhere));
    unreachable.evidence.clone_from(&host.evidence);
    for ip in &host.addresses {
        match talk(cx, host, *ip, Role::Case).await {
            Ok(talk) => return Ok(envelope(cx, talk, asked).await),
            Err(Stopped::Refused(dialogue, heard)) => {
                dialogue.quit().await;
                return Ok((earlier(&heard), Vec::new()));
            }
            Err(Stopped::NoStarttls(dialogue, heard)) => {
                dialogue.quit().await;
                return Err(could_not("STARTTLS is not offered").shown_by(heard.evidence));
            }
            Err(Stopped::Broke((broken, evidence))) if unasked(&broken) => {
                let detail = broken.detail.as_deref().unwrap_or_else(|| broken.kind.as_str());
                let why = if broken.stage == Stage::Greeting { broken.kind.as_str() } else { detail };
                unreachable = could_not(why)
                    .arg("kind", broken.kind.as_str())
                    .arg("stage", broken.stage.spoken())
                    .shown_by(evidence);
            }
            Err(Stopped::Broke(broken)) => return Ok((broke(&broken), Vec::new())),
        }
    }
    Err(unreachable)
}

/// Whether it broke off before the server could say anything, or in the handshake.
fn unasked(broken: &BreakFact) -> bool {
    broken.stage <= Stage::Greeting || broken.kind == BreakKind::Tls
}

async fn envelope(cx: &Context, talk: Talk, asked: &[Asked<'_>]) -> Said {
    let Talk { mut dialogue, opening } = talk;
    let from = cx.case.from.as_deref().unwrap_or("");
    let alone = |finding| (finding, Vec::new());
    let named = |to: &Asked<'_>| to.named();
    // A domain has a form in ASCII; only what stands before the @ needs the extension (RFC 6531 §3.3).
    let utf8 = !from.is_ascii() || asked.iter().any(|to| !to.parts.local.is_ascii());
    let offered = dialogue.capabilities().has("SMTPUTF8");
    let not_offered = || Finding::new("recipient.rcpt.utf8-not-offered").shown_by(opening.last().evidence);
    let [first, others @ ..] = asked else { return alone(not_offered()) };
    let cannot = |to: &Asked<'_>| !offered && (!from.is_ascii() || !to.parts.local.is_ascii());
    if cannot(first) {
        dialogue.quit().await;
        return alone(not_offered());
    }
    if utf8 && offered {
        let server = &opening.last().reply.server;
        cx.found(Finding::new("recipient.rcpt.utf8-offered").arg("server", server).shown_by(opening.last().evidence));
    }
    let parameters = [(utf8 && offered).then(|| "SMTPUTF8".to_owned()), size(cx, &dialogue)];
    let parameters = parameters.into_iter().flatten().collect::<Vec<_>>();
    let said = match dialogue.mail(from, &parameters.join(" ")).await {
        Err(broken) => return alone(broke(&broken)),
        Ok(heard) if !heard.reply.is_positive() => alone(earlier(&heard)),
        Ok(_) => {
            let address = named(first);
            let real = match dialogue.rcpt(&address, Role::Case).await {
                Err(broken) => return alone(broke(&broken)),
                Ok(heard) => heard,
            };
            let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
            let control = format!("heloise-{:08x}@{domain}", fastrand::u32(..));
            let login = wants_login(cx, &dialogue, &real);
            let control = match dialogue.rcpt(&control, Role::Control).await {
                Err(_) => return alone(judged(cx, &real, None, login)),
                Ok(heard) => heard,
            };
            let verdict = judged(cx, &real, Some(&control), login);
            if let Some(before) = put_off_before(cx, &address)
                && real.reply.is_positive()
            {
                cx.found(passed(&before, &real, &address));
            }
            let mut further = Vec::new();
            for to in others {
                if cannot(to) {
                    further.push(not_offered());
                    continue;
                }
                match dialogue.rcpt(&named(to), Role::Case).await {
                    Err(broken) => {
                        further.push(broke(&broken));
                        return (verdict, further);
                    }
                    // Where this server takes another recipient, a refusal is about this one.
                    Ok(heard) if real.reply.is_positive() && heard.reply.code >= 500 => further.push(refused(&heard)),
                    Ok(heard) => further.push(judged(cx, &heard, Some(&control), login)),
                }
            }
            if verdict.id == "recipient.rcpt.all-refused" {
                // Every domain has one (RFC 5321 §4.5.1): whether it is refused, too, tells a server that refuses us from one
                // that knows neither name.
                let postmaster = format!("postmaster@{domain}");
                match dialogue.rcpt(&postmaster, Role::Control).await {
                    Err(_) => return (verdict, further),
                    Ok(heard) => beside(cx, &heard, &postmaster),
                }
            }
            (verdict, further)
        }
    };
    // Nothing is sent: the envelope is thrown away before QUIT.
    if dialogue.control(Stage::Rcpt, "RSET").await.is_ok() && vrfy(cx, &mut dialogue, &named(first)).await.is_ok() {
        dialogue.quit().await;
    }
    said
}

impl Asked<'_> {
    /// The address as it is named to a server.
    fn named(&self) -> String {
        let Split { local, domain, .. } = &self.parts;
        if !local.is_ascii() {
            return self.address.to_owned();
        }
        format!("{local}@{}", idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.clone()))
    }
}

/// VRFY, where it is offered and was allowed: what it says, most servers keep to themselves (RFC 5321 §3.5.3).
async fn vrfy(cx: &Context, dialogue: &mut Dialogue, address: &str) -> Result<(), Broken> {
    if !(cx.may(Consent::Vrfy) && dialogue.capabilities().has("VRFY")) {
        return Ok(());
    }
    let heard = dialogue.control(Stage::Rcpt, &format!("VRFY {address}")).await?;
    let id = match heard.reply.code {
        250 | 251 => "recipient.vrfy.known",
        550 | 551 | 553 => "recipient.vrfy.unknown",
        _ => "recipient.vrfy.not-told",
    };
    let found = Finding::new(id).arg("address", address).arg("server", &heard.reply.server);
    cx.found(found.arg("codes", heard.reply.codes()).arg("text", heard.reply.joined()).shown_by(heard.evidence));
    Ok(())
}

/// How large the message is that the case is about: a server that takes sizes says at once whether it has room for it (RFC 1870 §6.1).
fn size(cx: &Context, dialogue: &Dialogue) -> Option<String> {
    let path = cx.case.message.as_ref().filter(|_| dialogue.capabilities().has("SIZE"))?;
    let file = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    Some(format!("SIZE={}", file.len()))
}

/// What is said to the postmaster's address, beside a refusal of all others.
fn beside(cx: &Context, heard: &Heard, postmaster: &str) {
    let taken = heard.reply.is_positive();
    let id = if taken { "recipient.rcpt.postmaster-taken" } else { "recipient.rcpt.postmaster-refused" };
    let found = Finding::new(id).arg("address", postmaster).arg("server", &heard.reply.server);
    cx.found(found.arg("codes", heard.reply.codes()).shown_by(heard.evidence));
}

/// What the pair of answers says: the real address, and a random one in the same session.
fn judged(cx: &Context, real: &Heard, control: Option<&Heard>, wants_login: bool) -> Finding {
    let positive = |h: &Heard| h.reply.is_positive();
    let id = match (&real.reply.code, control) {
        (200..400, Some(c)) if positive(c) => "recipient.rcpt.catch-all",
        (200..400, Some(c)) if (500..600).contains(&c.reply.code) => "recipient.rcpt.control-refused",
        (200..400, _) => "recipient.rcpt.accepted",
        // Greylisting says so. Where nothing does, a name that is refused at once beside this one tells that it is known.
        (400..500, Some(c)) if unsaid(cx, real) && (500..600).contains(&c.reply.code) => {
            "recipient.rcpt.deferred-alone"
        }
        (400..500, _) if greylists(cx, real) => "recipient.rcpt.greylisted",
        (400..500, _) => "recipient.rcpt.deferred",
        // The same words for an address that cannot exist: the refusal is not about this recipient, unless it says that it is.
        (_, Some(c))
            if c.reply.code == real.reply.code && c.reply.enhanced == real.reply.enhanced && !names_user(cx, real) =>
        {
            if wants_login {
                "recipient.rcpt.login-first"
            } else {
                "recipient.rcpt.all-refused"
            }
        }
        _ => "recipient.rcpt.refused",
    };
    let mut finding = of_reply(id, real);
    if let Some(control) = control {
        finding = finding.arg("control", control.reply.codes()).shown_by(control.evidence);
    }
    if id == "recipient.rcpt.greylisted" { put_off(cx, real, finding) } else { finding }
}

/// A refusal that is about this recipient alone.
fn refused(real: &Heard) -> Finding {
    of_reply("recipient.rcpt.refused", real)
}

fn of_reply(id: &str, real: &Heard) -> Finding {
    Finding::new(id).arg("codes", real.reply.codes()).arg("text", real.reply.joined()).shown_by(real.evidence)
}

/// What is waited for where a server does not say how long: what most greylisting is set to (postgrey(8), `--delay`).
const USUAL_WAIT: u64 = 300;
/// Greylisting counts to the second, and so do clocks: a little more is waited.
const SPARE: u64 = 2;

fn greylists(cx: &Context, heard: &Heard) -> bool {
    cx.reader.reply(&heard.reply).kind.as_deref() == Some("greylisting")
}

/// Whether the server gave no reason that anybody knows: what is read then is a guess from the code.
fn unsaid(cx: &Context, heard: &Heard) -> bool {
    cx.reader.reply(&heard.reply).phrase.is_none()
}

/// A first refusal by greylisting is to be asked about again after the wait; one that comes after the wait is not.
fn put_off(cx: &Context, heard: &Heard, finding: Finding) -> Finding {
    let asked = cx.reader.reply(&heard.reply).args.get("wait").and_then(|w| seconds(w).map(|s| (w.clone(), s)));
    let (wait, secs) = asked.unwrap_or_else(|| ("5 minutes".to_owned(), USUAL_WAIT));
    let finding = finding.arg("wait", wait);
    let again = cx.seen.findings().any(|(_, f)| f.id == finding.id && f.args.contains_key(RETRY_SECS));
    if again {
        return Finding { id: "recipient.rcpt.greylisted-still".to_owned(), ..finding };
    }
    finding.arg(RETRY_SECS, secs + SPARE)
}

/// The greylisting of this session that put this address off.
fn put_off_before(cx: &Context, address: &str) -> Option<Finding> {
    let before = cx.seen.findings().map(|(_, f)| f).find(|f| f.id == "recipient.rcpt.greylisted")?;
    before.args.get("address").is_some_and(|a| a.eq_ignore_ascii_case(address)).then(|| before.clone())
}

/// It was greylisting: the same question, answered otherwise after a wait.
fn passed(before: &Finding, real: &Heard, address: &str) -> Finding {
    let codes = before.args.get("codes").cloned().unwrap_or_default();
    Finding::new("recipient.rcpt.greylist-passed")
        .arg("server", &real.reply.server)
        .arg("address", address)
        .arg("before", codes)
        .arg("codes", real.reply.codes())
        .shown_by(real.evidence)
}

/// Whether a login that was not made may be what is missing: the server that was entered offers one, and its words name nothing else.
fn wants_login(cx: &Context, dialogue: &Dialogue, refusal: &Heard) -> bool {
    cx.case.server.is_some()
        && cx.case.user.is_none()
        && dialogue.capabilities().has("AUTH")
        && cx.reader.reply(&refusal.reply).certainty < Certainty::Confirmed
}

/// Whether the enhanced status code speaks of the mailbox itself (RFC 3463 §3.2, §3.3), or the words do so plainly.
fn names_user(cx: &Context, heard: &Heard) -> bool {
    let plainly = |m: &Meaning| m.cause == "address" && m.certainty >= Certainty::Likely;
    heard.reply.enhanced.is_some_and(|e| matches!((e.subject, e.detail), (1, 1 | 2 | 6 | 10) | (2, _)))
        || (heard.reply.enhanced.is_none() && plainly(&cx.reader.reply(&heard.reply)))
}

fn earlier(heard: &Heard) -> Finding {
    Finding::new("recipient.rcpt.refused-earlier")
        .arg("codes", heard.reply.codes())
        .arg("text", heard.reply.joined())
        .arg("stage", heard.reply.stage.map_or("", Stage::spoken))
        .shown_by(heard.evidence)
}

fn broke((broken, evidence): &Broken) -> Finding {
    // A mail server may take five minutes to answer (RFC 5321 §4.5.3.2); we did not wait as long.
    let silent = broken.kind == BreakKind::Timeout;
    Finding::new(if silent { "recipient.rcpt.no-answer" } else { "recipient.rcpt.broke" })
        .arg("stage", broken.stage.spoken())
        .arg("kind", broken.kind.as_str())
        .shown_by(*evidence)
}

fn ms(since: Instant) -> u32 {
    u32::try_from(since.elapsed().as_millis()).unwrap_or(u32::MAX)
}
