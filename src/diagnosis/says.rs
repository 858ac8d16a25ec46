//! Sentences of the diagnosis that no guide file holds: what a server said, and what stands where the guide is silent.

use super::args::{Args, codes_of, server_of};
use crate::guide::{Guide, Words};
use crate::transcript::{Reply, Role, clean_line};

const QUOTE: usize = 120;
const VALUE: usize = 300;
/// What is to be copied is never cut: a DNS record in full.
const COPIED: usize = 4000;

/// What a reply said, in both registers.
pub(super) fn reply(reply: &Reply) -> Words {
    let text = clean_line(reply.joined().trim(), QUOTE);
    let quote = if text.is_empty() { None } else { Some(format!("“{text}”")) };
    let said: Vec<String> = codes_of(reply).into_iter().chain(quote).collect();
    let said = if said.is_empty() { "nothing that can be quoted".to_owned() } else { said.join(" ") };
    let at = reply.stage.map(|s| format!(" at {}", s.spoken())).unwrap_or_default();
    let plain = match reply.role {
        Role::Pasted if reply.server.is_empty() => format!("The text you have says {said}{at}."),
        Role::Pasted => format!("The text you have says that {} answered {said}{at}.", server(reply)),
        Role::Case | Role::Control => format!("{} answered {said}{at}.", server(reply)),
    };
    Words { admin: plain.clone(), plain }
}

/// Words with their places filled.
pub(super) fn filled(guide: &Guide, words: &Words, args: &Args) -> Words {
    let one = |filled: &str| {
        let filled = filled.trim();
        // Where the server's name is not known, its stand-in may begin the sentence.
        filled.strip_prefix("the server").map_or_else(|| filled.to_owned(), |rest| format!("The server{rest}"))
    };
    let Words { plain, admin } = guide.filled(words, args);
    Words { plain: one(&plain), admin: one(&admin) }
}

/// A finding's own values, made safe to show, over those of the case.
pub(super) fn finding_args(own: &Args, case: &Args) -> Args {
    let most = |name: &str| if name == "instead" { COPIED } else { VALUE };
    let mut args: Args = own.iter().map(|(name, value)| (name.clone(), clean_line(value, most(name)))).collect();
    super::args::add(&mut args, case);
    args
}

/// The same words in both registers.
pub(super) fn both(text: &str) -> Words {
    Words { plain: text.to_owned(), admin: text.to_owned() }
}

fn server(reply: &Reply) -> String {
    clean_line(server_of(reply), QUOTE)
}
