//! A port of the mail server that another service has.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use heloise::check::Knowledge;
use heloise::net::{BoxFuture, Trust, World};
use heloise::practice::{Practice, WorldFile};
use heloise::run::{Plan, Setup, walk_alone};
use heloise::transcript::{Consent, StepId};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use crate::worlds::guide;

/// A practice world on whose port 587 somebody else answers.
struct Shared {
    world: Arc<dyn World>,
    there: SocketAddr,
}

impl World for Shared {
    fn connect(&self, to: SocketAddr, from: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        if to.port() == 587 { Box::pin(TcpStream::connect(self.there)) } else { self.world.connect(to, from) }
    }

    fn nameservers(&self) -> Result<Vec<SocketAddr>, String> {
        self.world.nameservers()
    }

    fn dns_at(&self, server: SocketAddr) -> SocketAddr {
        self.world.dns_at(server)
    }

    fn unix_seconds(&self) -> i64 {
        self.world.unix_seconds()
    }

    fn host_name(&self) -> Option<String> {
        self.world.host_name()
    }

    fn is_this_machine(&self) -> bool {
        false
    }
}

/// Greets like that, whoever calls.
async fn greeting(banner: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.write_all(banner.as_bytes()).await;
                let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn another_service_on_a_port_is_a_wrong_port_and_no_question_of_security() {
    for banner in [
        "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",
        "* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n",
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html>",
    ] {
        let guide = guide();
        let file = WorldFile::by_id(&guide, "healthy-submission").expect("a world");
        let practice = Practice::start(&file).await.expect("the world comes up");
        let world = Arc::new(Shared { world: practice.world(), there: greeting(banner).await });
        let trust = Trust::only(practice.ca_pem()).expect("the world's CA");
        let know = Arc::new(Knowledge::load(|name| guide.file(name)).expect("the knowledge"));
        let setup = Setup { guide, know, world, trust, store: None };
        let consents = Consent::ALL.into_iter().collect();
        let steps = Plan::Steps(vec![StepId::new("settings")]);
        let session = walk_alone(setup, file.case.clone(), None, consents, steps, |_| ()).await;
        let found: Vec<_> = session.walk().transcript().findings().map(|(_, f)| f).collect();
        let other = found.iter().find(|f| f.id == "settings.other-service");
        assert_eq!(other.map(|f| f.args["better_port"].as_str()), Some("465"), "{banner}");
        assert!(found.iter().all(|f| f.id != "settings.wrong-security"), "{banner}");
    }
}
