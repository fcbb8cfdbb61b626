//! What the flags declare of an API group, as labels of the service.

use std::collections::BTreeMap;

use smsvc_core::labels;
use smsvc_core::merge::{Declaration, Scheme};
use smsvc_core::name::{Name, ServiceName};

use super::group_words::{GroupWords, Groups};
use super::request_error::RequestError;
use crate::openapi::Import;

impl GroupWords {
    /// Decides on the groups, and adds what the flags declare to the labels.
    pub(super) fn declare(
        &self,
        service: &str,
        import: Option<&Import>,
        service_labels: &mut BTreeMap<String, String>,
    ) -> Result<(Groups, Option<Declaration>), RequestError> {
        let labelled = service_labels.keys().any(|label| labels::is_own(label));
        let openapi = import.map(|_| "openapi");
        let groups = self.resolve(labelled, openapi)?;
        let by_flags = self.api_flag().or(openapi).or(groups.api.as_ref().map(|_| "group"));
        if by_flags.is_none() && !labelled {
            return Ok((groups, None));
        }
        if let Some(flag) = by_flags {
            let mut added = self.labels(service, groups.api.as_ref(), service_labels, flag)?;
            for (label, value) in import.map(|it| of_import(it, service_labels)).unwrap_or_default() {
                added.entry(label).or_insert(value);
            }
            merge(service_labels, added)?;
        } else if service.is_empty() {
            return Err(RequestError::NameMissing);
        }
        let declaration = labels::parse(service, "", service_labels).map_err(RequestError::Labels)?;
        Ok((groups, declaration))
    }

    /// The labels that the flags stand for. The group may be named by a label instead, which then stays as it is.
    fn labels(
        &self,
        service: &str,
        group: Option<&Name>,
        service_labels: &BTreeMap<String, String>,
        flag: &'static str,
    ) -> Result<BTreeMap<String, String>, RequestError> {
        let by_label = service_labels.iter().find(|(label, _)| label.eq_ignore_ascii_case(labels::GROUP));
        let named = match (group, by_label) {
            (Some(group), _) => group.clone(),
            (None, Some((_, value))) => Name::parse(value).map_err(RequestError::GroupName)?,
            (None, None) => return Err(RequestError::GroupMissing { flag }),
        };
        if service.is_empty() {
            return Err(RequestError::NameMissing);
        }
        let mut added = labels::write(&Declaration {
            service: ServiceName::parse(service).map_err(RequestError::ServiceName)?,
            created: String::new(),
            group: named,
            hosts: self.hosts.clone(),
            base: self.base.clone(),
            settings: self.settings.clone(),
            port: self.port,
            scheme: Scheme::default(),
            health: None,
            network: None,
            endpoint: None,
            owner: false,
            routes: labels::route_options(&self.routes).map_err(RequestError::Routes)?,
        });
        let defaults = self.defaults.iter();
        added.extend(
            defaults.map(|(field, value)| (format!("{}defaults.{field}", labels::PREFIX), value.clone())),
        );
        if group.is_none() {
            added.remove(labels::GROUP);
        }
        Ok(added)
    }
}

/// The labels of a description. What flags and labels say of the base path outranks its servers.
fn of_import(import: &Import, service_labels: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    const BASE: &str = "smsvc.base";
    let mut added = import.route_labels();
    let said = service_labels.keys().any(|label| label.eq_ignore_ascii_case(BASE));
    if let Some(base) = import.base.as_ref().filter(|base| !said && !base.is_empty()) {
        added.insert(BASE.to_owned(), base.to_string());
    }
    added
}

