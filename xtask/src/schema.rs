//! `cargo xtask schema`: writes the JSON schema of the labels, which is made of their vocabulary. A test of the shared
//! crate fails where the file is not the one that would be written.

use anyhow::{Context, Result};
use smsvc_tests::artifact;

/// The file, from the root of the repository.
const FILE: &str = "docs/schema/smsvc-labels.json";

/// Writes it.
pub(crate) fn run() -> Result<bool> {
    let file = artifact::workspace().join(FILE);
    let text = serde_json::to_string_pretty(&smsvc_core::labels::schema())?;
    std::fs::write(&file, text + "\n").with_context(|| format!("cannot write {}", file.display()))?;
    crate::report::line(FILE);
    Ok(true)
}
