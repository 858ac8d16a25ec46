//! What Nodemailer prints around a reply.

use crate::{each, told};

#[test]
fn an_error_object_is_one_failure() {
    let text = r"Error: Invalid login: 535-5.7.8 Username and Password not accepted. For more information, go to
535 5.7.8  the help page - gsmtp
    at SMTPConnection._formatError (/srv/app/node_modules/nodemailer/lib/smtp-connection/index.js:798:19)
    at SMTPConnection._actionAUTHComplete (/srv/app/node_modules/nodemailer/lib/smtp-connection/index.js:1577:34)
    at TLSSocket.emit (node:events:518:28) {
  code: 'EAUTH',
  response: '535-5.7.8 Username and Password not accepted. For more information, go to\n' +
    '535 5.7.8  the help page - gsmtp',
  responseCode: 535,
  command: 'AUTH PLAIN'
}
";
    told(text, &["535 5.7.8 bad-credentials auth - -"]);
    told(
        "Error: Mail command failed: 550 5.7.60 SMTP; Client does not have permissions to send as this sender [x.example.org]\n    at x (y.js:1:1) {\n  code: 'EENVELOPE',\n  response: '550 5.7.60 SMTP; Client does not have permissions to send as this sender [x.example.org]',\n  responseCode: 550,\n  command: 'MAIL FROM'\n}",
        &["550 5.7.60 sender-not-allowed mail - -"],
    );
    told(
        "Error: Message failed: 552 5.3.4 Message size exceeds fixed limit { code: 'EMESSAGE', responseCode: 552, command: 'DATA' }",
        &["552 5.3.4 message-too-big message - -"],
    );
}

#[test]
fn rejected_errors_are_told_recipient_by_recipient() {
    let text = r"Error: Can't send mail - all recipients were rejected: 550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown
    at SMTPConnection._formatError (/srv/node_modules/nodemailer/lib/smtp-connection/index.js:798:19) {
  code: 'EENVELOPE',
  response: '550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown',
  responseCode: 550,
  command: 'RCPT TO',
  rejected: [ 'bob@example.org', 'eve@example.org' ],
  rejectedErrors: [
    Error: Recipient command failed: 550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown
        at SMTPConnection._formatError (/srv/node_modules/nodemailer/lib/smtp-connection/index.js:798:19) {
      code: 'EENVELOPE',
      response: '550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown',
      responseCode: 550,
      command: 'RCPT TO',
      recipient: 'bob@example.org'
    },
    Error: Recipient command failed: 450 4.2.0 Greylisted, please come back
        at SMTPConnection._formatError (/srv/node_modules/nodemailer/lib/smtp-connection/index.js:798:19) {
      code: 'EENVELOPE',
      response: '450 4.2.0 Greylisted, please come back',
      responseCode: 450,
      command: 'RCPT TO',
      recipient: 'eve@example.org'
    }
  ]
}
";
    told(text, &["550 5.1.1 no-such-user rcpt bob@example.org -", "450 4.2.0 greylisting rcpt eve@example.org -"]);
}

#[test]
fn an_error_written_as_json_is_read_through_its_escapes() {
    told(
        r#"{"level":"error","err":{"code":"EENVELOPE","response":"550-5.1.1 <bob@example.org>: no such user\n550 5.1.1 see \"the page\"","responseCode":550,"command":"RCPT TO","rejected":["bob@example.org"]}}"#,
        &["550 5.1.1 no-such-user rcpt bob@example.org -"],
    );
}

#[test]
fn codes_without_a_reply_are_network_names_or_encryption() {
    let cases = [
        (
            "Error: connect ETIMEDOUT 192.0.2.25:465 { errno: -110, code: 'ESOCKET', syscall: 'connect', address: '192.0.2.25', port: 465, command: 'CONN' }",
            "- - timeout connect - -",
        ),
        ("Error: Greeting never received { code: 'ETIMEDOUT', command: 'CONN' }", "- - timeout greeting - -"),
        (
            "Error: getaddrinfo ENOTFOUND smtp.example.org { errno: -3008, code: 'EDNS', syscall: 'getaddrinfo', hostname: 'smtp.example.org', command: 'CONN' }",
            "- - dns resolve - smtp.example.org",
        ),
        (
            "Error: 80FB:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:ssl_record.c:354: { library: 'SSL routines', reason: 'wrong version number', code: 'ESOCKET', command: 'CONN' }",
            "- - wrong-security tls - -",
        ),
        (
            "Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames: Host: smtp.example.org. is not in the cert's altnames: DNS:mail.example.net { code: 'ESOCKET', command: 'CONN' }",
            "- - certificate-name tls - smtp.example.org",
        ),
        ("Error: Missing credentials for \"PLAIN\" { code: 'EAUTH', command: 'API' }", "- - auth-required auth - -"),
        ("Error: Connection closed unexpectedly { code: 'ECONNECTION', command: 'CONN' }", "- - connection-lost - - -"),
        ("Error: read ECONNRESET { errno: -104, code: 'ESOCKET', command: 'CONN' }", "- - connection-lost - - -"),
        (
            "Error: connect ECONNREFUSED 127.0.0.1:587 { code: 'ESOCKET', command: 'CONN' }",
            "- - port-refused connect - -",
        ),
    ];
    each(&cases);
}
