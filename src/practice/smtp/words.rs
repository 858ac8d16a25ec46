//! What healthy servers say, in the manner of three kinds of them. Places are filled as in rules.

use crate::practice::script::Software;

/// An occasion to say something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    Greeting,
    Hello,
    NameMissing,
    HelloFirst,
    MailOk,
    MailNested,
    MailSyntax,
    ParameterUnknown,
    TooBig,
    RcptOk,
    RcptSyntax,
    NoSuchUser,
    RelayDenied,
    NeedMail,
    NeedRcpt,
    DataGo,
    Queued,
    ResetOk,
    NoopOk,
    Vrfy,
    Bye,
    Unknown,
    TlsGo,
    TlsNotHere,
    AuthNotHere,
    AuthTwice,
    AuthInMail,
    AuthMechanism,
    AuthGarbled,
    AuthCancelled,
    AuthOk,
    AuthBad,
    TooMany,
    AfterRefusal,
    LineTooLong,
    Idle,
    EnoughCommands,
}

impl On {
    /// What that kind of server says.
    pub(super) fn said_by(self, software: Software) -> &'static str {
        let [postfix, exim, exchange] = self.lines();
        match software {
            Software::Postfix => postfix,
            Software::Exim => exim,
            Software::Exchange => exchange,
        }
    }

    /// Postfix's manner, Exim's, Exchange's.
    fn lines(self) -> [&'static str; 3] {
        match self {
            Self::Greeting => [
                "220 {name} ESMTP Postfix",
                "220 {name} ESMTP Exim 4.98 ready",
                "220 {name} Microsoft ESMTP MAIL Service ready",
            ],
            Self::Hello => ["250 {name}", "250 {name} Hello {helo} [{ip}]", "250 {name} Hello [{ip}]"],
            Self::NameMissing => [
                "501 5.5.4 Syntax: EHLO hostname",
                "501 Syntactically invalid EHLO argument(s)",
                "501 5.5.4 Invalid domain name",
            ],
            Self::HelloFirst => {
                ["503 5.5.1 Error: send HELO/EHLO first", "503 HELO or EHLO required", "503 5.5.2 Send hello first"]
            }
            Self::MailOk => ["250 2.1.0 Ok", "250 OK", "250 2.1.0 Sender OK"],
            Self::MailNested => [
                "503 5.5.1 Error: nested MAIL command",
                "503 sender already given",
                "503 5.5.2 Sender already specified",
            ],
            Self::MailSyntax => [
                "501 5.5.4 Syntax: MAIL FROM:<address>",
                "501 malformed address in MAIL",
                "501 5.5.2 Syntax error in MAIL command",
            ],
            Self::ParameterUnknown => [
                "555 5.5.4 Unsupported option",
                "555 unsupported option in command",
                "501 5.5.4 Unrecognized parameter",
            ],
            Self::TooBig => [
                "552 5.3.4 Message size exceeds fixed limit",
                "552 Message size exceeds maximum permitted",
                "552 5.3.4 Message size exceeds fixed maximum message size",
            ],
            Self::RcptOk => ["250 2.1.5 Ok", "250 Accepted", "250 2.1.5 Recipient OK"],
            Self::RcptSyntax => [
                "501 5.5.4 Syntax: RCPT TO:<address>",
                "501 malformed address in RCPT",
                "501 5.5.2 Syntax error in RCPT command",
            ],
            Self::NoSuchUser => [
                "550 5.1.1 <{rcpt}>: Recipient address rejected: User unknown in local recipient table",
                "550 Unrouteable address",
                "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {rcpt} not found by SMTP address lookup",
            ],
            Self::RelayDenied => [
                "554 5.7.1 <{rcpt}>: Relay access denied",
                "550 relay not permitted",
                "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
            ],
            Self::NeedMail => {
                ["503 5.5.1 Error: need MAIL command", "503 sender not yet given", "503 5.5.2 Need mail command"]
            }
            Self::NeedRcpt => [
                "503 5.5.1 Error: need RCPT command",
                "503 valid RCPT command must precede DATA",
                "503 5.5.2 Need rcpt command",
            ],
            Self::DataGo => [
                "354 End data with <CR><LF>.<CR><LF>",
                "354 Enter message, ending with \".\" on a line by itself",
                "354 Start mail input; end with <CRLF>.<CRLF>",
            ],
            Self::Queued => [
                "250 2.0.0 Ok: queued as 4PRAC71CE0",
                "250 OK id=1pract-0001ce-00",
                "250 2.6.0 Queued mail for delivery",
            ],
            Self::ResetOk => ["250 2.0.0 Ok", "250 Reset OK", "250 2.0.0 Resetting"],
            Self::NoopOk => ["250 2.0.0 Ok", "250 OK", "250 2.0.0 OK"],
            Self::Vrfy => {
                ["502 5.5.1 VRFY command is disabled", "252 Administrative prohibition", "252 2.1.5 Cannot VRFY user"]
            }
            Self::Bye => {
                ["221 2.0.0 Bye", "221 {name} closing connection", "221 2.0.0 Service closing transmission channel"]
            }
            Self::Unknown => [
                "500 5.5.2 Error: command not recognized",
                "500 unrecognized command",
                "500 5.3.3 Unrecognized command",
            ],
            Self::TlsGo => ["220 2.0.0 Ready to start TLS", "220 TLS go ahead", "220 2.0.0 SMTP server ready"],
            Self::TlsNotHere => [
                "502 5.5.1 Error: command not implemented",
                "503 STARTTLS command used when not advertised",
                "500 5.3.3 Unrecognized command",
            ],
            Self::AuthNotHere => [
                "503 5.5.1 Error: authentication not enabled",
                "503 AUTH command used when not advertised",
                "500 5.3.3 Unrecognized command",
            ],
            Self::AuthTwice => [
                "503 5.5.1 Error: already authenticated",
                "503 already authenticated",
                "503 5.5.2 Already authenticated",
            ],
            Self::AuthInMail => [
                "503 5.5.1 Error: MAIL transaction in progress",
                "503 not permitted in mail transaction",
                "503 5.5.2 Mail transaction in progress",
            ],
            Self::AuthMechanism => [
                "535 5.7.8 Error: authentication failed: Invalid authentication mechanism",
                "504 Authentication mechanism not supported",
                "504 5.7.4 Unrecognized authentication type",
            ],
            Self::AuthGarbled => [
                "535 5.7.8 Error: authentication failed: malformed response",
                "501 Invalid base64 data",
                "501 5.5.2 Cannot decode response",
            ],
            Self::AuthCancelled => [
                "501 5.7.0 Authentication aborted",
                "501 Authentication cancelled",
                "501 5.5.4 Authentication cancelled",
            ],
            Self::AuthOk => [
                "235 2.7.0 Authentication successful",
                "235 Authentication succeeded",
                "235 2.7.0 Authentication successful",
            ],
            Self::AuthBad => [
                "535 5.7.8 Error: authentication failed: (reason unavailable)",
                "535 Incorrect authentication data",
                "535 5.7.3 Authentication unsuccessful",
            ],
            Self::TooMany => [
                "421 4.7.0 {name} Error: too many connections from {ip}",
                "421 {name}: Too many concurrent SMTP connections; please try again later",
                "421 4.3.2 The maximum number of concurrent connections has been exceeded",
            ],
            Self::AfterRefusal => [
                "503 5.5.1 Error: only QUIT is left",
                "503 service not available",
                "503 5.5.1 Bad sequence of commands",
            ],
            Self::LineTooLong => ["500 5.5.2 Error: line too long", "500 line too long", "500 5.5.2 Line too long"],
            Self::Idle => [
                "421 4.4.2 {name} Error: timeout exceeded",
                "421 {name}: SMTP command timeout - closing connection",
                "421 4.4.1 Connection timed out",
            ],
            Self::EnoughCommands => [
                "421 4.7.0 {name} Error: too many commands",
                "421 {name}: too many commands",
                "421 4.7.0 Too many commands, closing transmission channel",
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positive_and_negative_occasions_keep_their_sign_in_every_manner() {
        let positive = [On::Greeting, On::Hello, On::MailOk, On::RcptOk, On::DataGo, On::Queued, On::TlsGo, On::AuthOk];
        let negative = [On::HelloFirst, On::NoSuchUser, On::RelayDenied, On::NeedMail, On::AuthBad, On::TooMany];
        for software in [Software::Postfix, Software::Exim, Software::Exchange] {
            assert!(positive.iter().all(|on| on.said_by(software).starts_with(['2', '3'])), "{software:?}");
            assert!(negative.iter().all(|on| on.said_by(software).starts_with(['4', '5'])), "{software:?}");
        }
    }
}
