//! The steps of a redefinition, each one call, and why it may have to stop.

use serde_json::Value;

use crate::dump::{Difference, NetworkDefinition};

use super::Place;

/// What [`super::next`] says.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// One change.
    Do(Step),
    /// Nothing can be done before this has happened.
    Wait(Wait),
    /// The goal is reached.
    Done,
}

/// One change: one call to the engine.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// `DELETE /services/{id}`.
    RemoveService {
        /// Its name.
        name: String,
        /// Its id.
        id: String,
    },
    /// `DELETE /networks/{id}`.
    RemoveNetwork {
        /// Its name.
        name: String,
        /// Its id.
        id: String,
    },
    /// `POST /networks/create`.
    CreateNetwork {
        /// What is made.
        definition: NetworkDefinition,
    },
    /// `POST /services/create`.
    CreateService {
        /// Its name.
        name: String,
        /// Its spec, with networks by name.
        spec: Value,
    },
    /// `POST /services/{id}/update`.
    MoveService {
        /// Its name.
        name: String,
        /// Its id.
        id: String,
        /// The version index that was read.
        version: u64,
        /// Where it goes.
        to: Place,
        /// Its spec there, with networks by name.
        spec: Value,
    },
}

/// What has to happen by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wait {
    /// The tasks of a network have to end.
    Release {
        /// The network's name.
        network: String,
        /// Its id.
        id: String,
        /// How many there are.
        tasks: u64,
    },
    /// The engine has to give a new network its ranges.
    Allocation {
        /// The network's name.
        network: String,
    },
    /// The tasks of a service have to run.
    Tasks {
        /// The service.
        service: String,
        /// How many do.
        running: u64,
        /// How many did before.
        wanted: u64,
    },
}

/// Why it cannot go on by itself. Nothing is changed when one of these is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Somebody else has changed a service.
    ServiceChanged {
        /// The service.
        service: String,
        /// The fields that are not as they were, as JSON pointers.
        fields: Vec<String>,
    },
    /// Somebody else has removed a service.
    ServiceGone {
        /// The service.
        service: String,
    },
    /// Services that were not on the network when it was dumped.
    NewServices {
        /// The network.
        network: String,
        /// The services.
        services: Vec<String>,
    },
    /// The network is neither what it was nor what it is to be.
    NetworkChanged {
        /// The network.
        network: String,
        /// In what it is not what it was.
        differences: Vec<Difference>,
    },
    /// The move of a service failed, or was rolled back.
    MoveFailed {
        /// The service.
        service: String,
        /// What the engine says.
        message: String,
    },
}
