//! The words of the flags that have to do with groups, and which kind of group each of them means.
//!
//! `--group` has two meanings. It is decided by the command line alone, so that the same line means the same on
//! every swarm:
//!
//! 1. Next to `--api-group` it is a user group.
//! 2. Next to `--route`, `--openapi`, `--base`, `--port`, `--api-set`, `--route-default` or a host of the API it is the API
//!    group: these flags do not exist
//!    in `docker service create`, so no line that was written for it changes its meaning. Two groups, or a
//!    number, are refused here, since one of them may have been meant as a user group.
//! 3. Otherwise it is a user group, as in Docker. It is refused next to `--user-group` and next to `smsvc.`
//!    labels: whoever writes these may have meant the API group.

use std::collections::BTreeMap;

use smsvc_core::host::HostPattern;
use smsvc_core::labels::route_options;
use smsvc_core::name::Name;
use smsvc_core::path::BasePath;
use smsvc_core::settings::Statement;

use super::defs::change::Removal;
use super::group_change::GroupChange;
use super::request_error::RequestError;

/// The words of the flags that have to do with groups, of either kind.
#[derive(Debug, Default)]
pub(super) struct GroupWords {
    /// `--group` and `--user-group`, in order: the engine keeps the order of user groups.
    groups: Vec<(Said, String)>,
    pub(super) api: Option<Name>,
    pub(super) hosts: Vec<HostPattern>,
    pub(super) base: Option<BasePath>,
    pub(super) port: Option<u16>,
    pub(super) routes: Vec<String>,
    pub(super) settings: Statement,
    /// Fields that all routes inherit.
    pub(super) defaults: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Group,
    UserGroup,
}

/// What the words mean.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Groups {
    /// The API group, where flags name one.
    pub(super) api: Option<Name>,
    /// The user groups of the container.
    pub(super) user: Vec<String>,
    /// Those of them that were given as `--group`.
    pub(super) taken_for_user: Vec<String>,
}

impl GroupWords {
    /// What an update says: the user groups that are added, and what changes of the API group.
    pub(super) fn change(
        self,
        removed: &BTreeMap<Removal, Vec<String>>,
    ) -> Result<(Vec<String>, GroupChange), RequestError> {
        let of = |what: Removal| removed.get(&what).cloned().unwrap_or_default();
        let change = GroupChange {
            group: self.api,
            hosts: self.hosts,
            removed_hosts: of(Removal::ApiHost),
            base: self.base,
            port: self.port,
            routes: route_options(&self.routes).map_err(RequestError::Routes)?,
            removed_routes: of(Removal::Route),
        };
        Ok((self.groups.into_iter().map(|(_, word)| word).collect(), change))
    }

    /// Enters a `--group`.
    pub(super) fn either_group(&mut self, word: &str) {
        self.groups.push((Said::Group, word.to_owned()));
    }

    /// Enters a `--user-group`.
    pub(super) fn user_group(&mut self, word: &str) {
        self.groups.push((Said::UserGroup, word.to_owned()));
    }

