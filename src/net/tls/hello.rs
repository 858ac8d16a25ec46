//! A ClientHello of our own, for servers that our TLS library has nothing in common with: which version and cipher would they take?
//!
//! The hello offers one highest version and the ciphers of old (RFC 5246 §7.4.1.2, RFC 4346, RFC 2246); the answer is a ServerHello or an alert. No
//! key is ever made: the connection ends there.

use rustls::AlertDescription;

use super::kebab;

/// The highest version that a hello offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OldTls {
    /// TLS 1.0 (RFC 2246).
    Tls10,
    /// TLS 1.1 (RFC 4346).
    Tls11,
    /// TLS 1.2 (RFC 5246), with ciphers that are not used any more.
    Tls12,
}

impl OldTls {
    /// All of them, the newest first.
    pub const ALL: [Self; 3] = [Self::Tls12, Self::Tls11, Self::Tls10];

    fn wire(self) -> [u8; 2] {
        match self {
            Self::Tls10 => [3, 1],
            Self::Tls11 => [3, 2],
            Self::Tls12 => [3, 3],
        }
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A ServerHello: the version and the cipher that the server chose.
    Chose { version: String, cipher: String },
    /// An alert; its name in kebab case.
    Alert(String),
    /// Something else than TLS.
    NotTls,
}

/// The most octets that are read of an answer.
pub(super) const ANSWER_MAX: usize = 8 * 1024;

/// The ciphers offered: by number, by the name of the IANA registry, and whether our own TLS speaks it.
const CIPHERS: [(u16, &str, bool); 36] = [
    (0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", true),
    (0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", true),
    (0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", true),
    (0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", true),
    (0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", true),
    (0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", true),
    (0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", false),
    (0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", false),
    (0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", false),
    (0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", false),
    (0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", false),
    (0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", false),
    (0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", false),
    (0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", false),
    (0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", false),
    (0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", false),
    (0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256", false),
    (0x006b, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256", false),
    (0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", false),
    (0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA", false),
    (0x0016, "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA", false),
    (0x0032, "TLS_DHE_DSS_WITH_AES_128_CBC_SHA", false),
    (0x0013, "TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA", false),
    (0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256", false),
    (0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384", false),
    (0x003c, "TLS_RSA_WITH_AES_128_CBC_SHA256", false),
    (0x003d, "TLS_RSA_WITH_AES_256_CBC_SHA256", false),
    (0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA", false),
    (0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA", false),
    (0x0041, "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA", false),
    (0x0084, "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA", false),
    (0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", false),
    (0x0005, "TLS_RSA_WITH_RC4_128_SHA", false),
    (0x0004, "TLS_RSA_WITH_RC4_128_MD5", false),
    (0x0009, "TLS_RSA_WITH_DES_CBC_SHA", false),
    (0x0003, "TLS_RSA_EXPORT_WITH_RC4_40_MD5", false),
];

/// Says that renegotiation would be safe (RFC 5746 §3.3).
const SCSV: u16 = 0x00ff;

/// Whether our own TLS speaks that cipher: then it was not for the want of one that a handshake failed.
#[must_use]
pub fn is_spoken_cipher(name: &str) -> bool {
    CIPHERS.iter().any(|(_, known, spoken)| *known == name && *spoken)
}

/// The hello, as one record. The name is left out where it is none that may stand in SNI (RFC 6066 §3).
pub(super) fn client_hello(version: OldTls, name: Option<&str>, random: [u8; 32]) -> Vec<u8> {
    let mut body = version.wire().to_vec();
    body.extend(random);
    body.push(0);
    let ciphers = CIPHERS.iter().map(|(number, ..)| *number).chain([SCSV]);
    body.extend(sized(ciphers.flat_map(u16::to_be_bytes).collect()));
    body.extend([1, 0]);
    let mut extensions = Vec::new();
    let mut extension = |number: u16, data: Vec<u8>| {
        extensions.extend(number.to_be_bytes());
        extensions.extend(sized(data));
    };
    if let Some(name) = name {
        let mut entry = vec![0];
        entry.extend(sized(name.as_bytes().to_vec()));
        extension(0, sized(entry));
    }
    // x25519, secp256r1, secp384r1, secp521r1; uncompressed points.
    extension(10, sized([29_u16, 23, 24, 25].into_iter().flat_map(u16::to_be_bytes).collect()));
    extension(11, vec![1, 0]);
    if version == OldTls::Tls12 {
        // RSA-PSS, ECDSA and RSA with SHA-2, then those with SHA-1, and DSA.
        let schemes = [
            0x0804_u16, 0x0805, 0x0806, 0x0403, 0x0503, 0x0603, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201, 0x0402, 0x0202,
        ];
        extension(13, sized(schemes.into_iter().flat_map(u16::to_be_bytes).collect()));
    }
    body.extend(sized(extensions));
    let mut message = vec![1, 0];
    message.extend(sized(body));
    // The record's own version is the oldest, as those expect it who know no better (RFC 5246 appendix E.1).
    let mut record = vec![22, 3, 1];
    record.extend(sized(message));
    record
}

/// Reads what came so far; none while more is needed.
pub(super) fn read(octets: &[u8]) -> Option<Answer> {
    let mut handshake = Vec::new();
    let mut rest = octets;
    loop {
        let Some(([sort, major, _, high, low], after)) = rest.split_first_chunk() else {
            // What begins like no record need not be waited for.
            let odd = rest.first().is_some_and(|sort| !matches!(sort, 21 | 22)) || rest.get(1).is_some_and(|m| *m != 3);
            return odd.then_some(Answer::NotTls);
        };
        if !matches!(sort, 21 | 22) || *major != 3 {
            return Some(Answer::NotTls);
        }
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let (data, next) = after.split_at_checked(length)?;
        if *sort == 21 {
            let number = *data.get(1)?;
            return Some(Answer::Alert(match AlertDescription::from(number) {
                AlertDescription::Unknown(number) => format!("alert-{number}"),
                known => kebab(&format!("{known:?}")),
            }));
        }
        handshake.extend_from_slice(data);
        if let Some(answer) = server_hello(&handshake) {
            return Some(answer);
        }
        rest = next;
    }
}

fn server_hello(message: &[u8]) -> Option<Answer> {
    let ([sort, length @ ..], body) = message.split_first_chunk::<4>()?;
    if *sort != 2 {
        return Some(Answer::NotTls);
    }
    let length = usize::try_from(u32::from_be_bytes([0, length[0], length[1], length[2]])).ok()?;
    if length > ANSWER_MAX {
        return Some(Answer::NotTls);
    }
    let body = body.get(..length)?;
    let read = || {
        let (version, after) = body.split_first_chunk::<2>()?;
        let session = usize::from(*after.get(32)?);
        let cipher = after.get(33 + session..35 + session)?;
        Some((*version, u16::from_be_bytes([cipher[0], cipher[1]])))
    };
    let Some((version, cipher)) = read() else { return Some(Answer::NotTls) };
    let version = match version {
        [3, 0] => "SSLv3".to_owned(),
        [3, minor @ 1..=4] => format!("TLSv1.{}", minor - 1),
        [major, minor] => format!("{major}.{minor}"),
    };
    let name = CIPHERS.iter().find(|(number, ..)| *number == cipher).map(|(_, name, _)| (*name).to_owned());
    Some(Answer::Chose { version, cipher: name.unwrap_or_else(|| format!("cipher {cipher:#06x}")) })
}

/// Octets behind their length in two.
fn sized(data: Vec<u8>) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX);
    length.to_be_bytes().into_iter().chain(data).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ServerHello without extensions, in one record.
    fn hello(version: [u8; 2], cipher: u16) -> Vec<u8> {
        let mut body = version.to_vec();
        body.extend([7; 32]);
        body.push(0);
        body.extend(cipher.to_be_bytes());
        body.push(0);
        let mut message = vec![2, 0];
        message.extend(sized(body));
        let mut record = vec![22, 3, 1];
        record.extend(sized(message));
        record
    }

    #[test]
    fn an_answer_is_read_whole_or_in_pieces() {
        let octets = hello([3, 1], 0x002f);
        let chose = Answer::Chose { version: "TLSv1.0".to_owned(), cipher: "TLS_RSA_WITH_AES_128_CBC_SHA".to_owned() };
        for end in 0..octets.len() {
            assert_eq!(read(&octets[..end]), None, "{end}");
        }
        assert_eq!(read(&octets), Some(chose));
    }

    #[test]
    fn alerts_are_named_and_anything_else_is_no_tls() {
        assert_eq!(read(&[21, 3, 1, 0, 2, 2, 70]), Some(Answer::Alert("protocol-version".to_owned())));
        assert_eq!(read(&[21, 3, 1, 0, 2, 2, 199]), Some(Answer::Alert("alert-199".to_owned())));
        for odd in
            [&b"220 mx.example.org ESMTP\r\n"[..], b"H", &[22, 9], &[22, 3, 1, 0, 4, 11, 0, 0, 0], &[23, 3, 3, 0, 0]]
        {
            assert_eq!(read(odd), Some(Answer::NotTls), "{odd:?}");
        }
        let mut cut_off = hello([3, 1], 0x002f);
        cut_off.truncate(20);
        cut_off[3..5].copy_from_slice(&[0, 15]);
        cut_off[6..9].copy_from_slice(&[0, 0, 11]);
        assert_eq!(read(&cut_off), Some(Answer::NotTls));
    }

    #[test]
    fn a_hello_says_its_own_length_at_each_level() {
        for version in OldTls::ALL {
            let hello = client_hello(version, Some("mx.example.org"), [1; 32]);
            assert_eq!(usize::from(u16::from_be_bytes([hello[3], hello[4]])), hello.len() - 5);
            assert_eq!(usize::from(u16::from_be_bytes([hello[7], hello[8]])), hello.len() - 9);
            assert_eq!(hello[9..11], version.wire());
            assert!(hello.windows(14).any(|w| w == b"mx.example.org"));
        }
    }

    #[test]
    fn what_our_own_tls_speaks_is_marked_so() {
        for (number, name, spoken) in CIPHERS {
            let known = super::super::trust::provider().cipher_suites.iter().any(|s| u16::from(s.suite()) == number);
            assert_eq!(known, spoken, "{name}");
        }
    }
}
