//! `docker smsvc budget`.

use smsvc_core::budget::{Account, Ledger, SwarmFacts};
use tokio::time::sleep;

use super::lookup;
use crate::args::{BudgetArgs, Format};
use crate::engine::{Engine, EngineError, Network};
use crate::error::Error;
use crate::map::AddressMap;
use crate::observe::Swarm;
use crate::plugin::Cancellation;
use crate::report::{Report, account_json, budget_notes, text_by};

/// Shows the accounts of the networks that were named, or of all overlay networks; again and again with `--watch`, until
/// the user has seen enough.
pub async fn budget(
    engine: &impl Engine,
    args: &BudgetArgs,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    if !args.watch {
        let swarm = super::unless(cancellation, observe(engine, args)).await?;
        let shown = Shown::of(&swarm, args, report)?;
        report.result(&shown.text);
        report.budget_notes(&shown.notes);
        return Ok(());
    }
    // What cannot be shown at all is said at once; an engine that goes away later may come back.
    let mut swarm = Ok(super::unless(cancellation, observe(engine, args)).await?);
    Shown::of(swarm.as_ref().map_err(|error: &EngineError| Error::Engine(error.clone()))?, args, report)?;
    let mut screen = report.screen();
    loop {
        let text = match swarm.map_err(Error::Engine).and_then(|swarm| Shown::of(&swarm, args, report)) {
            Ok(shown) if args.format == Format::Table => {
                format!("{}\n\n{}", shown.text, report.budget_notes_text(&shown.notes))
            }
            Ok(shown) => shown.text,
            Err(error) if args.format == Format::Table => error.message(),
            Err(error) => {
                report.error(&error);
                String::new()
            }
        };
        if !text.is_empty() {
            screen.draw(text.trim_end());
        }
        if report.is_unread() {
            return Ok(());
        }
        tokio::select! {
            biased;
            () = cancellation.requested() => return Ok(()),
            next = async { sleep(args.interval).await; observe(engine, args).await } => swarm = next,
        }
    }
}

/// The swarm, with the engine's own count of what is shown.
async fn observe(engine: &impl Engine, args: &BudgetArgs) -> Result<Swarm, EngineError> {
    let shown = |network: &Network| {
        let named = |wanted: &String| network.name == *wanted || network.id.starts_with(wanted.as_str());
        network.is_overlay() && (args.networks.is_empty() || args.networks.iter().any(named))
    };
    Swarm::observe_counted(engine, shown).await
}

/// What is to be seen.
struct Shown {
    text: String,
    notes: Vec<String>,
}

impl Shown {
    fn of(swarm: &Swarm, args: &BudgetArgs, report: Report) -> Result<Self, Error> {
        let facts = swarm.facts();
        let ledger = Ledger::open(&facts);
        let accounts = accounts(&ledger, swarm, &args.networks)?;
        let maps: Vec<Option<AddressMap>> = accounts
            .iter()
            .map(|account| (!args.networks.is_empty()).then(|| AddressMap::of(swarm, account.network())))
            .collect();
        let mapped = || accounts.iter().copied().zip(&maps);
        let text = match &args.format {
            Format::Table if args.networks.is_empty() => report.budget_table(&accounts),
            Format::Table => full(&ledger, &facts, mapped(), report),
            format => {
                let values =
                    mapped().map(|(account, map)| account_json(&ledger, &facts, account, map.as_ref()));
                text_by(format, &values.collect::<serde_json::Value>())?
            }
        };
        let notes = mapped().flat_map(|(account, map)| budget_notes(account, &facts, map.as_ref()));
        Ok(Self { text, notes: notes.collect() })
    }
}

fn full<'a, 'f: 'a>(
    ledger: &Ledger<'f>,
    facts: &SwarmFacts,
    accounts: impl Iterator<Item = (&'a Account<'f>, &'a Option<AddressMap>)>,
    report: Report,
) -> String {
    let texts: Vec<String> = accounts
        .filter_map(|(account, map)| Some(report.budget_map(ledger, facts, account, map.as_ref()?)))
        .collect();
    texts.join("\n\n")
}

/// The networks that were named, each once, in that order; else all, by name, the routing mesh last.
fn accounts<'l, 'f>(
    ledger: &'l Ledger<'f>,
    swarm: &Swarm,
    names: &[String],
) -> Result<Vec<&'l Account<'f>>, Error> {
    let mut accounts: Vec<&Account<'_>> = Vec::new();
    for name in names {
        let account = lookup::account(ledger, swarm, name)?;
        if !accounts.iter().any(|known| known.network().id == account.network().id) {
            accounts.push(account);
        }
    }
    if names.is_empty() {
        accounts.extend(ledger.accounts().filter(|account| account.network().overlay));
        accounts.sort_by_key(|account| (account.network().ingress, account.network().name.clone()));
    }
    Ok(accounts)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::engine::fake::Fake;

    fn args(network: &str, watch: bool) -> BudgetArgs {
        let interval = Duration::from_millis(1);
        BudgetArgs { networks: vec![network.to_owned()], format: Format::Json, watch, interval }
    }

    async fn ask(network: &str) -> Result<(), Error> {
        let mut swarm = Swarm::sample().with_network("front", "10.1.0.0/24");
        let mut bridge = swarm.networks[0].clone();
        bridge.id = "b1".into();
        bridge.name = "bridge".into();
        bridge.driver = "bridge".into();
        bridge.swarm = false;
        swarm.networks.push(bridge);
        let engine = Fake::of(swarm);
        budget(&engine, &args(network, false), &Cancellation::never(), Report::new()).await
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

    #[tokio::test]
    async fn a_watch_asks_again_and_ends_well_when_the_user_stops_it() {
        let engine = Fake::of(Swarm::sample().with_network("front", "10.1.0.0/24"));
        let asked = || engine.calls().iter().filter(|call| **call == "GET /services").count();
        let (never, args) = (Cancellation::never(), args("front", true));
        let watch = budget(&engine, &args, &never, Report::new());
        let outcome = tokio::time::timeout(Duration::from_millis(200), watch).await;
        assert!(outcome.is_err(), "it goes on");
        assert!(asked() > 2, "{}", asked());
        let gone = budget(&Fake::gone(), &args, &never, Report::new()).await;
        assert!(matches!(gone, Err(Error::Engine(_))), "what cannot begin is an error");
    }
}
