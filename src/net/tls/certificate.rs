//! What a certificate says of itself.

use std::net::IpAddr;

use ring::digest::{Algorithm, SHA256, SHA512};
use rustls::pki_types::CertificateDer;
use x509_parser::oid_registry::{OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS, OID_SIG_ED25519};
use x509_parser::prelude::{FromDer, GeneralName, ParsedExtension, X509Certificate};
use x509_parser::public_key::PublicKey;

use crate::transcript::{CertificateFact, clean_line};

/// The most names that are kept of one certificate.
const NAMES_MAX: usize = 100;
/// The longest name that is kept, in characters.
const NAME_MAX: usize = 255;

/// The certificates of a chain that can be read, in order.
pub(super) fn describe(chain: &[CertificateDer<'_>]) -> Vec<CertificateFact> {
    chain.iter().filter_map(|der| Some(fact(&parse(der)?, der))).collect()
}

/// From when until when it is valid, in seconds since 1970.
pub(super) fn dates(der: &CertificateDer<'_>) -> Option<(i64, i64)> {
    let certificate = parse(der)?;
    Some((certificate.validity().not_before.timestamp(), certificate.validity().not_after.timestamp()))
}

/// Whether issuer and subject are the same.
pub(super) fn is_self_signed(der: &CertificateDer<'_>) -> bool {
    parse(der).is_some_and(|c| c.subject().as_raw() == c.issuer().as_raw())
}

fn parse<'a>(der: &'a CertificateDer<'_>) -> Option<X509Certificate<'a>> {
    X509Certificate::from_der(der).ok().map(|(_, certificate)| certificate)
}

fn fact(certificate: &X509Certificate<'_>, der: &[u8]) -> CertificateFact {
    let names = certificate.subject_alternative_name().ok().flatten().map_or_else(Vec::new, |extension| {
        extension.value.general_names.iter().filter_map(name).take(NAMES_MAX).collect()
    });
    CertificateFact {
        subject: clean_line(&certificate.subject().to_string(), NAME_MAX),
        issuer: clean_line(&certificate.issuer().to_string(), NAME_MAX),
        names,
        not_before: certificate.validity().not_before.timestamp(),
        not_after: certificate.validity().not_after.timestamp(),
        key: key(certificate),
        issuer_at: issuer_at(certificate),
        sha256: sha256(der),
        key_sha256: sha256(certificate.public_key().raw),
        sha512: digest(&SHA512, der),
        key_sha512: digest(&SHA512, certificate.public_key().raw),
    }
}

/// SHA-256 of these octets, in hexadecimal.
pub(crate) fn sha256(octets: &[u8]) -> String {
    digest(&SHA256, octets)
}

fn digest(by: &'static Algorithm, octets: &[u8]) -> String {
    ring::digest::digest(by, octets).as_ref().iter().map(|o| format!("{o:02x}")).collect()
}

/// The kind of key and its size, as people say it.
fn key(certificate: &X509Certificate<'_>) -> String {
    let info = certificate.public_key();
    match info.parsed() {
        Ok(PublicKey::RSA(rsa)) => format!("RSA {}", rsa.key_size()),
        Ok(PublicKey::EC(point)) => match point.key_size() {
            // A point's coordinates are whole octets: those of P-521 have 528 bits.
            521..=528 => "EC P-521".to_owned(),
            size => format!("EC P-{size}"),
        },
        Ok(PublicKey::DSA(_)) => "DSA".to_owned(),
        _ if info.algorithm.algorithm == OID_SIG_ED25519 => "Ed25519".to_owned(),
        _ => String::new(),
    }
}

/// The first address of the issuer's own certificate.
fn issuer_at(certificate: &X509Certificate<'_>) -> Option<String> {
    let access = certificate.extensions().iter().find_map(|e| match e.parsed_extension() {
        ParsedExtension::AuthorityInfoAccess(access) => Some(access),
        _ => None,
    })?;
    access.iter().filter(|d| d.access_method == OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS).find_map(|d| {
        if let GeneralName::URI(uri) = d.access_location { Some(clean_line(uri, NAME_MAX)) } else { None }
    })
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some(clean_line(name, NAME_MAX)),
        GeneralName::IPAddress(octets) => address(octets).map(|ip| ip.to_string()),
        _ => None,
    }
}

fn address(octets: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(octets).map(IpAddr::from).or_else(|_| <[u8; 16]>::try_from(octets).map(IpAddr::from)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_addresses_and_dates_are_read() {
        let mut params = rcgen::CertificateParams::new(vec![
            "mx.example.org".to_owned(),
            "192.0.2.1".to_owned(),
            "2001:db8::1".to_owned(),
        ])
        .unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, "mx\u{1b}[31m");
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2021, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let fact = describe(&[certificate.der().clone()]).remove(0);
        assert_eq!(fact.names, ["mx.example.org", "192.0.2.1", "2001:db8::1"]);
        assert_eq!((fact.not_before, fact.not_after), (1_577_836_800, 1_609_459_200));
        assert!(!fact.subject.contains('\u{1b}'), "{}", fact.subject);
        assert_eq!(fact.subject, fact.issuer);
        assert!(is_self_signed(certificate.der()));
    }

    #[test]
    fn what_is_no_certificate_is_left_out() {
        assert!(describe(&[CertificateDer::from(vec![1, 2, 3])]).is_empty());
    }
}
