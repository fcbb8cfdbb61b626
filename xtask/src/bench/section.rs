//! What a section of the report consists of.

use serde::Serialize;

use super::plot::Plot;
use super::stats::Sample;

/// One section: what was measured, how, and what came out.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Section {
    /// Its title.
    pub(crate) title: String,
    /// What was compared and how, as paragraphs of Markdown.
    pub(crate) method: String,
    /// The figures.
    pub(crate) tables: Vec<Table>,
    /// What was to be reached.
    pub(crate) goals: Vec<Goal>,
    /// Pictures.
    #[serde(skip)]
    pub(crate) plots: Vec<Plot>,
}

impl Section {
    /// A section without figures yet.
    pub(crate) fn new(title: &str, method: &str) -> Self {
        Self {
            title: title.to_owned(),
            method: method.to_owned(),
            tables: Vec::new(),
            goals: Vec::new(),
            plots: Vec::new(),
        }
    }
}

/// Figures of several variants. The first column has the names.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Table {
    /// The heads of the columns, that of the names included.
    pub(crate) columns: Vec<String>,
    /// A row for each variant.
    pub(crate) rows: Vec<(String, Vec<Cell>)>,
}

impl Table {
    /// A table without rows.
    pub(crate) fn new(columns: &[&str]) -> Self {
        Self { columns: columns.iter().map(|head| (*head).to_owned()).collect(), rows: Vec::new() }
    }

    /// One more row.
    pub(crate) fn row(&mut self, name: impl Into<String>, cells: Vec<Cell>) {
        self.rows.push((name.into(), cells));
    }
}

/// One cell of a table.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(crate) enum Cell {
    /// A measured figure.
    Figure {
        /// What was measured.
        sample: Sample,
        /// In what.
        unit: &'static str,
        /// Against the peer of the table, round by round.
        #[serde(skip_serializing_if = "Option::is_none")]
        ratio: Option<Sample>,
    },
    /// Something that is no figure, or none that is compared.
    Text(String),
}

impl Cell {
    /// A figure beside its ratio to the peer's.
    pub(crate) fn against(sample: &Sample, peer: &Sample, unit: &'static str) -> Self {
        Self::Figure { sample: sample.clone(), unit, ratio: Some(sample.ratio_to(peer)) }
    }
}

/// Something that was to be reached.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Goal {
    /// What.
    pub(crate) what: String,
    /// The limit.
    pub(crate) limit: f64,
    /// Whether the limit is the least or the most.
    pub(crate) side: Side,
    /// What came out.
    pub(crate) reached: f64,
    /// In what; empty for a ratio.
    pub(crate) unit: &'static str,
}

/// On which side of its limit a figure has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Side {
    /// The limit is the most.
    AtMost,
    /// The limit is the least.
    AtLeast,
}

impl Goal {
    /// A figure that may not be above a limit.
    pub(crate) fn at_most(what: impl Into<String>, limit: f64, reached: f64, unit: &'static str) -> Self {
        Self { what: what.into(), limit, side: Side::AtMost, reached, unit }
    }

    /// A figure that may not be below a limit.
    pub(crate) fn at_least(what: impl Into<String>, limit: f64, reached: f64, unit: &'static str) -> Self {
        Self { what: what.into(), limit, side: Side::AtLeast, reached, unit }
    }

    /// Whether it was reached. What could not be measured was not.
    pub(crate) fn holds(&self) -> bool {
        match self.side {
            Side::AtMost => self.reached <= self.limit,
            Side::AtLeast => self.reached >= self.limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_that_was_not_measured_was_not_reached() {
        assert!(Goal::at_most("a", 1.0, 1.0, "").holds() && Goal::at_least("a", 1.0, 1.0, "").holds());
        assert!(!Goal::at_most("a", 1.0, 1.1, "").holds() && !Goal::at_least("a", 1.0, 0.9, "").holds());
        assert!(!Goal::at_most("a", 1.0, f64::NAN, "").holds());
    }
}
