//! A budget's no, with everything that its wording needs.
//!
//! The judgement borrows from the snapshot; an error outlives it, so this holds copies. It words nothing.

use smsvc_core::budget::{Addresses, DnsrrRemedy, Judgement, Need, NetworkJudgement, Remedies, Verdict};

/// Why a service does not fit, and what would help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetRefusal {
    /// The networks that refuse.
    pub networks: Vec<RefusingNetwork>,
    /// What endpoint mode `dnsrr` would do.
    pub dnsrr: Option<DnsrrRemedy>,
    /// With how many replicas it would fit.
    pub replicas: Option<u64>,
    /// Whether a stop-first update would fit.
    pub stop_first: bool,
}

/// One network that refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusingNetwork {
    /// Its name.
    pub name: String,
    /// Its subnets, as text.
    pub subnets: String,
    /// What services could ever get of it.
    pub usable: Addresses,
    /// Free, and not promised to a service that exists.
    pub headroom: Addresses,
    /// Promised to services that exist.
    pub owed: Addresses,
    /// What the service needs.
    pub need: Need,
    /// Whether the need comes on top of what the service holds already.
    pub more: bool,
    /// In which way it does not fit.
    pub verdict: Verdict,
    /// The prefix length that would do, if any.
    pub prefix: Option<u8>,
}

impl BudgetRefusal {
    /// From the judgement, where it is a no.
    pub fn of(judgement: &Judgement<'_>, remedies: &Remedies<'_>) -> Option<Self> {
        Self::refusing(judgement, remedies, false)
    }

    /// From the judgement of changes of services that exist, where it is a no.
    pub fn of_change(judgement: &Judgement<'_>, remedies: &Remedies<'_>) -> Option<Self> {
        Self::refusing(judgement, remedies, true)
    }

    fn refusing(judgement: &Judgement<'_>, remedies: &Remedies<'_>, more: bool) -> Option<Self> {
        let networks: Vec<_> = judgement
            .networks
            .iter()
            .filter(|judged| judged.verdict.refuses())
            .map(|judged| RefusingNetwork::of(judged, remedies, more))
            .collect();
        (!networks.is_empty()).then_some(Self {
            networks,
            dnsrr: remedies.dnsrr,
            replicas: remedies.replicas,
            stop_first: remedies.stop_first,
        })
    }
}

impl RefusingNetwork {
    fn of(judged: &NetworkJudgement<'_>, remedies: &Remedies<'_>, more: bool) -> Self {
        let subnets: Vec<String> =
            judged.network.subnets.iter().map(|subnet| subnet.net().to_string()).collect();
        let resize = remedies.networks.iter().find(|resize| resize.network.id == judged.network.id);
        Self {
            name: judged.network.name.clone(),
            subnets: subnets.join(" and "),
            usable: judged.usage.capacity.usable,
            headroom: judged.usage.headroom(),
            owed: judged.usage.owed.total(),
            need: judged.need,
            more,
            verdict: judged.verdict,
            prefix: resize.and_then(|resize| resize.prefix),
        }
    }
}
