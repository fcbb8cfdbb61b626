//! The lines on which we differ from Docker.

use super::{Deviation, deviation};

pub(crate) const DEVIATIONS: &[Deviation] = &[
    // Docker's CLI crashes.
    deviation(&["-e", "A=1", "-e", "A=1", "-e", "A=2", "nginx"], "\"Env\":[\"A=2\"]"),
    // Docker's CLI leaves the mode to the engine; where none is said we choose.
    deviation(&["--endpoint-mode", "bogus", "nginx"], "`bogus` is not an endpoint mode"),
    deviation(&["--endpoint-mode", "", "nginx"], "\"Mode\":\"dnsrr\""),
    // Docker's CLI leaves it to the engine to refuse them.
    deviation(&["--endpoint-mode", "dnsrr", "-p", "80", "nginx"], "E301"),
    // Docker's CLI sends the low 64 bits of a number that is too large.
    deviation(&["--limit-cpu", "9223372036.854775808", "nginx"], "value is too large"),
    deviation(&["--limit-memory", "9000p", "nginx"], "size '9000p' is larger than"),
    // What has no colon is the host of an API here.
    deviation(&["--host", "api.example.com", "nginx"], "--host needs an API group"),
    // Labels of ours are checked.
    deviation(&["--name", "a", "-l", "smsvc.group=g", "-l", "smsvc.prot=80", "nginx"], "smsvc.prot"),
    // Docker's CLI 28 does not know these yet.
    deviation(&["--memory-swap", "1.5g", "nginx"], "\"SwapBytes\":1610612736"),
    deviation(&["--memory-swap", "-1", "--memory-swappiness", "0", "nginx"], "\"MemorySwappiness\":0"),
    deviation(&["--memory-swappiness", "x", "nginx"], "strconv.ParseInt: parsing \"x\": invalid syntax"),
    // Docker's pattern for domains lets single colons in.
    deviation(&["--dns-search", ":a", "nginx"], ":a is not a valid domain"),
    // Docker's CLI asks for the image's digest before it finds that it cannot send the number.
    deviation(&["--update-max-failure-ratio", "nan", "nginx"], "json: unsupported value: NaN"),
];
