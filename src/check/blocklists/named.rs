//! What a refusal says of lists: one that it names is asked first, one that has closed is the receiver's mistake, and a record
//! that the receiver keeps itself is on no public list.

use std::cmp::Reverse;
use std::net::IpAddr;

use crate::check::Context;
use crate::check::know::{Blocklist, NotAsked, Reputation, Unasked};
use crate::transcript::{Finding, Role};

/// What refusals name.
pub(super) struct Named {
    /// What there is to say before a list is asked.
    pub(super) findings: Vec<Finding>,
    ids: Vec<String>,
    /// Names of lists for which a server refuses now, the address that it says they list, where it says one, and its words.
    live: Vec<(String, Option<IpAddr>, String)>,
    /// A list that they name and that nobody knows here.
    stranger: Option<Blocklist>,
}

/// Stands where a pasted text does not say who refused.
const SOMEBODY: &str = "the server that refused";

impl Named {
    /// The lists in the order in which they are asked, and whether a refusal names them: those first, then those that matter.
    pub(super) fn first<'a>(&'a self, lists: &'a [Blocklist]) -> Vec<(&'a Blocklist, bool)> {
        let stranger = self.stranger.iter().map(|list| (list, true));
        let known = lists.iter().map(|list| (list, self.ids.contains(&list.id)));
        let mut all: Vec<_> = stranger.chain(known).collect();
        all.sort_by_key(|(list, named)| (!named, !list.matters));
        all
    }
}

/// One refusal, as far as it matters here.
struct Refusal {
    text: String,
    server: String,
    cause: String,
    kind: Option<String>,
    list: Option<String>,
    /// Heard in this session: it holds now.
    live: bool,
    ip: Option<IpAddr>,
}

/// Reads the refusals of this session, and the pasted one.
pub(super) fn named(cx: &Context) -> Named {
    let mut named = Named { findings: Vec::new(), ids: Vec::new(), live: Vec::new(), stranger: None };
    for refusal in refusals(cx) {
        let text = refusal.text.to_lowercase();
        let speaks_of_lists = refusal.cause == "blocklist" || refusal.list.is_some();
        let naming = Naming::of(&text, speaks_of_lists, cx);
        let mut known = false;
        for list in cx.know.blocklists.iter().filter(|l| naming.names(&l.name, [&l.zone], &l.known_as)) {
            known = true;
            named.keep(&list.name, &refusal, &text);
            if !named.ids.contains(&list.id) {
                named.ids.push(list.id.clone());
                named.findings.push(said("blocklists.named", &list.name, &list.removal, &refusal));
            }
        }
        for list in cx.know.unasked.iter().filter(|l| naming.names(&l.name, &l.zones, &l.known_as)) {
            known = true;
            named.put(unasked(list, &refusal));
        }
        if !known
            && speaks_of_lists
            && named.stranger.is_none()
            && let Some(list) = refusal.list.as_deref().and_then(stranger)
        {
            named.keep(&list.name, &refusal, &text);
            named.findings.push(said("blocklists.named", &list.name, &list.removal, &refusal));
            named.stranger = Some(list);
        }
        let own = refusal.cause == "blocklist" && !known && named.stranger.is_none();
        if own || refusal.kind.as_deref() == Some("reputation") {
            let keeps = |r: &&Reputation| keeps_record(r, &text, &refusal.server);
            if let Some(record) = cx.know.reputations.iter().find(keeps) {
                let found = said("blocklists.private-record", &record.name, &record.form, &refusal);
                named.put(found.arg("needs", &record.needs));
            }
        }
    }
    named
}

impl Named {
    fn keep(&mut self, list: &str, refusal: &Refusal, text: &str) {
        if refusal.live {
            self.live.push((list.to_owned(), refusal.ip, text.to_owned()));
        }
    }

