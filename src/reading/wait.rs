//! How long a server asks to wait, where its text says so.

use std::sync::LazyLock;

use regex::Regex;

/// A number and its unit behind words of waiting, or a time of day's length such as `00:05:00`.
static WAIT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(?:wait|after|in|for|within|at least|least|about|next|every|remaining|left|greylist\w*|graylist\w*|delay\w*|retry-after)",
        r"[\s:=]+(?:at least |about |approximately |another |the next |up to |a minimum of )?",
        r"(?:(?<h>\d{1,2}):(?<m>\d{2}):(?<s>\d{2})(?-u:\b)|(?<n>\d{1,5}|an?|one|two|five|ten) ?(?<unit>s|secs?|seconds?|sekunden|secondes|segundos|m|mins?|minutes?|minuten|minutos|h|hrs?|hours?|stunden?|heures?|horas?|d|days?|tagen?|jours?)(?-u:\b))"
    ))
    .expect("a pattern")
});

/// The longest wait that a server may mean: what is longer is about something else.
const LONGEST: u64 = 7 * 86_400;

/// The seconds of a wait as [`asked`] says it.
#[must_use]
pub fn seconds(spoken: &str) -> Option<u64> {
    let (count, unit) = spoken.split_once(' ')?;
    Some(count.parse::<u64>().ok()? * unit_of(unit))
}

/// How long a server asks to wait, as a person says it (`5 minutes`), where waiting is what the failure is about.
pub(super) fn asked(cause: &str, kind: Option<&str>, text: &str) -> Option<String> {
    if cause == "overload" || kind == Some("greylisting") { wait(text) } else { None }
}

fn wait(text: &str) -> Option<String> {
    let found = WAIT.captures(text)?;
    let seconds = match found.name("unit") {
        Some(unit) => number(&found["n"])? * unit_of(unit.as_str()),
        None => number(&found["h"])? * 3600 + number(&found["m"])? * 60 + number(&found["s"])?,
    };
    (1..=LONGEST).contains(&seconds).then(|| spoken(seconds))
}

fn number(word: &str) -> Option<u64> {
    match word.to_ascii_lowercase().as_str() {
        "a" | "an" | "one" => Some(1),
        "two" => Some(2),
        "five" => Some(5),
        "ten" => Some(10),
        digits => digits.parse().ok(),
    }
}

fn unit_of(unit: &str) -> u64 {
    match unit.as_bytes().first().map(u8::to_ascii_lowercase) {
        Some(b'm') => 60,
        Some(b'h') => 3600,
        Some(b'd' | b't' | b'j') => 86_400,
        _ if unit.eq_ignore_ascii_case("stunde") || unit.eq_ignore_ascii_case("stunden") => 3600,
        _ => 1,
    }
}

/// In the greatest unit that leaves nothing over.
fn spoken(seconds: u64) -> String {
    let (count, unit) = match seconds {
        s if s % 86_400 == 0 => (s / 86_400, "day"),
        s if s % 3600 == 0 => (s / 3600, "hour"),
        s if s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_as_a_person_says_it() {
        for (text, said) in [
            ("Please try again in 5 minutes", "5 minutes"),
            ("greylisted for 300 seconds", "5 minutes"),
            ("retry after 1 hour", "1 hour"),
            ("try again in an hour", "1 hour"),
            ("Greylisted, wait 90 sec", "90 seconds"),
            ("come back in 00:04:30", "270 seconds"),
            ("deferred, retry in 2h", "2 hours"),
            ("Greylisting: retry-after=600s", "10 minutes"),
            ("wait at least 60s", "1 minute"),
            ("in 5 Minuten", "5 minutes"),
            ("nach 2 Stunden, in 2 Stunden", "2 hours"),
            ("blocked for 1 day", "1 day"),
        ] {
            assert_eq!(wait(text).as_deref(), Some(said), "{text}");
            assert!(seconds(said).is_some_and(|s| spoken(s) == said), "{said}");
        }
    }

    #[test]
    fn what_is_no_time_is_not_taken_for_one() {
        for text in [
            "Too many messages in session 5",
            "try again later",
            "in 2 messages",
            "for 192.0.2.7",
            "in 99999 days",
            "in 0 seconds",
            "after 5 errors",
            "message for a mailbox",
        ] {
            assert_eq!(wait(text), None, "{text}");
        }
    }
}
