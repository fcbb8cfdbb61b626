//! What of a dump is missing on a swarm, what is there, and what differs.

mod room;

use std::collections::BTreeSet;

use super::redefine::State;
use crate::dump::{Difference, Dump, Missing, Names, NetworkDefinition, ServiceRecord};
use crate::service::differing_fields;

pub use room::Lacking;

/// What a restoration does with each network and service, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct RestorePlan {
    /// The networks.
    pub networks: Vec<(NetworkDefinition, Fate<Difference>)>,
    /// The services, the oldest first. What differs is named by JSON pointers into the spec.
    pub services: Vec<(ServiceRecord, Fate<String>)>,
}

/// What becomes of one thing of a dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate<D> {
    /// It is missing, and made.
    Made,
    /// It is there, and equal.
    Equal,
    /// It is there, differs in these, and is left alone.
    Differs(Vec<D>),
}

impl RestorePlan {
    /// Whether something on the swarm is not as in the dump.
    pub fn differs(&self) -> bool {
        self.networks.iter().any(|(_, fate)| matches!(fate, Fate::Differs(_)))
            || self.services.iter().any(|(_, fate)| matches!(fate, Fate::Differs(_)))
    }

    /// The networks that are made.
    pub fn made_networks(&self) -> impl Iterator<Item = &NetworkDefinition> {
        self.networks.iter().filter(|(_, fate)| *fate == Fate::Made).map(|(definition, _)| definition)
    }

    /// The services that are made.
    pub fn made(&self) -> impl Iterator<Item = &ServiceRecord> {
        self.services.iter().filter(|(_, fate)| *fate == Fate::Made).map(|(record, _)| record)
    }
}

/// Decides; or says what the swarm lacks. `names` are all names of the swarm.
pub fn restore(dump: &Dump, state: &State, names: &Names) -> Result<RestorePlan, Vec<Missing>> {
    let mut names = names.clone();
    let networks = dump.networks.iter().map(|record| {
        let definition = record.definition.clone();
        let fate = match state.networks.get(definition.name()) {
            None => Fate::Made,
            Some(found) => match definition.differences(&found.definition) {
                none if none.is_empty() => Fate::Equal,
                differences => Fate::Differs(differences),
            },
        };
        (definition, fate)
    });
    let networks: Vec<_> = networks.collect();
    for (definition, fate) in &networks {
        if *fate == Fate::Made {
            names.networks.insert(definition.name().to_owned(), definition.name().to_owned());
        }
    }
    let mut missing = BTreeSet::new();
    let services = dump.services.iter().map(|record| {
        let fate = match state.services.get(&record.name) {
            None => {
                missing.extend(names.by_id(&record.spec).err().unwrap_or_default());
                Fate::Made
            }
            Some(found) => match differing_fields(&without_ids(&record.spec), &without_ids(&found.spec)) {
                none if none.is_empty() => Fate::Equal,
                fields => Fate::Differs(fields),
            },
        };
        (record.clone(), fate)
    });
    let services = services.collect();
    if missing.is_empty() {
        Ok(RestorePlan { networks, services })
    } else {
        Err(missing.into_iter().collect())
    }
}

/// A spec without the ids of configs and secrets, which every swarm has its own of; their names stay.
fn without_ids(spec: &serde_json::Value) -> serde_json::Value {
    let mut spec = spec.clone();
    for (list, id) in [("Configs", "ConfigID"), ("Secrets", "SecretID")] {
        let entries = spec.pointer_mut(&format!("/TaskTemplate/ContainerSpec/{list}"));
        for entry in entries.and_then(serde_json::Value::as_array_mut).into_iter().flatten() {
            if let Some(fields) = entry.as_object_mut() {
                fields.remove(id);
            }
        }
    }
    if let Some(credential) = spec.pointer_mut("/TaskTemplate/ContainerSpec/Privileges/CredentialSpec")
        && let Some(fields) = credential.as_object_mut()
    {
        fields.remove("Config");
    }
    spec
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::dump::{NetworkRecord, ServiceState, VERSION};
    use crate::plan::redefine::{NetworkState, ServiceStand, UpdateState};

    fn network(subnet: &str) -> NetworkDefinition {
        NetworkDefinition::of(
            &json!({"Name": "front", "Driver": "overlay", "IPAM": {"Config": [{"Subnet": subnet}]}}),
        )
    }

    fn spec(secret: &str) -> Value {
        json!({
            "Name": "web",
            "TaskTemplate": {
                "ContainerSpec": {"Image": "web:1", "Secrets": [{"SecretName": "key", "SecretID": secret}]},
                "Networks": [{"Target": "front"}]
            }
        })
    }

    fn dump() -> Dump {
        let web = ServiceRecord {
            name: "web".into(),
            id: "s1".into(),
            version: 1,
            created: String::new(),
            spec: spec("old-id"),
            pinned: vec![],
            state: ServiceState::default(),
        };
        Dump {
            version: VERSION,
            taken: String::new(),
            cluster: "elsewhere".into(),
            networks: vec![NetworkRecord {
                id: "n1".into(),
                dumped: true,
                definition: network("10.1.0.0/24"),
            }],
            services: vec![web],
            configs: vec![],
            secrets: vec![],
        }
    }

    fn with_secret() -> Names {
        Names { secrets: BTreeMap::from([("new-id".into(), "key".into())]), ..Names::default() }
    }

    fn state(subnet: &str, spec: Option<Value>) -> State {
        let front = NetworkState { id: "n9".into(), definition: network(subnet), allocated: true };
        let stand = |spec| ServiceStand {
            id: "s9".into(),
            version: 3,
            spec,
            running: 1,
            update: UpdateState::Settled,
        };
        State {
            networks: BTreeMap::from([("front".into(), front)]),
            services: spec.into_iter().map(|spec| ("web".into(), stand(spec))).collect(),
            tasks: BTreeMap::new(),
        }
    }

    #[test]
    fn what_is_missing_is_made_and_needs_no_id_of_the_other_swarm() {
        let plan = restore(&dump(), &State::default(), &with_secret()).unwrap();
        assert_eq!((&plan.networks[0].1, &plan.services[0].1), (&Fate::Made, &Fate::Made));
    }

    #[test]
    fn secrets_that_are_missing_are_told_before_anything_is_made() {
        let missing = restore(&dump(), &State::default(), &Names::default()).unwrap_err();
        assert_eq!(missing, [Missing::Secret("key".into())]);
    }

    #[test]
    fn what_is_there_and_equal_is_left_alone_whatever_its_ids() {
        let plan = restore(&dump(), &state("10.1.0.0/24", Some(spec("new-id"))), &with_secret()).unwrap();
        assert_eq!((&plan.networks[0].1, &plan.services[0].1), (&Fate::Equal, &Fate::Equal));
        assert!(!plan.differs());
    }

    #[test]
    fn what_differs_is_named_and_left_alone() {
        let mut changed = spec("new-id");
        changed["TaskTemplate"]["ContainerSpec"]["Image"] = json!("web:2");
        let plan = restore(&dump(), &state("10.9.0.0/24", Some(changed)), &with_secret()).unwrap();
        assert!(
            matches!(&plan.networks[0].1, Fate::Differs(fields) if fields[0].field == "IPAM.Config[0].Subnet")
        );
        assert_eq!(plan.services[0].1, Fate::Differs(vec!["/TaskTemplate/ContainerSpec/Image".into()]));
        assert!(plan.differs());
    }
}
