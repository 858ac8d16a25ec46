//! The failures people post, F1 to F9: from a closed port to too much at once.

use crate::all;

#[test]
fn f01_no_way_out() {
    all(
        "timeout",
        &[
            "connect to mx1.example.org[192.0.2.25]:25: Connection timed out",
            "451 4.4.0 Primary target IP address responded with: \"421 4.4.1 Connection timed out.\" Socket error code 10060",
            "os error 10060",
        ],
    );
    all(
        "port-refused",
        &[
            "connect to mx1.example.org[192.0.2.25]:25: Connection refused",
            "451 4.4.316 Connection refused [Message=Socket error code 10061]",
        ],
    );
    all(
        "ipv6-broken",
        &[
            "connect to mx1.example.org[2001:db8::25]:25: Network is unreachable",
            "connect to mx1.example.org[2001:db8::25]:25: Cannot assign requested address",
        ],
    );
    all("host-unreachable", &["connect to mx1.example.org[192.0.2.25]:25: No route to host"]);
}

#[test]
fn f02_relaying_refused() {
    all(
        "relay-denied",
        &[
            "554 5.7.1 <bob@example.org>: Relay access denied",
            "454 4.7.1 <bob@example.org>: Relay access denied",
            "550 relay not permitted",
            "550 5.7.1 Unable to relay",
            "550 5.7.64 TenantAttribution; Relay Access Denied",
            "550 5.4.1 Relay Access Denied",
            "550-5.7.1 Invalid credentials for relay [192.0.2.7].\n550 5.7.1 The IP is not registered",
            "550 5.7.0 Mail relay denied [192.0.2.7]",
            "550 relaying denied for <bob@example.org>",
            "550 5.7.1 Relaying denied",
            "451 Open relay not allowed",
            "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
            "550 I cannot deliver mail for <bob@example.org>",
            "554 5.7.1 <bob@example.org>: relaying is not allowed",
            "550 5.7.1 <bob@example.org>... Relaying denied. Proper authentication required.",
        ],
    );
    all(
        "auth-required",
        &[
            "530 5.7.1 Client was not authenticated",
            "550-Please turn on SMTP Authentication in your mail client.\n550-host [192.0.2.7]:52000 is not permitted to\n550 relay through this server without authentication.",
        ],
    );
}

#[test]
fn f03_login_refused() {
    all(
        "bad-credentials",
        &[
            "535-5.7.8 Username and Password not accepted. For more information, go to\n535 5.7.8  the help page - gsmtp",
            "535 5.7.0 (#MBR1212) Incorrect username or password.",
            "535 5.7.0 (#AUTH005) Too many bad auth attempts.",
            "535 Authentication Credentials Invalid",
            "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6",
            "535 Incorrect authentication data",
            "535 5.7.1 Authentication failed",
            "535 Authentication Failed",
            "550 5.7.0 Code d'authentification invalide OFR_305",
        ],
    );
    all(
        "app-password-required",
        &["534-5.7.9 Application-specific password required.\n534 5.7.9 the help page - gsmtp"],
    );
    all(
        "auth-server-broken",
        &[
            "454 4.7.0 Temporary authentication failure: Connection lost to authentication server",
            "435 Unable to authenticate at present",
        ],
    );
    all("rate-limit", &["454 4.7.0 Too many login attempts, please try again later"]);
    all("mechanism-mismatch", &["501 5.5.2 Cannot Decode response x1 - gsmtp"]);
    all("auth-disabled", &["535 Authentication not allowed on IBSMTP Servers. IB401"]);
}

#[test]
fn f04_microsoft_logins() {
    all(
        "auth-disabled",
        &[
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. [SRV.prod.outlook.com]",
            "535 5.7.139 Authentication unsuccessful, basic authentication is disabled. [SRV.prod.outlook.com]",
            "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully.",
            "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy.",
            "550 5.7.30 Basic authentication is not supported for Client Submission.",
        ],
    );
    all("bad-credentials", &["535 5.7.3 Authentication unsuccessful [SRV.prod.outlook.com]"]);
    all("auth-required", &["530 5.7.57 Client not authenticated to send mail. [SRV.prod.outlook.com]"]);
}

#[test]
fn f05_sender_not_proved() {
    all(
        "spf-fail",
        &[
            "550-5.7.26 Your email has been blocked because the sender is unauthenticated.\n550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.\n550 5.7.26 - gsmtp",
            "550-5.7.26 The MAIL FROM domain [example.net] has an SPF record with a hard fail policy\n550 5.7.26 (-all) but it fails to pass SPF checks with the ip: [192.0.2.7]",
            "421 4.7.27 Your email has been rate limited because SPF authentication didn't pass for this message.",
            "550 5.7.9 This mail has been blocked because the sender is unauthenticated. Yahoo requires all senders to authenticate with either SPF or DKIM.",
            "550 5.7.23 The message was rejected because of Sender Policy Framework violation",
            "554 5.7.1 [HME1] This message was blocked for failing both SPF and DKIM authentication checks.",
            "550 alice@example.net Invalid SPF record. IB508",
        ],
    );
    all(
        "dmarc-reject",
        &[
            "550-5.7.26 Unauthenticated email from example.net is not accepted due to domain's\n550 5.7.26 DMARC policy.",
            "550 5.7.515 Access denied, sending domain example.net does not meet the required authentication level.",
            "550 5.7.509 Access denied, sending domain [example.net] does not pass DMARC verification and has a DMARC policy of reject.",
            "421 4.7.32 Your email has been rate limited because the From: header in this message isn't aligned with either the authenticated SPF or DKIM organizational domain.",
        ],
    );
    all(
        "dkim-fail",
        &["421 4.7.30 Your email has been rate limited because DKIM authentication didn't pass for this message."],
    );
    all("sender-domain-broken", &["421 smtp.example.org [192.0.2.7] Emetteur invalide, Veuillez verifier SPF/DNS"]);
    all("policy", &["554 5.7.9 Message not accepted for policy reasons."]);
}

