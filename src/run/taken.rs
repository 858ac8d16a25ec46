//! What an error text gives away goes into the case, where nothing stands yet.

use crate::reading::{Clues, Reader, clues};
use crate::transcript::{Case, Taken};

/// Brings what was taken from the error text up to date. `before` is the case as it stood.
///
/// While text and choice stay, what was taken stays as well, unless a person changed or emptied it. With another text, or another of its
/// failures, it is taken anew. What a person entered is never overwritten.
pub(super) fn take(reader: &Reader, before: &Case, case: &mut Case) {
    case.taken = before.taken.iter().copied().filter(|t| before.agrees(case, *t)).collect();
    if before.error == case.error && before.failure == case.failure {
        return;
    }
    if before.error != case.error && before.failure == case.failure {
        case.failure = None;
    }
    for what in std::mem::take(&mut case.taken) {
        case.forget(what);
    }
    let Some(text) = case.error.as_deref() else { return };
    let reading = reader.text(text);
    let Some(found) = ({
        let chosen = case.failure.and_then(|n| reading.items.get(n as usize));
        let each = |item| clues(text, reading.source, item);
        match chosen {
            Some(item) => Some(each(item)),
            // Before one is chosen, only what all of them say.
            None => reading.items.iter().take(MOST).map(each).reduce(|all, one| all.common(&one)),
        }
    }) else {
        return;
    };
    fill(case, found);
}

/// So many failures are compared.
const MOST: usize = 50;

fn fill(case: &mut Case, found: Clues) {
    let mut taken = Vec::new();
    let Clues { to, from, server, refused_by, ip, helo } = found;
    let mut put = |what, is_new: bool| taken.extend(is_new.then_some(what));
    put(Taken::To, case.to.is_empty() && to.is_some());
    if case.to.is_empty() {
        case.to.extend(to);
    }
    put(Taken::From, over(&mut case.from, from));
    put(Taken::Server, over(&mut case.server, server));
    put(Taken::RefusedBy, over(&mut case.refused_by, refused_by));
    put(Taken::Ip, over(&mut case.ip, ip));
    put(Taken::Helo, over(&mut case.helo, helo));
    case.taken.extend(taken);
}

/// Fills a field that is empty; whether that was done.
fn over<T>(field: &mut Option<T>, found: Option<T>) -> bool {
    let fills = field.is_none() && found.is_some();
    if fills {
        *field = found;
    }
    fills
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, LazyLock};

    use super::*;
    use crate::guide::Guide;

    static READER: LazyLock<Reader> = LazyLock::new(|| Reader::new(Arc::new(Guide::embedded())));

    const TWO: &str = "Mail system: undeliverable.\n\n\
        <ann@example.org>: host mx1.example.org[192.0.2.25] said: 550 5.1.1 User unknown (in reply to RCPT TO command)\n\n\
        <bob@example.org>: host mx1.example.org[192.0.2.25] said: 552 5.2.2 Mailbox full (in reply to RCPT TO command)\n";

    fn entered(before: &Case, change: impl FnOnce(&mut Case)) -> Case {
        let mut case = before.clone();
        change(&mut case);
        take(&READER, before, &mut case);
        case
    }

    fn with(text: &str) -> Case {
        entered(&Case::new(), |c| c.error = Some(text.to_owned()))
    }

    #[test]
    fn one_failure_fills_what_is_empty() {
        let case = with("<bob@example.org>: host mx1.example.org[192.0.2.25] said: 550 5.1.1 User unknown");
        assert_eq!(case.to, ["bob@example.org"]);
        assert_eq!(case.refused_by.as_deref(), Some("mx1.example.org"));
        assert!(case.taken.contains(&Taken::To) && case.taken.contains(&Taken::RefusedBy));
    }

    #[test]
    fn what_was_entered_is_not_overwritten() {
        let before = Case { to: vec!["eve@example.org".to_owned()], ..Case::new() };
        let case = entered(&before, |c| c.error = Some("550 5.1.1 <bob@example.org>: User unknown".to_owned()));
        assert_eq!(case.to, ["eve@example.org"]);
        assert!(!case.taken.contains(&Taken::To));
    }

    #[test]
    fn of_several_only_what_they_share_until_one_is_chosen() {
        let case = with(TWO);
        assert!(case.to.is_empty());
        assert_eq!(case.refused_by.as_deref(), Some("mx1.example.org"));
        let second = entered(&case, |c| c.failure = Some(1));
        assert_eq!(second.to, ["bob@example.org"]);
        let first = entered(&second, |c| c.failure = Some(0));
        assert_eq!(first.to, ["ann@example.org"], "what was taken goes with the choice");
    }

    #[test]
    fn what_a_person_changed_or_emptied_stays_so() {
        let case = with("550 5.1.1 <bob@example.org>: User unknown");
        assert_eq!(case.to, ["bob@example.org"]);
        let changed = entered(&case, |c| c.to = vec!["bert@example.org".to_owned()]);
        assert!(!changed.taken.contains(&Taken::To));
        let again = entered(&changed, |c| c.error = Some("550 5.1.1 <eve@example.org>: User unknown".to_owned()));
        assert_eq!(again.to, ["bert@example.org"]);
        assert!(entered(&case, |c| c.to.clear()).to.is_empty());
    }

    #[test]
    fn another_text_forgets_the_choice() {
        let chosen = entered(&with(TWO), |c| c.failure = Some(1));
        let other = entered(&chosen, |c| c.error = Some("450 4.2.0 Greylisted".to_owned()));
        assert_eq!((other.failure, other.to.len()), (None, 0));
    }
}
