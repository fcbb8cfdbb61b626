//! What would make a refused service fit.
//!
//! Data only; the caller words it. Every remedy is tried with the same [`judge`] that refused, so that none is
//! offered that does not hold.

use super::addresses::Addresses;
use super::capacity::smallest_prefix;
use super::facts::NetworkFact;
use super::ledger::Ledger;
use super::shape::{Kind, ServiceShape, UpdateOrder, UpdatePolicy};
use super::verdict::{BudgetError, Judgement, NetworkJudgement, judge};
use crate::endpoint::Mode;

/// What would help a service that was refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remedies<'f> {
    /// Endpoint mode `dnsrr`; absent where it saves nothing or cannot be had.
    pub dnsrr: Option<DnsrrRemedy>,
    /// The greatest number of replicas, fewer than asked for and at least one, with which it would fit as it is.
    pub replicas: Option<u64>,
    /// It would fit with a stop-first update.
    pub stop_first: bool,
    /// The networks that are too small, with the size that would do.
    pub networks: Vec<Resize<'f>>,
}

/// What endpoint mode `dnsrr` would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DnsrrRemedy {
    /// The addresses that it saves, over all networks together.
    pub saves: Addresses,
    /// Whether the service would then fit.
    pub enough: bool,
}

/// A network that is too small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resize<'f> {
    /// The network.
    pub network: &'f NetworkFact,
    /// The longest prefix of a single IPv4 subnet that holds everything that is on the network or owed, and the
    /// service with its rolling update. None where no IPv4 network is big enough.
    pub prefix: Option<u8>,
}

/// What would make the service fit. Nothing where it fits already.
///
/// # Errors
/// As [`judge`].
pub fn remedies<'f>(ledger: &Ledger<'f>, shape: &ServiceShape) -> Result<Remedies<'f>, BudgetError> {
    let refused = judge(ledger, shape)?;
    if refused.accepts() {
        return Ok(Remedies::default());
    }
    let accepts = |shape: &ServiceShape| judge(ledger, shape).is_ok_and(|judged| judged.accepts());
    let stop_first = ServiceShape {
        update: UpdatePolicy { order: UpdateOrder::StopFirst, ..shape.update },
        ..shape.clone()
    };
    Ok(Remedies {
        dnsrr: dnsrr(&refused, shape, accepts),
        replicas: fewer_replicas(shape, accepts),
        stop_first: shape.update.order == UpdateOrder::StartFirst && accepts(&stop_first),
        networks: refused.networks.iter().filter(|judged| judged.verdict.refuses()).map(Resize::of).collect(),
    })
}

impl<'f> Resize<'f> {
    /// The size that holds what is there, what is owed, and what is needed.
    pub(super) fn of(judged: &NetworkJudgement<'f>) -> Self {
        let wanted = judged.usage.owned().plus(judged.usage.owed.total()).plus(judged.need.peak());
        Self { network: judged.network, prefix: smallest_prefix(wanted) }
    }
}

fn dnsrr(
    refused: &Judgement<'_>,
    shape: &ServiceShape,
    accepts: impl Fn(&ServiceShape) -> bool,
) -> Option<DnsrrRemedy> {
    let saves: Addresses = refused.networks.iter().map(|judged| judged.need.vips).sum();
    let possible = !shape.ingress_port && !saves.is_none();
    possible.then(|| DnsrrRemedy { saves, enough: accepts(&shape.with_mode(Mode::Dnsrr)) })
}

/// Halving works because a service that fits with some replicas fits with fewer.
pub(super) fn fewer_replicas(shape: &ServiceShape, accepts: impl Fn(&ServiceShape) -> bool) -> Option<u64> {
    let Kind::Replicated { replicas } = shape.kind else { return None };
    let fits = |replicas| accepts(&shape.with_kind(Kind::Replicated { replicas }));
    let (mut fitting, mut refused) = (0, replicas);
    while refused.saturating_sub(fitting) > 1 {
        let middle = fitting.midpoint(refused);
        if fits(middle) {
            fitting = middle;
        } else {
            refused = middle;
        }
    }
    (fitting > 0).then_some(fitting)
}
