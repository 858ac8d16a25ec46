//! When a domain was registered, until when, and whether its registry keeps it out of the DNS: RDAP (RFC 9082, RFC 9083). Only where the
//! user wants it: the registry learns who asks.

use std::time::Instant;

use jiff::Timestamp;
use serde::Deserialize;

use crate::check::Context;
use crate::net::{Get, Page};
use crate::transcript::{Consent, Finding, clean_line};

/// The longest answer that is read: those with many contacts come to 30 KiB.
const OCTETS: usize = 256 * 1024;
const DAY: i64 = 86_400;
/// States in which a registry takes a name out of the DNS, or soon will (RFC 8056 §2).
const HELD: [&str; 5] = ["client hold", "server hold", "redemption period", "pending delete", "inactive"];

/// What of an answer matters here.
#[derive(Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[derive(Default)]
struct Domain {
    object_class_name: String,
    status: Vec<String>,
    events: Vec<Event>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(default)]
    event_action: String,
    #[serde(default)]
    event_date: String,
}

impl Domain {
    /// When that happened, in Unix seconds.
    fn when(&self, action: &str) -> Option<i64> {
        let event = self.events.iter().find(|e| e.event_action.eq_ignore_ascii_case(action))?;
        Some(event.event_date.trim().parse::<Timestamp>().ok()?.as_second())
    }

    fn held(&self) -> Option<&str> {
        let held = |s: &&String| HELD.iter().any(|h| s.eq_ignore_ascii_case(h));
        self.status.iter().find(held).map(String::as_str)
    }
}

/// Asks for the domain that was registered, of which the domain given is a part: the sender's own, or the recipient's.
pub(super) async fn of(cx: &Context, domain: &str, own: bool) {
    if !cx.may(Consent::Rdap) {
        return;
    }
    let Some(registered) = psl::domain_str(domain) else { return };
    let Some(url) = cx.know.registries.url(registered) else { return };
    let label = format!("registration of {registered}");
    cx.rec.probing(&label);
    let begun = Instant::now();
    let how = Get { octets: OCTETS, redirects: 3, family: cx.case.family };
    let found = match cx.net.get(&cx.rec, &url, how).await {
        Ok(page) => read(cx, (registered, own), &page),
        Err((why, evidence)) => untold(&clean_line(&why.word(), 200)).shown_by(evidence),
    };
    cx.found(
        found
            .arg("domain", registered)
            .arg("url", &url)
            .ends(&label, u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX)),
    );
}

fn untold(why: &str) -> Finding {
    Finding::new("dns.registration.untold").arg("why", why)
}

fn read(cx: &Context, (registered, own): (&str, bool), page: &Page) -> Finding {
    let found = |id: &str| Finding::new(id).shown_by(page.evidence);
    match page.status {
        200 => {}
        // RFC 7480 §5.3: that it has no such name, which a redirector may say of a whole registry.
        404 if !cx.know.registries.redirects(&page.url) => return found("dns.registration.none"),
        other => return untold(&format!("the page answers {other}")).shown_by(page.evidence),
    }
    let Some(domain) = serde_json::from_slice::<Domain>(&page.body).ok().filter(|d| d.object_class_name == "domain")
    else {
        return untold("what came is no registration data").shown_by(page.evidence);
    };
    let now = cx.net.world().unix_seconds();
    let day = |at: i64| Timestamp::from_second(at).map(|t| t.strftime("%-d %B %Y").to_string()).unwrap_or_default();
    let (since, until) = (domain.when("registration"), domain.when("expiration"));
    let known = &cx.know.registries;
    let age = since.map(|s| (now - s) / DAY).filter(|days| *days >= 0);
    let left = until.map(|u| (u - now).div_euclid(DAY));
    let id = match (domain.held(), left, age) {
        (Some(_), _, _) if own => "dns.registration.held",
        (Some(_), _, _) => "dns.registration.held-theirs",
        (_, Some(left), _) if left < 0 => "dns.registration.expired",
        (_, _, Some(age)) if age < known.young_days => "dns.registration.young",
        (_, Some(left), _) if left < known.soon_days => "dns.registration.ends-soon",
        (_, _, Some(_)) => "dns.registration.known",
        // Some registries give no dates to the public.
        _ => "dns.registration.undated",
    };
    let told = |at: Option<i64>| at.map_or_else(|| "a day that is not public".to_owned(), day);
    found(id)
        .arg("since", told(since))
        .arg("until", told(until))
        .arg("days", age.unwrap_or_default())
        .arg("left", left.unwrap_or_default())
        .arg("status", clean_line(domain.held().unwrap_or(registered), 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_states_are_read_however_a_registry_writes_them() {
        let text = r#"{"objectClassName":"domain","status":["active","Client Hold"],"events":[
            {"eventAction":"last changed","eventDate":"2026-01-01T00:00:00Z"},
            {"eventAction":"registration","eventDate":"1997-09-15T04:00:00.123+02:00"}],"entities":[{"roles":["registrar"]}]}"#;
        let domain: Domain = serde_json::from_str(text).expect("it is read");
        assert_eq!(domain.when("registration"), Some(874_288_800));
        assert_eq!((domain.when("expiration"), domain.held()), (None, Some("Client Hold")));
    }
}
