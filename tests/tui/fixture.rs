//! A guide and a walk of our own: screens drawn from them change only when the drawing does.

use std::collections::BTreeMap;
use std::sync::Arc;

use heloise::guide::Guide;
use heloise::run::SavedSession;
use heloise::transcript::{
    Case, CommandFact, ConnectFact, ConnectOutcome, Consent, DnsFact, DnsOutcome, DnsRecord, Entry, EvidenceId, Fact,
    Finding, Mode, Reply, Role, RunId, Stage, StepStatus,
};

const STEPS: &[(&str, u8, &str, &str)] = &[
    (
        "recipient",
        1,
        "Recipient",
        "checks = [\"recipient\"]\n[[branch]]\nid = \"listed\"\nwhen = { finding = [\"recipient.refused\"] }\nto = \"blocklists\"\nbecause = \"{server} named a list of bad senders\"\n",
    ),
    ("connectivity", 4, "Connectivity", "consent = [\"connect\"]\n"),
    ("authentication", 8, "Authentication", ""),
    ("dns", 9, "DNS", ""),
    ("provider", 10, "Provider", ""),
    (
        "blocklists",
        11,
        "Blocklists",
        "checks = [\"blocklists\"]\n[[question]]\nfield = \"ip\"\nask = \"Which address does your mail go out from?\"\nexample = \"192.0.2.25\"\n[[question]]\nfield = \"helo\"\nask = \"Which name does your server greet with?\"\n[[branch]]\nid = \"found\"\nwhen = { finding = [\"blocklists.listed\"] }\nto = \"provider\"\nbecause = \"the listing is confirmed\"\n",
    ),
    ("escalate", 13, "Escalate", ""),
];

const FINDINGS: &str = r#"
[[finding]]
id = "recipient.refused"
level = "fail"
short = "refused {codes}"
says = "{server} refused this address: {codes}."
fix = ["Read what the answer says."]
source = "RFC 5321 section 4.2"
weighs = [{ cause = "blocklist", kind = "ip-listed", db = 15 }]

[[finding]]
id = "recipient.reached"
level = "ok"
says = "The server can be reached."
source = "RFC 5321"
weighs = [{ cause = "network", db = -20 }]

[[finding]]
id = "blocklists.listed"
level = "fail"
short = "listed: {answer}"
says.plain = "{ip} is on {list}, which many receivers use."
says.admin = "{ip} is listed at {list}: {answer}."
fix = ["Find what sends unwanted mail from {ip}, and stop it.", "Then ask {list} to remove it: https://check.example.org/"]
who = "you"
source = "RFC 5782"
weighs = [{ cause = "blocklist", kind = "ip-listed", db = 30, proof = true }]

[[finding]]
id = "blocklists.clean"
level = "ok"
short = "not listed"
says = "{ip} is not on {list}."
source = "RFC 5782"

[[finding]]
id = "blocklists.refused"
level = "unknown"
short = "refuses our resolver"
says = "{list} could not be asked: it refuses our resolver."
source = "RFC 5782"
"#;

const CAUSES: &str = r#"
[[cause]]
id = "blocklist"
title = "Blocklist"
who = "you"
waiting = "does not help"
step = "blocklists"
source = "RFC 5782"
says = "The address that the mail comes from has a bad name."
headline = "The address your mail comes from has a bad reputation."
fix = ["Ask the list to remove it."]

[[cause.kind]]
id = "ip-listed"
who = "you"
source = "RFC 5782"
headline = "Your server's address {ip} is on a spam blocklist."
fix = ["Find what sends unwanted mail from it, and stop that first.", "Then ask the list to remove the address: https://check.example.org/"]

[[cause]]
id = "network"
title = "Network"
who = "network"
waiting = "may help"
step = "connectivity"
source = "RFC 5321"
says = "The way to the server is blocked."
headline = "The server cannot be reached."
fix = ["Ask whoever runs the network."]
"#;

const CODES: &str = r#"
[[code]]
code = 554
headline = true
says = "The server refuses to take this mail."
cause = "blocklist"
db = 3
source = "RFC 5321 section 4.2.3"
"#;

