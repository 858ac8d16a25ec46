//! The server's side of SCRAM without channel binding (RFC 5802, RFC 7677), for passwords that are no secret.

use std::num::NonZeroU32;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::{digest, hmac, pbkdf2};

/// As Dovecot has it by default.
const ROUNDS: NonZeroU32 = match NonZeroU32::new(4096) {
    Some(rounds) => rounds,
    None => NonZeroU32::MIN,
};

/// The functions that a mechanism of this family is made of.
#[derive(Clone, Copy)]
pub(super) struct Hash {
    digest: &'static digest::Algorithm,
    hmac: hmac::Algorithm,
    pbkdf2: pbkdf2::Algorithm,
}

impl Hash {
    /// Those of that mechanism.
    pub(super) fn of(mechanism: &str) -> Option<Self> {
        match mechanism {
            "SCRAM-SHA-1" => Some(Self {
                digest: &digest::SHA1_FOR_LEGACY_USE_ONLY,
                hmac: hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
                pbkdf2: pbkdf2::PBKDF2_HMAC_SHA1,
            }),
            "SCRAM-SHA-256" => {
                Some(Self { digest: &digest::SHA256, hmac: hmac::HMAC_SHA256, pbkdf2: pbkdf2::PBKDF2_HMAC_SHA256 })
            }
            _ => None,
        }
    }

    fn mac(self, key: &[u8], text: &[u8]) -> Vec<u8> {
        hmac::sign(&hmac::Key::new(self.hmac, key), text).as_ref().to_vec()
    }
}

/// What the server has said so far.
pub(super) struct Asked {
    hash: Hash,
    /// The name that wants in.
    pub(super) user: String,
    header: String,
    bare: String,
    /// The server's first message.
    pub(super) first: String,
}

impl Asked {
    /// Reads the client's first message and makes the server's; the nonce is the server's part of it.
    pub(super) fn by(hash: Hash, message: &str, nonce: &str) -> Option<Self> {
        let bare_at = message.match_indices(',').nth(1)?.0 + 1;
        let (header, bare) = message.split_at(bare_at);
        // No binding here: `p=` would ask for one.
        header.starts_with(['n', 'y']).then_some(())?;
        let user = attribute(bare, "n=")?.replace("=2C", ",").replace("=3D", "=");
        let salt = STANDARD.encode(format!("practice for {user}"));
        let first = format!("r={}{nonce},s={salt},i={ROUNDS}", attribute(bare, "r=")?);
        Some(Self { hash, user, header: header.to_owned(), bare: bare.to_owned(), first })
    }

    /// The server's signature, where the client's last message proves that it knows the password.
    pub(super) fn judge(&self, message: &str, password: &str) -> Option<String> {
        let (without_proof, proof) = message.rsplit_once(",p=")?;
        let same = |name: &str, expected: &str| attribute(message, name) == Some(expected);
        (same("c=", &STANDARD.encode(&self.header)) && same("r=", attribute(&self.first, "r=")?)).then_some(())?;
        let salt = STANDARD.decode(attribute(&self.first, "s=")?).ok()?;
        let mut salted = vec![0; self.hash.digest.output_len()];
        pbkdf2::derive(self.hash.pbkdf2, ROUNDS, &salt, password.as_bytes(), &mut salted);
        let all = format!("{},{},{without_proof}", self.bare, self.first);
        let key = self.hash.mac(&salted, b"Client Key");
        let signature = self.hash.mac(digest::digest(self.hash.digest, &key).as_ref(), all.as_bytes());
        let right: Vec<u8> = key.iter().zip(&signature).map(|(k, s)| k ^ s).collect();
        let own = self.hash.mac(&self.hash.mac(&salted, b"Server Key"), all.as_bytes());
        (STANDARD.encode(right) == proof).then(|| format!("v={}", STANDARD.encode(own)))
    }
}

fn attribute<'m>(message: &'m str, name: &str) -> Option<&'m str> {
    message.split(',').find_map(|part| part.strip_prefix(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7677_is_judged_as_it_stands_there() {
        let hash = Hash::of("SCRAM-SHA-256").expect("a mechanism");
        let mut asked = Asked::by(hash, "n,,n=user,r=rOprNGfwEbeRWgbNEkqO", "x").expect("a first message");
        assert!(asked.first.starts_with("r=rOprNGfwEbeRWgbNEkqOx,s="), "{}", asked.first);
        let nonce = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        asked.first = format!("{nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
        let last = format!("c=biws,{nonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        let signature = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
        assert_eq!(asked.judge(&last, "pencil").as_deref(), Some(signature));
        assert_eq!(asked.judge(&last, "pen"), None);
        assert_eq!(asked.judge(&last.replace("c=biws", "c=eSws"), "pencil"), None, "another header");
    }

    #[test]
    fn what_is_no_first_message_is_none() {
        let hash = Hash::of("SCRAM-SHA-1").expect("a mechanism");
        for message in ["", "n,,", "n,,n=user", "p=tls-exporter,,n=user,r=x", "user"] {
            assert!(Asked::by(hash, message, "x").is_none(), "{message}");
        }
        assert_eq!(Asked::by(hash, "y,,n=a=2Cb=3D,r=x", "y").map(|a| a.user).as_deref(), Some("a,b="));
    }
}
