//! What a consent lets happen, in plain words, with the hosts and names of the case.

use crate::transcript::{Case, Consent};

/// What every step outside needs.
pub(super) fn names(case: &Case) -> String {
    let resolver = case.resolver.map_or_else(|| "this machine's resolver".to_owned(), |r| r.to_string());
    format!("Look names up in the DNS, through {resolver}. Every step needs this.")
}

/// The domains of the recipients, each once; of many the first.
fn domains(case: &Case) -> Option<String> {
    let mut each: Vec<String> = Vec::new();
    for (_, domain) in case.to.iter().filter_map(|to| to.rsplit_once('@')) {
        let domain = domain.trim_end_matches('>').trim().to_lowercase();
        if !domain.is_empty() && !each.contains(&domain) {
            each.push(domain);
        }
    }
    match each.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        [one, two] => Some(format!("{one} and {two}")),
        [one, rest @ ..] => Some(format!("{one} and {} more domains", rest.len())),
    }
}

/// What is asked for.
pub(super) fn asks(what: Consent, case: &Case) -> String {
    let server = case.server.as_ref().map(|s| s.host.as_str());
    let domain = case.recipient_domain();
    let hosts = match (server, domains(case)) {
        (Some(server), Some(domains)) => format!("{server} and the mail servers of {domains}"),
        (Some(server), None) => server.to_owned(),
        (None, Some(domains)) => format!("the mail servers of {domains}"),
        (None, None) => "the mail servers that are named".to_owned(),
    };
    match what {
        Consent::Connect => {
            format!("Connect to {hosts}, and read how they greet. If none opens, try a few known ones, to compare.")
        }
        Consent::Rcpt => match case.recipient() {
            Some(bob) if case.to.len() > 1 => {
                let more = case.to.len() - 1;
                format!("Ask there whether {bob} and {more} more get mail, and a made-up neighbour too.")
            }
            Some(bob) => {
                format!("Ask there whether {bob} gets mail, and a made-up neighbour too; once more if they say: later.")
            }
            None => "Ask servers whether they would take mail for an address; hang up before any message.".to_owned(),
        },
        Consent::Blocklists => match (case.ip, case.sender_domain()) {
            (Some(ip), _) => format!("Ask public blocklists about {ip}."),
            (None, Some(domain)) => format!("Ask public blocklists about the sending address and {domain}."),
            (None, None) => "Ask public blocklists about the sending address.".to_owned(),
        },
        Consent::Http => match domain.or(server) {
            Some(name) => format!("Fetch what {name} publishes about its mail, over HTTPS."),
            None => "Fetch published mail policies over HTTPS.".to_owned(),
        },
        Consent::Auth => {
            let who = case.user.as_deref().unwrap_or("the user given");
            let place = server.unwrap_or("the server");
            if case.insecure_login {
                return format!(
                    "Log in to {place} as {who}, once, even if nothing protects the password: anybody on the way could read it."
                );
            }
            format!("Log in to {place} as {who}, once, over TLS that was verified. The password goes nowhere else.")
        }
        Consent::Send => {
            let bob = case.recipient().unwrap_or("the recipient");
            format!("Really send one message to {bob}, once, to see what is said after it.")
        }
        Consent::Vrfy => {
            let bob = case.recipient().unwrap_or("the recipient");
            format!("Ask the server by VRFY whether it knows {bob}; few servers tell.")
        }
        Consent::Rdap => match (case.sender_domain(), domain) {
            (Some(own), Some(other)) if own != other => {
                format!("Ask the registries since when {own} and {other} are registered, and until when.")
            }
            (Some(name), _) | (None, Some(name)) => {
                format!("Ask the registry since when {name} is registered, and until when.")
            }
            (None, None) => "Ask the registry since when the domain is registered, and until when.".to_owned(),
        },
        Consent::Trace => format!("Trace the route to {hosts}: a few packets to the routers between."),
    }
}
