//! The API groups that the services of a swarm declare by their labels.
//!
//! Pure: reads a snapshot. One service with a broken label costs its whole group, because the rest of the group
//! could otherwise answer requests that were meant for it; other groups are not touched.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smsvc_core::labels::{self, LabelError};
use smsvc_core::merge::{Conflict, Declaration, Merged, merge};
use smsvc_core::name::Name;

use crate::service::RawService;

/// What the labels of one service say.
#[derive(Debug, Clone)]
pub enum Reading {
    /// Nothing of a group.
    Silent,
    /// A declaration.
    Sound(Arc<Declaration>),
    /// Something that is wrong.
    Broken {
        /// What.
        errors: Vec<LabelError>,
        /// The groups that may be meant.
        groups: Vec<String>,
    },
}

/// What the labels of all services say, read one by one.
#[derive(Debug, Clone, Default)]
pub struct Declared {
    /// Of every service whose labels and whose group's labels are in order.
    pub declarations: Vec<Arc<Declaration>>,
    /// Services whose labels are not, with what is wrong.
    pub broken: BTreeMap<String, Vec<LabelError>>,
    /// Services whose own labels are in order, in a group that has a broken one.
    pub held_back: BTreeMap<String, String>,
}

impl Reading {
    /// The declaration, if it is in order.
    pub fn sound(&self) -> Option<&Arc<Declaration>> {
        match self {
            Self::Sound(declaration) => Some(declaration),
            Self::Silent | Self::Broken { .. } => None,
        }
    }

    /// Reads the labels of a service.
    pub fn of(service: &RawService) -> Self {
        match labels::parse(service.name(), service.created_at(), &service.labels()) {
            Ok(None) => Self::Silent,
            Ok(Some(declaration)) => Self::Sound(Arc::new(declaration)),
            Err(errors) => Self::Broken { errors, groups: group_labels(service).collect() },
        }
    }
}

impl Declared {
    /// Reads the labels of every service.
    pub fn read(services: &[RawService]) -> Self {
        let readings: Vec<(&str, Reading)> =
            services.iter().map(|service| (service.name(), Reading::of(service))).collect();
        Self::gather(readings.iter().map(|(name, reading)| (*name, reading)))
    }

    /// Puts together what was read of every service, by its name.
    pub fn gather<'r>(readings: impl Iterator<Item = (&'r str, &'r Reading)>) -> Self {
        let mut declared = Self::default();
        let mut broken_groups = BTreeSet::new();
        for (name, reading) in readings {
            match reading {
                Reading::Silent => {}
                Reading::Sound(declaration) => declared.declarations.push(Arc::clone(declaration)),
                Reading::Broken { errors, groups } => {
                    broken_groups.extend(groups.iter().map(String::as_str));
                    declared.broken.insert(name.to_owned(), errors.clone());
                }
            }
        }
        if broken_groups.is_empty() {
            return declared;
        }
        declared.declarations.retain(|declaration| {
            let group = declaration.group.as_str();
            let whole = !broken_groups.contains(group);
            if !whole {
                declared.held_back.insert(declaration.service.as_str().to_owned(), group.to_owned());
            }
            whole
        });
        declared
    }

    /// What is wrong, in one line a service.
    pub fn problems(&self) -> impl Iterator<Item = String> {
        let broken = self.broken.values().flatten().map(broken_line);
        broken.chain(self.held_back.iter().map(|(service, group)| held_back_line(service, group)))
    }

    /// The groups, merged over their services.
    pub fn merged(&self) -> Merged {
        merge(&self.declarations)
    }
}

/// That a service has a broken label.
pub fn broken_line(error: &LabelError) -> String {
    format!("{}: {error}; its API group is left out", error.code())
}

/// That a service is not routed for the broken label of another one.
pub fn held_back_line(service: &str, group: &str) -> String {
    format!("service {service} is not routed: its API group {group} has a service with a broken label")
}

/// Why a group is left out, in one line a conflict.
pub fn refusal_lines(group: &Name, conflicts: &[Conflict]) -> impl Iterator<Item = String> {
    conflicts
        .iter()
        .map(move |conflict| format!("{}: {conflict}; API group {group} is left out", conflict.code()))
}

/// The groups that a service with broken labels may mean: a key that stands twice with different case is one of the
/// ways to be broken.
fn group_labels(service: &RawService) -> impl Iterator<Item = String> {
    service
        .labels()
        .into_iter()
        .filter(|(key, _)| key.eq_ignore_ascii_case(labels::GROUP))
        .map(|(_, value)| value)
}
