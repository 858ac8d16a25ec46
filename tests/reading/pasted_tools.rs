//! What command-line tools print: msmtp, ssmtp, sendmail, curl, swaks, openssl, telnet.

use crate::{each, told};

#[test]
fn msmtp_and_ssmtp_name_who_was_refused() {
    let cases = [
        (
            "msmtp: recipient address bob@example.org not accepted by the server\nmsmtp: server message: 550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown\nmsmtp: could not send mail (account default from /home/alice/.msmtprc)",
            "550 5.1.1 no-such-user rcpt bob@example.org -",
        ),
        (
            "msmtp: authentication failed (method PLAIN)\nmsmtp: server message: 535 5.7.8 Error: authentication failed\nmsmtp: could not send mail",
            "535 5.7.8 bad-credentials auth - -",
        ),
        (
            "msmtp: envelope from address alice@example.net not accepted by the server\nmsmtp: server message: 553 5.7.1 Sender address rejected: not owned by user\nmsmtp: could not send mail",
            "553 5.7.1 sender-not-allowed mail - -",
        ),
        (
            "msmtp: the server did not accept the mail\nmsmtp: server message: 554-5.7.1 Spam message rejected\nmsmtp: server message: 554 5.7.1 see the page\nmsmtp: could not send mail",
            "554 5.7.1 spam-content message - -",
        ),
        (
            "msmtp: cannot connect to smtp.example.org, port 587: Connection refused\nmsmtp: could not send mail",
            "- - port-refused connect - smtp.example.org",
        ),
        ("msmtp: cannot locate host smtp.example.org: Name or service not known", "- - dns resolve - smtp.example.org"),
        ("msmtp: TLS certificate verification failed: the certificate has expired", "- - certificate-expired tls - -"),
        ("msmtp: cannot use a secure authentication method", "- - auth-needs-tls auth - -"),
        ("ssmtp: RCPT TO:<bob@example.org> (550 5.1.1 User unknown)", "550 5.1.1 no-such-user rcpt bob@example.org -"),
        ("ssmtp: Authorization failed (535 5.7.8 Error: authentication failed)", "535 5.7.8 bad-credentials auth - -"),
        ("ssmtp: Cannot open smtp.example.org:587", "- - network connect - smtp.example.org"),
    ];
    each(&cases);
}

#[test]
fn sendmail_s_verbose_dialogue_answers_commands_in_their_order() {
    let text = "bob@example.org... Connecting to mx.example.org. via esmtp...
220 mx.example.org ESMTP
>>> EHLO laptop.example.net
250-mx.example.org
250 PIPELINING
>>> MAIL From:<alice@example.net> SIZE=5
250 2.1.0 Ok
>>> RCPT To:<bob@example.org>
>>> DATA
550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown
554 5.5.1 Error: no valid recipients
bob@example.org... User unknown
Closing connection to mx.example.org.
>>> QUIT
221 2.0.0 Bye
";
    told(text, &["550 5.1.1 no-such-user rcpt bob@example.org mx.example.org"]);
}

