//! `docker smsvc budget`.

use smsvc_core::budget::{Account, Ledger};

use super::lookup;
use crate::args::{BudgetArgs, Format};
use crate::engine::Engine;
use crate::error::Error;
use crate::observe::Swarm;
use crate::report::Report;

/// Shows the accounts of the networks that were named, or of all overlay networks.
pub async fn budget(engine: &impl Engine, args: &BudgetArgs, report: Report) -> Result<(), Error> {
    let swarm = Swarm::observe(engine).await?;
    let facts = swarm.facts();
    let ledger = Ledger::open(&facts);
    let mut accounts: Vec<&Account<'_>> = Vec::new();
    if args.networks.is_empty() {
        accounts.extend(ledger.accounts().filter(|account| account.network().overlay));
    }
    for name in &args.networks {
        let account = lookup::account(&ledger, &swarm, name)?;
        if !accounts.iter().any(|known| known.network().id == account.network().id) {
            accounts.push(account);
        }
    }
    // Names are what people look for; the routing mesh comes last, as docker has no network before it.
    if args.networks.is_empty() {
        accounts.sort_by_key(|account| (account.network().ingress, account.network().name.clone()));
    }
    match args.format {
        Format::Table => report.budget_table(&accounts),
        Format::Json => report.budget_json(&accounts),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fake::Fake;

    async fn ask(network: &str) -> Result<(), Error> {
        let mut swarm = Swarm::sample().with_network("front", "10.1.0.0/24");
        let mut bridge = swarm.networks[0].clone();
        bridge.id = "b1".into();
        bridge.name = "bridge".into();
        bridge.driver = "bridge".into();
        bridge.swarm = false;
        swarm.networks.push(bridge);
        let args = BudgetArgs { networks: vec![network.to_owned()], format: Format::Json };
        budget(&Fake::of(swarm), &args, Report::new()).await
    }

    #[tokio::test]
    async fn a_network_is_found_by_name_by_id_and_by_the_beginning_of_its_id() {
        for network in ["front", "front-id", "front-"] {
            assert!(ask(network).await.is_ok(), "{network}");
        }
    }

    #[tokio::test]
    async fn a_network_of_the_node_is_told_apart_from_none_at_all() {
        assert!(matches!(ask("bridge").await, Err(Error::NetworkNotSwarm { .. })));
        assert!(matches!(ask("nope").await, Err(Error::NetworkUnknown { .. })));
        assert!(matches!(ask("").await, Err(Error::NetworkUnknown { .. })));
    }
}