    /// Whether a server refuses now because that list is said to name that very address, or does not say which.
    pub(super) fn refuses_now(&self, list: &str, what: &str) -> bool {
        let same = |ip: &IpAddr| ip.to_canonical().to_string() == what;
        // A domain has to stand in the refusal; an address is what a server means where it names none.
        let meant = |ip: Option<&IpAddr>, text: &str| match what.parse::<IpAddr>() {
            Ok(_) => ip.is_none_or(same),
            Err(_) => is_word(text, &what.to_lowercase()),
        };
        self.live.iter().any(|(name, ip, text)| name == list && meant(ip.as_ref(), text))
    }

    fn put(&mut self, finding: Finding) {
        let known = |f: &Finding| f.id == finding.id && f.args.get("list") == finding.args.get("list");
        if !self.findings.iter().any(known) {
            self.findings.push(finding);
        }
    }
}

fn refusals(cx: &Context) -> Vec<Refusal> {
    let of = |meaning: crate::reading::Meaning, text: String, server: String, live: bool| Refusal {
        text,
        server,
        live,
        ip: meaning.args.get("ip").and_then(|ip| ip.parse().ok()),
        cause: meaning.cause,
        kind: meaning.kind,
        list: meaning.args.get("list").cloned(),
    };
    let heard = cx.seen.replies().filter(|(_, r)| r.role == Role::Case && !r.is_positive());
    let mut refusals: Vec<Refusal> =
        heard.map(|(_, r)| of(cx.reader.reply(r), r.joined(), r.server.clone(), true)).collect();
    if let Some(text) = &cx.case.error {
        let refused_by = || cx.case.refused_by.clone().unwrap_or_default();
        let items = cx.reader.text(text).items;
        let chosen = cx.case.failure.map(|n| n as usize);
        let items = items.into_iter().enumerate().filter(|(n, _)| chosen.is_none_or(|c| c == *n)).take(MOST);
        refusals.extend(items.map(|(_, item)| {
            let server = item.reporter.clone().unwrap_or_else(refused_by);
            of(item.meaning, item.reply.joined(), server, false)
        }));
    }
    refusals
}

/// So many failures of a pasted text are read.
const MOST: usize = 20;

/// How a text names lists.
struct Naming<'a> {
    text: &'a str,
    /// Whether it speaks of lists at all: only then do words such as a maker's name mean one.
    lists: bool,
    /// Whether it names a zone: then the maker's name beside it means that one, and not another of the same maker.
    zone: bool,
    /// Full names of lists that it has, in small letters.
    spelled: Vec<String>,
    /// What is left without them: "spamhaus" in "spamhaus dbl" means no other list of the same maker.
    rest: String,
}

impl<'a> Naming<'a> {
    fn of(text: &'a str, lists: bool, cx: &Context) -> Self {
        let asked = cx.know.blocklists.iter().any(|l| zone_in(text, [&l.zone], &l.known_as));
        let unasked = || cx.know.unasked.iter().any(|l| zone_in(text, &l.zones, &l.known_as));
        let names = cx.know.blocklists.iter().map(|l| &l.name).chain(cx.know.unasked.iter().map(|l| &l.name));
        let mut names: Vec<String> = names.map(|name| name.to_lowercase()).collect();
        names.sort_by_key(|name| Reverse(name.len()));
        let mut rest = text.to_owned();
        names.retain(|name| {
            let stands = is_word(&rest, name);
            if stands {
                rest = rest.replace(name.as_str(), " ");
            }
            stands
        });
        Self { text, lists, zone: asked || unasked(), spelled: names, rest }
    }

    fn names<'b>(&self, full: &str, zones: impl IntoIterator<Item = &'b String>, known_as: &'b [String]) -> bool {
        let spelled = || self.spelled.contains(&full.to_lowercase());
        let name = || known_as.iter().any(|name| !name.contains('.') && is_word(&self.rest, name));
        zone_in(self.text, zones, known_as) || (self.lists && !self.zone && (spelled() || name()))
    }
}

