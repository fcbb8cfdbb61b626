//! `docker smsvc inspect`.

use std::collections::BTreeMap;

use super::ps::now;
use crate::args::InspectArgs;
use crate::engine::{ConfigFormats, Engine, Filters, Listed};
use crate::error::Error;
use crate::json::{Escape, Json, compact, indented};
use crate::list::{self, Aside, SERVICE};
use crate::report::Report;
use crate::template::{Functions, Template, Value};

/// How services are shown.
enum Look {
    /// All of them in one array, a member a line.
    Indented,
    /// All of them in one array, on one line.
    Compact,
    /// A line each.
    Template(Template),
    /// For people.
    Pretty,
}

/// Shows services. What can be shown is, and what cannot is named last.
pub async fn inspect(
    engine: &impl Engine,
    args: &InspectArgs,
    formats: &ConfigFormats,
    report: Report,
) -> Result<(), Error> {
    let look = look(args, formats)?;
    let mut services = Vec::new();
    let mut errors = Vec::new();
    for name in &args.services {
        match engine.service_text(name).await {
            Ok(Some(service)) => services.push(service),
            Ok(None) => errors.push(format!("Error: no such service: {name}")),
            Err(error) => errors.push(Error::Engine(error).message()),
        }
    }
    match look {
        Look::Indented => report.result(&indented(&Json::Array(services), Escape::Html)),
        Look::Compact => report.result(&compact(&Json::Array(services), Escape::Html)),
        Look::Template(template) => lines(&template, &services, &mut errors, report),
        Look::Pretty if errors.is_empty() => report.raw(&texts(engine, &services).await?),
        // docker shows none where one cannot be shown.
        Look::Pretty => errors.truncate(1),
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::NotInspected { errors }) }
}

fn look(args: &InspectArgs, formats: &ConfigFormats) -> Result<Look, Error> {
    if args.pretty && !args.format.is_empty() {
        return Err(Error::PrettyWithFormat);
    }
    let kept = || formats.service_inspect_format.as_str();
    let format = if args.format.is_empty() { kept() } else { args.format.as_str() };
    match format {
        _ if args.pretty => Ok(Look::Pretty),
        "" | "raw" => Ok(Look::Indented),
        "pretty" => Ok(Look::Pretty),
        "json" => Ok(Look::Compact),
        text => Ok(Look::Template(Template::parse(text.trim_matches(' '))?)),
    }
}

/// A service on which the template fails is left out, and the reason kept.
fn lines(template: &Template, services: &[Json], errors: &mut Vec<String>, report: Report) {
    let mut out = String::new();
    for service in services {
        match template.execute(&Value::typed(Some(service), &SERVICE), Functions::Values) {
            Ok(line) => out.extend([line.as_str(), "\n"]),
            Err(error) => errors.push(format!("template parsing error: {error}")),
        }
    }
    // docker ends its output with a line end even where it has printed nothing.
    report.raw(if out.is_empty() { "\n" } else { &out });
}

async fn texts(engine: &impl Engine, services: &[Json]) -> Result<String, Error> {
    let everything = Filters::none();
    let (networks, tasks) = tokio::try_join!(engine.networks(), engine.list(Listed::Tasks, &everything))?;
    let names: BTreeMap<String, String> =
        networks.iter().map(|network| (network.id.clone(), network.name.clone())).collect();
    let now = now();
    let texts = services
        .iter()
        .map(|service| list::pretty(service, &names, &Aside::of(service, &networks, &tasks), now));
    Ok(texts.collect())
}
