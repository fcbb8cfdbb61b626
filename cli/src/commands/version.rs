//! `docker smsvc version`.

use crate::report::Report;

/// Prints the plugin's version.
pub fn version(report: Report) {
    report.result(&format!("docker smsvc {}", env!("CARGO_PKG_VERSION")));
}
