//! Which endpoint mode a service gets, and why.
//!
//! A service in mode `vip` has a virtual IP on each of its networks, behind which the kernel of every node balances
//! connections (OSI layer 4). A service in mode `dnsrr` has none: its name resolves to the addresses of its tasks.
//! Traefik balances over task addresses in both modes unless `traefik.swarm.lbswarm=true`, so behind Traefik the
//! virtual IP is an address that nobody uses.
//!
//! This module decides from facts that the caller has gathered. It does not read labels, and it does not know
//! whether the addresses are there: that is [`budget`](crate::budget).

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// An endpoint mode as the engine knows it (`EndpointSpec.Mode`). A service without one has `vip`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// One virtual IP on every attached network.
    Vip,
    /// DNS round robin: no virtual IP, the name resolves to the task addresses.
    Dnsrr,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Vip => "vip",
            Self::Dnsrr => "dnsrr",
        })
    }
}

/// What the user asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Requested {
    /// Decide from the facts.
    #[default]
    Auto,
    /// Obey.
    Explicit(Mode),
}

impl fmt::Display for Requested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Explicit(mode) => mode.fmt(f),
        }
    }
}

/// A text that is none of `auto`, `vip` and `dnsrr`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not an endpoint mode: use auto, vip or dnsrr")]
pub struct UnknownMode(pub String);

impl FromStr for Requested {
    type Err = UnknownMode;

    /// Case does not matter, as with `docker service create --endpoint-mode`.
    fn from_str(text: &str) -> Result<Self, UnknownMode> {
        match text.to_ascii_lowercase().as_str() {
            "auto" => Ok(Self::Auto),
            "vip" => Ok(Self::Explicit(Mode::Vip)),
            "dnsrr" => Ok(Self::Explicit(Mode::Dnsrr)),
            _ => Err(UnknownMode(text.to_owned())),
        }
    }
}

/// What the decision depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// A port is published in ingress mode (Docker's default publish mode). A host-mode port does not count.
    pub ingress_port: bool,
    /// The service has the label `traefik.swarm.lbswarm=true`: Traefik is to use the virtual IP.
    pub lbswarm: bool,
    /// The API group that the service belongs to, if any: then it is reached through Traefik.
    pub group: Option<String>,
    /// The service never runs two tasks at once: replicated, with one replica or none. A global service may.
    pub one_task_at_most: bool,
    /// How many times the service is attached to a network, ingress not counted. A virtual IP would cost one
    /// address each.
    pub attachments: u64,
}

/// The decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The mode to write into the service.
    pub mode: Mode,
    /// Why.
    pub reason: Reason,
    /// How many addresses this mode saves over `vip`, over all networks together.
    pub saved: u64,
}

/// Why a mode was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The user asked for it.
    Asked,
    /// A port is published through the routing mesh, which needs the virtual IP.
    IngressPort,
    /// `traefik.swarm.lbswarm=true` makes Traefik send everything to the virtual IP.
    LbSwarm,
    /// The service is reached through Traefik, which balances over task addresses.
    BehindTraefik {
        /// The API group that it belongs to.
        group: String,
    },
    /// There is nothing to balance.
    OneTask,
    /// Several tasks, and clients that may resolve the name only once.
    SeveralTasks,
}

/// A combination that cannot work, refused before anything changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EndpointError {
    /// The engine refuses it with 400 (swarmkit `controlapi/service.go`). Code E301.
    #[error("endpoint mode dnsrr cannot be combined with a port that is published in ingress mode")]
    DnsrrWithIngressPort,
    /// The engine takes it, but then Traefik drops the service and its routers.
    #[error("endpoint mode dnsrr cannot be combined with the label traefik.swarm.lbswarm=true")]
    DnsrrWithLbSwarm,
}

/// The endpoint mode of a service.
///
/// # Errors
/// Where the user asks for `dnsrr` and the facts forbid it. `auto` never fails.
pub fn choose(requested: Requested, facts: &Facts) -> Result<Choice, EndpointError> {
    let (mode, reason) = match requested {
        Requested::Explicit(Mode::Dnsrr) if facts.ingress_port => {
            return Err(EndpointError::DnsrrWithIngressPort);
        }
        Requested::Explicit(Mode::Dnsrr) if facts.lbswarm => return Err(EndpointError::DnsrrWithLbSwarm),
        Requested::Explicit(mode) => (mode, Reason::Asked),
        Requested::Auto => automatic(facts),
    };
    let saved = match mode {
        Mode::Vip => 0,
        Mode::Dnsrr => facts.attachments,
    };
    Ok(Choice { mode, reason, saved })
}

fn automatic(facts: &Facts) -> (Mode, Reason) {
    if facts.ingress_port {
        (Mode::Vip, Reason::IngressPort)
    } else if facts.lbswarm {
        (Mode::Vip, Reason::LbSwarm)
    } else if let Some(group) = &facts.group {
        (Mode::Dnsrr, Reason::BehindTraefik { group: group.clone() })
    } else if facts.one_task_at_most {
        (Mode::Dnsrr, Reason::OneTask)
    } else {
        (Mode::Vip, Reason::SeveralTasks)
    }
}

