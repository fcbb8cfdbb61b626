//! What helps tasks that do not run: the ways out, the gentlest first, each with complete commands.
//!
//! Only commands of docker itself, so that they can be copied as they are. None of them is run.

use ipnet::Ipv4Net;
use smsvc_core::budget::{
    Account, Addresses, Kind, Ledger, NetworkId, NodeFact, Stage, SwarmFacts, smallest_prefix,
};
use smsvc_core::endpoint::{self, Mode, Requested};

use super::cause::{Cause, Finding, Subject};
use super::symptom::{Obstacle, ObstacleKind};
use crate::observe::{self, Swarm};
use crate::plan::free_range::FreeRanges;
use crate::service::RawService;

/// How many ways out are named: more would not be read.
const WAYS: usize = 3;

/// How many updates of other services one way out may take.
const MOST_UPDATES: usize = 3;

/// Something that helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayOut {
    /// What it does.
    pub what: String,
    /// The commands, in order. None where there is only to wait, or to look.
    pub commands: Vec<String>,
}

impl WayOut {
    fn new(what: impl Into<String>, commands: impl IntoIterator<Item = String>) -> Self {
        Self { what: what.into(), commands: commands.into_iter().collect() }
    }
}

/// The ways out of one finding.
pub fn ways_out(finding: &Finding, swarm: &Swarm, facts: &SwarmFacts, ledger: &Ledger<'_>) -> Vec<WayOut> {
    let service = match &finding.subject {
        Subject::Service(name) => swarm.service(name),
        Subject::Containers => None,
    };
    let mut ways = match &finding.cause {
        Cause::Exhausted { networks, .. } | Cause::NoLoadBalancer { networks } => {
            let scarce = Scarce { swarm, facts, ledger, networks };
            scarce.ways_out(service, finding.tasks)
        }
        Cause::NotAllocated { networks } => not_allocated(networks, ledger),
        Cause::NotHandedOut => not_handed_out(service, facts),
        Cause::SubnetInUse => vec![
            WayOut::new(
                "wait: the engine tries again every few seconds until the old containers are gone",
                [],
            ),
            WayOut::new(
                "containers of a removed job may hold the old network for ever; on the node of the task",
                ["docker ps --all --filter label=com.docker.swarm.task".to_owned()],
            ),
        ],
        Cause::NoNode(obstacles) => obstacles.iter().flat_map(|it| around(it, service, facts)).collect(),
        Cause::NoImage(_) => image(service),
        Cause::Rejected(_) | Cause::Failed(_) => look(service),
    };
    ways.truncate(WAYS);
    ways
}

/// Networks without a free address.
struct Scarce<'a, 'f> {
    swarm: &'a Swarm,
    facts: &'f SwarmFacts,
    ledger: &'a Ledger<'f>,
    networks: &'a [NetworkId],
}

impl Scarce<'_, '_> {
    fn ways_out(&self, service: Option<&RawService>, waiting: usize) -> Vec<WayOut> {
        let mut ways = Vec::new();
        ways.extend(self.leaked());
        ways.extend(self.down_nodes());
        ways.extend(self.needless_virtual_ips(service));
        ways.extend(
            service.and_then(|service| fewer_replicas(service, waiting.saturating_add(self.overdrawn()))),
        );
        ways.extend(self.bigger_range());
        ways.extend(service.and_then(|service| self.bigger_network(service)));
        if let Some(service) = service.filter(|_| ways.len() < 2) {
            let remove = format!("docker service rm {}", service.name());
            ways.push(WayOut::new("give the service up", [remove]));
        }
        ways
    }

