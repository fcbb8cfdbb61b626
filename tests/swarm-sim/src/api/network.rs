//! `/networks`.

use ipnet::IpNet;
use serde_json::{Map, Value, json};

use super::query::Query;
use super::{Answer, Outcome, Refusal};
use crate::id::NodeId;
use crate::object::{DesiredState, Network, Scope, TaskState};
use crate::pool::SubnetRequest;
use crate::profile::Release;
use crate::swarm::Swarm;

const FILTERS: [&str; 7] = ["dangling", "driver", "id", "label", "name", "scope", "type"];

/// The networks of every node, which are no objects of the swarm: name and driver.
const NODE_LOCAL: [(&str, &str); 4] =
    [("bridge", "bridge"), ("docker_gwbridge", "bridge"), ("host", "host"), ("none", "null")];

pub(super) fn list(swarm: &Swarm, query: &Query) -> Outcome {
    let filters = query.filters()?;
    filters.only(&FILTERS)?;
    let swarms = swarm.networks().filter(|network| network.scope != Scope::Predefined);
    let swarms = swarms.map(|network| shown(swarm, network));
    let local = NODE_LOCAL.iter().map(|(name, driver)| node_local(swarm, name, driver));
    let text = |json: &Value, key: &str| json[key].as_str().unwrap_or_default().to_owned();
    let passing = swarms.chain(local).filter(|json| {
        let custom = !NODE_LOCAL.iter().any(|(name, _)| json["Name"] == *name);
        filters.any("id", |id| text(json, "Id").starts_with(id))
            && filters.any("name", |name| text(json, "Name").contains(name))
            && filters.any("driver", |driver| text(json, "Driver") == driver)
            && filters.any("scope", |scope| text(json, "Scope") == scope)
            && filters.any("type", |kind| (kind == "custom") == custom)
            && filters.any("dangling", |_| false)
            && filters.labels("label", |key| json["Labels"][key].as_str().map(str::to_owned))
    });
    Ok(Answer::list(passing))
}

fn node_local(swarm: &Swarm, name: &str, driver: &str) -> Value {
    let id = format!("{name:0<64}").replace('_', "0");
    json!({
        "Name": name, "Id": id, "Created": swarm.made.created.rfc3339(swarm.epoch()), "Scope": "local", "Driver": driver,
        "EnableIPv6": false, "IPAM": { "Driver": "default", "Options": null, "Config": local_config(name) },
        "Internal": false, "Attachable": false, "Ingress": false, "ConfigFrom": { "Network": "" }, "ConfigOnly": false,
        "Containers": {}, "Options": {}, "Labels": {},
    })
}

fn local_config(name: &str) -> Value {
    match name {
        "bridge" => json!([{ "Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1" }]),
        "docker_gwbridge" => json!([{ "Subnet": "172.18.0.0/16", "Gateway": "172.18.0.1" }]),
        _ => json!([]),
    }
}

impl Network {
    /// `IPAM.Config`.
    pub(crate) fn ipam_config(&self) -> Value {
        let Some(pool) = &self.pool else { return Value::Null };
        let entry = |subnet: &crate::pool::SubnetPool| {
            let mut json = json!({ "Subnet": subnet.request.subnet, "Gateway": subnet.gateway });
            if let Some(range) = subnet.request.range {
                json["IPRange"] = json!(range);
            }
            json
        };
        pool.subnets().iter().map(entry).collect()
    }
}

fn shown(swarm: &Swarm, network: &Network) -> Value {
    let request = &network.request;
    let allocated = network.is_allocated();
    let mut options = request["Options"].as_object().cloned().unwrap_or_default();
    if network.has_addresses() && allocated {
        options.insert(
            "com.docker.network.driver.overlay.vxlanid_list".to_owned(),
            network.vxlan.to_string().into(),
        );
    }
    // 20.10 names neither driver nor address management of a network that it has not allocated.
    let driver =
        if allocated || swarm.profile().release == Release::V29 { network.driver.as_str() } else { "" };
    let ipam = json!({
        "Driver": if allocated { "default" } else { "" },
        "Options": null,
        "Config": network.ipam_config(),
    });
    json!({
        "Name": network.name,
        "Id": network.id,
        "Created": network.meta.created.rfc3339(swarm.epoch()),
        "Scope": "swarm",
        "Driver": driver,
        "EnableIPv6": request["EnableIPv6"] == true,
        "IPAM": ipam,
        "Internal": request["Internal"] == true,
        "Attachable": request["Attachable"] == true,
        "Ingress": network.scope == Scope::Ingress,
        "ConfigFrom": { "Network": "" },
        "ConfigOnly": false,
        "Containers": null,
        "Options": if options.is_empty() { Value::Null } else { Value::Object(options) },
        "Labels": if request["Labels"].is_object() { request["Labels"].clone() } else { Value::Null },
    })
}

