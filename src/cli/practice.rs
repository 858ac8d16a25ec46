//! `heloise practice`: the worlds, and what can be done with one.

use std::sync::Arc;

use serde::Serialize;

use super::check::{self, Walk};
use super::checklist;
use super::house::House;
use super::out::Out;
use super::{Exit, PracticeArgs, ReportFormat, Trouble, allowed};
use crate::net::Trust;
use crate::practice::{Practice, WorldFile};
use crate::report::json_text;
use crate::run::Setup;
use crate::transcript::Secret;

/// A world that is up, and a session's setup in it.
pub(super) struct Up {
    pub practice: Practice,
    pub setup: Setup,
    pub world: WorldFile,
}

/// `--list`, `--check` and `--serve`.
pub(super) async fn practice(args: &PracticeArgs, house: &House) -> Result<Exit, Trouble> {
    if args.list {
        return list(args, house);
    }
    let up = up(args.world.as_deref(), house).await?;
    if args.serve {
        return serve(&up).await;
    }
    let secret = up.world.password.clone().map(Secret::new);
    let mut consents = allowed(None, secret.is_some());
    consents.extend(&up.world.allow);
    let plan = match &args.checklist {
        Some(path) => check::own(&checklist::read(path, up.world.case.clone())?),
        None => check::plan(house, &args.steps, args.all),
    };
    let (format, out) = (args.format, args.out.as_deref());
    check::walk(Walk { setup: up.setup, case: up.world.case, secret, consents, plan, format, out }).await
}

/// Brings a world up: the one named, or the first.
pub(super) async fn up(id: Option<&str>, house: &House) -> Result<Up, Trouble> {
    let worlds = WorldFile::all(&house.guide).map_err(Trouble::data)?;
    let near = |id: &str| {
        let like = |w: &WorldFile| strsim::jaro_winkler(&w.id, id);
        let best = worlds.iter().max_by(|a, b| like(a).total_cmp(&like(b))).filter(|w| like(w) > 0.7);
        best.map_or_else(|| ";".to_owned(), |w| format!("; did you mean {}?", w.id))
    };
    let world = match id {
        Some(id) => worlds.iter().find(|w| w.id == id).ok_or_else(|| {
            Trouble::usage(format!("there is no practice world {id}{} heloise practice --list names them", near(id)))
        })?,
        None => worlds.first().ok_or_else(|| Trouble::data("the guide has no practice worlds"))?,
    };
    let practice = Practice::start(world).await.map_err(Trouble::data)?;
    let setup = Setup {
        guide: Arc::clone(&house.guide),
        know: Arc::clone(&house.know),
        world: practice.world(),
        trust: Trust::only(practice.ca_pem()).map_err(Trouble::data)?,
        // The world is gone when its session ends: there is nothing to come back to.
        store: None,
    };
    Ok(Up { practice, setup, world: world.clone() })
}

fn list(args: &PracticeArgs, house: &House) -> Result<Exit, Trouble> {
    #[derive(Serialize)]
    struct Row<'a> {
        id: &'a str,
        title: &'a str,
        code: Option<u16>,
        cause: Option<&'a str>,
        kind: Option<&'a str>,
        verdict: &'a str,
        story: &'a str,
    }
    let worlds = WorldFile::all(&house.guide).map_err(Trouble::data)?;
    let rows = worlds.iter().map(|w| Row {
        id: &w.id,
        title: &w.title,
        code: w.expect.code,
        cause: w.expect.cause.as_deref(),
        kind: w.expect.kind.as_deref(),
        verdict: w.expect.verdict.as_str(),
        story: &w.story,
    });
    let mut out = Out::open(None)?;
    match args.format {
        ReportFormat::Text => {
            let wide = worlds.iter().map(|w| w.id.len()).max().unwrap_or_default();
            for row in rows {
                let code = row.code.map_or_else(|| "   ".to_owned(), |c| c.to_string());
                out.write(&format!("{:<wide$}  {code}  {}\n", row.id, row.title))?;
            }
        }
        ReportFormat::Json => {
            let rows: Vec<_> = rows.collect();
            out.line(&json_text(&serde_json::to_string_pretty(&rows).unwrap_or_default()))?;
        }
        ReportFormat::Jsonl => {
            for row in rows {
                out.line(&json_text(&serde_json::to_string(&row).unwrap_or_default()))?;
            }
        }
        _ => return Err(Trouble::usage("the list of worlds comes as --format text, json or jsonl; type one of these")),
    }
    out.finish()?;
    Ok(Exit::DONE)
}

async fn serve(up: &Up) -> Result<Exit, Trouble> {
    let mut out = Out::open(None)?;
    out.line(&format!("{}: {}", up.world.id, up.world.title))?;
    for (what, address) in up.practice.addresses() {
        out.line(&format!("{address}  {what}"))?;
    }
    out.line(up.practice.ca_pem().trim_end())?;
    check::note("the world is up; Ctrl-C takes it down");
    tokio::signal::ctrl_c().await.map_err(|e| Trouble::data(format!("cannot wait for Ctrl-C: {e}")))?;
    Ok(Exit::DONE)
}