    fn accounts(&self) -> impl Iterator<Item = &Account<'_>> {
        self.networks.iter().filter_map(|id| self.ledger.account(id))
    }

    /// How many nodes got no address for their load balancer, because tasks were faster: the model counts both.
    fn overdrawn(&self) -> usize {
        let beyond = |account: &Account<'_>| account.usage().owned().minus(account.usage().capacity.usable);
        let most = self.accounts().map(beyond).max().unwrap_or_default();
        usize::try_from(most.get()).unwrap_or(usize::MAX)
    }

    fn leaked(&self) -> Option<WayOut> {
        let leaked: Addresses = self.accounts().map(|account| account.usage().leaked).sum();
        (!leaked.is_none()).then(|| new_leader(leaked, &self.facts.nodes))
    }

    /// What the tasks of a node that is down still hold, for up to 24 hours.
    fn down_nodes(&self) -> Option<WayOut> {
        let held = |node: &NodeFact| -> Addresses {
            let on_node = self
                .facts
                .tasks
                .iter()
                .filter(|task| task.stage == Stage::Holding && task.node.as_ref() == Some(&node.id));
            on_node
                .flat_map(|task| self.networks.iter().filter_map(|id| task.addresses.get(id)))
                .copied()
                .sum()
        };
        let down = self.facts.nodes.iter().filter(|node| !node.ready).map(|node| (node, held(node)));
        let (node, held) = down.max_by_key(|(_, held)| *held).filter(|(_, held)| !held.is_none())?;
        let name = &node.attributes.hostname;
        Some(WayOut::new(
            format!(
                "node {name} is down, and its tasks still hold {}: bring it back, or remove it",
                crate::words::addresses(held)
            ),
            [format!("docker node rm --force {name}")],
        ))
    }

    /// Virtual IPs that nothing uses: as many as addresses are short. The engine does not try again when one comes free
    /// that way (20.10.24, measured), so the waiting service is nudged.
    fn needless_virtual_ips(&self, waits: Option<&RawService>) -> Option<WayOut> {
        let [only] = self.networks else { return None };
        let short = usize::try_from(self.ledger.account(only)?.usage().short().get()).ok()?;
        let holds = |service: &&RawService| {
            let facts = self.swarm.endpoint_facts(service);
            let choice = endpoint::choose(Requested::Auto, &facts);
            choice.is_ok_and(|choice| choice.mode == Mode::Dnsrr)
                && service
                    .virtual_ips()
                    .iter()
                    .any(|vip| vip.network == only.as_str() && vip.address.is_some())
        };
        let holders: Vec<&str> =
            self.swarm.services.iter().filter(holds).map(RawService::name).take(short).collect();
        if holders.len() < short || !(1..=MOST_UPDATES).contains(&short) {
            return None;
        }
        let mut commands: Vec<String> = holders
            .iter()
            .map(|name| format!("docker service update --endpoint-mode dnsrr {name}"))
            .collect();
        if let Some(name) = waits.map(RawService::name).filter(|name| !holders.contains(name)) {
            commands.push(format!("docker service update --force --detach {name}"));
        }
        let what = match holders.as_slice() {
            [one] => format!("service {one} does not need its virtual IP: give it back"),
            several => {
                format!("services {} do not need their virtual IPs: give them back", several.join(", "))
            }
        };
        Some(WayOut::new(what, commands))
    }

    /// The first network that is not the routing mesh's, and a free range with room for all that is on it and as much again.
    fn bigger(&self) -> Option<(&str, Ipv4Net)> {
        let account = self.accounts().find(|account| !account.network().ingress)?;
        let usage = account.usage();
        let wanted = usage.owned().plus(usage.owed.total()).plus(usage.capacity.usable);
        let free = FreeRanges::beside(&self.swarm.networks).first(smallest_prefix(wanted)?, 1);
        Some((&account.network().name, *free.first()?))
    }

    /// The same network with more addresses.
    fn bigger_range(&self) -> Option<WayOut> {
        let (network, subnet) = self.bigger()?;
        Some(WayOut::new(
            format!(
                "give {network} a bigger range; its services are down meanwhile, with --strategy rolling one task at a time"
            ),
            [format!("docker smsvc network redefine {network} --subnet {subnet}")],
        ))
    }

    /// A new network with room for everything on the old one, and the service moved to it.
    fn bigger_network(&self, service: &RawService) -> Option<WayOut> {
        let (old, subnet) = self.bigger()?;
        let name = service.name();
        let new = format!("{old}-2");
        Some(WayOut::new(
            format!(
                "move the service to a bigger network; services that stay on {old} do not reach it there any more"
            ),
            [
                format!("docker network create --driver overlay --subnet {subnet} {new}"),
                format!("docker service update --network-rm {old} --network-add {new} {name}"),
            ],
        ))
    }
}

fn fewer_replicas(service: &RawService, waiting: usize) -> Option<WayOut> {
    let Kind::Replicated { replicas } = observe::shape(service.spec()).kind else { return None };
    let fits = replicas.saturating_sub(u64::try_from(waiting).unwrap_or(u64::MAX));
    (fits > 0 && fits < replicas).then(|| {
        WayOut::new(
            format!("run {fits} of the {replicas} replicas, for which there are addresses"),
            [format!("docker service scale {}={fits}", service.name())],
        )
    })
}

/// A new leader rebuilds the accounts from what there is, and leaked addresses are free again.
pub(crate) fn new_leader(leaked: Addresses, nodes: &[NodeFact]) -> WayOut {
    let leaked = crate::words::addresses(leaked);
    let managers = nodes.iter().filter(|node| node.attributes.role == "manager" && node.ready).count();
    let leader = nodes.iter().find(|node| node.leader).map(|node| node.attributes.hostname.as_str());
    let leader = leader.filter(|name| !name.is_empty()).unwrap_or("LEADER");
    if managers >= 3 {
        WayOut::new(
            format!("the engine has leaked {leaked}: a new leader frees them, and no task is touched"),
            [format!("docker node demote {leader}"), format!("docker node promote {leader}")],
        )
    } else {
        WayOut::new(
            format!(
                "the engine has leaked {leaked}: a restart of the leading manager frees them, and restarts the containers on {leader}"
            ),
            ["sudo systemctl restart docker".to_owned()],
        )
    }
}

