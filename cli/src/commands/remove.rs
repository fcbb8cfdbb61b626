//! `docker smsvc rm`.

use super::unless;
use crate::engine::Engine;
use crate::error::{Error, UpdateError};
use crate::execute::execute;
use crate::flags::ServicesRequest;
use crate::observe::service_named;
use crate::plan::Step;
use crate::plugin::Cancellation;
use crate::report::Report;

/// Removes one service after another. What is wrong with one of them does not stop the others.
pub async fn remove(
    engine: &impl Engine,
    request: &ServicesRequest,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    let mut errors = Vec::new();
    for name in &request.words {
        let outcome = if request.run.dry_run {
            unless(cancellation, service_named(engine, name)).await.map(|service| {
                let step = Step::RemoveService { name: service.name().to_owned() };
                report.dry_run(std::slice::from_ref(&step));
            })
        } else {
            let step = Step::RemoveService { name: name.clone() };
            let removed = async { Ok::<_, Error>(execute(engine, &step, None).await?) };
            unless(cancellation, removed).await.map(|_| report.result(name))
        };
        match outcome {
            Ok(()) => {}
            Err(error @ Error::Interrupted) => return Err(error),
            Err(error) => errors.push(error.message()),
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(UpdateError::Several(errors).into()) }
}