/// Whether a text has one of these zones in it; other names with a dot are zones, too.
fn zone_in<'b>(text: &str, zones: impl IntoIterator<Item = &'b String>, known_as: &'b [String]) -> bool {
    let zones = zones.into_iter().chain(known_as.iter().filter(|name| name.contains('.')));
    zones.into_iter().any(|zone| is_word(text, zone))
}

fn is_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, found)| {
        let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !letter(text[..at].chars().next_back()) && !letter(text[at + found.len()..].chars().next())
    })
}

fn said(id: &str, list: &str, removal: &str, refusal: &Refusal) -> Finding {
    let server = if refusal.server.is_empty() { SOMEBODY } else { &refusal.server };
    Finding::new(id).arg("list", list).arg("removal", removal).arg("server", server)
}

fn unasked(list: &Unasked, refusal: &Refusal) -> Finding {
    let removal = list.removal.as_deref().unwrap_or_default();
    match list.why {
        NotAsked::Closed => {
            let since = list.since.as_deref().map_or_else(String::new, |since| format!("Closed since {since}."));
            said("blocklists.named-closed", &list.name, removal, refusal).arg("detail", since)
        }
        NotAsked::Key => said("blocklists.named-key", &list.name, removal, refusal),
    }
}

/// A list by the name that a refusal gives it: asked as RFC 5782 says, and put to the same test.
fn stranger(zone: &str) -> Option<Blocklist> {
    let zone = zone.trim_matches('.').to_lowercase();
    let label = |l: &str| !l.is_empty() && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let is_name = zone.split('.').count() > 2 && zone.len() < 100 && zone.split('.').all(label);
    let site = psl::domain_str(&zone)?.to_owned();
    (is_name && !zone.ends_with(|c: char| c.is_ascii_digit())).then(|| Blocklist {
        id: zone.clone(),
        name: zone.clone(),
        lists: ["ipv4", "ipv6"].map(str::to_owned).to_vec(),
        removal: format!("https://{site}/"),
        cost: "It is said on the list's own page.".to_owned(),
        rules: "Not known here.".to_owned(),
        zone,
        ..Blocklist::default()
    })
}

fn keeps_record(record: &Reputation, text: &str, server: &str) -> bool {
    let server = server.trim_end_matches('.').to_lowercase();
    let below = |host: &String| server == *host || server.ends_with(&format!(".{host}"));
    record.hosts.iter().any(below) || record.words.iter().any(|word| text.contains(word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_named_by_whole_words_only() {
        assert!(is_word("blocked using zen.spamhaus.org; see there", "zen.spamhaus.org"));
        assert!(is_word("listed at spamhaus.", "spamhaus"));
        assert!(!is_word("myspamhausen", "spamhaus"));
    }

    #[test]
    fn a_list_that_nobody_knows_is_asked_by_its_zone() {
        let list = stranger("RBL.Example.co.uk").expect("a list");
        assert_eq!((list.zone.as_str(), list.removal.as_str()), ("rbl.example.co.uk", "https://example.co.uk/"));
        for no_zone in ["spamhaus", "192.0.2.7", "example.org", "bl..example.org", "bl.exa mple.org"] {
            assert!(stranger(no_zone).is_none(), "{no_zone}");
        }
    }

    #[test]
    fn a_record_is_known_by_server_or_words() {
        let record = Reputation {
            id: String::new(),
            name: String::new(),
            hosts: vec!["yahoodns.net".to_owned()],
            words: vec!["gsmtp".to_owned()],
            form: String::new(),
            needs: String::new(),
            source: String::new(),
            as_of: String::new(),
        };
        assert!(keeps_record(&record, "", "mta5.am0.YahooDNS.net."));
        assert!(keeps_record(&record, "421 try later - gsmtp", "mx.example.org"));
        assert!(!keeps_record(&record, "no", "notyahoodns.net"));
    }
}
