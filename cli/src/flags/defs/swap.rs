//! What of a container may be swapped out.

use crate::flags::{ApiVersion, Draft, Flag, Heading, Takes, ValueError, grammar};

/// `--memory-swap`
#[derive(Debug)]
pub(in crate::flags) struct MemorySwap;

impl Flag for MemorySwap {
    fn long(&self) -> &'static str {
        "memory-swap"
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

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(52))
    }

    fn summary(&self) -> &'static str {
        "Swap Bytes (-1 for unlimited)"
    }

    fn details(&self) -> &'static str {
        "Same notation as --limit-memory."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        let unlimited = value == "-1";
        draft.resources.swap = Some(if unlimited { -1 } else { grammar::ram_in_bytes(value)? });
        Ok(())
    }
}

/// `--memory-swappiness`
#[derive(Debug)]
pub(in crate::flags) struct MemorySwappiness;

impl Flag for MemorySwappiness {
    fn long(&self) -> &'static str {
        "memory-swappiness"
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
        Some(ApiVersion::v1(52))
    }

    fn summary(&self) -> &'static str {
        "Tune memory swappiness (0-100), -1 to reset to default"
    }

    fn details(&self) -> &'static str {
        "The higher, the sooner memory of the container is swapped out."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.resources.swappiness = Some(grammar::parse_int(value, 0, 64)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{ApiVersion, parse_line, request_of};

    #[test]
    fn memory_swap_can_be_unlimited_and_needs_an_engine_that_knows_it() {
        let request = request_of(&["--memory-swap", "-1", "--memory-swappiness", "60", "nginx"]);
        assert_eq!((request.resources.swap, request.resources.swappiness), (Some(-1), Some(60)));
        assert_eq!(request_of(&["--memory-swap", "1g", "nginx"]).resources.swap, Some(1 << 30));
        assert_eq!(
            request.check_api(ApiVersion::v1(51)).unwrap_err().to_string(),
            "\"--memory-swap\" requires API version 1.52, but the Docker daemon API version is 1.51"
        );
        assert!(parse_line(&["--memory-swap", "-2", "nginx"]).is_err());
    }
}
