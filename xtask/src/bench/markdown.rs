//! The report as Markdown, and its figures as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::machine::Machine;
use super::section::{Cell, Goal, Section, Side, Table};
use super::stats::Sample;

/// Everything that one run found.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Report {
    /// When it began.
    pub(crate) date: String,
    /// The commit that was measured.
    pub(crate) commit: String,
    /// Whether it was a run with few rounds.
    pub(crate) quick: bool,
    /// Where it ran.
    pub(crate) machine: Machine,
    /// What it found.
    pub(crate) sections: Vec<Section>,
}

impl Report {
    /// The page.
    pub(crate) fn markdown(&self) -> String {
        let mut page = format!(
            "# Benchmarks\n\n\
             Written by `cargo xtask bench` on {} for commit {}{}. Do not edit.\n\n\
             Every figure stands beside its ratio to a peer that was measured in the same run. Peers take turns: each round\n\
             has all of them, and each begins with another one. A figure is the median of its rounds, and in parentheses are\n\
             the quarters between which the middle half lies. A ratio is made round by round, and is the median of that.\n\
             The values of every round are in [benchmarks.json](benchmarks.json).\n\n\
             To repeat it: `cargo xtask bench`, as root on Linux with docker, dockerd, iptables, wrk, and what\n\
             `cargo xtask dist` needs for this machine; `--only SECTION` runs one section, `--quick` fewer rounds. Figures of\n\
             other machines differ; ratios should not by much.\n\n",
            self.date,
            self.commit,
            if self.quick { " with --quick, so with few rounds" } else { "" }
        );
        let rows: Vec<Vec<String>> =
            self.machine.rows().into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
        page.push_str(&table(&["machine", ""].map(str::to_owned), &rows));
        page.push_str("\n## What was to be reached\n\n");
        page.push_str(&self.goals());
        for section in &self.sections {
            // Writing to a `String` cannot fail.
            let _ = write!(page, "\n## {}\n\n{}\n", section.title, section.method.trim());
            for table in &section.tables {
                let _ = write!(page, "\n{}", figures(table));
            }
            for plot in &section.plots {
                let _ = write!(page, "\n![{}](benchmarks-{}.svg)\n", plot.title, plot.name);
            }
        }
        page
    }

    fn goals(&self) -> String {
        let goals = self.sections.iter().flat_map(|section| &section.goals);
        let rows: Vec<Vec<String>> = goals
            .map(|goal| {
                vec![
                    goal.what.clone(),
                    limit(goal),
                    in_unit(goal.reached, goal.unit),
                    if goal.holds() { "yes" } else { "**no**" }.to_owned(),
                ]
            })
            .collect();
        table(&["goal", "limit", "measured", "reached"].map(str::to_owned), &rows)
    }
}

fn limit(goal: &Goal) -> String {
    let side = match goal.side {
        Side::AtMost => "at most",
        Side::AtLeast => "at least",
    };
    format!("{side} {}", in_unit(goal.limit, goal.unit))
}

fn figures(figures: &Table) -> String {
    let row = |(name, cells): &(String, Vec<Cell>)| {
        std::iter::once(name.clone()).chain(cells.iter().map(cell)).collect::<Vec<_>>()
    };
    table(&figures.columns, &figures.rows.iter().map(row).collect::<Vec<_>>())
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Figure { sample, unit, ratio } => {
            let mut text = with_spread(sample, unit);
            if let Some(ratio) = ratio {
                let _ = write!(text, ", **{}**", with_spread(ratio, ""));
            }
            text
        }
    }
}

/// `5.1 ms (4.9–5.6)`, without the parentheses where there is one value.
fn with_spread(sample: &Sample, unit: &str) -> String {
    let (low, high) = sample.spread();
    let spread = if sample.values().len() > 1 {
        format!(" ({}–{})", rounded(low), rounded(high))
    } else {
        String::new()
    };
    format!("{}{spread}", in_unit(sample.median(), unit))
}

fn in_unit(value: f64, unit: &str) -> String {
    let value = rounded(value);
    if unit.is_empty() { value } else { format!("{value} {unit}") }
}

/// Three digits that count, as the figures are no better.
fn rounded(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        ..10.0 => format!("{value:.2}"),
        10.0..100.0 => format!("{value:.1}"),
        _ => grouped(&format!("{value:.0}")),
    }
}

/// `12345` as `12,345`.
fn grouped(digits: &str) -> String {
    let first = digits.len() % 3;
    let mut text = digits[..first].to_owned();
    for (index, digit) in digits[first..].chars().enumerate() {
        if index % 3 == 0 && !text.is_empty() {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn table(head: &[String], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let rule: Vec<String> = head.iter().map(|_| "---".to_owned()).collect();
    line(head) + &line(&rule) + &rows.iter().map(|row| line(row)).collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits_and_their_spread() {
        let sample: Sample = [1.0, 2.0, 3.0].into_iter().collect();
        assert_eq!(with_spread(&sample, "ms"), "2.00 ms (1.50–2.50)");
        assert_eq!(with_spread(&Sample::from(15_848.2), "req/s"), "15,848 req/s");
        assert_eq!(
            [0.0, 0.955, 12.34, 123.4, 1_234_567.0].map(rounded),
            ["0", "0.95", "12.3", "123", "1,234,567"]
        );
    }

    #[test]
    fn a_ratio_stands_beside_its_figure() {
        let (own, peer) = (Sample::from(3.0), Sample::from(2.0));
        assert_eq!(cell(&Cell::against(&own, &peer, "ms")), "3.00 ms, **1.50**");
    }
}
