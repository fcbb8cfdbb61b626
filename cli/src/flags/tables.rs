//! The flags of the sub-commands that change services which exist.
//!
//! What `create` has, too, is the same definition here; [`Added`] gives it the name that an update has for it.

use super::defs::change::{Added, Removal, RemovedPort, RemovedPreference};
use super::defs::rolling::Change::{Rollback, Update};
use super::defs::{
    budget, capability, change, dns, environment, file, group, health, health_time, image, kernel, log, mode,
    mount, naming, network, placement, process, publish, publish_via, reservation, resources, restart,
    rolling, rolling_failure, route, run, stop, swap, user,
};
use super::flag::Flag;

/// The flags of `update`, in the order of the help.
pub static UPDATE_TABLE: &[&dyn Flag] = &[
    &change::Image,
    &change::Force,
    &change::RollbackSwitch,
    &Added {
        long: "label-add",
        flag: &naming::Label,
        summary: "Add or update a service label",
        everyday: true,
    },
    &Removal::Label,
    &mode::Replicas,
    &mode::MaxConcurrent,
    &group::ApiGroup,
    &Added {
        long: "route-add",
        flag: &route::Route,
        summary: "Add a route of the API, or replace the one of its name",
        everyday: true,
    },
    &Removal::Route,
    &route::Base,
    &route::Port,
    &change::ApiHostAdd,
    &Removal::ApiHost,
    &publish_via::PublishVia,
    &Added { long: "network-add", flag: &network::Network, summary: "Add a network", everyday: true },
    &Removal::Network,
    &network::EndpointMode,
    &Added {
        long: "publish-add",
        flag: &publish::Publish,
        summary: "Add or update a published port",
        everyday: true,
    },
    &RemovedPort,
    &budget::IpBudget,
    &dns::Hostname,
    &change::HostAdd,
    &Removal::Host,
    &Added {
        long: "dns-add",
        flag: &dns::Dns,
        summary: "Add or update a custom DNS server",
        everyday: false,
    },
    &Removal::Dns,
    &Added {
        long: "dns-search-add",
        flag: &dns::DnsSearch,
        summary: "Add or update a custom DNS search domain",
        everyday: false,
    },
    &Removal::DnsSearch,
    &Added {
        long: "dns-option-add",
        flag: &dns::DnsOption,
        summary: "Add or update a DNS option",
        everyday: false,
    },
    &Removal::DnsOption,
    &change::Args,
    &Added {
        long: "env-add",
        flag: &environment::Env,
        summary: "Add or update an environment variable",
        everyday: true,
    },
    &Removal::Env,
    &Added {
        long: "mount-add",
        flag: &mount::Mount,
        summary: "Add or update a mount on a service",
        everyday: true,
    },
    &Removal::Mount,
    &Added {
        long: "config-add",
        flag: &file::Config,
        summary: "Add or update a config file on a service",
        everyday: false,
    },
    &Removal::Config,
    &Added {
        long: "secret-add",
        flag: &file::Secret,
        summary: "Add or update a secret on a service",
        everyday: false,
    },
    &Removal::Secret,
    &process::Entrypoint,
    &process::Workdir,
    &user::User,
    &change::GroupAdd,
    &Removal::Group,
    &user::CredentialSpec,
    &process::Init,
    &process::Tty,
    &stop::StopSignal,
    &stop::StopGracePeriod,
    &Added {
        long: "container-label-add",
        flag: &naming::ContainerLabel,
        summary: "Add or update a container label",
        everyday: false,
    },
    &Removal::ContainerLabel,
    &log::LogDriver,
    &log::LogOpt,
    &kernel::ReadOnly,
    &capability::CapAdd,
    &capability::CapDrop,
    &Added {
        long: "ulimit-add",
        flag: &kernel::Ulimit,
        summary: "Add or update a ulimit option",
        everyday: false,
    },
    &Removal::Ulimit,
    &Added {
        long: "sysctl-add",
        flag: &kernel::Sysctl,
        summary: "Add or update a Sysctl option",
        everyday: false,
    },
    &Removal::Sysctl,
    &kernel::OomScoreAdj,
    &kernel::Isolation,
    &health::HealthCmd,
    &health_time::HealthInterval,
    &health_time::HealthTimeout,
    &health::HealthRetries,
    &health_time::HealthStartPeriod,
    &health_time::HealthStartInterval,
    &health::NoHealthcheck,
    &Added {
        long: "constraint-add",
        flag: &placement::Constraint,
        summary: "Add or update a placement constraint",
        everyday: false,
    },
    &Removal::Constraint,
    &Added {
        long: "placement-pref-add",
        flag: &placement::PlacementPref,
        summary: "Add a placement preference",
        everyday: false,
    },
    &RemovedPreference,
    &placement::ReplicasMaxPerNode,
    &resources::LimitCpu,
    &resources::LimitMemory,
    &resources::LimitPids,
    &reservation::ReserveCpu,
    &resources::ReserveMemory,
    &Added {
        long: "generic-resource-add",
        flag: &reservation::GenericResource,
        summary: "Add a Generic resource",
        everyday: false,
    },
    &Removal::GenericResource,
    &swap::MemorySwap,
    &swap::MemorySwappiness,
    &restart::RestartCondition,
    &restart::RestartDelay,
    &restart::RestartMaxAttempts,
    &restart::RestartWindow,
    &rolling::Parallelism(Update),
    &rolling::Delay(Update),
    &rolling::Order(Update),
    &rolling_failure::Monitor(Update),
    &rolling_failure::FailureAction(Update),
    &rolling_failure::MaxFailureRatio(Update),
    &rolling::Parallelism(Rollback),
    &rolling::Delay(Rollback),
    &rolling::Order(Rollback),
    &rolling_failure::Monitor(Rollback),
    &rolling_failure::FailureAction(Rollback),
    &rolling_failure::MaxFailureRatio(Rollback),
    &run::Detach,
    &run::Quiet,
    &run::Timeout,
    &run::DryRun,
    &run::PrintDocker,
    &image::NoResolveImage,
    &image::WithRegistryAuth,
];

