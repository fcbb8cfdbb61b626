//! What the page shows, as JSON: routes, problems, and every network with a map of its addresses.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};
use smsvc_core::budget::{Account, Addresses, Ledger};
use smsvc_core::table::Rules;

use super::document::Published;
use crate::map::{AddressMap, Block};
use crate::observe::Swarm;
use crate::report::{kind_name, routes_value};

/// How many squares a map has at most.
const SQUARES: u64 = 256;

/// Everything. The networks are those of a snapshot, or why there is none.
pub(super) fn view(
    published: &Published,
    rules: &Rules,
    age: Duration,
    swarm: Result<&Swarm, &str>,
) -> Value {
    let mut view = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "ageSeconds": age.as_secs_f64(),
        "groups": published.groups.len(),
        "problems": published.problems,
        "routes": routes_value(rules),
        "networks": [],
    });
    match swarm {
        Ok(swarm) => view["networks"] = networks(swarm),
        Err(reason) => view["networksError"] = reason.into(),
    }
    view
}

fn networks(swarm: &Swarm) -> Value {
    let facts = swarm.facts();
    let ledger = Ledger::open(&facts);
    let mut accounts: Vec<&Account<'_>> = ledger.accounts().filter(|it| it.network().overlay).collect();
    accounts.sort_by_key(|it| &it.network().name);
    accounts.into_iter().map(|account| network(swarm, account)).collect()
}

fn network(swarm: &Swarm, account: &Account<'_>) -> Value {
    let (network, usage) = (account.network(), account.usage());
    let map = AddressMap::of(swarm, network);
    let mut holders: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (address, held) in map.held() {
        holders
            .entry(address.to_string())
            .or_default()
            .extend(held.iter().map(|holder| holder.name.as_str()));
    }
    json!({
        "name": network.name,
        "ingress": network.ingress,
        "usable": usage.capacity.usable.get(),
        "free": usage.free().get(),
        "owed": usage.owed.total().get(),
        "short": usage.short().get(),
        "leaked": usage.leaked.get(),
        "loadBalancers": Addresses::get(usage.load_balancers),
        "blocks": map.blocks.iter().map(|block| squares(block, &holders)).collect::<Vec<_>>(),
    })
}

/// A subnet as squares, each of as many addresses as it takes to have no more than [`SQUARES`].
fn squares(block: &Block, holders: &BTreeMap<String, Vec<&str>>) -> Value {
    let per_cell = block.size().div_ceil(SQUARES).next_power_of_two().max(1);
    let cells = (0..block.size().div_ceil(per_cell)).map(|cell| {
        let place = cell * per_cell;
        let kinds = block.kinds(place, per_cell).into_iter();
        let kinds: Map<String, Value> =
            kinds.map(|(kind, count)| (kind_name(kind).to_owned(), count.into())).collect();
        let from = block.address(place).to_string();
        let named = holders.get(&from).filter(|_| per_cell == 1).cloned().unwrap_or_default();
        json!({ "from": from, "kinds": kinds, "holders": named })
    });
    json!({ "subnet": block.net().to_string(), "perCell": per_cell, "cells": cells.collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::{Options, publish};

    fn shown(subnet: &str) -> Value {
        let labels = [
            ("smsvc.group", "g"),
            ("smsvc.port", "80"),
            ("smsvc.route.r.path", "/<script>alert(1)</script>"),
        ];
        let swarm =
            Swarm::sample().with_network("front", subnet).with_service("s", "vip", 3, "front", &labels);
        let published = publish(&swarm, &Options::sample());
        view(&published, &Rules::of_groups(&published.groups), Duration::from_secs(1), Ok(&swarm))
    }

    #[test]
    fn a_small_network_is_shown_address_by_address_with_who_holds_it() {
        let view = shown("10.1.0.0/28");
        let block = &view["networks"][0]["blocks"][0];
        assert_eq!((block["perCell"].as_u64(), block["cells"].as_array().unwrap().len()), (Some(1), 16));
        let held: Vec<&Value> = block["cells"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|cell| cell["kinds"].get("task").is_some())
            .collect();
        assert_eq!(held.len(), 3);
        assert_eq!(held[0]["holders"], json!(["s.1"]));
        assert_eq!(view["networks"][0]["free"], 8);
    }

    #[test]
    fn a_big_network_is_shown_to_scale() {
        let view = shown("10.1.0.0/16");
        let block = &view["networks"][0]["blocks"][0];
        assert_eq!((block["perCell"].as_u64(), block["cells"].as_array().unwrap().len()), (Some(256), 256));
    }
}
