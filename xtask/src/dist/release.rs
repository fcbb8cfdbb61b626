//! The files of a release. Building is elsewhere; the same parts give the same bytes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest as _, Sha256};

/// Where Traefik looks for local plugins, below the folder in which it runs.
const PLUGIN_FOLDER: &str = "plugins-local/src/smsvc";

/// The file with the digests, as `sha256sum --check` reads it.
const DIGESTS: &str = "SHA256SUMS";

/// The plugin for one architecture.
pub(super) struct Program {
    /// As images name it.
    pub(super) architecture: &'static str,
    /// The static program.
    pub(super) binary: Vec<u8>,
    /// The image with nothing else in it, for `docker load`.
    pub(super) image: Vec<u8>,
}

/// What is released: every file by its name.
pub(super) struct Release {
    files: BTreeMap<String, Vec<u8>>,
}

impl Release {
    /// Of these parts.
    pub(super) fn of(guest: &[u8], manifest: &[u8], programs: &[Program]) -> Result<Self> {
        let mut files = BTreeMap::new();
        for Program { architecture, binary, image } in programs {
            files.insert(format!("docker-smsvc-linux-{architecture}"), binary.clone());
            files.insert(format!("docker-smsvc-image-{architecture}.tar"), image.clone());
        }
        files.insert("smsvc-traefik.tar".to_owned(), plugin(guest, manifest)?);
        let mut digests = String::new();
        for (name, bytes) in &files {
            let digest = Sha256::digest(bytes);
            for byte in digest {
                write!(digests, "{byte:02x}")?;
            }
            writeln!(digests, "  {name}")?;
        }
        files.insert(DIGESTS.to_owned(), digests.into_bytes());
        Ok(Self { files })
    }

    /// The files.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }

    /// Writes them into a folder. Programs can be run.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        use std::os::unix::fs::PermissionsExt as _;
        fs::create_dir_all(folder)?;
        for (name, bytes) in &self.files {
            let file = folder.join(name);
            fs::write(&file, bytes).with_context(|| format!("cannot write {}", file.display()))?;
            let mode = if name.starts_with("docker-smsvc-linux-") { 0o755 } else { 0o644 };
            fs::set_permissions(&file, fs::Permissions::from_mode(mode))?;
        }
        Ok(())
    }
}

/// The guest with its manifest, to be unpacked in the folder in which Traefik runs.
fn plugin(guest: &[u8], manifest: &[u8]) -> Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in [(".traefik.yml", manifest), ("plugin.wasm", guest)] {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        archive.append_data(&mut header, format!("{PLUGIN_FOLDER}/{name}"), content)?;
    }
    Ok(archive.into_inner()?)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::os::unix::fs::PermissionsExt as _;
    use std::process::Command;

    use super::*;

    fn release() -> Release {
        let program = |architecture| Program {
            architecture,
            binary: format!("program {architecture}").into_bytes(),
            image: format!("image {architecture}").into_bytes(),
        };
        Release::of(b"\0asm", b"displayName: x\n", &[program("amd64"), program("arm64")]).unwrap()
    }

    #[test]
    fn a_release_has_two_programs_their_images_the_plugin_and_the_digests() {
        let release = release();
        let names: Vec<&str> = release.files().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            [
                "SHA256SUMS",
                "docker-smsvc-image-amd64.tar",
                "docker-smsvc-image-arm64.tar",
                "docker-smsvc-linux-amd64",
                "docker-smsvc-linux-arm64",
                "smsvc-traefik.tar",
            ]
        );
        assert_eq!(release.files["docker-smsvc-linux-arm64"], b"program arm64");
        assert_eq!(release.files["docker-smsvc-image-arm64.tar"], b"image arm64");
    }

    #[test]
    fn the_plugin_lies_where_traefik_looks_for_it() {
        let release = release();
        let mut archive = tar::Archive::new(release.files["smsvc-traefik.tar"].as_slice());
        let mut found = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            found.push((entry.path().unwrap().display().to_string(), content));
        }
        let folder = "plugins-local/src/smsvc";
        assert_eq!(found[0], (format!("{folder}/.traefik.yml"), b"displayName: x\n".to_vec()));
        assert_eq!(found[1], (format!("{folder}/plugin.wasm"), b"\0asm".to_vec()));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn the_digests_are_those_of_the_files_that_are_written_and_programs_can_be_run() {
        let folder = tempfile::tempdir().unwrap();
        release().write(folder.path()).unwrap();
        let mut check = Command::new("sha256sum");
        let checked =
            check.args(["--check", "--strict", DIGESTS]).current_dir(folder.path()).output().unwrap();
        let told = String::from_utf8_lossy(&checked.stdout).into_owned();
        assert!(checked.status.success() && told.lines().count() == 5, "{told}");
        let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("docker-smsvc-linux-amd64"), mode("smsvc-traefik.tar")), (0o755, 0o644));
        fs::write(folder.path().join("smsvc-traefik.tar"), "changed").unwrap();
        let mut check = Command::new("sha256sum");
        assert!(
            !check.args(["--check", DIGESTS]).current_dir(folder.path()).output().unwrap().status.success()
        );
    }
}
