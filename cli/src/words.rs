//! Words that results and errors share, so that the same thing is always called the same.

use smsvc_core::budget::{Addresses, Need};

/// Why a network may have no addresses at all, and what to do.
pub(crate) const NOT_ALLOCATED: &str =
    "the engine has not allocated it yet; if that lasts, its subnet overlaps with another network's";

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

fn counted(count: Addresses, one: &str, several: &str) -> String {
    format!("{count} {}", if count == Addresses::ONE { one } else { several })
}
