//! The sending address, where nobody typed it: what the servers that were talked to say they saw us come from.

use std::net::IpAddr;

use super::is_private;
use crate::check::Context;
use crate::transcript::{Fact, Reply, Role, Stage};

/// The address to judge: the one given, else the one that the server which refused us saw, by its refusal or its EHLO answer; else the
/// one that was chosen to connect from, where others can see it.
///
/// What a server that took the mail saw is not among them: this machine may be no mail server, and its address beside the matter.
pub(crate) fn sending_address(cx: &Context) -> Option<IpAddr> {
    let chosen = || cx.case.source.filter(|ip| !is_private(*ip));
    cx.case.ip.or_else(|| refused(cx)).or_else(chosen).map(|ip| ip.to_canonical())
}

/// What any server said that it saw us come from, those about the case first.
pub(crate) fn greeted(cx: &Context) -> Option<IpAddr> {
    replies(cx).filter(|r| r.role == Role::Case).chain(replies(cx)).find_map(of_ehlo)
}

/// What a refusal may be about that does not lie in where the mail comes from.
const NOT_OF_THE_SENDER: [&str; 3] = ["address", "authentication", "content"];

/// The address that a live refusal names, or that the same server named in the same session; not where the refusal is of something else.
fn refused(cx: &Context) -> Option<IpAddr> {
    let mut refusals = replies(cx).filter(|r| r.role == Role::Case && !r.is_positive());
    refusals.find_map(|reply| {
        let meaning = cx.reader.reply(reply);
        if NOT_OF_THE_SENDER.contains(&meaning.cause.as_str()) {
            return None;
        }
        let named = meaning.args.get("ip").and_then(|ip| ip.parse().ok());
        named.or_else(|| linked(&reply.joined())).or_else(|| {
            let same = |other: &&Reply| other.address.is_some() && other.address == reply.address;
            replies(cx).filter(same).find_map(of_ehlo)
        })
    })
}

/// The latest first.
fn replies(cx: &Context) -> impl Iterator<Item = &Reply> {
    let replies = cx.seen.entries().iter().rev();
    replies.filter_map(|entry| if let Fact::Received { reply, .. } = &entry.fact { Some(reply) } else { None })
}

fn of_ehlo(reply: &Reply) -> Option<IpAddr> {
    if reply.stage == Some(Stage::Ehlo) { bracketed(&reply.joined()) } else { None }
}

/// `ip=192.0.2.1` in the address of a page that explains the refusal, as SPF filters name it.
fn linked(text: &str) -> Option<IpAddr> {
    let end = |c: char| !(c.is_ascii_hexdigit() || c == '.' || c == ':');
    let named =
        text.split(['?', '&', ';']).filter_map(|part| part.strip_prefix("ip=")?.split(end).next()?.parse().ok());
    named.into_iter().find(|ip| !is_private(*ip))
}

/// `[192.0.2.1]` in a server's EHLO answer: what it saw us come from. The name that we gave may be such a one, too; it stands before.
fn bracketed(text: &str) -> Option<IpAddr> {
    let seen =
        text.split('[').skip(1).filter_map(|rest| rest.split(']').next()?.trim_start_matches("IPv6:").parse().ok());
    let seen: Vec<IpAddr> = seen.collect();
    seen.iter().rev().find(|ip| !is_private(**ip)).or(seen.last()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_a_server_saw_is_found() {
        assert_eq!(bracketed("mx.example.org Hello client [198.51.100.7]"), "198.51.100.7".parse().ok());
        assert_eq!(bracketed("mx.example.org Hello [127.0.0.1] [198.51.100.7]"), "198.51.100.7".parse().ok());
        assert_eq!(bracketed("mx.example.org Hello [198.51.100.7], at [10.0.0.1]"), "198.51.100.7".parse().ok());
        assert_eq!(bracketed("mx.example.org"), None);
        let refusal =
            "Please see http://www.openspf.net/Why?s=mfrom;id=alice@example.net;ip=198.51.100.7;r=example.org";
        assert_eq!(linked(refusal), "198.51.100.7".parse().ok());
        assert_eq!(linked("zip=12.1; see 198.51.100.7"), None);
    }
}
