//! What mail programs show in dialogs: Thunderbird, Outlook, Apple Mail, K-9.

use crate::{each, told};

#[test]
fn thunderbird_tells_by_its_advice_whom_it_is_about() {
    let cases = [
        (
            "An error occurred while sending mail. The mail server responded:  5.7.1 <bob@example.org>: Relay access denied. Please check the message recipient \"bob@example.org\" and try again.",
            "- 5.7.1 relay-denied rcpt bob@example.org -",
        ),
        (
            "An error occurred while sending mail. The mail server responded: 553 5.7.1 <alice@example.net>: Sender address rejected: not owned by user. Please verify that your email address is correct in your account settings and try again.",
            "553 5.7.1 sender-not-allowed mail - -",
        ),
        (
            "Sending of the message failed.\nThe message could not be sent because connecting to Outgoing server (SMTP) smtp.example.org failed. The server may be unavailable or is refusing SMTP connections. Please verify that your Outgoing server (SMTP) settings are correct and try again.",
            "- - network connect - smtp.example.org",
        ),
        (
            "The message could not be sent because the connection to Outgoing server (SMTP) smtp.example.org timed out. Try again.",
            "- - timeout connect - smtp.example.org",
        ),
        (
            "Login to server smtp.example.org with username alice@example.net failed.",
            "- - bad-credentials auth - smtp.example.org",
        ),
        (
            "Unable to authenticate to Outgoing server (SMTP) smtp.example.org. Please check the password and verify the 'Authentication method' in 'Account Settings'.",
            "- - bad-credentials auth - smtp.example.org",
        ),
        (
            "The Outgoing server (SMTP) smtp.example.org does not support the selected authentication method. Please change the 'Authentication method' in the 'Account Settings'.",
            "- - mechanism-mismatch auth - smtp.example.org",
        ),
        (
            "An error occurred sending mail: Unable to establish a secure link with Outgoing server (SMTP) smtp.example.org using STARTTLS since it doesn't advertise that feature. Switch off STARTTLS for that server or contact your service provider.",
            "- - wrong-security starttls - smtp.example.org",
        ),
        (
            "The size of the message you are trying to send exceeds the global size limit (10000000 bytes) of the server. The message was not sent; reduce the message size and try again.",
            "- - message-too-big - - -",
        ),
    ];
    each(&cases);
}

#[test]
fn outlook_s_dialogs_are_read_by_the_server_s_words_first() {
    let cases = [
        (
            "The message could not be sent because one of the recipients was rejected by the server. The rejected e-mail address was 'bob@example.org'. Subject 'Hello', Account: 'alice@example.net', Server: 'smtp.example.net', Protocol: SMTP, Server Response: '550 5.7.1 Unable to relay', Port: 25, Secure(SSL): No, Server Error: 550, Error Number: 0x800CCC79",
            "550 5.7.1 relay-denied rcpt bob@example.org smtp.example.net",
        ),
        (
            "The message could not be sent because the server rejected the sender's e-mail address. The sender's e-mail address was 'alice@example.net'. Account: 'Work', Server: 'smtp.example.net', Protocol: SMTP, Server Response: '530 5.7.0 Authentication required', Port: 25, Secure(SSL): No, Server Error: 530, Error Number: 0x800CCC78",
            "530 5.7.0 auth-required mail - smtp.example.net",
        ),
        ("Unable to send the message. Server Error: 550, Error Number: 0x800CCC79", "550 - relay-denied rcpt - -"),
        (
            "Task 'alice@example.net - Sending' reported error (0x80042109): 'Outlook cannot connect to your outgoing (SMTP) e-mail server. If you continue to receive this message, contact your server administrator or Internet service provider (ISP).'",
            "- - network connect - -",
        ),
        (
            "Task 'alice@example.net - Sending' reported error (0x800CCC0F): 'The connection to the server was interrupted. If this problem continues, contact your server administrator.'",
            "- - connection-lost - - -",
        ),
    ];
    each(&cases);
}

#[test]
fn outlook_s_numbers_have_their_meaning() {
    let cases = [
        ("0x800CCC0D", "- - dns resolve - -"),
        ("0x800CCC0E", "- - network connect - -"),
        ("0x800CCC0F", "- - connection-lost - - -"),
        ("0x800CCC13", "- - host-unreachable connect - -"),
        ("0x800CCC18", "- - bad-credentials auth - -"),
        ("0x800CCC19", "- - timeout - - -"),
        ("0x800CCC1A", "- - wrong-security tls - -"),
        ("0x800CCC62", "- - syntax - - -"),
        ("0x800CCC64", "- - command-not-implemented - - -"),
        ("0x800CCC65", "- - command-sequence - - -"),
        ("0x800CCC67", "- - overload - - -"),
        ("0x800CCC69", "- - no-such-user rcpt - -"),
        ("0x800CCC6B", "- - relay-denied rcpt - -"),
        ("0x800CCC6C", "- - disk-full - - -"),
        ("0x800CCC6D", "- - mailbox-full - - -"),
        ("0x800CCC6E", "- - bad-address-syntax - - -"),
        ("0x800CCC78", "- - sender-not-allowed mail - -"),
        ("0x800CCC79", "- - relay-denied rcpt - -"),
        ("0x800CCC7B", "- - bad-address-syntax rcpt - -"),
        ("0x800CCC7C", "- - tls-required starttls - -"),
        ("0x800CCC7D", "- - wrong-security starttls - -"),
        ("0x800CCC80", "- - mechanism-mismatch auth - -"),
        ("0x8004210A", "- - timeout - - -"),
        ("0x8004210B", "- - timeout - - -"),
        ("0x80042109", "- - network connect - -"),
        ("0x80042112", "- - wrong-security tls - -"),
    ];
    for (number, wanted) in cases {
        told(&format!("Sending and receiving reported error ({number})"), &[wanted]);
        told(number, &[wanted]);
    }
}

#[test]
fn apple_mail_and_k9_are_read() {
    let cases = [
        (
            "Cannot send message using the server smtp.example.org\nThe sender address alice@example.net was rejected by the server smtp.example.org.\nThe server response was: 5.7.1 Sender address rejected: not owned by user",
            "- 5.7.1 sender-not-allowed mail - smtp.example.org",
        ),
        (
            "One of the recipients was rejected by the server: bob@example.org. The server response was: 550 5.1.1 <bob@example.org>: User unknown",
            "550 5.1.1 no-such-user rcpt bob@example.org -",
        ),
        (
            "Cannot Send Mail\nA copy has been placed in your Outbox. The recipient \u{201c}bob@example.org\u{201d} was rejected by the server.",
            "- - no-such-user rcpt bob@example.org -",
        ),
        (
            "The connection to the server \u{201c}smtp.example.org\u{201d} on port 587 timed out.",
            "- - timeout connect - smtp.example.org",
        ),
        ("Failed to send some messages: Negative SMTP reply: 550 5.1.1 User unknown", "550 5.1.1 no-such-user - - -"),
        (
            "com.fsck.k9.mail.transport.smtp.NegativeSmtpReplyException: 554 5.7.1 <bob@example.org>: Relay access denied",
            "554 5.7.1 relay-denied - bob@example.org -",
        ),
    ];
    each(&cases);
}
