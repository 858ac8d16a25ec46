//! RCPT at the server, without sending: the real address, then a random one in the same session as the control.

use std::collections::BTreeSet;
use std::time::Instant;

use super::Asked;
use super::verdict::{judged, not_about_the_address, of_reply, passed, put_off_before, served, wants_login};
use crate::check::Context;
use crate::check::tools::{Host, Split, Stopped, Talk, answers_for_all, exchangers, talk_with_any};
use crate::net::{Broken, Dialogue, Heard};
use crate::transcript::{BreakFact, BreakKind, Consent, Finding, Role, Stage};

/// Where mail programs hand in their mail (RFC 8314 §3).
const HAND_IN: [u16; 2] = [465, 587];

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
                cx.found(passed_over(&finding).ends(&label, ms(started)));
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
    let id = match finding.id.as_str() {
        "recipient.rcpt.broke" => "recipient.rcpt.one-broke",
        "recipient.rcpt.refused-earlier" => "recipient.rcpt.turned-away",
        _ => "recipient.rcpt.passed-over",
    };
    Finding { id: id.to_owned(), ..finding.clone() }
}

/// Whether a server said "not now" before it was asked about anybody, or hung up: a mail server then goes to the next (RFC 5321 §5.1).
fn is_not_now(finding: &Finding) -> bool {
    let said = |name: &str| finding.args.get(name).map_or("", String::as_str);
    // A "no" at the door is of that server, and most senders go on to the next, too (Postfix, `smtp_skip_5xx_greeting`).
    let busy = said("codes").starts_with('4') || said("stage") == Stage::Greeting.spoken();
    finding.id == "recipient.rcpt.broke" || finding.id == "recipient.rcpt.refused-earlier" && busy
}

/// What a host said of the first recipient, and of each of the others as far as they were named to it.
type Said = (Finding, Vec<Finding>);

