//! Makes and removes the parts of a gateway.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use crate::engine::{Engine, EngineError};
use crate::gateway::{GatewayName, labels};
use crate::plan::gateway::{Leftover, Part};

/// Makes one part. `secret` is what the secret will hold.
pub async fn make_part(
    engine: &impl Engine,
    gateway: &GatewayName,
    part: &Part,
    secret: &str,
) -> Result<(), EngineError> {
    match part {
        Part::Network { body, .. } => engine.create_network(body).await.map(drop),
        Part::Secret { name } => {
            let data = BASE64_STANDARD.encode(secret);
            let body = json!({ "Name": name, "Labels": labels(gateway), "Data": data });
            engine.create_secret(&body).await.map(drop)
        }
        Part::Config(content) => engine.create_config(&content.body(gateway)).await.map(drop),
    }
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
