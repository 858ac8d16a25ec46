//! Codes that say one thing and mean another, and what real servers were measured to answer.

use crate::{all, at};

#[test]
fn codes_that_lie_are_read_by_their_text() {
    // 5.7.30 is said of three things; alone it says nothing.
    all("auth-disabled", &["550 5.7.30 Basic authentication is not supported for Client Submission."]);
    all("dkim-fail", &["550 5.7.30 This mail has been blocked because DKIM does not pass."]);
    all("tls-required", &["550 5.7.30 REQUIRETLS support required, but not offered by host mx.example.org"]);
    assert!(at("550 5.7.30 qqq", None).db < 8);
    // 5.4.1 is 'no answer' in the registry, an unknown user or a relay refusal at Microsoft.
    all("no-such-user", &["550 5.4.1 Recipient address rejected: Access denied."]);
    all("relay-denied", &["550 5.4.1 Relay Access Denied"]);
    assert!(at("550 5.4.1 qqq", None).db < 8);
    // 554 5.7.1 is four things.
    all("relay-denied", &["554 5.7.1 <bob@example.org>: Relay access denied"]);
    all("ip-listed", &["554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using bl.example.org"]);
    all("dmarc-reject", &["554 5.7.1 Your message was rejected due to example.net's DMARC policy."]);
    all("spam-content", &["554 5.7.1 Spam message rejected"]);
    assert!(at("554 5.7.1 qqq", None).db < 8);
    // 5.7.0 is STARTTLS, AUTH, an attachment or relaying.
    all("tls-required", &["530 5.7.0 Must issue a STARTTLS command first"]);
    all("auth-required", &["530 5.7.0 Authentication required."]);
    all(
        "blocked-attachment",
        &["552 5.7.0 This message was blocked because its content presents a potential security issue."],
    );
    all("relay-denied", &["550 5.7.0 Mail relay denied [192.0.2.7]"]);
    assert!(at("550 5.7.0 qqq", None).db < 8);
    // 421 and 450 that never heal, and a 421 for an unknown user.
    all("sender-not-allowed", &["421 Domain sandbox1.example.org is not allowed to send"]);
    all("no-ptr", &["450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.7]"]);
    all("no-such-user", &["421 Unknown user"]);
}

#[test]
fn what_nine_servers_were_measured_to_answer_is_read() {
    all(
        "bad-address-syntax",
        &[
            "501 5.1.7 Bad sender address syntax",
            "501 <bob@@example.net>: domain missing or malformed",
            "553 5.1.0 Sender address syntax error",
            "501 5.1.3 Recipient address syntax error",
            "553 5.1.3 <bob@@example.net>... Invalid route address",
            "501 Invalid RCPT TO address",
            "501 could not parse recipient",
            "550 Restricted characters in address",
            "501 <bobb>: recipient address must contain a domain",
        ],
    );
    all(
        "syntax",
        &[
            "555 5.5.4 Unsupported option: FROB=1",
            "503 5.5.4 Invalid command arguments: Unsupported option FROB=1",
            "555 MAIL FROM parameters not recognized or not implemented",
            "501 5.5.4 Syntax: STARTTLS",
            "501 unexpected argument data",
        ],
    );
    all("wrong-security", &["503 STARTTLS command used when not advertised"]);
    all("mechanism-mismatch", &["504 5.5.4 Unsupported authentication mechanism.", "504 Invalid AUTH string"]);
    all(
        "command-not-implemented",
        &[
            "500 5.5.2 Error: command not recognized",
            "500 unrecognized command",
            "500 5.5.1 Invalid command: Command unrecognized",
            "502 EXPN not implemented",
            "500 Error: command \"BDAT\" not recognized",
        ],
    );
    all("auth-required", &["550 Authentication required", "530 5.7.0 Authentication required."]);
}
