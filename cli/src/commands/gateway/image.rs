//! `docker smsvc gateway image`.

use std::path::{Path, PathBuf};

use super::GatewayError;
use crate::args::ImageArgs;
use crate::gateway::image::ProviderImage;
use crate::report::Report;

/// Writes the archive.
pub(super) fn image(args: &ImageArgs, report: Report) -> Result<(), GatewayError> {
    let image = of_program(args.binary.as_deref())?;
    if let Some(path) = &args.output {
        std::fs::write(path, &image.archive)
            .map_err(|error| GatewayError::File { path: path.clone(), error })?;
        report.result(&image.name);
    } else {
        report.bytes(&image.archive);
        report.note(&image.name);
    }
    Ok(())
}

/// The image of a program; of this very one where none is named.
pub(super) fn of_program(path: Option<&Path>) -> Result<ProviderImage, GatewayError> {
    let path = match path {
        Some(path) => path.to_owned(),
        None => std::env::current_exe()
            .map_err(|error| GatewayError::File { path: PathBuf::from("docker-smsvc"), error })?,
    };
    let program = std::fs::read(&path).map_err(|error| GatewayError::File { path: path.clone(), error })?;
    ProviderImage::of(&program).map_err(|error| GatewayError::Image { path, error })
}