/// The engine looks among the node's own networks too; a removed network stays there until its last container is gone.
pub(super) fn inspect(
    swarm: &Swarm,
    name: &str,
    query: &Query,
    version: (u16, u16),
    node: &NodeId,
) -> Outcome {
    let of_swarm = query.get("scope") == Some("swarm");
    let local = (!of_swarm).then(|| NODE_LOCAL.iter().find(|(local, _)| *local == name)).flatten();
    if let Some((name, driver)) = local {
        return Ok(Answer::ok(&node_local(swarm, name, driver)));
    }
    let remains = || swarm.remains.iter().find(|gone| gone.name == name || gone.id.as_str() == name);
    let found = swarm.network(name).or_else(remains);
    let network = found.ok_or_else(|| Refusal::new(404, &format!("network {name} not found")))?;
    let mut json = shown(swarm, network);
    let by_id = network.id.as_str() == name;
    let on_node = swarm.allocator.balancer(&network.id, node);
    if let Some(balancer) = on_node.filter(|_| !of_swarm || by_id) {
        json["Containers"] = containers(swarm, network, node, balancer);
    }
    if version >= (1, 52) && swarm.profile().release == Release::V29 && network.has_addresses() {
        let Some(pool) = &network.pool else {
            return Err(Refusal::new(404, &format!("network {name} not found")));
        };
        // By its full id on a node that has it, the node's own view is answered: fewer addresses.
        let figures = |subnet: &crate::pool::SubnetPool| {
            let (used, free) = subnet.status();
            match on_node.filter(|_| by_id) {
                Some(_) => {
                    let own = used - own_view(swarm, network, node);
                    (own, free + (used - own))
                }
                None => (used, free),
            }
        };
        let subnets: Map<String, Value> = pool
            .subnets()
            .iter()
            .map(|subnet| {
                let (used, free) = figures(subnet);
                (subnet.request.subnet.to_string(), json!({ "IPsInUse": used, "DynamicIPsAvailable": free }))
            })
            .collect();
        json["Status"] = json!({ "IPAM": { "Subnets": subnets } });
    }
    Ok(Answer::ok(&json))
}

/// How many addresses of the network the engine of this node does not know of.
fn own_view(swarm: &Swarm, network: &Network, node: &NodeId) -> u64 {
    let count = swarm.count(network.id.as_str()).unwrap_or_default();
    let on_node = |task: &&crate::object::Task| task.node.as_ref() == Some(node);
    let own = swarm.tasks().filter(on_node).filter(|task| task.networks_held().any(|id| *id == network.id));
    (count.owned() + count.leaked).saturating_sub(own.count() as u64 + 1)
}

fn containers(swarm: &Swarm, network: &Network, node: &NodeId, balancer: IpNet) -> Value {
    let mut map = Map::new();
    let on_node =
        swarm.tasks().filter(|task| task.node.as_ref() == Some(node) && task.state == TaskState::Running);
    for task in on_node {
        for held in task.attachments.iter().filter(|held| held.network == network.id) {
            let name = task.service.as_ref().and_then(|id| swarm.services.get(id));
            let name = name.map_or_else(String::new, |service| {
                format!("{}.{}.{}", service.name(), task.slot(), task.id)
            });
            let address = held.addresses.first().map(ToString::to_string).unwrap_or_default();
            map.insert(
                format!("{}{}", task.id, task.id),
                json!({ "Name": name, "EndpointID": task.id, "MacAddress": "", "IPv4Address": address, "IPv6Address": "" }),
            );
        }
    }
    let name = format!("{}-endpoint", network.name);
    map.insert(
        format!("lb-{}", network.name),
        json!({ "Name": name, "EndpointID": "", "MacAddress": "", "IPv4Address": balancer.to_string(), "IPv6Address": "" }),
    );
    Value::Object(map)
}

