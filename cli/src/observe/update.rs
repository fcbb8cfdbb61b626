//! What `update` looks at: the service, what the request names, and the swarm if it matters.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Swarm;
use super::create::network_named;
use crate::engine::{Engine, Network};
use crate::error::{Error, UpdateError};
use crate::flags::{IpBudget, Removal, UpdateRequest};
use crate::lint;
use crate::service::{RawService, network_ids};

/// Everything that the plan of an update is made from, besides the request itself.
#[derive(Debug, Clone)]
pub struct UpdateSnapshot {
    /// The service as it is.
    pub service: RawService,
    /// The networks that the request names, by what it calls them.
    pub networks: BTreeMap<String, Network>,
    /// The ids of the configs that the request names.
    pub configs: BTreeMap<String, String>,
    /// The ids of the secrets that the request names.
    pub secrets: BTreeMap<String, String>,
    /// The swarm, where anything has to be held against it.
    pub swarm: Option<Swarm>,
}

impl UpdateSnapshot {
    /// Looks the service up, and what is named; the swarm is still left out.
    pub async fn look_up(engine: &impl Engine, request: &UpdateRequest) -> Result<Self, Error> {
        let service = service_named(engine, &request.service).await?;
        let mut networks = BTreeMap::new();
        let removed = request.removed(Removal::Network).iter();
        let added = request.networks.iter().map(|attachment| &attachment.network);
        for name in removed.chain(added) {
            if !networks.contains_key(name) {
                networks.insert(name.clone(), network_named(engine, name).await?);
            }
        }
        // Where nothing is named nothing is asked: the engine would list everything.
        let secrets = match request.secret_names() {
            names if names.is_empty() => BTreeMap::new(),
            names => engine.secrets(&names).await?,
        };
        let configs = match request.config_names() {
            names if names.is_empty() => BTreeMap::new(),
            names => engine.configs(&names).await?,
        };
        Ok(Self { service, networks, configs, secrets, swarm: None })
    }

    /// The same with the swarm as it is now, where anything has to be held against it.
    pub async fn with_swarm(&self, engine: &impl Engine, request: &UpdateRequest) -> Result<Self, Error> {
        let needed = request.ip_budget != IpBudget::Off || self.concerns_traefik(request);
        let swarm = if needed {
            let used = |network: &Network| {
                network.ingress
                    || self.networks.values().any(|it| it.id == network.id)
                    || self.service.network_ids().any(|id| id == network.id)
            };
            Some(Swarm::observe_counted(engine, used).await?)
        } else {
            None
        };
        Ok(Self { swarm, ..self.clone() })
    }

    /// Whether anything may change that groups or Traefik's labels are about.
    fn concerns_traefik(&self, request: &UpdateRequest) -> bool {
        let removed = request.removed(Removal::Label).iter();
        let labels = self.service.labels();
        let labelled = labels.keys().any(|label| lint::looks_at(label));
        let now = self.service.spec();
        let differs = |back: &Value| {
            back["Labels"] != now["Labels"] || labelled && !network_ids(back).eq(network_ids(now))
        };
        request.touches_groups()
            || request.labels.keys().chain(removed).any(|label| lint::looks_at(label))
            || labelled && (request.touches_networks() || request.endpoint.is_some())
            || self.service.previous_spec().is_some_and(differs)
    }
}

/// The service with this name, this id, or the beginning of an id.
pub async fn service_named(engine: &impl Engine, name: &str) -> Result<RawService, Error> {
    if name.trim().is_empty() {
        return Err(UpdateError::EmptyName.into());
    }
    engine.service(name).await?.ok_or_else(|| UpdateError::NoService { name: name.to_owned() }.into())
}
