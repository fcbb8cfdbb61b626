//! `docker smsvc ls`.

use std::collections::BTreeMap;

use crate::args::{Format, LsArgs};
use crate::engine::{ConfigFormats, Engine, Filters, Listed};
use crate::error::Error;
use crate::list;
use crate::report::Report;
use crate::service::RawService;

/// The format of `-q`.
const ONLY_IDS: &str = "{{.ID}}";

/// Lists services. Tasks are only asked for where their addresses are shown.
pub async fn ls(
    engine: &impl Engine,
    args: &LsArgs,
    formats: &ConfigFormats,
    report: Report,
) -> Result<(), Error> {
    let format = list_format(args.format.as_ref(), &formats.services_format, args.quiet)?;
    let filters = Filters::given(&args.filters);
    let listed = if args.quiet { Listed::Services } else { Listed::ServicesWithStatus };
    let nothing = Filters::none();
    let (services, tasks) = tokio::try_join!(engine.list(listed, &filters), async {
        if format.mentions("IPs") { engine.list(Listed::Tasks, &nothing).await } else { Ok(Vec::new()) }
    })?;
    let services: Vec<RawService> =
        services.into_iter().filter_map(|service| RawService::new(service).ok()).collect();
    let held = if tasks.is_empty() { BTreeMap::new() } else { list::held(&tasks) };
    Ok(report.formatted(&list::services(&services, &held), &format)?)
}

/// `--format`, else what `config.json` keeps, else a table; `-q` makes a plain table a list of ids.
pub(super) fn list_format(given: Option<&Format>, kept: &str, quiet: bool) -> Result<Format, Error> {
    let format = match given {
        Some(format) => format.clone(),
        None if quiet || kept.is_empty() => Format::Table,
        None => Format::read(kept)?,
    };
    if quiet && format == Format::Table { Ok(Format::read(ONLY_IDS)?) } else { Ok(format) }
}
