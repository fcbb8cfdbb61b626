//! Which services have a virtual IP that buys nothing, and what the change to `dnsrr` frees and costs.

use smsvc_core::budget::{Deployment, Planned, ServiceFact, ServiceId};
use smsvc_core::endpoint::{self, Choice, Mode, Requested};

use crate::observe::Swarm;
use crate::service::RawService;

/// A service that can do without its virtual IP.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// The service's name.
    pub service: String,
    /// Its id.
    pub id: String,
    /// Why its virtual IP is not needed, and how many addresses are freed.
    pub choice: Choice,
    /// The networks on which one address each is freed.
    pub networks: Vec<String>,
    /// How many tasks restart.
    pub tasks: u64,
    /// Networks on which the rolling restart finds no address left.
    pub crowded: Vec<String>,
    /// Networks on which the rolling restart would never end.
    pub stalls: Vec<String>,
}

/// The services that the names choose (all without one), the greatest savings first, then those with fewest restarts.
pub fn advise(swarm: &Swarm, names: &[String]) -> Vec<Advice> {
    let facts = swarm.facts();
    let chosen = |service: &RawService| {
        let on = |name: &String| {
            swarm
                .networks
                .iter()
                .any(|network| network.name == *name && service.network_ids().any(|id| id == network.id))
        };
        names.is_empty() || names.iter().any(|name| name == service.name() || on(name))
    };
    let mut advice = Vec::new();
    for service in swarm.services.iter().filter(|service| chosen(service)) {
        let Some(fact) = facts.services.iter().find(|fact| fact.id.as_str() == service.id()) else {
            continue;
        };
        let choice = endpoint::choose(Requested::Auto, &swarm.endpoint_facts(service));
        let Ok(choice) = choice else { continue };
        if fact.shape.mode != Mode::Vip || choice.mode != Mode::Dnsrr || choice.saved == 0 {
            continue;
        }
        // A job has no rolling update: a change of its spec may run it again.
        if fact.shape.kind.is_job() {
            continue;
        }
        let outlooks = deployment(fact).outlook(&facts);
        let name = |id: &smsvc_core::budget::NetworkId| {
            facts.networks.iter().find(|network| network.id == *id).map(|network| network.name.clone())
        };
        let eligible = facts.nodes.iter().filter(|node| fact.shape.placement.allows(node)).count() as u64;
        let concerned = || outlooks.iter().filter(|outlook| fact.shape.networks.contains(&outlook.network));
        advice.push(Advice {
            service: service.name().to_owned(),
            id: service.id().to_owned(),
            networks: fact.shape.networks.iter().filter_map(name).collect(),
            tasks: fact.shape.kind.tasks(eligible),
            crowded: concerned()
                .filter(|outlook| outlook.deploying > outlook.usable())
                .filter_map(|outlook| name(&outlook.network))
                .collect(),
            stalls: concerned()
                .filter(|outlook| outlook.stalls.is_some() || !outlook.missing().is_none())
                .filter_map(|outlook| name(&outlook.network))
                .collect(),
            choice,
        });
    }
    advice.sort_by(|one, other| {
        (other.choice.saved, one.tasks, &one.service).cmp(&(one.choice.saved, other.tasks, &other.service))
    });
    advice
}

fn deployment(fact: &ServiceFact) -> Deployment {
    let planned = Planned {
        id: ServiceId::new(fact.id.as_str()),
        name: fact.name.clone(),
        shape: fact.shape.with_mode(Mode::Dnsrr),
    };
    Deployment { services: vec![planned], ..Deployment::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn swarm() -> Swarm {
        Swarm::sample()
            .with_network("front", "10.1.0.0/24")
            .with_network("back", "10.2.0.0/24")
            .with_service("many", "vip", 3, "front", &[])
            .with_service("single", "vip", 1, "front", &[])
            .with_service("grouped", "vip", 2, "back", &[("smsvc.group", "pets")])
            .with_service("done", "dnsrr", 1, "front", &[])
    }

    #[test]
    fn services_are_ranked_by_what_they_free_and_then_by_restarts() {
        let names: Vec<String> = advise(&swarm(), &[]).into_iter().map(|advice| advice.service).collect();
        assert_eq!(names, ["single", "grouped"]);
        let on_back = advise(&swarm(), &["back".to_owned()]);
        assert_eq!((on_back.len(), on_back[0].networks.as_slice()), (1, &["back".to_owned()][..]));
        assert!(advise(&swarm(), &["many".to_owned()]).is_empty());
    }
}
