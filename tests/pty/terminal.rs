//! A terminal with the real program in it.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Nothing here takes longer, on however slow a machine.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Output {
    bytes: Vec<u8>,
    closed: bool,
}

pub(crate) struct Terminal {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    output: Arc<(Mutex<Output>, Condvar)>,
    screen: vt100::Parser,
    parsed: usize,
    home: tempfile::TempDir,
    /// How the terminal was set before.
    before: String,
    /// When the process was started.
    began: Instant,
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

fn some(n: u16) -> NonZero<u16> {
    NonZero::new(n).expect("a screen has rows and columns")
}

impl Terminal {
    /// Starts heloise with these arguments, in a home of its own, at 80 by 24.
    pub(crate) fn start(arguments: &[&str], env: &[(&str, &str)]) -> Self {
        Self::start_with(arguments, env, None)
    }

    /// The same at the end of a line that carries so many octets a second.
    pub(crate) fn start_at(octets: usize, arguments: &[&str]) -> Self {
        Self::start_with(arguments, &[], Some(octets))
    }

    fn start_with(arguments: &[&str], env: &[(&str, &str)], octets: Option<usize>) -> Self {
        let pair = native_pty_system().openpty(size(80, 24)).expect("a terminal");
        let home = tempfile::tempdir().expect("a home");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_heloise"));
        command.args(arguments);
        command.cwd(home.path());
        command.env_clear();
        for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8")].iter().chain(env) {
            command.env(name, value);
        }
        command.env("HOME", home.path());
        let before = settings(&*pair.master);
        let began = Instant::now();
        let child = pair.slave.spawn_command(command).expect("heloise starts");
        drop(pair.slave);
        let output = Arc::new((Mutex::new(Output::default()), Condvar::new()));
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let into = Arc::clone(&output);
        std::thread::spawn(move || {
            // A slow line takes a fortieth of what it carries, and then nothing for as long.
            let mut buffer = vec![0; octets.map_or(4096, |n| n / 40)];
            loop {
                let read = reader.read(&mut buffer).unwrap_or(0);
                if octets.is_some() {
                    std::thread::sleep(Duration::from_millis(25));
                }
                let mut output = into.0.lock().expect("output");
                output.bytes.extend_from_slice(&buffer[..read]);
                output.closed = read == 0;
                into.1.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        let writer = pair.master.take_writer().expect("a writer");
        Self {
            master: pair.master,
            writer,
            child,
            output,
            screen: vt100::Parser::new(some(24), some(80), 0),
            parsed: 0,
            home,
            before,
            began,
        }
    }

    /// How long the process has been there.
    pub(crate) fn age(&self) -> Duration {
        self.began.elapsed()
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Sends keys as a terminal does.
    pub(crate) fn send(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).and_then(|()| self.writer.flush()).expect("keys are taken");
    }

    pub(crate) fn resize(&mut self, cols: u16, rows: u16) {
        self.master.resize(size(cols, rows)).expect("a size");
        self.screen.screen_mut().set_size(some(rows), some(cols));
    }

    /// Every byte that came so far.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.output.0.lock().expect("output").bytes.clone()
    }

    /// What is on the screen now.
    pub(crate) fn shown(&mut self) -> String {
        let output = self.output.0.lock().expect("output");
        self.screen.process(&output.bytes[self.parsed..]);
        self.parsed = output.bytes.len();
        self.screen.screen().contents()
    }

    /// The same, with how each cell looks.
    pub(crate) fn cells(&mut self) -> &vt100::Screen {
        self.shown();
        self.screen.screen()
    }

    /// Waits until the screen shows these words.
    #[track_caller]
    pub(crate) fn sees(&mut self, words: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let shown = self.shown();
            if shown.contains(words) {
                return shown;
            }
            self.more(until).unwrap_or_else(|| panic!("no \"{words}\" on the screen:\n{}", self.shown()));
        }
    }

    /// Something else writes onto the screen, as a kernel does on its console.
    pub(crate) fn garble(&mut self, words: &str) {
        self.shown();
        self.screen.process(format!("\x1b[10;5H{words}").as_bytes());
    }

    /// Waits until these words are gone from the screen.
    #[track_caller]
    pub(crate) fn sees_no(&mut self, words: &str) {
        let until = Instant::now() + PATIENCE;
        while self.shown().contains(words) {
            self.more(until).unwrap_or_else(|| panic!("\"{words}\" stays on the screen:\n{}", self.shown()));
        }
    }

    /// Waits until so many bytes that fit were written.
    #[track_caller]
    pub(crate) fn writes(&mut self, bytes: &str, times: usize) {
        let until = Instant::now() + PATIENCE;
        while count(&self.raw(), bytes.as_bytes()) < times {
            self.more(until).unwrap_or_else(|| panic!("{bytes:?} was not written {times} times"));
        }
    }

    /// Waits for more output; none where the time is over or nothing can come any more.
    fn more(&self, until: Instant) -> Option<()> {
        let output = self.output.0.lock().expect("output");
        if output.bytes.len() > self.parsed && until > Instant::now() {
            drop(output);
            std::thread::yield_now();
            return Some(());
        }
        if output.closed {
            return None;
        }
        let left = until.checked_duration_since(Instant::now())?;
        let before = output.bytes.len();
        let (output, _) = self.output.1.wait_timeout(output, left).expect("output");
        (output.bytes.len() > before || output.closed).then_some(())
    }

    /// How many bytes come within a while in which nothing is done.
    pub(crate) fn bytes_within(&mut self, time: Duration) -> usize {
        let before = self.raw().len();
        let until = Instant::now() + time;
        let mut output = self.output.0.lock().expect("output");
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            output = self.output.1.wait_timeout(output, left).expect("output").0;
        }
        output.bytes.len() - before
    }

    /// How many bytes were written, once it has nothing more to write for a moment.
    pub(crate) fn settled(&mut self) -> usize {
        while self.bytes_within(Duration::from_millis(120)) > 0 {}
        self.raw().len()
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid =
            self.child.process_id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
        rustix::process::kill_process(pid.expect("a process"), signal).expect("the signal is sent");
    }

    /// Waits for its end; returns the exit status.
    pub(crate) fn ends(&mut self) -> u32 {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                let drained = Instant::now() + Duration::from_secs(5);
                while self.more(drained).is_some() {
                    self.shown();
                }
                return status.exit_code();
            }
            assert!(Instant::now() < until, "it does not end in {:?}:\n{}", self.age(), self.shown());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether the terminal is as it was: its settings, its own screen, a cursor, lines and echo, pastes without brackets.
    #[track_caller]
    pub(crate) fn is_given_back(&self) {
        let now = settings(&*self.master);
        assert_eq!(now, self.before, "how the terminal is set");
        let raw = self.raw();
        for (taken, given) in
            [("\x1b[?1049h", "\x1b[?1049l"), ("\x1b[?25l", "\x1b[?25h"), ("\x1b[?2004h", "\x1b[?2004l")]
        {
            let (on, off) = (last(&raw, taken.as_bytes()), last(&raw, given.as_bytes()));
            assert!(on.is_some(), "{taken:?} was never written");
            assert!(off > on, "{given:?} has to be the last of the two");
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// How a terminal is set: lines, echo, signs for signals.
fn settings(master: &(dyn MasterPty + Send)) -> String {
    format!("{:?}", master.get_termios())
}

fn last(all: &[u8], part: &[u8]) -> Option<usize> {
    all.windows(part.len()).rposition(|w| w == part)
}

pub(crate) fn count(all: &[u8], part: &[u8]) -> usize {
    all.windows(part.len()).filter(|w| *w == part).count()
}
