//! Writing labels: the canonical ones of a declaration.

use std::collections::BTreeMap;

use super::PREFIX;
use crate::endpoint::{Mode, Requested};
use crate::host::HostPattern;
use crate::merge::{Declaration, Scheme};

/// The labels from which [`parse`](super::parse()) reads the same declaration; what has its default is left
/// out.
pub fn write(declaration: &Declaration) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    let mut put = |key: &str, value: String| labels.insert(format!("{PREFIX}{key}"), value);
    put("group", declaration.group.to_string());
    if !declaration.hosts.is_empty() {
        let hosts: Vec<String> = declaration.hosts.iter().map(HostPattern::to_string).collect();
        put("host", hosts.join(","));
    }
    if let Some(base) = &declaration.base {
        put("base", if base.is_empty() { "/".to_owned() } else { base.to_string() });
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
        put(
            "endpoint",
            match endpoint {
                Requested::Auto => "auto".to_owned(),
                Requested::Explicit(mode @ (Mode::Vip | Mode::Dnsrr)) => mode.to_string(),
            },
        );
    }
    for route in &declaration.routes {
        for (field, value) in route.fields() {
            put(&format!("route.{}.{field}", route.name()), value);
        }
    }
    labels
}