    /// A flag that only a member of an API group has.
    pub(super) fn api_flag(&self) -> Option<&'static str> {
        [
            ("route", !self.routes.is_empty()),
            ("host", !self.hosts.is_empty()),
            ("base", self.base.is_some()),
            ("port", self.port.is_some()),
            ("api-set", !self.settings.fields().is_empty()),
            ("route-default", !self.defaults.is_empty()),
        ]
        .into_iter()
        .find_map(|(flag, given)| given.then_some(flag))
    }

    /// Decides what each `--group` means. `labelled`: the line has `smsvc.` labels. `openapi`: it names a description.
    pub(super) fn resolve(&self, labelled: bool, openapi: Option<&str>) -> Result<Groups, RequestError> {
        let said = |what: Said| self.groups.iter().filter(move |(said, _)| *said == what);
        let either: Vec<String> = said(Said::Group).map(|(_, word)| word.clone()).collect();
        let ambiguous = || Err(RequestError::AmbiguousGroup { groups: either.clone() });
        let all_user = || Groups {
            api: self.api.clone(),
            user: self.groups.iter().map(|(_, word)| word.clone()).collect(),
            taken_for_user: either.clone(),
        };
        if either.is_empty() || self.api.is_some() {
            return Ok(all_user());
        }
        if self.api_flag().or(openapi).is_none() {
            let may_mean_api = labelled || said(Said::UserGroup).next().is_some();
            return if may_mean_api { ambiguous() } else { Ok(all_user()) };
        }
        match either.as_slice() {
            [word] if !word.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Groups {
                api: Some(Name::parse(word).map_err(RequestError::GroupName)?),
                user: said(Said::UserGroup).map(|(_, word)| word.clone()).collect(),
                taken_for_user: Vec::new(),
            }),
            _ => ambiguous(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags::{Notice, refused, request_of};

    fn ambiguous(groups: &[&str]) -> RequestError {
        RequestError::AmbiguousGroup { groups: groups.iter().map(|&group| group.to_owned()).collect() }
    }

    #[test]
    fn a_line_that_docker_understands_keeps_dockers_meaning() {
        let request = request_of(&["--group", "1000", "--group", "staff", "--group", "1000", "nginx"]);
        assert_eq!(request.container.user_groups, ["1000", "staff", "1000"]);
        assert_eq!(request.group, None);
        assert!(request.labels.is_empty());
        let notice = Notice::UserGroup { group: "staff".to_owned() };
        assert_eq!(request.notices, [notice], "a number cannot be taken for a group of services");
    }

    #[test]
    fn next_to_a_flag_of_an_api_group_it_is_the_api_group() {
        for flags in [["--route", "/a"], ["--base", "/v2"], ["--port", "80"], ["--host", "a.example"]] {
            let line = [&["--name", "web", "--group", "petstore"], &flags[..], &["nginx"]].concat();
            let request = request_of(&line);
            assert_eq!(request.labels["smsvc.group"], "petstore", "{flags:?}");
            assert!(request.container.user_groups.is_empty(), "{flags:?}");
            assert!(request.group.is_some_and(|group| group.group.as_str() == "petstore"));
        }
    }

    #[test]
    fn the_order_of_the_flags_does_not_matter() {
        let one = request_of(&["--name", "w", "--group", "g", "--route", "/a", "nginx"]);
        let other = request_of(&["--route", "/a", "--group", "g", "--name", "w", "nginx"]);
        assert_eq!(one.labels, other.labels);
    }

    #[test]
    fn two_groups_or_a_number_next_to_a_route_are_ambiguous() {
        let line = ["--name", "w", "--route", "/a", "--group", "staff", "--group", "petstore", "nginx"];
        assert_eq!(refused(&line), ambiguous(&["staff", "petstore"]));
        let line = ["--name", "w", "--route", "/a", "--group", "1000", "nginx"];
        assert_eq!(refused(&line), ambiguous(&["1000"]));
        assert!(refused(&line).hint().is_some_and(|hint| hint.contains("--user-group 1000")));
    }

    #[test]
    fn without_a_route_it_is_ambiguous_next_to_labels_or_a_user_group() {
        let line = ["--name", "w", "-l", "smsvc.group=petstore", "--group", "staff", "nginx"];
        assert_eq!(refused(&line), ambiguous(&["staff"]));
        assert_eq!(
            refused(&["--user-group", "1000", "--group", "petstore", "nginx"]),
            ambiguous(&["petstore"])
        );
    }

    #[test]
    fn the_unambiguous_spellings_settle_it() {
        let line = [
            "--name",
            "w",
            "--api-group",
            "petstore",
            "--group",
            "staff",
            "--user-group",
            "1",
            "--port",
            "80",
            "x",
        ];
        let request = request_of(&line);
        assert_eq!(request.labels["smsvc.group"], "petstore");
        assert_eq!(request.container.user_groups, ["staff", "1"]);
        let line = ["--name", "w", "--group", "petstore", "--user-group", "1", "--port", "80", "x"];
        let request = request_of(&line);
        assert_eq!(request.labels["smsvc.group"], "petstore");
        assert_eq!(request.container.user_groups, ["1"]);
    }
}
