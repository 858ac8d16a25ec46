//! Records that no mail needs, and that say something all the same: BIMI, CAA, SRV for submission.

use super::tags::{tags, value};
use crate::check::Context;
use crate::net::RecordType;
use crate::transcript::{AddressFamily, DnsRecord, Finding};

/// Looks at them side by side. That one of them is not there, or not answered, is worth no word.
pub(super) async fn records(cx: &Context, domain: &str) {
    futures_util::join!(bimi(cx, domain), caa(cx, domain), submission(cx, domain));
}

async fn bimi(cx: &Context, domain: &str) {
    let owner = format!("default._bimi.{domain}");
    let (txt, evidence) = cx.net.lookup(&cx.rec, &owner, RecordType::TXT).await;
    if let Some(record) = txt.texts().find(|t| t.trim_start().starts_with("v=BIMI1")) {
        let (read, _) = tags(record);
        let logo = value(&read, "l").unwrap_or_default();
        // An empty one says that there is to be none.
        let good = logo.is_empty() || logo.starts_with("https://");
        let id = if good { "dns.bimi.present" } else { "dns.bimi.bad" };
        let found = Finding::new(id).arg("desk", "BIMI").arg("owner", owner).arg("domain", domain);
        cx.found(found.arg("record", record).arg("term", format!("l={logo}")).shown_by(evidence));
    }
}

async fn caa(cx: &Context, domain: &str) {
    let (caa, evidence) = cx.net.lookup(&cx.rec, domain, RecordType::CAA).await;
    let records: Vec<&str> = caa
        .records
        .iter()
        .filter_map(|r| if let DnsRecord::Other(text) = r { Some(text.as_str()) } else { None })
        .collect();
    if !records.is_empty() {
        let found = Finding::new("dns.caa.present").arg("desk", "CAA").arg("owner", domain).arg("domain", domain);
        cx.found(found.arg("record", records.join(" | ")).shown_by(evidence));
    }
}

/// RFC 6186, RFC 8314 §5.1: where mail programs hand in their mail.
async fn submission(cx: &Context, domain: &str) {
    for service in ["_submissions._tcp", "_submission._tcp"] {
        let owner = format!("{service}.{domain}");
        let (srv, evidence) = cx.net.lookup(&cx.rec, &owner, RecordType::SRV).await;
        for record in srv.records.iter().take(4) {
            let DnsRecord::Other(text) = record else { continue };
            let words: Vec<&str> = text.split_whitespace().collect();
            let [_, _, port, host] = words.as_slice() else { continue };
            let host = host.trim_end_matches('.');
            let found = |id: &str| {
                let desk = Finding::new(id).arg("desk", "SRV").arg("owner", &owner).arg("domain", domain);
                desk.arg("record", text).arg("host", host).arg("port", port).shown_by(evidence)
            };
            // RFC 6186 §3.4: a bare dot says that the service is not there.
            if host.is_empty() {
                continue;
            }
            let answers = cx.net.addresses(&cx.rec, host, AddressFamily::Any).await;
            let dead = answers.iter().all(|(dns, _)| dns.outcome.is_answer() && dns.addresses().next().is_none());
            cx.found(found(if dead { "dns.srv.dead" } else { "dns.srv.submission" }));
        }
    }
}
