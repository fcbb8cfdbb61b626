//! The networks of a service: `TaskTemplate.Networks`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Object, strings_to_json};

/// A service's place on one network (Docker API 1.41).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkAttachment {
    /// The network: a name or an id, as it was written.
    pub network: String,
    /// Further names of the service on this network, in order, doubles included.
    pub aliases: Vec<String>,
    /// Options for the network's driver.
    pub driver_options: BTreeMap<String, String>,
}

/// The ids of the networks that a service spec names. Specs written before API 1.25 have them beside the task template.
pub(crate) fn network_ids(spec: &Value) -> impl Iterator<Item = &str> {
    let task = spec.pointer("/TaskTemplate/Networks");
    let entries = task.and_then(Value::as_array).filter(|list| !list.is_empty());
    let entries = entries.or_else(|| spec.get("Networks").and_then(Value::as_array));
    entries.into_iter().flatten().filter_map(|entry| entry.get("Target")?.as_str())
}

impl NetworkAttachment {
    /// Writes an entry of `Networks` for the network with this id.
    pub(super) fn write(&self, id: &str) -> Value {
        let entry = Object::new().with_present("Target", id).with_present("Aliases", self.aliases.clone());
        if self.driver_options.is_empty() {
            entry.into()
        } else {
            entry.with("DriverOpts", strings_to_json(&self.driver_options)).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn aliases_and_options_are_sent_only_where_there_are_some() {
        let mut attachment =
            NetworkAttachment { network: "web".into(), aliases: vec![], driver_options: BTreeMap::new() };
        assert_eq!(attachment.write("n1"), json!({"Target": "n1"}));
        attachment.aliases = vec!["a".into(), "a".into()];
        attachment.driver_options.insert("k".into(), "v".into());
        let written = json!({"Target": "n1", "Aliases": ["a", "a"], "DriverOpts": {"k": "v"}});
        assert_eq!(attachment.write("n1"), written);
    }
}
