//! The report as one page that stands alone: no script, no picture, nothing fetched.

use std::fmt::Write as _;

use super::escape::html_text as h;
use super::text::{certainty, quoted, status};
use super::view::{StepView, View, refusals};
use super::{distinct, when_utc};
use crate::diagnosis::Reason;
use crate::guide::Guide;
use crate::transcript::{Case, Level, StepStatus, Transcript, Verdict};

const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
<meta name=\"viewport\" content=\"width=device-width\">\n";

const STYLE: &str = "<style>\n\
:root{color-scheme:light dark}\n\
body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}\n\
h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.1rem;margin-top:2rem}\n\
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0}\n\
td.n{text-align:right}small,.e{opacity:.7}code{font:14px/1.5 ui-monospace,monospace;overflow-wrap:anywhere}\n\
.fail{color:#b3261e}.warn{color:#8a5a00}@media(prefers-color-scheme:dark){.fail{color:#ff8a80}.warn{color:#ffd180}}\n\
</style>\n";

/// The report as an HTML page; everything from outside is text in it.
#[must_use]
pub fn html(guide: &Guide, transcript: &Transcript) -> String {
    let view = View::of(guide, transcript);
    let top = view.diagnosis.causes.first();
    let title = h(top.map_or("We could not tell what is wrong.", |t| t.headline.plain.as_str()));
    let word = top.map_or("could not tell", |t| certainty(view.diagnosis.verdict, t.certainty));
    let mut out = format!("{HEAD}<title>{title}</title>\n{STYLE}</head>\n<body>\n<h1>{title}</h1>\n");
    let _ = writeln!(out, "<p><strong>{word}</strong> · {} · heloise {}</p>", when_utc(view.began), h(&view.version));
    case(&mut out, &view.case);
    if let Some(top) = top {
        if !top.fix.is_empty() {
            out.push_str("<h2>What to do</h2>\n<ol>\n");
            for fix in &top.fix {
                let _ = writeln!(out, "<li>{}</li>", h(&fix.plain));
            }
            out.push_str("</ol>\n");
        }
        if view.diagnosis.verdict != Verdict::NoFaultFound {
            let _ = writeln!(out, "<p>Whose move: {}. Waiting: {}.</p>", h(top.who.spoken()), h(&top.waiting));
        }
        reasons(&mut out, "What shows it", &distinct(&top.because, false));
        reasons(&mut out, "What speaks against it", &top.against);
    }
    if view.diagnosis.causes.len() > 1 {
        out.push_str("<h2>Other causes</h2>\n<ul>\n");
        for other in view.diagnosis.causes.iter().skip(1) {
            let word = certainty(Verdict::FaultFound, other.certainty);
            let _ = writeln!(out, "<li>{} <small>{word}</small></li>", h(&other.headline.plain));
        }
        out.push_str("</ul>\n");
    }
    reasons(&mut out, "What could not be told", &view.untold);
    reasons(&mut out, "Seen on the side", &view.diagnosis.also);
    let refused = refusals(transcript);
    if !refused.is_empty() {
        out.push_str("<h2>Refusals</h2>\n<ul>\n");
        for (id, reply) in refused {
            let _ = writeln!(out, "<li><code>{}</code> <small>{id}</small></li>", h(&quoted(reply)));
        }
        out.push_str("</ul>\n");
    }
    out.push_str("<h2>Steps</h2>\n<table>\n");
    for step in &view.steps {
        row(&mut out, step);
    }
    out.push_str("</table>\n</body>\n</html>\n");
    out
}

/// What was asked, as names and values; nothing where the case is empty.
pub(super) fn asked(case: &Case) -> Vec<(&'static str, String)> {
    let server = case.server.as_ref().map(|s| {
        let port = s.port.map_or_else(String::new, |p| format!(":{p}"));
        format!("{}{port} ({})", s.host, case.security)
    });
    let file = case.message.as_ref().map(|m| m.display().to_string());
    let rows = [
        ("from", case.from.clone()),
        ("to", (!case.to.is_empty()).then(|| case.to.join(", "))),
        ("server", server),
        ("user", case.user.clone()),
        ("message", file),
        ("sending address", case.ip.map(|ip| ip.to_string())),
        ("sending domain", case.sending_domain.clone()),
        ("HELO name", case.helo.clone()),
        ("resolver", case.resolver.map(|r| r.to_string())),
    ];
    rows.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn case(out: &mut String, case: &Case) {
    let rows = asked(case);
    if rows.is_empty() {
        return;
    }
    out.push_str("<table>\n");
    for (name, value) in rows {
        let _ = writeln!(out, "<tr><th scope=\"row\">{name}</th><td>{}</td></tr>", h(&value));
    }
    out.push_str("</table>\n");
}

fn reasons(out: &mut String, title: &str, all: &[Reason]) {
    if all.is_empty() {
        return;
    }
    let _ = writeln!(out, "<h2>{title}</h2>\n<ul>");
    for reason in all {
        let ids: Vec<_> = reason.evidence.iter().map(ToString::to_string).collect();
        let _ = writeln!(out, "<li>{} <small class=\"e\">{}</small></li>", h(&reason.says.plain), ids.join(", "));
    }
    out.push_str("</ul>\n");
}

fn row(out: &mut String, step: &StepView) {
    let (mark, word) = status(step.status);
    let class = match step.status {
        StepStatus::Fail => " class=\"fail\"",
        StepStatus::Warn => " class=\"warn\"",
        _ => "",
    };
    let seen = step.findings.iter().filter(|f| f.level != Level::Info).map(|f| h(&f.says.plain));
    let signed = step.signed.iter().map(|signed| h(&signed.line()));
    let _ = writeln!(
        out,
        "<tr><td class=\"n\">{}</td><td>{}</td><td{class}>{mark} {word}</td><td>{}</td></tr>",
        step.number,
        h(&step.title),
        seen.chain(signed).collect::<Vec<_>>().join("<br>"),
    );
}
