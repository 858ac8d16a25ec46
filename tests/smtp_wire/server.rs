//! A server on loopback that follows a script and keeps its own log; and a world that connects to it directly.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use heloise::net::{BoxFuture, Limits, Net, Open, Recorder, Trust, World};
use heloise::transcript::{BreakFact, Fact, Role, RunId, Security, TlsFact};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// The limit of a hasty client: long enough for a busy machine to answer, short enough to wait for.
pub(crate) const HASTE: Duration = Duration::from_millis(300);

/// One thing that a scripted server does.
#[derive(Clone)]
pub(crate) enum Act {
    /// Sends these octets in one piece.
    Say(Vec<u8>),
    /// Waits for a line.
    Hear,
    /// Waits for a line and answers with what it heard between these.
    Echo(&'static str, &'static str),
    /// Waits for a line and answers by what it heard so far.
    Answer(Thinking),
    /// Waits for some octets.
    HearSome,
    /// Waits for lines up to the one that is a dot alone.
    HearMessage,
    /// Makes a TLS handshake.
    Tls(TlsAcceptor),
    /// Sends one octet at a time, with pauses, until the peer is gone.
    Drip(Vec<u8>, Duration),
    /// Sends these octets over and over, up to so many, until the peer is gone.
    Flood(&'static [u8], usize),
    /// Keeps still for a while.
    Pause(Duration),
    /// Keeps still until the peer is gone.
    Silence,
    /// Closes the connection.
    Close,
    /// Resets the connection.
    Reset,
}

/// What a server says to the lines it heard, the last one last, and to what only the two ends of its TLS connection know.
pub(crate) type Thinking = Arc<dyn Fn(&[String], [u8; 32]) -> String + Send + Sync>;

/// `Act::Say` of a text.
pub(crate) fn say(text: &str) -> Act {
    Act::Say(text.as_bytes().to_vec())
}

/// Waits for a line, then says that.
pub(crate) fn answer(text: &str) -> [Act; 2] {
    [Act::Hear, say(text)]
}

/// What a server saw in one connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    /// Lines heard, without CRLF, and whether inside TLS.
    pub(crate) heard: Vec<(String, bool)>,
    /// Octets that the system took off it.
    pub(crate) sent: usize,
}

/// A scripted server. Every connection runs the whole script.
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    logs: Arc<Mutex<Vec<Log>>>,
    tasks: Arc<Mutex<Vec<JoinHandle<()>>>>,
    accepted: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Starts on a port of the system's choice.
    pub(crate) async fn start(script: impl IntoIterator<Item = Act>) -> Self {
        let script: Vec<Act> = script.into_iter().collect();
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_send_buffer_size(64 * 1024).unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener: TcpListener = socket.listen(16).unwrap();
        let address = listener.local_addr().unwrap();
        let logs = Arc::new(Mutex::new(Vec::new()));
        let tasks = Arc::new(Mutex::new(Vec::new()));
        let accepted = Arc::new(AtomicUsize::new(0));
        let accepting = tokio::spawn({
            let (logs, tasks, accepted) = (Arc::clone(&logs), Arc::clone(&tasks), Arc::clone(&accepted));
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    accepted.fetch_add(1, Ordering::SeqCst);
                    let (script, logs) = (script.clone(), Arc::clone(&logs));
                    let task = tokio::spawn(async move {
                        let mut log = Log::default();
                        let _ = follow(&script, stream, &mut log).await;
                        logs.lock().unwrap().push(log);
                    });
                    tasks.lock().unwrap().push(task);
                }
            }
        });
        Self { address, logs, tasks, accepted, accepting }
    }

    /// How many connections came so far.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    /// The log of the one connection that was made, once that is over.
    pub(crate) async fn log(self) -> Log {
        self.accepting.abort();
        let tasks = std::mem::take(&mut *self.tasks.lock().unwrap());
        for task in tasks {
            tokio::time::timeout(Duration::from_secs(20), task).await.expect("the script ends").unwrap();
        }
        self.logs.lock().unwrap().remove(0)
    }
}

trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

async fn follow(script: &[Act], stream: TcpStream, log: &mut Log) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let raw = socket2::SockRef::from(&stream).try_clone()?;
    let mut stream: Box<dyn Duplex> = Box::new(stream);
    let mut tls = false;
    let mut binding = [0; 32];
    for act in script {
        match act {
            Act::Say(octets) => {
                stream.write_all(octets).await?;
                stream.flush().await?;
                log.sent += octets.len();
            }
            Act::Hear => {
                let line = hear(&mut stream).await?;
                log.heard.push((line, tls));
            }
            Act::Echo(before, after) => {
                let line = hear(&mut stream).await?;
                stream.write_all(format!("{before}{line}{after}").as_bytes()).await?;
                log.heard.push((line, tls));
            }
            Act::Answer(thinking) => {
                let line = hear(&mut stream).await?;
                log.heard.push((line, tls));
                let lines: Vec<String> = log.heard.iter().map(|(line, _)| line.clone()).collect();
                stream.write_all(thinking(&lines, binding).as_bytes()).await?;
            }
            Act::HearSome => {
                let mut some = [0; 4096];
                if stream.read(&mut some).await? == 0 {
                    return Ok(());
                }
            }
            Act::HearMessage => loop {
                let line = hear(&mut stream).await?;
                let end = line == ".";
                log.heard.push((line, tls));
                if end {
                    break;
                }
            },
            Act::Tls(acceptor) => {
                let secured = acceptor.accept(stream).await?;
                let session = secured.get_ref().1;
                // RFC 9266 §4.2.
                binding = session
                    .export_keying_material([0; 32], b"EXPORTER-Channel-Binding", Some(b""))
                    .map_err(io::Error::other)?;
                stream = Box::new(secured);
                tls = true;
            }
            Act::Drip(octets, pause) => {
                for octet in octets.iter().cycle() {
                    stream.write_all(&[*octet]).await?;
                    tokio::time::sleep(*pause).await;
                }
            }
            Act::Flood(octets, most) => {
                while log.sent < *most {
                    log.sent += stream.write(octets).await?;
                }
            }
            Act::Pause(time) => tokio::time::sleep(*time).await,
            Act::Silence => {
                let mut rest = Vec::new();
                stream.read_to_end(&mut rest).await?;
            }
            Act::Close => {
                stream.shutdown().await?;
                return Ok(());
            }
            Act::Reset => {
                raw.set_linger(Some(Duration::ZERO))?;
                return Ok(());
            }
        }
    }
    Ok(())
}

