//! Models made by hand, after the sketches.

use super::super::super::model::{
    Checked, Checklist, Found, Meant, Next, Note, Rail, RailItem, Row, RowState, Said, StepView, Way, Why,
};
use super::super::super::theme::Mark;
use super::super::transcript::LensView;
use crate::transcript::{EvidenceId, StepId};

pub(super) fn rail() -> Rail {
    let item = |mark, number, title: &str| RailItem { mark, number, title: title.to_owned(), here: mark == Mark::Busy };
    Rail {
        path: vec![
            item(Mark::Fault, 6, "Error message"),
            item(Mark::Busy, 11, "Blocklists"),
            item(Mark::Waiting, 10, "Provider"),
        ],
        rest: vec![
            item(Mark::Fine, 1, "Recipient"),
            item(Mark::Skipped, 2, "Content"),
            item(Mark::Skipped, 3, "Settings"),
            item(Mark::Fine, 4, "Connectivity"),
            item(Mark::Unknown, 5, "Server status"),
            item(Mark::Skipped, 7, "Firewall"),
            item(Mark::Skipped, 8, "Authentication"),
            item(Mark::Note, 9, "DNS"),
            item(Mark::Skipped, 12, "Load"),
            item(Mark::Skipped, 13, "Escalate"),
        ],
    }
}

pub(super) fn blocklists() -> StepView {
    let row = |label: &str, mark, text: &str, ms, finding| Row {
        mark,
        label: label.to_owned(),
        text: text.to_owned(),
        ms: Some(ms),
        state: RowState::Ended,
        finding: Some(EvidenceId(finding)),
        kind: text.to_owned(),
    };
    let running = Row {
        state: RowState::Running { since_ms: 400 },
        ms: None,
        finding: None,
        ..row("41 more", Mark::Busy, "still asking", 0, 0)
    };
    StepView {
        number: 11,
        title: "Blocklists".to_owned(),
        why: "Some receivers refuse mail from addresses that are on a public list of spam senders. mx1.example.org named \
              such a list: we ask it, and the others, about 198.51.100.7."
            .to_owned(),
        rows: vec![
            row("Spamhaus ZEN", Mark::Fault, "listed: XBL, 127.0.0.4", 31, 40),
            row("SpamCop", Mark::Fine, "not listed", 48, 41),
            row("Barracuda", Mark::Unknown, "refuses our resolver", 12, 42),
            row("UCEPROTECT-1", Mark::Fine, "not listed", 1770, 43),
            running,
        ],
        folded: true,
        notes: vec![Note {
            mark: Mark::Fault,
            text: "198.51.100.7 is on XBL: Spamhaus saw it send spam or act like an infected machine. This explains the \
                   554 at RCPT."
                .to_owned(),
            finding: EvidenceId(40),
        }],
        fix: Vec::new(),
        whose: Some("you".to_owned()),
        ended: true,
        next: Some(Next {
            to: "Provider".to_owned(),
            because: "the listing is confirmed (ZEN 127.0.0.4 and the 554 at RCPT name the same list)".to_owned(),
            others: ["DNS", "Load", "stop and report"].map(str::to_owned).to_vec(),
        }),
        wire: dialogue(),
        ..StepView::default()
    }
}

pub(super) fn dialogue() -> Vec<Said> {
    let said = |at, way, tls, text: &str, more| Said {
        at,
        way,
        tls,
        text: text.to_owned(),
        more,
        host: "mx1.example.org 192.0.2.25:25".to_owned(),
        first: at == 0,
        control: false,
        id: EvidenceId(u32::try_from(at).unwrap_or(0)),
    };
    let refused = "554 5.7.1 Service unavailable; Client host [198.51.100.7] blocked using zen.spamhaus.org; \
                   https://check.spamhaus.org/query/ip/198.51.100.7";
    vec![
        said(0, Way::Event, false, "connected from 198.51.100.7", 0),
        said(31, Way::In, false, "220 mx1.example.org ESMTP Postfix", 0),
        said(31, Way::Out, false, "EHLO client.example.net", 0),
        said(62, Way::In, false, "250-mx1.example.org", 8),
        said(63, Way::Out, false, "STARTTLS", 0),
        said(95, Way::In, false, "220 2.0.0 Ready to start TLS", 0),
        said(160, Way::Event, true, "TLS 1.3, certificate mx1.example.org, valid until 2027-02-11", 0),
        said(161, Way::Out, true, "MAIL FROM:<alice@example.net>", 0),
        said(192, Way::In, true, "250 2.1.0 Ok", 0),
        said(192, Way::Out, true, "RCPT TO:<bob@example.org>", 0),
        said(224, Way::In, true, refused, 0),
        said(225, Way::Out, true, "QUIT", 0),
    ]
}

