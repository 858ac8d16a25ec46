//! Promise: at a terminal of 80×24, a person comes from the start screen to the diagnosis by at most 12 keys, in each of the
//! worlds of the seven codes, by the way that the guide's branches choose; and the terminal is left as it was found.

use std::io::{Read as _, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use heloise::guide::Guide;
use heloise::practice::WorldFile;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// No screen of a practice world takes longer, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The real program in a pseudo-terminal of 80×24.
struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    bytes: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    /// Everything that was written to the terminal.
    all: Vec<u8>,
    pressed: usize,
}

impl Terminal {
    fn start(args: &[&str]) -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_heloise"));
        command.args(args);
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env_remove("NO_COLOR");
        let child = pty.slave.spawn_command(command).expect("heloise starts");
        drop(pty.slave);
        let mut reader = pty.master.try_clone_reader().expect("its output");
        let keys = pty.master.take_writer().expect("its keys");
        let (send, bytes) = channel();
        std::thread::spawn(move || {
            let mut block = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut block) {
                if send.send(block[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        let (rows, cols) = (NonZeroU16::new(24).expect("rows"), NonZeroU16::new(80).expect("columns"));
        Self {
            child,
            master: pty.master,
            keys,
            bytes,
            screen: vt100::Parser::new(rows, cols, 0),
            all: Vec::new(),
            pressed: 0,
        }
    }

    fn text(&self) -> String {
        self.screen.screen().contents()
    }

    fn press(&mut self, key: &str) {
        self.keys.write_all(key.as_bytes()).and_then(|()| self.keys.flush()).expect("the key goes in");
        self.pressed += 1;
    }

    /// Takes what comes within that time; whether anything came.
    fn take(&mut self, within: Duration) -> Result<(), RecvTimeoutError> {
        let block = self.bytes.recv_timeout(within)?;
        self.screen.process(&block);
        self.all.extend(block);
        Ok(())
    }

    /// Waits until the screen is as wished, and the frame has come to its end.
    fn until(&mut self, what: &str, wished: impl Fn(&str) -> bool) {
        let started = Instant::now();
        loop {
            match self.take(Duration::from_millis(100)) {
                Err(RecvTimeoutError::Timeout) if wished(&self.text()) => return,
                Err(RecvTimeoutError::Disconnected) => panic!("it ended before: {what}\n{}", self.text()),
                _ => assert!(started.elapsed() < PATIENCE, "never came: {what}\n{}", self.text()),
            }
        }
    }

    /// Waits for the end, and gives back everything that was written.
    fn end(mut self) -> (u32, Vec<u8>) {
        let started = Instant::now();
        loop {
            match self.take(Duration::from_millis(50)) {
                Err(RecvTimeoutError::Disconnected) => break,
                _ => assert!(started.elapsed() < PATIENCE, "it does not end\n{}", self.text()),
            }
            if self.child.try_wait().expect("its status").is_some() {
                while self.take(Duration::from_millis(50)).is_ok() {}
                break;
            }
        }
        let status = self.child.wait().expect("its status");
        (status.exit_code(), self.all)
    }
}

fn is_diagnosis(screen: &str) -> bool {
    screen.lines().next().is_some_and(|l| l.contains("what we found"))
}

/// The step that is lit: `▸ 11 Blocklists` on the rail.
fn lit(screen: &str) -> Option<String> {
    screen.lines().find_map(|l| l.strip_prefix(" ▸ ")?.split('│').next().map(|s| s.trim().to_owned()))
}

/// Presses Enter from screen to screen until the diagnosis; returns the steps that were lit on the way.
fn follow(terminal: &mut Terminal) -> Vec<String> {
    let mut path = Vec::new();
    loop {
        terminal.until("a screen that wants a key", |s| {
            s.contains("Enter go on") || s.contains("Enter yes") || is_diagnosis(s)
        });
        let now = terminal.text();
        if is_diagnosis(&now) {
            return path;
        }
        if now.contains("Next ▸") {
            path.extend(lit(&now));
        }
        assert!(terminal.pressed < 12, "too many keys on the way {path:?}\n{now}");
        terminal.press("\r");
        terminal.until("another screen", |s| s != now);
    }
}

fn world(id: &str) -> WorldFile {
    WorldFile::by_id(&Guide::embedded(), id).expect("the world")
}

/// Walks a world by Enter alone, to the headline of its kind; returns the path.
fn walk(id: &str) -> Vec<String> {
    let kind = world(id).expect.kind.expect("a kind");
    walk_to(id, &Guide::embedded().kind(&kind).expect("its words").1.headline.plain)
}

fn walk_to(id: &str, headline: &str) -> Vec<String> {
    let mut terminal = Terminal::start(&["practice", id, "--no-save"]);
    let path = follow(&mut terminal);
    let found = terminal.text();
    let begins: String = headline.split('{').next().unwrap_or_default().chars().take(30).collect();
    assert!(found.contains(begins.trim()), "{id}: expected “{begins}…”\n{found}");
    assert!(found.contains("confirmed") || found.contains("likely"), "{id}\n{found}");
    assert!(found.contains("Do this") && found.contains("Whose move"), "{id}\n{found}");
    terminal.press("q");
    let (code, _) = terminal.end();
    assert_eq!(code, 0, "{id}");
    path
}

#[test]
fn a_550_is_the_address_at_step_1() {
    let path = walk("no-such-user");
    assert!(path[0].contains("Recipient"), "{path:?}");
}

#[test]
fn a_554_leads_to_the_blocklists() {
    let path = walk("ip-listed");
    assert!(path.iter().any(|s| s.contains("Blocklists")), "{path:?}");
}

#[test]
fn a_421_leads_to_the_servers_load() {
    let path = walk("too-many-connections");
    assert!(path.iter().any(|s| s.contains("Load") || s.contains("Server status")), "{path:?}");
}

#[test]
fn a_451_is_the_servers_own_trouble() {
    let path = walk("server-sick");
    assert!(!path.iter().any(|s| s.contains("Blocklists")), "{path:?}");
}

#[test]
fn a_503_leads_to_the_login() {
    let path = walk("login-before-tls");
    assert!(path.iter().any(|s| s.contains("Authentication")), "{path:?}");
}

#[test]
fn a_502_leads_past_the_firewall() {
    let guide = Guide::embedded();
    let says = guide.advice("old-hello").and_then(|a| a.headline.as_ref()).expect("its words");
    let path = walk_to("command-not-implemented", &says.plain);
    assert!(path.iter().any(|s| s.contains("Firewall") || s.contains("Server status")), "{path:?}");
}

#[test]
fn a_501_leads_to_the_helo_name() {
    let path = walk("helo-rejected");
    assert!(path.iter().any(|s| s.contains("DNS") || s.contains("Server status")), "{path:?}");
}

#[test]
fn the_terminal_is_left_as_it_was_found() {
    let mut terminal = Terminal::start(&["practice", "no-such-user", "--no-save"]);
    terminal.until("the first screen", |s| s.contains("Enter"));
    terminal.press("q");
    let (code, all) = terminal.end();
    assert_eq!(code, 0);
    assert!(restored(&all), "{}", String::from_utf8_lossy(&all));
}

#[test]
fn a_signal_leaves_the_terminal_as_it_was_found() {
    for signal in ["-TERM", "-HUP"] {
        let mut terminal = Terminal::start(&["practice", "no-such-user", "--no-save"]);
        terminal.until("the first screen", |s| s.contains("Enter"));
        let pid = terminal.child.process_id().expect("its id").to_string();
        let sent = std::process::Command::new("kill").args([signal, &pid]).status().expect("kill runs");
        assert!(sent.success());
        let (_, all) = terminal.end();
        assert!(restored(&all), "{signal}: {}", String::from_utf8_lossy(&all));
    }
}

/// Whether the alternate screen was left and the cursor shown again, after they were taken.
fn restored(all: &[u8]) -> bool {
    let text = String::from_utf8_lossy(all);
    let last = |what: &str| text.rfind(what);
    last("\x1b[?1049h").is_some() && last("\x1b[?1049l") > last("\x1b[?1049h") && last("\x1b[?25h") > last("\x1b[?25l")
}

#[test]
fn an_idle_wizard_writes_nothing() {
    let mut terminal = Terminal::start(&["practice", "no-such-user", "--no-save"]);
    terminal.until("the first screen", |s| s.contains("Enter"));
    while terminal.take(Duration::from_millis(500)).is_ok() {}
    assert_eq!(terminal.take(Duration::from_secs(2)), Err(RecvTimeoutError::Timeout), "it wrote while idle");
    terminal.press("q");
    terminal.end();
}

#[test]
fn a_terminal_that_changes_its_size_is_no_trouble() {
    let mut terminal = Terminal::start(&["practice", "no-such-user", "--no-save"]);
    terminal.until("the first screen", |s| s.contains("Enter"));
    for (rows, cols) in [(5, 20), (20, 60), (50, 200), (1, 1), (24, 80)] {
        terminal.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).expect("a new size");
        terminal.take(Duration::from_secs(2)).ok();
    }
    terminal.press("q");
    let (code, all) = terminal.end();
    assert_eq!(code, 0);
    assert!(restored(&all));
}
