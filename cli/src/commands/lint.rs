//! `docker smsvc lint`.

use crate::args::LintArgs;
use crate::engine::Engine;
use crate::error::Error;
use crate::finding::Severity;
use crate::lint::{Subject, lint};
use crate::report::Report;

/// Judges the services of the swarm. What is found is the result; an error, or with `--strict` anything, ends the command
/// with the exit code of declarations.
pub async fn lint_swarm(engine: &impl Engine, args: &LintArgs, report: Report) -> Result<(), Error> {
    let (services, networks) = tokio::try_join!(engine.services(), engine.networks())?;
    let subjects: Vec<Subject> =
        services.iter().map(|service| Subject::of_service(service, &networks)).collect();
    let findings = lint(&subjects);
    report.linted(&findings, subjects.len(), args.format);
    let fatal = |severity| args.strict || severity == Severity::Error;
    if findings.iter().any(|finding| fatal(finding.severity)) { Err(Error::Linted) } else { Ok(()) }
}
