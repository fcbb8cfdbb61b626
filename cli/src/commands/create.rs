//! `docker smsvc create`.

use std::collections::BTreeMap;

use super::converge::converge;
use crate::engine::{Engine, Image, Network, Surroundings, registry};
use crate::error::Error;
use crate::execute::execute;
use crate::flags::{self, ApiVersion, CreateRequest, IpBudget, Parsed, Shell};
use crate::observe::Swarm;
use crate::plan::{self, CreateInput};
use crate::plugin::Globals;
use crate::report::Report;
use crate::run::connect;

/// Reads the command line, observes, plans, creates, waits.
pub async fn create(
    words: &[String],
    globals: &Globals,
    around: &Surroundings,
    report: Report,
) -> Result<(), Error> {
    let directory = std::env::current_dir().unwrap_or_default();
    let shell = Shell { variables: around.variables.clone(), directory };
    let request = match flags::parse(words, &shell).map_err(Error::Flags)? {
        Parsed::Create(request) => request,
        Parsed::Help(length) => {
            report.result(flags::help(length).trim_end());
            return Ok(());
        }
    };
    report.create_notices(&request);
    let engine = connect(globals, around).await?;
    let (major, minor) = engine.api();
    request.check_api(ApiVersion { major, minor }).map_err(|error| Error::Flags(error.into()))?;
    let auth = request.registry_auth.then(|| registry::auth_header(request.image.domain(), around));
    let networks = networks(&engine, &request).await?;
    let swarm = if needs_swarm(&request) { Some(Swarm::observe(&engine).await?) } else { None };
    let image =
        if request.resolve_image { image(&engine, &request, auth.as_deref(), report).await } else { None };

    let input =
        CreateInput { request: &request, networks: &networks, swarm: swarm.as_ref(), image: image.as_ref() };
    let plan = plan::create(&input)?;
    if !request.run.quiet || request.run.dry_run {
        report.create_decisions(&request, &plan);
    }
    report.create_warnings(&plan);
    if request.run.dry_run {
        report.dry_run(&plan.steps);
        return Ok(());
    }
    for step in &plan.steps {
        let created = execute(&engine, step, auth.as_deref()).await?;
        if let Some(warning) = &created.warning {
            report.warning(warning);
        }
        report.result(&created.id);
        if !request.run.detach {
            converge(&engine, &created.id, request.run.quiet, report).await?;
        }
    }
    Ok(())
}

/// Whether anything has to be held against the swarm. The endpoint mode is decided from the request alone.
fn needs_swarm(request: &CreateRequest) -> bool {
    request.ip_budget != IpBudget::Off || request.group.is_some()
}

/// Looks every network of the request up, as docker does.
async fn networks(engine: &impl Engine, request: &CreateRequest) -> Result<BTreeMap<String, Network>, Error> {
    let mut found = BTreeMap::new();
    for attachment in &request.networks {
        let name = &attachment.network;
        match engine.network(name).await? {
            Some(network) if network.ingress => return Err(Error::NetworkIsIngress { name: name.clone() }),
            Some(network) => {
                found.insert(name.clone(), network);
            }
            None => return Err(missing(engine, name).await?),
        }
    }
    Ok(found)
}

/// Why there is no such network in the swarm: it is one of this node only, or there is none at all.
async fn missing(engine: &impl Engine, name: &str) -> Result<Error, Error> {
    let networks = engine.networks().await?;
    let local =
        networks.iter().find(|network| !network.swarm && (network.name == name || network.id == name));
    Ok(local.map_or_else(|| Error::NetworkUnknown { name: name.to_owned() }, Error::network_not_swarm))
}

/// Asks for the image's digest. An image that no registry knows may still be on every node.
async fn image(
    engine: &impl Engine,
    request: &CreateRequest,
    auth: Option<&str>,
    report: Report,
) -> Option<Image> {
    let reference = request.image.tagged();
    let image = engine.image(&reference, auth).await.ok();
    if image.is_none() {
        report.image_unresolved(&reference);
    }
    image
}
