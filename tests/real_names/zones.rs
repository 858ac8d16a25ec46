//! The zones: a root of its own, `com`, and the domains below it.

/// Where a zone is served.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    Both,
    /// On the first server; the second holds this older state.
    Apart(&'static str),
    /// Named at the second server, which does not know it.
    OneLame,
    /// Named at a server that does not know it, and nowhere else.
    Lame,
    /// Named at the first server, and at one that says nothing.
    OneSilent,
    /// On a server whose TCP is blocked.
    Cut,
}

/// How a zone is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signed {
    No,
    Well,
    /// Until two years ago.
    Expired,
    /// By another key than its parent names.
    OtherKey,
}

/// One zone.
pub(crate) struct Zone {
    pub(crate) name: &'static str,
    pub(crate) at: At,
    pub(crate) signed: Signed,
    pub(crate) records: &'static str,
}

const fn zone(name: &'static str, at: At, signed: Signed, records: &'static str) -> Zone {
    Zone { name, at, signed, records }
}

/// What a sender has that is well: an exchanger, SPF for 5.9.1.10, DMARC.
const WELL: &str = "@ MX 10 mx\nmx A 5.9.1.25\n@ TXT \"v=spf1 ip4:5.9.1.10 -all\"\n_dmarc TXT \"v=DMARC1; p=none\"\n";

pub(crate) const ZONES: &[Zone] = &[
    zone("well.com", At::Both, Signed::Well, WELL),
    zone("plain.com", At::Both, Signed::No, WELL),
    zone("expired.com", At::Both, Signed::Expired, WELL),
    zone("other-key.com", At::Both, Signed::OtherKey, WELL),
    zone("lame.com", At::Lame, Signed::No, ""),
    zone("one-lame.com", At::OneLame, Signed::No, WELL),
    zone("one-silent.com", At::OneSilent, Signed::No, WELL),
    zone(
        "apart.com",
        At::Apart("@ MX 10 old\nold A 5.9.1.26\n@ TXT \"v=spf1 ip4:5.9.1.10 -all\"\n_dmarc TXT \"v=DMARC1; p=none\"\n"),
        Signed::No,
        WELL,
    ),
    zone("moved.com", At::Both, Signed::No, WELL),
    zone("no-mail.com", At::Both, Signed::No, "www A 5.9.1.80\n"),
    zone("cut.com", At::Cut, Signed::No, ""),
    zone(
        "voids.com",
        At::Both,
        Signed::No,
        "@ MX 10 mx\nmx A 5.9.1.25\n@ TXT \"v=spf1 a:g1.voids.com a:g2.voids.com a:g3.voids.com ip4:5.9.1.10 -all\"\n_dmarc TXT \"v=DMARC1; p=none\"\n",
    ),
    // The names of the servers, and the reverse zone of the sender.
    zone(
        "ns.com",
        At::Both,
        Signed::No,
        "one A 5.9.1.53\ntwo A 5.9.1.54\nlame A 5.9.1.55\nsilent A 5.9.1.56\ncut A 5.9.1.57\n",
    ),
    zone("1.9.5.in-addr.arpa", At::Both, Signed::No, "10 PTR mx.sender-host.com.\n11 PTR elsewhere.sender-host.com.\n"),
    zone("sender-host.com", At::Both, Signed::No, "mx A 5.9.1.10\nelsewhere A 5.9.1.99\n"),
    // What faults of the resolver are held against.
    zone("gmail.com", At::Both, Signed::No, WELL),
];

impl Zone {
    /// The hosts that its parent names for it.
    fn servers(&self) -> &'static [&'static str] {
        match self.at {
            At::Both | At::Apart(_) => &["one", "two"],
            At::OneLame => &["one", "lame"],
            At::Lame => &["lame"],
            At::OneSilent => &["one", "silent"],
            At::Cut => &["cut"],
        }
    }

    /// Whether that server (1 or 2) is to serve it.
    pub(crate) fn is_on(&self, server: u8) -> bool {
        match self.at {
            At::Both | At::Apart(_) => true,
            At::OneLame | At::OneSilent => server == 1,
            At::Lame => false,
            At::Cut => server == 7,
        }
    }

    /// As its parent delegates it.
    pub(crate) fn delegation(&self) -> String {
        self.servers().iter().map(|host| format!("{}. NS {host}.ns.com.\n", self.name)).collect()
    }

    /// As a zone file of that server.
    pub(crate) fn file(&self, server: u8) -> String {
        let records = match self.at {
            At::Apart(old) if server == 2 => old.to_owned(),
            // Far more than fits into one packet.
            At::Cut => (0..30).fold(WELL.to_owned(), |all, n| format!("{all}@ TXT \"{n} {}\"\n", "x".repeat(200))),
            _ => self.records.to_owned(),
        };
        let serial = if matches!(self.at, At::Apart(_)) && server == 1 { 2 } else { 1 };
        let servers: String = self.servers().iter().map(|host| format!("@ NS {host}.ns.com.\n")).collect();
        format!("{}{servers}{records}", head(&format!("{}.", self.name), serial))
    }
}

/// The beginning of a zone file.
pub(crate) fn head(origin: &str, serial: u32) -> String {
    format!("$ORIGIN {origin}\n$TTL 3600\n@ SOA one.ns.com. hostmaster.ns.com. {serial} 7200 3600 1209600 300\n")
}
