//! Tiers: which routes share a router, and which router is asked before which.
//!
//! Where routes of two services may take one request, the router of the better one has to have the higher priority. If
//! that holds both ways for two services, one of them needs several routers. As few as possible: each has a WASM
//! runtime of its own. A route that has Traefik count its requests or change its headers has routers of its own, and
//! counts as a service of its own here.

use std::collections::{BTreeMap, BTreeSet};

use super::super::place::{Claim, Place};
use crate::group::Group;
use crate::name::{Name, ServiceName};

/// Whose requests a router takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Taker<'g> {
    pub(super) service: &'g ServiceName,
    /// The route, if it has a router of its own.
    pub(super) route: Option<&'g Name>,
}

/// A router.
pub(super) struct Router<'p, 'g> {
    pub(super) taker: Taker<'g>,
    /// What it takes.
    pub(super) claims: Vec<Claim<'p, 'g>>,
    /// How many routers at least are asked after it, counting only those that it stands in the way of.
    pub(super) level: usize,
}

impl<'g> Taker<'g> {
    pub(super) fn of(place: &Place<'g>) -> Self {
        let Place { member, route, .. } = place;
        Self { service: &member.service, route: route.needs_own_router().then(|| route.name()) }
    }
}

/// The routers of a group, the first to be asked first.
pub(super) fn routers<'p, 'g>(group: &Group, places: &'p [Place<'g>]) -> Vec<Router<'p, 'g>> {
    let mut claims: Vec<Claim<'p, 'g>> =
        places.iter().flat_map(|place| place.claims(&group.settings)).collect();
    claims.sort_by(Claim::rank);
    let mut waiting = waiting(claims);
    let mut shares = Vec::new();
    while let Some(taker) = next(&waiting) {
        // All that the taker can have without going before a better claim of another.
        let (taken, rest): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|it| it.taker == taker && it.after.is_empty());
        waiting = rest;
        let own: BTreeSet<usize> = taken.iter().map(|it| it.index).collect();
        for it in &mut waiting {
            it.after.retain(|index| !own.contains(index));
        }
        let before = taken.iter().flat_map(|it| it.before.iter().copied()).collect();
        shares.push(Share { taker, own, before, claims: taken.into_iter().map(|it| it.claim).collect() });
    }
    levels(shares)
}

/// What goes into one router.
struct Share<'p, 'g> {
    taker: Taker<'g>,
    claims: Vec<Claim<'p, 'g>>,
    /// The indexes of the claims.
    own: BTreeSet<usize>,
    /// Those of the claims of others that they go before.
    before: BTreeSet<usize>,
}

/// A claim that has no router yet.
struct Waiting<'p, 'g> {
    index: usize,
    claim: Claim<'p, 'g>,
    taker: Taker<'g>,
    /// Better claims of other takers on the same requests.
    after: BTreeSet<usize>,
    /// Lesser ones.
    before: BTreeSet<usize>,
}

fn waiting<'p, 'g>(claims: Vec<Claim<'p, 'g>>) -> Vec<Waiting<'p, 'g>> {
    let mut waiting: Vec<Waiting<'p, 'g>> = Vec::new();
    for (index, claim) in claims.into_iter().enumerate() {
        let taker = Taker::of(claim.place);
        let mut after = BTreeSet::new();
        for better in waiting.iter_mut().filter(|better| better.taker != taker) {
            if better.claim.may_meet(&claim) && better.claim.place.path.may_overlap(&claim.place.path) {
                after.insert(better.index);
                better.before.insert(index);
            }
        }
        waiting.push(Waiting { index, claim, taker, after, before: BTreeSet::new() });
    }
    waiting
}

/// Who is next: one whose claims can all be had, else the one that has most others wait for it, else the one that can
/// have most.
fn next<'g>(waiting: &[Waiting<'_, 'g>]) -> Option<Taker<'g>> {
    let free: BTreeMap<usize, &Taker<'g>> =
        waiting.iter().filter(|it| it.after.is_empty()).map(|it| (it.index, &it.taker)).collect();
    let mut takers: BTreeMap<&Taker<'g>, Prospect> = BTreeMap::new();
    for it in waiting {
        let prospect = takers.entry(&it.taker).or_default();
        prospect.all = prospect.all.saturating_add(1);
        prospect.free = prospect.free.saturating_add(usize::from(it.after.is_empty()));
        let mut before = it.after.iter().map(|index| free.get(index).copied());
        let Some(Some(taker)) = before.next() else { continue };
        if before.all(|other| other == Some(taker)) {
            let prospect = takers.entry(taker).or_default();
            prospect.freed = prospect.freed.saturating_add(1);
        }
    }
    let key = |it: &Prospect| (it.free == it.all, it.freed, it.free);
    let best = takers.into_iter().filter(|(_, it)| it.free > 0).max_by(|(one, mine), (two, theirs)| {
        // The lesser name of equals.
        key(mine).cmp(&key(theirs)).then_with(|| two.cmp(one))
    });
    best.map(|(taker, _)| taker.clone())
}

/// What comes of a taker's turn.
#[derive(Default)]
struct Prospect {
    /// How many of its claims have no router yet.
    all: usize,
    /// How many of these it can have now.
    free: usize,
    /// How many claims of others wait for nothing else.
    freed: usize,
}

/// Gives each router its level: one more than the highest of those that it has to go before. So a service that stands
/// in nobody's way keeps its level, whatever else there is.
fn levels<'p, 'g>(shares: Vec<Share<'p, 'g>>) -> Vec<Router<'p, 'g>> {
    let mut level_of: BTreeMap<usize, usize> = BTreeMap::new();
    let mut routers = Vec::new();
    for Share { taker, claims, own, before } in shares.into_iter().rev() {
        let highest = before.iter().filter_map(|index| level_of.get(index)).max();
        let level = highest.map_or(0, |level| level.saturating_add(1));
        level_of.extend(own.into_iter().map(|index| (index, level)));
        routers.push(Router { taker, claims, level });
    }
    routers.reverse();
    routers
}
