//! What a service's spec says, as far as the swarm depends on it. The spec itself stays JSON.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use serde_json::value::RawValue;

use super::Behaviour;
use crate::id::NetworkId;

/// A service's spec, read.
#[derive(Debug, Clone)]
pub struct Shape {
    /// `Name`.
    pub name: String,
    /// `Mode`.
    pub kind: Kind,
    /// Whether each task is reached by its own address only (`EndpointSpec.Mode` is `dnsrr`).
    pub dnsrr: bool,
    /// `EndpointSpec.Ports`.
    pub ports: Vec<Port>,
    /// What its tasks run.
    pub template: Arc<Template>,
    /// `UpdateConfig`.
    pub update: UpdateConfig,
    /// `RollbackConfig`.
    pub rollback: UpdateConfig,
}

impl Shape {
    /// Whether it has a port in the routing mesh.
    pub fn is_published(&self) -> bool {
        self.ports.iter().any(|port| port.ingress)
    }
}

/// `TaskTemplate`, read.
#[derive(Debug)]
pub struct Template {
    /// The JSON, as tasks show it.
    pub(crate) json: Box<RawValue>,
    /// The networks by id, in the order of the spec; one may be there twice.
    pub networks: Vec<NetworkId>,
    /// `ContainerSpec.Image`.
    pub image: String,
    /// `Placement.Constraints`.
    pub constraints: Vec<String>,
    /// `Placement.MaxReplicas`; 0 is no limit.
    pub max_per_node: u64,
    /// `RestartPolicy`.
    pub restart: RestartPolicy,
    /// `ContainerSpec.StopGracePeriod`.
    pub grace: Duration,
    /// What its process does.
    pub behaviour: Behaviour,
    /// `Runtime` of a standalone container's attachment.
    pub attachment: bool,
    /// Environment variables, for tasks that are real servers.
    pub environment: Vec<String>,
}

/// `Mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// So many at a time, for ever.
    Replicated(u64),
    /// One on each node, for ever.
    Global,
    /// So many at a time, until so many have completed.
    ReplicatedJob {
        /// `MaxConcurrent`.
        concurrent: u64,
        /// `TotalCompletions`.
        total: u64,
    },
    /// Once on each node.
    GlobalJob,
}

impl Kind {
    /// Whether its tasks are meant to end.
    pub fn is_job(self) -> bool {
        matches!(self, Self::ReplicatedJob { .. } | Self::GlobalJob)
    }

    /// Whether there is one task a node.
    pub fn is_per_node(self) -> bool {
        matches!(self, Self::Global | Self::GlobalJob)
    }
}

/// A published port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// `Name`.
    pub name: Option<String>,
    /// `Protocol`.
    pub protocol: String,
    /// `TargetPort`.
    pub target: u64,
    /// `PublishedPort`; 0 where the engine is to choose.
    pub published: u64,
    /// Whether it is in the routing mesh, not on the task's own node.
    pub ingress: bool,
}

/// `UpdateConfig` or `RollbackConfig`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UpdateConfig {
    /// How many at a time; 0 is all.
    pub parallelism: u64,
    /// Between two batches.
    pub delay: Duration,
    /// How long a new task is watched.
    pub monitor: Duration,
    /// `MaxFailureRatio`.
    pub max_failure_ratio: f64,
    /// `FailureAction`.
    pub on_failure: OnFailure,
    /// `Order`.
    pub order: Order,
}

/// `Order` of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The old task stops first.
    StopFirst,
    /// The new task runs first.
    StartFirst,
}

/// `FailureAction` of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// Stop the update.
    Pause,
    /// Go on.
    Continue,
    /// Bring the previous spec back.
    Rollback,
}

/// `RestartPolicy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestartPolicy {
    /// When a task that ended is replaced.
    pub condition: RestartCondition,
    /// How long the new one waits.
    pub delay: Duration,
    /// How often; 0 is for ever.
    pub attempts: u64,
}

/// `RestartPolicy.Condition`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestartCondition {
    /// Never.
    None,
    /// When it did not end well.
    OnFailure,
    /// Always.
    Any,
}

/// What is wrong with a spec: the message of the engine's `InvalidArgument`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShapeError(pub(crate) String);

impl Shape {
    /// Reads a spec whose networks are ids.
    pub(crate) fn read(spec: &Value) -> Result<Self, ShapeError> {
        let name = spec["Name"].as_str().unwrap_or_default().to_owned();
        let shape = Self {
            name,
            kind: Kind::read(&spec["Mode"])?,
            dnsrr: spec["EndpointSpec"]["Mode"] == "dnsrr",
            ports: ports(&spec["EndpointSpec"]["Ports"]),
            template: Arc::new(Template::read(&spec["TaskTemplate"])),
            update: UpdateConfig::read(&spec["UpdateConfig"]),
            rollback: UpdateConfig::read(&spec["RollbackConfig"]),
        };
        if shape.dnsrr && shape.is_published() {
            let words = "EndpointSpec: port published with ingress mode can't be used with dnsrr mode";
            return Err(ShapeError(words.to_owned()));
        }
        if shape.template.image.is_empty() && !shape.template.attachment {
            return Err(ShapeError("ContainerSpec: image reference must be provided".to_owned()));
        }
        Ok(shape)
    }
}

