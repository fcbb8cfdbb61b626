//! `docker smsvc import openapi` and `docker smsvc export openapi`.

use std::io::Read as _;
use std::path::Path;

use smsvc_core::name::Name;

use crate::args::{ExportArgs, ImportArgs};
use crate::engine::Engine;
use crate::error::{Error, OpenApiFileError};
use crate::groups::Declared;
use crate::openapi::{self, OpenApiError};
use crate::report::Report;

/// Reads a description and prints what it means. No engine is asked.
pub fn import_openapi(args: &ImportArgs, report: Report) -> Result<(), Error> {
    let file = |cause| Error::OpenApi(OpenApiFileError { file: args.file.clone(), cause });
    let bytes = read(&args.file).map_err(|error| file(OpenApiError::Unreadable(error.to_string())))?;
    let import = openapi::read(&bytes, &args.options()).map_err(file)?;
    let group = match &args.group {
        Some(group) => group.clone(),
        None => Name::slug(import.title.as_deref().unwrap_or_default()),
    };
    report.imported(args, &group, &import);
    Ok(())
}

/// Writes a group that is deployed as a description.
pub async fn export_openapi(engine: &impl Engine, args: &ExportArgs, report: Report) -> Result<(), Error> {
    let declared = Declared::read(&engine.services().await?);
    let merged = declared.merged();
    report.route_problems(&declared, &merged);
    let found = merged.spec.groups.iter().find(|group| group.name == args.group);
    let group = found.ok_or_else(|| Error::GroupUnknown { name: args.group.to_string() })?;
    report.exported(&openapi::export(group, &args.api_version), args.format);
    Ok(())
}

/// The file, or standard input for `-`.
fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(file)
}
