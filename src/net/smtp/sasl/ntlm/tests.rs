use proptest::prelude::*;

use super::*;
use crate::transcript::Secret;

/// The server's message of MS-NLMP §4.2.4.3: `Server` is its target, and its challenge 0123456789abcdef.
fn published() -> Vec<u8> {
    unhex(
        "4e544c4d53535000020000000c000c003800000033828ae20123456789abcdef00000000000000002400240044000000\
        060070170000000f53006500720076006500720002000c0044006f006d00610069006e0001000c005300650072007600650072000000\
        0000",
    )
}

fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(2).map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

/// One with that target info.
fn challenge(flags: u32, target: &str, info: &[u8]) -> Vec<u8> {
    let target = utf16(target);
    let place = |field: &[u8], start: usize| {
        let length = u16::try_from(field.len()).unwrap().to_le_bytes();
        [&length[..], &length, &u32::try_from(start).unwrap().to_le_bytes()].concat()
    };
    let head = [SIGNATURE, &2_u32.to_le_bytes(), &place(&target, 48), &flags.to_le_bytes(), &[7; 8], &[0; 8]].concat();
    [head, place(info, 48 + target.len()), target, info.to_vec()].concat()
}

fn av(pairs: &[(u16, &[u8])]) -> Vec<u8> {
    let one = |(id, value): &(u16, &[u8])| {
        [&id.to_le_bytes(), &u16::try_from(value.len()).unwrap().to_le_bytes(), *value].concat()
    };
    pairs.iter().flat_map(one).collect()
}

const GIVEN: Given = Given { now: 0, challenge: [0xaa; 8] };

fn answer(said: &[u8], user: &str) -> Result<Answer, GaveUp> {
    let secret = Secret::new("Password".to_owned());
    let who = Who { user, secret: &secret, server: "mail.example.org", port: 587, now: 0, binding: None };
    authenticate(said, &who, GIVEN)
}

/// What a server reads of the last message, field by field.
fn fields(message: &[u8]) -> [&[u8]; 6] {
    [12, 20, 28, 36, 44, 52].map(|at| &message[field(message, at).unwrap()])
}

/// Whether the response is that of this name and domain, and the MIC where there has to be one: as a server holds it against what it knows.
fn holds(said: &[u8], message: &[u8], user: &str, domain: &str) -> bool {
    let response = fields(message)[1];
    let key = key("Password", user, &utf16(domain));
    let proof = hmac_md5(&*key, &[&said[24..32], &response[16..]]);
    let mut bare = message.to_vec();
    bare[MIC..PAYLOAD].fill(0);
    let mic = hmac_md5(&hmac_md5(&*key, &[&proof]), &[&negotiate(), said, &bare]);
    let stamped = Challenge::read(said).unwrap().pair(TIMESTAMP).is_some();
    response.starts_with(&proof) && message[MIC..PAYLOAD] == if stamped { mic } else { [0; 16] }
}

#[test]
fn the_values_of_ms_nlmp_come_out() {
    let said = published();
    let challenge = Challenge::read(&said).unwrap();
    let key = key("Password", "User", &utf16("Domain"));
    assert_eq!(hex(&*key), "0c868a403bfd7a93a3001ef22ef02e3f", "§4.2.4.1.1");
    let told = temp([0; 8], [0xaa; 8], &said[said.len() - 36..]);
    assert_eq!(told.len(), 68, "§4.2.4.1.3");
    let proof = hmac_md5(&*key, &[&challenge.server, &told]);
    assert_eq!(hex(&proof), "68cd0ab851e51c96aabc927bebef6a1c", "§4.2.4.2.2");
    assert_eq!(hex(&hmac_md5(&*key, &[&proof])), "8de40ccadbc14a82f15cb0ad0de95ca3", "§4.2.4.1.2");
    let older = lm(&key, challenge.server, [0xaa; 8]);
    assert_eq!(hex(&older), "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa", "§4.2.4.2.1");
}

#[test]
fn the_hash_of_ms_nlmp_is_that_of_rfc_1320() {
    assert_eq!(hex(&Md4::digest(utf16("Password"))), "a4f49c406510bdcab6824ee7c30fd852", "§4.2.2.1.2");
    assert_eq!(hex(&Md4::digest("abc")), "a448017aaf21d8525fc10ae87aa6729d");
}

#[test]
fn the_first_message_tells_nothing_of_us() {
    let message = negotiate();
    assert_eq!((message.len(), &message[..12]), (32, &b"NTLMSSP\0\x01\0\0\0"[..]));
    assert!(message[16..].iter().all(|b| *b == 0));
}

#[test]
fn the_domain_is_the_one_entered_or_the_servers_own() {
    let of_domain = challenge(FLAGS | TARGET_IS_DOMAIN, "EXAMPLE", &av(&[(2, &utf16("EXAMPLE")), (END, &[])]));
    for (said, entered, user, domain) in [
        (&of_domain, "alice", "alice", "EXAMPLE"),
        (&of_domain, "OTHER\\alice", "alice", "OTHER"),
        (&of_domain, "alice@example.org", "alice@example.org", ""),
        (&published(), "alice", "alice", ""),
        (&published(), "M\u{fc}ller\u{df}", "M\u{fc}ller\u{df}", ""),
    ] {
        let message = answer(said, entered).unwrap_or_else(|e| panic!("{entered}: {e:?}")).octets;
        let [_, _, told_domain, told_user, workstation, session] = fields(&message);
        assert_eq!((told_domain, told_user), (&utf16(domain)[..], &utf16(user)[..]), "{entered}");
        assert!(workstation.is_empty() && session.is_empty() && holds(said, &message, user, domain), "{entered}");
    }
}

