//! Who balances the load of a service, what it holds, why its endpoint mode is what it is, and what the other one would
//! change. Pure: a function of a snapshot; it words nothing.

use std::net::IpAddr;

use smsvc_core::budget::{Addresses, Fate, Ledger, NetworkFact, Stage};
use smsvc_core::endpoint::{self, Choice, EndpointError, Mode, Requested, choose};

use crate::engine::Task;
use crate::observe::{self, Swarm};
use crate::service::RawService;

/// Everything that there is to say of a service's load balancing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The service's name.
    pub service: String,
    /// The mode that it has.
    pub mode: Mode,
    /// Who balances what, the outermost first.
    pub balancers: Vec<Balancer>,
    /// What it holds, network by network, ingress last.
    pub holdings: Vec<Holding>,
    /// What smsvc would choose for it now.
    pub automatic: Choice,
    /// The other mode.
    pub alternative: Alternative,
}

/// Somebody who spreads requests or connections over the tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Balancer {
    /// Traefik over the task addresses: each request by itself (OSI layer 7).
    TraefikTasks {
        /// The API group, where it is one of smsvc.
        group: Option<String>,
    },
    /// Traefik sends everything to the virtual IP (`traefik.swarm.lbswarm=true`), so that IPVS balances (layer 4).
    TraefikVirtualIp,
    /// The routing mesh: IPVS on the node that is asked, over the tasks' addresses on ingress (layer 4).
    RoutingMesh {
        /// Published port and protocol.
        ports: Vec<String>,
    },
    /// IPVS behind the virtual IP, on the node of the client, connection by connection (layer 4).
    Ipvs {
        /// The virtual IPs.
        addresses: Vec<IpAddr>,
    },
    /// The client, which gets all task addresses when it resolves the name.
    Client,
    /// Nobody: a port of a node leads to the task on that node.
    HostPort {
        /// Published port and protocol.
        ports: Vec<String>,
    },
}

/// What the service holds on one network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The network's name.
    pub network: String,
    /// It is the routing mesh's.
    pub ingress: bool,
    /// Its virtual IPs.
    pub vips: Vec<IpAddr>,
    /// The addresses of its tasks that are to run.
    pub tasks: Vec<IpAddr>,
    /// The addresses of its tasks that are to stop and have not ended.
    pub stopping: Vec<IpAddr>,
}

/// What the other endpoint mode would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// The other mode.
    pub mode: Mode,
    /// Why it cannot be had.
    pub refused: Option<EndpointError>,
    /// The networks, ingress left out, on which one virtual IP an attachment comes or goes.
    pub networks: Vec<Change>,
}

/// What becomes of the virtual IPs on one network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The network's name.
    pub network: String,
    /// How many addresses are freed, or needed.
    pub addresses: Addresses,
    /// What is free there now and not promised.
    pub headroom: Addresses,
}

/// Explains one service of the swarm.
pub fn explain(swarm: &Swarm, ledger: &Ledger<'_>, service: &RawService) -> Explanation {
    let shape = observe::shape(service.spec());
    let facts = swarm.endpoint_facts(service);
    let on: Vec<_> = ledger.accounts().filter(|it| shape.attachments(it.network()) > 0).collect();
    let tasks: Vec<&Task> = swarm
        .tasks
        .iter()
        .filter(|task| task.service == service.id() && Stage::of(&task.status.state) == Stage::Holding)
        .collect();
    let mut holdings: Vec<Holding> =
        on.iter().map(|account| holding(account.network(), service, &tasks)).collect();
    holdings.sort_by(|a, b| (a.ingress, &a.network).cmp(&(b.ingress, &b.network)));
    let other = match shape.mode {
        Mode::Vip => Mode::Dnsrr,
        Mode::Dnsrr => Mode::Vip,
    };
    let changes = on.iter().filter(|account| !account.network().ingress).map(|account| Change {
        network: account.network().name.clone(),
        addresses: Addresses::new(shape.attachments(account.network())),
        headroom: account.usage().headroom(),
    });
    Explanation {
        service: service.name().to_owned(),
        mode: shape.mode,
        balancers: balancers(service, shape.mode, &facts, &holdings),
        automatic: automatic(&facts),
        alternative: Alternative {
            mode: other,
            refused: choose(Requested::Explicit(other), &facts).err(),
            networks: changes.collect(),
        },
        holdings,
    }
}

/// `auto` refuses nothing, and what it takes as given is the mode that always works.
fn automatic(facts: &endpoint::Facts) -> Choice {
    choose(Requested::Auto, facts).unwrap_or(Choice {
        mode: Mode::Vip,
        reason: endpoint::Reason::SeveralTasks,
        saved: 0,
    })
}

