//! `docker smsvc routes` and `docker smsvc routes test`.

use std::time::{SystemTime, UNIX_EPOCH};

use smsvc_core::auth::Surroundings;
use smsvc_core::decide::{Answer, Decision, Explanation, Headers, Request, Room, Verdict, explain};
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
    let around = Around::of(args, report);
    let told = thought(&Rules::of(&merged.spec), args, &around, |outcome| {
        let explanation = match outcome {
            Thought::AnsweredByTraefik(status) => return report.traefik_answers(args, status),
            Thought::Decided(explanation) => explanation,
        };
        match &args.format {
            Format::Table => report.explanation(args, explanation),
            format => report.explanation_by(format, args, explanation)?,
        }
        if args.secret_file.is_none()
            && let Some(file) = unknown_secret(explanation)
        {
            report.warning(&format!(
                "the token cannot be checked here: its secret is in {file} where Traefik runs; --secret-file names a copy"
            ));
        }
        Ok(())
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
    around: &dyn Surroundings,
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
        around,
    };
    let mut room = Room::default();
    let explanation = explain(rules, &table, &request, &mut room);
    Ok(tell(Thought::Decided(&explanation)))
}

/// The file that a decision would have needed.
fn unknown_secret<'e>(explanation: &'e Explanation<'_, '_>) -> Option<&'e str> {
    let Decision::Answer(Answer { status: 503, .. }) = &explanation.decision else { return None };
    let chosen = explanation.considered.iter().find(|it| it.verdict == Verdict::Chosen)?;
    chosen.rule.settings().authority()?.secret_file()
}

/// The time that the request comes at, and the secret that is known here.
pub struct Around {
    now: Option<u64>,
    secret: Option<Vec<u8>>,
}

impl Around {
    /// The time of this machine, and no secret.
    pub fn now() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok();
        Self { now: now.map(|since| since.as_secs()), secret: None }
    }

    fn of(args: &TestArgs, report: Report) -> Self {
        let secret = args.secret_file.as_ref().and_then(|file| {
            let content = std::fs::read(file);
            content.map_err(|error| report.warning(&format!("cannot read {}: {error}", file.display()))).ok()
        });
        Self { now: args.at.map_or_else(|| Self::now().now, |at| Some(at.seconds)), secret }
    }
}

impl Surroundings for Around {
    fn now(&self) -> Option<u64> {
        self.now
    }

    fn secret(&self, _path: &str) -> Option<Vec<u8>> {
        self.secret.clone()
    }
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
