//! The words of commands on networks.

use std::path::Path;

use super::Error;
use crate::commands::network::NetworkError;
use crate::dump::Missing;
use crate::execute::StepError;
use crate::plan::redefine::{Refusal, Stop, Wait};
use crate::plan::restore::Lacking;
use crate::words::{NOT_ALLOCATED, addresses, redefinition_wait};

impl NetworkError {
    /// What went wrong: one line for each thing that did.
    pub(super) fn message(&self) -> String {
        match self {
            Self::Refused(refusals) => refusals.iter().map(refusal).collect::<Vec<_>>().join("\n"),
            Self::Unfinished { network, .. } => {
                format!("E346: a redefinition of the network {network} is not finished")
            }
            Self::ChangedMeanwhile => {
                "the swarm has changed since the plan was shown; nothing was changed".to_owned()
            }
            Self::NotConfirmed => "not confirmed; nothing was changed".to_owned(),
            Self::CannotAsk => "there is no terminal to ask on; nothing was changed".to_owned(),
            Self::NothingUnfinished => "no redefinition of this swarm is unfinished".to_owned(),
            Self::SeveralUnfinished(networks) => {
                format!("several redefinitions are unfinished: of {}", networks.join(", "))
            }
            Self::Stopped { stop, .. } => stop_line(stop),
            Self::Stalled { wait, .. } => format!("E348: it does not go on: {}", redefinition_wait(wait)),
            Self::StepFailed { step, error, .. } => step_failed(step, error),
            Self::NotRestored { service, error } => {
                step_failed(&format!("create the service {service}"), error)
            }
            Self::NothingToDump => {
                "E330: ingress is the routing mesh, which Docker makes itself: there is nothing of it to dump"
                    .to_owned()
            }
            Self::Journal { error, begun: false } => format!("E347: {error}; nothing was changed"),
            Self::Journal { error, begun: true } => format!("E347: {error}; stopped before the next step"),
            Self::Interrupted { .. } => "interrupted between two steps".to_owned(),
            Self::NoHome => "there is no home folder for the journal of a redefinition".to_owned(),
            Self::File { path, error } => format!("{}: {error}", path.display()),
            Self::Dump { path, error } => format!("{}: {error}", path.display()),
            Self::NoRoom(networks) => networks.iter().map(Lacking::line).collect::<Vec<_>>().join("\n"),
            Self::Missing(missing) => missing_lines(missing),
            Self::Differs => "something on the swarm is not as in the dump; it was left as it is".to_owned(),
            Self::Option(text) => format!("invalid driver option {text}: it has no name"),
            Self::NotInTransit => {
                "--transit-subnet is for --strategy rolling: the other way has no network in transit"
                    .to_owned()
            }
            Self::OutsideRanges(text) => format!("{text} is in none of the subnets"),
            Self::Subnet(error) => error.to_string(),
        }
    }

    /// What the user can do about it.
    pub(super) fn hints(&self) -> Vec<String> {
        match self {
            Self::Refused(refusals) => refusals.iter().filter_map(hint).collect(),
            Self::Unfinished { journal, .. }
            | Self::Stopped { journal, .. }
            | Self::StepFailed { journal, .. }
            | Self::Interrupted { journal } => resume(journal),
            Self::Stalled { wait, journal } => {
                let mut hints = match wait {
                    Wait::Tasks { service, .. } => {
                        vec![format!("`docker smsvc doctor {service}` says why, and what helps")]
                    }
                    Wait::Release { network, .. } | Wait::Allocation { network } => {
                        vec![format!("`docker smsvc doctor {network}` may say why")]
                    }
                };
                hints.extend(resume(journal));
                hints
            }
            Self::Journal { begun: true, .. } => {
                vec!["make room on the disk, then `docker smsvc network resume` goes on and `docker smsvc network undo` goes back".to_owned()]
            }
            Self::Journal { begun: false, .. } | Self::NoHome => {
                vec!["--journal names another folder".to_owned()]
            }
            Self::ChangedMeanwhile => vec!["call it again to see the new plan".to_owned()],
            Self::CannotAsk => vec!["--yes agrees beforehand, --dry-run shows the plan".to_owned()],
            Self::NoRoom(networks) => networks.iter().filter_map(Lacking::hint).collect(),
            Self::SeveralUnfinished(_) => vec!["name one of the networks".to_owned()],
            Self::NotRestored { .. } => {
                vec!["the same command goes on from there: it makes only what is missing".to_owned()]
            }
            Self::NothingToDump => vec!["--all dumps every service, with the ports that it publishes".to_owned()],
            Self::Missing(_) => vec!["create them first, with `docker config create`, `docker secret create` or `docker network create`".to_owned()],
            _ => Vec::new(),
        }
    }
}

/// With the folder, where it is not the one that is looked into anyway.
fn resume(journal: &Path) -> Vec<String> {
    let folder = journal.parent().filter(|folder| !folder.ends_with("docker-smsvc/journals"));
    let option = folder.map_or_else(String::new, |folder| format!(" --journal {}", folder.display()));
    vec![
        format!(
            "`docker smsvc network resume{option}` goes on, `docker smsvc network undo{option}` goes back"
        ),
        format!("the journal {} has every service", journal.display()),
    ]
}

impl Lacking {
    /// The budget's no, with its code.
    pub(crate) fn line(&self) -> String {
        let Self { network, subnets, usable, headroom, need, .. } = self;
        if subnets.is_empty() {
            return format!("E305: network {network} has no addresses: {NOT_ALLOCATED}");
        }
        format!(
            "E303: network {network} ({subnets}) has {} of {usable} free; the services of the dump need {}",
            addresses(*headroom),
            addresses(*need),
        )
    }

