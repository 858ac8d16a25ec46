//! A terminal that goes without a word: nobody sends SIGHUP, because it is nobody's controlling terminal.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use portable_pty::{PtySize, native_pty_system};
use rustix::fs::OFlags;

#[test]
fn a_terminal_that_goes_without_a_signal_is_left_and_the_session_kept() {
    let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).expect("a terminal");
    let name = pair.master.tty_name().expect("its name");
    let own = || {
        let flags = i32::try_from(OFlags::NOCTTY.bits()).expect("flags");
        Stdio::from(OpenOptions::new().read(true).write(true).custom_flags(flags).open(&name).expect("its other side"))
    };
    let home = tempfile::tempdir().expect("a home");
    let mut child = Command::new(env!("CARGO_BIN_EXE_heloise"))
        .env_clear()
        .envs([("TERM", "xterm"), ("LANG", "C.UTF-8")])
        .env("HOME", home.path())
        .stdin(own())
        .stdout(own())
        .stderr(own())
        .spawn()
        .expect("heloise starts");
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().expect("a reader");
    let mut writer = pair.master.take_writer().expect("a writer");
    let mut seen = vt100::Parser::new(24.try_into().expect("rows"), 80.try_into().expect("columns"), 0);
    let mut sees = |words: &str| {
        let mut buffer = [0; 4096];
        while !seen.screen().contents().contains(words) {
            let read = reader.read(&mut buffer).expect("a screen");
            seen.process(&buffer[..read]);
        }
    };
    sees("What do you have?");
    writer.write_all(b"\r").expect("a key");
    sees("Or type the name of a file.");
    writer.write_all(b"\x1b[200~550 5.1.1 User unknown\x1b[201~\r").expect("keys");
    sees("Next");
    drop((reader, writer, pair.master));
    let until = Instant::now() + Duration::from_secs(60);
    let status = loop {
        if let Some(status) = child.try_wait().expect("a status") {
            break status;
        }
        if Instant::now() > until {
            child.kill().expect("it ends");
            panic!("it stays although nobody can see or type anything");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(status.code(), Some(129), "as after SIGHUP");
    let saved = home.path().join(".local/state/heloise");
    let text = walk(&saved).into_iter().map(|file| std::fs::read_to_string(file).expect("a file")).collect::<String>();
    assert!(text.contains("5.1.1 User unknown"), "the session is kept");
}

/// All files below a folder.
fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let all = std::fs::read_dir(folder).expect("a folder").map(|f| f.expect("a file").path());
    all.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
