//! The same cases, asked of mail-auth over a DNS server on loopback.

use std::net::SocketAddr;
use std::sync::Arc;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::name::PTR;
use hickory_resolver::proto::rr::rdata::{A, AAAA, MX, TXT};
use hickory_resolver::proto::rr::{Name, RData};
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{MessageAuthenticator, SpfResult};

use crate::dns_server::{DnsServer, code, records};
use crate::{Case, Zone, sets};

fn answer(zone: &Zone, question: &Message) -> Message {
    let query = &question.queries[0];
    let name = query.name().to_string().trim_end_matches('.').to_ascii_lowercase();
    if zone.mute.contains(&name) {
        return code(question, ResponseCode::ServFail);
    }
    let rtype = query.query_type().to_string();
    let Some(found) = zone.records.get(&(name.clone(), rtype.clone())) else {
        let known = zone.names.contains(&name);
        return code(question, if known { ResponseCode::NoError } else { ResponseCode::NXDomain });
    };
    let host = |text: &str| Name::from_ascii(format!("{}.", text.trim_end_matches('.'))).expect("a name");
    records(
        question,
        found.iter().map(|data| match rtype.as_str() {
            "TXT" => RData::TXT(TXT::from_bytes(data.as_bytes().chunks(255).collect())),
            "A" => RData::A(A(data.parse().expect("IPv4"))),
            "AAAA" => RData::AAAA(AAAA(data.parse().expect("IPv6"))),
            "PTR" => RData::PTR(PTR(host(data))),
            _ => {
                let (preference, exchange) = data.split_once(' ').expect("a host");
                RData::MX(MX::new(preference.parse().expect("a number"), host(exchange)))
            }
        }),
    )
}

fn asking(server: SocketAddr) -> MessageAuthenticator {
    let mut udp = ConnectionConfig::udp();
    let mut tcp = ConnectionConfig::tcp();
    (udp.port, tcp.port) = (server.port(), server.port());
    let servers = vec![NameServerConfig::new(server.ip(), true, vec![udp, tcp])];
    let config = ResolverConfig::from_parts(None, Vec::new(), servers);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    builder.options_mut().cache_size = 0;
    builder.options_mut().attempts = 0;
    MessageAuthenticator(builder.build().expect("a resolver"))
}

async fn theirs(oracle: &MessageAuthenticator, case: &Case) -> (&'static str, Option<String>) {
    let (_, sender) = case.asked();
    let params = if case.from.is_empty() {
        SpfParameters::verify_ehlo(case.ip.to_canonical(), &case.helo, "unknown")
    } else {
        SpfParameters::verify_mail_from(case.ip.to_canonical(), &case.helo, "unknown", &sender)
    };
    let output = oracle.check_host(params.into()).await;
    let result = match output.result() {
        SpfResult::Pass => "pass",
        SpfResult::Fail => "fail",
        SpfResult::SoftFail => "softfail",
        SpfResult::Neutral => "neutral",
        SpfResult::TempError => "temperror",
        SpfResult::PermError => "permerror",
        SpfResult::None => "none",
    };
    (result, output.explanation().map(str::to_owned))
}

#[tokio::test]
async fn mail_auth_judges_every_case_alike_but_for_those_where_it_is_known_to_differ() {
    let mut apart = Vec::new();
    let (mut count, mut known) = (0, 0);
    for set in sets() {
        let zone = Arc::new(Zone::read(&set.zone));
        let served = Arc::clone(&zone);
        let server = DnsServer::start(move |question, _| Some(answer(&served, question))).await;
        let oracle = asking(server.address);
        for case in &set.cases {
            count += 1;
            let (result, says) = theirs(&oracle, case).await;
            let expected = case.oracle.as_deref().unwrap_or(&case.want);
            known += usize::from(case.oracle.is_some());
            if expected != "*" && result != expected {
                apart.push(format!(
                    "{}: {}: RFC {}, expected of mail-auth {expected}, it says {result}",
                    set.about, case.is, case.want
                ));
            }
            let wanted = case.says.as_deref().filter(|s| !s.is_empty() && case.oracle.is_none() && !case.words_apart);
            if wanted.is_some() && wanted != says.as_deref() {
                apart.push(format!("{}: {}: it says {says:?}", set.about, case.is));
            }
        }
    }
    assert!(apart.is_empty(), "{} of {count}:\n{}", apart.len(), apart.join("\n"));
    assert!(known * 3 < count, "{known} of {count} differ: that is no oracle");
}
