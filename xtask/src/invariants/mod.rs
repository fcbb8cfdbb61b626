//! The invariants of ARCHITECTURE.md that no compiler enforces, or that an `allow` could undo, checked over the
//! source text.

mod rules;
mod source;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use source::Source;

/// A place where an invariant does not hold.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Breach {
    file: PathBuf,
    line: usize,
    what: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.what)
    }
}

/// Reads every text file of the workspace and applies the rules.
pub(crate) fn check(workspace: &Path) -> Result<Vec<Breach>> {
    let mut breaches = Vec::new();
    for path in files(workspace)? {
        // Only text can be judged; there is no other file in the repository that a rule is about.
        let Ok(text) = fs::read_to_string(workspace.join(&path)) else { continue };
        breaches.extend(rules::of_any_text(&path, &text, workspace));
        if path.extension().is_some_and(|extension| extension == "rs") {
            breaches.extend(rules::of_rust(&path, &Source::read(&text)));
        }
    }
    Ok(breaches)
}

/// Every file below the workspace that is not built and not git's own, as paths relative to it, sorted.
fn files(workspace: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![workspace.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let (path, name) = (entry.path(), entry.file_name());
            if entry.file_type()?.is_dir() {
                if name != "target" && name != ".git" {
                    folders.push(path);
                }
            } else {
                found.push(path.strip_prefix(workspace).unwrap_or(&path).to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}
