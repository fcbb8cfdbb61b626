//! What is wrong with the set-up, and the ways out.

use crate::report::Report;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    /// What, in one line.
    pub(super) what: String,
    /// What helps, best first.
    pub(super) ways: Vec<String>,
}

impl Complaint {
    pub(super) fn new(what: impl Into<String>, ways: &[&str]) -> Self {
        Self { what: what.into(), ways: ways.iter().map(|&way| way.to_owned()).collect() }
    }

    /// As a warning with its hints.
    pub(super) fn say(&self, report: Report) {
        report.warning(&self.what);
        for way in &self.ways {
            report.note(&format!("hint: {way}"));
        }
    }
}
