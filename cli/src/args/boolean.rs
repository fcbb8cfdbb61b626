//! Switches as docker reads them: `-q`, `--quiet`, `--quiet=false`.

use crate::flags::grammar::{BooleanError, parse_bool};

/// Go's `strconv.ParseBool`.
pub(super) fn boolean(text: &str) -> Result<bool, BooleanError> {
    parse_bool(text)
}
