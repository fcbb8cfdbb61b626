//! The way of a service's group into Traefik, and the labels that the service needs for it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::engine::Network;
use crate::error::Error;
use crate::lint::Subject;
use crate::publish::{COMPILED, PublishVia, Way, decide, desired, group_of, stripped, usual};
use crate::service::RawService;

/// What is decided for a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The group.
    pub group: String,
    /// Its way.
    pub way: Way,
    /// All labels that the services of the group should have, this one among them.
    labels: BTreeMap<String, BTreeMap<String, String>>,
}

/// Decides for a service that is created or changed, beside those that there are; `None` for one that is in no group.
pub(super) fn publication(
    asked: PublishVia,
    own: &Subject,
    services: &[RawService],
    networks: &[Network],
) -> Result<Option<Publication>, Error> {
    let Some(group) = group_of(own).map(str::to_owned) else { return Ok(None) };
    let live = services.iter().find(|service| service.name() == own.name);
    let others: Vec<Subject> = services
        .iter()
        .filter(|service| service.name() != own.name)
        .map(|service| Subject::of_service(service, networks))
        .collect();
    // A service that is alone in its group goes on as it did.
    let own_way =
        live.map(|service| Subject::of_service(service, networks)).filter(|it| group_of(it) == Some(&group));
    let own_way =
        own_way.map(|it| if it.labels.contains_key(COMPILED) { Way::Labels } else { Way::Provider });
    let way = decide(asked, &group, &others, || own_way.unwrap_or_else(|| usual(services)))?;
    let mut all = others;
    all.push(own.clone());
    let labels = desired(&all, &group, way)?;
    Ok(Some(Publication { group, way, labels }))
}

impl Publication {
    /// The labels that a service of the group should have.
    pub fn labels_of(&self, service: &str) -> Option<&BTreeMap<String, String>> {
        self.labels.get(service)
    }

    /// A service with the labels that it should have.
    pub(super) fn applied(&self, subject: Subject) -> Subject {
        match self.labels.get(&subject.name) {
            Some(labels) if self.way == Way::Labels => Subject { labels: labels.clone(), ..subject },
            _ => subject,
        }
    }

    /// Puts the labels of the service into its spec.
    pub(super) fn write(&self, service: &str, spec: &mut Value) {
        if let Some(labels) = self.labels.get(service) {
            put(labels, spec);
        }
    }
}

/// Takes compiled labels out of the spec of a service that is in no group any more.
pub(super) fn take_out(service: &str, labels: &BTreeMap<String, String>, spec: &mut Value) {
    let left = stripped(service, labels);
    if left != *labels {
        put(&left, spec);
    }
}

fn put(labels: &BTreeMap<String, String>, spec: &mut Value) {
    spec["Labels"] =
        labels.iter().map(|(label, value)| (label.clone(), Value::from(value.as_str()))).collect();
}
