//! What a user means by a name: a service or a network, looked up in a snapshot as docker looks things up.

use smsvc_core::budget::{Account, Ledger};

use crate::error::Error;
use crate::observe::Swarm;
use crate::service::RawService;

/// By name, by id, or by the beginning of an id that only one service has.
pub(super) fn service<'s>(swarm: &'s Swarm, wanted: &str) -> Option<&'s RawService> {
    only(&swarm.services, wanted, RawService::name, RawService::id)
}

/// By name, by id, or by the beginning of an id that only one network has.
pub(super) fn account<'l, 'f>(
    ledger: &'l Ledger<'f>,
    swarm: &Swarm,
    wanted: &str,
) -> Result<&'l Account<'f>, Error> {
    let found = only(
        ledger.accounts(),
        wanted,
        |account| &account.network().name,
        |account| account.network().id.as_str(),
    );
    found.ok_or_else(|| {
        match swarm.networks.iter().find(|network| network.name == wanted || network.id == wanted) {
            Some(local) => Error::network_not_swarm(local),
            None => Error::NetworkUnknown { name: wanted.to_owned() },
        }
    })
}

fn only<'t, T>(
    things: impl IntoIterator<Item = &'t T>,
    wanted: &str,
    name: impl Fn(&'t T) -> &'t str,
    id: impl Fn(&'t T) -> &'t str,
) -> Option<&'t T> {
    let things: Vec<&T> = things.into_iter().collect();
    let one = |is: &dyn Fn(&'t T) -> bool| {
        let mut matching = things.iter().copied().filter(|thing| is(thing));
        matching.next().filter(|_| matching.next().is_none())
    };
    one(&|thing| name(thing) == wanted)
        .or_else(|| one(&|thing| id(thing) == wanted))
        .or_else(|| one(&|thing| !wanted.is_empty() && id(thing).starts_with(wanted)))
}
