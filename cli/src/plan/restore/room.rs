//! Whether what a restoration makes fits: judged as one change, on the networks that are there and on those that it makes.

use ipnet::IpNet;
use smsvc_core::budget::{
    Addresses, Deployment, NetworkFact, NetworkId, Planned, ServiceId, Subnet, SwarmFacts, Usage,
    smallest_prefix,
};

use super::RestorePlan;
use crate::dump::Names;
use crate::engine::Network;
use crate::observe::shape;
use crate::plan::create::claim;
use crate::plan::redefine::Refusal;
use crate::reserve::Claim;

/// A network that has too few addresses for what is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lacking {
    /// Its name.
    pub network: String,
    /// Its ranges, as text; empty where it has none.
    pub subnets: String,
    /// What services could ever get of it.
    pub usable: Addresses,
    /// Free, and not promised to a service that is there.
    pub headroom: Addresses,
    /// What the services that are to be made need of it.
    pub need: Addresses,
    /// The prefix length of a range that would do, if any.
    pub prefix: Option<u8>,
}

impl RestorePlan {
    /// The networks that lack room. `names` and `facts` are those of the swarm; a network that is made without a range
    /// gets one of `default_prefix` from the engine.
    pub fn lacking(&self, names: &Names, facts: &SwarmFacts, default_prefix: u8) -> Vec<Lacking> {
        let (mut names, mut facts) = (names.clone(), facts.clone());
        for definition in self.made_networks() {
            let name = definition.name();
            let mut subnets = definition.subnets().unwrap_or_default();
            if subnets.is_empty() {
                subnets.extend(Subnet::parse(&format!("0.0.0.0/{default_prefix}"), "", ""));
            }
            names.networks.insert(name.to_owned(), name.to_owned());
            facts.networks.push(NetworkFact {
                id: NetworkId::new(name),
                name: name.to_owned(),
                ingress: false,
                overlay: definition.body()["Driver"] == "overlay",
                subnets,
                available: None,
            });
        }
        let services = self.made().filter_map(|record| {
            let spec = names.by_id(&record.spec).ok()?;
            let id = ServiceId::new(format!("new:{}", record.name));
            Some(Planned { id, name: record.name.clone(), shape: shape(&spec) })
        });
        let deployment = Deployment { services: services.collect(), ..Deployment::default() };
        let outlooks = deployment.outlook(&facts);
        let lacking = outlooks.iter().filter_map(|outlook| {
            let network = facts.networks.iter().find(|network| network.id == outlook.network)?;
            let need = promised(&outlook.after).minus(promised(&outlook.before));
            // One that was overcommitted before, and is not touched, is no reason to make nothing elsewhere.
            if need.is_none() || outlook.missing().is_none() {
                return None;
            }
            let subnets: Vec<String> = network.subnets.iter().map(|it| it.net().to_string()).collect();
            Some(Lacking {
                network: network.name.clone(),
                subnets: subnets.join(" and "),
                usable: outlook.usable(),
                headroom: outlook.before.headroom(),
                need,
                prefix: smallest_prefix(outlook.steady),
            })
        });
        lacking.collect()
    }

    /// The networks of the swarm that the services which are made take addresses of.
    pub fn claim(&self, names: &Names, networks: &[Network]) -> Claim {
        let shapes = self.made().filter_map(|record| Some(shape(&names.by_id(&record.spec).ok()?)));
        shapes.fold(Claim::none(), |all, shape| {
            let used =
                networks.iter().filter(|network| shape.networks.iter().any(|it| it.as_str() == network.id));
            all.and(claim(&shape, &used.map(|network| (network.id.clone(), network.clone())).collect()))
        })
    }

    /// Ranges of networks that are to be made which another network has: the engine would accept and never allocate them.
    pub fn overlaps(&self, networks: &[Network]) -> Vec<Refusal> {
        let made: Vec<(&str, IpNet)> = self
            .made_networks()
            .flat_map(|definition| {
                let subnets = definition.subnets().unwrap_or_default();
                subnets.into_iter().map(|subnet| (definition.name(), subnet.net()))
            })
            .collect();
        let there =
            networks.iter().flat_map(|it| it.subnets.iter().map(|subnet| (it.name.as_str(), subnet.net())));
        let there: Vec<(&str, IpNet)> = there.collect();
        let mut refusals = Vec::new();
        for (index, (name, range)) in made.iter().enumerate() {
            let others = there.iter().chain(made.iter().take(index)).filter(|(other, _)| other != name);
            for (network, with) in others.filter(|(_, with)| with.contains(range) || range.contains(with)) {
                refusals.push(Refusal::Overlap {
                    range: *range,
                    with: *with,
                    network: (*network).to_owned(),
                });
            }
        }
        refusals
    }
}

