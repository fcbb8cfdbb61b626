//! The bytes of the plugin: what Traefik loads, and the manifest beside it.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// The manifest of the plugin.
pub const MANIFEST: &str = include_str!("../../../.traefik.yml");

/// The guest that was built with this program, where it was.
#[cfg(guest_embedded)]
const EMBEDDED: Option<&[u8]> = Some(include_bytes!(env!("SMSVC_EMBED_GUEST")));
#[cfg(not(guest_embedded))]
const EMBEDDED: Option<&[u8]> = None;

/// What every WebAssembly module begins with: magic and version 1.
const BEGINNING: &[u8] = b"\0asm\x01\0\0\0";

/// Why there is no guest.
#[derive(Debug, Error)]
pub enum GuestError {
    /// None was named, and this program has none in it.
    #[error("this build of the plugin has no guest in it")]
    Missing,
    /// The file cannot be read.
    #[error("cannot read the guest {}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: std::io::Error,
    },
    /// The file is something else.
    #[error("{} is no WebAssembly module", path.display())]
    NoModule {
        /// The file.
        path: PathBuf,
    },
}

/// The guest in this file, else the one that this program has in it.
pub fn guest(file: Option<&Path>) -> Result<Vec<u8>, GuestError> {
    let Some(path) = file else { return EMBEDDED.map(<[u8]>::to_vec).ok_or(GuestError::Missing) };
    let bytes =
        std::fs::read(path).map_err(|error| GuestError::Unreadable { path: path.to_owned(), error })?;
    if bytes.starts_with(BEGINNING) { Ok(bytes) } else { Err(GuestError::NoModule { path: path.to_owned() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_module_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("guest.wasm");
        assert!(matches!(guest(Some(&path)), Err(GuestError::Unreadable { .. })));
        std::fs::write(&path, "text").unwrap();
        assert!(matches!(guest(Some(&path)), Err(GuestError::NoModule { .. })));
        std::fs::write(&path, BEGINNING).unwrap();
        assert_eq!(guest(Some(&path)).unwrap(), BEGINNING);
    }
}
