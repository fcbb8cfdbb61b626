//! Counting free addresses from outside: a vip service without replicas takes exactly one.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::run::Run;
use super::{Create, Ground};

/// Between two removals.
const BETWEEN: Duration = Duration::from_millis(20);

/// More than any network of a scenario has.
const MOST: u64 = 300;

/// A service that takes one address; gives it, once it is there.
pub(super) fn one_address<G: Ground>(
    run: &mut Run<'_, G>,
    name: &str,
    network: &str,
) -> Result<Option<String>> {
    let published = network == "ingress";
    let port = serde_json::json!({ "TargetPort": 80, "PublishMode": "ingress", "Protocol": "tcp" });
    run.create(&Create {
        name: name.to_owned(),
        on: if published { Vec::new() } else { vec![network.to_owned()] },
        ports: if published { vec![port] } else { Vec::new() },
        mode: Some("vip".to_owned()),
        replicas: Some(0),
        ..Create::default()
    })?;
    let (moment, patience) = (run.ground.moment(), run.ground.patience());
    let mut waited = Duration::ZERO;
    loop {
        match vips(run, name)?.first() {
            Some(address) => return Ok(Some(address.clone())),
            None if waited >= patience => return Ok(None),
            None => run.ground.wait(moment),
        }
        waited += moment;
    }
}

/// The virtual IPs of a service.
pub(super) fn vips<G: Ground>(run: &mut Run<'_, G>, service: &str) -> Result<Vec<String>> {
    let target = format!("/services/{}", run.name(service));
    let service = run.get(&target)?;
    let vips = service["Endpoint"]["VirtualIPs"].as_array().into_iter().flatten();
    Ok(vips.filter_map(|vip| vip["Addr"].as_str()).map(str::to_owned).collect())
}

/// How many addresses are free. The services that find it out are removed again, the one without an address first.
pub(super) fn free<G: Ground>(run: &mut Run<'_, G>, network: &str) -> Result<u64> {
    let mut probes = Vec::new();
    loop {
        let name = format!("probe-{}", probes.len());
        probes.push(name.clone());
        if !run.gets_one(&name, network)? {
            break;
        }
        ensure!(probes.len() as u64 <= MOST, "{network} is never full");
    }
    for name in probes.iter().rev() {
        let target = format!("/services/{}", run.name(name));
        run.call("DELETE", &target, None, 200)?;
        // Each removal is seen by itself: the allocator tries what waits after every one.
        run.ground.wait(BETWEEN);
    }
    let moment = run.ground.moment();
    run.ground.wait(moment);
    Ok(probes.len() as u64 - 1)
}

/// The last octets of the addresses that so many services get, each of which is removed before the next.
pub(super) fn octets<G: Ground>(run: &mut Run<'_, G>, network: &str, count: usize) -> Result<Vec<u8>> {
    let mut octets = Vec::new();
    for _ in 0..count {
        let address = one_address(run, "octet", network)?.context("no address")?;
        let target = format!("/services/{}", run.name("octet"));
        run.call("DELETE", &target, None, 200)?;
        let address = address.split('/').next().unwrap_or_default().to_owned();
        run.ground.wait(BETWEEN);
        octets.push(address.rsplit('.').next().context("no octet")?.parse()?);
    }
    Ok(octets)
}

/// How many virtual IPs on a network belong to two services.
pub(super) fn duplicates<G: Ground>(run: &mut Run<'_, G>, network: &str) -> Result<usize> {
    let id = run.network_id(network)?;
    let services = run.get("/services")?;
    let vips = services.as_array().into_iter().flatten();
    let vips = vips.flat_map(|service| service["Endpoint"]["VirtualIPs"].as_array().into_iter().flatten());
    let mut addresses: Vec<&Value> =
        vips.filter(|vip| vip["NetworkID"] == id).map(|vip| &vip["Addr"]).collect();
    let all = addresses.len();
    addresses.sort_by_key(ToString::to_string);
    addresses.dedup();
    Ok(all - addresses.len())
}
