//! The words of a budget's no: the network, what is free, what is needed, what would help.

use smsvc_core::budget::Verdict;

use crate::plan::{BudgetRefusal, RefusingNetwork};
use crate::words::{NOT_ALLOCATED, addresses, need};

impl BudgetRefusal {
    /// One line a network, each with its code.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        self.networks.iter().map(|network| format!("{}: {}", network.code(), network.message()))
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
            let tasks = if replicas == 1 { "replica" } else { "replicas" };
            hints.push(format!("it fits with {replicas} {tasks}"));
        }
        if self.stop_first {
            hints.push("it fits with a stop-first update".to_owned());
        }
        for network in &self.networks {
            match network.prefix {
                _ if network.verdict == Verdict::NotAllocated => {}
                Some(prefix) => hints
                    .push(format!("a network of /{prefix} in the place of {} would hold it", network.name)),
                None => hints
                    .push(format!("no single IPv4 subnet in the place of {} would hold it", network.name)),
            }
            if network.verdict != Verdict::NotAllocated && network.prefix.is_some() {
                hints.push(format!(
                    "`docker smsvc plan {0}` proposes one, `docker smsvc network redefine {0}` makes it so without losing a service",
                    network.name
                ));
            }
        }
        hints
    }
}

impl RefusingNetwork {
    fn code(&self) -> &'static str {
        match self.verdict {
            Verdict::NotAllocated => "E305",
            _ => "E303",
        }
    }

    fn message(&self) -> String {
        let Self { name, subnets, usable, headroom, .. } = self;
        let promised = if self.owed.is_none() {
            String::new()
        } else {
            format!(" ({} more are free and promised to services that still wait for them)", self.owed)
        };
        let needs = if self.more { "the change needs another" } else { "the service needs" };
        match self.verdict {
            Verdict::NotAllocated => format!("network {name} has no addresses: {NOT_ALLOCATED}"),
            Verdict::UpdateStalls { .. } => format!(
                "network {name} ({subnets}) has {} of {usable} free{promised}; {needs} {} and then nothing is left for its start-first update, which would never end",
                addresses(*headroom),
                need(&self.need),
            ),
            _ => format!(
                "network {name} ({subnets}) has {} of {usable} free{promised}; {needs} {}",
                addresses(*headroom),
                need(&self.need),
            ),
        }
    }
}
