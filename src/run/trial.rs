//! Checks that find, panic and hang on purpose, and a setup for them.

use std::collections::BTreeMap;
use std::future::pending;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpStream;

use crate::check::{BoxFuture, Check, Context, Knowledge};
use crate::guide::Guide;
use crate::net::{Trust, World};
use crate::run::Setup;
use crate::transcript::{Finding, RETRY_SECS};

/// `finds`, `parks`, `panics` or `hangs`.
pub(in crate::run) fn find(id: &str) -> Option<&'static dyn Check> {
    match id {
        "finds" => Some(&Trial::Finds),
        "parks" => Some(&Trial::Parks),
        "panics" => Some(&Trial::Panics),
        "hangs" => Some(&Trial::Hangs),
        _ => None,
    }
}

/// A guide of one step with that check, in a world with nobody in it.
pub(in crate::run) fn setup(check: &str) -> Setup {
    let step = format!(
        "id = \"dns\"\nnumber = 9\ntitle = \"DNS\"\nwhy = \"why\"\nsource = \"test\"\nchecks = [\"{check}\"]\n\
         [[branch]]\nid = \"on\"\nto = \"next\"\nbecause = \"it ended\"\n"
    );
    let start = "[[rule]]\nid = \"else\"\nto = \"dns\"\nbecause = \"it is the only one\"\n";
    let files = BTreeMap::from([
        ("guide/steps/09-dns.toml".to_owned(), step),
        ("guide/start.toml".to_owned(), start.to_owned()),
    ]);
    Setup {
        guide: Arc::new(Guide::from_files(files).expect("a guide")),
        know: Arc::new(Knowledge::default()),
        world: Arc::new(Nowhere),
        trust: Trust::with_ca(None).expect("the platform's store"),
        store: None,
    }
}

enum Trial {
    Finds,
    Parks,
    Panics,
    Hangs,
}

impl Check for Trial {
    fn id(&self) -> &'static str {
        "trial"
    }

    fn emits(&self) -> &'static [&'static str] {
        &["trial.seen"]
    }

    fn run<'a>(&'a self, cx: &'a Context) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let seen = Finding::new("trial.seen");
            cx.found(if matches!(self, Self::Parks) { seen.arg(RETRY_SECS, 90) } else { seen });
            match self {
                Self::Finds | Self::Parks => {}
                Self::Panics => panic!("a bug, on purpose"),
                Self::Hangs => pending().await,
            }
        })
    }
}

struct Nowhere;

impl World for Nowhere {
    fn connect(&self, _: SocketAddr, _: Option<IpAddr>) -> crate::net::BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) })
    }

    fn nameservers(&self) -> Result<Vec<SocketAddr>, String> {
        Err("none".to_owned())
    }

    fn unix_seconds(&self) -> i64 {
        0
    }

    fn host_name(&self) -> Option<String> {
        None
    }

    fn is_this_machine(&self) -> bool {
        false
    }
}