#[test]
fn a_server_that_says_the_time_gets_it_back_with_a_mic_and_no_older_response() {
    let stamp = 0x01d9_0000_0000_0000_u64.to_le_bytes();
    for flags in [&[][..], &av(&[(AV_FLAGS, &[1, 0, 0, 0])])] {
        let info = [&av(&[(2, &utf16("EXAMPLE"))])[..], flags, &av(&[(TIMESTAMP, &stamp), (END, &[])])].concat();
        let said = challenge(FLAGS, "EXAMPLE", &info);
        let Answer { octets: message, telling } = answer(&said, "alice").unwrap();
        let [older, response, ..] = fields(&message);
        assert_eq!((older, &response[24..32], telling.len()), (&[0; 24][..], &stamp[..], 1));
        let told = pairs(&response[44..response.len() - 4]).unwrap();
        let set = if flags.is_empty() { 2 } else { 3 };
        assert_eq!(told.iter().filter(|(id, value)| *id == AV_FLAGS && *value == [set, 0, 0, 0]).count(), 1);
        assert!(told.contains(&(CHANNEL_BINDINGS, &[0; 16])) && told.contains(&(TARGET_NAME, &[])));
        assert!(message[MIC..PAYLOAD] != [0; 16] && holds(&said, &message, "alice", ""));
    }
}

#[test]
fn a_server_of_old_has_no_target_info() {
    let said = [&published()[..20], &0x0000_8205_u32.to_le_bytes(), &[7; 8]].concat();
    let said = [&said[..12], &[0; 8], &said[20..]].concat();
    let message = answer(&said, "EXAMPLE\\alice").unwrap().octets;
    let [older, response, ..] = fields(&message);
    assert!(is_of_old(&said) && !is_of_old(&published()) && !is_of_old(b"NTLM supported"));
    assert_eq!((older.len(), response.len()), (24, 16 + 32));
    assert_eq!(response[24..32], [0x00, 0x80, 0x3e, 0xd5, 0xde, 0xb1, 0x9d, 0x01], "1970");
    assert!(holds(&said, &message, "alice", "EXAMPLE"));
}

#[test]
fn what_is_no_challenge_ends_it() {
    let sound = published();
    let with = |at: usize, octets: &[u8]| {
        let mut said = sound.clone();
        said[at..at + octets.len()].copy_from_slice(octets);
        said
    };
    for (what, said) in [
        ("nothing", Vec::new()),
        ("words", b"NTLM supported".to_vec()),
        ("its own kind of message", negotiate()),
        ("another signature", with(0, b"X")),
        ("no Unicode", with(20, &[0x32])),
        ("a target beyond the end", with(16, &[0xff; 4])),
        ("a target that ends beyond the end", with(12, &[0xff, 0x7f])),
        ("a target within the head", with(16, &[0, 0, 0, 0])),
        ("half a letter", with(12, &[11, 0])),
        ("a target that lies over the target info", with(16, &[70, 0, 0, 0])),
        ("target info beyond the end", with(44, &[0, 0, 1, 0])),
        ("a pair that is longer than all", with(70, &[0xff, 0xff])),
        ("half a letter in a pair", challenge(FLAGS, "", &av(&[(2, b"abc"), (END, &[])]))),
        ("half a time", challenge(FLAGS, "", &av(&[(TIMESTAMP, &[0; 4]), (END, &[])]))),
        ("half of the flags", challenge(FLAGS, "", &av(&[(AV_FLAGS, &[0; 2]), (END, &[])]))),
        ("half a pair", challenge(FLAGS, "", &[2, 0, 0])),
        ("more than a line can answer", challenge(FLAGS, "", &av(&[(99, &[0; 9_200]), (END, &[])]))),
        ("far more", challenge(FLAGS, "", &av(&[(99, &[0; 65_500]), (END, &[])]))),
    ] {
        assert_eq!(answer(&said, "alice").err(), Some(GaveUp::Unreadable), "{what}");
    }
    for end in 0..sound.len() {
        assert_eq!(answer(&sound[..end], "alice").err(), Some(GaveUp::Unreadable), "cut at {end}");
    }
}

proptest! {
    #[test]
    fn nothing_that_a_server_says_can_do_harm(said in prop::collection::vec(any::<u8>(), 0..200), user in ".{0,20}") {
        let _ = answer(&said, &user);
        // With a head that is right, all the rest is looked at.
        let headed = [&published()[..12], &said].concat();
        let _ = answer(&headed, &user);
    }

    #[test]
    fn a_challenge_that_is_bent_is_answered_well_or_not(at in 12_usize..104, with in any::<[u8; 4]>(), many in 1_usize..5) {
        let mut said = published();
        let end = said.len().min(at + many);
        said[at..end].copy_from_slice(&with[..end - at]);
        if let Ok(answer) = answer(&said, "EXAMPLE\\alice") {
            prop_assert!(answer.octets.len() <= LONGEST && holds(&said, &answer.octets, "alice", "EXAMPLE"));
        }
    }
}
