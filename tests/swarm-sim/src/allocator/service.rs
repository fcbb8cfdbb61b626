//! Services: one virtual IP on each network, unless the endpoint mode is `dnsrr`; published ports.

use std::net::IpAddr;

use serde_json::{Value, json};

use crate::id::{NetworkId, ServiceId};
use crate::object::{Endpoint, Port, VirtualIp};
use crate::swarm::Swarm;

/// The ports that the engine chooses from (swarmkit `manager/allocator/cnmallocator/portallocator.go`).
const DYNAMIC_PORTS: std::ops::RangeInclusive<u64> = 30_000..=32_767;

impl Swarm {
    /// The networks on which a service needs a place: ingress first where it publishes a port there.
    pub(super) fn networks_of_service(&self, service: &ServiceId) -> Vec<NetworkId> {
        let Some(service) = self.services.get(service) else { return Vec::new() };
        let shape = service.shape();
        let ingress = shape.is_published().then(|| self.ingress()).flatten();
        ingress.into_iter().chain(shape.template.networks.iter().cloned()).collect()
    }

    /// False where it has to wait.
    pub(super) fn allocate_service(&mut self, id: &ServiceId) -> bool {
        let Some(service) = self.services.get(id) else { return true };
        let shape = service.shape().clone();
        let networks = self.networks_of_service(id);
        let ports = self.chosen_ports(id, &shape.ports);
        let old = self.services.get(id).and_then(|service| service.endpoint.clone()).unwrap_or_default();
        if shape.dnsrr || networks.is_empty() {
            // Without waking those that wait: the engine does not either.
            self.give_vips_back(&old.vips);
            let endpoint = Endpoint { spec: endpoint_spec(&shape.ports, shape.dnsrr), vips: Vec::new() };
            let none = !shape.dnsrr && ports.is_empty();
            return self.allocated(id, (!none).then_some(endpoint), ports);
        }
        let (kept, dropped): (Vec<VirtualIp>, Vec<VirtualIp>) =
            old.vips.iter().cloned().partition(|vip| networks.contains(&vip.network));
        for vip in &kept {
            self.retake(vip);
        }
        self.give_vips_back(&dropped);
        let mut vips = kept;
        let mut fresh = Vec::new();
        for network in missing(&networks, &vips) {
            let Some(vip) = self.vip_on(&network) else {
                self.give_up(&old.vips, &fresh);
                return false;
            };
            fresh.push(vip.clone());
            vips.push(vip);
        }
        let endpoint = Endpoint { spec: endpoint_spec(&shape.ports, false), vips };
        self.allocated(id, Some(endpoint), ports)
    }

    /// What the engine does when one of the networks is exhausted. Its defect: it gives back what the service has had
    /// before (and goes on using), and keeps what it has just taken (and forgets).
    fn give_up(&mut self, before: &[VirtualIp], fresh: &[VirtualIp]) {
        self.give_vips_back(if self.profile.defects { before } else { fresh });
    }

    fn allocated(&mut self, id: &ServiceId, endpoint: Option<Endpoint>, ports: Vec<Port>) -> bool {
        let Some(meta) = self.services.get(id).map(|service| service.meta) else { return true };
        let meta = self.touched(meta);
        if let Some(service) = self.services.get_mut(id) {
            service.meta = meta;
            service.endpoint = endpoint;
            service.ports = ports;
            service.unallocated = false;
        }
        // Its tasks may have been waiting for it, and are tried in this same round.
        let waiting =
            self.task_ids_of(id).into_iter().filter(|task| self.allocator.stuck_tasks.contains(task));
        let waiting: Vec<_> = waiting.collect();
        for task in waiting {
            self.allocator.stuck_tasks.remove(&task);
            self.allocator.new_tasks.insert(task);
        }
        true
    }

    fn vip_on(&mut self, network: &NetworkId) -> Option<VirtualIp> {
        let found = self.networks.get(network)?;
        let address = if found.has_addresses() { Some(self.take(network)?) } else { None };
        Some(VirtualIp { network: network.clone(), address })
    }

