//! MD5 (RFC 1321) and HMAC over it (RFC 2104), for CRAM-MD5 (RFC 2195) alone: servers still offer it, and nothing else here needs it.

/// HMAC-MD5 of a text under a key.
pub(super) fn hmac(key: &[u8], text: &[u8]) -> [u8; 16] {
    let mut block = [0_u8; 64];
    if key.len() > 64 {
        block[..16].copy_from_slice(&md5(&[key]));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = md5(&[&block.map(|b| b ^ 0x36), text]);
    md5(&[&block.map(|b| b ^ 0x5c), &inner])
}

/// MD5 of the parts, one behind the other.
fn md5(parts: &[&[u8]]) -> [u8; 16] {
    let mut text = parts.concat();
    let bits = (text.len() as u64).wrapping_mul(8);
    text.push(0x80);
    text.resize((text.len() + 8).next_multiple_of(64) - 8, 0);
    text.extend_from_slice(&bits.to_le_bytes());

    let mut state = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in text.chunks_exact(64) {
        let mut words = [0_u32; 16];
        for (word, octets) in words.iter_mut().zip(block.chunks_exact(4)) {
            *word = octets.iter().rev().fold(0, |w, b| w << 8 | u32::from(*b));
        }
        rounds(&mut state, &words);
    }
    let mut digest = [0; 16];
    for (octets, word) in digest.chunks_exact_mut(4).zip(state) {
        octets.copy_from_slice(&word.to_le_bytes());
    }
    digest
}

fn rounds(state: &mut [u32; 4], words: &[u32; 16]) {
    const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    let [mut a, mut b, mut c, mut d] = *state;
    for step in 0..64 {
        let (mix, word) = match step / 16 {
            0 => ((b & c) | (!b & d), step),
            1 => ((d & b) | (!d & c), (5 * step + 1) % 16),
            2 => (b ^ c ^ d, (3 * step + 5) % 16),
            _ => (c ^ (b | !d), (7 * step) % 16),
        };
        // RFC 1321 §3.4: the whole part of 2^32 times |sin(i)|, i from 1, in radians.
        let sine = ((step + 1) as f64).sin().abs() * 4_294_967_296.0;
        let sum = a.wrapping_add(mix).wrapping_add(sine as u32).wrapping_add(words[word]);
        let turned = b.wrapping_add(sum.rotate_left(SHIFTS[step / 16][step % 4]));
        (a, d, c, b) = (d, c, b, turned);
    }
    for (word, add) in state.iter_mut().zip([a, b, c, d]) {
        *word = word.wrapping_add(add);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(digest: [u8; 16]) -> String {
        digest.iter().map(|b| format!("{b:02x}")).collect()
    }

    #[test]
    fn the_digests_of_rfc_1321_come_out() {
        for (text, digest) in [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a",
            ),
        ] {
            assert_eq!(hex(md5(&[text.as_bytes()])), digest, "{text}");
        }
    }

    #[test]
    fn every_length_around_a_block_is_padded_alike() {
        for (length, digest) in [
            (55, "ef1772b6dff9a122358552954ad0df65"),
            (56, "3b0c8ac703f828b04c6c197006d17218"),
            (57, "652b906d60af96844ebd21b674f35e93"),
            (63, "b06521f39153d618550606be297466d5"),
            (64, "014842d480b571495a4a0363793f7367"),
        ] {
            assert_eq!(hex(md5(&[&vec![b'a'; length]])), digest, "{length}");
        }
    }

    #[test]
    fn the_login_of_rfc_2195_comes_out() {
        let digest = hmac(b"tanstaaftanstaaf", b"<1896.697170952@postoffice.reston.mci.net>");
        assert_eq!(hex(digest), "b913a602c7eda7a495b4e6e7334d3890");
    }

    #[test]
    fn a_long_key_is_digested_first() {
        assert_eq!(hmac(&[b'k'; 65], b"x"), hmac(&md5(&[&[b'k'; 65]]), b"x"));
    }
}
