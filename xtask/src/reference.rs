//! `cargo xtask docs`: writes the pages of the commands, which are made from the definitions of their flags. A test of the
//! CLI writes them, because it is the one that fails where they are out of date.

use anyhow::{Context, Result};
use smsvc_tests::artifact;

/// Writes them.
pub(crate) fn run() -> Result<bool> {
    let status = artifact::cargo()
        .args(["test", "--quiet", "--package=docker-smsvc", "--test=reference"])
        .env("SMSVC_RECORD", "1")
        .status()
        .context("cannot run cargo")?;
    for folder in ["docs/reference", "docs/man"] {
        crate::report::line(folder);
    }
    Ok(status.success())
}