fn balancers(
    service: &RawService,
    mode: Mode,
    facts: &endpoint::Facts,
    holdings: &[Holding],
) -> Vec<Balancer> {
    let mut balancers = Vec::new();
    let labels = service.labels();
    let by_label = labels.keys().any(|key| key.to_ascii_lowercase().starts_with("traefik."));
    if facts.lbswarm && mode == Mode::Vip {
        balancers.push(Balancer::TraefikVirtualIp);
    } else if facts.group.is_some() || by_label {
        balancers.push(Balancer::TraefikTasks { group: facts.group.clone() });
    }
    let ports = ports(service);
    let of = |host: bool| -> Vec<String> {
        ports.iter().filter(|(is_host, _)| *is_host == host).map(|(_, port)| port.clone()).collect()
    };
    if !of(false).is_empty() {
        balancers.push(Balancer::RoutingMesh { ports: of(false) });
    }
    if !of(true).is_empty() {
        balancers.push(Balancer::HostPort { ports: of(true) });
    }
    if holdings.iter().any(|holding| !holding.ingress) {
        let addresses = holdings.iter().filter(|it| !it.ingress).flat_map(|it| it.vips.clone()).collect();
        balancers.push(match mode {
            Mode::Vip => Balancer::Ipvs { addresses },
            Mode::Dnsrr => Balancer::Client,
        });
    }
    balancers
}

/// The published ports, as the engine has chosen them: whether in host mode, and `8080/tcp`.
fn ports(service: &RawService) -> Vec<(bool, String)> {
    let list = |path: &str| service.json().pointer(path).and_then(|ports| ports.as_array());
    let ports = list("/Endpoint/Ports").or_else(|| list("/Spec/EndpointSpec/Ports"));
    let read = |port: &serde_json::Value| {
        let number = port["PublishedPort"].as_u64().unwrap_or_default();
        let protocol = port["Protocol"].as_str().unwrap_or("tcp");
        let number =
            if number == 0 { "a port that each node chooses".to_owned() } else { number.to_string() };
        (port["PublishMode"].as_str() == Some("host"), format!("{number}/{protocol}"))
    };
    ports.into_iter().flatten().map(read).collect()
}

fn holding(network: &NetworkFact, service: &RawService, tasks: &[&Task]) -> Holding {
    let id = network.id.as_str();
    let of = |leaving: bool| {
        let mut addresses: Vec<IpAddr> = tasks
            .iter()
            .filter(|task| (Fate::of(&task.desired_state) == Fate::Leaving) == leaving)
            .flat_map(|task| task.addresses_on(id))
            .collect();
        addresses.sort_unstable();
        addresses
    };
    let vips = service.virtual_ips().into_iter().filter(|vip| vip.network == id);
    Holding {
        network: network.name.clone(),
        ingress: network.ingress,
        vips: vips.filter_map(|vip| vip.address).collect(),
        tasks: of(false),
        stopping: of(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(swarm: &Swarm) -> Explanation {
        let facts = swarm.facts();
        explain(swarm, &Ledger::open(&facts), &swarm.services[0])
    }

    fn swarm(mode: &str, labels: &[(&str, &str)]) -> Swarm {
        Swarm::sample().with_network("front", "10.1.0.0/28").with_service("web", mode, 2, "front", labels)
    }

    #[test]
    fn behind_traefik_the_virtual_ip_is_one_that_traefik_does_not_use() {
        let labels = [("smsvc.group", "g"), ("smsvc.port", "80"), ("smsvc.route.r.path", "/r")];
        let told = explained(&swarm("vip", &labels));
        assert_eq!(told.balancers[0], Balancer::TraefikTasks { group: Some("g".into()) });
        assert!(matches!(&told.balancers[1], Balancer::Ipvs { addresses } if addresses.len() == 1));
        assert_eq!((told.mode, told.automatic.mode), (Mode::Vip, Mode::Dnsrr));
    }

    #[test]
    fn lbswarm_makes_ipvs_balance_and_forbids_the_other_mode() {
        let told = explained(&swarm("vip", &[("traefik.swarm.lbswarm", "true")]));
        assert_eq!(told.balancers[0], Balancer::TraefikVirtualIp);
        assert_eq!(told.alternative.refused, Some(EndpointError::DnsrrWithLbSwarm));
    }

    #[test]
    fn without_a_virtual_ip_the_client_balances() {
        let told = explained(&swarm("dnsrr", &[]));
        assert_eq!(told.balancers, [Balancer::Client]);
        let change =
            Change { network: "front".into(), addresses: Addresses::ONE, headroom: Addresses::new(10) };
        assert_eq!((told.alternative.mode, told.alternative.networks), (Mode::Vip, vec![change]));
    }

    #[test]
    fn published_ports_are_of_the_mesh_or_of_the_node() {
        let mut swarm = swarm("vip", &[]);
        let mut json = swarm.services[0].json().clone();
        json["Endpoint"]["Ports"] = serde_json::json!([
            { "Protocol": "tcp", "TargetPort": 80, "PublishedPort": 30_000, "PublishMode": "ingress" },
            { "Protocol": "udp", "TargetPort": 53, "PublishedPort": 53, "PublishMode": "host" },
        ]);
        swarm.services[0] = RawService::new(json).unwrap();
        let told = explained(&swarm);
        assert_eq!(told.balancers[0], Balancer::RoutingMesh { ports: vec!["30000/tcp".into()] });
        assert_eq!(told.balancers[1], Balancer::HostPort { ports: vec!["53/udp".into()] });
    }

    #[test]
    fn tasks_that_stop_are_told_apart_and_those_that_ended_hold_nothing() {
        let mut swarm = swarm("dnsrr", &[]);
        swarm.tasks[0].desired_state = "shutdown".into();
        swarm.tasks[1].status.state = "failed".into();
        let held = &explained(&swarm).holdings[0];
        assert_eq!((held.tasks.len(), held.stopping.len()), (0, 1));
    }
}
