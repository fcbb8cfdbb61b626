//! The image: in its short form with a tag, as Docker's CLI sends it, and with its digest where that was asked for.

use serde_json::Value;

use super::edit::{container, object, put, text};
use crate::service::placement::write_platform;
use crate::service::{ImageReference, Platform};

/// Rewrites the image whether or not it changes.
pub(super) fn normalise(spec: &mut Value) {
    let container = container(spec);
    let image = text(container, "Image").to_owned();
    if !image.is_empty() {
        put(container, "Image", ImageReference::new(&image).tagged());
    }
}

/// Enters the digest, and the platforms where the registry knows them.
pub(super) fn pin(spec: &mut Value, digest: &str, platforms: &[Platform]) {
    let container = container(spec);
    let image = ImageReference::new(text(container, "Image"));
    if !digest.is_empty() {
        put(container, "Image", image.pinned(digest));
    }
    if !platforms.is_empty() {
        let platforms: Vec<Value> = platforms.iter().map(write_platform).collect();
        put(object(object(spec, "TaskTemplate"), "Placement"), "Platforms", platforms);
    }
}
