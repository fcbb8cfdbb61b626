//! `docker smsvc man`.

use crate::args::ManArgs;
use crate::error::Error;
use crate::reference;
use crate::report::Report;

/// Prints a man page, for a reader such as `man -l -`.
pub fn man(args: &ManArgs, report: Report) -> Result<(), Error> {
    let page = reference::man_page(&args.command);
    let page = page.ok_or_else(|| Error::CommandUnknown { command: args.command.join(" ") })?;
    report.result(page.trim_end());
    Ok(())
}
