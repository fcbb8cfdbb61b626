//! Makes and removes the parts of a gateway.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use crate::engine::{Engine, EngineError};
use crate::gateway::{GatewayName, labels};
use crate::plan::gateway::{Leftover, Part};

/// What new secrets hold.
pub struct Drawn {
    /// What Traefik tells the provider.
    pub token: String,
    /// The certificate of the provider and its key.
    pub identity: String,
}

/// Makes one part.
pub async fn make_part(
    engine: &impl Engine,
    gateway: &GatewayName,
    part: &Part,
    drawn: &Drawn,
) -> Result<(), EngineError> {
    match part {
        Part::Network { body, .. } => engine.create_network(body).await.map(drop),
        Part::Secret { name } => secret(engine, gateway, name, &drawn.token).await,
        Part::Identity { name } => secret(engine, gateway, name, &drawn.identity).await,
        Part::Config(content) => engine.create_config(&content.body(gateway)).await.map(drop),
    }
}

async fn secret(
    engine: &impl Engine,
    gateway: &GatewayName,
    name: &str,
    text: &str,
) -> Result<(), EngineError> {
    let data = BASE64_STANDARD.encode(text);
    let body = json!({ "Name": name, "Labels": labels(gateway), "Data": data });
    engine.create_secret(&body).await.map(drop)
}

/// Removes one part.
pub async fn remove_leftover(engine: &impl Engine, leftover: &Leftover) -> Result<(), EngineError> {
    match leftover {
        Leftover::Service { id, .. } => engine.remove_service(id).await,
        Leftover::Config { id, .. } => engine.remove_config(id).await,
        Leftover::Secret { id, .. } => engine.remove_secret(id).await,
        Leftover::Network { id, .. } => engine.remove_network(id).await,
    }
}
