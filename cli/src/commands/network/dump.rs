//! `docker smsvc network dump`.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

use super::NetworkError;
use crate::args::DumpArgs;
use crate::dump::{Dump, NetworkRecord, Reference, VERSION};
use crate::engine::Engine;
use crate::error::Error;
use crate::observe::NamedSwarm;
use crate::report::Report;

/// Writes the dump.
pub(super) async fn dump(engine: &impl Engine, args: &DumpArgs, report: Report) -> Result<(), Error> {
    let (swarm, info) = tokio::try_join!(NamedSwarm::observe(engine), engine.info())?;
    let mut asked = BTreeSet::new();
    for name in &args.networks {
        let id = find(&swarm, name)?;
        if swarm.swarm.networks.iter().any(|network| network.id == id && network.ingress) {
            return Err(NetworkError::NothingToDump.into());
        }
        asked.insert(id);
    }
    if args.all {
        asked = swarm
            .swarm
            .networks
            .iter()
            .filter(|it| it.is_overlay() && !it.ingress)
            .map(|it| it.id.clone())
            .collect();
    }
    let dump = document(&swarm, &asked, args.all, &info);
    let text = dump.to_json();
    match &args.output {
        None => report.result(text.trim_end()),
        Some(path) => {
            write(path, &text).map_err(|error| NetworkError::File { path: path.clone(), error })?;
            let s = |count: usize| if count == 1 { "" } else { "s" };
            let (networks, services) = (dump.networks.len(), dump.services.len());
            report.note(&format!(
                "{networks} network{} and {services} service{} written to {}",
                s(networks),
                s(services),
                path.display()
            ));
        }
    }
    Ok(())
}

/// The id of the network that the user means.
pub(super) fn find(swarm: &NamedSwarm, name: &str) -> Result<String, Error> {
    if let Some(network) = swarm.network(name) {
        return Ok(network.id.clone());
    }
    let local = swarm.swarm.networks.iter().find(|network| network.name == name || network.id == name);
    Err(local.map_or_else(|| Error::NetworkUnknown { name: name.to_owned() }, Error::network_not_swarm))
}

/// The document for these networks, or for every service.
pub(super) fn document(
    swarm: &NamedSwarm,
    asked: &BTreeSet<String>,
    every_service: bool,
    info: &serde_json::Value,
) -> Dump {
    let dumped = swarm
        .swarm
        .services
        .iter()
        .filter(|it| every_service || it.network_ids().any(|id| asked.contains(id)));
    let dumped: Vec<_> = dumped.collect();
    let needed: BTreeSet<&str> = dumped.iter().flat_map(|service| service.network_ids()).collect();
    let mut services: Vec<_> = dumped.iter().map(|service| swarm.record(service)).collect();
    services.sort_by(|one, other| (&one.created, &one.name).cmp(&(&other.created, &other.name)));
    let overlays = swarm.swarm.networks.iter().filter(|network| network.is_overlay() && !network.ingress);
    let networks = overlays
        .filter(|network| asked.contains(&network.id) || needed.contains(network.id.as_str()))
        .filter_map(|network| {
            Some(NetworkRecord {
                id: network.id.clone(),
                dumped: asked.contains(&network.id),
                definition: swarm.definition(&network.id)?,
            })
        });
    let mut networks: Vec<NetworkRecord> = networks.collect();
    networks.sort_by_key(|network| (!network.dumped, network.definition.name().to_owned()));
    Dump {
        version: VERSION,
        taken: info["SystemTime"].as_str().unwrap_or_default().to_owned(),
        cluster: cluster(info).to_owned(),
        networks,
        configs: references(&services, "Configs", "ConfigName", "ConfigID"),
        secrets: references(&services, "Secrets", "SecretName", "SecretID"),
        services,
    }
}

/// The id of the swarm.
pub(in crate::commands) fn cluster(info: &serde_json::Value) -> &str {
    info.pointer("/Swarm/Cluster/ID").and_then(serde_json::Value::as_str).unwrap_or_default()
}

fn references(services: &[crate::dump::ServiceRecord], list: &str, name: &str, id: &str) -> Vec<Reference> {
    let path = format!("/TaskTemplate/ContainerSpec/{list}");
    let text = |entry: &serde_json::Value, key: &str| entry[key].as_str().map(str::to_owned);
    let found: BTreeSet<Reference> = services
        .iter()
        .filter_map(|service| service.spec.pointer(&path)?.as_array())
        .flatten()
        .filter_map(|entry| Some(Reference { name: text(entry, name)?, id: text(entry, id)? }))
        .collect();
    found.into_iter().collect()
}

/// Whole or not at all: beside it first, then in its place.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.{}", std::process::id()));
    let written = std::fs::File::create(&beside)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        let _best_effort = std::fs::remove_file(&beside);
    }
    written
}
