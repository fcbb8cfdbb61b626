//! `GET /events`.

use serde_json::{Value, json};

use super::query::Query;
use super::{Answer, Body, Filters, Outcome};
use crate::swarm::{Event, Swarm};

pub(super) fn stream(swarm: &Swarm, query: &Query) -> Outcome {
    let filters = query.filters()?;
    Ok(Answer { status: 200, body: Body::Events { from: swarm.events().end(), filters } })
}

/// The events from a number on that pass, one JSON document a line, and the number to go on from.
pub(crate) fn lines(swarm: &Swarm, from: u64, filters: &Filters) -> (Vec<u8>, u64) {
    let mut text = Vec::new();
    for event in swarm.events().from(from).filter(|event| passes(event, filters)) {
        text.extend(json(swarm, event).to_string().into_bytes());
        text.push(b'\n');
    }
    (text, swarm.events().end())
}

fn passes(event: &Event, filters: &Filters) -> bool {
    let name = event.attributes.iter().find(|(key, _)| key == "name").map_or("", |(_, value)| value.as_str());
    filters.any("type", |kind| kind == event.kind)
        && filters.any("event", |action| action == event.action)
        && filters.any("scope", |scope| scope == "swarm")
        && filters.any(event.kind, |wanted| wanted == name || event.id.starts_with(wanted))
}

fn json(swarm: &Swarm, event: &Event) -> Value {
    let attributes: serde_json::Map<String, Value> =
        event.attributes.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect();
    let time = swarm.epoch() + event.at.since_start();
    json!({
        "Type": event.kind,
        "Action": event.action,
        "Actor": { "ID": event.id, "Attributes": attributes },
        "scope": "swarm",
        "time": time.as_secs(),
        "timeNano": u64::try_from(time.as_nanos()).unwrap_or(u64::MAX),
    })
}
