//! Where a command line was typed: what its flags may depend on beside their own text.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The surroundings of a command line.
#[derive(Debug, Clone)]
pub struct Shell {
    /// Docker's global flags, as they were typed in front of the plugin's name.
    pub globals: Vec<String>,
    /// The environment variables: `--env NAME` takes its value from here.
    pub variables: BTreeMap<String, String>,
    /// The working directory: a relative `source` of `--mount` starts here.
    pub directory: PathBuf,
    /// Reads a file: `--env-file` takes its variables from there. A relative path starts at the working directory.
    pub read: fn(&Path) -> io::Result<Vec<u8>>,
}

impl Default for Shell {
    /// Nowhere: no variable is set, and no file is there.
    fn default() -> Self {
        Self {
            globals: Vec::new(),
            variables: BTreeMap::new(),
            directory: PathBuf::new(),
            read: |_| Err(io::ErrorKind::NotFound.into()),
        }
    }
}

/// Joins a path to a directory and removes `.`, `..` and double slashes by the text alone, as Go's
/// `filepath.Abs` does.
pub(super) fn absolute(directory: &Path, path: &str) -> String {
    let mut clean = PathBuf::from("/");
    for component in directory.join(path).components() {
        match component {
            Component::ParentDir => drop(clean.pop()),
            Component::Normal(name) => clean.push(name),
            Component::Prefix(_) | Component::RootDir | Component::CurDir => {}
        }
    }
    clean.to_string_lossy().into_owned()
}
