//! Lint: what is wrong, or will surprise, in the labels of services and in how they are reached. Pure.
//!
//! The same rules judge the live swarm, the services of a stack file and a service that is about to be created or changed, so a
//! [`Subject`] holds what all three can tell. Each rule has a stable code (`docs/lint.md`); a finding names the services
//! and labels that it is about.

mod declared;
mod names;
mod overlap;
mod published;
mod reach;
mod traefik_labels;

use std::collections::BTreeMap;

use smsvc_core::endpoint::Mode;
use smsvc_core::labels::is_own;
use smsvc_core::traefik::labels::PREFIX;

use crate::engine::Network;
use crate::finding::Finding;
use crate::service::RawService;

/// A service, as far as the rules look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// When it was created, as the engine tells it; empty for one that is not there yet.
    pub created: String,
    /// Its labels; not those of its containers.
    pub labels: BTreeMap<String, String>,
    /// Its endpoint mode.
    pub mode: Mode,
    /// Whether it publishes a port through the routing mesh.
    pub ingress_port: bool,
    /// The names of the overlay networks that it is on.
    pub networks: Vec<String>,
}

impl Subject {
    /// A service of the swarm.
    pub fn of_service(service: &RawService, networks: &[Network]) -> Self {
        Self::of_spec(service.name(), service.created_at(), service.labels(), service.spec(), networks)
    }

    /// A service that a spec describes (Docker API 1.41, `ServiceSpec`).
    pub fn of_spec(
        name: &str,
        created: &str,
        labels: BTreeMap<String, String>,
        spec: &serde_json::Value,
        networks: &[Network],
    ) -> Self {
        let shape = crate::observe::shape(spec);
        let named = shape.networks.iter().filter_map(|id| {
            networks
                .iter()
                .find(|network| network.id == id.as_str() && network.is_overlay() && !network.ingress)
        });
        Self {
            name: name.to_owned(),
            created: created.to_owned(),
            labels,
            mode: shape.mode,
            ingress_port: shape.ingress_port,
            networks: named.map(|network| network.name.clone()).collect(),
        }
    }

    /// The value of a label, whatever the case of its key.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels.iter().find(|(label, _)| label.eq_ignore_ascii_case(key)).map(|(_, value)| value.as_str())
    }

    /// Whether a label says true, in either of Traefik's spellings of the provider.
    fn swarm_switch(&self, key: &str) -> bool {
        ["traefik.swarm.", "traefik.docker."].iter().any(|prefix| {
            self.label(&format!("{prefix}{key}")).is_some_and(|value| value.eq_ignore_ascii_case("true"))
        })
    }
}

/// Applies every rule. Findings come service by service, those about several services at the first of them.
pub fn lint(subjects: &[Subject]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for subject in subjects {
        findings.extend(traefik_labels::findings(subject));
        findings.extend(reach::findings(subject));
    }
    findings.extend(declared::findings(subjects));
    findings.extend(names::findings(subjects));
    findings.extend(published::findings(subjects));
    findings.sort_by(|one, two| one.service.cmp(&two.service).then(one.code.cmp(two.code)));
    findings
}

/// Whether a label is one that the rules are about.
pub fn looks_at(label: &str) -> bool {
    let of_traefik = label.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX));
    of_traefik || is_own(label)
}

/// What there is to find with services that is not there without them.
pub fn introduced(others: &[Subject], subjects: &[Subject]) -> Vec<Finding> {
    let before = lint(others);
    let all: Vec<Subject> = others.iter().chain(subjects).cloned().collect();
    lint(&all).into_iter().filter(|finding| !before.contains(finding)).collect()
}

/// What there is to find where services lose the labels that were compiled into them; `subjects` are those of afterwards.
pub fn lost(subjects: &[Subject], services: &[&str]) -> Vec<Finding> {
    published::lost(subjects, services)
}

/// Subjects for tests: a name, labels, and all else as it is good.
#[cfg(test)]
pub(crate) fn subject(name: &str, labels: &[(&str, &str)]) -> Subject {
    Subject {
        name: name.to_owned(),
        created: String::new(),
        labels: labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        mode: Mode::Dnsrr,
        ingress_port: false,
        networks: vec!["front".to_owned()],
    }
}

/// The codes of what is found; for tests.
#[cfg(test)]
pub(crate) fn codes(subjects: &[Subject]) -> Vec<&'static str> {
    lint(subjects).iter().map(|finding| finding.code).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [(&str, &str); 3] =
        [("smsvc.group", "g"), ("smsvc.port", "80"), ("smsvc.route.a.path", "/a")];

    #[test]
    fn services_that_are_in_order_give_no_finding() {
        let plain = subject("plain", &[("com.example", "x"), ("traefik.enable", "false")]);
        assert_eq!(lint(&[subject("good", &GOOD), plain]), []);
    }

    #[test]
    fn only_what_a_service_brings_is_its_own() {
        let wrong = subject("old", &[("smsvc.group", "h"), ("smsvc.prot", "80")]);
        let same = subject("new", &GOOD);
        let introduced = introduced(&[wrong, subject("good", &GOOD)], &[same]);
        assert_eq!(introduced.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["E202"]);
    }
}
