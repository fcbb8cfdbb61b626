//! Which address of a network is held by what, as far as the engine tells.
//!
//! Known one by one are the gateway, virtual IPs, and the addresses of tasks and attached containers. Not known are the
//! addresses of node load balancers (no API shows those of other nodes) and leaked ones: only their number is, so they
//! are among the addresses that nothing is known to hold. Pure: a function of a snapshot. It draws nothing.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};
use smsvc_core::budget::{Allocator, Capacity, Fate, NetworkFact, Stage, Subnet};

use crate::engine::Task;
use crate::observe::Swarm;

/// What holds an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Never handed out: network, broadcast, or outside the range of the subnet.
    Reserved,
    /// The gateway.
    Gateway,
    /// The virtual IP of a service.
    VirtualIp,
    /// A task of a service.
    Task,
    /// A task that is to stop and has not ended.
    Stopping,
    /// A container attached with `docker run --network`.
    Container,
    /// Two things at once: the engine has handed it out twice.
    Twice,
}

/// One holder of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// What it is.
    pub kind: Kind,
    /// Its name: the service, or the slot of a service's task, as `web.3`.
    pub name: String,
}

/// One IPv4 subnet of a network.
#[derive(Debug, Clone)]
pub struct Block {
    net: Ipv4Net,
    range: Ipv4Net,
    gateway: Option<Ipv4Addr>,
    /// No address of it is handed out.
    closed: bool,
    held: BTreeMap<Ipv4Addr, Vec<Holder>>,
}

/// The IPv4 subnets of a network with what holds their addresses.
#[derive(Debug, Clone)]
pub struct AddressMap {
    /// The subnets, in the network's order.
    pub blocks: Vec<Block>,
    /// IPv6 subnets: no engine hands their addresses out in a usable way.
    pub ipv6: Vec<IpNet>,
}

impl AddressMap {
    /// The map of one network.
    pub fn of(swarm: &Swarm, network: &NetworkFact) -> Self {
        let mut blocks: Vec<Block> =
            network.subnets.iter().filter_map(|subnet| Block::empty(subnet, swarm.allocator)).collect();
        let mut hold = |address: IpAddr, holder: Holder| {
            let IpAddr::V4(address) = address else { return };
            if let Some(block) = blocks.iter_mut().find(|block| block.net.contains(&address)) {
                block.held.entry(address).or_default().push(holder);
            }
        };
        let id = network.id.as_str();
        for service in &swarm.services {
            for vip in service.virtual_ips().into_iter().filter(|vip| vip.network == id) {
                if let Some(address) = vip.address {
                    hold(address, Holder { kind: Kind::VirtualIp, name: service.name().to_owned() });
                }
            }
        }
        let names: BTreeMap<&str, &str> =
            swarm.services.iter().map(|service| (service.id(), service.name())).collect();
        for task in swarm.tasks.iter().filter(|task| Stage::of(&task.status.state) == Stage::Holding) {
            for address in task.addresses_on(id) {
                hold(address, holder(task, &names));
            }
        }
        let ipv6 = network.subnets.iter().map(Subnet::net).filter(|net| matches!(net, IpNet::V6(_)));
        Self { blocks, ipv6: ipv6.collect() }
    }

    /// The addresses that something holds or that are reserved by name, in order, with their holders.
    pub fn held(&self) -> impl Iterator<Item = (Ipv4Addr, &[Holder])> {
        self.blocks
            .iter()
            .flat_map(|block| &block.held)
            .map(|(address, holders)| (*address, holders.as_slice()))
    }

    /// The addresses that two things hold.
    pub fn twice(&self) -> impl Iterator<Item = (Ipv4Addr, &[Holder])> {
        self.held().filter(|(_, holders)| holders.len() > 1)
    }
}

fn holder(task: &Task, names: &BTreeMap<&str, &str>) -> Holder {
    if task.service.is_empty() {
        return Holder { kind: Kind::Container, name: task.id.clone() };
    }
    let service = names.get(task.service.as_str()).copied().unwrap_or("a removed service");
    let name = match task.slot {
        0 => format!("{service}.{}", task.node),
        slot => format!("{service}.{slot}"),
    };
    let leaving =
        Fate::of(&task.desired_state) == Fate::Leaving || !names.contains_key(task.service.as_str());
    Holder { kind: if leaving { Kind::Stopping } else { Kind::Task }, name }
}

