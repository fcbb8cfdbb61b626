//! Declarations: what the `smsvc.*` labels of one service say.

use std::borrow::Cow;
use std::fmt;

use crate::endpoint::Requested;
use crate::health::HealthCheck;
use crate::host::HostPattern;
use crate::name::{Name, ServiceName};
use crate::path::BasePath;
use crate::route::Route;
use crate::settings::Statement;

/// What one service declares; see [`labels`](crate::labels) for its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// The service.
    pub service: ServiceName,
    /// When it was created, as the engine tells it (`CreatedAt`, RFC 3339 in UTC). Empty for a service that
    /// is about to be created, which is then younger than all others.
    pub created: String,
    /// The API group that it belongs to.
    pub group: Name,
    /// The hosts of the group, sorted; empty if this member does not tell.
    pub hosts: Vec<HostPattern>,
    /// The base path of the group; `None` if this member does not tell.
    pub base: Option<BasePath>,
    /// What else it states of the group.
    pub settings: Statement,
    /// The port that its tasks listen on.
    pub port: Option<u16>,
    /// How Traefik talks to its tasks.
    pub scheme: Scheme,
    /// How Traefik asks its tasks for their health, if it does.
    pub health: Option<HealthCheck>,
    /// The overlay network on which Traefik reaches it.
    pub network: Option<String>,
    /// The endpoint mode that its user asked for.
    pub endpoint: Option<Requested>,
    /// Whether it is the service of the group on which what belongs to no service is compiled into labels.
    pub owner: bool,
    /// What it takes; the names are unique.
    pub routes: Vec<Route>,
}

/// How Traefik talks to the tasks of a service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// HTTP/1.1 without TLS.
    #[default]
    Http,
    /// HTTP/2 without TLS.
    H2c,
    /// HTTP over TLS.
    Https,
}

impl Declaration {
    /// The canonical text of its hosts, if it tells any.
    fn hosts_text(&self) -> Option<String> {
        let hosts: Vec<String> = self.hosts.iter().map(ToString::to_string).collect();
        (!hosts.is_empty()).then(|| hosts.join(","))
    }

    /// The canonical text of its base path, if it tells one.
    fn base_text(&self) -> Option<String> {
        self.base.as_ref().map(|base| if base.is_empty() { "/".to_owned() } else { base.to_string() })
    }

    /// Key and canonical text of everything that it states of its group.
    pub(crate) fn of_group(&self) -> impl Iterator<Item = (Cow<'static, str>, String)> {
        let hosts = self.hosts_text().map(|hosts| ("host".into(), hosts));
        let base = self.base_text().map(|base| ("base".into(), base));
        hosts.into_iter().chain(base).chain(self.settings.fields())
    }

    /// The older sorts first.
    pub(super) fn seniority(&self) -> (u64, &ServiceName) {
        (self.age(), &self.service)
    }

    /// The time of its creation as a number, the later the greater. What has none, or none that can be read, is the
    /// youngest.
    ///
    /// The engine leaves trailing zeros of the fraction out, so that its texts do not sort by themselves:
    /// `…:00.1Z` is later than `…:00Z`.
    pub(super) fn age(&self) -> u64 {
        nanoseconds(&self.created).unwrap_or(u64::MAX)
    }
}

/// A time in UTC (RFC 3339) in nanoseconds of a calendar in which every month has 31 days.
fn nanoseconds(time: &str) -> Option<u64> {
    let time = time.strip_suffix('Z')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let (date, clock) = time.split_once('T')?;
    let number = |text: &str, most: u64| -> Option<u64> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then_some(text)?.parse().ok().filter(|number| *number <= most)
    };
    let mut parts = date.split('-').chain(clock.split(':'));
    let mut seconds = number(parts.next()?, 9999)?.checked_sub(1970)?;
    // Each unit with its least and its greatest value; a minute has room for a leap second.
    for (least, most) in [(1_u64, 12_u64), (1, 31), (0, 23), (0, 59), (0, 60)] {
        let part = number(parts.next()?, most)?.checked_sub(least)?;
        let count = most.checked_sub(least)?.checked_add(1)?;
        seconds = seconds.checked_mul(count)?.checked_add(part)?;
    }
    if parts.next().is_some() || fraction.len() > 9 {
        return None;
    }
    seconds.checked_mul(1_000_000_000)?.checked_add(number(&format!("{fraction:0<9}"), 999_999_999)?)
}

impl Scheme {
    /// Reads `http`, `h2c` or `https`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Http, Self::H2c, Self::Https].into_iter().find(|scheme| scheme.as_str() == text)
    }

    /// The scheme as text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::H2c => "h2c",
            Self::Https => "https",
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_time_is_a_greater_number() {
        let times = [
            "1970-01-01T00:00:00Z",
            "2026-01-31T23:59:59.999999999Z",
            "2026-02-01T00:00:00Z",
            "2026-02-01T00:00:00.1Z",
            "2026-02-01T00:00:00.25Z",
            "2026-02-01T00:00:00.250000001Z",
            "2026-02-01T00:00:60Z",
            "2026-02-01T00:01:00Z",
            "2026-02-01T01:00:00Z",
            "2026-12-31T23:59:59Z",
            "2027-01-01T00:00:00Z",
            "2500-01-01T00:00:00Z",
        ];
        let numbers: Vec<u64> = times.iter().map(|time| nanoseconds(time).unwrap()).collect();
        assert!(numbers.is_sorted_by(|one, two| one < two), "{numbers:?}");
    }

    #[test]
    fn what_is_no_time_has_no_number() {
        for other in [
            "",
            "1",
            "2026-01-01",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00+01:00",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00.1234567890Z",
            "2026-01-01T00:00:00.+1Z",
            "2026-01-01T00:00:00:00Z",
            "0001-01-01T00:00:00Z",
            "9999-01-01T00:00:00Z",
        ] {
            assert_eq!(nanoseconds(other), None, "{other:?}");
        }
    }
}
