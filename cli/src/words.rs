//! Words that results and errors share, so that the same thing is always called the same.

use jiff::Timestamp;
use smsvc_core::budget::{Addresses, Need, Usage};

use crate::plan::redefine::{Place, Step, Wait};

/// Why a network may have no addresses at all, and what to do.
pub(crate) const NOT_ALLOCATED: &str =
    "the engine has not allocated it yet; if that lasts, its subnet overlaps with another network's";

/// What a redefinition waits for.
pub(crate) fn redefinition_wait(wait: &Wait) -> String {
    match wait {
        Wait::Release { network, tasks, .. } => {
            let stop = if *tasks == 1 { "task is still stopping" } else { "tasks are still stopping" };
            format!("{tasks} {stop} on the network {network}")
        }
        Wait::Allocation { network } => format!("the engine gives the network {network} its addresses"),
        Wait::Tasks { service, running, wanted } => {
            format!(
                "{service} has {running} of {wanted} {} running",
                if *wanted == 1 { "task" } else { "tasks" }
            )
        }
    }
}

/// A step of a redefinition.
pub(crate) fn redefinition_step(step: &Step) -> String {
    match step {
        Step::RemoveService { name, .. } => format!("remove the service {name}"),
        Step::RemoveNetwork { name, .. } => format!("remove the network {name}"),
        Step::CreateNetwork { definition } => {
            let ranges: Vec<String> =
                definition.subnets().unwrap_or_default().iter().map(|it| it.net().to_string()).collect();
            format!("create the network {} with {}", definition.name(), ranges.join(" and "))
        }
        Step::CreateService { name, .. } => format!("create the service {name}"),
        Step::MoveService { name, to, .. } => {
            let to = match to {
                Place::Home => "to its network only",
                Place::Both | Place::Returning => "to both networks",
                Place::Away => "to the network in transit only",
            };
            format!("move the service {name} {to}")
        }
    }
}

/// `1 address`, `3 addresses`.
pub(crate) fn addresses(count: Addresses) -> String {
    counted(count, "address", "addresses")
}

/// `3 addresses (1 virtual IP, 2 tasks)`.
pub(crate) fn need(need: &Need) -> String {
    let parts = [
        (need.vips, "virtual IP", "virtual IPs"),
        (need.tasks, "task", "tasks"),
        (need.load_balancers, "load balancer", "load balancers"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, ..)| !count.is_none())
        .map(|(count, one, several)| counted(*count, one, several))
        .collect();
    let total = addresses(need.steady());
    if parts.is_empty() { total } else { format!("{total} ({})", parts.join(", ")) }
}

/// `1 load balancer, 2 virtual IPs, 3 tasks`: what needs addresses.
pub(crate) fn of_kind(load_balancers: Addresses, vips: Addresses, tasks: Addresses) -> String {
    held(&Usage { load_balancers, vips, tasks, ..Usage::default() })
}

/// `1 load balancer, 2 virtual IPs, 3 tasks`: what holds addresses of a network.
pub(crate) fn held(usage: &Usage) -> String {
    let parts = [
        (usage.load_balancers, "load balancer", "load balancers"),
        (usage.vips, "virtual IP", "virtual IPs"),
        (usage.tasks, "task", "tasks"),
        (usage.attachments, "attached container", "attached containers"),
        (usage.leaked, "leaked address", "leaked addresses"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, ..)| !count.is_none())
        .map(|(count, one, several)| counted(*count, one, several))
        .collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}

/// `12 seconds`, `3 minutes`: how long ago that was, in one unit.
pub(crate) fn elapsed(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second().saturating_sub(then.as_second()).max(0);
    let (count, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn counted(count: Addresses, one: &str, several: &str) -> String {
    format!("{count} {}", if count == Addresses::ONE { one } else { several })
}
