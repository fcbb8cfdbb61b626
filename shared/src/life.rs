//! The life of a route: since when it is deprecated, when it goes, and what takes its place.

use std::fmt;

use crate::date::Day;

/// What clients are told of the life of a route.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Life {
    /// `Deprecation` (RFC 9745).
    pub deprecated: Option<Deprecated>,
    /// `Sunset` (RFC 8594): when it will be gone.
    pub sunset: Option<Day>,
    /// `Link` with the relation `successor-version` (RFC 5829).
    pub successor: Option<Successor>,
}

/// Since when a route is deprecated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deprecated {
    /// Since some day that nobody wrote down, which is told as 1970.
    Already,
    /// From this day on.
    Since(Day),
}

/// A URI reference in visible ASCII.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Successor(String);

impl Deprecated {
    /// Reads a day, or `true`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "true" => Some(Self::Already),
            _ => Day::parse(text).filter(|day| day.is_of_http()).map(Self::Since),
        }
    }
}

impl Successor {
    /// Reads a URI reference.
    pub fn parse(text: &str) -> Option<Self> {
        let sound = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
        (!text.is_empty() && text.bytes().all(sound)).then(|| Self(text.to_owned()))
    }
}

impl Life {
    /// The header lines that tell it.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&'static str, String)> {
        let deprecated = self.deprecated.map(|deprecated| match deprecated {
            Deprecated::Already => "@0".to_owned(),
            Deprecated::Since(day) => format!("@{}", day.unix()),
        });
        let link = self.successor.as_ref().map(|uri| format!("<{uri}>; rel=\"successor-version\""));
        let lines = [("deprecation", deprecated), ("sunset", self.sunset.map(Day::http)), ("link", link)];
        lines.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}

impl fmt::Display for Deprecated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Already => f.write_str("true"),
            Self::Since(day) => day.fmt(f),
        }
    }
}

impl fmt::Display for Successor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_is_told_in_three_headers() {
        let life = Life {
            deprecated: Deprecated::parse("2026-01-01"),
            sunset: Day::parse("2026-08-01"),
            successor: Successor::parse("https://h.example/v3"),
        };
        let told: Vec<String> = life.headers().map(|(name, value)| format!("{name}: {value}")).collect();
        assert_eq!(
            told,
            [
                "deprecation: @1767225600",
                "sunset: Sat, 01 Aug 2026 00:00:00 GMT",
                "link: <https://h.example/v3>; rel=\"successor-version\"",
            ]
        );
        assert_eq!(Life::default().headers().count(), 0);
    }

    #[test]
    fn a_date_that_nobody_wrote_down_is_long_ago() {
        let life = Life { deprecated: Deprecated::parse("true"), ..Life::default() };
        assert_eq!(life.headers().next(), Some(("deprecation", "@0".to_owned())));
    }

    #[test]
    fn what_is_no_day_and_no_uri_is_refused() {
        for bad in ["", "false", "2026", "2026-02-30", "1969-12-31"] {
            assert_eq!(Deprecated::parse(bad), None, "{bad}");
        }
        for bad in ["", "a b", "<x>", "é", "a\r\nb"] {
            assert_eq!(Successor::parse(bad), None, "{bad}");
        }
    }
}