    fn hint(&self) -> Option<String> {
        if self.subnets.is_empty() {
            return None;
        }
        let network = &self.network;
        Some(match self.prefix {
            Some(prefix) => format!(
                "a network {network} of /{prefix} would hold them: create it first, or `docker smsvc network redefine` it where it is there"
            ),
            None => format!("no single IPv4 subnet in the place of {network} would hold them"),
        })
    }
}

fn step_failed(step: &str, error: &StepError) -> String {
    match error {
        StepError::Engine(error) => format!("E349: {step}: {}", Error::Engine(error.clone()).message()),
        StepError::Missing(missing) => missing_lines(missing),
    }
}

fn missing_lines(missing: &[Missing]) -> String {
    let line = |missing: &Missing| match missing {
        Missing::Network(name) => format!("E350: the swarm has no network {name}"),
        Missing::Config(name) => format!("E350: the swarm has no config {name}"),
        Missing::Secret(name) => format!("E350: the swarm has no secret {name}"),
    };
    missing.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn refusal(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Ingress => {
            "E330: ingress is the routing mesh: Docker lets nobody redefine it in place".to_owned()
        }
        Refusal::NotOverlay { driver } => {
            format!("E330: it is a {driver} network, whose addresses are not the swarm's to give")
        }
        Refusal::Unchanged => "E331: the network has these address ranges already".to_owned(),
        Refusal::Overlap { range, with, network } => {
            format!("E332: {range} overlaps with {with} of the network {network}")
        }
        Refusal::OwnRangesOverlap(one, other) => format!("E332: {one} overlaps with {other}"),
        Refusal::TooSmall { network, need, usable, .. } => {
            format!("E333: {network} would have {usable} usable addresses, and its services take {need}")
        }
        Refusal::Containers { count, nodes } => {
            let containers = if *count == 1 { "container is" } else { "containers are" };
            format!("E334: {count} standalone {containers} attached (on {})", nodes.join(", "))
        }
        Refusal::NodesDown(nodes) => {
            format!("E335: down: {}; what runs there is not known", nodes.join(", "))
        }
        Refusal::Updating(services) => {
            format!("E336: an update is under way, or stopped half way: {}", services.join(", "))
        }
        Refusal::RunningJobs(services) => {
            format!("E337: running jobs would be cut off: {}", services.join(", "))
        }
        Refusal::CompletedJobs(services) => {
            format!("E337: completed jobs would run again: {}", services.join(", "))
        }
        Refusal::Images(images) => {
            format!("E338: no registry and not this engine has the image of a service: {}", images.join(", "))
        }
        Refusal::NoRoomToRoll { service, network } => format!(
            "E339: {service} starts new tasks before old ones stop, and {network} has no room for them"
        ),
        Refusal::JobsCannotRoll(services) => {
            format!("E339: jobs cannot be moved, every update runs them again: {}", services.join(", "))
        }
        Refusal::TransitTaken(name) => format!("E340: the network in transit would be {name}, which exists"),
        Refusal::NoTransitRange => {
            "E340: the swarm's address pools have no free range for the network in transit".to_owned()
        }
        Refusal::Stopped(stop) => stop_line(stop),
    }
}

fn hint(refusal: &Refusal) -> Option<String> {
    Some(match refusal {
        Refusal::Ingress => {
            "Docker allows this while no service publishes a port: `docker network rm ingress`, then `docker network create --ingress --driver overlay --subnet … ingress`".to_owned()
        }
        Refusal::Overlap { .. } => "`docker smsvc plan` proposes ranges that are free".to_owned(),
        Refusal::TooSmall { prefix: Some(prefix), need, .. } => {
            format!("a range of /{prefix} holds {}", addresses(*need))
        }
        Refusal::Containers { .. } => {
            "`docker network disconnect` them on these nodes first, and connect them again afterwards".to_owned()
        }
        Refusal::NodesDown(_) => "bring them back, or `docker node rm --force` them".to_owned(),
        Refusal::Updating(_) => "wait until `docker service ps` shows the update done, or roll it back".to_owned(),
        Refusal::RunningJobs(_) => "wait until they are complete".to_owned(),
        Refusal::CompletedJobs(_) => {
            "--completed-jobs run lets them, --completed-jobs leave-out does not make them again".to_owned()
        }
        Refusal::Images(_) => "push or load it, or --unverified-images to go on".to_owned(),
        Refusal::NoRoomToRoll { .. } => {
            "`docker service update --update-order stop-first` it first, or --strategy recreate".to_owned()
        }
        Refusal::JobsCannotRoll(_) => "remove them first, or --strategy recreate".to_owned(),
        Refusal::NoTransitRange => "--transit-subnet names one; it is used only meanwhile".to_owned(),
        _ => return None,
    })
}

fn stop_line(stop: &Stop) -> String {
    match stop {
        Stop::ServiceChanged { service, fields } => format!(
            "E341: somebody else has changed the service {service} ({}); it was not touched",
            fields.join(", ")
        ),
        Stop::ServiceGone { service } => format!("E342: somebody else has removed the service {service}"),
        Stop::NewServices { network, services } => {
            format!("E343: services have joined the network {network} meanwhile: {}", services.join(", "))
        }
        Stop::NetworkChanged { network, differences } => {
            let fields: Vec<String> = differences
                .iter()
                .map(|it| format!("{} is {}, was {}", it.field, it.found, it.wanted))
                .collect();
            format!(
                "E344: the network {network} is neither what it was nor what it is to be: {}",
                fields.join("; ")
            )
        }
        Stop::MoveFailed { service, message } => {
            format!("E345: the move of the service {service} failed: {message}")
        }
    }
}