const ENHANCED: &str = r#"
[[enhanced]]
code = "x.7.1"
name = "Delivery not authorized"
says = "The server refuses by a rule; the code does not say which."
source = "RFC 3463 section 3.8"
"#;

const PHRASES: &str = r#"
[[phrase]]
id = "named-list"
by = "postfix"
text = 'blocked using (?<list>[a-z.]+)'
cause = "blocklist"
kind = "ip-listed"
db = 25
source = "test"
sample = "blocked using list.example.org"
"#;

pub(crate) fn guide() -> Arc<Guide> {
    let start = "[[rule]]\nid = \"else\"\nto = \"recipient\"\nbecause = \"you have an address\"\n";
    let mut files = BTreeMap::from([
        ("guide/findings/all.toml".to_owned(), FINDINGS.to_owned()),
        ("guide/causes.toml".to_owned(), CAUSES.to_owned()),
        ("guide/start.toml".to_owned(), start.to_owned()),
        ("codes/reply-codes.toml".to_owned(), CODES.to_owned()),
        ("codes/enhanced.toml".to_owned(), ENHANCED.to_owned()),
        ("codes/phrases-10.toml".to_owned(), PHRASES.to_owned()),
    ]);
    for (id, number, title, rest) in STEPS {
        let why = format!(
            "why = {{ plain = \"What {title} is about, in plain words that fill more than a line on a small screen. There is a second sentence, too.\", admin = \"{title}, for admins.\" }}"
        );
        let text = format!(
            "id = \"{id}\"\nnumber = {number}\ntitle = \"{title}\"\n{why}\nsource = \"test\"\n{rest}\n[[branch]]\nid = \"rest\"\nto = \"next\"\nbecause = \"nothing seen here points elsewhere\"\n"
        );
        files.insert(format!("guide/steps/{number:02}-{id}.toml"), text);
    }
    Arc::new(Guide::from_files(files).expect("the guide"))
}

const SERVER: &str = "mx1.example.org";

fn said(run: RunId, stage: Stage, line: Option<&str>, code: u16, text: &[&str], role: Role) -> Vec<Fact> {
    let address = "192.0.2.25:25".parse().expect("an address");
    let command =
        |line: &str| CommandFact { server: SERVER.to_owned(), address, stage, line: line.to_owned(), tls: false, role };
    let sent = line.map(|l| Fact::Sent { run, command: command(l) });
    let reply = Reply {
        server: SERVER.to_owned(),
        address: Some(address),
        stage: Some(stage),
        code,
        enhanced: text[0].split(' ').next().and_then(|w| w.parse().ok()),
        text: text.iter().map(|t| (*t).to_owned()).collect(),
        rtt_ms: 31,
        tls: false,
        role,
    };
    sent.into_iter().chain([Fact::Received { run, reply }]).collect()
}

fn asked(run: RunId, name: &str, listed: bool) -> Fact {
    let records = if listed { vec![DnsRecord::Address([127, 0, 0, 4].into())] } else { Vec::new() };
    let outcome = if listed { DnsOutcome::Found } else { DnsOutcome::NxDomain };
    let dns = DnsFact {
        name: name.to_owned(),
        rtype: "A".to_owned(),
        server: None,
        outcome,
        records,
        ttl: None,
        detail: None,
        ms: 12,
    };
    Fact::Dns { run, dns }
}

