//! What a network was asked to be, without what the engine has made of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use smsvc_core::budget::{Subnet, SubnetError};

/// Keys of `GET /networks/{id}` that say what the network is at this moment, not what it was asked to be.
const OBSERVED: [&str; 7] = ["Id", "Created", "Containers", "Peers", "Services", "Status", "Scope"];

/// The driver option that the engine sets itself: asking for the numbers of a network that is gone may take those of
/// another one (swarmkit `cnmallocator`).
const ASSIGNED_OPTION: &str = "com.docker.network.driver.overlay.vxlanid_list";

/// The fields that map texts to texts.
const TEXTS: [&str; 2] = ["Labels", "Options"];

/// The fields that are true or false, false where they are left out.
const FLAGS: [&str; 5] = ["Attachable", "ConfigOnly", "EnableIPv6", "Ingress", "Internal"];

/// The body of `POST /networks/create` that makes a network as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NetworkDefinition(Value);

/// One field in which two definitions differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The field, as `IPAM.Config`.
    pub field: String,
    /// What was asked for.
    pub wanted: String,
    /// What is there.
    pub found: String,
}

impl NetworkDefinition {
    /// The definition behind `GET /networks/{id}`.
    pub fn of(inspected: &Value) -> Self {
        let mut body = inspected.as_object().cloned().unwrap_or_default();
        for key in OBSERVED {
            body.remove(key);
        }
        // Networks of other drivers are of the swarm only where that was asked for.
        let scope = inspected.get("Scope").and_then(Value::as_str).unwrap_or_default();
        if inspected["Driver"] != "overlay" && !scope.is_empty() {
            body.insert("Scope".to_owned(), scope.into());
        }
        if let Some(options) = body.get_mut("Options").and_then(Value::as_object_mut) {
            options.remove(ASSIGNED_OPTION);
        }
        // In a map of texts an empty text says something: `encrypted`.
        body.retain(|key, value| match value.as_object() {
            Some(texts) if TEXTS.contains(&key.as_str()) => !texts.is_empty(),
            _ => !is_default(value),
        });
        Self(Value::Object(body))
    }

    /// The name.
    pub fn name(&self) -> &str {
        self.0["Name"].as_str().unwrap_or_default()
    }

    /// The body to send.
    pub fn body(&self) -> &Value {
        &self.0
    }

    /// The address ranges that it asks for. None where it leaves the choice to the engine.
    pub fn subnets(&self) -> Result<Vec<Subnet>, SubnetError> {
        let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        let entries = self.0.pointer("/IPAM/Config").and_then(Value::as_array);
        entries
            .into_iter()
            .flatten()
            .map(|entry| {
                let gateway = text(entry, "Gateway");
                let gateway = gateway.split('/').next().unwrap_or_default();
                Subnet::parse(&text(entry, "Subnet"), &text(entry, "IPRange"), gateway)
            })
            .collect()
    }

    /// The same network with other address ranges.
    #[must_use]
    pub fn with_ranges(&self, subnets: &[Subnet]) -> Self {
        let entries = subnets.iter().map(|subnet| {
            let mut entry = Map::new();
            entry.insert("Subnet".to_owned(), subnet.net().to_string().into());
            if let Some(range) = subnet.range() {
                entry.insert("IPRange".to_owned(), range.to_string().into());
            }
            if let Some(gateway) = subnet.gateway() {
                entry.insert("Gateway".to_owned(), gateway.to_string().into());
            }
            Value::Object(entry)
        });
        let mut body = self.0.clone();
        if !body["IPAM"].is_object() {
            body["IPAM"] = json!({});
        }
        body["IPAM"]["Config"] = entries.collect();
        Self(body)
    }

    /// The same network with another name.
    #[must_use]
    pub fn with_name(&self, name: &str) -> Self {
        let mut body = self.0.clone();
        body["Name"] = name.into();
        Self(body)
    }

    /// The same network with one driver option set.
    #[must_use]
    pub fn with_option(&self, key: &str, value: &str) -> Self {
        let mut body = self.0.clone();
        if !body["Options"].is_object() {
            body["Options"] = json!({});
        }
        body["Options"][key] = value.into();
        Self(body)
    }

    /// In what a network that exists is not this one. What this leaves open, the engine may have filled in.
    pub fn differences(&self, found: &Self) -> Vec<Difference> {
        let mut differences = Vec::new();
        compare("", &self.0, &found.0, &mut differences);
        // What is left out means none, or false; only the address ranges are the engine's to choose.
        for (key, value) in found.0.as_object().into_iter().flatten() {
            if self.0.get(key).is_none() && (TEXTS.contains(&key.as_str()) || FLAGS.contains(&key.as_str())) {
                compare(key, &empty_like(value), value, &mut differences);
            }
        }
        differences
    }

    /// Whether a network that exists is what this asks for.
    pub fn describes(&self, found: &Self) -> bool {
        self.differences(found).is_empty()
    }
}

/// What Go leaves out, or sends as null, zero or empty.
fn is_default(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::String(text) => text.is_empty(),
        Value::Array(entries) => entries.is_empty(),
        Value::Object(fields) => fields.values().all(is_default),
        Value::Number(_) => false,
    }
}

fn empty_like(value: &Value) -> Value {
    if value.is_object() { json!({}) } else { Value::Null }
}

