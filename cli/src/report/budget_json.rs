//! The accounts of networks for programs. `docs/ip-budget.md` documents every field; `version` counts changes that could
//! break a reader.

use serde_json::{Value, json};
use smsvc_core::budget::{Account, Addresses, Ledger, Sample, SwarmFacts, fitting};

use super::account::SHAPES;
use crate::map::{AddressMap, Kind};

/// The version of the format.
const VERSION: u32 = 1;

/// One network, with each address that is known to be held where there is a map.
pub fn account(
    ledger: &Ledger<'_>,
    facts: &SwarmFacts,
    account: &Account<'_>,
    map: Option<&AddressMap>,
) -> Value {
    let (network, usage) = (account.network(), account.usage());
    let mut value = json!({
        "version": VERSION,
        "network": network.name,
        "id": network.id.as_str(),
        "ingress": network.ingress,
        "subnets": network.subnets.iter().map(|subnet| subnet.net().to_string()).collect::<Vec<_>>(),
        "capacity": {
            "total": usage.capacity.total.get(),
            "networkAndBroadcast": usage.capacity.network_and_broadcast.get(),
            "gateway": usage.capacity.gateway.get(),
            "withheld": usage.capacity.withheld.get(),
            "usable": usage.capacity.usable.get(),
        },
        "inUse": {
            "loadBalancers": usage.load_balancers.get(),
            "vips": usage.vips.get(),
            "tasks": usage.tasks.get(),
            "stoppingTasks": usage.stopping.get(),
            "attachedContainers": usage.attachments.get(),
            "leaked": usage.leaked.get(),
        },
        "waiting": {
            "loadBalancers": usage.owed.load_balancers.get(),
            "vips": usage.owed.vips.get(),
            "tasks": usage.owed.tasks.get(),
        },
        "returning": {
            "loadBalancers": usage.returning.load_balancers.get(),
            "tasks": usage.returning.tasks.get(),
        },
        "free": usage.free().get(),
        "headroom": usage.headroom().get(),
        "short": usage.short().get(),
        "engine": { "available": network.available.map(Addresses::get) },
        "forecast": forecast(ledger, facts, account),
    });
    if let Some(map) = map {
        value["addresses"] = addresses(map);
    }
    value
}

fn forecast(ledger: &Ledger<'_>, facts: &SwarmFacts, account: &Account<'_>) -> Value {
    let median = Sample::median(facts, account.network()).map(|sample| {
        json!({
            "addresses": sample.cost().get(),
            "vips": sample.vips.get(),
            "tasks": sample.tasks.get(),
            "fits": fitting(ledger, account, sample),
        })
    });
    let shapes: Vec<Value> = SHAPES
        .iter()
        .map(|(mode, replicas)| {
            let fits = fitting(ledger, account, Sample::new(*mode, *replicas));
            json!({ "endpointMode": mode.to_string(), "replicas": replicas, "fits": fits })
        })
        .collect();
    json!({ "median": median, "shapes": shapes })
}

fn addresses(map: &AddressMap) -> Value {
    let entries = map.held().flat_map(|(address, holders)| {
        holders.iter().map(move |holder| {
            json!({ "address": address.to_string(), "kind": kind_name(holder.kind), "holder": holder.name })
        })
    });
    entries.collect()
}

/// What holds an address, in a word for programs.
pub fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Reserved => "reserved",
        Kind::Gateway => "gateway",
        Kind::VirtualIp => "vip",
        Kind::Task => "task",
        Kind::Stopping => "stoppingTask",
        Kind::Container => "attachedContainer",
        Kind::Twice => "twice",
    }
}
