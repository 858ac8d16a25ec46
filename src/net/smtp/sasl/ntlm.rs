//! NTLM version 2 (MS-NLMP), as SMTP carries it (MS-SMTPNTLM): for the login alone, so no session key is exchanged, and nothing is signed or
//! sealed after it.
//!
//! ```text
//! AUTH NTLM     ─▶          334 and any words: no part of it (MS-SMTPNTLM §2.2.1.2)
//! negotiate()   ─▶          334 Challenge: target, its eight octets, target info
//! authenticate()─▶          235, or 535
//! ```

use md4::{Digest as _, Md4};
use zeroize::Zeroizing;

use super::{Answer, GaveUp, Who, hex, hmac_md5};

#[cfg(test)]
mod tests;

const SIGNATURE: &[u8] = b"NTLMSSP\0";

/// Flags (MS-NLMP §2.2.2.5).
const UNICODE: u32 = 0x0000_0001;
const TARGET_IS_DOMAIN: u32 = 0x0001_0000;
const TARGET_INFO: u32 = 0x0080_0000;
/// With them: that we ask for the target's name (0x4), speak NTLM (0x200), and what it takes beside (0x8000, 0x8_0000, 0x2000_0000).
const FLAGS: u32 = UNICODE | TARGET_INFO | 0x2008_8204;

/// Pairs of the target info (MS-NLMP §2.2.2.1).
const END: u16 = 0;
const AV_FLAGS: u16 = 6;
const TIMESTAMP: u16 = 7;
const TARGET_NAME: u16 = 9;
const CHANNEL_BINDINGS: u16 = 10;
/// In the pair of flags: there is a MIC.
const HAS_MIC: u32 = 2;

/// Where the MIC stands in the last message, and all that has no place of its own (MS-NLMP §2.2.1.3).
const MIC: usize = 72;
const PAYLOAD: usize = MIC + 16;
/// Its base64 must fit a line of 12,288 octets (RFC 4954 §4).
const LONGEST: usize = (12_288 - 2) / 4 * 3;

/// What is not for the password to say.
#[derive(Clone, Copy)]
pub(super) struct Given {
    /// Seconds since 1970.
    pub(super) now: i64,
    /// The client's own challenge, by chance.
    pub(super) challenge: [u8; 8],
}

/// The first message (§2.2.1.1): what we can, and nothing about us.
pub(super) fn negotiate() -> Vec<u8> {
    // Behind the flags stand two empty fields: domain and workstation.
    [SIGNATURE, &1_u32.to_le_bytes(), &FLAGS.to_le_bytes(), &[0; 16]].concat()
}

/// Whether a challenge has no target info: only a server that knows nothing newer than NTLM's first version, or hardly, leaves it out.
pub(super) fn is_of_old(said: &[u8]) -> bool {
    Challenge::read(said).is_some_and(|challenge| challenge.flags & TARGET_INFO == 0)
}

/// The answer to a challenge (§3.1.5.1.2, §3.3.2).
pub(super) fn authenticate(said: &[u8], who: &Who<'_>, given: Given) -> Result<Answer, GaveUp> {
    let challenge = Challenge::read(said).ok_or(GaveUp::Unreadable)?;
    let (domain, user) = match who.user.split_once('\\') {
        Some((domain, user)) => (utf16(domain), user),
        // A name that stands for itself, wherever; and a server that is none of a domain knows its own users.
        None if who.user.contains('@') || challenge.flags & TARGET_IS_DOMAIN == 0 => (Vec::new(), who.user),
        None => (challenge.target.to_vec(), who.user),
    };
    let key = key(who.secret.expose(), user, &domain);
    let stamp = challenge.pair(TIMESTAMP);
    let time = stamp.and_then(|value| value.try_into().ok()).unwrap_or_else(|| filetime(given.now));
    let told = temp(time, given.challenge, &challenge.answered());
    let proof = hmac_md5(&*key, &[&challenge.server, &told]);
    let response = [&proof[..], &told].concat();
    // Who says what time it is needs no older response (§3.1.5.1.2).
    let older = if stamp.is_some() { [0; 24] } else { lm(&key, challenge.server, given.challenge) };

    let fields = [&older[..], &response, &domain, &utf16(user), &[], &[]];
    let mut message = message(&fields, challenge.flags & FLAGS).ok_or(GaveUp::Unreadable)?;
    if stamp.is_some() {
        // Without an exchange of keys, the session's is the one that the proof gives (§3.4.5.1).
        let session = Zeroizing::new(hmac_md5(&*key, &[&proof]));
        let mic = hmac_md5(&*session, &[&negotiate(), said, &message]);
        message[MIC..PAYLOAD].copy_from_slice(&mic);
    }
    let mut telling = vec![Zeroizing::new(hex(&proof))];
    if stamp.is_none() {
        telling.push(Zeroizing::new(hex(&older[..16])));
    }
    Ok(Answer { octets: Zeroizing::new(message), telling })
}

