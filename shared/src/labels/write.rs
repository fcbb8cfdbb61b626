//! Writing labels: the canonical ones of a declaration.

use std::collections::BTreeMap;

use super::PREFIX;
use crate::health::HealthCheck;
use crate::merge::{Declaration, Scheme};

/// The labels from which [`parse`](super::parse()) reads the same declaration; what has its default is left
/// out.
pub fn write(declaration: &Declaration) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    let mut put = |key: &str, value: String| labels.insert(format!("{PREFIX}{key}"), value);
    put("group", declaration.group.to_string());
    for (key, value) in declaration.of_group() {
        put(&key, value);
    }
    if let Some(port) = declaration.port {
        put("port", port.to_string());
    }
    if declaration.scheme != Scheme::default() {
        put("scheme", declaration.scheme.to_string());
    }
    for (field, value) in declaration.health.iter().flat_map(HealthCheck::fields) {
        put(&format!("health.{field}"), value);
    }
    if let Some(network) = &declaration.network {
        put("network", network.clone());
    }
    if let Some(endpoint) = declaration.endpoint {
        put("endpoint", endpoint.to_string());
    }
    if declaration.owner {
        put("owner", "true".to_owned());
    }
    for route in &declaration.routes {
        for (field, value) in route.fields() {
            put(&format!("route.{}.{field}", route.name()), value);
        }
    }
    labels
}
