//! What Python programs print around a reply.

use crate::{each, told};

#[test]
fn smtplib_s_tuples_are_replies() {
    told(
        "smtplib.SMTPAuthenticationError: (535, b'5.7.8 Error: authentication failed: UGFzc3dvcmQ6')",
        &["535 5.7.8 bad-credentials auth - -"],
    );
    told("smtplib.SMTPDataError: (554, b'5.7.1 Spam message rejected')", &["554 5.7.1 spam-content message - -"]);
    told("smtplib.SMTPHeloError: (501, b'5.5.4 Invalid domain name')", &["501 5.5.4 helo-rejected ehlo - -"]);
    told(
        "smtplib.SMTPConnectError: (421, b'4.7.0 mx.example.org Error: too many connections from 192.0.2.7')",
        &["421 4.7.0 connection-limit greeting - -"],
    );
    told("(550, b\"5.1.1 We don't know bob: no such user\")", &["550 5.1.1 no-such-user - - -"]);
}

#[test]
fn a_refused_sender_is_not_taken_for_the_recipient() {
    told(
        "smtplib.SMTPSenderRefused: (530, b'5.7.0 Authentication Required. For more information, go to\\n5.7.0  the help page - gsmtp', 'alice@example.net')",
        &["530 5.7.0 auth-required mail - -"],
    );
    told(
        "smtplib.SMTPSenderRefused: (553, b'5.7.1 <alice@example.net>: Sender address rejected: not owned by user bob@example.org', 'alice@example.net')",
        &["553 5.7.1 sender-not-allowed mail - -"],
    );
}

#[test]
fn refused_recipients_are_told_one_by_one() {
    told(
        "smtplib.SMTPRecipientsRefused: {'bob@example.org': (550, b\"5.1.1 The account doesn't exist.\\n5.1.1 See the help page\"), 'eve@example.org': (450, b'4.2.0 Greylisted, try again'), 'zoe@example.org': (552, '5.2.2 Mailbox full')}",
        &[
            "550 5.1.1 no-such-user rcpt bob@example.org -",
            "450 4.2.0 greylisting rcpt eve@example.org -",
            "552 5.2.2 mailbox-full rcpt zoe@example.org -",
        ],
    );
    told(
        "aiosmtplib.errors.SMTPRecipientsRefused: [SMTPRecipientRefused(550, '5.1.1 <bob@example.org>: User unknown', 'bob@example.org'), SMTPRecipientRefused(450, '4.2.0 Greylisted', 'eve@example.org')]",
        &["550 5.1.1 no-such-user rcpt bob@example.org -", "450 4.2.0 greylisting rcpt eve@example.org -"],
    );
}

#[test]
fn a_traceback_is_read_by_its_exception() {
    let text = r#"Traceback (most recent call last):
  File "/srv/app/send.py", line 12, in <module>
    server.sendmail(me, [you], body)
  File "/usr/lib/python3.12/smtplib.py", line 899, in sendmail
    raise SMTPDataError(code, resp)
smtplib.SMTPDataError: (550, b'5.7.1 Message contains a virus')

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/app/main.py", line 550, in run
    raise DeliveryError("could not send") from None
app.DeliveryError: could not send
"#;
    told(text, &["550 5.7.1 virus message - -"]);
    let text = r#"Traceback (most recent call last):
  File "/usr/lib/python3.12/smtplib.py", line 341, in connect
    self.sock = self._get_socket(host, port, self.timeout)
  File "/usr/lib/python3.12/socket.py", line 852, in create_connection
    raise exceptions[0]
ConnectionRefusedError: [Errno 111] Connection refused
"#;
    told(text, &["- - port-refused connect - -"]);
}

#[test]
fn the_debug_output_of_smtplib_is_a_dialogue() {
    let text = r"send: 'ehlo [192.0.2.7]\r\n'
reply: b'250-mx.example.org\r\n'
reply: b'250 SIZE 1000\r\n'
reply: retcode (250); Msg: b'mx.example.org\nSIZE 1000'
send: 'mail FROM:<alice@example.net> size=100\r\n'
reply: b'250 2.1.0 Ok\r\n'
reply: retcode (250); Msg: b'2.1.0 Ok'
send: 'rcpt TO:<bob@example.org>\r\n'
reply: b'550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown\r\n'
reply: retcode (550); Msg: b'5.1.1 <bob@example.org>: Recipient address rejected: User unknown'
send: 'rset\r\n'
reply: b'250 2.0.0 Ok\r\n'
reply: retcode (250); Msg: b'2.0.0 Ok'
";
    told(text, &["550 5.1.1 no-such-user rcpt bob@example.org mx.example.org"]);
}

#[test]
fn what_breaks_without_a_reply_is_network_names_or_encryption() {
    let cases = [
        ("smtplib.SMTPServerDisconnected: Connection unexpectedly closed", "- - connection-lost - - -"),
        ("smtplib.SMTPServerDisconnected: please run connect() first", "- - connection-lost - - -"),
        ("TimeoutError: [Errno 110] Connection timed out", "- - timeout connect - -"),
        ("socket.gaierror: [Errno -2] Name or service not known", "- - dns resolve - -"),
        ("socket.gaierror: [Errno 11001] getaddrinfo failed", "- - dns resolve - -"),
        ("socket.gaierror: [Errno -3] Temporary failure in name resolution", "- - dns-timeout resolve - -"),
        ("OSError: [Errno 101] Network is unreachable", "- - host-unreachable connect - -"),
        ("ConnectionResetError: [Errno 104] Connection reset by peer", "- - connection-lost - - -"),
        (
            "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1000)",
            "- - certificate-untrusted tls - -",
        ),
        ("ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1000)", "- - wrong-security tls - -"),
        (
            "smtplib.SMTPNotSupportedError: STARTTLS extension not supported by server.",
            "- - wrong-security starttls - -",
        ),
        ("smtplib.SMTPNotSupportedError: SMTP AUTH extension not supported by server.", "- - auth-needs-tls auth - -"),
        ("smtplib.SMTPException: No suitable authentication method found.", "- - mechanism-mismatch auth - -"),
        (
            "aiosmtplib.errors.SMTPConnectTimeoutError: Timed out connecting to smtp.example.org on port 587",
            "- - timeout connect - smtp.example.org",
        ),
    ];
    each(&cases);
}
