//! Values for the `{name}` places in words.

use std::collections::BTreeMap;

use crate::transcript::{Case, Reply, clean_line};

/// Values by the names of their places.
pub(crate) type Args = BTreeMap<String, String>;

/// What a dialogue gives to words: taken from one reply as a whole, or not at all.
const DIALOGUE: [&str; 9] = ["server", "address", "port", "code", "codes", "enhanced", "text", "stage", "phrase"];

/// The server that the user logs in at: whoever runs it is the user's provider.
pub(super) const OWN_SERVER: &str = "own_server";

/// What the case gives to words.
pub(crate) fn case_args(case: &Case) -> Args {
    let values = [
        ("recipient", case.recipient()),
        ("domain", case.recipient_domain()),
        ("from", case.from.as_deref()),
        ("sender", case.sender_domain()),
        ("server", case.server.as_ref().map(|s| s.host.as_str())),
        (OWN_SERVER, case.own_server()),
    ];
    values.into_iter().filter_map(|(name, value)| Some((name.to_owned(), clean_line(value?.trim(), 120)))).collect()
}

/// What a reply gives to words, each value at most `max` characters; `phrase` is the part of its text that decided.
pub(crate) fn reply_args(reply: &Reply, phrase: Option<&str>, max: usize) -> Args {
    let text = reply.joined();
    let mut args = Args::new();
    let mut put = |name: &str, value: &str| drop(args.insert(name.to_owned(), clean_line(value.trim(), max)));
    put("server", server_of(reply));
    put("text", &text);
    put("phrase", phrase.unwrap_or(&text));
    if let Some(codes) = codes_of(reply) {
        put("codes", &codes);
    }
    if reply.code != 0 {
        put("code", &reply.code.to_string());
    }
    if let Some(enhanced) = reply.enhanced {
        put("enhanced", &enhanced.to_string());
    }
    if let Some(stage) = reply.stage {
        put("stage", stage.spoken());
    }
    args
}

/// The name of the server that said it, or what stands for it in a sentence.
pub(crate) fn server_of(reply: &Reply) -> &str {
    if reply.server.is_empty() { "the server" } else { &reply.server }
}

/// The codes that were given: a pasted text may lack either or both.
pub(crate) fn codes_of(reply: &Reply) -> Option<String> {
    match (reply.code, reply.enhanced) {
        (0, None) => None,
        (0, Some(enhanced)) => Some(enhanced.to_string()),
        _ => Some(reply.codes()),
    }
}

/// Adds what is not known yet; of a dialogue with another server than the one that is known, nothing about the dialogue.
pub(super) fn add(args: &mut Args, more: &Args) {
    let other_server = matches!((args.get("server"), more.get("server")), (Some(a), Some(b)) if a != b);
    for (name, value) in more {
        let foreign = other_server && DIALOGUE.contains(&name.as_str());
        if !foreign && !args.contains_key(name) {
            args.insert(name.clone(), value.clone());
        }
    }
}
