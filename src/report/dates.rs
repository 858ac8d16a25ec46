//! Points in time as people and programs write them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// RFC 3339 in UTC, to the millisecond: `2026-11-20T16:40:05.123Z`. What lies outside the calendar is its first day.
#[must_use]
pub fn when(unix_ms: i64) -> String {
    format!("{:.3}", Timestamp::from_millisecond(unix_ms).unwrap_or_default())
}

/// As one writes it in a letter: `2026-11-20 16:40:05 UTC`.
#[must_use]
pub fn when_utc(unix_ms: i64) -> String {
    let time = Timestamp::from_millisecond(unix_ms).unwrap_or_default();
    time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_in_utc() {
        assert_eq!(when(1_795_538_405_123), "2026-11-24T16:40:05.123Z");
        assert_eq!(when_utc(1_795_538_405_123), "2026-11-24 16:40:05 UTC");
    }

    #[test]
    fn a_time_out_of_the_calendar_does_no_harm() {
        assert_eq!(when(i64::MAX), "1970-01-01T00:00:00.000Z");
    }
}
