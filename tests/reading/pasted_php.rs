//! What PHP programs print around a reply: PHPMailer, Swift Mailer, Symfony, WordPress.

use crate::{each, told};

#[test]
fn phpmailer_takes_a_reply_apart_and_it_is_put_together() {
    told(
        "SMTP Error: data not accepted.SMTP server error: DATA END command failed Detail: Message rejected as spam SMTP code: 554 Additional SMTP info: 5.7.1",
        &["554 5.7.1 spam-content message - -"],
    );
    told(
        "SMTP Error: The following recipients failed: bob@example.org: <bob@example.org>: Recipient address rejected: User unknown\nSMTP server error: RCPT TO command failed Detail: <bob@example.org>: Recipient address rejected: User unknown SMTP code: 550 Additional SMTP info: 5.1.1",
        &["550 5.1.1 no-such-user rcpt bob@example.org -"],
    );
    told(
        "SMTP Error: The following recipients failed: bob@example.org: User unknown, eve@example.org: Mailbox full",
        &["- - no-such-user rcpt bob@example.org -", "- - mailbox-full rcpt eve@example.org -"],
    );
    told(
        "The following From address failed: alice@example.net : MAIL FROM command failed,Sender address rejected: not owned by user,553,5.7.1",
        &["553 5.7.1 sender-not-allowed mail - -"],
    );
}

#[test]
fn phpmailer_s_debug_output_is_a_dialogue() {
    let text = "2026-01-02 10:00:00 SERVER -> CLIENT: 220 mx.example.org ESMTP<br>
2026-01-02 10:00:00 CLIENT -> SERVER: EHLO web.example.net<br>
2026-01-02 10:00:00 SERVER -> CLIENT: 250-mx.example.org<br>250 8BITMIME<br>
2026-01-02 10:00:00 CLIENT -> SERVER: MAIL FROM:&lt;alice@example.net&gt;<br>
2026-01-02 10:00:00 SERVER -> CLIENT: 250 2.1.0 Ok<br>
2026-01-02 10:00:00 CLIENT -> SERVER: RCPT TO:&lt;bob@example.org&gt;<br>
2026-01-02 10:00:00 SERVER -> CLIENT: 554 5.7.1 &lt;bob@example.org&gt;: Relay access denied<br>
2026-01-02 10:00:00 SMTP ERROR: RCPT TO command failed: 554 5.7.1 &lt;bob@example.org&gt;: Relay access denied<br>
2026-01-02 10:00:00 CLIENT -> SERVER: QUIT<br>
2026-01-02 10:00:00 SERVER -> CLIENT: 221 2.0.0 Bye<br>
SMTP Error: The following recipients failed: bob@example.org: &lt;bob@example.org&gt;: Relay access denied
";
    told(text, &["554 5.7.1 relay-denied rcpt bob@example.org mx.example.org"]);
}

#[test]
fn phpmailer_without_a_reply_is_read_by_its_words() {
    let cases = [
        ("SMTP Error: Could not authenticate.", "- - bad-credentials auth - -"),
        (
            "SMTP connect() failed. https://github.com/PHPMailer/PHPMailer/wiki/Troubleshooting",
            "- - network connect - -",
        ),
        (
            "SMTP Error: Could not connect to SMTP host. Failed to connect to serverSMTP server error: Failed to connect to server Additional SMTP info: php_network_getaddresses: getaddrinfo for smtp.example.org failed: Name or service not known",
            "- - dns resolve - -",
        ),
        (
            "SMTP ERROR: Failed to connect to server: Connection timed out (110)\nSMTP connect() failed.",
            "- - timeout connect - -",
        ),
        (
            "Warning: mail(): Failed to connect to mailserver at \"localhost\" port 25, verify your \"SMTP\" and \"smtp_port\" setting in php.ini",
            "- - network connect - -",
        ),
        (
            "Warning: mail(): SMTP server response: 530 5.7.0 Must issue a STARTTLS command first. in /srv/www/form.php on line 12",
            "530 5.7.0 tls-required - - -",
        ),
        (
            "Connection: Failed to connect to server. Error number 2. \"Error notice: stream_socket_client(): Unable to connect to smtp.example.org:587 (Connection refused)\"",
            "- - port-refused connect - smtp.example.org",
        ),
        (
            "stream_socket_enable_crypto(): SSL operation failed with code 1. OpenSSL Error messages: error:0A000086:SSL routines::certificate verify failed",
            "- - certificate-untrusted tls - -",
        ),
    ];
    each(&cases);
}

#[test]
fn swift_and_symfony_say_what_they_expected() {
    let cases = [
        (
            "Expected response code \"250\" but got code \"550\", with message \"550 5.1.1 <bob@example.org>: User unknown\".",
            "550 5.1.1 no-such-user - bob@example.org -",
        ),
        (
            "Expected response code 250/251/252 but got code \"550\", with message \"550 5.1.1 <bob@example.org>: User unknown\r\n\"",
            "550 5.1.1 no-such-user rcpt bob@example.org -",
        ),
        (
            "Expected response code \"235\" but got code \"535\", with message \"535-5.7.8 Username and Password not accepted. Learn more at\r\n535 5.7.8  the page - gsmtp\".",
            "535 5.7.8 bad-credentials auth - -",
        ),
        (
            "Expected response code \"354\" but got code \"503\", with message \"503 5.5.1 RCPT first\".",
            "503 5.5.1 command-sequence data - -",
        ),
        (
            "Failed to authenticate on SMTP server with username \"alice@example.net\" using the following authenticators: \"LOGIN\", \"PLAIN\". Authenticator \"LOGIN\" returned \"Expected response code \"235\" but got code \"535\", with message \"535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6\".\". Authenticator \"PLAIN\" returned \"Expected response code \"235\" but got code \"535\", with message \"535 5.7.8 Error: authentication failed:\".\".",
            "535 5.7.8 bad-credentials auth - -",
        ),
        (
            "Connection could not be established with host \"smtp.example.org:587\": stream_socket_client(): Unable to connect to smtp.example.org:587 (Connection timed out)",
            "- - timeout connect - smtp.example.org",
        ),
        ("Expected response code \"220\" but got an empty response.", "- - connection-lost greeting - -"),
        (
            "[2026-01-02 10:00:00] production.ERROR: Expected response code 354 but got code \"550\", with message \"550 5.7.1 Relaying denied\" {\"exception\":\"[object] (Swift_TransportException(code: 550): Expected response code 354 but got code \\\"550\\\", with message \\\"550 5.7.1 Relaying denied\\\" at /srv/vendor/AbstractSmtpTransport.php:457)\"}",
            "550 5.7.1 relay-denied data - -",
        ),
    ];
    each(&cases);
}
