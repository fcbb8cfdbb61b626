//! All flags of `docker smsvc create`.

use super::defs::rolling::Change::{Rollback, Update};
use super::defs::{
    budget, capability, dns, environment, file, group, health, health_time, host, image, kernel, log, mode,
    mount, naming, network, openapi, placement, process, publish, publish_via, reservation, resources,
    restart, rolling, rolling_failure, route, run, setting, stop, swap, user,
};
use super::flag::Flag;

/// The flags, in the order of the help: by heading, then as they are needed.
pub static TABLE: &[&dyn Flag] = &[
    &naming::Name,
    &naming::Label,
    &mode::Mode,
    &mode::Replicas,
    &mode::MaxConcurrent,
    &group::Group,
    &route::Route,
    &host::Host,
    &route::Base,
    &route::Port,
    &openapi::OpenApi,
    &openapi::Tag,
    &openapi::Operation,
    &openapi::PrefixFromFlag,
    &openapi::Strict,
    &group::ApiGroup,
    &host::ApiHost,
    &setting::ApiSet,
    &setting::RouteDefault,
    &publish_via::PublishVia,
    &network::Network,
    &network::EndpointMode,
    &publish::Publish,
    &budget::IpBudget,
    &dns::Hostname,
    &dns::Dns,
    &dns::DnsSearch,
    &dns::DnsOption,
    &environment::Env,
    &environment::EnvFile,
    &mount::Mount,
    &file::Config,
    &file::Secret,
    &process::Entrypoint,
    &process::Workdir,
    &user::User,
    &user::UserGroup,
    &user::CredentialSpec,
    &process::Init,
    &process::Tty,
    &stop::StopSignal,
    &stop::StopGracePeriod,
    &naming::ContainerLabel,
    &log::LogDriver,
    &log::LogOpt,
    &kernel::ReadOnly,
    &capability::CapAdd,
    &capability::CapDrop,
    &kernel::Ulimit,
    &kernel::Sysctl,
    &kernel::OomScoreAdj,
    &kernel::Isolation,
    &health::HealthCmd,
    &health_time::HealthInterval,
    &health_time::HealthTimeout,
    &health::HealthRetries,
    &health_time::HealthStartPeriod,
    &health_time::HealthStartInterval,
    &health::NoHealthcheck,
    &placement::Constraint,
    &placement::PlacementPref,
    &placement::ReplicasMaxPerNode,
    &resources::LimitCpu,
    &resources::LimitMemory,
    &resources::LimitPids,
    &reservation::ReserveCpu,
    &resources::ReserveMemory,
    &reservation::GenericResource,
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

/// The flag with this long name.
pub fn by_long(name: &str) -> Option<&'static dyn Flag> {
    TABLE.iter().copied().find(|flag| flag.long() == name)
}

/// The flag with this letter.
pub fn by_short(letter: char) -> Option<&'static dyn Flag> {
    TABLE.iter().copied().find(|flag| flag.short() == Some(letter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags::flag::Takes;

    #[test]
    fn no_name_and_no_letter_is_used_twice() {
        for (at, flag) in TABLE.iter().enumerate() {
            for other in &TABLE[at + 1..] {
                assert_ne!(flag.long(), other.long());
                assert!(flag.short().is_none() || flag.short() != other.short(), "-{:?}", flag.short());
            }
        }
    }

    #[test]
    fn names_are_what_the_parser_can_find() {
        for flag in TABLE {
            let long = flag.long();
            assert!(long.len() > 1 && !long.starts_with('-') && !long.contains('='), "{long}");
            assert_eq!(by_long(long).map(Flag::long), Some(long));
            assert!(flag.short().is_none_or(|letter| letter.is_ascii_alphabetic()), "{long}");
        }
    }

    #[test]
    fn headings_stand_together_in_their_order() {
        assert!(TABLE.is_sorted_by_key(|flag| flag.heading()));
    }

    #[test]
    fn help_texts_keep_their_form() {
        for flag in TABLE {
            let (long, summary, details) = (flag.long(), flag.summary(), flag.details());
            assert!(!summary.is_empty() && summary.len() <= 62, "--{long}: {summary}");
            assert!(!summary.ends_with('.'), "--{long}: {summary}");
            assert!(details.is_empty() || details.ends_with('.') || details.contains("\n  "), "--{long}");
        }
    }

    #[test]
    fn a_default_is_one_of_the_choices() {
        for flag in TABLE.iter().filter(|flag| !flag.choices().is_empty()) {
            assert!(
                flag.default().is_none_or(|default| flag.choices().contains(&default)),
                "--{}",
                flag.long()
            );
            assert_ne!(flag.takes(), Takes::Switch);
        }
    }
}
