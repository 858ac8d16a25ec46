//! How replies are read.

use super::*;

fn read(octets: &[u8]) -> ReplyParts {
    parse_reply(octets, Stage::Rcpt).unwrap()
}

#[test]
fn a_reply_of_several_lines_is_kept_whole() {
    let reply =
        read(b"550-5.1.1 The account does not exist.\r\n550-5.1.1 Check for\r\n550 5.1.1  https://example.org/x\r\n");
    assert_eq!(reply.code, 550);
    assert_eq!(reply.enhanced, Some("5.1.1".parse().unwrap()));
    assert_eq!(reply.text, ["The account does not exist.", "Check for", "https://example.org/x"]);
}