async fn hear(stream: &mut Box<dyn Duplex>) -> io::Result<String> {
    let mut line = Vec::new();
    while line.last() != Some(&b'\n') {
        line.push(stream.read_u8().await?);
    }
    let line = String::from_utf8_lossy(&line).into_owned();
    assert!(line.ends_with("\r\n"), "every line that is sent ends in CRLF: {line:?}");
    Ok(line.trim_end_matches("\r\n").to_owned())
}

/// Connects to where it is asked to, or always to one place.
struct Direct(Option<SocketAddr>);

impl World for Direct {
    fn connect(&self, to: SocketAddr, _from: Option<IpAddr>) -> BoxFuture<'_, io::Result<TcpStream>> {
        Box::pin(async move {
            let to = self.0.unwrap_or(to);
            let socket = if to.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
            // Small, so that what a server gets rid of shows what was taken off the wire.
            socket.set_recv_buffer_size(64 * 1024)?;
            socket.connect(to).await
        })
    }

    fn nameservers(&self) -> Result<Vec<SocketAddr>, String> {
        Err("none here".to_owned())
    }

    fn unix_seconds(&self) -> i64 {
        1_795_190_405
    }

    fn host_name(&self) -> Option<String> {
        None
    }

    fn is_this_machine(&self) -> bool {
        false
    }
}

/// A world without detours.
pub(crate) fn direct() -> Arc<dyn World> {
    Arc::new(Direct(None))
}

/// A world in which every address leads to that one.
pub(crate) fn detour(to: SocketAddr) -> Arc<dyn World> {
    Arc::new(Direct(Some(to)))
}

/// The client's side: a net, and all facts that were recorded.
pub(crate) struct Client {
    /// The net.
    pub(crate) net: Net,
    /// The recorder.
    pub(crate) rec: Recorder,
    facts: Arc<Mutex<Vec<Fact>>>,
}

impl Client {
    /// Trusting that CA (PEM), or nobody in particular; with that limit for a phase.
    pub(crate) fn new(ca: Option<&str>, phase: Duration) -> Self {
        let trust = ca.map_or_else(|| Trust::with_ca(None), Trust::only).unwrap();
        Self::in_world(direct(), trust, phase)
    }

    /// In another world.
    pub(crate) fn in_world(world: Arc<dyn World>, trust: Trust, phase: Duration) -> Self {
        let net = Net::new(world, Limits { phase, dns: phase }, trust);
        let facts = Arc::new(Mutex::new(Vec::new()));
        let rec = Recorder::new(RunId(1), {
            let facts = Arc::clone(&facts);
            move |_, fact| facts.lock().unwrap().push(fact)
        });
        Self { net, rec, facts }
    }

    /// With a limit that no test reaches.
    pub(crate) fn patient(ca: Option<&str>) -> Self {
        Self::new(ca, Duration::from_secs(10))
    }

    /// With a limit that is soon reached.
    pub(crate) fn hasty(ca: Option<&str>) -> Self {
        Self::new(ca, HASTE)
    }

    /// Everything recorded so far.
    pub(crate) fn facts(&self) -> Vec<Fact> {
        self.facts.lock().unwrap().clone()
    }

    /// Everything recorded so far, as it would be saved.
    pub(crate) fn saved(&self) -> String {
        self.facts().iter().map(|fact| serde_json::to_string(fact).unwrap() + "\n").collect()
    }

    /// The lines recorded as sent, and whether inside TLS.
    pub(crate) fn sent(&self) -> Vec<(String, bool)> {
        let sent = |fact| if let Fact::Sent { command, .. } = fact { Some((command.line, command.tls)) } else { None };
        self.facts().into_iter().filter_map(sent).collect()
    }

    /// The breaks recorded.
    pub(crate) fn breaks(&self) -> Vec<BreakFact> {
        let broke = |fact| if let Fact::Broke { broken, .. } = fact { Some(broken) } else { None };
        self.facts().into_iter().filter_map(broke).collect()
    }

    /// The handshake recorded.
    pub(crate) fn tls(&self) -> TlsFact {
        let tls = |fact| if let Fact::Tls { tls, .. } = fact { Some(tls) } else { None };
        self.facts().into_iter().find_map(tls).expect("a handshake was recorded")
    }

    /// The codes and texts recorded as received.
    pub(crate) fn received(&self) -> Vec<(u16, String)> {
        let got =
            |fact| if let Fact::Received { reply, .. } = fact { Some((reply.code, reply.joined())) } else { None };
        self.facts().into_iter().filter_map(got).collect()
    }
}

/// How to open that server, observing.
pub(crate) fn open(address: SocketAddr, security: Security) -> Open {
    Open { server: "mx.example.org".to_owned(), address, security, source: None, role: Role::Case, strict: false }
}
