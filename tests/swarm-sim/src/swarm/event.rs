//! What `GET /events` tells: one record for each change of an object of the swarm.

use std::collections::VecDeque;

use super::Swarm;
use crate::moment::Moment;

/// How many events are remembered, as the engine does (moby `daemon/events`, 256, is too few for a slow test reader).
const REMEMBERED: usize = 4096;

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// `service`, `network`, `node`, `config`, `secret`.
    pub kind: &'static str,
    /// `create`, `update`, `remove`.
    pub action: &'static str,
    /// The object's id.
    pub id: String,
    /// Its name, and what has changed.
    pub attributes: Vec<(String, String)>,
    /// When.
    pub at: Moment,
}

/// The events so far, with a number each.
#[derive(Debug, Default)]
pub struct EventLog {
    events: VecDeque<Event>,
    forgotten: u64,
}

impl EventLog {
    /// The number that the next event will get.
    pub fn end(&self) -> u64 {
        self.forgotten + self.events.len() as u64
    }

    /// The events from this number on.
    pub fn from(&self, number: u64) -> impl Iterator<Item = &Event> {
        let skip = usize::try_from(number.saturating_sub(self.forgotten)).unwrap_or(usize::MAX);
        self.events.iter().skip(skip)
    }

    fn add(&mut self, event: Event) {
        if self.events.len() == REMEMBERED {
            self.events.pop_front();
            self.forgotten += 1;
        }
        self.events.push_back(event);
    }
}

impl Swarm {
    pub(crate) fn event(
        &mut self,
        kind: &'static str,
        action: &'static str,
        id: &str,
        attributes: &[(&str, &str)],
    ) {
        let attributes = attributes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let event = Event { kind, action, id: id.to_owned(), attributes: attributes.collect(), at: self.now };
        self.events.add(event);
    }

    /// The events so far.
    pub fn events(&self) -> &EventLog {
        &self.events
    }
}
