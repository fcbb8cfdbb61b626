//! Which nodes the tasks of a service may reach.
//!
//! Decides one thing only: whether a node meets the placement constraints and takes new tasks. Resources, host
//! ports and image platforms are left out on purpose: leaving them out gives more nodes, never fewer, and a node
//! load balancer that is counted but never made is the safe error.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;

use super::facts::NodeFact;
use super::id::NodeId;

/// The placement constraints of a service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placement(Vec<Constraint>);

/// One `key==value` or `key!=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Constraint {
    key: String,
    equal: bool,
    value: String,
}

impl Placement {
    /// The constraints of `TaskTemplate.Placement.Constraints`.
    ///
    /// The engine refuses a text without `==` or `!=`, so no service can have one. Such a text is skipped.
    pub fn new<S: AsRef<str>>(constraints: &[S]) -> Self {
        Self(constraints.iter().filter_map(|text| Constraint::parse(text.as_ref())).collect())
    }

    /// The nodes that may take a new task.
    pub(super) fn among<'f>(&self, nodes: &'f [NodeFact]) -> BTreeSet<&'f NodeId> {
        nodes.iter().filter(|node| self.allows(node)).map(|node| &node.id).collect()
    }

    /// Whether the engine may put a new task on this node: it is not down, it is active, and it meets every
    /// constraint.
    pub fn allows(&self, node: &NodeFact) -> bool {
        node.ready && node.active && self.would_allow(node)
    }

    /// Whether the node meets every constraint, be it up or not.
    pub fn would_allow(&self, node: &NodeFact) -> bool {
        self.0.iter().all(|constraint| constraint.matches(node))
    }
}

impl Constraint {
    /// The first `==` splits; a text without one is split at `!=` (swarmkit `manager/constraint`).
    fn parse(text: &str) -> Option<Self> {
        let (equal, (key, value)) = match text.split_once("==") {
            Some(parts) => (true, parts),
            None => (false, text.split_once("!=")?),
        };
        Some(Self { key: key.trim().to_owned(), equal, value: value.trim().to_owned() })
    }

    /// Keys and values are compared without regard to case, the names of labels with it. An unknown key
    /// matches no node.
    fn matches(&self, node: &NodeFact) -> bool {
        let attributes = &node.attributes;
        let key = self.key.to_ascii_lowercase();
        match key.as_str() {
            "node.id" => self.compare(node.id.as_str()),
            "node.hostname" => self.compare(&attributes.hostname),
            "node.ip" => self.compare_address(&attributes.address),
            "node.role" => self.compare(&attributes.role),
            "node.platform.os" => self.compare(&attributes.os),
            "node.platform.arch" => self.compare(&attributes.architecture),
            _ => {
                let (labels, prefix) = if key.starts_with("node.labels.") {
                    (&attributes.labels, "node.labels.")
                } else if key.starts_with("engine.labels.") {
                    (&attributes.engine_labels, "engine.labels.")
                } else {
                    return false;
                };
                let name = self.key.get(prefix.len()..).unwrap_or_default();
                !name.is_empty() && self.compare(labels.get(name).map_or("", String::as_str))
            }
        }
    }

    fn compare(&self, actual: &str) -> bool {
        self.value.eq_ignore_ascii_case(actual) == self.equal
    }

    /// The value is an address or a subnet; anything else matches no node, with either operator.
    fn compare_address(&self, actual: &str) -> bool {
        let actual = actual.parse::<IpAddr>().ok();
        let within = if let Ok(address) = self.value.parse::<IpAddr>() {
            actual == Some(address)
        } else if let Ok(subnet) = self.value.parse::<IpNet>() {
            actual.is_some_and(|actual| subnet.contains(&actual))
        } else {
            return false;
        };
        within == self.equal
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::NodeAttributes;
    use super::*;

    fn node() -> NodeFact {
        NodeFact {
            id: NodeId::new("n1"),
            ready: true,
            active: true,
            leader: false,
            attributes: NodeAttributes {
                hostname: "worker-1".into(),
                address: "192.0.2.7".into(),
                role: "worker".into(),
                os: "linux".into(),
                architecture: "x86_64".into(),
                labels: [("Zone".to_owned(), "a".to_owned())].into(),
                engine_labels: [("disk".to_owned(), "ssd".to_owned())].into(),
            },
        }
    }

    fn allows(constraint: &str) -> bool {
        Placement::new(&[constraint]).allows(&node())
    }

    #[test]
    fn every_attribute_can_be_compared() {
        for constraint in [
            "node.id==n1",
            "node.hostname == WORKER-1",
            "node.role!=manager",
            "node.platform.os==linux",
            "node.platform.arch==x86_64",
            "node.labels.Zone==A",
            "NODE.LABELS.Zone==a",
            "engine.labels.disk==ssd",
            "node.ip==192.0.2.7",
            "node.ip==192.0.2.0/24",
            "node.ip!=198.51.100.0/24",
        ] {
            assert!(allows(constraint), "{constraint}");
        }
        for constraint in
            ["node.id!=n1", "node.role==manager", "node.ip!=192.0.2.0/24", "node.labels.Zone==b"]
        {
            assert!(!allows(constraint), "{constraint}");
        }
    }

    #[test]
    fn the_name_of_a_label_keeps_its_case() {
        assert!(!allows("node.labels.zone==a"));
    }

    #[test]
    fn a_missing_label_is_unequal_to_every_value() {
        assert!(allows("node.labels.gpu!=yes"));
        assert!(!allows("node.labels.gpu==yes"));
    }

    #[test]
    fn an_unknown_key_and_a_malformed_address_match_no_node() {
        assert!(!allows("node.colour!=red"));
        assert!(!allows("node.ip!=somewhere"));
        assert!(!allows("node.labels.!=x"));
    }

    #[test]
    fn all_constraints_must_hold() {
        assert!(!Placement::new(&["node.id==n1", "node.role==manager"]).allows(&node()));
    }

    #[test]
    fn a_down_drained_or_paused_node_takes_no_task() {
        assert!(!Placement::default().allows(&NodeFact { ready: false, ..node() }));
        assert!(!Placement::default().allows(&NodeFact { active: false, ..node() }));
    }
}