/// Notes the differences below a field. `found` has every field of `wanted`, or is null.
fn compare(path: &str, wanted: &Value, found: &Value, differences: &mut Vec<Difference>) {
    match (wanted, found) {
        // A text more than was asked for is a difference, and so is an empty one that is missing.
        (Value::Object(wanted), _) if TEXTS.contains(&path) => {
            let none = Map::new();
            let found = found.as_object().unwrap_or(&none);
            let keys: BTreeSet<&String> = wanted.keys().chain(found.keys()).collect();
            for key in keys.into_iter().filter(|key| wanted.get(*key) != found.get(*key)) {
                let of = |texts: &Map<String, Value>| texts.get(key).cloned().unwrap_or_default();
                differences.push(difference(&format!("{path}.{key}"), &of(wanted), &of(found)));
            }
        }
        (Value::Object(wanted), _) => {
            for (key, value) in wanted {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                compare(&path, value, found.get(key).unwrap_or(&Value::Null), differences);
            }
        }
        (Value::Array(entries), Value::Array(others)) if entries.len() == others.len() => {
            for (index, (entry, other)) in entries.iter().zip(others).enumerate() {
                compare(&format!("{path}[{index}]"), entry, other, differences);
            }
        }
        (wanted, found) if is_default(wanted) && is_default(found) || same_text(wanted, found) => {}
        (wanted, found) => differences.push(difference(path, wanted, found)),
    }
}

/// Equal, or the same address with and without a prefix length, which some engines append to a gateway.
fn same_text(wanted: &Value, found: &Value) -> bool {
    let host = |value: &Value| value.as_str().and_then(|text| text.split('/').next().map(str::to_owned));
    let bare = |value: &Value| value.as_str().is_some_and(|text| !text.contains('/'));
    wanted == found
        || ((bare(wanted) || bare(found)) && host(wanted).is_some() && host(wanted) == host(found))
}

fn difference(field: &str, wanted: &Value, found: &Value) -> Difference {
    let text = |value: &Value| match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    Difference { field: field.to_owned(), wanted: text(wanted), found: text(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As engine 20.10 answers.
    fn inspected() -> Value {
        json!({
            "Name": "front", "Id": "n1", "Created": "2026-01-01T00:00:00Z", "Scope": "swarm", "Driver": "overlay",
            "EnableIPv6": false, "Internal": false, "Attachable": true, "Ingress": false,
            "IPAM": {"Driver": "default", "Options": null, "Config": [{"Subnet": "10.1.0.0/24", "Gateway": "10.1.0.1"}]},
            "ConfigFrom": {"Network": ""}, "ConfigOnly": false, "Containers": null,
            "Options": {"com.docker.network.driver.overlay.vxlanid_list": "4097", "encrypted": ""},
            "Labels": {"com.docker.stack.namespace": "shop"}, "Novel": {"kept": true}
        })
    }

    #[test]
    fn a_definition_has_what_was_asked_for_and_nothing_that_the_engine_assigned() {
        let expected = json!({
            "Name": "front", "Driver": "overlay", "Attachable": true,
            "IPAM": {"Driver": "default", "Options": null, "Config": [{"Subnet": "10.1.0.0/24", "Gateway": "10.1.0.1"}]},
            "Labels": {"com.docker.stack.namespace": "shop"}, "Novel": {"kept": true}
        });
        let mut definition = NetworkDefinition::of(&inspected()).body().clone();
        // An option without a value is an option all the same.
        assert_eq!(definition["Options"], json!({"encrypted": ""}));
        definition.as_object_mut().unwrap().remove("Options");
        assert_eq!(definition, expected);
    }

    #[test]
    fn a_network_describes_itself_and_not_one_with_another_range_label_or_option() {
        let definition = NetworkDefinition::of(&inspected());
        assert!(definition.describes(&definition));
        let with = |path: &str, value: Value| {
            let mut other = inspected();
            *other.pointer_mut(path).unwrap() = value;
            definition
                .differences(&NetworkDefinition::of(&other))
                .into_iter()
                .map(|it| it.field)
                .collect::<Vec<_>>()
        };
        assert_eq!(with("/IPAM/Config/0/Subnet", json!("10.1.0.0/20")), ["IPAM.Config[0].Subnet"]);
        assert_eq!(with("/Labels", json!({"com.docker.stack.namespace": "shop", "x": "y"})), ["Labels.x"]);
        assert_eq!(with("/Options", json!({})), ["Options.encrypted"]);
        assert_eq!(with("/Attachable", json!(false)), ["Attachable"]);
        assert_eq!(with("/Internal", json!(true)), ["Internal"]);
    }

    #[test]
    fn what_is_left_open_may_be_filled_in_by_the_engine() {
        let subnet = Subnet::parse("10.2.0.0/20", "", "").unwrap();
        let wanted = NetworkDefinition::of(&inspected()).with_ranges(&[subnet]);
        let mut made = inspected();
        made["IPAM"]["Config"] = json!([{"Subnet": "10.2.0.0/20", "Gateway": "10.2.0.1/20"}]);
        assert!(wanted.describes(&NetworkDefinition::of(&made)));
        let named = wanted.with_ranges(&[Subnet::parse("10.2.0.0/20", "", "10.2.0.1").unwrap()]);
        assert!(named.describes(&NetworkDefinition::of(&made)), "a gateway with and without prefix length");
        made["IPAM"]["Config"][0]["Gateway"] = json!("10.2.0.9");
        assert!(!named.describes(&NetworkDefinition::of(&made)));
    }

    #[test]
    fn a_network_of_another_driver_stays_one_of_the_swarm() {
        let mut macvlan = inspected();
        macvlan["Driver"] = json!("macvlan");
        assert_eq!(NetworkDefinition::of(&macvlan).body()["Scope"], "swarm");
    }
}