/// What a host said, or why it could not be asked. There is at least one to ask about.
async fn ask_host(cx: &Context, host: &Host, asked: &[Asked<'_>]) -> Result<Said, Finding> {
    let could_not = |why: &str| Finding::new("recipient.rcpt.unreachable").arg("why", why);
    let nowhere = if host.left_out { "it has no address of the kind you chose" } else { "it has no address" };
    let mut unreachable = could_not(host.unknown.unwrap_or(nowhere));
    unreachable.evidence.clone_from(&host.evidence);
    match talk_with_any(cx, host, Role::Case, unasked).await {
        None => {}
        Some((_, Ok(talk))) => return Ok(envelope(cx, host, talk, asked).await),
        Some((_, Err(Stopped::Refused(dialogue, heard)))) => {
            dialogue.quit().await;
            return Ok((earlier(&heard), Vec::new()));
        }
        Some((_, Err(Stopped::NoStarttls(dialogue, heard)))) => {
            dialogue.quit().await;
            return Err(could_not("STARTTLS is not offered").shown_by(heard.evidence));
        }
        Some((_, Err(Stopped::Broke((broken, evidence))))) if unasked(&broken) => {
            let detail = broken.detail.as_deref().unwrap_or_else(|| broken.kind.as_str());
            let why = if broken.stage == Stage::Greeting { broken.kind.as_str() } else { detail };
            unreachable =
                could_not(why).arg("kind", broken.kind.as_str()).arg("stage", broken.stage.spoken()).shown_by(evidence);
        }
        Some((_, Err(Stopped::Broke(broken)))) => return Ok((broke(&broken), Vec::new())),
    }
    Err(unreachable)
}

/// Whether it broke off before the server could say anything, or in the handshake.
fn unasked(broken: &BreakFact) -> bool {
    broken.stage <= Stage::Greeting || broken.kind == BreakKind::Tls
}

async fn envelope(cx: &Context, host: &Host, talk: Talk, asked: &[Asked<'_>]) -> Said {
    let Talk { mut dialogue, opening } = talk;
    let from = cx.case.from.as_deref().unwrap_or("");
    // A domain has a form in ASCII; only what stands before the @ needs the extension (RFC 6531 §3.3).
    let utf8 = !from.is_ascii() || asked.iter().any(|to| !to.parts.local.is_ascii());
    let offered = dialogue.capabilities().has("SMTPUTF8");
    let lacking = |to: &Asked<'_>| {
        let cannot = !offered && (!from.is_ascii() || !to.parts.local.is_ascii());
        cannot.then(|| Finding::new("recipient.rcpt.utf8-not-offered").shown_by(opening.last().evidence))
    };
    let first = &asked[0];
    if let Some(lacking) = lacking(first) {
        dialogue.quit().await;
        return alone(lacking);
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
        Ok(_) => match recipients(cx, host, &mut dialogue, asked, &lacking).await {
            (said, true) => said,
            (said, false) => return said,
        },
    };
    // Nothing is sent: QUIT throws the envelope away (RFC 5321 §4.1.1.10).
    if vrfy(cx, &mut dialogue, &first.named()).await.is_ok() {
        dialogue.quit().await;
    }
    said
}

fn alone(finding: Finding) -> Said {
    (finding, Vec::new())
}

/// RCPT for the first, for the control, for the others; and whether the dialogue still stands.
async fn recipients(
    cx: &Context,
    host: &Host,
    dialogue: &mut Dialogue,
    asked: &[Asked<'_>],
    lacking: &(dyn Fn(&Asked<'_>) -> Option<Finding> + Sync),
) -> (Said, bool) {
    let address = asked[0].named();
    let real = match dialogue.rcpt(&address, Role::Case).await {
        Err(broken) => return (alone(broke(&broken)), false),
        Ok(heard) => heard,
    };
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    let control = format!("heloise-{:08x}@{domain}", fastrand::u32(..));
    let login = wants_login(cx, dialogue, &real);
    let Ok(control) = dialogue.rcpt(&control, Role::Control).await else {
        return (alone(judged(cx, &real, None, login)), false);
    };
    let mut verdict = judged(cx, &real, Some(&control), login);
    if real.reply.is_positive() && real.reply.joined().to_ascii_lowercase().contains("will queue") {
        cx.found(of_reply("recipient.rcpt.will-queue", &real).arg("server", &host.name).arg("address", &address));
    }
    if real.reply.is_positive() && cx.case.server.is_some() && HAND_IN.contains(&host.port) {
        cx.found(of_reply("recipient.rcpt.by-hand-in", &real).arg("server", &host.name).arg("port", host.port));
    }
    if let Some(before) = put_off_before(cx, &address)
        && real.reply.is_positive()
    {
        cx.found(passed(&before, &real, &address));
    }
    let mut further = Vec::new();
    for to in &asked[1..] {
        let finding = match lacking(to) {
            Some(lacking) => lacking,
            None => match dialogue.rcpt(&to.named(), Role::Case).await {
                Err(broken) => {
                    further.push(broke(&broken));
                    return ((verdict, further), false);
                }
                // Where this server takes another recipient, a refusal is about this one.
                Ok(heard) if real.reply.is_positive() && heard.reply.code >= 500 => {
                    of_reply("recipient.rcpt.refused", &heard)
                }
                Ok(heard) => judged(cx, &heard, Some(&control), login),
            },
        };
        further.push(finding);
    }
    // Their own server that takes nobody's mail may be somebody else, who answers in its place: then nothing is known of theirs.
    let all_refused = verdict.id == "recipient.rcpt.all-refused";
    let in_place = all_refused && cx.case.server.is_none() && answers_for_all(cx, std::slice::from_ref(host)).await;
    if all_refused && !in_place {
        not_about_the_address(cx, &real, &asked[0].parts.domain);
        // Every domain has one (RFC 5321 §4.5.1): whether it is refused, too, tells a server that refuses us from one that
        // knows neither name.
        let postmaster = format!("postmaster@{domain}");
        match dialogue.rcpt(&postmaster, Role::Control).await {
            Err(_) => return ((verdict, further), false),
            Ok(heard) => {
                beside(cx, host, &heard, &postmaster, &asked[0].parts).await;
                verdict = served(cx, &real, (&heard, &address), verdict);
            }
        }
    }
    ((verdict, further), true)
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

/// What is said to the postmaster's address, beside a refusal of all others. A server that was entered, and that the domain does not name
/// for its mail, may refuse them all because it does not serve the domain.
async fn beside(cx: &Context, host: &Host, heard: &Heard, postmaster: &str, parts: &Split) {
    let found = |id: &str| {
        let found = Finding::new(id).arg("address", postmaster).arg("server", &heard.reply.server);
        found.arg("codes", heard.reply.codes()).shown_by(heard.evidence)
    };
    if heard.reply.is_positive() {
        return cx.found(found("recipient.rcpt.postmaster-taken"));
    }
    cx.found(found("recipient.rcpt.postmaster-refused"));
    if cx.case.server.is_some()
        && heard.reply.code >= 500
        && let Ok(theirs) = exchangers(cx).await
        && !theirs.iter().any(|other| same(other, host))
    {
        let mut other = found("recipient.rcpt.not-their-server").arg("domain", &parts.domain);
        other.evidence.extend(theirs.iter().flat_map(|other| other.evidence.iter().copied()));
        cx.found(other);
    }
}

/// Whether two names are of one host.
fn same(a: &Host, b: &Host) -> bool {
    a.name.eq_ignore_ascii_case(&b.name) || a.addresses.iter().any(|ip| b.addresses.contains(ip))
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
