//! The mounts of a service's containers: `ContainerSpec.Mounts`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Object;

/// A mount (Docker API 1.48). Options of another type than the mount's own are refused where it is parsed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mount {
    /// `volume`, `bind`, `tmpfs`, `image`, `cluster`, `npipe`, or what a newer engine knows.
    pub kind: String,
    /// A volume, a path on the node, an image; empty for a new anonymous volume.
    pub source: String,
    /// The path in the container.
    pub target: String,
    /// Whether the container may only read it.
    pub read_only: bool,
    /// A hint that some engines outside Linux heed.
    pub consistency: String,
    /// For binds, where at least one `bind-` option was given.
    pub bind: Option<BindOptions>,
    /// For volumes, where at least one `volume-` option was given.
    pub volume: Option<VolumeOptions>,
    /// For images, where an `image-` option was given: the directory of the image.
    pub image_subpath: Option<String>,
    /// For temporary file systems, where at least one `tmpfs-` option was given.
    pub tmpfs: Option<TmpfsOptions>,
}

/// The options of a bind mount.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BindOptions {
    /// `rprivate`, `shared`, …
    pub propagation: String,
    /// Only the mount itself, not what is mounted below it.
    pub non_recursive: bool,
    /// What is mounted below it stays writable.
    pub read_only_non_recursive: bool,
    /// What is mounted below it has to become read-only, too.
    pub read_only_force_recursive: bool,
}

/// The options of a volume.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VolumeOptions {
    /// A new volume is not filled from the image.
    pub no_copy: bool,
    /// Labels of a new volume.
    pub labels: BTreeMap<String, String>,
    /// The directory of the volume that is mounted.
    pub subpath: String,
    /// The driver of a new volume.
    pub driver: DriverOptions,
}

/// A volume driver and its options.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DriverOptions {
    /// The driver's name; empty for the engine's own.
    pub name: String,
    /// Its options.
    pub options: BTreeMap<String, String>,
}

/// The options of a temporary file system.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TmpfsOptions {
    /// Bytes; 0 is no limit.
    pub size: i64,
    /// Permission bits; 0 is the engine's default.
    pub mode: u32,
}

impl Mount {
    /// Writes an entry of `Mounts`.
    pub(super) fn write(&self) -> Value {
        let object = Object::new()
            .with_present("Type", self.kind.as_str())
            .with_present("Source", self.source.as_str())
            .with_present("Target", self.target.as_str())
            .with_present("ReadOnly", self.read_only)
            .with_present("Consistency", self.consistency.as_str())
            .with_present("BindOptions", self.bind.as_ref().map(BindOptions::write))
            .with_present("VolumeOptions", self.volume.as_ref().map(VolumeOptions::write))
            .with_present("TmpfsOptions", self.tmpfs.map(TmpfsOptions::write));
        match &self.image_subpath {
            Some(subpath) => {
                object.with("ImageOptions", Object::new().with_present("Subpath", subpath.as_str())).into()
            }
            None => object.into(),
        }
    }
}

impl BindOptions {
    fn write(&self) -> Value {
        Object::new()
            .with_present("Propagation", self.propagation.as_str())
            .with_present("NonRecursive", self.non_recursive)
            .with_present("ReadOnlyNonRecursive", self.read_only_non_recursive)
            .with_present("ReadOnlyForceRecursive", self.read_only_force_recursive)
            .into()
    }
}

impl VolumeOptions {
    /// Docker's CLI always sends the driver's object here, empty as it may be.
    fn write(&self) -> Value {
        let driver = Object::new()
            .with_present("Name", self.driver.name.as_str())
            .with_strings("Options", &self.driver.options);
        Object::new()
            .with_present("NoCopy", self.no_copy)
            .with_strings("Labels", &self.labels)
            .with_present("Subpath", self.subpath.as_str())
            .with("DriverConfig", driver)
            .into()
    }
}

impl TmpfsOptions {
    fn write(self) -> Value {
        Object::new().with_present("SizeBytes", self.size).with_present("Mode", self.mode).into()
    }
}
