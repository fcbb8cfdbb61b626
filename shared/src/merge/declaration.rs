//! Declarations: what the `smsvc.*` labels of one service say.

use std::borrow::Cow;
use std::fmt;

use crate::endpoint::Requested;
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
    ///
    /// The engine leaves trailing zeros of the fraction out, so that its texts do not sort by themselves:
    /// `…:00.1Z` is later than `…:00Z`.
    pub(super) fn seniority(&self) -> impl Ord + '_ {
        let utc = self.created.strip_suffix('Z').unwrap_or(&self.created);
        let (seconds, fraction) = utc.split_once('.').unwrap_or((utc, ""));
        (self.created.is_empty(), seconds, fraction.trim_end_matches('0'), &self.service)
    }
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
