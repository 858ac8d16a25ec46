//! The desk: one table of all records, in every report, with lines that can be copied.

use std::sync::Arc;

use heloise::check::Knowledge;
use heloise::net::Trust;
use heloise::practice::Practice;
use heloise::report::{self, DeskRow};
use heloise::run::{Plan, Session, Setup, walk_alone};
use heloise::transcript::{Consent, Level, StepId};

use crate::{case, guide, world};

const ZONE: &str = "example.net:\n@ NS ns1\n@ MX 10 mail\n@ TXT \"v=spf1 ipv4:198.51.100.7 -all\"\n_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:d@example.net\"\nns1 A 198.51.100.53\nmail A 198.51.100.25\n100.51.198.in-addr.arpa:\n7 PTR mail.example.net.\n";

async fn walked() -> Session {
    let (guide, practice) = (guide(), Practice::start(&world(ZONE)).await.expect("the world comes up"));
    let setup = Setup {
        know: Arc::new(Knowledge::load(|name| guide.file(name)).expect("the knowledge")),
        guide,
        world: practice.world(),
        trust: Trust::only(practice.ca_pem()).expect("a CA"),
        store: None,
    };
    let consents = Consent::ALL.into_iter().collect();
    walk_alone(setup, case(), None, consents, Plan::Steps(vec![StepId::new("dns")]), |_| ()).await
}

fn rows(session: &Session) -> Vec<DeskRow> {
    report::desk(session.guide(), session.walk().transcript())
}

#[tokio::test]
async fn every_record_has_its_row_and_what_is_wrong_has_a_line_to_publish() {
    let session = walked().await;
    let rows = rows(&session);
    let sorts: Vec<&str> = rows.iter().map(|r| r.record.as_str()).collect();
    assert_eq!(
        sorts,
        ["PTR", "SPF", "MX", "NS", "DNSSEC", "HELO", "DKIM", "DMARC", "MTA-STS", "TLS-RPT"],
        "what is wrong first"
    );
    let row = |sort: &str| rows.iter().find(|r| r.record == sort).expect("a row");
    assert_eq!(row("MX").says, "10 mail.example.net.");
    assert_eq!((row("SPF").level, row("SPF").says.as_str()), (Level::Fail, "v=spf1 ipv4:198.51.100.7 -all"));
    assert_eq!(row("SPF").publish.as_deref(), Some("example.net. IN TXT \"v=spf1 ip4:198.51.100.7 -all\""));
    assert_eq!((row("PTR").level, row("PTR").owner.as_str()), (Level::Fail, "198.51.100.7"));
    assert_eq!(row("DMARC").level, Level::Ok);
    assert!(rows.iter().all(|r| !r.says.is_empty() && !r.findings.is_empty()), "{rows:#?}");
}

#[tokio::test]
async fn the_same_table_stands_in_text_and_json_and_the_lines_to_copy_are_whole() {
    let session = walked().await;
    let (guide, transcript) = (session.guide(), session.walk().transcript());
    let line = "example.net. IN TXT \"v=spf1 ip4:198.51.100.7 -all\"";
    let text = report::desk_text(&rows(&session), false, 60);
    assert!(text.lines().any(|l| l == line), "{text}");
    let is_fitting = |l: &str| l.chars().count() <= 60 || l == line;
    assert!(text.lines().all(is_fitting), "{text}");
    assert!(report::text(guide, transcript, false).lines().any(|l| l.trim() == line));
    let json = serde_json::to_value(report::report(guide, transcript)).expect("JSON");
    let records = json["records"].as_array().expect("records");
    assert!(
        records.iter().any(|r| r["record"] == "SPF" && r["publish"] == line && r["severity"] == "fail"),
        "{records:#?}"
    );
}
