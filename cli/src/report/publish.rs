//! What is said of the way of a group into Traefik.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Report;
use crate::lint::Subject;
use crate::publish::Way;

impl Report {
    /// By which way a group is published.
    pub fn synced_way(self, group: &str, way: Way) {
        self.note(&format!("API group {group} is published through {way}"));
    }

    /// Whose labels were brought up to date, one a line.
    pub fn synced(self, services: &[String]) {
        for service in services {
            self.note(&format!("labels of service {service} brought up to date"));
        }
    }

    /// The document of the provider.
    pub fn rendered_document(self, document: &str) {
        match serde_json::from_str::<Value>(document) {
            Ok(document) => self.json(&document),
            Err(_) => self.result(document),
        }
    }

    /// The labels of each service that are written for Traefik, beside those that it has anyhow.
    pub fn rendered_labels(self, subjects: &[Subject], desired: &BTreeMap<String, BTreeMap<String, String>>) {
        let services = desired.iter().map(|(service, labels)| {
            let subject = subjects.iter().find(|subject| subject.name == *service);
            let before = subject.map(|it| crate::publish::stripped(service, &it.labels)).unwrap_or_default();
            let added = labels.iter().filter(|(label, _)| !before.contains_key(*label));
            let added = added.map(|(label, value)| (label.clone(), Value::from(value.as_str())));
            (service.clone(), Value::Object(added.collect()))
        });
        self.json(&Value::Object(services.collect()));
    }
}