impl Kind {
    fn read(mode: &Value) -> Result<Self, ShapeError> {
        let count = |value: &Value, or: u64| value.as_u64().unwrap_or(or);
        let object = mode.as_object().map(|mode| mode.keys().map(String::as_str).collect::<Vec<_>>());
        match object.unwrap_or_default()[..] {
            [] => Ok(Self::Replicated(1)),
            ["Replicated"] => Ok(Self::Replicated(count(&mode["Replicated"]["Replicas"], 1))),
            ["Global"] => Ok(Self::Global),
            ["GlobalJob"] => Ok(Self::GlobalJob),
            ["ReplicatedJob"] => {
                let concurrent = count(&mode["ReplicatedJob"]["MaxConcurrent"], 1);
                let total = count(&mode["ReplicatedJob"]["TotalCompletions"], concurrent);
                Ok(Self::ReplicatedJob { concurrent, total })
            }
            _ => Err(ShapeError("must specify only one service mode".to_owned())),
        }
    }
}

impl Template {
    pub(crate) fn read(json: &Value) -> Self {
        let container = &json["ContainerSpec"];
        let texts = |value: &Value| {
            let entries = value.as_array().into_iter().flatten().filter_map(Value::as_str);
            entries.map(str::to_owned).collect::<Vec<_>>()
        };
        let networks = json["Networks"].as_array().into_iter().flatten();
        Self {
            json: serde_json::value::to_raw_value(json).unwrap_or_default(),
            networks: networks.filter_map(|entry| entry["Target"].as_str()).map(NetworkId::from).collect(),
            image: container["Image"].as_str().unwrap_or_default().to_owned(),
            constraints: texts(&json["Placement"]["Constraints"]),
            max_per_node: json["Placement"]["MaxReplicas"].as_u64().unwrap_or_default(),
            restart: RestartPolicy::read(&json["RestartPolicy"]),
            grace: nanos(&container["StopGracePeriod"]).unwrap_or(Duration::from_secs(10)),
            behaviour: Behaviour::of(container),
            attachment: json["Runtime"] == "attachment",
            environment: texts(&container["Env"]),
        }
    }
}

impl RestartPolicy {
    fn read(json: &Value) -> Self {
        let condition = match json["Condition"].as_str() {
            Some("none") => RestartCondition::None,
            Some("on-failure") => RestartCondition::OnFailure,
            _ => RestartCondition::Any,
        };
        Self {
            condition,
            delay: nanos(&json["Delay"]).unwrap_or(Duration::from_secs(5)),
            attempts: json["MaxAttempts"].as_u64().unwrap_or_default(),
        }
    }
}

impl UpdateConfig {
    /// Absent values are swarmkit's (`api/defaults/service.go`).
    fn read(json: &Value) -> Self {
        Self {
            parallelism: match json {
                Value::Object(_) => json["Parallelism"].as_u64().unwrap_or_default(),
                _ => 1,
            },
            delay: nanos(&json["Delay"]).unwrap_or_default(),
            monitor: nanos(&json["Monitor"]).filter(|time| !time.is_zero()).unwrap_or(Duration::from_secs(5)),
            max_failure_ratio: json["MaxFailureRatio"].as_f64().unwrap_or_default(),
            on_failure: match json["FailureAction"].as_str() {
                Some("continue") => OnFailure::Continue,
                Some("rollback") => OnFailure::Rollback,
                _ => OnFailure::Pause,
            },
            order: match json["Order"].as_str() {
                Some("start-first") => Order::StartFirst,
                _ => Order::StopFirst,
            },
        }
    }
}

fn ports(json: &Value) -> Vec<Port> {
    let read = |port: &Value| Port {
        name: port["Name"].as_str().filter(|name| !name.is_empty()).map(str::to_owned),
        protocol: port["Protocol"].as_str().filter(|name| !name.is_empty()).unwrap_or("tcp").to_owned(),
        target: port["TargetPort"].as_u64().unwrap_or_default(),
        published: port["PublishedPort"].as_u64().unwrap_or_default(),
        ingress: port["PublishMode"] != "host",
    };
    json.as_array().into_iter().flatten().map(read).collect()
}

/// A duration in nanoseconds, as the API sends it.
pub(crate) fn nanos(json: &Value) -> Option<Duration> {
    json.as_u64().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(spec: &Value) -> Result<Shape, ShapeError> {
        Shape::read(spec)
    }

    #[test]
    fn what_is_absent_is_swarmkits_default() {
        let template = json!({"ContainerSpec": {"Image": "a"}});
        let shape = read(&json!({"Name": "a", "TaskTemplate": template})).unwrap();
        assert_eq!(shape.kind, Kind::Replicated(1));
        assert!(!shape.dnsrr);
        assert_eq!((shape.update.parallelism, shape.update.monitor), (1, Duration::from_secs(5)));
        assert_eq!(shape.template.grace, Duration::from_secs(10));
        assert_eq!(shape.template.restart.delay, Duration::from_secs(5));
    }

    #[test]
    fn dnsrr_with_a_port_of_the_routing_mesh_is_refused_and_with_a_host_port_not() {
        let spec = |mode: &str| {
            json!({"Name": "a", "TaskTemplate": {"ContainerSpec": {"Image": "a"}},
                "EndpointSpec": {"Mode": "dnsrr", "Ports": [{"TargetPort": 80, "PublishMode": mode}]}})
        };
        assert!(read(&spec("ingress")).is_err());
        assert!(read(&spec("host")).is_ok());
    }
}