fn not_allocated(networks: &[NetworkId], ledger: &Ledger<'_>) -> Vec<WayOut> {
    let names = networks.iter().filter_map(|id| ledger.account(id)).map(|account| &account.network().name);
    let mut ways = vec![WayOut::new("wait a moment, if the network was created just now", [])];
    ways.extend(names.map(|name| {
        WayOut::new(
            format!("find the network that {name} overlaps with, and create {name} anew with another subnet"),
            ["docker network inspect --format '{{.Name}} {{range .IPAM.Config}}{{.Subnet}} {{end}}' $(docker network ls -q)".to_owned()],
        )
    }));
    ways
}

fn not_handed_out(service: Option<&RawService>, facts: &SwarmFacts) -> Vec<WayOut> {
    let mut ways = Vec::new();
    if let Some(service) = service {
        ways.push(WayOut::new(
            "if it lasts for more than a few seconds, make the engine try again",
            [format!("docker service update --force --detach {}", service.name())],
        ));
    }
    let leader =
        facts.nodes.iter().find(|node| node.leader).map_or("the leader", |node| &node.attributes.hostname);
    ways.push(WayOut::new(
        format!("the reason is in the journal of the leading manager, {leader}"),
        ["sudo journalctl -u docker --since -10min | grep -i alloc".to_owned()],
    ));
    ways
}

/// What can be done about one obstacle of the scheduler.
fn around(obstacle: &Obstacle, service: Option<&RawService>, facts: &SwarmFacts) -> Vec<WayOut> {
    let Some(service) = service else { return Vec::new() };
    let name = service.name();
    let update = |option: String| format!("docker service update {option} {name}");
    match obstacle.kind {
        ObstacleKind::Unavailable => {
            let idle = facts.nodes.iter().filter(|node| node.ready && !node.active);
            let activate = |node: &NodeFact| {
                let host = &node.attributes.hostname;
                WayOut::new(
                    format!("node {host} takes no new tasks: let it"),
                    [format!("docker node update --availability active {host}")],
                )
            };
            let down = facts.nodes.iter().filter(|node| !node.ready);
            let revive = |node: &NodeFact| {
                WayOut::new(format!("node {} is down: bring it back", node.attributes.hostname), [])
            };
            idle.map(activate).chain(down.map(revive)).take(2).collect()
        }
        ObstacleKind::Constraints => {
            let constraints = &service.spec()["TaskTemplate"]["Placement"]["Constraints"];
            let texts = constraints.as_array().into_iter().flatten().filter_map(|text| text.as_str());
            texts.flat_map(|text| constraint(text, name)).collect()
        }
        ObstacleKind::Resources => vec![WayOut::new(
            "reserve less",
            [update("--reserve-memory 64M --reserve-cpu 0.1".to_owned())],
        )],
        ObstacleKind::HostPort => vec![WayOut::new(
            "a host-mode port is free once on each node: run at most one task a node",
            [update("--replicas-max-per-node 1".to_owned())],
        )],
        ObstacleKind::MaxReplicas => vec![WayOut::new(
            "allow more replicas on a node",
            [update("--replicas-max-per-node 0".to_owned())],
        )],
        ObstacleKind::Platform => vec![WayOut::new(
            "the image is for other platforms than the nodes: build it for theirs",
            ["docker node ls --quiet | xargs docker node inspect --format '{{.Description.Hostname}} {{.Description.Platform.OS}}/{{.Description.Platform.Architecture}}'".to_owned()],
        )],
        ObstacleKind::Other => look(Some(service)),
    }
}

/// A label that a node could have, and the constraint left away.
fn constraint(text: &str, service: &str) -> Vec<WayOut> {
    let label = text.split_once("==").and_then(|(key, value)| {
        Some(format!("{}={}", key.trim().strip_prefix("node.labels.")?, value.trim()))
    });
    let label = label.map(|label| {
        WayOut::new(
            format!("the service wants {text}: give a node the label (`docker node ls` lists them)"),
            [format!("docker node update --label-add {label} NODE")],
        )
    });
    let quoted = text.replace('\'', r"'\''");
    let remove = WayOut::new(
        format!("run without the constraint {text}"),
        [format!("docker service update --constraint-rm '{quoted}' {service}")],
    );
    label.into_iter().chain([remove]).collect()
}

fn image(service: Option<&RawService>) -> Vec<WayOut> {
    let Some(service) = service else { return Vec::new() };
    let image = service.spec()["TaskTemplate"]["ContainerSpec"]["Image"].as_str().unwrap_or_default();
    let image = image.split('@').next().unwrap_or_default();
    let name = service.name();
    vec![
        WayOut::new(
            "if the registry asks for a login, log in and send the credentials along",
            [format!("docker service update --with-registry-auth --image {image} {name}")],
        ),
        WayOut::new("see whether the image can be had", [format!("docker pull {image}")]),
    ]
}

fn look(service: Option<&RawService>) -> Vec<WayOut> {
    let Some(service) = service else { return Vec::new() };
    let name = service.name();
    let mut ways = vec![WayOut::new(
        "see what it says",
        [format!("docker service logs --tail 50 {name}"), format!("docker service ps --no-trunc {name}")],
    )];
    if service.json()["PreviousSpec"].is_object() {
        ways.push(WayOut::new(
            "go back to how it was before its last update",
            [format!("docker service rollback {name}")],
        ));
    }
    ways
}
