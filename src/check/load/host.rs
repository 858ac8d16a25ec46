//! This machine: load, memory, disk and mail queue, where they can be read.

use std::path::Path;

use sysinfo::{Disks, System};

use crate::check::Context;
use crate::transcript::{Finding, HostFact};

/// Folders whose messages wait for delivery: Postfix, Exim.
const QUEUES: [&str; 4] =
    ["/var/spool/postfix/deferred", "/var/spool/postfix/active", "/var/spool/exim4/input", "/var/spool/exim/input"];
/// More than this is not counted: a full queue must not hold up the check.
const MOST_FILES: usize = 100_000;

/// Looks, if this machine is a mail server or the server to test.
pub(super) async fn look(cx: &Context) {
    if !cx.net.world().is_this_machine() || !is_mail_server() {
        cx.found(Finding::new("load.not-this-machine"));
        return;
    }
    let Ok(seen) = tokio::task::spawn_blocking(read).await else { return };
    let fact =
        |what: &str, value: String| cx.rec.host(HostFact { what: what.to_owned(), value: Some(value), reason: None });
    let cores = seen.cores.max(1) as f64;
    if let Some(load) = seen.load {
        let value = format!("{load:.2}");
        let id = fact("load", format!("{value} on {} cores", seen.cores));
        cx.found(Finding::new("load.host.load").arg("value", &value).arg("count", seen.cores).shown_by(id));
        if load > cores * 2.0 {
            cx.found(Finding::new("load.host.high").arg("what", "load").arg("value", value).shown_by(id));
        }
    }
    if let Some(memory) = seen.memory {
        let id = fact("memory", format!("{memory} % used"));
        cx.found(Finding::new("load.host.memory").arg("value", memory).shown_by(id));
        if memory >= 95 {
            cx.found(
                Finding::new("load.host.high").arg("what", "memory").arg("value", format!("{memory} %")).shown_by(id),
            );
        }
    }
    if let Some(disk) = seen.disk {
        let id = fact("disk", format!("{disk} % used where the queue is"));
        cx.found(Finding::new("load.host.disk").arg("value", disk).shown_by(id));
        if disk >= 95 {
            cx.found(Finding::new("load.host.disk-full").arg("value", disk).shown_by(id));
        }
    }
    match seen.queue {
        Ok(count) => {
            let id = fact("queue", count.to_string());
            cx.found(Finding::new("load.host.queue").arg("count", count).shown_by(id));
        }
        Err(why) => {
            let id = cx.rec.host(HostFact { what: "queue".to_owned(), value: None, reason: Some(why.clone()) });
            cx.found(Finding::new("load.host.unreadable").arg("what", "queue").arg("why", why).shown_by(id));
        }
    }
}

fn is_mail_server() -> bool {
    ["/var/spool/postfix", "/var/spool/exim4", "/var/spool/exim"].iter().any(|p| Path::new(p).is_dir())
}

struct Seen {
    load: Option<f64>,
    cores: usize,
    memory: Option<u64>,
    disk: Option<u64>,
    queue: Result<usize, String>,
}

fn read() -> Seen {
    let memory = System::new().ok().map(|mut system| {
        system.refresh_memory();
        (system.used_memory(), system.total_memory())
    });
    let percent = |part: u64, whole: u64| part * 100 / whole.max(1);
    let spool = Path::new("/var/spool");
    let disks = Disks::new_with_refreshed_list();
    let disk = disks
        .iter()
        .flat_map(|disks| disks.iter())
        .filter(|d| spool.starts_with(d.mount_point()))
        .max_by_key(|d| d.mount_point().as_os_str().len())
        .map(|d| percent(d.total_space().saturating_sub(d.available_space()), d.total_space()));
    Seen {
        load: System::load_average().ok().map(|l| l.one),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        memory: memory.map(|(used, total)| percent(used, total)),
        disk,
        queue: queue(),
    }
}

fn queue() -> Result<usize, String> {
    let mut count = 0;
    let mut any = false;
    for folder in QUEUES.iter().map(Path::new).filter(|p| p.is_dir()) {
        count += files(folder, 0).map_err(|e| e.kind().to_string())?;
        any = true;
    }
    if any { Ok(count) } else { Err("no queue folder here".to_owned()) }
}

fn files(folder: &Path, depth: usize) -> std::io::Result<usize> {
    let mut count = 0;
    for item in std::fs::read_dir(folder)? {
        let item = item?;
        if item.file_type()?.is_dir() && depth < 3 {
            count += files(&item.path(), depth + 1)?;
        } else {
            count += 1;
        }
        if count > MOST_FILES {
            break;
        }
    }
    Ok(count)
}