/// The server's message (§2.2.1.2), as far as it is of use.
struct Challenge<'a> {
    flags: u32,
    server: [u8; 8],
    /// In UTF-16, as it was said.
    target: &'a [u8],
    pairs: Vec<(u16, &'a [u8])>,
}

impl<'a> Challenge<'a> {
    /// Reads one; nothing where a part is missing, lies where none may, or is not what it should be.
    fn read(said: &'a [u8]) -> Option<Self> {
        let flags = u32::from_le_bytes(octets(said, 20)?);
        let is_one = said.starts_with(SIGNATURE) && octets(said, 8)? == 2_u32.to_le_bytes();
        (is_one && flags & UNICODE != 0).then_some(())?;
        // Servers of old end their head before the field of the target info, and have none.
        let (head, info) = if flags & TARGET_INFO == 0 { (32, 0..0) } else { (48, field(said, 40)?) };
        let target = field(said, 12)?;
        let behind_head = [&target, &info].into_iter().all(|at| at.is_empty() || at.start >= head);
        let apart = target.is_empty() || info.is_empty() || target.end <= info.start || info.end <= target.start;
        let target = said.get(target)?;
        (behind_head && apart && target.len().is_multiple_of(2)).then_some(())?;
        Some(Self { flags, server: octets(said, 24)?, target, pairs: pairs(said.get(info)?)? })
    }

    fn pair(&self, id: u16) -> Option<&'a [u8]> {
        self.pairs.iter().find(|(other, _)| *other == id).map(|(_, value)| *value)
    }

    /// The target info as it goes back (§3.1.5.1.2): with the MIC announced where there will be one, and with neither a name that we mean
    /// the server by nor a binding to the connection.
    fn answered(&self) -> Vec<u8> {
        if self.flags & TARGET_INFO == 0 {
            return Vec::new();
        }
        let ours = [AV_FLAGS, TARGET_NAME, CHANNEL_BINDINGS];
        let mut pairs: Vec<(u16, &[u8])> = self.pairs.iter().copied().filter(|(id, _)| !ours.contains(id)).collect();
        let mut flags = self.pair(AV_FLAGS).and_then(|value| octets(value, 0)).map_or(0, u32::from_le_bytes);
        if self.pair(TIMESTAMP).is_some() {
            flags |= HAS_MIC;
        }
        let flags = flags.to_le_bytes();
        if flags != [0; 4] {
            pairs.push((AV_FLAGS, &flags));
        }
        pairs.extend([(CHANNEL_BINDINGS, &[0; 16][..]), (TARGET_NAME, &[]), (END, &[])]);
        let mut info = Vec::new();
        for (id, value) in pairs {
            info.extend(id.to_le_bytes());
            // None is longer than it was said to be.
            info.extend(u16::try_from(value.len()).unwrap_or_default().to_le_bytes());
            info.extend(value);
        }
        info
    }
}

