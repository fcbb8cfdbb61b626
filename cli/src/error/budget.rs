//! The words of a budget's no: the network, what is free, what is needed, what would help.

use smsvc_core::budget::{Addresses, Need, Verdict};

use crate::plan::{BudgetRefusal, RefusingNetwork};

impl BudgetRefusal {
    /// One line a network.
    pub(super) fn message(&self) -> String {
        self.networks.iter().map(RefusingNetwork::message).collect::<Vec<_>>().join("\n")
    }

    /// What would help, the cheapest first.
    pub(super) fn hints(&self) -> Vec<String> {
        let mut hints = Vec::new();
        if let Some(dnsrr) = self.dnsrr.filter(|dnsrr| dnsrr.enough) {
            hints.push(format!("--endpoint-mode dnsrr saves {} and fits", addresses(dnsrr.saves)));
        } else if let Some(dnsrr) = self.dnsrr {
            hints.push(format!(
                "--endpoint-mode dnsrr saves {}, which is not enough by itself",
                addresses(dnsrr.saves)
            ));
        }
        if let Some(replicas) = self.replicas {
            hints.push(format!("it fits with --replicas {replicas}"));
        }
        if self.stop_first {
            hints.push("it fits with a stop-first update".to_owned());
        }
        for network in &self.networks {
            match network.prefix {
                _ if network.verdict == Verdict::NotAllocated => hints.push(format!(
                    "the engine has not allocated {}: wait a moment; if that lasts, its subnet overlaps with another network's",
                    network.name
                )),
                Some(prefix) => hints.push(format!("a network of /{prefix} in the place of {} would hold it", network.name)),
                None => hints.push(format!("no single IPv4 subnet in the place of {} would hold it", network.name)),
            }
        }
        hints
    }
}

impl RefusingNetwork {
    fn message(&self) -> String {
        let Self { name, subnets, usable, headroom, .. } = self;
        let promised = if self.owed.is_none() {
            String::new()
        } else {
            format!(" ({} more are free and promised to services that still wait for them)", self.owed)
        };
        match self.verdict {
            Verdict::NotAllocated => format!("network {name} has no addresses yet"),
            Verdict::UpdateStalls { .. } => format!(
                "network {name} ({subnets}) has {} of {usable} free{promised}; the service needs {} and then nothing is left for its start-first update, which would never end",
                addresses(*headroom),
                addresses(self.need.steady()),
            ),
            _ => format!(
                "network {name} ({subnets}) has {} of {usable} free{promised}; the service needs {}",
                addresses(*headroom),
                need(&self.need),
            ),
        }
    }
}

/// `3: 1 for the virtual IP, 2 for tasks`.
fn need(need: &Need) -> String {
    let parts = [
        (need.vips, "for the virtual IP"),
        (need.tasks, "for tasks"),
        (need.load_balancers, "for load balancers of nodes that are new on it"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| !count.is_none())
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    format!("{}: {}", need.steady(), parts.join(", "))
}

/// `1 address`, `3 addresses`.
pub(crate) fn addresses(count: Addresses) -> String {
    match count.get() {
        1 => "1 address".to_owned(),
        count => format!("{count} addresses"),
    }
}

/// The lines of a refusal that was overruled.
pub(crate) fn budget_lines(refusal: &BudgetRefusal) -> Vec<String> {
    refusal.networks.iter().map(RefusingNetwork::message).collect()
}
