//! The times at the beginning of log lines.

use jiff::Timestamp;

/// The time that a line begins with, as it is written, and what follows.
pub(super) fn split(line: &str) -> (Option<&str>, &str) {
    let line = line.trim_start();
    let length = match line.as_bytes() {
        [b'@', b'4', ..] => nanos(line),
        [b'[', ..] => bracketed(line),
        [a, b, c, d, b'-' | b'/' | b'T' | b'.' | b'0'..=b'9', ..]
            if [a, b, c, d].iter().all(|d| d.is_ascii_digit()) =>
        {
            year_first(line)
        }
        [d, ..] if d.is_ascii_digit() => day_first(line),
        [m, ..] if m.is_ascii_alphabetic() => month_first(line),
        _ => None,
    };
    match length {
        Some(length) => (Some(line[..length].trim_matches(['[', ']'])), line[length..].trim_start()),
        None => (None, line),
    }
}

/// A time in the form in which it is shown: qmail's TAI64N becomes a date; the others stay as they are.
pub(in crate::reading) fn shown(at: &str) -> String {
    let seconds = at.strip_prefix('@').and_then(|hex| hex.get(..16)).and_then(|hex| u64::from_str_radix(hex, 16).ok());
    // 2^62 is 1970 in TAI, which was ten seconds ahead then.
    let since = seconds.and_then(|s| i64::try_from(s.checked_sub((1 << 62) + 10)?).ok());
    since.and_then(|s| Timestamp::from_second(s).ok()).map_or_else(|| at.to_owned(), |t| t.to_string())
}

/// Microseconds since 1970, as the journal has them.
pub(super) fn of_micros(text: &str) -> Option<String> {
    Some(Timestamp::from_microsecond(text.parse().ok()?).ok()?.to_string())
}

/// `@400000006566b2c01f2d3c4c`.
fn nanos(line: &str) -> Option<usize> {
    let hex = line[1..].bytes().take_while(u8::is_ascii_hexdigit).count();
    (16..=32).contains(&hex).then_some(hex + 1)
}

/// `[2026-11-20 10:00:00]`, `[20/Nov/2026:10:00:00 +0000]`.
fn bracketed(line: &str) -> Option<usize> {
    let end = line.find(']').filter(|end| *end <= 42)?;
    let inner = &line[1..end];
    let timed = inner.bytes().filter(|b| *b == b':').count() >= 2 && inner.bytes().any(|b| b.is_ascii_digit());
    (timed && inner.bytes().all(|b| b.is_ascii_alphanumeric() || b" :/.,+-".contains(&b))).then_some(end + 1)
}

/// `2026-11-20T10:00:00.123456+01:00`, `2026-11-20 10:00:00.123 +0100`, `2026/11/20 10:00:00`.
fn year_first(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let date = |at: usize, sep: u8| bytes.get(at) == Some(&sep) && digits(bytes, at + 1, 2);
    let sep = *bytes.get(4)?;
    if !matches!(sep, b'-' | b'/' | b'.') || !date(4, sep) || !date(7, sep) {
        return epoch(line);
    }
    if !matches!(bytes.get(10), Some(b'T' | b't' | b' ')) {
        return None;
    }
    Some(zone(bytes, time(bytes, 11)?))
}

/// `20.11.2026 10:00:00`, `11/20/2026 10:00:00`, `20 Nov 2026 10:00:00`, `20-Nov-2026 10:00:00`.
fn day_first(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let day = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    if day > 2 {
        return epoch(line);
    }
    let rest = &bytes[day..];
    let middle = rest.iter().skip(1).take_while(|b| b.is_ascii_alphanumeric()).count();
    let (one, two) = (*rest.first()?, *rest.get(1 + middle)?);
    let year = day + 2 + middle;
    if one != two || !b"./- ".contains(&one) || middle > 9 || !digits(bytes, year, 4) {
        return None;
    }
    let gap = if bytes.get(year + 4) == Some(&b',') { 6 } else { 5 };
    Some(zone(bytes, time(bytes, year + gap)?))
}

