//! The zone of this machine's clock.

use std::sync::LazyLock;

use jiff::tz::TimeZone;

/// The local time zone, read once.
///
/// The system's own file comes first: asking jiff for the zone makes it walk through all zones there are, only to learn the name.
#[must_use]
pub fn zone() -> TimeZone {
    static ZONE: LazyLock<TimeZone> = LazyLock::new(|| {
        let plain = std::env::var_os("TZ").is_none();
        let own = || TimeZone::tzif("", &std::fs::read("/etc/localtime").ok()?).ok();
        plain.then(own).flatten().unwrap_or_else(TimeZone::system)
    });
    ZONE.clone()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    #[test]
    fn the_zone_read_from_the_file_tells_the_time_that_the_system_tells() {
        for second in [0, 1_782_000_000, 1_798_000_000] {
            let time = Timestamp::from_second(second).unwrap();
            let told = [super::zone(), TimeZone::system()].map(|z| time.to_zoned(z).datetime());
            assert_eq!(told[0], told[1]);
        }
    }
}
