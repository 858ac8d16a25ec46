//! When a domain was registered, and until when (RDAP: RFC 9082, RFC 9083); asked only where the user allows it.

use std::str::FromStr as _;

use jiff::Timestamp;
use serde_json::Value;

use crate::check::Context;
use crate::net::Get;
use crate::transcript::{Consent, EvidenceId, Finding, clean_line};

/// Where it stands which registry to ask about what ending (RFC 9224 §3).
const BOOTSTRAP: &str = "https://data.iana.org/rdap/dns.json";
/// That page has some 60 KiB, and grows.
const BOOTSTRAP_OCTETS: usize = 1 << 20;
const DAY: i64 = 86_400;
/// Large receivers distrust domains that are younger (M3AAWG, "Newly registered domains").
const YOUNG: i64 = 30;
/// What runs out sooner is told.
const SOON: i64 = 14;

/// What a registry says of a domain.
#[derive(Debug, Default, PartialEq, Eq)]
struct Registered {
    since: Option<i64>,
    until: Option<i64>,
    /// States that keep it out of the DNS, or soon will (RFC 8056 §2).
    held: Vec<String>,
}

/// Asks the registry of that domain's ending.
pub(super) async fn look(cx: &Context, domain: &str) {
    if !cx.may(Consent::Registration) {
        return;
    }
    let Some(name) = psl::domain_str(domain) else { return };
    let label = format!("RDAP {name}");
    cx.rec.probing(&label);
    let found = |id: &str| Finding::new(id).arg("domain", name).ends(&label, 0);
    let untold = |why: &str| found("dns.registration.untold").arg("why", clean_line(why, 200));
    let how = Get { octets: BOOTSTRAP_OCTETS, redirects: 2, family: cx.case.family };
    let registries = match page(cx, BOOTSTRAP, how).await {
        Ok((200, page, id)) => (page, id),
        Ok((status, _, id)) => {
            return cx.found(untold(&format!("the list of registries answers {status}")).shown_by(id));
        }
        Err((why, id)) => return cx.found(untold(&why).shown_by(id)),
    };
    let Some(base) = registry(&registries.0, name) else {
        return cx.found(untold("its registry names no such service").shown_by(registries.1));
    };
    let url = format!("{}/domain/{name}", base.trim_end_matches('/'));
    match page(cx, &url, Get { octets: 256 << 10, ..how }).await {
        Ok((200, page, id)) => told(cx, &registered(&page), &|finding| found(finding).shown_by(id)),
        Ok((404, _, id)) => cx.found(found("dns.registration.none").shown_by(id)),
        Ok((status, _, id)) => cx.found(untold(&format!("the registry answers {status}")).shown_by(id)),
        Err((why, id)) => cx.found(untold(&why).shown_by(id)),
    }
}

/// A page of JSON, its status and the fact that shows it.
async fn page(cx: &Context, url: &str, how: Get) -> Result<(u16, Value, EvidenceId), (String, EvidenceId)> {
    let page = cx.net.get(&cx.rec, url, how).await.map_err(|(why, id)| (why.word(), id))?;
    if page.status != 200 {
        return Ok((page.status, Value::Null, page.evidence));
    }
    let json =
        serde_json::from_slice(&page.body).map_err(|_| ("no answer that could be read".to_owned(), page.evidence))?;
    Ok((page.status, json, page.evidence))
}

/// The service for the longest ending that fits (RFC 9224 §5.1): `https` only.
fn registry(list: &Value, name: &str) -> Option<String> {
    let services = list["services"].as_array()?;
    let texts = |of: &Value| -> Vec<String> {
        of.as_array().into_iter().flatten().filter_map(|t| Some(t.as_str()?.to_ascii_lowercase())).collect()
    };
    let fits = |ending: &String| name.strip_suffix(ending.as_str()).is_some_and(|rest| rest.ends_with('.'));
    let best = services.iter().filter_map(|service| {
        let longest = texts(&service[0]).into_iter().filter(fits).map(|e| e.len()).max()?;
        let url = texts(&service[1]).into_iter().find(|url| url.starts_with("https://"))?;
        Some((longest, url))
    });
    best.max_by_key(|(length, _)| *length).map(|(_, url)| url)
}

fn registered(page: &Value) -> Registered {
    let date = |action: &str| {
        let events = page["events"].as_array()?;
        let event = events.iter().find(|e| e["eventAction"] == action)?;
        Some(Timestamp::from_str(event["eventDate"].as_str()?).ok()?.as_second())
    };
    const HELD: [&str; 6] =
        ["client hold", "server hold", "redemption period", "pending delete", "pending restore", "inactive"];
    let states = page["status"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_ascii_lowercase);
    Registered {
        since: date("registration"),
        until: date("expiration"),
        held: states.filter(|s| HELD.contains(&s.as_str())).take(6).collect(),
    }
}

fn told(cx: &Context, what: &Registered, found: &(dyn Fn(&str) -> Finding + Sync)) {
    let now = cx.net.world().unix_seconds();
    let day = |at: Option<i64>| {
        let at = at.and_then(|at| Timestamp::from_second(at).ok());
        at.map_or_else(|| "it does not say".to_owned(), |at| at.to_string().chars().take(10).collect())
    };
    let found = |id: &str| found(id).arg("since", day(what.since)).arg("until", day(what.until));
    let id = if !what.held.is_empty() {
        "dns.registration.held"
    } else if what.until.is_some_and(|until| until < now) {
        "dns.registration.expired"
    } else if what.until.is_some_and(|until| until - now < SOON * DAY) {
        "dns.registration.expires"
    } else if what.since.is_some_and(|since| now - since < YOUNG * DAY) {
        "dns.registration.young"
    } else {
        "dns.registration.ok"
    };
    cx.found(found(id).arg("states", what.held.join(", ")));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_ending_that_fits_names_the_registry() {
        let list = serde_json::json!({ "services": [
            [["uk"], ["https://rdap.example.uk/"]],
            [["co.uk", "org.uk"], ["http://plain.example/", "https://rdap.example/co/"]],
            [["com"], ["http://only-plain.example/"]],
        ] });
        assert_eq!(registry(&list, "example.uk").as_deref(), Some("https://rdap.example.uk/"));
        assert_eq!(registry(&list, "example.co.uk").as_deref(), Some("https://rdap.example/co/"));
        for none in ["example.com", "example.org", "uk", "exampleuk"] {
            assert_eq!(registry(&list, none), None, "{none}");
        }
        assert_eq!(registry(&serde_json::json!([1]), "example.uk"), None);
    }

    #[test]
    fn what_a_registry_says_is_read_and_nothing_is_made_of_what_it_does_not() {
        let page = serde_json::json!({
            "status": ["active", "Client Hold"],
            "events": [
                { "eventAction": "registration", "eventDate": "1970-01-02T00:00:00Z" },
                { "eventAction": "expiration", "eventDate": "1970-01-03T02:00:00+02:00" },
            ],
        });
        let held = vec!["client hold".to_owned()];
        assert_eq!(registered(&page), Registered { since: Some(DAY), until: Some(2 * DAY), held });
        let odd = serde_json::json!({ "events": [{ "eventAction": "expiration", "eventDate": "soon" }], "status": 7 });
        assert_eq!(registered(&odd), Registered::default());
    }
}