/// The lens over some lines.
pub(super) fn lens<'a>(lines: &'a [Said], meant: &'a [Meant]) -> LensView<'a> {
    LensView { lines, cursor: 10, whole: &[], meant, scroll: 0 }
}

/// What the line that is lit means.
pub(super) fn meant() -> Vec<Meant> {
    let meant = |what: &str, says: &str, source: &str| Meant {
        what: what.to_owned(),
        says: says.to_owned(),
        source: source.to_owned(),
    };
    vec![
        meant("554", "the transaction failed", "RFC 5321 4.2.3"),
        meant("5.7.1", "delivery not authorised; alone it says little", "RFC 3463 3.8"),
        meant(
            "phrase",
            "\"Client host … blocked using zen.spamhaus.org\": a blocklist, Postfix's wording. Said at RCPT, but about \
                 the connecting address.",
            "",
        ),
    ]
}

pub(super) fn found() -> Found {
    let why = |says: &str| Why { says: says.to_owned(), evidence: vec![EvidenceId(40)] };
    Found {
        headline: "Your server's address is on a spam blocklist.".to_owned(),
        certainty: "confirmed".to_owned(),
        mark: Some(Mark::Fault),
        explained: vec![
            "mx1.example.org refused the mail because Spamhaus lists 198.51.100.7 (XBL). Bob's address and your settings are fine."
                .to_owned(),
        ],
        todo: [
            "Find what sends spam from 198.51.100.7 and stop it (often one machine).",
            "Ask Spamhaus to remove it: https://check.spamhaus.org",
        ]
        .map(str::to_owned)
        .to_vec(),
        whose: "you".to_owned(),
        waiting: "does not help".to_owned(),
        pair: None,
        proof: vec![
            why("ZEN answers 127.0.0.4 for 198.51.100.7, and nothing for 198.51.100.8"),
            why("554 at RCPT names the same list"),
        ],
        also: vec![why("no DMARC record for example.net: not the cause, worth a look")],
        step: Some((StepId::from("blocklists"), "Blocklists".to_owned())),
        ..Found::default()
    }
}

pub(super) fn checklist() -> Checklist {
    let steps = [
        "recipient",
        "content",
        "settings",
        "connectivity",
        "server-status",
        "error-message",
        "firewall",
        "authentication",
        "dns",
        "provider",
        "blocklists",
        "load",
        "escalate",
    ];
    let row = |(number, step): (u8, &&str)| {
        let (mark, result, signed) = match number {
            1 => (Mark::Fine, "RCPT 250, random 550, no catch-all", "jd 14:02"),
            3 => (Mark::Note, "465 TLS ok · 587 STARTTLS ok · 25 open", "jd 14:03 note"),
            4 => (Mark::Fine, "2 MX × v4 v6, 4 of 4, 31–48 ms", "jd 14:03"),
            5 => (Mark::Fault, "mx2 greets with 421 4.3.2", ""),
            _ => (Mark::Waiting, "", ""),
        };
        Checked {
            mark,
            number,
            step: StepId::from(*step),
            result: result.to_owned(),
            took: "31 ms".to_owned(),
            signed: signed.to_owned(),
        }
    };
    Checklist {
        rows: (1..).zip(&steps).map(row).collect(),
        detail: [
            "mx2.example.net: 421 4.3.2 System not accepting network messages (2 of 2)",
            "mx1.example.net: 220 in 31 ms",
        ]
        .map(str::to_owned)
        .to_vec(),
    }
}
