//! The cases, and what is to be said of each.

use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use hickory_resolver::proto::rr::RecordType;
use serde_json::Value;

use crate::servers::{DENYING, FRESH, Names, PORTAL, REFUSING, RESOLVER, asks};

/// One check, and what is expected of it.
struct Case {
    name: &'static str,
    resolver: &'static str,
    args: &'static [&'static str],
    /// `no-fault-found`, `fault-found` or `inconclusive`.
    verdict: &'static str,
    /// The kind of the first cause; none where it does not matter.
    kind: Option<&'static str>,
    /// Findings that are there.
    has: &'static [&'static str],
    /// Findings that are not; a star at the end stands for any rest.
    lacks: &'static [&'static str],
}

/// What nothing may be said to be where it only got no answer.
const ACCUSATIONS: &[&str] = &[
    "recipient.domain.n*",
    "recipient.domain.unregistered",
    "recipient.mx.unresolved",
    "recipient.mx.none-usable",
    "dns.nxdomain",
    "dns.sender.nxdomain",
    "dns.sender.no-m*",
    "dns.mx.*",
    "dns.ptr.none",
    "dns.ptr.mismatch",
    "dns.spf.none",
    "dns.spf.not-covered",
    "dns.dmarc.none",
    "dns.dnssec.bogus",
    "dns.authority.*",
    "blocklists.ip.listed*",
    "blocklists.domain.listed*",
];

macro_rules! of {
    ($domain:literal $(, $more:literal)*) => {
        &["--from", concat!("alice@", $domain), "--steps", "dns" $(, $more)*]
    };
}

const CASES: &[Case] = &[
    Case {
        name: "a signed zone that is well",
        resolver: RESOLVER,
        args: of!("well.com", "--ip", "5.9.1.10"),
        verdict: "no-fault-found",
        kind: None,
        has: &["dns.dnssec.secure", "dns.authority.ok", "dns.spf.covers", "dns.ptr.ok", "dns.sender.mx-ok"],
        lacks: &["dns.dnssec.bogus", "dns.dnssec.unsigned"],
    },
    Case {
        name: "an unsigned zone that is well",
        resolver: RESOLVER,
        args: of!("plain.com", "--ip", "5.9.1.10"),
        verdict: "no-fault-found",
        kind: None,
        has: &["dns.dnssec.unsigned", "dns.authority.ok"],
        lacks: &["dns.dnssec.bogus"],
    },
    Case {
        name: "signatures that ran out",
        resolver: RESOLVER,
        args: &["--to", "bob@expired.com"],
        verdict: "fault-found",
        kind: Some("servfail"),
        has: &["dns.dnssec.bogus"],
        lacks: &["recipient.domain.no-mail"],
    },
    Case {
        name: "another key than the parent names",
        resolver: RESOLVER,
        args: of!("other-key.com"),
        verdict: "fault-found",
        kind: Some("servfail"),
        has: &["dns.dnssec.bogus"],
        lacks: &["dns.sender.no-mail", "dns.spf.none"],
    },
    Case {
        name: "a zone that its only server does not keep",
        resolver: RESOLVER,
        args: &["--to", "bob@lame.com"],
        verdict: "fault-found",
        kind: Some("servfail"),
        has: &["recipient.domain.servfail"],
        lacks: &["recipient.domain.n*", "dns.dnssec.bogus"],
    },
    Case {
        name: "one server of two that does not keep the zone",
        resolver: RESOLVER,
        args: of!("one-lame.com"),
        verdict: "fault-found",
        kind: Some("servfail"),
        has: &["dns.authority.lame"],
        lacks: &["dns.authority.ok", "dns.authority.silent"],
    },
    Case {
        name: "one server of two that says nothing",
        resolver: RESOLVER,
        args: of!("one-silent.com", "--timeout", "4"),
        verdict: "fault-found",
        kind: Some("dns-timeout"),
        has: &["dns.authority.silent"],
        lacks: &["dns.authority.ok", "dns.authority.lame"],
    },
    Case {
        name: "one server of two at an older state",
        resolver: RESOLVER,
        args: of!("apart.com"),
        verdict: "fault-found",
        kind: Some("stale-dns"),
        has: &["dns.authority.apart"],
        lacks: &["dns.authority.ok", "dns.authority.apart-spf"],
    },
    Case {
        name: "an answer of old in the resolver",
        resolver: RESOLVER,
        args: of!("moved.com"),
        verdict: "fault-found",
        kind: Some("stale-dns"),
        has: &["dns.authority.stale"],
        lacks: &["dns.authority.apart"],
    },
    Case {
        name: "the same through a resolver that knows nothing of old",
        resolver: FRESH,
        args: of!("moved.com"),
        verdict: "no-fault-found",
        kind: None,
        has: &["dns.authority.ok"],
        lacks: &["dns.authority.stale"],
    },
    Case {
        name: "a domain without mail that sends",
        resolver: RESOLVER,
        args: of!("no-mail.com"),
        verdict: "fault-found",
        kind: Some("sender-domain-broken"),
        has: &["dns.sender.no-mail"],
        lacks: &["dns.sender.nxdomain"],
    },
    Case {
        name: "an SPF record that names too many hosts that are not there",
        resolver: RESOLVER,
        args: of!("voids.com"),
        verdict: "fault-found",
        kind: Some("spf-broken"),
        has: &["dns.spf.too-many-voids"],
        lacks: &["dns.spf.ok"],
    },
    Case {
        name: "a sending address whose name leads elsewhere",
        resolver: RESOLVER,
        args: of!("plain.com", "--ip", "5.9.1.11"),
        verdict: "fault-found",
        kind: None,
        has: &["dns.ptr.mismatch", "dns.spf.not-covered"],
        lacks: &["dns.ptr.none"],
    },
    Case {
        name: "a resolver that refuses us",
        resolver: REFUSING,
        args: &["--from", "alice@well.com", "--to", "bob@plain.com", "--ip", "5.9.1.10"],
        verdict: "inconclusive",
        kind: Some("resolver-cut-off"),
        has: &["dns.resolver-refuses"],
        lacks: ACCUSATIONS,
    },
    Case {
        name: "a resolver that denies every name",
        resolver: DENYING,
        args: &["--from", "alice@well.com", "--to", "bob@plain.com", "--ip", "5.9.1.10"],
        verdict: "inconclusive",
        kind: Some("resolver-cut-off"),
        has: &["recipient.domain.untold", "dns.denies-all"],
        lacks: ACCUSATIONS,
    },
    Case {
        name: "a resolver that leads every name to a portal",
        resolver: PORTAL,
        args: &[
            "--from",
            "alice@well.com",
            "--to",
            "bob@plain.com",
            "--ip",
            "5.9.1.10",
            "--steps",
            "recipient,firewall,dns,blocklists",
            "--timeout",
            "1",
        ],
        verdict: "inconclusive",
        kind: Some("resolver-cut-off"),
        has: &["recipient.domain.untold", "dns.denies-all"],
        lacks: ACCUSATIONS,
    },
    Case {
        name: "an answer too long for one packet, and TCP blocked behind",
        resolver: "5.9.1.57",
        args: of!("cut.com", "--timeout", "3"),
        verdict: "inconclusive",
        kind: Some("dns-timeout"),
        has: &["dns.truncated"],
        lacks: &["dns.spf.none", "dns.servfail"],
    },
];

