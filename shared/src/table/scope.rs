//! Scopes: what all rules of a group share.

use crate::group::Group;
use crate::host::{HostPattern, RequestHost};
use crate::name::Name;
use crate::path::PathTemplate;
use crate::settings::Settings;

/// Where a group is, and what holds for all of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Scope {
    name: Name,
    hosts: Vec<HostPattern>,
    base: PathTemplate,
    settings: Settings,
}

impl Scope {
    pub(super) fn of(group: &Group) -> Self {
        Self {
            name: group.name.clone(),
            hosts: group.hosts.clone(),
            base: PathTemplate::everything().under(&group.base),
            settings: group.settings.clone(),
        }
    }

    /// The name of the group.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// Its hosts; empty for any.
    pub fn hosts(&self) -> &[HostPattern] {
        &self.hosts
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How well the group fits a host, the greater the better; `None` if it is for others.
    pub(crate) fn fit(&self, host: RequestHost<'_>) -> Option<(usize, usize)> {
        let taken = self.hosts.iter().filter(|pattern| pattern.matches(host));
        taken.map(HostPattern::specificity).max().or(self.hosts.is_empty().then_some((0, 0)))
    }

    /// The prefix of all its paths.
    pub(crate) fn base(&self) -> &PathTemplate {
        &self.base
    }
}