/// Seconds since 1970 with a fraction: `1795161600.123`.
fn epoch(line: &str) -> Option<usize> {
    let whole = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = line[whole..].strip_prefix('.')?;
    let fraction = rest.bytes().take_while(u8::is_ascii_digit).count();
    (whole == 10 && fraction >= 3).then_some(whole + 1 + fraction)
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// `Nov 20 10:00:00`, `Nov  2 10:00:00.123`, `Nov 20 2026 10:00:00`, `Fri Nov 20 10:00:00 2026`.
fn month_first(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let begins = |at: usize, names: &[&str]| {
        names.iter().any(|n| line.get(at..at + 3).is_some_and(|w| w.eq_ignore_ascii_case(n)))
    };
    let month = if begins(0, &DAYS) { 3 + spaces(bytes, 3)? } else { 0 };
    if !begins(month, &MONTHS) {
        return None;
    }
    let day = month + 3 + spaces(bytes, month + 3)?;
    let after = day + bytes[day..].iter().take(2).take_while(|b| b.is_ascii_digit()).count();
    if after == day {
        return None;
    }
    let after = if bytes.get(after) == Some(&b',') { after + 1 } else { after };
    let next = after + spaces(bytes, after)?;
    let clock = if digits(bytes, next, 4) { next + 4 + spaces(bytes, next + 4)? } else { next };
    let end = time(bytes, clock)?;
    // The year may stand behind.
    let year = end + 1;
    let yearly = month > 0
        && bytes.get(end) == Some(&b' ')
        && digits(bytes, year, 4)
        && bytes.get(year + 4).is_none_or(|b| !b.is_ascii_alphanumeric());
    Some(if yearly { year + 4 } else { end })
}

/// The end of `10:00:00`, `10:00:00.123`, `10:00:00,123`.
fn time(bytes: &[u8], at: usize) -> Option<usize> {
    let sound = digits(bytes, at, 2)
        && bytes.get(at + 2) == Some(&b':')
        && digits(bytes, at + 3, 2)
        && bytes.get(at + 5) == Some(&b':')
        && digits(bytes, at + 6, 2);
    if !sound {
        return None;
    }
    let end = at + 8;
    if !matches!(bytes.get(end), Some(b'.' | b',')) {
        return Some(end);
    }
    let fraction = bytes[end + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
    Some(if fraction > 0 { end + 1 + fraction } else { end })
}

/// The end of a zone behind a time: `Z`, `+01:00`, ` +0100`.
fn zone(bytes: &[u8], end: usize) -> usize {
    if matches!(bytes.get(end), Some(b'Z' | b'z')) {
        return end + 1;
    }
    let sign = if bytes.get(end) == Some(&b' ') { end + 1 } else { end };
    if !matches!(bytes.get(sign), Some(b'+' | b'-')) || !digits(bytes, sign + 1, 2) {
        return end;
    }
    let minutes = if bytes.get(sign + 3) == Some(&b':') { sign + 4 } else { sign + 3 };
    if digits(bytes, minutes, 2) { minutes + 2 } else { end }
}

fn digits(bytes: &[u8], at: usize, many: usize) -> bool {
    bytes.get(at..at + many).is_some_and(|all| all.iter().all(u8::is_ascii_digit))
}

/// How many blanks stand there: one or two.
fn spaces(bytes: &[u8], at: usize) -> Option<usize> {
    let many = bytes.get(at..)?.iter().take_while(|b| **b == b' ').count();
    (1..=2).contains(&many).then_some(many)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_forms_of_time_are_known() {
        for at in [
            "Nov 20 10:00:00",
            "Nov  2 10:00:00.123",
            "Nov 20 2026 10:00:00",
            "Fri Nov 20 10:00:00 2026",
            "2026-11-20T10:00:00Z",
            "2026-11-20T10:00:00.123456+01:00",
            "2026-11-20 10:00:00",
            "2026-11-20 10:00:00.123 +0100",
            "2026-11-20 10:00:00,123",
            "2026/11/20 10:00:00",
            "20.11.2026 10:00:00",
            "11/20/2026 10:00:00",
            "20-Nov-2026 10:00:00",
            "1795161600.123456",
            "@400000006a5fb2c01f2d3c4c",
        ] {
            assert_eq!(split(&format!("{at} words")), (Some(at), "words"), "{at}");
        }
        assert_eq!(split("[20/Nov/2026:10:00:00 +0000] words"), (Some("20/Nov/2026:10:00:00 +0000"), "words"));
        assert_eq!(split("2026-11-20T10:00:00.123Z,Connector"), (Some("2026-11-20T10:00:00.123Z"), ",Connector"));
    }

    #[test]
    fn what_is_no_time_is_left() {
        for line in
            ["550 5.1.1 no", "May I help you", "450 4.7.1 words", "2026", "Nov", "1234567890 words", "é", "Nové"]
        {
            assert_eq!(split(line), (None, line));
        }
    }

    #[test]
    fn a_count_of_seconds_is_shown_as_a_date() {
        assert_eq!(shown("@400000006a5fb2ca1f2d3c4c"), "2026-07-21T17:56:16Z");
        assert_eq!(shown("Nov 20 10:00:00"), "Nov 20 10:00:00");
    }
}
