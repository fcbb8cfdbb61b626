//! The long way: services join a network in transit, leave the old one, and come back to the new one, one at a time.
//!
//! Before any service leaves a network, all of them are on the other one, so each can reach each at every moment. A proxy
//! reaches its backends on the network that a label or a list of addresses names: it joins a network before they do, and
//! leaves one after they have.

use super::recreate::{refuse_new_services, waits_for_tasks};
use super::{Goal, NetworkState, Next, Place, ServiceStand, State, Step, Stop, UpdateState, Wait};
use crate::dump::{NetworkDefinition, ServiceRecord};
use crate::service::differing_fields;

/// What to do next. Each case is one that an interruption can leave behind.
pub(super) fn next(goal: &Goal, transit: &NetworkDefinition, state: &State) -> Result<Next, Stop> {
    let road = Road { goal, transit: transit.name(), state };
    let places = road.places()?;
    match state.networks.get(goal.network()) {
        Some(home) if goal.to.describes(&home.definition) => road.back(home, &places),
        Some(home) if goal.from.describes(&home.definition) => road.out(home, transit, &places),
        Some(home) if !home.allocated => {
            Ok(Next::Wait(Wait::Allocation { network: goal.network().to_owned() }))
        }
        Some(home) => Err(Stop::NetworkChanged {
            network: goal.network().to_owned(),
            differences: goal.from.differences(&home.definition),
        }),
        None => Ok(Next::Do(Step::CreateNetwork { definition: goal.to.clone() })),
    }
}

/// The services on their way, and the two networks.
struct Road<'a> {
    goal: &'a Goal,
    transit: &'a str,
    state: &'a State,
}

/// A service, and where it is.
type Placed<'a> = (&'a ServiceRecord, &'a ServiceStand, Place);

impl<'a> Road<'a> {
    /// Where each service is. One whose spec is none of the three was changed by somebody else.
    fn places(&self) -> Result<Vec<Placed<'a>>, Stop> {
        let kept = self.goal.services.iter().filter(|record| self.goal.keeps(record));
        kept.map(|record| {
            let stand = self
                .state
                .services
                .get(&record.name)
                .ok_or_else(|| Stop::ServiceGone { service: record.name.clone() })?;
            let is_in = |place: &Place| differing_fields(&self.spec(record, *place), &stand.spec).is_empty();
            match Place::ALL.into_iter().find(is_in) {
                Some(place) => Ok((record, stand, place)),
                None => Err(Stop::ServiceChanged {
                    service: record.name.clone(),
                    fields: differing_fields(&record.spec, &stand.spec),
                }),
            }
        })
        .collect()
    }

    /// From the old network over both to the one in transit, until nothing is left on the old one.
    fn out(
        &self,
        home: &NetworkState,
        transit: &NetworkDefinition,
        places: &[Placed<'a>],
    ) -> Result<Next, Stop> {
        refuse_new_services(self.goal, self.state)?;
        // Whoever is already away has left by this road, and so it exists.
        match self.state.networks.get(self.transit) {
            None => return Ok(Next::Do(Step::CreateNetwork { definition: transit.clone() })),
            Some(network) if !network.allocated => {
                return Ok(Next::Wait(Wait::Allocation { network: self.transit.to_owned() }));
            }
            Some(_) => {}
        }
        if let Some(next) = self.walk(places, Place::Both, Place::Away)? {
            return Ok(next);
        }
        Ok(self.leave(self.goal.network(), home))
    }

    /// From the network in transit over both to the new one, until nothing is left in transit.
    fn back(&self, home: &NetworkState, places: &[Placed<'a>]) -> Result<Next, Stop> {
        if !home.allocated {
            return Ok(Next::Wait(Wait::Allocation { network: self.goal.network().to_owned() }));
        }
        if let Some(next) = self.walk(places, Place::Returning, Place::Home)? {
            return Ok(next);
        }
        match self.state.networks.get(self.transit) {
            Some(transit) => Ok(self.leave(self.transit, transit)),
            None => Ok(Next::Done),
        }
    }

    /// Brings all services to the first place, then all to the second. One moves at a time, and runs before the next
    /// one moves.
    fn walk(&self, places: &[Placed<'a>], first: Place, second: Place) -> Result<Option<Next>, Stop> {
        for (record, stand, _) in places {
            if let UpdateState::Failed(message) = &stand.update {
                return Err(Stop::MoveFailed { service: record.name.clone(), message: message.clone() });
            }
            let wanted = if record.state.job.is_some() { 0 } else { record.state.running };
            if stand.update == UpdateState::UnderWay {
                return Ok(Some(Next::Wait(Wait::Tasks {
                    service: record.name.clone(),
                    running: stand.running.min(wanted),
                    wanted,
                })));
            }
            if let Some(wait) = waits_for_tasks(record, stand) {
                return Ok(Some(Next::Wait(wait)));
            }
        }
        let start = if second == Place::Away { Place::Home } else { Place::Away };
        let at_start = places.iter().filter(|(.., place)| *place == start);
        let on_both = places.iter().filter(|(.., place)| place.is_on_both());
        // The first of the least: the order of the services stays within both kinds.
        let proxy = at_start.min_by_key(|(record, ..)| is_backend(record));
        let backend = on_both.min_by_key(|(record, ..)| !is_backend(record));
        let (moving, to) = match (proxy, backend) {
            (Some(moving), _) => (moving, first),
            (None, Some(moving)) => (moving, second),
            (None, None) => return Ok(None),
        };
        let (record, stand, _) = moving;
        Ok(Some(Next::Do(Step::MoveService {
            name: record.name.clone(),
            id: stand.id.clone(),
            version: stand.version,
            to,
            spec: self.spec(record, to),
        })))
    }

    fn leave(&self, name: &str, network: &NetworkState) -> Next {
        match self.state.tasks_on(&network.id) {
            0 => Next::Do(Step::RemoveNetwork { name: name.to_owned(), id: network.id.clone() }),
            tasks => Next::Wait(Wait::Release { network: name.to_owned(), id: network.id.clone(), tasks }),
        }
    }

    fn spec(&self, record: &ServiceRecord, place: Place) -> serde_json::Value {
        place.spec(&record.spec, self.goal.network(), self.transit)
    }
}

/// Labels that have a proxy send requests to a service.
const ROUTING_LABELS: [&str; 2] = ["smsvc.", "traefik."];

/// Whether a service is reached through a proxy. Traefik has such labels for its dashboard, too.
fn is_backend(record: &ServiceRecord) -> bool {
    let labels = record.spec["Labels"].as_object();
    let is_routed = labels.into_iter().flat_map(|labels| labels.keys()).any(|key| {
        let key = key.to_ascii_lowercase();
        ROUTING_LABELS.iter().any(|prefix| key.starts_with(prefix))
    });
    let image = record.spec.pointer("/TaskTemplate/ContainerSpec/Image").and_then(serde_json::Value::as_str);
    is_routed && !image.is_some_and(|image| image.contains("traefik"))
}
