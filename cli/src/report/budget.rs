//! The accounts of networks, as a table and as JSON.

use serde_json::{Value, json};
use smsvc_core::budget::{Account, Usage};

use super::Report;
use super::table::{Align, Table};
use crate::words::{NOT_ALLOCATED, addresses};

impl Report {
    /// One row a network.
    pub fn budget_table(self, accounts: &[&Account<'_>]) {
        self.result(&table(accounts));
        for account in accounts {
            self.budget_notes(account);
        }
    }

    /// What a number alone does not say.
    fn budget_notes(self, account: &Account<'_>) {
        let (name, usage) = (&account.network().name, account.usage());
        if account.network().subnets.is_empty() {
            self.warning(&format!("network {name} has no addresses: {NOT_ALLOCATED}"));
        }
        if !usage.short().is_none() {
            self.warning(&format!(
                "network {name} is {} short: tasks wait for an address that is not there",
                addresses(usage.short())
            ));
        }
        if !usage.leaked.is_none() {
            self.warning(&format!(
                "network {name}: the engine holds {} that nothing uses; a change of the swarm's leader frees them",
                addresses(usage.leaked)
            ));
        }
    }

    /// Every number, one object a network.
    pub fn budget_json(self, accounts: &[&Account<'_>]) {
        self.json(&Value::Array(accounts.iter().map(|account| account_json(account)).collect()));
    }
}

/// What is left of FREE and FREE itself add up to SIZE.
fn table(accounts: &[&Account<'_>]) -> String {
    let mut table = Table::new(&[
        ("NETWORK", Align::Left),
        ("SUBNET", Align::Left),
        ("SIZE", Align::Right),
        ("RESERVED", Align::Right),
        ("GATEWAY", Align::Right),
        ("LB", Align::Right),
        ("VIP", Align::Right),
        ("TASK", Align::Right),
        ("WAITING", Align::Right),
        ("FREE", Align::Right),
        ("USED", Align::Right),
    ]);
    for account in accounts {
        let usage = account.usage();
        table.row([
            account.network().name.clone(),
            subnets(account),
            usage.capacity.total.to_string(),
            usage.capacity.network_and_broadcast.plus(usage.capacity.withheld).to_string(),
            usage.capacity.gateway.to_string(),
            usage.load_balancers.to_string(),
            usage.vips.to_string(),
            usage.tasks.plus(usage.attachments).to_string(),
            usage.owed.total().to_string(),
            usage.headroom().to_string(),
            percent(usage),
        ]);
    }
    table.render()
}

fn account_json(account: &Account<'_>) -> Value {
    let (network, usage) = (account.network(), account.usage());
    json!({
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
            "attachedContainers": usage.attachments.get(),
            "leaked": usage.leaked.get(),
        },
        "waiting": {
            "loadBalancers": usage.owed.load_balancers.get(),
            "vips": usage.owed.vips.get(),
            "tasks": usage.owed.tasks.get(),
        },
        "free": usage.free().get(),
        "headroom": usage.headroom().get(),
    })
}

/// How much of what services could ever get is gone or promised.
fn percent(usage: &Usage) -> String {
    let capacity = usage.capacity.usable;
    if capacity.is_none() {
        return "-".to_owned();
    }
    let used = capacity.minus(usage.headroom()).get();
    format!("{}%", used.saturating_mul(100) / capacity.get())
}

fn subnets(account: &Account<'_>) -> String {
    match account.network().subnets.as_slice() {
        [] => "-".to_owned(),
        [only] => only.net().to_string(),
        [first, rest @ ..] => format!("{} +{}", first.net(), rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use smsvc_core::budget::Ledger;

    use super::*;
    use crate::observe::Swarm;

    #[test]
    fn a_row_adds_up_to_the_size_of_the_network() {
        let mut swarm = Swarm::sample()
            .with_network("front", "10.1.0.0/28")
            .with_network("back", "10.2.0.0/24")
            .with_service("web", "vip", 3, "front", &[])
            .with_service("api", "dnsrr", 2, "front", &[]);
        // One task of the second service has no address yet.
        swarm.tasks[4].status.state = "new".into();
        swarm.tasks[4].attachments = None;
        let facts = swarm.facts();
        let ledger = Ledger::open(&facts);
        let expected = "\
NETWORK   SUBNET        SIZE   RESERVED   GATEWAY   LB   VIP   TASK   WAITING   FREE   USED
back      10.2.0.0/24    256          2         1    0     0      0         0    253     0%
front     10.1.0.0/28     16          2         1    1     1      4         1      6    53%";
        assert_eq!(table(&ledger.accounts().collect::<Vec<_>>()), expected);
    }
}
