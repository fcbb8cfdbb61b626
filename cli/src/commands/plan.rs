//! `docker smsvc plan`.

use smsvc_core::budget::NetworkId;

use super::check::stack_files;
use crate::args::PlanArgs;
use crate::engine::{Engine, Surroundings};
use crate::error::Error;
use crate::observe::Swarm;
use crate::plan::check::{World, check};
use crate::plan::free_range::{FreeRanges, routes};
use crate::plan::size;
use crate::report::Report;
use crate::stack;

/// Sizes what is asked for and says where it can lie. `local` is whether the engine runs on this host.
pub async fn plan(
    engine: &impl Engine,
    args: &PlanArgs,
    around: &Surroundings,
    local: bool,
    report: Report,
) -> Result<(), Error> {
    let (swarm, info) = tokio::try_join!(Swarm::observe(engine), engine.info())?;
    // There is no such file where the host is not a Linux one.
    let table = local.then(|| std::fs::read_to_string("/proc/net/route").unwrap_or_default());
    let free = FreeRanges::beside(&swarm.networks)
        .in_pools_of(&info)
        .avoiding(routes(&table.unwrap_or_default()))
        .avoiding(args.avoid.iter().copied());
    let mut ingress = false;
    let sizings = if let Some(services) = args.services {
        let nodes = args.nodes.unwrap_or(swarm.nodes.len() as u64);
        vec![(String::new(), size::of_numbers(args, services, nodes))]
    } else if !args.files.is_empty() {
        let variables = around.variables.clone();
        let loaded = stack::load(&stack_files(&args.files)?, &variables);
        let Some(stack) = loaded.stack else {
            report.findings(&loaded.findings);
            return Err(Error::Checked { budget: false, findings: loaded.findings.len() });
        };
        size::of_stack(&check(
            &stack,
            args.name.as_deref().unwrap_or("stack"),
            false,
            &World::live(swarm, &info),
        ))
    } else if let Some(name) = &args.name {
        let unknown = || Error::NetworkUnknown { name: name.clone() };
        let network = swarm
            .networks
            .iter()
            .find(|it| it.swarm && (it.name == *name || it.id == *name))
            .ok_or_else(unknown)?;
        ingress = network.ingress;
        let sizing = size::of_network(&swarm.facts(), &NetworkId::new(&network.id)).ok_or_else(unknown)?;
        vec![(format!("{}-new", network.name), sizing)]
    } else {
        return Err(Error::NothingToPlan);
    };
    let proposals = size::propose(sizings, ingress, args, free);
    report.proposals(&proposals, &args.format)?;
    match proposals.iter().filter(|it| it.blocks.is_empty()).count() {
        0 => Ok(()),
        networks => Err(Error::NoRangeFound { networks }),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::engine::fake::Fake;

    #[derive(clap::Parser)]
    struct Words {
        #[command(flatten)]
        args: PlanArgs,
    }

    async fn planned(words: &[&str]) -> Result<(), Error> {
        let args = Words::try_parse_from([&["plan"], words].concat()).unwrap().args;
        let engine = Fake::of(Swarm::sample().with_network("front", "10.1.0.0/24"));
        plan(&engine, &args, &Surroundings::default(), false, Report::new()).await
    }

    #[tokio::test]
    async fn what_fits_nowhere_is_an_error() {
        planned(&["--services", "20"]).await.unwrap();
        for words in [&["--services", "4294967296"][..], &["--services", "9", "--avoid", "0.0.0.0/0"]] {
            let error = planned(words).await.unwrap_err();
            assert!(matches!(error, Error::NoRangeFound { networks: 1 }), "{words:?}: {error:?}");
        }
    }

    #[test]
    fn nothing_cannot_be_sized() {
        for words in [["--services", "0"], ["--nodes", "0"]] {
            assert!(Words::try_parse_from([&["plan"][..], &words].concat()).is_err(), "{words:?}");
        }
    }
}