/// The pairs of a target info, to their end.
fn pairs(mut info: &[u8]) -> Option<Vec<(u16, &[u8])>> {
    let mut pairs = Vec::new();
    while !info.is_empty() {
        let (id, length) = (u16::from_le_bytes(octets(info, 0)?), u16::from_le_bytes(octets(info, 2)?));
        let (value, rest) = info.get(4..)?.split_at_checked(length.into())?;
        let fits = match id {
            END => return Some(pairs),
            AV_FLAGS => length == 4,
            TIMESTAMP => length == 8,
            1..=5 | TARGET_NAME => length.is_multiple_of(2),
            _ => true,
        };
        fits.then(|| pairs.push((id, value)))?;
        info = rest;
    }
    Some(pairs)
}

/// Where the field lies that is described there: its length, the room for it, and its place (§2.2.1.2).
fn field(message: &[u8], at: usize) -> Option<std::ops::Range<usize>> {
    let length = usize::from(u16::from_le_bytes(octets(message, at)?));
    let start = usize::try_from(u32::from_le_bytes(octets(message, at + 4)?)).ok()?;
    if length == 0 {
        // Then the place says nothing.
        return Some(0..0);
    }
    Some(start..start.checked_add(length).filter(|end| *end <= message.len())?)
}

fn octets<const N: usize>(message: &[u8], at: usize) -> Option<[u8; N]> {
    message.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// The last message (§2.2.1.3), its MIC left empty.
fn message(fields: &[&[u8]; 6], flags: u32) -> Option<Vec<u8>> {
    let mut head = [SIGNATURE, &3_u32.to_le_bytes()].concat();
    let mut payload = Vec::new();
    for field in fields {
        let length = u16::try_from(field.len()).ok()?.to_le_bytes();
        // Servers of old look whether an empty one lies inside the message, too (Dovecot's `ntlmssp_check_buffer`).
        let start = if field.is_empty() { PAYLOAD } else { PAYLOAD + payload.len() };
        head.extend([length, length].concat());
        head.extend(u32::try_from(start).ok()?.to_le_bytes());
        payload.extend_from_slice(field);
    }
    head.extend(flags.to_le_bytes());
    head.resize(PAYLOAD, 0);
    head.append(&mut payload);
    (head.len() <= LONGEST).then_some(head)
}

/// `NTOWFv2` (§3.3.2).
fn key(password: &str, user: &str, domain: &[u8]) -> Zeroizing<[u8; 16]> {
    let password = Zeroizing::new(utf16(password));
    let hash: Zeroizing<[u8; 16]> = Zeroizing::new(Md4::digest(&*password).into());
    Zeroizing::new(hmac_md5(&*hash, &[&utf16(&upper(user)), domain]))
}

/// `temp` (§3.3.2): what the proof is about, beside the server's challenge.
fn temp(time: [u8; 8], challenge: [u8; 8], info: &[u8]) -> Vec<u8> {
    [&[1, 1, 0, 0, 0, 0, 0, 0][..], &time, &challenge, &[0; 4], info, &[0; 4]].concat()
}

/// The LMv2 response (§3.3.2).
fn lm(key: &[u8; 16], server: [u8; 8], client: [u8; 8]) -> [u8; 24] {
    let mut response = [0; 24];
    response[..16].copy_from_slice(&hmac_md5(key, &[&server, &client]));
    response[16..].copy_from_slice(&client);
    response
}

/// Tenths of a microsecond since 1601 (MS-DTYP §2.3.3).
fn filetime(seconds: i64) -> [u8; 8] {
    seconds.saturating_add(11_644_473_600).saturating_mul(10_000_000).to_le_bytes()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// In upper case, letter by letter as Windows does it: `ß` stays.
fn upper(name: &str) -> String {
    let one = |letter: char| Some(letter.to_uppercase()).filter(|upper| upper.len() == 1).and_then(|mut u| u.next());
    name.chars().map(|letter| one(letter).unwrap_or(letter)).collect()
}
