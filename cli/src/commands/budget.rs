//! `docker smsvc budget`.

use smsvc_core::budget::{Account, Ledger};

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
        accounts.push(account(&ledger, &swarm, name)?);
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

/// By name, by id, or by the beginning of an id that only one network has, as docker looks networks up.
fn account<'l, 'f>(ledger: &'l Ledger<'f>, swarm: &Swarm, wanted: &str) -> Result<&'l Account<'f>, Error> {
    let is = |found: &dyn Fn(&Account<'_>) -> bool| {
        let mut matching = ledger.accounts().filter(|account| found(account));
        matching.next().filter(|_| matching.next().is_none())
    };
    is(&|account| account.network().name == wanted)
        .or_else(|| is(&|account| account.network().id.as_str() == wanted))
        .or_else(|| is(&|account| !wanted.is_empty() && account.network().id.as_str().starts_with(wanted)))
        .ok_or_else(|| {
            match swarm.networks.iter().find(|network| network.name == wanted || network.id == wanted) {
                Some(local) => Error::network_not_swarm(local),
                None => Error::NetworkUnknown { name: wanted.to_owned() },
            }
        })
}
