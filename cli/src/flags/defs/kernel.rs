//! What the kernel grants a container.

use crate::flags::{ApiVersion, Draft, Flag, Heading, Takes, ValueError, grammar, values};

/// `--read-only`
#[derive(Debug)]
pub(in crate::flags) struct ReadOnly;

impl Flag for ReadOnly {
    fn long(&self) -> &'static str {
        "read-only"
    }

    fn takes(&self) -> Takes {
        Takes::Switch
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(28))
    }

    fn summary(&self) -> &'static str {
        "Mount the container's root filesystem as read only"
    }

    fn details(&self) -> &'static str {
        "Mounts stay writable; --mount type=tmpfs,target=/tmp gives it a place for what does not last."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.container.read_only = grammar::parse_bool(value)?;
        Ok(())
    }
}

/// `--isolation`
#[derive(Debug)]
pub(in crate::flags) struct Isolation;

impl Flag for Isolation {
    fn long(&self) -> &'static str {
        "isolation"
    }

    fn takes(&self) -> Takes {
        Takes::One("TECHNOLOGY")
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(35))
    }

    fn summary(&self) -> &'static str {
        "Service container isolation mode"
    }

    fn details(&self) -> &'static str {
        "For Windows nodes: default, process or hyperv."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        value.clone_into(&mut draft.container.isolation);
        Ok(())
    }
}

/// `--sysctl`
#[derive(Debug)]
pub(in crate::flags) struct Sysctl;

impl Flag for Sysctl {
    fn long(&self) -> &'static str {
        "sysctl"
    }

    fn takes(&self) -> Takes {
        Takes::Many("NAME=VALUE")
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(40))
    }

    fn summary(&self) -> &'static str {
        "Sysctl options"
    }

    fn details(&self) -> &'static str {
        "Kernel parameters of the container's own namespaces; the engine knows which there are. The last value of \
         a name counts:\n  \
         --sysctl net.core.somaxconn=1024"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        let (name, text) = value.split_once('=').unwrap_or((value, ""));
        draft.container.sysctls.insert(name.to_owned(), text.to_owned());
        Ok(())
    }
}

/// `--ulimit`
#[derive(Debug)]
pub(in crate::flags) struct Ulimit;

impl Flag for Ulimit {
    fn long(&self) -> &'static str {
        "ulimit"
    }

    fn takes(&self) -> Takes {
        Takes::Many("NAME=SOFT[:HARD]")
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(41))
    }

    fn summary(&self) -> &'static str {
        "Ulimit options"
    }

    fn details(&self) -> &'static str {
        "The hard limit is the soft one where it is not given; -1 is no limit. The last value of a name counts:\n  \
         --ulimit nofile=20000:40000"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        let (name, limit) = values::ulimit(value)?;
        draft.container.ulimits.insert(name.to_owned(), limit);
        Ok(())
    }
}

/// `--oom-score-adj`
#[derive(Debug)]
pub(in crate::flags) struct OomScoreAdj;

impl Flag for OomScoreAdj {
    fn long(&self) -> &'static str {
        "oom-score-adj"
    }

    fn takes(&self) -> Takes {
        Takes::One("N")
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(46))
    }

    fn summary(&self) -> &'static str {
        "Tune host's OOM preferences (-1000 to 1000)"
    }

    fn details(&self) -> &'static str {
        "The higher, the sooner the kernel kills the container when memory runs out."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.container.oom_score_adjustment = grammar::parse_int(value, 0, 64)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{ApiVersion, parse_line, request_of};
    use crate::service::Ulimit;

    #[test]
    fn sysctl_and_ulimit_keep_the_last_value_of_a_name() {
        let line =
            ["--sysctl", "a=1", "--sysctl", "a=b=c", "--ulimit", "core=1", "--ulimit", "core=2:3", "nginx"];
        let container = request_of(&line).container;
        assert_eq!(container.sysctls["a"], "b=c");
        assert_eq!(container.ulimits["core"], Ulimit { soft: 2, hard: 3 });
        assert!(parse_line(&["--ulimit", "as=1", "nginx"]).is_err());
    }

    #[test]
    fn read_only_and_isolation_are_off_unless_they_are_given() {
        let container = request_of(&["--read-only", "--isolation", "hyperv", "nginx"]).container;
        assert!(container.read_only && !request_of(&["nginx"]).container.read_only);
        assert_eq!(container.isolation, "hyperv");
    }

    #[test]
    fn oom_score_adj_needs_an_engine_that_knows_it() {
        let request = request_of(&["--oom-score-adj", "-0x10", "nginx"]);
        assert_eq!(request.container.oom_score_adjustment, -16);
        assert!(request.check_api(ApiVersion::v1(45)).is_err());
    }
}