/// Adds labels to those of the service, unless one of them is there with another value.
fn merge(
    service_labels: &mut BTreeMap<String, String>,
    added: BTreeMap<String, String>,
) -> Result<(), RequestError> {
    for (label, by_flag) in added {
        match service_labels.get(&label) {
            Some(by_label) if *by_label != by_flag => {
                let by_label = by_label.clone();
                return Err(RequestError::LabelConflict { label, by_label, by_flag });
            }
            _ => service_labels.insert(label, by_flag),
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use smsvc_core::problem::Problem;

    use super::*;
    use crate::flags::{refused, request_of};

    #[test]
    fn a_route_needs_a_group_from_a_flag_or_a_label() {
        assert_eq!(
            refused(&["--name", "w", "--route", "/a", "x"]),
            RequestError::GroupMissing { flag: "route" }
        );
        assert_eq!(
            refused(&["--name", "w", "--host", "a.b", "x"]),
            RequestError::GroupMissing { flag: "host" }
        );
        let request = request_of(&["--name", "w", "-l", "smsvc.group=g", "--route", "/a", "x"]);
        assert_eq!(request.labels["smsvc.route.a.path"], "/a");
        assert!(request.group.is_some_and(|group| group.routes.len() == 1));
    }

    #[test]
    fn a_member_of_an_api_group_needs_a_name() {
        assert_eq!(refused(&["--group", "g", "--route", "/a", "x"]), RequestError::NameMissing);
        assert_eq!(refused(&["-l", "smsvc.group=g", "x"]), RequestError::NameMissing);
        let line = ["--name", "a b", "--group", "g", "--route", "/a", "x"];
        assert!(matches!(refused(&line), RequestError::ServiceName(_)));
    }

    #[test]
    fn a_label_and_a_flag_must_not_contradict_each_other() {
        let line = |label| ["--name", "w", "--group", "g", "--port", "80", "-l", label, "x"];
        assert_eq!(request_of(&line("smsvc.port=80")).labels["smsvc.port"], "80");
        assert_eq!(
            refused(&line("smsvc.port=81")),
            RequestError::LabelConflict {
                label: "smsvc.port".to_owned(),
                by_label: "81".to_owned(),
                by_flag: "80".to_owned()
            }
        );
        assert!(matches!(refused(&line("SMSVC.port=80")), RequestError::Labels(_)));
    }

    #[test]
    fn settings_of_the_group_and_defaults_of_the_routes_become_labels() {
        let line =
            ["--name", "w", "--api-group", "g", "--api-set", "slash=ignore", "--api-set", "cors.origins=*"];
        let line = [&line[..], &["--route", "GET /a", "--route-default", "response.header.set.X-A=1=2", "x"]]
            .concat();
        let request = request_of(&line);
        assert_eq!(request.labels["smsvc.slash"], "ignore");
        assert_eq!(request.labels["smsvc.cors.origins"], "*");
        assert_eq!(request.labels["smsvc.defaults.response.header.set.X-A"], "1=2");
        let group = request.group.unwrap();
        assert_eq!(group.routes[0].response().set.len(), 1);
        for wrong in ["--api-set", "--route-default"] {
            for value in ["slash", "slash=maybe", "nonsense=1", "path=/a"] {
                let line = ["--name", "w", "--api-group", "g", wrong, value, "x"];
                assert_eq!(crate::flags::parse_line(&line).unwrap_err().exit_code(), 125, "{wrong} {value}");
            }
        }
    }

    #[test]
    fn labels_of_ours_are_checked_even_without_a_flag() {
        let errors = refused(&["--name", "w", "-l", "smsvc.group=g", "-l", "smsvc.prot=80", "x"]);
        let RequestError::Labels(errors) = errors else { panic!("{errors:?}") };
        assert_eq!((errors[0].label.as_str(), &errors[0].problem), ("smsvc.prot", &Problem::UnknownKey));
        let request = request_of(&["--name", "w", "-l", "smsvc.group=g", "-l", "smsvc.route.a.path=/a", "x"]);
        assert!(request.group.is_some_and(|group| group.routes.len() == 1));
    }

    #[test]
    fn two_routes_do_not_share_a_name() {
        let line = ["--name", "w", "--group", "g", "--route", "/a name=x", "--route", "/b name=x", "nginx"];
        assert!(matches!(refused(&line), RequestError::Routes(errors) if errors.len() == 1));
    }
}
