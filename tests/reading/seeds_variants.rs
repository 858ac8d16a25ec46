//! The failures people post, once more: the variants that the other two files do not have.

use crate::all;

#[test]
fn f05_sender_not_proved() {
    all(
        "spf-fail",
        &[
            "550-5.7.26 Your email has been blocked because the sender is unauthenticated.\n550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.\n550-5.7.26\n550-5.7.26  Authentication results:\n550-5.7.26  DKIM = did not pass\n550-5.7.26  SPF [example.net] with ip: [192.0.2.7] = did not pass\n550-5.7.26\n550 5.7.26  the help page - gsmtp",
            "550-5.7.26 This mail has been blocked because the sender is unauthenticated.\n550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.\n550 5.7.26 - gsmtp",
            "421-4.7.26 Your email has been rate limited because it is unauthenticated. Gmail requires all senders to authenticate with either SPF or DKIM.\n421 4.7.26 - gsmtp",
            "550 5.7.9 This mail has been blocked because the sender is unauthenticated. Yahoo requires all senders to authenticate with either SPF or DKIM. Authentication results: DKIM = FAILURE - SPF example.net with ip 192.0.2.7 = FAILURE",
            "550 5.7.26 This message does not have authentication information or fails to pass authentication checks",
        ],
    );
    all(
        "dmarc-reject",
        &[
            "550 5.7.509 Access denied, sending domain [example.net] does not pass DMARC verification and has a DMARC policy of reject. [SRV.prod.outlook.com]",
        ],
    );
    all("policy", &["554 5.7.9 Message not accepted for policy reasons. See the page of error codes"]);
}

#[test]
fn f06_no_reverse_name() {
    all(
        "no-ptr",
        &[
            "421-4.7.23 The IP address sending this message does not have a PTR record, or the\n421 4.7.23 corresponding forward DNS entry does not match the sending IP.",
            "550 5.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.7]",
        ],
    );
}

#[test]
fn f07_on_a_public_list() {
    all(
        "ip-listed",
        &[
            "554 Connection refused. This IP address is listed on the Exploits Block List (XBL). IB105",
            "554 Connection refused. This IP address is listed on the Policy Block List (PBL). IB106",
            "554 5.7.1 Service unavailable; Client host [2001:db8::7] blocked using zen.spamhaus.org; https://list.example.org/query/ip/2001:db8::7",
        ],
    );
}

#[test]
fn f08_private_reputation() {
    all(
        "reputation",
        &[
            "550 5.7.1 Unfortunately, messages from [192.0.2.7] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).",
            "554 IP=192.0.2.7 - A problem occurred. (Ask your postmaster for help or to contact tosa@example.org to clarify.) (BL)",
        ],
    );
}

#[test]
fn f09_too_much_at_once() {
    all(
        "rate-limit",
        &[
            "421-4.7.28 Gmail has detected an unusual rate of mail originating from your IP\n421 4.7.28 address [192.0.2.7 35].",
            "421-4.7.28 Gmail has detected an unusual rate of mail originating from your DKIM\n421 4.7.28 domain [example.net 36].",
            "421-4.7.28 Gmail has detected an unusual rate of mail originating from your IP\n421 4.7.28 Netblock [192.0.2.0/24 37].",
            "421 4.7.0 [TSS05] Messages from 192.0.2.7 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1",
            "421 4.7.0 [IPTS04] Messages from 192.0.2.7 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1",
            "421 4.7.0 [IPTS05] Messages from 192.0.2.7 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1",
            "550 5.4.6 Unusual sending activity detected. Please try after sometime.",
        ],
    );
}

#[test]
fn f12_name_in_ehlo() {
    all("helo-rejected", &["501 5.5.4 Invalid domain name [SRV.prod.outlook.com]"]);
}

#[test]
fn f13_encryption() {
    all("tls-handshake", &["454 TLS currently unavailable"]);
    all(
        "tls-required",
        &[
            "530-5.7.0 Must issue a STARTTLS command first. For more information, go to\n530 5.7.0 the help page - gsmtp",
            "450 4.7.321 starttls-not-supported: Destination mail server must support TLS to receive mail.",
        ],
    );
    all("dane-fail", &["450 4.7.324 dnssec-invalid: Destination domain returned invalid DNSSEC records."]);
    all("mta-sts-fail", &["451 4.7.5 STS policy of the domain example.org was not met: MTA-STS validation failed"]);
    all(
        "wrong-security",
        &[
            "SMTP protocol synchronization error (input sent without waiting for greeting): rejected connection from H=[192.0.2.7] input=\"\\026\\003\\001\\001\"",
        ],
    );
}

#[test]
fn f15_sender_not_allowed() {
    all(
        "sender-not-allowed",
        &[
            "550 You are not authorized to send from that email address",
            "403 You are not authorized to send from that email address",
            "554 5.2.252 SendAsDenied; alice@example.net not allowed to send as info@example.net; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due to a permanent exception",
            "550 The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.",
            "421 Domain sandbox1.example.org is not allowed to send: Sandbox subdomains are for test purposes only. Please add your own domain or add the address to authorized recipients in Account Settings.",
        ],
    );
}

#[test]
fn f16_server_itself_sick() {
    all(
        "server-overloaded",
        &["451 4.7.0 Temporary server error. Please try again later. PRX4 NextHop:mx.example.org"],
    );
}

#[test]
fn f17_content() {
    all(
        "bare-newline",
        &[
            "550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal; message contains bare linefeeds, which cannot be sent via DATA",
        ],
    );
    all("spam-content", &["554 rejected due to spam URL in content", "550 5.7.1 message content rejected"]);
}
