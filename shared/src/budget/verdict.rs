//! Whether a new service fits, network by network.
//!
//! The engine accepts a service that does not fit and reports no error anywhere. It must fit on *each* of its
//! networks: where one of several is full, the engine takes an address of the others at every attempt and never
//! gives it back.

use thiserror::Error;

use super::addresses::Addresses;
use super::facts::NetworkFact;
use super::id::NetworkId;
use super::ledger::{Account, Ledger, Usage};
use super::need::Need;
use super::shape::ServiceShape;

/// The answer for one network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It fits, and so does its rolling update at its height.
    Fits {
        /// The headroom that is left in the steady state.
        left: Addresses,
    },
    /// It fits, but at the height of a rolling update new tasks wait until old ones have given back their
    /// addresses. The update ends all the same. A warning.
    UpdateWaits {
        /// The headroom that is left in the steady state.
        left: Addresses,
        /// How many addresses the height of the update lacks.
        missing: Addresses,
    },
    /// It fits, but its start-first update never ends: the new task waits for an address, and the old one is not
    /// stopped before the new one runs. Refused.
    UpdateStalls {
        /// The headroom that is left in the steady state.
        left: Addresses,
        /// How many addresses the update lacks to go on.
        missing: Addresses,
    },
    /// The steady state does not fit. Refused.
    DoesNotFit {
        /// How many addresses are lacking, those included that existing services are owed and will not get.
        missing: Addresses,
    },
    /// The engine has not allocated the network, so it has no addresses at all. Refused: just after the network was
    /// created it may pass; if it stays, the subnet overlaps with another network or is IPv6 only.
    NotAllocated,
}

impl Verdict {
    pub(super) fn on(network: &NetworkFact, usage: &Usage, need: &Need) -> Self {
        if network.subnets.is_empty() {
            return Self::NotAllocated;
        }
        let headroom = usage.headroom();
        if need.steady() > headroom {
            return Self::DoesNotFit { missing: need.steady().plus(usage.short()).minus(headroom) };
        }
        let left = headroom.minus(need.steady());
        match need.update {
            Some(update) if update.least > left => {
                Self::UpdateStalls { left, missing: update.least.minus(left) }
            }
            Some(update) if update.most > left => {
                Self::UpdateWaits { left, missing: update.most.minus(left) }
            }
            _ => Self::Fits { left },
        }
    }

    /// Whether the service must not be created.
    pub const fn refuses(self) -> bool {
        match self {
            Self::Fits { .. } | Self::UpdateWaits { .. } => false,
            Self::UpdateStalls { .. } | Self::DoesNotFit { .. } | Self::NotAllocated => true,
        }
    }
}

/// The answers for all networks of a service, in the order in which it lists them, ingress last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement<'f> {
    /// One entry a network, also for a network that is listed twice.
    pub networks: Vec<NetworkJudgement<'f>>,
}

/// The answer for one network, with the numbers that it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetworkJudgement<'f> {
    /// The network.
    pub network: &'f NetworkFact,
    /// Its usage before the service.
    pub usage: Usage,
    /// What the service takes on it.
    pub need: Need,
    /// The answer.
    pub verdict: Verdict,
}

/// The service names a network that the snapshot does not have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BudgetError {
    /// A network of the service is not among the swarm networks.
    #[error("the swarm has no network {}", .0.as_str())]
    UnknownNetwork(NetworkId),
    /// A port is published in ingress mode, and the swarm has no ingress network.
    #[error("the swarm has no ingress network")]
    NoIngressNetwork,
}

impl Judgement<'_> {
    /// Whether the service fits on every network.
    pub fn accepts(&self) -> bool {
        !self.networks.iter().any(|judged| judged.verdict.refuses())
    }
}

/// Judges a new service on each of its networks.
///
/// # Errors
/// When the ledger lacks one of the networks. A network that takes no addresses from the swarm (`host`, for one) is to
/// be left out of the shape.
pub fn judge<'f>(ledger: &Ledger<'f>, shape: &ServiceShape) -> Result<Judgement<'f>, BudgetError> {
    let mut accounts: Vec<&Account<'f>> = Vec::new();
    for id in &shape.networks {
        let account = ledger.account(id).ok_or_else(|| BudgetError::UnknownNetwork(id.clone()))?;
        if !accounts.iter().any(|known| known.network().id == *id) {
            accounts.push(account);
        }
    }
    if shape.ingress_port {
        accounts.push(ledger.ingress().ok_or(BudgetError::NoIngressNetwork)?);
    }
    let networks = accounts
        .into_iter()
        .map(|account| {
            let need = Need::on(account, ledger, shape);
            let (network, usage) = (account.network(), *account.usage());
            NetworkJudgement { network, usage, need, verdict: Verdict::on(network, &usage, &need) }
        })
        .collect();
    Ok(Judgement { networks })
}
