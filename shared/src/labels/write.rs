//! Writing labels: the canonical ones of a declaration.

use std::collections::BTreeMap;

use super::PREFIX;
use crate::merge::{Declaration, Scheme};

/// The labels from which [`parse`](super::parse()) reads the same declaration; what has its default is left
/// out.
pub fn write(declaration: &Declaration) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    let mut put = |key: &str, value: String| labels.insert(format!("{PREFIX}{key}"), value);
    put("group", declaration.group.to_string());
    if let Some(hosts) = declaration.hosts_text() {
        put("host", hosts);
    }
    if let Some(base) = declaration.base_text() {
        put("base", base);
    }
    if let Some(port) = declaration.port {
        put("port", port.to_string());
    }
    if declaration.scheme != Scheme::default() {
        put("scheme", declaration.scheme.to_string());
    }
    if let Some(network) = &declaration.network {
        put("network", network.clone());
    }
    if let Some(endpoint) = declaration.endpoint {
        put("endpoint", endpoint.to_string());
    }
    for route in &declaration.routes {
        for (field, value) in route.fields() {
            put(&format!("route.{}.{field}", route.name()), value);
        }
    }
    labels
}
