//! The only place of xtask that prints.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is the place that prints")]

use std::env;
use std::io::{IsTerminal, stdout};

/// A heading, with an empty line before it.
pub(crate) fn heading(text: &str) {
    println!("\n{}", styled("1", text));
}

/// A line of the result.
pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// Something that is done now.
pub(crate) fn step(text: &str) {
    println!("  {text}");
}

/// A command line as the user would type it.
pub(crate) fn command(text: &str) {
    println!("  {}", styled("36", &format!("$ {text}")));
}

/// A text of several lines, set in by two spaces.
pub(crate) fn block(text: &str) {
    for line in text.trim_end().lines() {
        println!("  {line}");
    }
}

/// What went wrong, with its causes.
pub(crate) fn error(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}

/// Rows as columns that are as wide as their widest cell.
pub(crate) fn table(header: &[&str], rows: &[Vec<String>]) {
    let header: Vec<String> = header.iter().map(|title| (*title).to_owned()).collect();
    let widths: Vec<usize> = (0..header.len())
        .map(|column| {
            let cells = std::iter::once(&header).chain(rows).filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    println!("  {}", styled("1", &aligned(&header, &widths)));
    for row in rows {
        println!("  {}", aligned(row, &widths));
    }
}

fn aligned(row: &[String], widths: &[usize]) -> String {
    let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
    cells.join("  ").trim_end().to_owned()
}

/// The text in bold or in a colour, where that is wanted (<https://no-color.org>).
fn styled(code: &str, text: &str) -> String {
    if stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_under_each_other() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        assert_eq!(aligned(&row(["a", "b"]), &[3, 1]), "a    b");
        assert_eq!(aligned(&row(["é", ""]), &[3, 1]), "é");
    }
}
