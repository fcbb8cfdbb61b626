//! What a lint found.

use super::Report;
use super::check::{annotation, finding_json};
use crate::args::CheckFormat;
use crate::finding::{Finding, Severity};

impl Report {
    /// Each finding with its hint, and the sum.
    pub fn linted(self, findings: &[Finding], services: usize, format: CheckFormat) {
        match format {
            CheckFormat::Json => return self.json(&findings.iter().map(finding_json).collect()),
            CheckFormat::Github => findings.iter().for_each(|finding| self.result(&annotation(finding))),
            CheckFormat::Table => findings.iter().for_each(|finding| self.result(&text(finding))),
        }
        self.note(&sum(findings, services));
    }

    /// What a change would bring, where nothing of it stands in the way.
    pub fn lint_warnings(self, findings: &[Finding]) {
        for finding in findings {
            self.note(&text(finding));
        }
    }
}

fn text(finding: &Finding) -> String {
    match &finding.hint {
        Some(hint) => format!("{finding}\n  hint: {hint}"),
        None => finding.to_string(),
    }
}

fn sum(findings: &[Finding], services: usize) -> String {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    format!(
        "services: {services}, errors: {}, warnings: {}",
        count(Severity::Error),
        count(Severity::Warning)
    )
}
