//! The addresses that services and tasks hold: a virtual IP on each network, an address for each living task.

use std::collections::BTreeMap;

use serde_json::Value;
use smsvc_core::budget::Stage;

/// The addresses of one task, with the name of the network of each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskAddresses(pub Vec<(String, String)>);

impl TaskAddresses {
    /// Of a task that the engine describes; none where it has ended.
    pub fn of(task: &Value) -> Self {
        let state = task.pointer("/Status/State").and_then(Value::as_str).unwrap_or_default();
        if Stage::of(state) != Stage::Holding {
            return Self::default();
        }
        let attachments = task["NetworksAttachments"].as_array().map_or(&[][..], Vec::as_slice);
        let found = attachments.iter().flat_map(|attachment| {
            let name = attachment.pointer("/Network/Spec/Name").and_then(Value::as_str).unwrap_or_default();
            let addresses = attachment["Addresses"].as_array().map_or(&[][..], Vec::as_slice);
            let addresses = addresses.iter().filter_map(Value::as_str).filter(|address| !address.is_empty());
            addresses
                .map(|address| (name.to_owned(), address.split('/').next().unwrap_or(address).to_owned()))
        });
        Self(found.collect())
    }

    /// `10.0.1.5 (front), 10.0.0.7 (ingress)`
    pub(super) fn shown(&self) -> String {
        let shown: Vec<String> =
            self.0.iter().map(|(network, address)| format!("{address} ({network})")).collect();
        shown.join(", ")
    }
}

/// How many addresses the tasks of each service hold, by the id of the service.
pub fn held(tasks: &[Value]) -> BTreeMap<String, u64> {
    let mut held = BTreeMap::new();
    for task in tasks {
        if let Some(service) = task["ServiceID"].as_str() {
            let count = u64::try_from(TaskAddresses::of(task).0.len()).unwrap_or(u64::MAX);
            *held.entry(service.to_owned()).or_default() += count;
        }
    }
    held
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_task_that_has_ended_holds_nothing() {
        let task = |state: &str| {
            json!({
                "ServiceID": "s1",
                "Status": {"State": state},
                "NetworksAttachments": [{"Network": {"Spec": {"Name": "front"}}, "Addresses": ["10.0.1.5/24"]}]
            })
        };
        assert_eq!(held(&[task("running"), task("failed"), task("starting")])["s1"], 2);
        assert_eq!(TaskAddresses::of(&task("running")).shown(), "10.0.1.5 (front)");
    }
}
