//! `docker smsvc network resume` and `undo`.

use std::path::PathBuf;

use super::NetworkError;
use super::drive::{Drive, credentials, folder};
use super::dump::cluster;
use crate::args::ResumeArgs;
use crate::engine::{Engine, Surroundings};
use crate::error::Error;
use crate::journal::{Entry, Journal, Recorded};
use crate::plugin::Cancellation;
use crate::report::Report;

/// Which way to go from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// On, in the direction in which it went last.
    Forth,
    /// Back to where it began.
    Back,
}

/// Goes on with the unfinished redefinition.
pub(super) async fn go_on(
    engine: &impl Engine,
    args: &ResumeArgs,
    direction: Direction,
    around: &Surroundings,
    cancellation: &Cancellation,
    report: Report,
) -> Result<(), Error> {
    let info = engine.info().await?;
    let folder = folder(&args.road, around)?;
    let unfinished =
        folder.unfinished(cluster(&info)).map_err(|error| NetworkError::Journal { error, begun: true })?;
    let (path, _) = choose(unfinished, args.network.as_deref())?;
    let failed = |error| NetworkError::Journal { error, begun: true };
    let (mut journal, recorded) = Journal::open(&path).map_err(failed)?;
    let mut goal = recorded.goal();
    if direction == Direction::Back && !recorded.leads_back() {
        journal.note(&Entry::Undo).map_err(failed)?;
        goal = goal.back();
    }
    let credentials = credentials(&goal.services, args.road.with_registry_auth, around)?;
    let drive =
        Drive { engine, goal: &goal, credentials: &credentials, road: &args.road, cancellation, report };
    drive.walk(journal).await
}

fn choose(
    mut unfinished: Vec<(PathBuf, Recorded)>,
    network: Option<&str>,
) -> Result<(PathBuf, Recorded), NetworkError> {
    if let Some(network) = network {
        unfinished.retain(|(_, recorded)| recorded.header.goal.network() == network);
    }
    match unfinished.len() {
        0 => Err(NetworkError::NothingUnfinished),
        1 => unfinished.pop().ok_or(NetworkError::NothingUnfinished),
        _ => Err(NetworkError::SeveralUnfinished(
            unfinished.iter().map(|(_, recorded)| recorded.header.goal.network().to_owned()).collect(),
        )),
    }
}
