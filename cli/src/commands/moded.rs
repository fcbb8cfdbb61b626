//! After a change of the endpoint mode: whether the engine has done it.
//!
//! The engine answers at once, and reports nothing when a virtual IP stays behind or is not to be had. Only the API is
//! asked: what running containers resolve the name to cannot be seen from here.

use std::net::IpAddr;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::engine::{Engine, EngineError};
use crate::error::{Error, UpdateError};
use crate::plan::Moded;
use crate::service::{EndpointMode, RawService};

/// How long the engine may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// How often it is asked.
const INTERVAL: Duration = Duration::from_millis(250);

/// Waits until the old virtual IP is gone, or the new ones are there and nobody else's.
pub(super) async fn verify(engine: &impl Engine, id: &str, change: Moded) -> Result<(), Error> {
    let since = Instant::now();
    loop {
        let wrong = match engine.service(id).await? {
            Some(service) => wrong(engine, &service, change.to).await?,
            None => return Err(Error::ServiceGone { id: id.to_owned() }),
        };
        match wrong {
            None => return Ok(()),
            Some(wrong) if since.elapsed() >= PATIENCE => return Err(wrong.into()),
            Some(_) => sleep(INTERVAL).await,
        }
    }
}

async fn wrong(
    engine: &impl Engine,
    service: &RawService,
    mode: EndpointMode,
) -> Result<Option<UpdateError>, EngineError> {
    let name = service.name().to_owned();
    let own = addresses(service);
    if mode == EndpointMode::Dnsrr {
        return Ok((!own.is_empty()).then_some(UpdateError::VipRemains { name, addresses: own }));
    }
    if own.len() < service.network_ids().count() {
        return Ok(Some(UpdateError::VipMissing { name }));
    }
    let services = engine.services().await?;
    let others = services.iter().filter(|other| other.id() != service.id());
    let twice = others.flat_map(|other| addresses(other).into_iter().map(move |address| (other, address)));
    let shared = twice.into_iter().find(|(_, address)| own.contains(address));
    Ok(shared.map(|(other, address)| UpdateError::VipTwice { name, other: other.name().to_owned(), address }))
}

fn addresses(service: &RawService) -> Vec<IpAddr> {
    service.virtual_ips().into_iter().filter_map(|vip| vip.address).collect()
}