impl Block {
    fn empty(subnet: &Subnet, allocator: Allocator) -> Option<Self> {
        let IpNet::V4(net) = subnet.net() else { return None };
        let range = match subnet.range() {
            Some(IpNet::V4(range)) => range,
            _ => net,
        };
        let gateway = match subnet.gateway() {
            Some(IpAddr::V4(gateway)) => Some(gateway),
            _ => None,
        };
        let closed = net.prefix_len() >= 31 && Capacity::of(&[*subnet], allocator).usable.is_none();
        Some(Self { net, range, gateway, closed, held: BTreeMap::new() })
    }

    /// The subnet.
    pub const fn net(&self) -> Ipv4Net {
        self.net
    }

    /// How many addresses it has, reserved ones included.
    pub fn size(&self) -> u64 {
        1 << (32 - u32::from(self.net.prefix_len()))
    }

    /// The address at this place of the subnet, counted from 0.
    pub fn address(&self, place: u64) -> Ipv4Addr {
        let first = u64::from(u32::from(self.net.network()));
        Ipv4Addr::from(u32::try_from(first.saturating_add(place)).unwrap_or(u32::MAX))
    }

    /// How many addresses of each kind there are among the `count` addresses from this place on. What is left over is
    /// not known to be held.
    pub fn kinds(&self, place: u64, count: u64) -> BTreeMap<Kind, u64> {
        let (first, last) =
            (self.address(place), self.address(place.saturating_add(count).saturating_sub(1)));
        let mut kinds = BTreeMap::new();
        for (address, holders) in self.held.range(first..=last) {
            if !self.is_reserved(*address) && self.gateway != Some(*address) {
                let kind = match holders.as_slice() {
                    [one] => one.kind,
                    _ => Kind::Twice,
                };
                *kinds.entry(kind).or_default() += 1;
            }
        }
        let gateway =
            self.gateway.filter(|it| !self.closed && (first..=last).contains(it) && !self.is_end(*it));
        if gateway.is_some() {
            kinds.insert(Kind::Gateway, 1);
        }
        let reserved = self.reserved(first, last);
        if reserved > 0 {
            kinds.insert(Kind::Reserved, reserved);
        }
        kinds
    }

    /// The reserved addresses from `first` to `last`, without a walk over them.
    fn reserved(&self, first: Ipv4Addr, last: Ipv4Addr) -> u64 {
        let length = |from: u32, to: u32| if from > to { 0 } else { u64::from(to - from) + 1 };
        let (from, to) = (u32::from(first), u32::from(last));
        if self.closed {
            return length(from, to);
        }
        let (open, end) = (u32::from(self.range.network()), u32::from(self.range.broadcast()));
        let inside = length(from.max(open), to.min(end));
        let ends =
            self.ends().filter(|it| (first..=last).contains(it) && self.range.contains(it)).count() as u64;
        // The gateway is the gateway, also outside the range.
        let gateway = self
            .gateway
            .filter(|it| (first..=last).contains(it) && !self.range.contains(it) && !self.is_end(*it));
        length(from, to) - inside + ends - u64::from(gateway.is_some())
    }

    fn is_reserved(&self, address: Ipv4Addr) -> bool {
        self.closed || !self.range.contains(&address) || self.is_end(address)
    }

    fn is_end(&self, address: Ipv4Addr) -> bool {
        self.ends().any(|end| end == address)
    }

