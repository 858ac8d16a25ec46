//! This machine's own packet filter: its rules, where they may be read. Nothing is changed.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::time::timeout;

use super::filter::{Tool, blocking};
use crate::check::Context;
use crate::check::tools::Host;
use crate::transcript::{Finding, HostFact, clean_line};

/// In the order in which people know them: what one names, another need not name again.
const TOOLS: [Tool; 6] = [Tool::Ufw, Tool::Firewalld, Tool::Nft, Tool::Iptables, Tool::Ip6tables, Tool::Pf];
/// Where they are, for users whose own path does not lead there.
const PLACES: [&str; 6] = ["/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/local/bin"];
/// How long one may take, and how much it may say.
const LONGEST: Duration = Duration::from_secs(3);
const MOST: u64 = 4 * 1024 * 1024;
/// How many rules are named.
const NAMED: usize = 3;

/// Looks for rules that keep the host's port from being called, where it is not open, or open elsewhere only. Returns whether one was found
/// that fits what was seen.
pub(super) async fn look(cx: &Context, host: &Host, open: bool, elsewhere: bool) -> bool {
    if !cx.net.world().is_this_machine() {
        return false;
    }
    let here: Vec<(Tool, PathBuf)> = TOOLS.into_iter().filter_map(|tool| Some((tool, find(tool)?))).collect();
    let each = |(tool, program): (Tool, PathBuf)| async move { (tool, read(tool, &program).await) };
    let read = join_all(here.into_iter().map(each)).await;
    let fact = |tool: Tool, value: Option<String>, reason: Option<String>| {
        cx.rec.host(HostFact { what: format!("firewall rules, by {}", tool.name()), value, reason })
    };
    let (mut any, mut named, mut blocked, mut unread) = (false, false, false, false);
    for (tool, text) in read {
        let text = match text {
            Ok(text) => text,
            Err(why) => {
                let id = fact(tool, None, Some(why.clone()));
                // What lets us through need not be read.
                let name = if open { "firewall.rules.unread" } else { "firewall.rules.unreadable" };
                cx.found(
                    Finding::new(name).arg("tool", tool.name()).arg("port", host.port).arg("why", why).shown_by(id),
                );
                unread = true;
                continue;
            }
        };
        any = true;
        let rules = blocking(tool, &text, host.port, &host.addresses);
        let id = fact(tool, Some(format!("{} lines read", text.lines().count())), None);
        if rules.is_empty() || named {
            continue;
        }
        named = true;
        // A rule may be for others than us: what was seen decides. One for everybody would hit the others, too.
        let fits = !open && rules.iter().any(|r| !(r.everybody && elsewhere));
        blocked |= fits;
        let rules: Vec<String> = rules.iter().take(NAMED).map(|r| clean_line(&r.rule, 200)).collect();
        let found = Finding::new(if fits { "firewall.rule.blocks" } else { "firewall.rule.seen" });
        let found = found.arg("tool", tool.name()).arg("rule", rules.join(" / ")).arg("port", host.port);
        cx.found(found.shown_by(id));
    }
    if any && !named && !unread {
        cx.found(Finding::new("firewall.rules.none").arg("port", host.port));
    }
    blocked
}

fn find(tool: Tool) -> Option<PathBuf> {
    PLACES.iter().map(|place| Path::new(place).join(tool.command()[0])).find(|p| p.is_file())
}

/// What it prints, or why it does not.
async fn read(tool: Tool, program: &Path) -> Result<String, String> {
    let mut child = Command::new(program)
        .args(&tool.command()[1..])
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|e| e.kind().to_string())?;
    let (Some(out), Some(errors)) = (child.stdout.take(), child.stderr.take()) else {
        return Err("it said nothing".to_owned());
    };
    let (mut text, mut trouble) = (Vec::new(), Vec::new());
    let all = async {
        let (mut out, mut errors) = (out.take(MOST), errors.take(4096));
        let both = tokio::join!(out.read_to_end(&mut text), errors.read_to_end(&mut trouble));
        both.0.and(both.1)?;
        child.wait().await
    };
    match timeout(LONGEST, all).await {
        Ok(Ok(status)) if status.success() => Ok(String::from_utf8_lossy(&text).into_owned()),
        Ok(Ok(_)) => {
            let said = String::from_utf8_lossy(&trouble);
            let first = said.lines().find(|l| !l.trim().is_empty()).unwrap_or("it failed without a word");
            Err(clean_line(first.trim(), 160))
        }
        Ok(Err(error)) => Err(error.kind().to_string()),
        Err(_) => Err("it took too long".to_owned()),
    }
}