/// A walk from a refusal to the list that was behind it.
pub(crate) fn session(mode: Mode) -> SavedSession {
    let case = Case {
        from: Some("alice@example.net".to_owned()),
        to: vec!["bob@example.org".to_owned()],
        ip: Some([198, 51, 100, 7].into()),
        ..Case::new()
    };
    let went = |from: Option<&str>, to: &str, because: &str| Fact::Went {
        from: from.map(Into::into),
        to: Some(to.into()),
        rule: "test".to_owned(),
        because: because.to_owned(),
    };
    let run = RunId(0);
    let mut facts = vec![
        Fact::Began { version: "0".to_owned(), unix_ms: 1_795_190_405_000, mode },
        Fact::Entered { case: Box::new(case) },
    ];
    let all = [Consent::Connect, Consent::Rcpt, Consent::Blocklists, Consent::Http];
    facts.extend(all.map(|what| Fact::Consented { what, granted: true }));
    facts.push(went(None, "recipient", "you have an address"));
    facts.push(Fact::Started { run, step: "recipient".into(), check: "recipient".to_owned() });
    let connect = ConnectFact {
        server: SERVER.to_owned(),
        address: "192.0.2.25:25".parse().expect("an address"),
        local: None,
        outcome: ConnectOutcome::Open,
        icmp: None,
        reason: None,
        ms: 20,
    };
    facts.push(Fact::Connect { run, connect });
    facts.extend(said(run, Stage::Greeting, None, 220, &["mx1.example.org ESMTP Postfix"], Role::Case));
    let offers = ["mx1.example.org", "PIPELINING", "SIZE 10485760"];
    facts.extend(said(run, Stage::Ehlo, Some("EHLO client.example.net"), 250, &offers, Role::Case));
    facts.extend(said(run, Stage::Mail, Some("MAIL FROM:<alice@example.net>"), 250, &["2.1.0 Ok"], Role::Case));
    let no = ["5.7.1 Service unavailable; Client host [198.51.100.7] blocked using list.example.org"];
    facts.extend(said(run, Stage::Rcpt, Some("RCPT TO:<bob@example.org>"), 554, &no, Role::Case));
    let made_up = "RCPT TO:<no-such-4711@example.org>";
    facts.extend(said(run, Stage::Rcpt, Some(made_up), 250, &["2.1.5 Ok"], Role::Control));
    facts.extend(said(run, Stage::Quit, Some("QUIT"), 221, &["2.0.0 Bye"], Role::Case));
    let reply = facts.iter().rposition(|f| matches!(f, Fact::Received { reply, .. } if reply.code == 554));
    let id = |at: Option<usize>| EvidenceId(u32::try_from(at.expect("it is there")).expect("a number"));
    let refused = Finding::new("recipient.refused").arg("server", SERVER).arg("codes", "554 5.7.1");
    let probe = format!("{SERVER}:25");
    facts.push(Fact::Found { run, finding: refused.ends(&probe, 31).shown_by(id(reply)) });
    facts.push(Fact::Found { run, finding: Finding::new("recipient.reached") });
    facts.push(Fact::Ended { run });
    facts.push(Fact::StepEnded { step: "recipient".into(), status: StepStatus::Fail });
    let run = RunId(1);
    facts.push(went(Some("recipient"), "blocklists", "mx1.example.org named a list of bad senders"));
    facts.push(Fact::Started { run, step: "blocklists".into(), check: "blocklists".to_owned() });
    facts.push(asked(run, "7.100.51.198.list.example.org", true));
    let listing = facts.len() - 1;
    facts.push(asked(run, "1.0.0.127.list.example.org", false));
    let about =
        |id: &str, list: &str| Finding::new(id).arg("ip", "198.51.100.7").arg("list", list).arg("answer", "127.0.0.4");
    let listed = about("blocklists.listed", "list.example.org").ends("list.example.org", 31);
    facts.push(Fact::Found { run, finding: listed.shown_by(id(Some(listing))) });
    facts
        .push(Fact::Found { run, finding: about("blocklists.refused", "shy.example.org").ends("shy.example.org", 12) });
    for n in 1..=24_u32 {
        let list = format!("list{n}.example.net");
        facts.push(Fact::Found { run, finding: about("blocklists.clean", &list).ends(&list, 40 + n) });
    }
    facts.push(Fact::Ended { run });
    facts.push(Fact::StepEnded { step: "blocklists".into(), status: StepStatus::Fail });
    facts.push(Fact::Proposed {
        from: "blocklists".into(),
        to: Some("provider".into()),
        rule: "test".to_owned(),
        because: "the listing is confirmed (127.0.0.4, and the 554 at RCPT names the same list)".to_owned(),
    });
    let entries = (0..).zip(facts).map(|(at, fact)| Entry { at: at * 31, fact }).collect();
    SavedSession { id: "fixture".to_owned(), entries }
}