    /// Network and broadcast address, which a /31 and a /32 do not have.
    fn ends(&self) -> impl Iterator<Item = Ipv4Addr> + use<> {
        let ends = [self.net.network(), self.net.broadcast()];
        let some = self.net.prefix_len() < 31;
        ends.into_iter().filter(move |_| some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::RawService;

    fn map_of(swarm: &Swarm) -> AddressMap {
        AddressMap::of(swarm, &swarm.facts().networks[0])
    }

    fn drawn(block: &Block) -> String {
        let letter = |place| match block.kinds(place, 1).into_iter().next() {
            None => '.',
            Some((Kind::Reserved, _)) => '-',
            Some((Kind::Gateway, _)) => 'G',
            Some((Kind::VirtualIp, _)) => 'V',
            Some((Kind::Task, _)) => 'T',
            Some((Kind::Stopping, _)) => 's',
            Some((Kind::Container, _)) => 'C',
            Some((Kind::Twice, _)) => '!',
        };
        (0..block.size()).map(letter).collect()
    }

    fn swarm(subnet: &str, range: &str, gateway: &str) -> Swarm {
        let mut swarm =
            Swarm::sample().with_network("front", "10.1.0.0/28").with_service("web", "vip", 3, "front", &[]);
        swarm.networks[0].subnets = vec![Subnet::parse(subnet, range, gateway).unwrap()];
        for (task, address) in swarm.tasks.iter_mut().zip(4..) {
            task.attachments.as_mut().unwrap()[0].addresses = Some(vec![format!("10.1.0.{address}/28")]);
        }
        let mut json = swarm.services[0].json().clone();
        json["Endpoint"]["VirtualIPs"][0]["Addr"] = "10.1.0.2/28".into();
        swarm.services[0] = RawService::new(json).unwrap();
        swarm
    }

    #[test]
    fn every_address_that_is_told_stands_in_its_place() {
        let mut swarm = swarm("10.1.0.0/28", "", "10.1.0.1");
        swarm.tasks[1].desired_state = "shutdown".into();
        swarm.tasks[2].service.clear();
        assert_eq!(drawn(&map_of(&swarm).blocks[0]), "-GV.TsC........-");
        swarm.tasks[0].status.state = "failed".into();
        assert_eq!(
            drawn(&map_of(&swarm).blocks[0]),
            "-GV..sC........-",
            "it ended, and lists its address still"
        );
    }

    #[test]
    fn what_lies_outside_the_range_is_reserved_and_the_gateway_is_the_gateway() {
        let block = |range, gateway| drawn(&map_of(&swarm("10.1.0.0/28", range, gateway)).blocks[0]);
        assert_eq!(block("10.1.0.8/29", "10.1.0.1"), "-G------.......-");
        assert_eq!(block("10.1.0.8/29", "10.1.0.8"), "--------G......-");
        let slash_31 = swarm("10.1.0.0/31", "", "10.1.0.0");
        assert_eq!(drawn(&map_of(&slash_31).blocks[0]), "--", "never allocated before Docker 29");
    }

    #[test]
    fn an_address_that_two_things_hold_is_told_with_both() {
        let mut swarm = swarm("10.1.0.0/28", "", "10.1.0.1");
        swarm.tasks[0].attachments.as_mut().unwrap()[0].addresses = Some(vec!["10.1.0.2/28".into()]);
        let map = map_of(&swarm);
        assert_eq!(drawn(&map.blocks[0]), "-G!..TT........-");
        let twice: Vec<_> = map.twice().collect();
        assert_eq!(twice[0].0, Ipv4Addr::new(10, 1, 0, 2));
        assert_eq!(twice[0].1.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["web", "web.1"]);
    }

    #[test]
    fn a_big_network_is_counted_without_a_walk_over_its_addresses() {
        let mut swarm = swarm("10.0.0.0/8", "", "10.0.0.1");
        swarm.tasks.truncate(1);
        let map = map_of(&swarm);
        let kinds = map.blocks[0].kinds(0, map.blocks[0].size());
        assert_eq!(
            kinds,
            BTreeMap::from([(Kind::Reserved, 2), (Kind::Gateway, 1), (Kind::VirtualIp, 1), (Kind::Task, 1)])
        );
    }

    #[test]
    fn an_ipv6_subnet_has_no_map() {
        let map = map_of(&swarm("fd00::/64", "", ""));
        assert_eq!((map.blocks.len(), map.ipv6.len()), (0, 1));
    }
}
