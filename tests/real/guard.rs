//! Ends the daemons of a test and takes their folder away, whichever way the test ends.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A small shell that waits for the end of the test: a pipe to it closes when this is dropped, and also when the process is killed.
pub(crate) struct Guard(Child);

/// The daemons lead process groups of their own, so their children go with them. One that has ended and was not yet collected is gone.
const SCRIPT: &str = r#"
cat >/dev/null
cd "$1" || exit
shift
alive() { kill -0 "$1" && ! grep -qs '^State:.Z' "/proc/$1/status"; }
for file; do
  pid=$(sed 1q "$file" | tr -d ' ') && [ "$pid" ] || continue
  kill "$pid"
  for _ in $(seq 50); do alive "$pid" || break; sleep 0.1; done
  kill -9 -- "$pid" "-$pid"
done
# A child that was at work may write its last line after the daemon has gone, and make the folder anew for it.
for _ in $(seq 50); do rm -rf "$PWD"; sleep 0.2; [ -e "$PWD" ] || break; done
"#;

impl Guard {
    /// Watches over a folder; the daemons' process ids will be in these files in it.
    pub(crate) fn over(folder: &Path, pid_files: &[&str]) -> Self {
        let child = Command::new("sh")
            .args(["-c", SCRIPT, "guard"])
            .arg(folder)
            .args(pid_files)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C at the test must not reach it.
            .process_group(0)
            .spawn();
        Self(child.expect("sh runs"))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
