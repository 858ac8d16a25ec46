//! What SPF asks of the DNS, and how names and networks are compared.

use std::future::Future;
use std::net::IpAddr;

/// What came of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<T> {
    /// Records.
    Found(Vec<T>),
    /// The name exists without such records, or it does not exist: a void lookup.
    Nothing,
    /// It was not answered: why, in a few words.
    Untold(String),
}

/// Where names are looked up. Every name comes without its trailing dot, and may be none that the DNS can hold.
pub trait Lookup: Sync {
    /// The texts of TXT records, the strings of each joined.
    fn txt(&self, name: &str) -> impl Future<Output = Answer<String>> + Send;
    /// A records, or AAAA.
    fn addresses(&self, name: &str, v6: bool) -> impl Future<Output = Answer<IpAddr>> + Send;
    /// The hosts of MX records, the preferred first.
    fn mx(&self, name: &str) -> impl Future<Output = Answer<String>> + Send;
    /// The names of an address.
    fn ptr(&self, ip: IpAddr) -> impl Future<Output = Answer<String>> + Send;
}

/// What is asked of SPF.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The address that sends.
    pub ip: IpAddr,
    /// The domain of MAIL FROM, or the HELO name.
    pub domain: &'a str,
    /// MAIL FROM; `postmaster@` the HELO name where that is judged.
    pub sender: &'a str,
    /// The HELO name.
    pub helo: &'a str,
    /// Seconds since 1970, for `%{t}`.
    pub now: i64,
}

/// Whether a name can be in the DNS by its form (RFC 7208 §4.3).
pub(super) fn can_be_asked(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(|label| (1..=63).contains(&label.len()))
}

/// Whether a name is that domain, or below it.
pub(super) fn is_below(name: &str, domain: &str) -> bool {
    let (name, domain) = (name.trim_end_matches('.'), domain.trim_end_matches('.'));
    let Some(at) = name.len().checked_sub(domain.len()).filter(|at| name.is_char_boundary(*at)) else { return false };
    name[at..].eq_ignore_ascii_case(domain) && (at == 0 || name[..at].ends_with('.'))
}

/// Whether an address is in that network: only within its own family.
pub(super) fn within(ip: IpAddr, network: IpAddr, v4: u8, v6: u8) -> bool {
    match (ip, network) {
        (IpAddr::V4(ip), IpAddr::V4(net)) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(v4)).unwrap_or(0);
            (ip.to_bits() ^ net.to_bits()) & mask == 0
        }
        (IpAddr::V6(ip), IpAddr::V6(net)) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(v6)).unwrap_or(0);
            (ip.to_bits() ^ net.to_bits()) & mask == 0
        }
        _ => false,
    }
}
