//! What a task may use and is promised.

use crate::flags::{ApiVersion, Draft, Flag, Heading, Takes, ValueError, grammar};

/// `--limit-cpu`
#[derive(Debug)]
pub(in crate::flags) struct LimitCpu;

impl Flag for LimitCpu {
    fn long(&self) -> &'static str {
        "limit-cpu"
    }

    fn takes(&self) -> Takes {
        Takes::One("CPUS")
    }

    fn heading(&self) -> Heading {
        Heading::Placement
    }

    fn summary(&self) -> &'static str {
        "Limit CPUs"
    }

    fn details(&self) -> &'static str {
        "A number with up to nine decimal places, or a fraction: 1.5, .25, 1/4."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.resources.limit_nano_cpus = grammar::nano_cpus(value)?;
        Ok(())
    }
}

/// `--limit-memory`
#[derive(Debug)]
pub(in crate::flags) struct LimitMemory;

impl Flag for LimitMemory {
    fn long(&self) -> &'static str {
        "limit-memory"
    }

    fn takes(&self) -> Takes {
        Takes::One("BYTES")
    }

    fn heading(&self) -> Heading {
        Heading::Placement
    }

    fn summary(&self) -> &'static str {
        "Limit Memory"
    }

    fn details(&self) -> &'static str {
        "Bytes, or a number with a unit of 1024: 512m, 1.5GiB, 2g. 0 is no limit."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.resources.limit_memory = grammar::ram_in_bytes(value)?;
        Ok(())
    }
}

/// `--reserve-memory`
#[derive(Debug)]
pub(in crate::flags) struct ReserveMemory;

impl Flag for ReserveMemory {
    fn long(&self) -> &'static str {
        "reserve-memory"
    }

    fn takes(&self) -> Takes {
        Takes::One("BYTES")
    }

    fn heading(&self) -> Heading {
        Heading::Placement
    }

    fn everyday(&self) -> bool {
        false
    }

    fn summary(&self) -> &'static str {
        "Reserve Memory"
    }

    fn details(&self) -> &'static str {
        "A task runs only on a node that has this much left unreserved. Same notation as --limit-memory."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.resources.reserve_memory = grammar::ram_in_bytes(value)?;
        Ok(())
    }
}

/// `--limit-pids`
#[derive(Debug)]
pub(in crate::flags) struct LimitPids;

impl Flag for LimitPids {
    fn long(&self) -> &'static str {
        "limit-pids"
    }

    fn takes(&self) -> Takes {
        Takes::One("N")
    }

    fn heading(&self) -> Heading {
        Heading::Placement
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(41))
    }

    fn summary(&self) -> &'static str {
        "Limit maximum number of processes (default 0 = unlimited)"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.resources.limit_pids = grammar::parse_int(value, 0, 64)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{parse_line, request_of};
    use crate::service::Resources;

    #[test]
    fn resources_are_bytes_and_billionths_of_a_cpu() {
        let line = ["--limit-cpu", "1/4", "--limit-memory", "512m", "--reserve-memory", "1 g", "nginx"];
        let resources = Resources {
            limit_memory: 512 << 20,
            limit_nano_cpus: 250_000_000,
            reserve_memory: 1 << 30,
            ..Resources::default()
        };
        assert_eq!(request_of(&line).resources, resources);
    }

    #[test]
    fn limit_cpu_says_when_a_value_is_too_precise() {
        assert_eq!(
            parse_line(&["--limit-cpu", "1e-10", "nginx"]).unwrap_err().to_string(),
            "invalid argument \"1e-10\" for \"--limit-cpu\" flag: value is too precise"
        );
    }

    #[test]
    fn limit_memory_is_not_negative() {
        assert_eq!(
            parse_line(&["--limit-memory", "-1", "nginx"]).unwrap_err().to_string(),
            "invalid argument \"-1\" for \"--limit-memory\" flag: invalid size: '-1'"
        );
        assert!(parse_line(&["--reserve-memory", "-1", "nginx"]).is_err());
    }

    #[test]
    fn limit_pids_is_an_integer() {
        assert_eq!(request_of(&["--limit-pids", "0x10", "nginx"]).resources.limit_pids, 16);
    }
}
