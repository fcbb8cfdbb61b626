//! How long ago something was, as docker says it (go-units `HumanDuration`).

/// `3 hours`, `About a minute`, `2 weeks`.
pub(crate) fn elapsed(nanoseconds: i128) -> String {
    let seconds = nanoseconds / 1_000_000_000;
    let minutes = seconds / 60;
    // Docker rounds hours, and only those.
    let hours = (nanoseconds + 1_800_000_000_000).div_euclid(3_600_000_000_000);
    match (seconds, minutes, hours) {
        (..1, ..) => "Less than a second".to_owned(),
        (1, ..) => "1 second".to_owned(),
        (2..60, ..) => format!("{seconds} seconds"),
        (_, 1, _) => "About a minute".to_owned(),
        (_, 2..60, _) => format!("{minutes} minutes"),
        (.., 1) => "About an hour".to_owned(),
        (.., 2..48) => format!("{hours} hours"),
        (.., 48..336) => format!("{} days", hours / 24),
        (.., 336..1440) => format!("{} weeks", hours / 24 / 7),
        (.., 1440..17520) => format!("{} months", hours / 24 / 30),
        _ => format!("{} years", nanoseconds / 3_600_000_000_000 / 24 / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_worded_as_docker_words_them() {
        let hour = 3600;
        for (seconds, text) in [
            (0, "Less than a second"),
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "About a minute"),
            (119, "About a minute"),
            (120, "2 minutes"),
            (59 * 60, "59 minutes"),
            (60 * 60, "About an hour"),
            (89 * 60, "About an hour"),
            (90 * 60, "2 hours"),
            (47 * hour, "47 hours"),
            (48 * hour, "2 days"),
            (13 * 24 * hour, "13 days"),
            (14 * 24 * hour, "2 weeks"),
            (59 * 24 * hour, "8 weeks"),
            (60 * 24 * hour, "2 months"),
            (2 * 365 * 24 * hour - hour, "24 months"),
            (2 * 365 * 24 * hour, "2 years"),
            (-5, "Less than a second"),
        ] {
            assert_eq!(elapsed(seconds * 1_000_000_000), text, "{seconds}");
        }
    }
}
