//! The provider's image: one static program and nothing else, as `docker load` reads it.
//!
//! The same program gives the same bytes, so that an image which is made again is the one that is there.

use std::io;

use serde_json::json;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::elf::{ElfError, static_program};
use super::{LABEL, digest, hex};

/// The program in the image.
const PROGRAM: &str = "docker-smsvc";

/// An image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderImage {
    /// The name under which it is loaded: program, version, and a digest of the program.
    pub name: String,
    /// What `docker load` reads.
    pub archive: Vec<u8>,
}

/// Why a program gives no image.
#[derive(Debug, Error)]
pub enum ImageError {
    /// It would not run in it.
    #[error("{0}")]
    Program(#[from] ElfError),
    /// The archive cannot be written.
    #[error("{0}")]
    Archive(#[from] io::Error),
}

impl ProviderImage {
    /// The image of a program.
    pub fn of(program: &[u8]) -> Result<Self, ImageError> {
        let architecture = static_program(program)?;
        let mut layer = tar::Builder::new(Vec::new());
        add(&mut layer, PROGRAM, program, 0o755)?;
        let layer = layer.into_inner()?;
        let description = json!({
            "architecture": architecture.name(),
            "os": "linux",
            "created": "1970-01-01T00:00:00Z",
            "config": {
                "Entrypoint": [format!("/{PROGRAM}")],
                "WorkingDir": "/",
                "User": "65534:65534",
                "Labels": { LABEL: "provider", "org.opencontainers.image.version": env!("CARGO_PKG_VERSION") },
            },
            "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{}", hex(&Sha256::digest(&layer)))] },
            "history": [{ "created": "1970-01-01T00:00:00Z", "created_by": "docker smsvc gateway image" }],
        })
        .to_string();
        let name =
            format!("{PROGRAM}:{}-{}-{}", env!("CARGO_PKG_VERSION"), architecture.name(), digest(program));
        let description_file = format!("{}.json", hex(&Sha256::digest(description.as_bytes())));
        let manifest = json!([{ "Config": description_file, "RepoTags": [name], "Layers": ["layer.tar"] }]);
        let mut archive = tar::Builder::new(Vec::new());
        add(&mut archive, &description_file, description.as_bytes(), 0o644)?;
        add(&mut archive, "layer.tar", &layer, 0o644)?;
        add(&mut archive, "manifest.json", manifest.to_string().as_bytes(), 0o644)?;
        Ok(Self { name, archive: archive.into_inner()? })
    }
}

fn add(archive: &mut tar::Builder<Vec<u8>>, path: &str, content: &[u8], mode: u32) -> io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_size(content.len() as u64);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    archive.append_data(&mut header, path, content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::elf::tests::program;

    #[test]
    fn the_same_program_gives_the_same_image_and_another_one_another_name() {
        let image = ProviderImage::of(&program(62, &[1])).unwrap();
        assert_eq!(ProviderImage::of(&program(62, &[1])).unwrap(), image);
        assert!(image.name.starts_with("docker-smsvc:") && image.name.contains("-amd64-"), "{}", image.name);
        assert_ne!(ProviderImage::of(&program(62, &[2])).unwrap().name, image.name);
    }

    #[test]
    fn a_program_that_would_not_run_gives_none() {
        let refused = ProviderImage::of(&program(62, &[3]));
        assert!(matches!(refused, Err(ImageError::Program(ElfError::Dynamic))), "{refused:?}");
    }

    #[test]
    fn the_archive_is_whole() {
        let image = ProviderImage::of(&program(183, &[1])).unwrap();
        let mut archive = tar::Archive::new(image.archive.as_slice());
        let mut names = Vec::new();
        let mut manifest = String::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            names.push(entry.path().unwrap().display().to_string());
            if names.last().unwrap() == "manifest.json" {
                io::Read::read_to_string(&mut entry, &mut manifest).unwrap();
            }
        }
        let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
        assert_eq!(manifest[0]["RepoTags"][0], image.name);
        assert_eq!(names, [manifest[0]["Config"].as_str().unwrap(), "layer.tar", "manifest.json"]);
    }
}