    /// An address that the service has is taken again: nothing happens unless a failed attempt gave it back.
    fn retake(&mut self, vip: &VirtualIp) {
        let pool = self.networks.get_mut(&vip.network).and_then(|network| network.pool.as_mut());
        if let (Some(pool), Some(address)) = (pool, vip.address) {
            pool.take_exactly(address.addr());
        }
    }

    pub(crate) fn give_vips_back(&mut self, vips: &[VirtualIp]) {
        for vip in vips {
            if let Some(address) = vip.address {
                self.give_back(&vip.network, address);
            }
        }
    }

    /// A service is removed: its virtual IPs are free at once.
    pub(crate) fn release_service(&mut self, id: &ServiceId) {
        let endpoint = self.services.get(id).and_then(|service| service.endpoint.clone()).unwrap_or_default();
        self.give_vips_back(&endpoint.vips);
        self.allocator.new_services.remove(id);
        self.allocator.stuck_services.remove(id);
        self.released();
    }

    /// The ports with numbers; those that the service had before stay.
    fn chosen_ports(&self, id: &ServiceId, wanted: &[Port]) -> Vec<Port> {
        let had = self.services.get(id).map(|service| service.ports.clone()).unwrap_or_default();
        let taken = |number: u64, protocol: &str| {
            let others = self.services.values().filter(|service| service.id != *id);
            others
                .flat_map(|service| &service.ports)
                .any(|port| port.ingress && port.published == number && port.protocol == protocol)
        };
        let mut chosen: Vec<Port> = Vec::new();
        for port in wanted {
            let mut port = port.clone();
            if port.ingress && port.published == 0 {
                let same = |old: &&Port| old.target == port.target && old.protocol == port.protocol;
                let kept = had.iter().find(same).map(|old| old.published);
                let free = || {
                    let mut numbers = DYNAMIC_PORTS;
                    let own = |number| chosen.iter().any(|other| other.published == number);
                    numbers.find(|number| !taken(*number, &port.protocol) && !own(*number))
                };
                port.published = kept.or_else(free).unwrap_or_default();
            }
            chosen.push(port);
        }
        chosen
    }

    /// The service that has this address as its virtual IP on the network.
    pub fn owner_of_vip(&self, network: &NetworkId, address: IpAddr) -> Vec<ServiceId> {
        let holds =
            |vip: &VirtualIp| vip.network == *network && vip.address.is_some_and(|own| own.addr() == address);
        let services = self.services.values();
        let owners = services.filter(|service| {
            service.endpoint.as_ref().is_some_and(|endpoint| endpoint.vips.iter().any(holds))
        });
        owners.map(|service| service.id.clone()).collect()
    }
}

/// The networks that have no virtual IP yet; one that is listed twice needs two.
fn missing(networks: &[NetworkId], vips: &[VirtualIp]) -> Vec<NetworkId> {
    let mut have: Vec<&NetworkId> = vips.iter().map(|vip| &vip.network).collect();
    let mut missing = Vec::new();
    for network in networks {
        match have.iter().position(|id| *id == network) {
            Some(index) => {
                have.swap_remove(index);
            }
            None => missing.push(network.clone()),
        }
    }
    missing
}

fn endpoint_spec(ports: &[Port], dnsrr: bool) -> Value {
    let mode = if dnsrr { "dnsrr" } else { "vip" };
    if ports.is_empty() {
        return json!({ "Mode": mode });
    }
    json!({ "Mode": mode, "Ports": ports.iter().map(Port::json).collect::<Vec<_>>() })
}

impl Port {
    /// As in the API.
    pub(crate) fn json(&self) -> Value {
        let mut json = json!({
            "Protocol": self.protocol,
            "TargetPort": self.target,
            "PublishMode": if self.ingress { "ingress" } else { "host" },
        });
        if self.published != 0 {
            json["PublishedPort"] = self.published.into();
        }
        if let Some(name) = &self.name {
            json["Name"] = name.as_str().into();
        }
        json
    }
}