/// The flags of `rollback`.
pub(super) static ROLLBACK_TABLE: &[&dyn Flag] =
    &[&budget::IpBudget, &run::Detach, &run::Quiet, &run::Timeout, &run::DryRun];

/// The flags of `scale`.
pub(super) static SCALE_TABLE: &[&dyn Flag] = &[&budget::IpBudget, &run::Detach, &run::Timeout, &run::DryRun];

/// The flags of `rm`.
pub(super) static REMOVE_TABLE: &[&dyn Flag] = &[&run::Detach, &run::DryRun];

#[cfg(test)]
mod tests {
    use super::super::line::{REMOVE, ROLLBACK, SCALE, UPDATE};
    use super::*;
    use crate::flags::{HelpLength, TABLE};

    #[test]
    fn no_name_and_no_letter_is_used_twice() {
        for line in [&UPDATE, &ROLLBACK, &SCALE, &REMOVE] {
            for (at, flag) in line.flags.iter().enumerate() {
                for other in &line.flags[at + 1..] {
                    assert_ne!(flag.long(), other.long());
                    assert!(flag.short().is_none() || flag.short() != other.short(), "-{:?}", flag.short());
                }
            }
        }
    }

    #[test]
    fn headings_stand_together_in_their_order() {
        for line in [&UPDATE, &ROLLBACK, &SCALE, &REMOVE] {
            assert!(line.flags.is_sorted_by_key(|flag| flag.heading()), "{}", line.name);
        }
    }

    #[test]
    fn a_flag_of_the_same_name_in_both_tables_is_the_same_definition() {
        for flag in UPDATE_TABLE {
            if let Some(other) = TABLE.iter().find(|other| other.long() == flag.long()) {
                assert_eq!(format!("{flag:?}"), format!("{other:?}"), "--{}", flag.long());
            }
        }
    }

    #[test]
    fn the_short_help_fits_on_a_screen() {
        for line in [&UPDATE, &ROLLBACK, &SCALE, &REMOVE] {
            let help = line.help(HelpLength::Short);
            assert!(help.lines().count() <= 45, "{help}");
        }
    }

    #[test]
    fn help_texts_keep_their_form() {
        for flag in UPDATE_TABLE {
            let (long, summary, details) = (flag.long(), flag.summary(), flag.details());
            assert!(!summary.is_empty() && summary.len() <= 62, "--{long}: {summary}");
            assert!(!summary.ends_with('.'), "--{long}: {summary}");
            assert!(details.is_empty() || details.ends_with('.') || details.contains("\n  "), "--{long}");
        }
    }
}