/// Runs them, a few at a time, and says of all that went wrong.
pub(crate) fn all(names: &Names) {
    for rtype in [RecordType::MX, RecordType::NS, RecordType::TXT] {
        assert!(asks(RESOLVER, "moved.com.", rtype, Duration::from_secs(5)), "{}", names.logs());
    }
    // With more time than the old one had: even one that was fetched a moment ago has less left.
    names.change("moved.com", "@ MX 10 mx\n", "@ 86400 MX 10 new\nnew A 5.9.1.27\n");
    let wrong: Vec<String> = thread::scope(|scope| {
        let halves = [0, 1, 2]
            .map(|of| scope.spawn(move || CASES.iter().skip(of).step_by(3).filter_map(wrong).collect::<Vec<_>>()));
        halves.into_iter().flat_map(|half| half.join().expect("a case")).collect()
    });
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), names.logs());
}

/// What is wrong with the answer in that case, if anything.
fn wrong(case: &Case) -> Option<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_heloise"))
        .args(["--no-save", "check", "--format", "json", "--resolver", case.resolver])
        .args(case.args)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .expect("heloise runs");
    let Ok(report) = serde_json::from_slice::<Value>(&output.stdout) else {
        return Some(format!("{}: no report: {}", case.name, String::from_utf8_lossy(&output.stderr)));
    };
    let steps = report["steps"].as_array().into_iter().flatten();
    let ids: Vec<&str> = steps
        .flat_map(|step| step["findings"].as_array().into_iter().flatten())
        .filter_map(|finding| finding["id"].as_str())
        .collect();
    let is = |pattern: &str| {
        let found = |id: &&&str| pattern.strip_suffix('*').map_or(**id == pattern, |start| id.starts_with(start));
        ids.iter().find(found).copied()
    };
    let mut faults = Vec::new();
    if report["verdict"] != case.verdict {
        faults.push(format!("verdict {}, not {}", report["verdict"], case.verdict));
    }
    let kind = &report["diagnosis"][0]["kind"];
    faults.extend(case.kind.filter(|wanted| kind != wanted).map(|wanted| format!("kind {kind}, not {wanted}")));
    faults.extend(case.has.iter().filter(|id| is(id).is_none()).map(|id| format!("lacks {id}")));
    faults.extend(case.lacks.iter().filter_map(|id| is(id)).map(|id| format!("has {id}")));
    (!faults.is_empty()).then(|| format!("{}: {}; of {ids:?}", case.name, faults.join("; ")))
}
