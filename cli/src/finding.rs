//! Findings: what is wrong, or will be, with what was looked at, and where it is written.
//!
//! The one type for everything that looks without changing anything: a check of stack files, a lint of the live swarm.
//! A finding holds words; it neither prints nor decides what the process ends with.

use std::fmt;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It works, and could do with a change.
    Warning,
    /// It cannot work as it is.
    Error,
}

impl Severity {
    /// `warning`, `error`: also the words of GitHub's annotations.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file as the user named it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its stable code, as in `docs/errors.md`.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// What it is, in one line.
    pub text: String,
    /// What would help.
    pub hint: Option<String>,
    /// The service that it is about, where it is about one.
    pub service: Option<String>,
    /// The labels that it is about, each with its service; the one to change first.
    pub labels: Vec<(String, String)>,
    /// Where it is written, where it comes from a file.
    pub place: Option<Place>,
}

impl Finding {
    /// Something that cannot work as it is.
    pub fn error(code: &'static str, text: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, text)
    }

    /// Something that works all the same.
    pub fn warning(code: &'static str, text: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, text)
    }

    fn new(code: &'static str, severity: Severity, text: impl Into<String>) -> Self {
        Self { code, severity, text: text.into(), hint: None, service: None, labels: Vec::new(), place: None }
    }

    /// The same with what would help.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The same about a service.
    #[must_use]
    pub fn of_service(self, service: impl Into<String>) -> Self {
        Self { service: Some(service.into()), ..self }
    }

    /// The same about a label of a service, also.
    #[must_use]
    pub fn of_label(mut self, service: impl Into<String>, label: impl Into<String>) -> Self {
        self.labels.push((service.into(), label.into()));
        self
    }

    /// The same with where it is written.
    #[must_use]
    pub fn at(self, place: Option<Place>) -> Self {
        Self { place, ..self }
    }
}

impl fmt::Display for Finding {
    /// `stack.yml:17: E303: …`; a warning says that it is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        if self.severity == Severity::Warning {
            f.write_str("warning: ")?;
        }
        write!(f, "{}: {}", self.code, self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_begins_with_its_place_as_editors_and_ci_read_it() {
        let place = Place { file: "stack.yml".to_owned(), line: 17 };
        assert_eq!(
            Finding::error("E303", "too small").at(Some(place)).to_string(),
            "stack.yml:17: E303: too small"
        );
        assert_eq!(Finding::warning("W406", "unused").of_service("web").to_string(), "warning: W406: unused");
    }
}
