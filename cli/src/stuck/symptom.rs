//! What one task's own record says about why it does not run.
//!
//! Reads `Status` of `GET /tasks` (Docker API 1.41) and nothing else: which network lacks an address, for one, is not in
//! it. The engine's sentences are swarmkit's (`manager/scheduler/filter.go`, `agent/exec`, moby
//! `daemon/cluster/executor/container`), the same on Docker 20.10 and 29.

use crate::engine::Task;

/// Why a task does not run, as far as the task itself knows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Symptom {
    /// `new`: the engine has given it no address yet. It never says why.
    NoAddress,
    /// `pending` with a reason: no node may take it.
    NoNode(Vec<Obstacle>),
    /// Its node got no load-balancer address on one of its networks.
    NoLoadBalancer,
    /// The subnet of its network is still in use on the node, by a network that was removed.
    SubnetInUse,
    /// The node cannot get the image. The engine's own words.
    NoImage(String),
    /// The node refused it for another reason. The engine's own words.
    Rejected(String),
    /// It started and ended with an error. The engine's own words.
    Failed(String),
}

/// What keeps the scheduler from a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Obstacle {
    /// What kind of obstacle.
    pub kind: ObstacleKind,
    /// The engine's own words, with the number of nodes.
    pub words: String,
}

/// The filters of the scheduler, as far as there is something to do about each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObstacleKind {
    /// Nodes that are down, drained or paused.
    Unavailable,
    /// CPU, memory or generic resources that are reserved.
    Resources,
    /// Placement constraints.
    Constraints,
    /// A host-mode port that is taken.
    HostPort,
    /// An image for other platforms.
    Platform,
    /// The limit of replicas for each node.
    MaxReplicas,
    /// Anything else, a missing plugin for one.
    Other,
}

impl Symptom {
    /// What is wrong with this task; nothing where it runs, is on its way, or ended well.
    pub fn of(task: &Task) -> Option<Self> {
        let words = task.status.err.trim();
        match task.status.state.as_str() {
            "new" => Some(Self::NoAddress),
            "pending" if words.contains("no suitable node") => Some(Self::NoNode(obstacles(words))),
            "rejected" => Some(rejected(words)),
            "failed" => Some(Self::Failed(words.to_owned())),
            _ => None,
        }
    }
}

fn rejected(words: &str) -> Symptom {
    let lower = words.to_ascii_lowercase();
    let says = |part: &str| lower.contains(part);
    if says("missing network attachments") {
        Symptom::NoLoadBalancer
    } else if says("pool overlaps") {
        Symptom::SubnetInUse
    } else if [
        "no such image",
        "pull access denied",
        "manifest unknown",
        "manifest for",
        "repository does not",
    ]
    .into_iter()
    .any(says)
    {
        Symptom::NoImage(words.to_owned())
    } else {
        Symptom::Rejected(words.to_owned())
    }
}

/// `no suitable node (a on 1 node; b on 2 nodes)`.
fn obstacles(words: &str) -> Vec<Obstacle> {
    let Some((_, list)) = words.split_once('(') else { return Vec::new() };
    let list = list.rsplit_once(')').map_or(list, |(list, _)| list);
    list.split(';').map(|item| Obstacle { kind: kind(item), words: item.trim().to_owned() }).collect()
}

fn kind(item: &str) -> ObstacleKind {
    let says = |part: &str| item.contains(part);
    if says("not available") {
        ObstacleKind::Unavailable
    } else if says("insufficient resources") {
        ObstacleKind::Resources
    } else if says("constraints") {
        ObstacleKind::Constraints
    } else if says("host-mode port") {
        ObstacleKind::HostPort
    } else if says("platform") {
        ObstacleKind::Platform
    } else if says("max replicas") {
        ObstacleKind::MaxReplicas
    } else {
        ObstacleKind::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Swarm;

    fn symptom(state: &str, err: &str) -> Option<Symptom> {
        let swarm =
            Swarm::sample().with_network("front", "10.1.0.0/24").with_service("s", "vip", 1, "front", &[]);
        let mut task = swarm.tasks[0].clone();
        task.status.state = state.into();
        task.status.err = err.into();
        Symptom::of(&task)
    }

    #[test]
    fn a_task_that_runs_or_is_on_its_way_has_no_symptom() {
        for state in ["pending", "assigned", "preparing", "running", "complete", "shutdown"] {
            assert_eq!(symptom(state, ""), None, "{state}");
        }
    }

    #[test]
    fn a_new_task_waits_for_an_address_although_the_engine_says_nothing() {
        assert_eq!(symptom("new", ""), Some(Symptom::NoAddress));
    }

    #[test]
    fn every_reason_of_the_scheduler_is_told_apart() {
        use ObstacleKind::{Constraints, HostPort, MaxReplicas, Other, Platform, Resources, Unavailable};
        let words = "no suitable node (2 nodes not available for new tasks; insufficient resources on 1 node; \
                     scheduling constraints not satisfied on 3 nodes; host-mode port already in use on 1 node; \
                     unsupported platform on 1 node; max replicas per node limit exceed; missing plugin on 1 node)";
        let Some(Symptom::NoNode(obstacles)) = symptom("pending", words) else { panic!("{words}") };
        let kinds: Vec<ObstacleKind> = obstacles.iter().map(|obstacle| obstacle.kind).collect();
        assert_eq!(kinds, [Unavailable, Resources, Constraints, HostPort, Platform, MaxReplicas, Other]);
        assert_eq!(obstacles[2].words, "scheduling constraints not satisfied on 3 nodes");
    }

    #[test]
    fn a_rejection_for_want_of_an_address_differs_from_one_for_want_of_an_image() {
        let rejected = |err: &str| symptom("rejected", err).unwrap();
        assert_eq!(
            rejected("node is missing network attachments, ip addresses may be exhausted"),
            Symptom::NoLoadBalancer
        );
        assert_eq!(rejected("Pool overlaps with other one on this address space"), Symptom::SubnetInUse);
        for err in ["No such image: nope:1", "pull access denied for x, repository does not exist"] {
            assert_eq!(rejected(err), Symptom::NoImage(err.into()));
        }
        assert_eq!(rejected("invalid mount config"), Symptom::Rejected("invalid mount config".into()));
    }
}
