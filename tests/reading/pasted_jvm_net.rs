//! What Java, .NET, Go and Ruby programs print around a reply.

use crate::{each, told};

#[test]
fn nested_exceptions_of_java_mail_are_read_by_the_innermost_reply() {
    let text = "javax.mail.SendFailedException: Invalid Addresses;
  nested exception is:
\tcom.sun.mail.smtp.SMTPAddressFailedException: 550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown

;
  nested exception is:
\tcom.sun.mail.smtp.SMTPAddressFailedException: 452 4.2.2 <eve@example.org>: Mailbox full

\tat com.sun.mail.smtp.SMTPTransport.rcptTo(SMTPTransport.java:2064)
\tat com.sun.mail.smtp.SMTPTransport.sendMessage(SMTPTransport.java:1286)
Caused by: com.sun.mail.smtp.SMTPAddressFailedException: 550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown
\tat com.sun.mail.smtp.SMTPTransport.rcptTo(SMTPTransport.java:1917)
\t... 12 more
";
    told(text, &["550 5.1.1 no-such-user rcpt bob@example.org -", "452 4.2.2 mailbox-full rcpt eve@example.org -"]);
    told(
        "org.springframework.mail.MailSendException: Failed messages: jakarta.mail.SendFailedException: Invalid Addresses; nested exception is: com.sun.mail.smtp.SMTPAddressFailedException: 554 5.7.1 <bob@example.org>: Relay access denied ; message exceptions (1) are: Failed message 1: jakarta.mail.SendFailedException: Invalid Addresses",
        &["554 5.7.1 relay-denied rcpt bob@example.org -"],
    );
}

#[test]
fn java_mail_s_exceptions_tell_the_stage() {
    let cases = [
        (
            "javax.mail.AuthenticationFailedException: 535 5.7.8 Error: authentication failed",
            "535 5.7.8 bad-credentials auth - -",
        ),
        (
            "com.sun.mail.smtp.SMTPSenderFailedException: 553 5.7.1 <alice@example.net>: Sender address rejected: not owned by user",
            "553 5.7.1 sender-not-allowed mail - -",
        ),
        (
            "ERROR: Could not send email as a part of the post-build publishers.\ncom.sun.mail.smtp.SMTPSendFailedException: 530 5.7.0 Must issue a STARTTLS command first\n\tat x.y(Z.java:1)",
            "530 5.7.0 tls-required - - -",
        ),
        (
            "com.sun.mail.util.MailConnectException: Couldn't connect to host, port: smtp.example.org, 25; timeout -1;\n  nested exception is:\n\tjava.net.ConnectException: Connection refused (Connection refused)",
            "- - port-refused connect - smtp.example.org",
        ),
        (
            "javax.mail.MessagingException: Could not convert socket to TLS;\n  nested exception is:\n\tjavax.net.ssl.SSLHandshakeException: PKIX path building failed: unable to find valid certification path to requested target",
            "- - certificate-untrusted tls - -",
        ),
        (
            "javax.mail.MessagingException: Could not connect to SMTP host: smtp.example.org, port: 587;\n  nested exception is:\n\tjavax.net.ssl.SSLException: Unsupported or unrecognized SSL message",
            "- - wrong-security tls - smtp.example.org",
        ),
        (
            "javax.mail.MessagingException: Exception reading response;\n  nested exception is:\n\tjava.net.SocketTimeoutException: Read timed out",
            "- - timeout - - -",
        ),
        (
            "com.sun.mail.util.MailConnectException: Unknown SMTP host: smtp.example.org; nested exception is: java.net.UnknownHostException: smtp.example.org",
            "- - dns resolve - smtp.example.org",
        ),
        (
            "org.springframework.mail.MailAuthenticationException: Authentication failed; nested exception is javax.mail.AuthenticationFailedException: failed to connect, no password specified?",
            "- - auth-required auth - -",
        ),
        (
            "javax.mail.MessagingException: Got bad greeting from SMTP host: smtp.example.org, port: 465, response: [EOF]",
            "- - wrong-security greeting - smtp.example.org",
        ),
    ];
    each(&cases);
}

