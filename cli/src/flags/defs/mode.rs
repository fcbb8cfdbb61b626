//! How many tasks the service has.

use crate::flags::{ApiVersion, Draft, Flag, Heading, Takes, ValueError, grammar};

/// `--mode`
#[derive(Debug)]
pub(in crate::flags) struct Mode;

impl Flag for Mode {
    fn long(&self) -> &'static str {
        "mode"
    }

    fn takes(&self) -> Takes {
        Takes::One("MODE")
    }

    fn heading(&self) -> Heading {
        Heading::Service
    }

    fn summary(&self) -> &'static str {
        "Service mode"
    }

    fn details(&self) -> &'static str {
        "A replicated service keeps a number of tasks running, a global one keeps one on every node that fits; a \
         job runs its tasks to their end."
    }

    fn choices(&self) -> &'static [&'static str] {
        &["replicated", "global", "replicated-job", "global-job"]
    }

    fn default(&self) -> Option<&'static str> {
        Some("replicated")
    }

    /// Docker judges the mode only after the whole line was read, and as an error of its own kind.
    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        value.clone_into(&mut draft.mode);
        Ok(())
    }
}

/// `--replicas`
#[derive(Debug)]
pub(in crate::flags) struct Replicas;

impl Flag for Replicas {
    fn long(&self) -> &'static str {
        "replicas"
    }

    fn takes(&self) -> Takes {
        Takes::One("N")
    }

    fn heading(&self) -> Heading {
        Heading::Service
    }

    fn summary(&self) -> &'static str {
        "Number of tasks"
    }

    fn details(&self) -> &'static str {
        "One where it is not given. For a replicated job, the number of tasks that have to complete."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.replicas = Some(grammar::parse_uint(value, 0, 64)?);
        Ok(())
    }
}

/// `--max-concurrent`
#[derive(Debug)]
pub(in crate::flags) struct MaxConcurrent;

impl Flag for MaxConcurrent {
    fn long(&self) -> &'static str {
        "max-concurrent"
    }

    fn takes(&self) -> Takes {
        Takes::One("N")
    }

    fn heading(&self) -> Heading {
        Heading::Service
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(41))
    }

    fn summary(&self) -> &'static str {
        "Number of job tasks to run concurrently"
    }

    fn details(&self) -> &'static str {
        "For a replicated job; as many as --replicas says where it is not given."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.max_concurrent = Some(grammar::parse_uint(value, 0, 64)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{CREATE, parse_line, request_of};
    use crate::service::Mode;

    #[test]
    fn mode_is_replicated_unless_it_is_given() {
        assert_eq!(request_of(&["nginx"]).mode, Mode::Replicated { replicas: None });
        assert_eq!(request_of(&["--mode", "global", "nginx"]).mode, Mode::Global);
        assert_eq!(request_of(&["--mode=global-job", "nginx"]).mode, Mode::GlobalJob);
    }

    #[test]
    fn mode_is_case_sensitive_and_its_error_is_no_flag_error() {
        for mode in ["Global", "", "x"] {
            let error = parse_line(&["--mode", mode, "nginx"]).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("Unknown mode: {mode}, only replicated and global supported")
            );
            assert_eq!((error.exit_code(), error.usage(&CREATE)), (1, None));
        }
    }

    #[test]
    fn replicas_are_read_in_any_base() {
        for (text, replicas) in [("3", 3), ("0x10", 16), ("1_000", 1000), ("017", 15), ("0", 0)] {
            let mode = request_of(&["--replicas", text, "nginx"]).mode;
            assert_eq!(mode, Mode::Replicated { replicas: Some(replicas) });
        }
        assert_eq!(
            parse_line(&["--replicas", "-1", "nginx"]).unwrap_err().to_string(),
            "invalid argument \"-1\" for \"--replicas\" flag: strconv.ParseUint: parsing \"-1\": invalid syntax"
        );
    }

    #[test]
    fn replicas_of_a_job_are_completed_all_at_once() {
        let mode = request_of(&["--mode", "replicated-job", "--replicas", "2", "nginx"]).mode;
        assert_eq!(mode, Mode::ReplicatedJob { completions: Some(2), concurrent: Some(2) });
    }

    #[test]
    fn replicas_do_not_go_with_a_global_mode() {
        for mode in ["global", "global-job"] {
            let error = parse_line(&["--mode", mode, "--replicas", "2", "nginx"]).unwrap_err();
            assert_eq!(error.to_string(), "replicas can only be used with replicated or replicated-job mode");
        }
    }

    #[test]
    fn max_concurrent_is_for_replicated_jobs() {
        let mode =
            request_of(&["--mode", "replicated-job", "--replicas", "5", "--max-concurrent", "2", "nginx"])
                .mode;
        assert_eq!(mode, Mode::ReplicatedJob { completions: Some(5), concurrent: Some(2) });
        for mode in ["replicated", "global", "global-job"] {
            let error = parse_line(&["--mode", mode, "--max-concurrent", "2", "nginx"]).unwrap_err();
            assert_eq!(error.to_string(), "max-concurrent can only be used with replicated-job mode");
        }
    }
}