impl Choice {
    /// The decision in one line: mode, reason, addresses saved.
    pub fn sentence(&self) -> String {
        let mode = self.mode;
        let reason = match &self.reason {
            Reason::Asked => "as asked".to_owned(),
            Reason::IngressPort => {
                "a port is published in ingress mode, and the routing mesh needs the virtual IP".to_owned()
            }
            Reason::LbSwarm => {
                "the label traefik.swarm.lbswarm=true makes Traefik use the virtual IP".to_owned()
            }
            Reason::BehindTraefik { group } => format!(
                "API group {group} is reached through Traefik, which balances over the task addresses"
            ),
            Reason::OneTask => "one task at most, so there is nothing to balance".to_owned(),
            Reason::SeveralTasks => {
                "several tasks, and a client that resolves the name only once still reaches all of them"
                    .to_owned()
            }
        };
        match self.saved {
            0 => format!("{mode}: {reason}"),
            1 => format!("{mode}: {reason}; saves 1 address"),
            saved => format!("{mode}: {reason}; saves {saved} addresses"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replicated() -> Facts {
        Facts { attachments: 2, ..Facts::default() }
    }

    fn auto(facts: &Facts) -> (Mode, Reason, u64) {
        let choice = choose(Requested::Auto, facts).unwrap();
        (choice.mode, choice.reason, choice.saved)
    }

    #[test]
    fn case_does_not_matter_in_a_mode() {
        assert_eq!("Auto".parse(), Ok(Requested::Auto));
        assert_eq!("VIP".parse(), Ok(Requested::Explicit(Mode::Vip)));
        assert_eq!("DnsRR".parse(), Ok(Requested::Explicit(Mode::Dnsrr)));
        assert_eq!("dns".parse::<Requested>(), Err(UnknownMode("dns".into())));
    }

    #[test]
    fn an_ingress_port_forces_vip_whatever_else_holds() {
        let facts = Facts {
            ingress_port: true,
            lbswarm: true,
            group: Some("petstore".into()),
            one_task_at_most: true,
            ..replicated()
        };
        assert_eq!(auto(&facts), (Mode::Vip, Reason::IngressPort, 0));
    }

    #[test]
    fn lbswarm_forces_vip_although_traefik_is_the_only_client() {
        let facts = Facts { lbswarm: true, group: Some("petstore".into()), ..replicated() };
        assert_eq!(auto(&facts), (Mode::Vip, Reason::LbSwarm, 0));
    }

    #[test]
    fn a_member_of_an_api_group_needs_no_virtual_ip() {
        let facts = Facts { group: Some("petstore".into()), ..replicated() };
        assert_eq!(auto(&facts), (Mode::Dnsrr, Reason::BehindTraefik { group: "petstore".into() }, 2));
    }

    #[test]
    fn one_task_needs_no_virtual_ip() {
        let facts = Facts { one_task_at_most: true, ..replicated() };
        assert_eq!(auto(&facts), (Mode::Dnsrr, Reason::OneTask, 2));
    }

    #[test]
    fn several_tasks_called_by_name_get_vip() {
        assert_eq!(auto(&replicated()), (Mode::Vip, Reason::SeveralTasks, 0));
    }

    #[test]
    fn an_explicit_mode_is_obeyed() {
        let facts = Facts { group: Some("petstore".into()), ..replicated() };
        let vip = choose(Requested::Explicit(Mode::Vip), &facts).unwrap();
        assert_eq!(vip, Choice { mode: Mode::Vip, reason: Reason::Asked, saved: 0 });
        let dnsrr = choose(Requested::Explicit(Mode::Dnsrr), &replicated()).unwrap();
        assert_eq!(dnsrr, Choice { mode: Mode::Dnsrr, reason: Reason::Asked, saved: 2 });
    }

    #[test]
    fn dnsrr_is_refused_with_an_ingress_port_and_with_lbswarm() {
        let dnsrr = Requested::Explicit(Mode::Dnsrr);
        let ingress = Facts { ingress_port: true, ..replicated() };
        assert_eq!(choose(dnsrr, &ingress), Err(EndpointError::DnsrrWithIngressPort));
        let lbswarm = Facts { lbswarm: true, ..replicated() };
        assert_eq!(choose(dnsrr, &lbswarm), Err(EndpointError::DnsrrWithLbSwarm));
    }

    #[test]
    fn the_sentence_names_mode_reason_and_saving() {
        let facts = Facts { group: Some("petstore".into()), attachments: 1, ..Facts::default() };
        assert_eq!(
            choose(Requested::Auto, &facts).unwrap().sentence(),
            "dnsrr: API group petstore is reached through Traefik, which balances over the task addresses; \
             saves 1 address"
        );
        assert!(choose(Requested::Auto, &replicated()).unwrap().sentence().starts_with("vip: several tasks"));
    }
}
