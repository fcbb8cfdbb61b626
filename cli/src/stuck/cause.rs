//! What keeps tasks from running, seen over the whole swarm: tasks with the same cause are one finding.

use std::collections::BTreeMap;

use smsvc_core::budget::{Account, Ledger, NetworkId, ServiceShape, Stage};
use smsvc_core::endpoint::Mode;

use super::symptom::{Obstacle, Symptom};
use crate::engine::Task;
use crate::observe::{self, Swarm};
use crate::service::RawService;

/// Tasks that do not run for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whose tasks they are.
    pub subject: Subject,
    /// How many. None where a service without tasks has no virtual IP.
    pub tasks: usize,
    /// Since when the first of them waits (RFC 3339, UTC); empty where there is no task.
    pub since: String,
    /// Why.
    pub cause: Cause,
}

/// Whose tasks they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A service, by name.
    Service(String),
    /// Containers that are being attached with `docker run --network`.
    Containers,
}

/// Why tasks do not run. Networks are given by id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// No address is left on these networks.
    Exhausted {
        /// The networks.
        networks: Vec<NetworkId>,
        /// The service has no virtual IP there, without which none of its tasks starts.
        virtual_ip: bool,
    },
    /// The engine has not allocated these networks.
    NotAllocated {
        /// The networks.
        networks: Vec<NetworkId>,
    },
    /// Every network has addresses, and the engine has not handed them out: it is about to, or it does not try again
    /// before the next address is released, or the addresses have leaked and this engine does not tell.
    NotHandedOut,
    /// A node got no load-balancer address. The networks that have the fewest left.
    NoLoadBalancer {
        /// The networks.
        networks: Vec<NetworkId>,
    },
    /// The subnet is in use on the node by a network that was removed while its tasks were stopping.
    SubnetInUse,
    /// No node may take them.
    NoNode(Vec<Obstacle>),
    /// The image cannot be had. The engine's own words.
    NoImage(String),
    /// The node refused. The engine's own words.
    Rejected(String),
    /// They start and end with an error. The engine's own words.
    Failed(String),
}

impl Cause {
    /// The networks that it is about, if it is about networks.
    pub fn networks(&self) -> &[NetworkId] {
        match self {
            Self::Exhausted { networks, .. }
            | Self::NotAllocated { networks }
            | Self::NoLoadBalancer { networks } => networks,
            _ => &[],
        }
    }
}

/// Everything that keeps a task of the swarm from running, service by service.
pub fn examine(swarm: &Swarm, ledger: &Ledger<'_>) -> Vec<Finding> {
    let mut tasks: BTreeMap<&str, Vec<&Task>> = BTreeMap::new();
    for task in &swarm.tasks {
        tasks.entry(&task.service).or_default().push(task);
    }
    let mut findings = Vec::new();
    for service in &swarm.services {
        let own = tasks.get(service.id()).map_or(&[][..], Vec::as_slice);
        findings.extend(of_service(service, own, ledger));
    }
    findings.extend(of_containers(tasks.get("").map_or(&[][..], Vec::as_slice), ledger));
    findings.sort_by(|a, b| a.subject.cmp(&b.subject));
    findings
}

fn of_service(service: &RawService, tasks: &[&Task], ledger: &Ledger<'_>) -> Vec<Finding> {
    let on = Attached::of(service, ledger);
    let mut found: BTreeMap<Cause, (usize, String)> = BTreeMap::new();
    for (task, symptom) in waiting(tasks) {
        note(&mut found, on.cause(symptom), task);
    }
    // Without tasks there is nothing that waits, and the service still has no virtual IP.
    if found.is_empty() && !on.without_virtual_ip.is_empty() {
        let cause = on.cause(Symptom::NoAddress);
        if cause != Cause::NotHandedOut {
            found.insert(cause, (0, String::new()));
        }
    }
    findings(&Subject::Service(service.name().to_owned()), found)
}

fn of_containers(tasks: &[&Task], ledger: &Ledger<'_>) -> Vec<Finding> {
    let mut found = BTreeMap::new();
    for task in tasks.iter().filter(|task| is_wanted(task)) {
        let Some(symptom) = Symptom::of(task) else { continue };
        let networks = task.wanted.networks.iter().flatten().map(|it| NetworkId::new(&it.target));
        let accounts = networks.filter_map(|id| Some((ledger.account(&id)?, 1))).collect();
        let on = Attached { accounts, without_virtual_ip: Vec::new() };
        note(&mut found, on.cause(symptom), task);
    }
    findings(&Subject::Containers, found)
}

