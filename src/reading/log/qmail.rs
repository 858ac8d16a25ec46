//! qmail: `delivery 12: failure: Remote_host_said:_550_…/`, in multilog's files or through syslog.

use super::{Entry, Line, Raw, stamp};
use crate::transcript::Stage;

pub(super) fn read<'a>(entry: &Entry<'a>) -> Option<Line<'a>> {
    // splogger writes a time of its own.
    let text = stamp::split(entry.text).1;
    if entry.program == "rblsmtpd" || text.starts_with("rblsmtpd: ") {
        let why = text.split_once(": ").filter(|(before, _)| before.contains("pid ")).map_or(text, |(_, why)| why);
        return Some(Line::Failed(Raw {
            why: why.into(),
            stage: Some(Stage::Greeting),
            incoming: true,
            sure: true,
            ..Raw::default()
        }));
    }
    let known = ["status: local ", "new msg ", "end msg ", "info msg ", "bounce msg ", "starting delivery "];
    if known.iter().any(|k| text.starts_with(k)) {
        return Some(Line::Other);
    }
    let (_, result) = numbered(text)?;
    let (result, why) = result.split_once(": ")?;
    let permanent = match result {
        "success" => return Some(Line::Delivered),
        "failure" => true,
        "deferral" => false,
        _ => return None,
    };
    let why = if why.contains(' ') { why.to_owned() } else { why.replace('_', " ") };
    // A slash ends each line of what qmail-remote says.
    let why = why.replace("/Remote host said: ", " Remote host said: ").replace("/Giving up on ", " Giving up on ");
    let why = why.trim_end_matches('/').to_owned();
    let server = server(&why).map(|s| s.to_owned().into());
    Some(Line::Failed(Raw { why: why.into(), server, permanent: Some(permanent), sure: true, ..Raw::default() }))
}

/// Whom qmail-remote talked to: `192.0.2.25 does not like recipient.`, `Connected to 192.0.2.25 but …`.
fn server(why: &str) -> Option<&str> {
    let before =
        [" does not like ", " failed after I sent", " but "].iter().find_map(|w| why.split_once(w).map(|(b, _)| b))?;
    before.rsplit(' ').next().filter(|name| name.parse::<std::net::IpAddr>().is_ok())
}

/// The number of a delivery that begins, and whom it is for.
pub(super) fn begins(text: &str) -> Option<(u64, &str)> {
    let (_, rest) = text.split_once("starting delivery ")?;
    let (number, rest) = rest.split_once(": ")?;
    let (_, to) = rest.split_once(" to ")?;
    let address = to.strip_prefix("remote ").or_else(|| to.strip_prefix("local "))?;
    Some((number.parse().ok()?, address.split(' ').next()?)).filter(|(_, a)| a.contains('@'))
}

/// The number of a delivery that ends.
pub(super) fn ends(text: &str) -> Option<u64> {
    numbered(&text[text.find("delivery ")?..]).map(|(number, _)| number)
}

fn numbered(text: &str) -> Option<(u64, &str)> {
    let (number, rest) = text.strip_prefix("delivery ")?.split_once(": ")?;
    Some((number.parse().ok()?, rest))
}
