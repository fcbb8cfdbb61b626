//! `docker smsvc routes` and `docker smsvc routes test`.

use smsvc_core::decide::{Explanation, Headers, Request, Room, explain};
use smsvc_core::entry_point::{self, Received};
use smsvc_core::merge::Merged;
use smsvc_core::table::{Rules, Table, TableError};

use crate::args::{Format, HeaderField, RoutesArgs, RoutesCommand, TestArgs};
use crate::engine::Engine;
use crate::error::Error;
use crate::groups::Declared;
use crate::report::Report;

/// Shows the routes, or tries one request.
pub async fn routes(engine: &impl Engine, args: &RoutesArgs, report: Report) -> Result<(), Error> {
    let declared = Declared::read(&engine.services().await?);
    let mut merged = declared.merged();
    report.route_problems(&declared, &merged);
    match &args.command {
        Some(RoutesCommand::Test(request)) => test(&merged, request, report),
        None => {
            if let Some(group) = &args.group {
                only(&mut merged, group)?;
            }
            let rules = Rules::of(&merged.spec);
            match &args.format {
                Format::Table => report.routes_table(&rules),
                Format::Json => report.routes_json(&merged.spec),
                format => report.routes_by(format, &rules)?,
            }
            Ok(())
        }
    }
}

fn only(merged: &mut Merged, group: &str) -> Result<(), Error> {
    merged.spec.groups.retain(|candidate| candidate.name.as_str() == group);
    let refused = merged.refused.iter().any(|refusal| refusal.group.as_str() == group);
    if merged.spec.groups.is_empty() && !refused {
        Err(Error::GroupUnknown { name: group.to_owned() })
    } else {
        Ok(())
    }
}

/// Decides a request that nobody sends, with the code that Traefik's middleware runs.
fn test(merged: &Merged, args: &TestArgs, report: Report) -> Result<(), Error> {
    let told = thought(&Rules::of(&merged.spec), args, |outcome| match outcome {
        Thought::AnsweredByTraefik(status) => report.traefik_answers(args, status),
        Thought::Decided(explanation) if args.format == Format::Table => {
            report.explanation(args, explanation);
            Ok(())
        }
        Thought::Decided(explanation) => report.explanation_by(&args.format, args, explanation),
    });
    Ok(told.map_err(Error::Table)??)
}

/// What would become of a request.
pub enum Thought<'a> {
    /// Traefik's entry point answers it by itself.
    AnsweredByTraefik(u16),
    /// The middleware is asked.
    Decided(&'a Explanation<'a, 'a>),
}

/// Decides a request that nobody sends, and gives what comes out to `tell`.
pub fn thought<T>(
    rules: &Rules,
    args: &TestArgs,
    tell: impl FnOnce(Thought<'_>) -> T,
) -> Result<T, TableError> {
    // Traefik's entry point has its say before the middleware sees anything.
    let target = match entry_point::receive(&args.method, &args.url.target) {
        Received::Passes(target) => target,
        Received::Answers(status) => return Ok(tell(Thought::AnsweredByTraefik(status))),
    };
    let text = rules.compile();
    let table = Table::open(text.as_bytes())?;
    let request = Request {
        method: &args.method,
        host: &args.url.host,
        uri: &target,
        headers: &FieldLines(&args.headers),
    };
    let mut room = Room::default();
    let explanation = explain(rules, &table, &request, &mut room);
    Ok(tell(Thought::Decided(&explanation)))
}

/// The header fields of a request, in the order in which they were given.
struct FieldLines<'a>(&'a [HeaderField]);

impl Headers for FieldLines<'_> {
    fn values(&self, name: &str, show: &mut dyn FnMut(&str)) {
        let named = self.0.iter().filter(|field| field.name.eq_ignore_ascii_case(name));
        named.for_each(|field| show(&field.value));
    }

    fn names(&self, show: &mut dyn FnMut(&str)) {
        self.0.iter().for_each(|field| show(&field.name));
    }
}