#[test]
fn f06_no_reverse_name() {
    all(
        "no-ptr",
        &[
            "550-5.7.25 [192.0.2.7] The IP address sending this message does not\n550-5.7.25 have a PTR record setup, or the corresponding forward DNS entry does not\n550 5.7.25 match the sending IP.",
            "421 4.7.23 The sending IP address for this message doesn't have a PTR record, or it does not match.",
            "550-5.7.1 [2001:db8::7] Our system has detected that this message does not meet IPv6 sending\n550 5.7.1 guidelines regarding PTR records and authentication.",
            "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.7]",
            "450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.7]",
            "550 5.7.25 Client host rejected: cannot find your hostname, [192.0.2.7]",
            "554-gmx.example (mx017) Nemesis ESMTP Service not available\n554-No SMTP service\n554-Bad DNS PTR resource record.\n554 see the page",
            "554 resimta comcast 192.0.2.7 Comcast requires that all mail servers must have a PTR record with a valid Reverse DNS entry.",
            "550 5.7.25 Access denied, the sending IPv6 address [2001:db8::7] must have a reverse DNS record",
            "421 Temporarily rejected. Reverse DNS for this IP failed. IB108",
            "550 5.7.1 Connections not accepted from servers without a valid sender domain.",
        ],
    );
}

#[test]
fn f07_on_a_public_list() {
    all(
        "ip-listed",
        &[
            "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org; https://list.example.org/query/ip/192.0.2.7",
            "550 5.7.1 Service unavailable, Client host [192.0.2.7] blocked using Spamhaus. To request removal from this list see the page (AS16012611)",
            "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.7, because the ip is in Spamhaus's list; see the page",
            "554-gmx.example (mx017) Nemesis ESMTP Service not available\n554-No SMTP service\n554-IP address is black listed.\n554 see the page",
            "554 IP=192.0.2.7 - Dialup/transient IP not allowed. Use a mailgateway or contact us if obsolete. (DIAL)",
            "554 Connection refused. This IP address is listed on the Spamhaus Block List (SBL). IB104",
        ],
    );
    all(
        "domain-listed",
        &[
            "550 5.7.1 MailFrom domain is listed in Spamhaus. To request removal see the page (S8002)",
            "550 5.7.1 Helo domain is listed in Spamhaus. (S8001)",
        ],
    );
    all(
        "blocklist-misconfigured",
        &[
            "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org; Error: open resolver; see the page",
        ],
    );
    all(
        "reputation",
        &[
            "550 5.7.1 Service unavailable; client [192.0.2.7] blocked using prs.proofpoint.com",
            "554 IP=192.0.2.7 - A problem occurred. (Ask your postmaster for help) (BL)",
            "550 5.2.0 Client host blocked for spamming issues. OFR006_102",
        ],
    );
}

#[test]
fn f08_private_reputation() {
    all(
        "reputation",
        &[
            "550 5.7.1 Unfortunately, messages from [192.0.2.7] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140).",
            "451 4.7.650 The mail server [192.0.2.7] has been temporarily rate limited due to IP reputation. (S775)",
            "550 5.7.606 Access denied, banned sending IP [192.0.2.7]. (AS16012609)",
            "421-4.7.0 [192.0.2.7 15] This message is suspicious due to the very\n421 4.7.0 low reputation of the sending IP address",
            "550-5.7.1 [192.0.2.7] Our system has detected that this message is\n550 5.7.1 likely suspicious due to the very low reputation of the sending domain",
            "553 5.7.2 [TSS09] All messages from 192.0.2.7 will be permanently deferred; Retrying will NOT succeed.",
            "554-Transaction failed\n554-Reject due to policy restrictions.\n554 see the page",
        ],
    );
    all("rate-limit", &["451 4.7.500 Server busy. Please try again later from [192.0.2.7]. (AS77712344)"]);
    all("policy", &["550 5.7.1 [CS01] Message rejected due to local policy."]);
}

#[test]
fn f09_too_much_at_once() {
    all(
        "rate-limit",
        &[
            "421-4.7.28 Gmail has detected an unusual rate of mail originating from your SPF\n421 4.7.28 domain [example.net 35].",
            "450-4.2.1 The user you are trying to contact is receiving mail at a rate that\n450 4.2.1 prevents additional messages",
            "421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1",
            "421 4.7.1 Messages to bob@example.org deferred due to excessive volume.",
            "550 5.4.6 Unusual sending activity detected. Please try after sometime",
            "454 Throttling failure: Maximum sending rate exceeded.",
            "451 Authentication failed: Maximum credits exceeded",
        ],
    );
    all(
        "connection-limit",
        &[
            "421 4.7.0 mx.example.org Error: too many connections from 192.0.2.7",
            "421 mx.example.org: Too many concurrent SMTP connections; please try again later",
            "432 4.3.2 Concurrent connections limit exceeded.",
            "421 smtp.example.org Too many connections, slow down. OFR005_104 [104]",
        ],
    );
}
