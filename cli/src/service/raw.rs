//! A service as the engine describes it, whole.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::Value;

use super::network_ids;

/// What `GET /services/{id}` answers. The JSON is kept as it came, so that a spec which is read, changed and
/// written back loses nothing; the methods only look into it.
#[derive(Debug, Clone, PartialEq)]
pub struct RawService {
    json: Value,
    id: String,
}

/// Why a JSON value is not a service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RawServiceError {
    /// Every service has an id.
    #[error("the engine's answer has no ID")]
    Id,
    /// Every service has a spec.
    #[error("service {id} has no Spec")]
    Spec {
        /// The service.
        id: String,
    },
}

/// The virtual IP of a service on one network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VirtualIp {
    /// The network's id.
    pub network: String,
    /// The address; `None` where the engine has listed the network without one.
    pub address: Option<IpAddr>,
}

impl RawService {
    /// Takes a service as the engine sent it.
    pub fn new(json: Value) -> Result<Self, RawServiceError> {
        let id = json.get("ID").and_then(Value::as_str).ok_or(RawServiceError::Id)?.to_owned();
        if !json.get("Spec").is_some_and(Value::is_object) {
            return Err(RawServiceError::Spec { id });
        }
        Ok(Self { json, id })
    }

    /// The id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name.
    pub fn name(&self) -> &str {
        self.text("/Spec/Name")
    }

    /// The version index that a change has to name; 0 where the engine tells none.
    pub fn version(&self) -> u64 {
        self.json.pointer("/Version/Index").and_then(Value::as_u64).unwrap_or_default()
    }

    /// The spec before the current one, which a rollback goes back to.
    pub fn previous_spec(&self) -> Option<&Value> {
        self.json.get("PreviousSpec").filter(|spec| spec.is_object())
    }

    /// When it was created: RFC 3339 in UTC, so that the texts sort by time down to the second.
    pub fn created_at(&self) -> &str {
        self.text("/CreatedAt")
    }

    /// The labels of the service, not those of its containers.
    pub fn labels(&self) -> BTreeMap<String, String> {
        let labels = self.json.pointer("/Spec/Labels").and_then(Value::as_object);
        let text = |value: &Value| value.as_str().map(str::to_owned);
        labels.into_iter().flatten().filter_map(|(key, value)| Some((key.clone(), text(value)?))).collect()
    }

    /// The ids of the networks that its spec names.
    pub fn network_ids(&self) -> impl Iterator<Item = &str> {
        network_ids(self.spec())
    }

    /// The run that a job is in (`JobStatus.JobIteration`); 0 for any other service.
    pub fn job_iteration(&self) -> u64 {
        self.json.pointer("/JobStatus/JobIteration/Index").and_then(Value::as_u64).unwrap_or_default()
    }

    /// The virtual IPs that the engine has allocated.
    pub fn virtual_ips(&self) -> Vec<VirtualIp> {
        let read = |entry: &Value| {
            let address = entry.get("Addr").and_then(Value::as_str).unwrap_or("");
            Some(VirtualIp {
                network: entry.get("NetworkID")?.as_str()?.to_owned(),
                address: address.split('/').next().and_then(|address| address.parse().ok()),
            })
        };
        self.list("/Endpoint/VirtualIPs").iter().filter_map(read).collect()
    }

    /// The spec, as the engine sent it.
    pub fn spec(&self) -> &Value {
        self.json.get("Spec").unwrap_or(&Value::Null)
    }

    /// Everything, as the engine sent it.
    pub fn json(&self) -> &Value {
        &self.json
    }

    fn text(&self, path: &str) -> &str {
        self.json.pointer(path).and_then(Value::as_str).unwrap_or("")
    }

    fn list(&self, path: &str) -> &[Value] {
        self.json.pointer(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn service() -> Value {
        json!({
            "ID": "s1",
            "Version": {"Index": 18_446_744_073_709_551_615_u64},
            "CreatedAt": "2026-01-02T03:04:05.6Z",
            "Spec": {
                "Name": "web",
                "Labels": {"a": "1"},
                "TaskTemplate": {
                    "ContainerSpec": {"Image": "nginx:1", "Healthcheck": {"Test": ["NONE"]}, "Novel": 1},
                    "Networks": [{"Target": "n1", "Aliases": ["w"]}]
                },
                "Mode": {"Replicated": {"Replicas": 3}},
                "UpdateConfig": {"Parallelism": 2, "Order": "start-first"},
                "EndpointSpec": {"Mode": "vip", "Ports": [{"Protocol": "tcp", "TargetPort": 80, "PublishMode": "ingress"}]}
            },
            "Endpoint": {
                "Spec": {"Mode": "vip"},
                "Ports": [{"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 30000, "PublishMode": "ingress"}],
                "VirtualIPs": [{"NetworkID": "n1", "Addr": "10.0.1.2/24"}, {"NetworkID": "n2"}]
            }
        })
    }

    #[test]
    fn what_decisions_need_is_read() {
        let web = RawService::new(service()).unwrap();
        assert_eq!((web.id(), web.name(), web.created_at()), ("s1", "web", "2026-01-02T03:04:05.6Z"));
        assert_eq!(web.labels(), BTreeMap::from([("a".to_owned(), "1".to_owned())]));
        assert_eq!(web.network_ids().collect::<Vec<_>>(), ["n1"]);
    }

    #[test]
    fn a_virtual_ip_that_is_not_allocated_yet_is_listed_without_an_address() {
        let ips = RawService::new(service()).unwrap().virtual_ips();
        assert_eq!(ips[0].address, Some("10.0.1.2".parse().unwrap()));
        assert_eq!(ips[1], VirtualIp { network: "n2".into(), address: None });
    }

    #[test]
    fn nothing_is_lost_of_what_is_not_understood() {
        let web = RawService::new(service()).unwrap();
        assert_eq!(web.json(), &service());
        assert_eq!(web.spec(), &service()["Spec"]);
    }

    #[test]
    fn networks_beside_the_task_template_count_where_it_has_none() {
        let mut old = service();
        old["Spec"]["TaskTemplate"]["Networks"] = Value::Null;
        old["Spec"]["Networks"] = json!([{"Target": "n9"}]);
        assert_eq!(RawService::new(old).unwrap().network_ids().collect::<Vec<_>>(), ["n9"]);
    }

    #[test]
    fn an_answer_without_id_or_spec_is_no_service() {
        assert_eq!(RawService::new(json!({})), Err(RawServiceError::Id));
        let missing = |field: &str| {
            let mut service = service();
            service[field] = Value::Null;
            RawService::new(service).unwrap_err()
        };
        assert_eq!(missing("Spec"), RawServiceError::Spec { id: "s1".into() });
    }
}
