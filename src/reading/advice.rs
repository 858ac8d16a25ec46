//! What a person should know and do about one failure: the guide's words for what was read, values filled in.

use super::explain::own;
use super::group::who;
use super::{Certainty, Item};
use crate::guide::{Guide, Who, Words, fill};
use crate::transcript::{StepId, clean_line};

/// The words about one failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What it means, in one sentence.
    pub says: Words,
    /// Whose move it is.
    pub who: Who,
    /// Whether waiting helps, in a few words.
    pub waiting: String,
    /// What to do, first thing first.
    pub fix: Vec<Words>,
    /// How sure that is, and by what, in one sentence.
    pub sure: String,
    /// The step that looks into it.
    pub step: Option<StepId>,
}

/// The longest value that is filled in, in characters.
const VALUE: usize = 120;

/// What the guide says about a failure.
#[must_use]
pub fn advice(guide: &Guide, item: &Item) -> Advice {
    let meaning = &item.meaning;
    let mut args = meaning.args.clone();
    if let Some(recipient) = super::clues::recipient(item) {
        args.entry("recipient".to_owned()).or_insert_with(|| clean_line(&recipient, VALUE));
        if let Some((_, domain)) = recipient.rsplit_once('@') {
            args.entry("domain".to_owned()).or_insert_with(|| clean_line(domain, VALUE));
        }
    }
    let filled = |words: &Words| Words { plain: fill(&words.plain, &args), admin: fill(&words.admin, &args) };
    let kind = meaning.kind.as_deref().and_then(|k| guide.kind(k)).map(|(_, kind)| kind);
    let cause = guide.cause(&meaning.cause);
    let own = own(guide, meaning, item.reply.enhanced);
    let of_guide = kind.map(|k| &k.headline).or(cause.map(|c| &c.headline));
    let says = own.says.or(own.headline()).or(of_guide).map(filled);
    let too_little = || {
        let says = "The answer says too little to name a cause.".to_owned();
        Words { plain: says.clone(), admin: says }
    };
    let fix = own.fix().or(kind.map(|k| &k.fix)).or(cause.map(|c| &c.fix));
    let waits = own.waiting().or(kind.and_then(|k| k.waiting.as_ref())).or(cause.map(|c| &c.waiting));
    Advice {
        says: says.unwrap_or_else(too_little),
        who: item.turned(who(guide, item)),
        waiting: waits.map(|w| waiting(w, item.permanent)).unwrap_or_default(),
        fix: fix.map(|all| all.iter().map(filled).collect()).unwrap_or_default(),
        sure: sure(item),
        step: kind.and_then(|k| k.step.clone()).or(cause.map(|c| c.step.clone())),
    }
}

/// Whether waiting helps, where what the cause says and what the code says are two things.
fn waiting(of_cause: &str, permanent: Option<bool>) -> String {
    let helps = !["does not", "is not", "helps only"].iter().any(|no| of_cause.starts_with(no));
    let unclear = of_cause.starts_with("may help after");
    match permanent {
        Some(true) if unclear => "hardly helps: this refusal was final".to_owned(),
        Some(false) if unclear => "may help: the server asks to try again later".to_owned(),
        Some(true) if helps => format!("{of_cause}; then send it again, for this refusal was final"),
        Some(false) if !helps => format!("{of_cause}, even if the server asks to try again later"),
        _ => of_cause.to_owned(),
    }
}

/// How sure a reading is, in a sentence.
fn sure(item: &Item) -> String {
    let by = match (&item.meaning.phrase, item.reply.enhanced, item.reply.code) {
        (Some(_), ..) => "by its own words".to_owned(),
        (None, Some(enhanced), _) => format!("by the code {enhanced} alone"),
        (None, None, 0) => "for it has no code, and no words that are known".to_owned(),
        (None, None, code) => format!("by the code {code} alone"),
    };
    let how = match item.meaning.certainty {
        _ if item.meaning.cause == "unclear" => {
            return format!("Unclear, {by}.");
        }
        Certainty::Confirmed => "Sure",
        Certainty::Likely => "Likely",
        Certainty::Possible => "Possible",
    };
    format!("{how}, {by}.")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::reading::Reader;

    #[test]
    fn a_failure_is_put_into_words_with_its_values() {
        let guide = Arc::new(Guide::embedded());
        let read = Reader::new(Arc::clone(&guide)).text("550 5.1.1 <bob@example.org>: User unknown");
        let advice = advice(&guide, &read.items[0]);
        assert!(advice.says.plain.contains("bob@example.org"), "{}", advice.says.plain);
        assert_eq!((advice.who, advice.step), (Who::You, Some("recipient".into())));
        assert!(!advice.fix.is_empty() && !advice.waiting.is_empty());
    }

    fn first(text: &str) -> (String, Who, String) {
        let guide = Arc::new(Guide::embedded());
        let read = Reader::new(Arc::clone(&guide)).text(text);
        let advice = advice(&guide, &read.items[0]);
        (advice.fix[0].plain.clone(), advice.who, advice.waiting)
    }

    #[test]
    fn who_refuses_in_words_of_their_own_is_answered_in_kind() {
        let (fix, who, waiting) =
            first("550 5.7.520 Access denied, Your organization does not allow external forwarding.");
        assert!(fix.contains("forwarding"), "{fix}");
        assert_eq!((who, waiting.as_str()), (Who::Recipient, "does not help"));
        let (fix, ..) =
            first("535-5.7.8 Username and Password not accepted. support.google.com/mail/?p=BadCredentials");
        assert!(fix.contains("app password"), "{fix}");
    }

    #[test]
    fn a_code_without_known_words_has_its_own_advice_too() {
        let (fix, ..) = first("550 5.7.26 computer says no");
        assert!(fix.contains("your domain's mail provider"), "{fix}");
        let (fix, who, _) = first("451 4.3.5 computer says no");
        assert!(fix.contains("their server has a fault") && who == Who::TheirProvider, "{fix}");
    }

    #[test]
    fn advice_that_names_a_provider_is_given_where_the_text_does() {
        let words = "550 5.7.1 The message is likely unsolicited mail";
        assert!(!first(words).0.contains("Google"), "{}", first(words).0);
    }
}
