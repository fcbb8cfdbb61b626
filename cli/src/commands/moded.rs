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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::engine::fake::Fake;
    use crate::observe::Swarm;

    fn service(id: &str, virtual_ip: Option<&str>) -> RawService {
        let addresses: Vec<Value> =
            virtual_ip.iter().map(|addr| json!({"NetworkID": "front-id", "Addr": addr})).collect();
        RawService::new(json!({
            "ID": id,
            "Spec": {"Name": id, "TaskTemplate": {"Networks": [{"Target": "front-id"}]}},
            "Endpoint": {"VirtualIPs": addresses},
        }))
        .unwrap()
    }

    async fn verified(to: EndpointMode, services: Vec<RawService>) -> Result<(), Error> {
        let mut swarm = Swarm::sample();
        swarm.services = services;
        let from = if to == EndpointMode::Vip { EndpointMode::Dnsrr } else { EndpointMode::Vip };
        verify(&Fake::of(swarm), "web", Moded { from, to }).await
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_engine_has_done_is_well() {
        verified(EndpointMode::Dnsrr, vec![service("web", None)]).await.unwrap();
        let others = vec![service("web", Some("10.1.0.2/24")), service("other", Some("10.1.0.3/24"))];
        verified(EndpointMode::Vip, others).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn an_old_virtual_ip_that_stays_is_told_after_a_while() {
        let outcome = verified(EndpointMode::Dnsrr, vec![service("web", Some("10.1.0.2/24"))]).await;
        assert!(matches!(outcome, Err(Error::Update(UpdateError::VipRemains { .. }))), "{outcome:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_virtual_ip_that_is_missing_or_that_of_another_service_is_told() {
        let outcome = verified(EndpointMode::Vip, vec![service("web", None)]).await;
        assert!(matches!(outcome, Err(Error::Update(UpdateError::VipMissing { .. }))), "{outcome:?}");
        let twice = vec![service("web", Some("10.1.0.2/24")), service("other", Some("10.1.0.2/24"))];
        let outcome = verified(EndpointMode::Vip, twice).await;
        let Err(Error::Update(UpdateError::VipTwice { other, .. })) = &outcome else { panic!("{outcome:?}") };
        assert_eq!(other, "other");
    }
}
