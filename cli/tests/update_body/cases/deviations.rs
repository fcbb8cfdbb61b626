//! The lines on which we differ from Docker.

/// A line on which we differ on purpose.
pub(crate) struct Deviation {
    pub(crate) line: &'static [&'static str],
    /// What our error or our body says.
    pub(crate) ours: &'static str,
}

const fn deviation(line: &'static [&'static str], ours: &'static str) -> Deviation {
    Deviation { line, ours }
}

pub(crate) const DEVIATIONS: &[Deviation] = &[
    // Docker's CLI leaves the mode to the engine.
    deviation(&["update", "--endpoint-mode", "bogus", "full"], "`bogus` is not an endpoint mode"),
    deviation(&["update", "--endpoint-mode", "DNSRR", "full"], "E301"),
    // Docker's CLI 28 takes this and forgets it.
    deviation(&["update", "--health-start-interval", "1s", "minimal"], "\"StartInterval\":1000000000"),
    // Docker's CLI 28 does not know these.
    deviation(&["update", "--memory-swap", "1g", "full"], "\"SwapBytes\":1073741824"),
    deviation(&["update", "--memory-swappiness", "5", "minimal"], "\"MemorySwappiness\":5"),
];
