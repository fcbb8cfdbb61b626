//! `docker smsvc ps`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::ls::list_format;
use crate::args::{Format, PsArgs};
use crate::engine::{ConfigFormats, Engine, Filters, Listed};
use crate::error::Error;
use crate::list::{self, Names, TaskView};
use crate::report::Report;

/// Lists the tasks of services. Services that there are not are named last.
pub async fn ps(
    engine: &impl Engine,
    args: &PsArgs,
    formats: &ConfigFormats,
    report: Report,
) -> Result<(), Error> {
    let format = list_format(args.format.as_ref(), &formats.tasks_format, args.quiet)?;
    let mut filters = Filters::given(&args.filters);
    let found = find(engine, &args.services).await?;
    for id in found.services.keys() {
        filters = filters.with("service", id);
    }
    if filters.values("node").any(|node| node == "self") {
        let info = engine.info().await?;
        let own = info.pointer("/Swarm/NodeID").and_then(Value::as_str).unwrap_or_default().to_owned();
        filters.map("node", |node| if node == "self" { own.clone() } else { node });
    }
    let tasks = engine.list(Listed::Tasks, &filters).await?;
    let names = if args.no_resolve {
        Names::default()
    } else {
        Names { services: found.services, nodes: node_names(engine, &tasks).await? }
    };
    let view = TaskView {
        truncate: !(args.no_trunc || args.quiet),
        indent: matches!(format, Format::Table | Format::TableOf(_)),
        now: now(),
    };
    report.formatted(&list::tasks(&tasks, &names, view), &format)?;
    if found.missing.is_empty() { Ok(()) } else { Err(Error::NoSuchServices { names: found.missing }) }
}

/// Nanoseconds since 1970.
pub(super) fn now() -> i128 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i128::try_from(since.as_nanos()).unwrap_or(i128::MAX)
}

struct Found {
    /// Names by id.
    services: BTreeMap<String, String>,
    missing: Vec<String>,
}

/// By id, by name, by the beginning of an id that only one service has: in this order, as docker does.
async fn find(engine: &impl Engine, wanted: &[String]) -> Result<Found, Error> {
    let filtered = |key: &str| wanted.iter().fold(Filters::none(), |filters, name| filters.with(key, name));
    let (ids, names) = (filtered("id"), filtered("name"));
    let (by_id, by_name) =
        tokio::try_join!(engine.list(Listed::Services, &ids), engine.list(Listed::Services, &names))?;
    let mut found = Found { services: BTreeMap::new(), missing: Vec::new() };
    for name in wanted {
        let exact = by_id.iter().find(|service| id(service) == name);
        let service = exact.or_else(|| by_name.iter().find(|service| called(service) == name));
        let service = if service.is_some() {
            service
        } else {
            let mut beginning = by_id.iter().filter(|service| id(service).starts_with(name.as_str()));
            let first = beginning.next();
            if beginning.next().is_some() {
                return Err(Error::AmbiguousService { prefix: name.clone() });
            }
            first
        };
        match service {
            Some(service) => {
                found.services.insert(id(service).to_owned(), called(service).to_owned());
            }
            None => found.missing.push(name.clone()),
        }
    }
    if found.services.is_empty() { Err(Error::NoSuchServices { names: found.missing }) } else { Ok(found) }
}

/// The names of the nodes that tasks run on; a node that is gone keeps its id.
async fn node_names(engine: &impl Engine, tasks: &[Value]) -> Result<BTreeMap<String, String>, Error> {
    let used: BTreeSet<&str> = tasks.iter().filter_map(|task| task["NodeID"].as_str()).collect();
    if used.is_empty() {
        return Ok(BTreeMap::new());
    }
    let nodes = engine.list(Listed::Nodes, &Filters::none()).await?;
    let name = |node: &Value| {
        let text = |path: &str| node.pointer(path)?.as_str().filter(|name| !name.is_empty());
        text("/Spec/Name").or_else(|| text("/Description/Hostname")).map(str::to_owned)
    };
    let named = nodes.iter().filter(|node| used.contains(id(node)));
    Ok(named.filter_map(|node| Some((id(node).to_owned(), name(node)?))).collect())
}

fn id(entry: &Value) -> &str {
    entry["ID"].as_str().unwrap_or_default()
}

fn called(service: &Value) -> &str {
    service.pointer("/Spec/Name").and_then(Value::as_str).unwrap_or_default()
}
