//! Where Traefik reaches a service.

use std::net::IpAddr;

use smsvc_core::merge::Declaration;
use smsvc_core::traefik::Backend;

use crate::engine::Network;

/// The addresses of the tasks on the network that the service names, or the operator (`usual`), or the only one that
/// there is; or why there are none.
pub(super) fn reach(
    declaration: &Declaration,
    attached: &[&Network],
    usual: Option<&str>,
    addresses_on: impl FnOnce(&str) -> Vec<IpAddr>,
) -> Result<Backend, String> {
    let port = declaration.port.ok_or("it has no label smsvc.port")?;
    let network = network(declaration, attached, usual)?;
    let mut addresses = addresses_on(&network.id);
    // The engine lists tasks in no order, and Traefik compares bytes.
    addresses.sort_unstable();
    let (service, health) = (declaration.service.clone(), declaration.health.clone());
    Ok(Backend { service, scheme: declaration.scheme, port, health, addresses })
}

fn network<'n>(
    declaration: &Declaration,
    attached: &[&'n Network],
    usual: Option<&str>,
) -> Result<&'n Network, String> {
    let named =
        |name: &str| attached.iter().find(|network| network.name == name || network.id == name).copied();
    match (&declaration.network, attached) {
        (Some(name), _) => named(name)
            .ok_or_else(|| format!("it is not on the network {name} that its label smsvc.network names")),
        (None, []) => Err("it is on no overlay network".to_owned()),
        (None, [only]) => Ok(only),
        (None, _) => usual.and_then(named).ok_or_else(|| {
            let all: Vec<&str> = attached.iter().map(|network| network.name.as_str()).collect();
            format!(
                "it is on the networks {}; the label smsvc.network has to say which Traefik shares with it",
                all.join(", ")
            )
        }),
    }
}