pub(super) fn create(swarm: &mut Swarm, request: Value) -> Outcome {
    let name = request["Name"].as_str().unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err(Refusal::bad("network name is required"));
    }
    let known = swarm.networks().chain(&swarm.remains).any(|network| network.name == name);
    if known || NODE_LOCAL.iter().any(|(local, _)| *local == name) {
        return Err(Refusal::new(409, &format!("network with name {name} already exists")));
    }
    let driver = request["Driver"].as_str().filter(|driver| !driver.is_empty()).unwrap_or("bridge");
    if driver != "overlay" {
        return Err(Refusal::new(501, &format!("swarm-sim makes overlay networks only, not {driver}")));
    }
    let subnets = subnets(&request["IPAM"]["Config"])?;
    let scope = if request["Ingress"] == true { Scope::Ingress } else { Scope::Overlay };
    if scope == Scope::Ingress && swarm.ingress().is_some() {
        return Err(Refusal::new(
            409,
            "rpc error: code = AlreadyExists desc = ingress network is already present",
        ));
    }
    let driver = driver.to_owned();
    let id = swarm.add_network(&name, scope, &driver, request, subnets);
    if scope == Scope::Ingress && !swarm.profile().defects {
        let nodes: Vec<NodeId> = swarm.nodes().map(|node| node.id.clone()).collect();
        for node in nodes {
            swarm.attach_to_ingress(&node);
        }
    }
    Ok(Answer::json(201, &json!({ "Id": id, "Warning": "" })))
}

/// Auxiliary addresses are neither kept nor looked at, as in the engine.
fn subnets(config: &Value) -> Result<Vec<SubnetRequest>, Refusal> {
    let mut subnets = Vec::new();
    for entry in config.as_array().into_iter().flatten() {
        let text = |key: &str| entry[key].as_str().unwrap_or_default();
        let subnet: IpNet = text("Subnet").parse().map_err(|_| {
            Refusal::invalid(&format!("ipam configuration: invalid subnet {}", text("Subnet")))
        })?;
        let range = Some(text("IPRange")).filter(|range| !range.is_empty()).map(str::parse).transpose();
        let range = range.map_err(|_| Refusal::invalid("ipam configuration: invalid range"))?;
        let gateway = Some(text("Gateway")).filter(|gateway| !gateway.is_empty()).map(str::parse).transpose();
        let gateway = gateway.map_err(|_| Refusal::invalid("ipam configuration: invalid gateway"))?;
        let request = SubnetRequest { subnet: subnet.trunc(), range, gateway };
        if let Some(gateway) = request.gateway
            && !request.subnet.contains(&gateway)
        {
            let words = format!("ipam configuration: subnet {subnet} does not contain gateway {gateway}");
            return Err(Refusal::invalid(&words));
        }
        subnets.push(request);
    }
    Ok(subnets)
}

pub(super) fn remove(swarm: &mut Swarm, name: &str) -> Outcome {
    let network =
        swarm.network(name).ok_or_else(|| Refusal::new(404, &format!("network {name} not found")))?;
    let (id, name, scope) = (network.id.clone(), network.name.clone(), network.scope);
    if scope == Scope::Predefined {
        return Err(Refusal::precondition(&format!("{name} is a pre-defined network and cannot be removed")));
    }
    let uses = |service: &&crate::object::Service| {
        let shape = service.shape();
        shape.template.networks.contains(&id) || scope == Scope::Ingress && shape.is_published()
    };
    if let Some(service) = swarm.services().find(uses) {
        let words = match scope {
            Scope::Ingress => {
                format!("ingress network cannot be removed because service {} depends on it", service.id)
            }
            _ => format!("network {id} is in use by service {}", service.id),
        };
        return Err(Refusal::precondition(&words));
    }
    let live = |task: &&crate::object::Task| {
        task.desired <= DesiredState::Running
            && task.state <= TaskState::Running
            && task.template.networks.contains(&id)
    };
    if let Some(task) = swarm.tasks().find(live) {
        return Err(Refusal::precondition(&format!("network {id} is in use by task {}", task.id)));
    }
    swarm.remove_network(&id);
    swarm.event("network", "remove", id.as_str(), &[("name", &name)]);
    Ok(Answer::empty(204))
}

impl Swarm {
    fn remove_network(&mut self, id: &crate::id::NetworkId) {
        self.allocator.new_networks.remove(id);
        let Some(network) = self.networks.remove(id) else { return };
        let remains = |task: &crate::object::Task| {
            !task.state.is_terminal() && task.attachments.iter().any(|held| held.network == *id)
        };
        if self.tasks.values().any(remains) {
            self.remains.push(network);
        }
        self.forget_balancers(id);
        self.wake();
    }
}
