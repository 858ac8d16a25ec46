//! VRFY is asked where the user wants it and the server offers it, and never else.

use heloise::practice::WorldFile;
use heloise::run::Session;
use heloise::transcript::{Consent, StepId};

use crate::worlds::{guide, walked};

/// A healthy server that offers VRFY, or does not, and answers it so.
async fn asked(offered: bool, reply: &str, allowed: &[Consent]) -> Session {
    let guide = guide();
    let mut file = WorldFile::by_id(&guide, "healthy-address").expect("a world");
    for host in &mut file.hosts {
        host.ehlo.retain(|word| word != "VRFY");
        if offered {
            host.ehlo.push("VRFY".to_owned());
        }
        let rule = format!("on = [\"vrfy\"]\nreply = [\"{reply}\"]\n");
        host.rules.insert(0, toml::from_str(&rule).expect("a rule"));
    }
    let case = file.case.clone();
    walked(&guide, &file, case, allowed.iter().copied().collect(), vec![StepId::new("recipient")]).await
}

fn ids(session: &Session) -> Vec<&str> {
    let all = session.walk().transcript().findings().map(|(_, f)| f.id.as_str());
    all.filter(|id| id.starts_with("recipient.vrfy.")).collect()
}

#[tokio::test]
async fn it_is_asked_only_where_it_is_wanted_and_offered() {
    let usual = [Consent::Connect, Consent::Rcpt];
    let session = asked(true, "250 2.1.5 bob", &usual).await;
    let asked_it = |s: &Session| s.walk().transcript().replies().any(|(_, r)| r.joined().contains("2.1.5 bob"));
    assert!(ids(&session).is_empty() && !asked_it(&session));
    let wanted = [Consent::Connect, Consent::Rcpt, Consent::Vrfy];
    assert_eq!(ids(&asked(false, "250 2.1.5 bob", &wanted).await), ["recipient.vrfy.not-offered"]);
    assert_eq!(ids(&asked(true, "250 2.1.5 bob", &wanted).await), ["recipient.vrfy.known"]);
}

#[tokio::test]
async fn an_answer_that_says_nothing_is_said_to() {
    let wanted = [Consent::Connect, Consent::Rcpt, Consent::Vrfy];
    for reply in ["252 2.0.0 cannot verify", "502 5.5.1 VRFY command is disabled"] {
        assert_eq!(ids(&asked(true, reply, &wanted).await), ["recipient.vrfy.says-nothing"], "{reply}");
    }
    let session = asked(true, "550 5.1.1 no such user", &wanted).await;
    assert_eq!(ids(&session), ["recipient.vrfy.unknown"]);
    let findings = session.walk().transcript().findings();
    assert!(findings.into_iter().any(|(_, f)| f.id.starts_with("recipient.rcpt.")), "the talk goes on");
}
