//! What is known of the provider whose server was entered, or whose address it is.

use super::attempt::Attempt;
use crate::check::Context;
use crate::check::know::{Login, Provider, SecretKind, Way, spoken};
use crate::net::RecordType;
use crate::transcript::{DnsRecord, EvidenceId, Finding};

/// A provider, and how it was known.
pub(super) struct Known<'a> {
    pub provider: &'a Provider,
    /// The answer that named its mail hosts, where those gave it away.
    pub mx: Option<EvidenceId>,
}

/// The domain of the address that the settings are for: the login name's, else the sender's.
pub(super) fn own_domain(cx: &Context) -> Option<String> {
    let address = own_address(cx)?;
    let domain = address.rsplit_once('@')?.1.trim_end_matches('.');
    idna::domain_to_ascii(domain).ok().filter(|d| d.contains('.'))
}

/// The address that the settings are for.
pub(super) fn own_address(cx: &Context) -> Option<&str> {
    let case = &cx.case;
    let bare = |text: &&str| text.contains('@');
    let user = case.user.as_deref().map(str::trim).filter(bare);
    let from = case.from.as_deref().map(|from| from.trim().trim_start_matches('<').trim_end_matches('>')).filter(bare);
    user.or(from)
}

/// The provider of that domain: by its name, else by the hosts that take its mail in.
pub(super) async fn of_domain<'a>(cx: &'a Context, domain: &str) -> Option<Known<'a>> {
    if let Some(provider) = cx.know.providers.by_domain(domain) {
        return Some(Known { provider, mx: None });
    }
    let (dns, evidence) = cx.net.lookup(&cx.rec, domain, RecordType::MX).await;
    let hosts =
        dns.records.iter().filter_map(|r| if let DnsRecord::Mx { host, .. } = r { Some(host.as_str()) } else { None });
    let hosts: Vec<&str> = hosts.collect();
    let provider = cx.know.providers.by_mx(&hosts)?;
    Some(Known { provider, mx: Some(evidence) })
}

/// Tells what is known, held against what was entered.
pub(super) async fn tell(cx: &Context, server: &str, first: &Attempt) {
    if let Some(provider) = cx.know.providers.by_host(server) {
        return entered(cx, provider, server, first);
    }
    let Some(domain) = own_domain(cx) else { return };
    let Some(known) = of_domain(cx, &domain).await else { return };
    if let Some(closed) = &known.provider.closed {
        if !first.works() {
            cx.found(about("settings.provider.closed", &known, &domain).arg("reason", closed));
        }
        return;
    }
    let id = if first.works() { "settings.provider.elsewhere" } else { "settings.provider.other-host" };
    let way = known.provider.ways.first();
    let mut finding = about(id, &known, &domain)
        .arg("server", server)
        .arg("better_port", way.map_or(587, |w| w.port))
        .arg("better_security", way.map_or("starttls", |w| w.security.as_str()))
        .arg("better_host", &known.provider.host);
    finding.evidence.extend(first.evidence);
    cx.found(finding);
}

/// Somebody's own provider was entered.
fn entered(cx: &Context, provider: &Provider, server: &str, first: &Attempt) {
    let known = Known { provider, mx: None };
    let about = |id: &str| about(id, &known, "").arg("server", server);
    cx.found(about("settings.provider.known"));
    let way = Way { port: first.port, security: first.security };
    if !first.works() && !provider.ways.contains(&way) {
        let mut finding =
            about("settings.provider.other-way").arg("port", first.port).arg("spoken", spoken(first.security));
        finding.evidence.extend(first.evidence);
        cx.found(finding);
    }
    let made_at = provider.made_at.as_deref().unwrap_or("the settings of the account");
    let since = provider.since.as_ref().map(|since| format!("since {since}")).unwrap_or_default();
    if provider.wants_more_than_a_password() {
        let id = match provider.secrets[0] {
            SecretKind::Oauth => "settings.provider.oauth",
            SecretKind::Key => "settings.provider.key",
            _ => "settings.provider.app-password",
        };
        cx.found(about(id).arg("made_at", made_at).arg("detail", since));
    }
    if let Some(what) = &provider.switch_on {
        cx.found(about("settings.provider.switch-on").arg("what", what));
    }
    if let Some(note) = &provider.note {
        cx.found(about("settings.provider.note").arg("note", note));
    }
    let Some(user) = cx.case.user.as_deref().map(str::trim).filter(|u| !u.is_empty()) else { return };
    let whole = user.contains('@');
    let id = match (provider.login, &provider.login_is) {
        (_, Some(fixed)) if fixed != user => "settings.provider.login-fixed",
        (Login::Address, None) if !whole => "settings.provider.login-whole",
        (Login::Local, None) if whole => "settings.provider.login-local",
        _ => return,
    };
    let fixed = provider.login_is.clone().unwrap_or_default();
    cx.found(about(id).arg("user", user).arg("login", fixed));
}

fn about(id: &str, known: &Known, domain: &str) -> Finding {
    let provider = known.provider;
    let mut finding = Finding::new(id)
        .arg("provider", &provider.name)
        .arg("host", &provider.host)
        .arg("ways", provider.ways_spoken())
        .arg("domain", domain)
        .arg("as_of", &provider.as_of);
    finding.evidence.extend(known.mx);
    finding
}