fn note(found: &mut BTreeMap<Cause, (usize, String)>, cause: Cause, task: &Task) {
    let (count, since) = found.entry(cause).or_default();
    *count += 1;
    if since.is_empty() || task.status.timestamp < *since {
        since.clone_from(&task.status.timestamp);
    }
}

fn findings(subject: &Subject, found: BTreeMap<Cause, (usize, String)>) -> Vec<Finding> {
    let finding = |(cause, (tasks, since))| Finding { subject: subject.clone(), tasks, since, cause };
    found.into_iter().map(finding).collect()
}

/// The tasks of one service that should run and do not, each with its symptom. A task that is about to start in the
/// place of one that failed has the symptom of that one.
fn waiting<'t>(tasks: &[&'t Task]) -> Vec<(&'t Task, Symptom)> {
    let mut places: BTreeMap<(u64, &str), Vec<&'t Task>> = BTreeMap::new();
    for &task in tasks {
        // One task a node where there are no slots.
        let node = if task.slot == 0 { task.node.as_str() } else { "" };
        places.entry((task.slot, node)).or_default().push(task);
    }
    let mut waiting = Vec::new();
    for place in places.values() {
        let live: Vec<&&Task> = place.iter().filter(|task| is_wanted(task)).collect();
        if live.iter().any(|task| task.serves() || task.status.state == "complete") {
            // An update adds a second task to a place whose first one still runs.
            waiting.extend(live.iter().filter_map(|task| Some((**task, Symptom::of(task)?))));
            continue;
        }
        let own = live.iter().find_map(|task| Some((**task, Symptom::of(task)?)));
        waiting.extend(own.or_else(|| failing(place)));
    }
    waiting
}

/// What the last task of a place ended with, and the first task that the engine remembers to have ended with it.
fn failing<'t>(place: &[&'t Task]) -> Option<(&'t Task, Symptom)> {
    let ended = || place.iter().filter(|task| matches!(task.status.state.as_str(), "failed" | "rejected"));
    let last = ended().max_by(|a, b| a.status.timestamp.cmp(&b.status.timestamp))?;
    let symptom = Symptom::of(last)?;
    let alike = ended().filter(|task| Symptom::of(task).as_ref() == Some(&symptom));
    let first = alike.min_by(|a, b| a.status.timestamp.cmp(&b.status.timestamp))?;
    Some((first, symptom))
}

/// It is meant to run, and has not ended.
fn is_wanted(task: &Task) -> bool {
    matches!(task.desired_state.as_str(), "running" | "ready" | "complete" | "")
        && !matches!(Stage::of(&task.status.state), Stage::Ended)
}

/// The networks of a service, and on which of them it has no virtual IP although it should.
struct Attached<'l, 'f> {
    /// With how many addresses a task takes there.
    accounts: Vec<(&'l Account<'f>, u64)>,
    without_virtual_ip: Vec<NetworkId>,
}

