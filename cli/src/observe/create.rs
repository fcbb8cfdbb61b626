//! What `create` looks at: what the request names, and the swarm if it matters.

use std::collections::BTreeMap;

use super::Swarm;
use crate::engine::{Engine, Network};
use crate::error::Error;
use crate::flags::{CREATE, CreateRequest, IpBudget};
use crate::service::UnresolvedName;

/// Everything that the plan of a new service is made from, besides the request itself.
#[derive(Debug, Clone, Default)]
pub struct CreateSnapshot {
    /// The networks that the request names, by what it calls them.
    pub networks: BTreeMap<String, Network>,
    /// The ids of the configs that the request names.
    pub configs: BTreeMap<String, String>,
    /// The ids of the secrets that the request names.
    pub secrets: BTreeMap<String, String>,
    /// The swarm, where anything has to be held against it.
    pub swarm: Option<Swarm>,
}

impl CreateSnapshot {
    /// Looks up what is named, as docker does and in its order, and nothing else.
    pub async fn look_up(engine: &impl Engine, request: &CreateRequest) -> Result<Self, Error> {
        let networks = networks(engine, request).await?;
        // Where nothing is named nothing is asked: the engine would list everything.
        let secrets = match request.secret_names() {
            names if names.is_empty() => BTreeMap::new(),
            names => {
                let found = engine.secrets(&names).await?;
                if let Some(missing) = names.into_iter().find(|&name| !found.contains_key(name)) {
                    let missing = UnresolvedName::Secret { name: missing.to_owned() };
                    return Err(Error::request(&CREATE, missing.into()));
                }
                found
            }
        };
        let configs = match request.config_names() {
            names if names.is_empty() => BTreeMap::new(),
            names => engine.configs(&names).await?,
        };
        Ok(Self { networks, configs, secrets, swarm: None })
    }

    /// The same with the swarm as it is now, where anything has to be held against it.
    pub async fn with_swarm(&self, engine: &impl Engine, request: &CreateRequest) -> Result<Self, Error> {
        let swarm = if needs_swarm(request) {
            let used =
                |network: &Network| network.ingress || self.networks.values().any(|it| it.id == network.id);
            Some(Swarm::observe_counted(engine, used).await?)
        } else {
            None
        };
        Ok(Self { swarm, ..self.clone() })
    }
}

/// Whether anything has to be held against the swarm. The endpoint mode is decided from the request alone.
fn needs_swarm(request: &CreateRequest) -> bool {
    request.ip_budget != IpBudget::Off || request.group.is_some()
}

/// Looks every network of the request up, as docker does.
async fn networks(engine: &impl Engine, request: &CreateRequest) -> Result<BTreeMap<String, Network>, Error> {
    let mut found = BTreeMap::new();
    for attachment in &request.networks {
        let name = &attachment.network;
        found.insert(name.clone(), network_named(engine, name).await?);
    }
    Ok(found)
}

/// The network of the swarm that a service means when it says `name`.
pub async fn network_named(engine: &impl Engine, name: &str) -> Result<Network, Error> {
    match engine.network(name).await? {
        Some(network) if network.ingress => Err(Error::NetworkIsIngress { name: name.to_owned() }),
        Some(network) => Ok(network),
        None => Err(missing(engine, name).await?),
    }
}

/// Why there is no such network in the swarm: it is one of this node only, or there is none at all.
async fn missing(engine: &impl Engine, name: &str) -> Result<Error, Error> {
    // An engine that is no manager knows no network of the swarm; it says so here.
    engine.nodes().await?;
    let networks = engine.networks().await?;
    let local =
        networks.iter().find(|network| !network.swarm && (network.name == name || network.id == name));
    Ok(local.map_or_else(|| Error::NetworkUnknown { name: name.to_owned() }, Error::network_not_swarm))
}
