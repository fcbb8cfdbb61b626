//! What the flags of an update change of a service's place in an API group: its labels, and nothing else.

use std::collections::BTreeMap;

use smsvc_core::host::HostPattern;
use smsvc_core::labels::{self, PREFIX};
use smsvc_core::name::Name;
use smsvc_core::path::BasePath;
use smsvc_core::route::Route;

use super::request_error::RequestError;

/// The changes, as the flags ask for them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GroupChange {
    /// `--api-group`
    pub(super) group: Option<Name>,
    /// `--api-host-add`
    pub(super) hosts: Vec<HostPattern>,
    /// `--api-host-rm`
    pub(super) removed_hosts: Vec<String>,
    /// `--base`
    pub(super) base: Option<BasePath>,
    /// `--port`
    pub(super) port: Option<u16>,
    /// `--route-add`
    pub(super) routes: Vec<Route>,
    /// `--route-rm`
    pub(super) removed_routes: Vec<String>,
}

/// Something is to be taken away that is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GroupChangeError {
    /// A route.
    #[error("the service has no route {name}; it has {}", listed(.routes))]
    NoRoute {
        /// As it was given.
        name: String,
        /// The routes that there are.
        routes: Vec<String>,
    },
    /// A host of the API.
    #[error("the service declares no API host {host}; it declares {}", listed(.hosts))]
    NoHost {
        /// As it was given.
        host: String,
        /// The hosts that there are.
        hosts: Vec<String>,
    },
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

impl GroupChange {
    /// The flag that needs an API group, if one was given.
    fn flag(&self) -> Option<&'static str> {
        [
            ("api-group", self.group.is_some()),
            ("route-add", !self.routes.is_empty()),
            ("route-rm", !self.removed_routes.is_empty()),
            ("api-host-add", !self.hosts.is_empty()),
            ("api-host-rm", !self.removed_hosts.is_empty()),
            ("base", self.base.is_some()),
            ("port", self.port.is_some()),
        ]
        .into_iter()
        .find_map(|(flag, given)| given.then_some(flag))
    }

    /// Changes the labels of a service.
    ///
    /// # Errors
    /// Where the service is in no API group and is not put into one, or lacks what is to be taken away.
    pub fn apply(&self, labels: &mut BTreeMap<String, String>) -> Result<(), RequestError> {
        let Some(flag) = self.flag() else { return Ok(()) };
        if self.group.is_none() && value_of(labels, labels::GROUP).is_none() {
            return Err(RequestError::GroupMissing { flag });
        }
        let texts = [
            ("group", self.group.as_ref().map(ToString::to_string)),
            ("base", self.base.as_ref().map(ToString::to_string)),
            ("port", self.port.map(|port| port.to_string())),
        ];
        for (key, text) in texts {
            if let Some(text) = text {
                put(labels, &format!("{PREFIX}{key}"), text);
            }
        }
        self.apply_hosts(labels)?;
        self.apply_routes(labels)
    }

    fn apply_hosts(&self, labels: &mut BTreeMap<String, String>) -> Result<(), RequestError> {
        if self.hosts.is_empty() && self.removed_hosts.is_empty() {
            return Ok(());
        }
        let label = format!("{PREFIX}host");
        let declared = value_of(labels, &label).unwrap_or_default();
        let mut hosts: Vec<String> =
            declared.split(',').map(str::trim).filter(|host| !host.is_empty()).map(str::to_owned).collect();
        for host in &self.removed_hosts {
            let before = hosts.len();
            hosts.retain(|declared| !declared.eq_ignore_ascii_case(host));
            if hosts.len() == before {
                return Err(GroupChangeError::NoHost { host: host.clone(), hosts }.into());
            }
        }
        for host in self.hosts.iter().map(ToString::to_string) {
            if !hosts.iter().any(|declared| declared.eq_ignore_ascii_case(&host)) {
                hosts.push(host);
            }
        }
        if hosts.is_empty() {
            labels.retain(|key, _| !key.eq_ignore_ascii_case(&label));
        } else {
            put(labels, &label, hosts.join(","));
        }
        Ok(())
    }

    /// A route that is added takes the place of the one of its name, with all its fields.
    fn apply_routes(&self, labels: &mut BTreeMap<String, String>) -> Result<(), RequestError> {
        for name in &self.removed_routes {
            if !remove_route(labels, name) {
                let routes = route_names(labels);
                return Err(GroupChangeError::NoRoute { name: name.clone(), routes }.into());
            }
        }
        for route in &self.routes {
            remove_route(labels, route.name().as_str());
            for (field, value) in route.fields() {
                labels.insert(format!("{PREFIX}route.{}.{field}", route.name()), value);
            }
        }
        Ok(())
    }
}