impl<'l, 'f> Attached<'l, 'f> {
    fn of(service: &RawService, ledger: &'l Ledger<'f>) -> Self {
        let shape: ServiceShape = observe::shape(service.spec());
        let accounts: Vec<(&Account<'_>, u64)> = ledger
            .accounts()
            .map(|account| (account, shape.attachments(account.network())))
            .filter(|(_, attachments)| *attachments > 0)
            .collect();
        let virtual_ips = service.virtual_ips();
        let has = |id: &NetworkId| {
            virtual_ips.iter().any(|vip| vip.network == id.as_str() && vip.address.is_some())
        };
        let ids = accounts.iter().map(|(account, _)| &account.network().id);
        let without_virtual_ip =
            if shape.mode == Mode::Vip { ids.filter(|id| !has(id)).cloned().collect() } else { Vec::new() };
        Self { accounts, without_virtual_ip }
    }

    fn cause(&self, symptom: Symptom) -> Cause {
        match symptom {
            Symptom::NoAddress => self.without_address(),
            Symptom::NoLoadBalancer => {
                let fewest = self.accounts.iter().map(|(account, _)| account.usage().free()).min();
                let scarce = |account: &Account<'_>| Some(account.usage().free()) == fewest;
                Cause::NoLoadBalancer { networks: self.networks(|account, _| scarce(account)) }
            }
            Symptom::SubnetInUse => Cause::SubnetInUse,
            Symptom::NoNode(obstacles) => Cause::NoNode(obstacles),
            Symptom::NoImage(words) => Cause::NoImage(words),
            Symptom::Rejected(words) => Cause::Rejected(words),
            Symptom::Failed(words) => Cause::Failed(words),
        }
    }

    fn without_address(&self) -> Cause {
        let unallocated = self.networks(|account, _| account.network().subnets.is_empty());
        if !unallocated.is_empty() {
            return Cause::NotAllocated { networks: unallocated };
        }
        let exhausted = self.networks(|account, attachments| account.usage().free().get() < attachments);
        if exhausted.is_empty() {
            return Cause::NotHandedOut;
        }
        let virtual_ip = exhausted.iter().any(|id| self.without_virtual_ip.contains(id));
        Cause::Exhausted { networks: exhausted, virtual_ip }
    }

    fn networks(&self, is: impl Fn(&Account<'_>, u64) -> bool) -> Vec<NetworkId> {
        let found = self.accounts.iter().filter(|(account, attachments)| is(account, *attachments));
        found.map(|(account, _)| account.network().id.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(swarm: &Swarm) -> Vec<(usize, Cause)> {
        let facts = swarm.facts();
        let findings = examine(swarm, &Ledger::open(&facts));
        findings.into_iter().map(|finding| (finding.tasks, finding.cause)).collect()
    }

    fn full() -> Swarm {
        // A /29 has five addresses: a load balancer, a virtual IP, three tasks.
        Swarm::sample().with_network("front", "10.1.0.0/29").with_service("web", "vip", 3, "front", &[])
    }

    fn addressless(swarm: &mut Swarm, task: usize) {
        swarm.tasks[task].status.state = "new".into();
        swarm.tasks[task].attachments = None;
    }

    #[test]
    fn tasks_without_an_address_on_a_full_network_are_one_finding_with_the_oldest_time() {
        let mut swarm = full().with_service("late", "dnsrr", 2, "front", &[]);
        for (task, time) in [(3, "2026-01-01T00:00:09Z"), (4, "2026-01-01T00:00:05Z")] {
            addressless(&mut swarm, task);
            swarm.tasks[task].status.timestamp = time.into();
        }
        let facts = swarm.facts();
        let findings = examine(&swarm, &Ledger::open(&facts));
        let cause = Cause::Exhausted { networks: vec![NetworkId::new("front-id")], virtual_ip: false };
        assert_eq!(
            findings,
            [Finding {
                subject: Subject::Service("late".into()),
                tasks: 2,
                since: "2026-01-01T00:00:05Z".into(),
                cause
            }]
        );
    }

    #[test]
    fn a_service_without_tasks_may_lack_its_virtual_ip() {
        let mut swarm = full().with_service("empty", "vip", 0, "front", &[]);
        let mut json = swarm.services[1].json().clone();
        json["Endpoint"] = serde_json::json!({ "Spec": {} });
        swarm.services[1] = RawService::new(json).unwrap();
        let cause = Cause::Exhausted { networks: vec![NetworkId::new("front-id")], virtual_ip: true };
        assert_eq!(found(&swarm), [(0, cause)]);
    }

    #[test]
    fn a_task_without_an_address_where_addresses_are_left_was_not_handed_one() {
        let mut swarm =
            Swarm::sample().with_network("front", "10.1.0.0/24").with_service("web", "vip", 1, "front", &[]);
        addressless(&mut swarm, 0);
        assert_eq!(found(&swarm), [(1, Cause::NotHandedOut)]);
    }

    #[test]
    fn a_network_without_a_subnet_was_not_allocated() {
        let mut swarm = full();
        swarm.networks[0].subnets.clear();
        addressless(&mut swarm, 0);
        assert_eq!(found(&swarm), [(1, Cause::NotAllocated { networks: vec![NetworkId::new("front-id")] })]);
    }

    #[test]
    fn a_place_whose_last_task_failed_and_whose_next_one_waits_fails() {
        let mut swarm =
            Swarm::sample().with_network("front", "10.1.0.0/24").with_service("web", "vip", 1, "front", &[]);
        let mut old = swarm.tasks[0].clone();
        old.status.state = "failed".into();
        old.desired_state = "shutdown".into();
        old.status.err = "task: non-zero exit (1)".into();
        swarm.tasks.push(old);
        assert_eq!(found(&swarm), [], "its successor runs");
        swarm.tasks[0].status.state = "ready".into();
        swarm.tasks[0].desired_state = "ready".into();
        assert_eq!(found(&swarm), [(1, Cause::Failed("task: non-zero exit (1)".into()))]);
    }

    #[test]
    fn a_stopping_task_waits_for_nothing() {
        let mut swarm = full();
        swarm.tasks[0].desired_state = "shutdown".into();
        assert_eq!(found(&swarm), []);
    }
}
