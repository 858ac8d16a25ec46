//! A line that loses packets: a call that had to be repeated takes a second or more longer than its fellows.

use tokio::time::Instant;

use super::chain::{Tried, Way};
use crate::check::Context;
use crate::check::tools::Host;
use crate::net::{Dialogue, Open};
use crate::transcript::{Finding, Role, Security};

/// The first call is repeated after a second (RFC 6298 §2.1), less what a clock may be off.
const REPEATED_MS: u128 = 950;
/// How many more connections are made where one had to be repeated.
const MORE: usize = 4;

/// Looks closer where a connection took as long as a repeated call takes; nobody is troubled where none did.
pub(super) async fn look(cx: &Context, hosts: &[Host], tries: &[Tried]) {
    let slow = tries.iter().filter(|t| t.way == Way::Open && t.opened_ms.is_some_and(|ms| ms >= REPEATED_MS));
    let Some(slowest) = slow.max_by_key(|t| t.opened_ms) else { return };
    let Some(host) = hosts.get(slowest.host) else { return };
    let mut took: Vec<u128> = slowest.opened_ms.into_iter().collect();
    let mut evidence = vec![slowest.evidence];
    let mut unanswered = 0;
    for _ in 0..MORE {
        let began = Instant::now();
        let connected = cx.net.connect(&cx.rec, &host.name, slowest.address, cx.case.source).await;
        let Ok((wire, seen)) = connected else {
            unanswered += 1;
            continue;
        };
        took.push(began.elapsed().as_millis());
        evidence.push(seen);
        let open = Open {
            server: host.name.clone(),
            address: slowest.address,
            security: Security::None,
            source: cx.case.source,
            role: Role::Control,
            strict: false,
        };
        // A port that begins with TLS says nothing now, and is not waited for.
        if host.security != Security::Tls
            && slowest.address.port() != 465
            && let Ok((dialogue, _)) = Dialogue::over(&cx.net, &cx.rec, open, (wire, seen)).await
        {
            dialogue.quit().await;
        }
    }
    let fastest = took.iter().min().copied().unwrap_or(0);
    // A line that is slow every time is slow, and loses nothing.
    let repeated = took.iter().filter(|ms| **ms >= fastest + REPEATED_MS).count() + unanswered;
    if repeated == 0 {
        return;
    }
    let mut found = Finding::new("connectivity.lossy")
        .arg("server", &host.name)
        .arg("repeated", repeated)
        .arg("count", took.len() + unanswered)
        .arg("fastest", fastest)
        .arg("slowest", took.iter().max().copied().unwrap_or(0));
    found.evidence = evidence;
    cx.found(found);
}
