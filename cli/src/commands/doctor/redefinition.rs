//! Redefinitions of networks that were interrupted and not ended: services may be missing until they are.

use crate::commands::network::cluster;
use crate::engine::{Engine, Surroundings};
use crate::error::Error;
use crate::journal::Folder;
use crate::report::Report;

/// Warns of each that this user has begun on this swarm, and of journals that cannot be read.
pub(super) async fn unfinished(
    engine: &impl Engine,
    around: &Surroundings,
    report: Report,
) -> Result<(), Error> {
    let Some(folder) = Folder::of_user(&around.variables) else { return Ok(()) };
    let info = engine.info().await?;
    let unfinished = match folder.unfinished(cluster(&info)) {
        Ok(unfinished) => unfinished,
        Err(error) => {
            report.warning(&error.to_string());
            return Ok(());
        }
    };
    for (journal, recorded) in unfinished {
        let network = recorded.header.goal.network();
        report.warning(&format!(
            "E346: the redefinition of the network {network}, begun at {}, is not finished: \
             `docker smsvc network resume {network}` goes on, `docker smsvc network undo {network}` goes back \
             (journal: {})",
            recorded.header.begun,
            journal.display()
        ));
    }
    Ok(())
}