fn value_of(labels: &BTreeMap<String, String>, label: &str) -> Option<String> {
    labels.iter().find(|(key, _)| key.eq_ignore_ascii_case(label)).map(|(_, value)| value.clone())
}

/// In the place of a label of this name in whatever case, so that it does not stand there twice.
fn put(labels: &mut BTreeMap<String, String>, label: &str, value: String) {
    labels.retain(|key, _| !key.eq_ignore_ascii_case(label));
    labels.insert(label.to_owned(), value);
}

/// The name of the route that a label is about.
fn route_of(label: &str) -> Option<String> {
    let lower = label.to_ascii_lowercase();
    let (name, _) = lower.strip_prefix(PREFIX)?.strip_prefix("route.")?.split_once('.')?;
    Some(name.to_owned())
}

fn route_names(labels: &BTreeMap<String, String>) -> Vec<String> {
    let mut names: Vec<String> = labels.keys().filter_map(|label| route_of(label)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Whether there was one.
fn remove_route(labels: &mut BTreeMap<String, String>, name: &str) -> bool {
    let before = labels.len();
    labels.retain(|label, _| !route_of(label).is_some_and(|route| route.eq_ignore_ascii_case(name)));
    labels.len() < before
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags::{Asked, Shell, UPDATE, parse_update};

    fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    /// The labels after an update with these flags.
    fn changed(flags: &[&str], before: &[(&str, &str)]) -> Result<BTreeMap<String, String>, RequestError> {
        let words: Vec<String> = flags.iter().chain(&["web"]).map(|&word| word.to_owned()).collect();
        let Ok(Asked::For(request)) = parse_update(&UPDATE, &words, &Shell::default()) else {
            panic!("{flags:?}")
        };
        let mut labels = labels(before);
        request.group.apply(&mut labels).map(|()| labels)
    }

    const PETS: [(&str, &str); 4] = [
        ("smsvc.group", "petstore"),
        ("smsvc.host", "a.example"),
        ("smsvc.route.get-pets.path", "/pets"),
        ("smsvc.route.get-pets.methods", "GET"),
    ];

    #[test]
    fn a_route_takes_the_place_of_the_one_of_its_name_with_all_its_fields() {
        let after = changed(&["--route-add", "/animals name=get-pets"], &PETS).unwrap();
        assert_eq!(after["smsvc.route.get-pets.path"], "/animals");
        assert!(!after.contains_key("smsvc.route.get-pets.methods"), "{after:?}");
        assert_eq!(after["smsvc.host"], "a.example");
    }

    #[test]
    fn what_is_removed_has_to_be_there() {
        let error = changed(&["--route-rm", "nope"], &PETS).unwrap_err();
        assert_eq!(error.to_string(), "the service has no route nope; it has get-pets");
        assert_eq!(error.code(), Some("E306"));
        let error = changed(&["--api-host-rm", "b.example"], &PETS).unwrap_err();
        assert_eq!(error.to_string(), "the service declares no API host b.example; it declares a.example");
        let after = changed(&["--route-rm", "GET-pets", "--api-host-rm", "A.example"], &PETS).unwrap();
        assert_eq!(after, labels(&PETS[..1]));
    }

    #[test]
    fn labels_in_another_case_are_replaced_and_not_doubled() {
        let after = changed(&["--port", "81"], &[("smsvc.Group", "g"), ("SMSVC.port", "80")]).unwrap();
        assert_eq!(after, labels(&[("smsvc.Group", "g"), ("smsvc.port", "81")]));
    }

    #[test]
    fn a_service_of_no_group_needs_one() {
        let error = changed(&["--base", "/v2"], &[]).unwrap_err();
        assert_eq!(error, RequestError::GroupMissing { flag: "base" });
        let after = changed(&["--base", "/v2", "--api-group", "g"], &[]).unwrap();
        assert_eq!(after, labels(&[("smsvc.base", "/v2"), ("smsvc.group", "g")]));
    }
}
