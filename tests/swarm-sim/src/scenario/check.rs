//! What a scenario looks at.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde_json::Value;

use super::probe::{duplicates, free, vips};
use super::run::Run;
use super::{Condition, Ground};

/// All kinds of tasks.
const EVERY_TASK: &str =
    "/tasks?filters=%7B%22runtime%22%3A%5B%22container%22%2C%22%22%2C%22attachment%22%5D%7D";

pub(super) fn check<G: Ground>(run: &mut Run<'_, G>, condition: &Condition) -> Result<()> {
    for (service, expected) in &condition.states {
        let seen = states(&run.tasks(service)?);
        ensure!(seen == *expected, "{service}: {seen:?}");
    }
    for (service, expected) in &condition.running {
        let seen = run.running(service)?;
        ensure!(seen == *expected, "{service}: {seen} tasks run");
    }
    for (service, expected) in &condition.update {
        let target = format!("/services/{}", run.name(service));
        let state = run.get(&target)?["UpdateStatus"]["State"].clone();
        ensure!(state == expected.as_str(), "{service}: the update is {state}");
    }
    for (service, expected) in &condition.vips {
        let seen = vips(run, service)?;
        ensure!(seen.len() == *expected, "{service}: virtual IPs {seen:?}");
    }
    for (service, words) in &condition.rejected {
        let tasks = run.tasks(service)?;
        let with_words =
            |task: &Value| task["Status"]["Err"].as_str().is_some_and(|error| error.contains(words.as_str()));
        ensure!(tasks.iter().any(with_words), "{service}: no task with {words:?}");
    }
    for (network, expected) in &condition.allocated {
        let id = run.network_id(network)?;
        // From API 1.52 on the engine finds no network that it has not allocated.
        let found = run.get(&format!("/v1.41/networks/{id}"))?;
        let has = found["IPAM"]["Config"].as_array().is_some_and(|config| !config.is_empty());
        ensure!(has == *expected, "{network}: {}", found["IPAM"]);
    }
    for (network, expected) in &condition.in_use {
        let name = if network == "ingress" { network.clone() } else { run.name(network) };
        let found = run.get(&format!("/v1.52/networks/{name}?scope=swarm"))?;
        let subnets = found["Status"]["IPAM"]["Subnets"].as_object().cloned().unwrap_or_default();
        let seen: u64 = subnets.values().filter_map(|subnet| subnet["IPsInUse"].as_u64()).sum();
        ensure!(seen == *expected, "{network}: {seen} in use");
    }
    for (network, expected) in &condition.duplicates {
        let seen = duplicates(run, network)?;
        ensure!(seen == *expected, "{network}: {seen} addresses twice");
    }
    for network in &condition.no_tasks {
        let held = held(run, network)?;
        ensure!(held.is_empty(), "{network}: tasks {held:?}");
    }
    for (network, expected) in &condition.held {
        let id = run.network_id(network)?;
        let live = held(run, network)?;
        let live = live.iter().filter(|state| {
            !["complete", "shutdown", "failed", "rejected", "orphaned"].contains(&state.as_str())
        });
        let services = run.get("/services")?;
        let services = services.as_array().cloned().unwrap_or_default();
        let all = services
            .iter()
            .flat_map(|service| service["Endpoint"]["VirtualIPs"].as_array().into_iter().flatten());
        let vips = all.filter(|vip| vip["NetworkID"] == id && vip["Addr"].is_string()).count();
        let seen = vips + live.count();
        ensure!(seen == *expected, "{network}: {seen} held");
    }
    for (network, expected) in &condition.free {
        let seen = free(run, network)?;
        ensure!(seen == *expected, "{network}: {seen} free");
    }
    Ok(())
}

/// How many tasks are in each state.
fn states(tasks: &[Value]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for task in tasks {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let state = format!("{}/{}", text(&task["Status"]["State"]), text(&task["DesiredState"]));
        *counts.entry(state).or_default() += 1;
    }
    counts
}

/// The states of the tasks that list an address on the network, once for each address.
fn held<G: Ground>(run: &mut Run<'_, G>, network: &str) -> Result<Vec<String>> {
    let id = run.network_id(network)?;
    let tasks = run.get(EVERY_TASK)?;
    let mut states = Vec::new();
    for task in tasks.as_array().into_iter().flatten() {
        for held in task["NetworksAttachments"].as_array().into_iter().flatten() {
            if held["Network"]["ID"] == id {
                let count = held["Addresses"].as_array().map_or(0, Vec::len);
                let state = task["Status"]["State"].as_str().unwrap_or_default();
                states.extend(std::iter::repeat_n(state.to_owned(), count));
            }
        }
    }
    Ok(states)
}