#[test]
fn curl_and_swaks_mark_who_speaks() {
    let text = "* Connected to mx.example.org (192.0.2.25) port 25
< 220 mx.example.org ESMTP
> EHLO laptop
< 250-mx.example.org
< 250 SMTPUTF8
> MAIL FROM:<alice@example.net>
< 250 2.1.0 Ok
> RCPT TO:<bob@example.org>
< 550 5.1.1 User unknown
* RCPT failed: 550
* Closing connection
curl: (55) RCPT failed: 550
";
    told(text, &["550 5.1.1 no-such-user rcpt bob@example.org mx.example.org"]);
    let text = "=== Trying mx.example.org:25...
=== Connected to mx.example.org.
<-  220 mx.example.org ESMTP
 -> EHLO laptop
<-  250-mx.example.org
<-  250 STARTTLS
 -> STARTTLS
<-  220 2.0.0 Ready
=== TLS started with cipher TLSv1.3:TLS_AES_256_GCM_SHA384:256
 ~> EHLO laptop
<~  250 mx.example.org
 ~> MAIL FROM:<alice@example.net>
<~  250 2.1.0 Ok
 ~> RCPT TO:<bob@example.org>
<~* 450 4.7.1 <bob@example.org>: Recipient address rejected: Greylisted
 ~> RCPT TO:<eve@example.org>
<~* 550 5.1.1 <eve@example.org>: User unknown
 ~> QUIT
<~  221 2.0.0 Bye
=== Connection closed with remote host.
";
    told(
        text,
        &[
            "450 4.7.1 greylisting rcpt bob@example.org mx.example.org",
            "550 5.1.1 no-such-user rcpt eve@example.org mx.example.org",
        ],
    );
    let cases = [
        ("curl: (67) Login denied", "- - bad-credentials auth - -"),
        ("curl: (55) RCPT failed: 550", "550 - no-such-user rcpt - -"),
        ("curl: (55) MAIL failed: 530", "530 - auth-required mail - -"),
        (
            "curl: (7) Failed to connect to smtp.example.org port 25 after 3 ms: Couldn't connect to server",
            "- - network connect - smtp.example.org",
        ),
        ("curl: (6) Could not resolve host: smtp.example.org", "- - dns resolve - smtp.example.org"),
        (
            "curl: (60) SSL certificate problem: unable to get local issuer certificate",
            "- - certificate-untrusted tls - -",
        ),
        ("curl: (64) Requested SSL level failed", "- - wrong-security starttls - -"),
        ("curl: (28) Connection timed out after 10001 milliseconds", "- - timeout connect - -"),
        ("curl: (56) response reading failed (errno: 104)", "- - connection-lost - - -"),
        (
            "=== Trying smtp.example.org:25...\n*** Error connecting to smtp.example.org:25:\n*** \tIO::Socket::INET6: connect: Connection refused",
            "- - port-refused connect - smtp.example.org",
        ),
        (
            "*** TLS startup failed (connect(): error:0A000086:SSL routines::certificate verify failed)",
            "- - certificate-untrusted tls - -",
        ),
        ("*** Remote host closed connection unexpectedly.", "- - connection-lost - - -"),
    ];
    each(&cases);
}

#[test]
fn sessions_by_hand_are_read() {
    let text = "Trying 192.0.2.25...
Connected to mx.example.org.
Escape character is '^]'.
220 mx.example.org ESMTP Postfix
ehlo laptop
250-mx.example.org
250 SMTPUTF8
mail from:<alice@example.net>
250 2.1.0 Ok
rcpt to:<bob@example.org>
554 5.7.1 <bob@example.org>: Relay access denied
quit
221 2.0.0 Bye
Connection closed by foreign host.
";
    told(text, &["554 5.7.1 relay-denied rcpt bob@example.org mx.example.org"]);
    let text = "CONNECTED(00000003)
depth=0 CN = mx.example.org
verify return:1
---
SSL handshake has read 2000 bytes and written 400 bytes
Verify return code: 0 (ok)
---
250 SMTPUTF8
AUTH PLAIN AGFsaWNlAHNlY3JldA==
535 5.7.8 Error: authentication failed: bad secret
";
    told(text, &["535 5.7.8 bad-credentials auth - mx.example.org"]);
    told(
        "CONNECTED(00000003)\n40A7:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../ssl/record/ssl3_record.c:354:\n---\nno peer certificate available\n",
        &["- - wrong-security tls - -"],
    );
    told("telnet: Unable to connect to remote host: Connection refused", &["- - port-refused connect - -"]);
    told(
        "Trying 192.0.2.25...\ntelnet: connect to address 192.0.2.25: Connection timed out",
        &["- - timeout connect - -"],
    );
}

#[test]
fn java_mail_s_debug_session_is_a_dialogue() {
    let text = "DEBUG SMTP: useEhlo true, useAuth true
DEBUG SMTP: trying to connect to host \"mx.example.org\", port 25, isSSL false
220 mx.example.org ESMTP
EHLO laptop
250-mx.example.org
250 STARTTLS
DEBUG SMTP: Found extension \"STARTTLS\", arg \"\"
MAIL FROM:<alice@example.net>
250 2.1.0 Ok
RCPT TO:<bob@example.org>
550 5.1.1 <bob@example.org>: User unknown
DEBUG SMTP: Invalid Addresses
DEBUG SMTP:   bob@example.org
";
    told(text, &["550 5.1.1 no-such-user rcpt bob@example.org mx.example.org"]);
}
