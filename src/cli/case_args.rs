//! The options that describe a case.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::Args;

use super::values;
use crate::transcript::{Consent, Security, Target};

/// The options that describe a case: the same for every command that takes one.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "The case")]
pub struct CaseArgs {
    /// The sender's address
    #[arg(long, value_name = "ADDR", value_parser = values::sender)]
    pub from: Option<String>,

    /// The address that mail does not reach (may be repeated)
    #[arg(long, value_name = "ADDR", value_parser = values::address)]
    pub to: Vec<String>,

    /// The outgoing server to test; without it, the recipient's own
    #[arg(long, value_name = "HOST[:PORT]", value_parser = values::server)]
    pub server: Option<Target>,

    /// Its port
    #[arg(long, value_name = "N", value_parser = values::port)]
    pub port: Option<u16>,

    /// How the connection is protected: auto, none, starttls or tls
    #[arg(long, value_name = "HOW", value_parser = |s: &str| s.parse::<Security>())]
    pub security: Option<Security>,

    /// The login name
    #[arg(long, value_name = "NAME", value_parser = values::name)]
    pub user: Option<String>,

    /// Take server, port, security, login and sender from a file of yours: Postfix's main.cf or sasl_passwd, an Exim configuration, msmtprc, ssmtp.conf,
    /// Thunderbird's prefs.js, an application's .env; or from an address like smtps://alice@mail.example.net:465. May be given again; other options go first
    #[arg(long, value_name = "FILE")]
    pub settings: Vec<PathBuf>,

    /// Take the password from the first line of a file
    #[arg(long, value_name = "FILE", group = "password")]
    pub password_file: Option<PathBuf>,

    /// Take the password from an environment variable
    #[arg(long, value_name = "VAR", group = "password")]
    pub password_env: Option<String>,

    /// Take the password from standard input
    #[arg(long, group = "password")]
    pub password_stdin: bool,

    /// Use this login mechanism only
    #[arg(long, value_name = "MECH", value_parser = values::mechanism)]
    pub auth: Option<String>,

    /// Log in even without TLS that was verified: anybody on the way may read the password. Only for a lab
    #[arg(long, requires = "user")]
    pub insecure_login: bool,

    /// The message that is refused
    #[arg(long, value_name = "FILE.eml")]
    pub message: Option<PathBuf>,

    /// The error you have
    #[arg(long, value_name = "TEXT", group = "problem", value_parser = values::error_text)]
    pub error: Option<String>,

    /// A file with the error, the bounce or the log; - is standard input
    #[arg(long, value_name = "FILE", group = "problem")]
    pub error_file: Option<PathBuf>,

    /// The name to introduce ourselves with
    #[arg(long, value_name = "NAME", value_parser = values::helo)]
    pub helo: Option<String>,

    /// The local address to connect from
    #[arg(long, value_name = "IP", value_parser = values::own_ip)]
    pub source: Option<IpAddr>,

    /// The sending address to judge
    #[arg(long, value_name = "IP", value_parser = values::ip)]
    pub ip: Option<IpAddr>,

    /// The DNS resolver to ask; without it, the system's
    #[arg(long, value_name = "IP[:PORT]", value_parser = values::resolver)]
    pub resolver: Option<SocketAddr>,

    /// The domain you send from; without it, that of --from
    #[arg(long, value_name = "DOMAIN", value_parser = values::domain)]
    pub sending_domain: Option<String>,

    /// The DKIM selector, where you know it
    #[arg(long, value_name = "NAME", value_parser = values::name)]
    pub selector: Option<String>,

    /// What may be done without asking: connect,rcpt,auth,send,blocklists,http,trace,vrfy,rdap, or none
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = values::consent)]
    pub consent: Option<Vec<Vec<Consent>>>,

    /// Seconds for each network phase (10 if not given)
    #[arg(long, value_name = "SECS", value_parser = values::seconds)]
    pub timeout: Option<u32>,

    /// Seconds for the whole check (60 if not given)
    #[arg(long, value_name = "SECS", value_parser = values::seconds)]
    pub deadline: Option<u32>,

    /// An extra certificate authority to trust, such as a company's own
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,

    /// IPv4 only
    #[arg(short = '4', conflicts_with = "ipv6")]
    pub ipv4: bool,

    /// IPv6 only
    #[arg(short = '6')]
    pub ipv6: bool,
}