#[test]
fn the_exceptions_of_dot_net_name_the_code_in_words() {
    let cases = [
        (
            "System.Net.Mail.SmtpFailedRecipientException: Mailbox unavailable. The server response was: 5.1.1 <bob@example.org>: Recipient address rejected: User unknown\n   at System.Net.Mail.SmtpTransport.SendMail(MailAddress sender)",
            "550 5.1.1 no-such-user rcpt bob@example.org -",
        ),
        (
            "System.Net.Mail.SmtpException: The SMTP server requires a secure connection or the client was not authenticated. The server response was: 5.7.0 Authentication Required. Learn more at the page",
            "530 5.7.0 auth-required - - -",
        ),
        (
            "System.Net.Mail.SmtpException: Service not available, closing transmission channel. The server response was: 4.7.0 Temporary System Problem. Try again later",
            "421 4.7.0 server-overloaded - - -",
        ),
        (
            "System.Net.Mail.SmtpException: Failure sending mail. ---> System.Net.WebException: Unable to connect to the remote server ---> System.Net.Sockets.SocketException: A connection attempt failed because the connected party did not properly respond after a period of time 192.0.2.25:25",
            "- - timeout connect - -",
        ),
        (
            "System.Net.Mail.SmtpException: Failure sending mail. ---> System.Net.WebException: The remote name could not be resolved: 'smtp.example.org'",
            "- - dns resolve - smtp.example.org",
        ),
        (
            "System.Net.Mail.SmtpException: Failure sending mail. ---> System.IO.IOException: Unable to read data from the transport connection: net_io_connectionclosed.",
            "- - connection-lost - - -",
        ),
        (
            "MailKit.Net.Smtp.SmtpCommandException: 5.1.1 User unknown\n   at MailKit.Net.Smtp.SmtpClient.OnRecipientNotAccepted\nErrorCode: RecipientNotAccepted\nMailbox: bob@example.org\nStatusCode: MailboxUnavailable",
            "550 5.1.1 no-such-user rcpt bob@example.org -",
        ),
        (
            "MailKit.Security.AuthenticationException: 535: 5.7.8 Authentication failed",
            "535 5.7.8 bad-credentials auth - -",
        ),
        (
            "MailKit.Security.SslHandshakeException: An error occurred while attempting to establish an SSL or TLS connection.\nThe host name (smtp.example.org) did not match any of the names given in the server's SSL certificate",
            "- - certificate-name tls - -",
        ),
        ("MailKit.ServiceNotAuthenticatedException: The SmtpClient is not authenticated.", "- - auth-required - - -"),
        (
            "System.Security.Authentication.AuthenticationException: The remote certificate is invalid according to the validation procedure: RemoteCertificateNameMismatch",
            "- - certificate-name tls - -",
        ),
    ];
    each(&cases);
}

#[test]
fn go_prints_the_reply_bare_or_in_its_own_error() {
    let cases = [
        ("gomail: could not send email 1: 550 5.1.1 User unknown", "550 5.1.1 no-such-user - - -"),
        ("&textproto.Error{Code:550, Msg:\"5.1.1 User unknown\"}", "550 5.1.1 no-such-user - - -"),
        ("dial tcp 192.0.2.25:25: i/o timeout", "- - timeout connect - -"),
        ("dial tcp 192.0.2.25:587: connect: connection refused", "- - port-refused connect - -"),
        ("dial tcp: lookup smtp.example.org: no such host", "- - dns resolve - smtp.example.org"),
        (
            "dial tcp: lookup smtp.example.org on 127.0.0.53:53: server misbehaving",
            "- - servfail resolve - smtp.example.org",
        ),
        ("x509: certificate is valid for mail.example.net, not smtp.example.org", "- - certificate-name tls - -"),
        (
            "tls: failed to verify certificate: x509: certificate signed by unknown authority",
            "- - certificate-untrusted tls - -",
        ),
        ("tls: first record does not look like a TLS handshake", "- - wrong-security tls - -"),
        ("unencrypted connection", "- - auth-needs-tls auth - -"),
        ("smtp: server doesn't support AUTH", "- - auth-needs-tls auth - -"),
        ("EOF", "- - connection-lost - - -"),
        ("read tcp 192.0.2.7:50000->192.0.2.25:587: read: connection reset by peer", "- - connection-lost - - -"),
        (
            "logger=alerting.notifier.email t=2026-01-02T10:00:00Z level=error msg=\"Failed to send email\" error=\"gomail: could not send email 1: 535 5.7.8 Username and Password not accepted\"",
            "535 5.7.8 bad-credentials auth - -",
        ),
        (
            "2026/01/02 10:00:00 ...ces/mailer/mailer.go:421:func1() [E] Failed to send emails [bob@example.org]: Reset your password - gomail: could not send email 1: 550 5.1.1 <bob@example.org>: User unknown",
            "550 5.1.1 no-such-user - bob@example.org -",
        ),
    ];
    each(&cases);
}

#[test]
fn ruby_s_exceptions_are_read() {
    let cases = [
        (
            "Net::SMTPAuthenticationError (535 5.7.8 Error: authentication failed: x)",
            "535 5.7.8 bad-credentials auth - -",
        ),
        (
            "Net::SMTPFatalError: 550 5.1.1 <bob@example.org>: User unknown",
            "550 5.1.1 no-such-user - bob@example.org -",
        ),
        ("Net::SMTPServerBusy: 450 4.2.0 Greylisted, see the page", "450 4.2.0 greylisting - - -"),
        (
            "Net::SMTPUnknownError: could not get 3xx (550: 550 5.7.1 Relaying denied)",
            "550 5.7.1 relay-denied data - -",
        ),
        ("Net::OpenTimeout: execution expired", "- - timeout connect - -"),
        ("Net::ReadTimeout: Net::ReadTimeout", "- - timeout - - -"),
        (
            "Errno::ECONNREFUSED: Connection refused - connect(2) for \"smtp.example.org\" port 25",
            "- - port-refused connect - smtp.example.org",
        ),
        (
            "OpenSSL::SSL::SSLError: SSL_connect returned=1 errno=0 state=error: wrong version number",
            "- - wrong-security tls - -",
        ),
        ("EOFError: end of file reached", "- - connection-lost - - -"),
        ("Net::SMTPUnsupportedCommand: STARTTLS is not supported on this server", "- - wrong-security starttls - -"),
    ];
    each(&cases);
}
