//! What there is of a gateway, and the swarm around it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Swarm;
use crate::engine::{Engine, EngineError, Filters, Listed, Network};
use crate::gateway::{GatewayName, LABEL};

/// Everything that a plan for a gateway is made from, besides the wish.
#[derive(Debug, Clone)]
pub struct GatewaySnapshot {
    /// The swarm.
    pub swarm: Swarm,
    /// Ids by name of the configs that carry the gateway's label.
    pub configs: BTreeMap<String, String>,
    /// Ids by name of the secrets that do.
    pub secrets: BTreeMap<String, String>,
    /// The network between Traefik and the provider, as the engine describes it, whoever made it.
    pub control: Option<Value>,
}

impl GatewaySnapshot {
    /// Asks for everything side by side.
    pub async fn observe(engine: &impl Engine, name: &GatewayName) -> Result<Self, EngineError> {
        let filters = Filters::none().with("label", &format!("{LABEL}={name}"));
        let control = name.control();
        let (swarm, configs, secrets, control) = tokio::try_join!(
            Swarm::observe_counted(engine, Network::is_overlay),
            engine.list(Listed::Configs, &filters),
            engine.list(Listed::Secrets, &filters),
            engine.network_inspected(&control),
        )?;
        Ok(Self { swarm, configs: by_name(&configs), secrets: by_name(&secrets), control })
    }

    /// The id of the network between Traefik and the provider.
    pub fn control_id(&self) -> Option<&str> {
        self.control.as_ref()?.get("Id")?.as_str()
    }

    /// Whether that network has its addresses.
    pub fn control_is_allocated(&self) -> bool {
        let id = self.control_id();
        let of_swarm = self.swarm.networks.iter().find(|network| Some(network.id.as_str()) == id);
        of_swarm.is_some_and(|network| !network.subnets.is_empty())
    }
}

fn by_name(list: &[Value]) -> BTreeMap<String, String> {
    let text = |entry: &Value, path: &str| entry.pointer(path)?.as_str().map(str::to_owned);
    list.iter().filter_map(|entry| Some((text(entry, "/Spec/Name")?, text(entry, "/ID")?))).collect()
}