/// What is gone of a network, and what services still get of it.
fn promised(usage: &Usage) -> Addresses {
    usage.owned().plus(usage.owed.total())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Fate;
    use super::*;
    use crate::dump::{NetworkDefinition, ServiceRecord, ServiceState};
    use crate::observe::Swarm;

    fn network(name: &str, subnet: &str) -> (NetworkDefinition, Fate<crate::dump::Difference>) {
        let body = json!({"Name": name, "Driver": "overlay", "IPAM": {"Config": [{"Subnet": subnet}]}});
        (NetworkDefinition::of(&body), Fate::Made)
    }

    fn service(
        name: &str,
        replicas: u64,
        networks: &[&str],
        fate: Fate<String>,
    ) -> (ServiceRecord, Fate<String>) {
        let networks: Vec<_> = networks.iter().map(|name| json!({"Target": name})).collect();
        let spec = json!({
            "Name": name, "TaskTemplate": {"Networks": networks},
            "Mode": {"Replicated": {"Replicas": replicas}}, "EndpointSpec": {"Mode": "vip"},
        });
        let record = ServiceRecord {
            name: name.into(),
            id: String::new(),
            version: 1,
            created: String::new(),
            spec,
            pinned: vec![],
            state: ServiceState::default(),
        };
        (record, fate)
    }

    fn lacking(plan: &RestorePlan, swarm: &Swarm) -> Vec<(String, u64, u64)> {
        let mut names = Names::default();
        for network in &swarm.networks {
            names.networks.insert(network.id.clone(), network.name.clone());
        }
        let lacking = plan.lacking(&names, &swarm.facts(), 24);
        lacking.into_iter().map(|it| (it.network, it.headroom.get(), it.need.get())).collect()
    }

    #[test]
    fn services_that_fit_one_by_one_are_judged_together() {
        let swarm = Swarm::sample().with_network("front", "10.1.0.0/28");
        let one = || service("one", 6, &["front"], Fate::Made);
        let two = || service("two", 6, &["front"], Fate::Made);
        let plan = |services| RestorePlan { networks: vec![], services };
        assert!(lacking(&plan(vec![one()]), &swarm).is_empty());
        // 13 usable; 2 virtual IPs, 12 tasks and a load balancer are 15.
        assert_eq!(lacking(&plan(vec![one(), two()]), &swarm), [("front".to_owned(), 13, 15)]);
        // What is there is in the swarm's own count.
        let there = service("two", 6, &["front"], Fate::Equal);
        assert!(lacking(&plan(vec![one(), there]), &swarm).is_empty());
    }

    #[test]
    fn a_network_that_is_made_has_the_range_of_the_dump_or_of_the_engines_choice() {
        let swarm = Swarm::sample();
        let services = || vec![service("web", 30, &["back"], Fate::Made)];
        let small = RestorePlan { networks: vec![network("back", "10.2.0.0/28")], services: services() };
        assert_eq!(lacking(&small, &swarm), [("back".to_owned(), 13, 32)]);
        let mut chosen = small;
        chosen.networks[0].0 = NetworkDefinition::of(&json!({"Name": "back", "Driver": "overlay"}));
        assert!(lacking(&chosen, &swarm).is_empty());
    }

    #[test]
    fn what_others_have_overcommitted_does_not_stop_a_restoration_elsewhere() {
        let swarm = Swarm::sample()
            .with_network("full", "10.1.0.0/29")
            .with_service("old", "dnsrr", 9, "full", &[])
            .with_network("front", "10.2.0.0/28");
        let plan =
            |on| RestorePlan { networks: vec![], services: vec![service("web", 1, &[on], Fate::Made)] };
        assert!(lacking(&plan("front"), &swarm).is_empty());
        assert_eq!(lacking(&plan("full"), &swarm)[0].0, "full");
    }

    #[test]
    fn a_range_that_another_network_has_is_refused() {
        let swarm = Swarm::sample().with_network("front", "10.1.0.0/24");
        let networks = vec![
            network("back", "10.1.0.128/25"),
            network("side", "10.3.0.0/24"),
            network("more", "10.3.0.0/16"),
        ];
        let plan = RestorePlan { networks, services: vec![] };
        let found: Vec<String> = plan
            .overlaps(&swarm.networks)
            .iter()
            .map(|refusal| match refusal {
                Refusal::Overlap { range, network, .. } => format!("{range} {network}"),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(found, ["10.1.0.128/25 front", "10.3.0.0/16 side"]);
    }
}
