//! How far a wait has come: rows that are drawn over each other on a terminal, a line for each change elsewhere.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::io::{self, Write as _};

use super::Report;
use super::look::Look;

/// A wait that is under way.
#[derive(Debug)]
pub struct Progress {
    report: Report,
    quiet: bool,
    /// What stands on the terminal, and can be drawn over.
    drawn: Vec<Row>,
    /// What was said last under each name, elsewhere.
    said: BTreeMap<String, String>,
}

/// One line of a wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    name: String,
    text: String,
    bar: Option<(u64, u64)>,
}

impl Row {
    /// `name: text`; with an empty name the text alone.
    pub fn plain(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned(), bar: None }
    }

    /// The same with a bar behind it, `part` of `whole`. Shown on a terminal only.
    pub fn bar(name: &str, text: &str, part: u64, whole: u64) -> Self {
        Self { bar: Some((part, whole)), ..Self::plain(name, text) }
    }

    /// The row in so many columns, with a bar of docker's where there is room.
    fn fitted(&self, columns: usize) -> String {
        let mut text = self.to_string();
        if let Some((part, whole)) = self.bar.filter(|(_, whole)| *whole > 0) {
            let cells = columns.saturating_sub(text.chars().count() + 5).min(50);
            let full = usize::try_from(part.min(whole) * cells as u64 / whole).unwrap_or(cells);
            if cells >= 10 {
                let _infallible = write!(text, " [{}>{}]", "=".repeat(full), " ".repeat(cells - full));
            }
        }
        // A line that the terminal breaks would be two to draw over.
        text.chars().take(columns.saturating_sub(1)).collect()
    }
}

impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name.as_str() {
            "" => formatter.write_str(&self.text),
            name => write!(formatter, "{name}: {}", self.text),
        }
    }
}

impl Report {
    /// Begins to show a wait. A quiet one says only what went wrong.
    pub fn progress(self, quiet: bool) -> Progress {
        Progress { report: self, quiet, drawn: Vec::new(), said: BTreeMap::new() }
    }
}

impl Progress {
    /// Says where things stand, in one line.
    pub fn show(&mut self, line: &str) {
        self.rows(vec![Row::plain("", line)]);
    }

    /// Says where things stand. What has not changed is not said again.
    pub fn rows(&mut self, rows: Vec<Row>) {
        if self.quiet {
            return;
        }
        if self.report.is_terminal() {
            if self.drawn != rows {
                emit(&drawing(self.drawn.len(), &rows, Look::now(true).width));
                self.drawn = rows;
            }
            return;
        }
        for row in rows.into_iter().filter(|row| row.bar.is_none()) {
            let line = row.to_string();
            if self.said.get(&row.name) != Some(&line) {
                self.report.result(&line);
                self.said.insert(row.name, line);
            }
        }
    }

    /// Says something that stays, above the rows.
    pub fn note(&mut self, line: &str) {
        let rows = self.wipe();
        self.report.note(line);
        self.again(rows);
    }

    /// Says something of the result that stays, in the place of the rows.
    pub fn note_result(&mut self, line: &str) {
        let _wiped = self.wipe();
        self.report.result(line);
        self.said.clear();
    }

    /// Whether this line is another one than the last. From then on it is the last one.
    pub fn is_new(&mut self, line: &str) -> bool {
        self.said.insert(String::new(), line.to_owned()).is_none_or(|last| last != line)
    }

    /// Takes the rows off the terminal.
    fn wipe(&mut self) -> Vec<Row> {
        let rows = std::mem::take(&mut self.drawn);
        if !rows.is_empty() {
            emit(&drawing(rows.len(), &[], 0));
        }
        rows
    }

    fn again(&mut self, rows: Vec<Row>) {
        if !rows.is_empty() {
            self.rows(rows);
        }
    }

    /// Leaves the last rows where they are.
    pub fn end(&mut self) {
        self.drawn.clear();
    }
}

/// Goes back over `before` rows, and writes the new ones (ECMA-48: cursor up, erase to the end of the screen).
fn drawing(before: usize, rows: &[Row], columns: usize) -> String {
    let mut drawing = if before == 0 { String::new() } else { format!("\x1b[{before}A\r\x1b[J") };
    for row in rows {
        drawing.push_str(&row.fitted(columns));
        drawing.push('\n');
    }
    drawing
}

fn emit(drawing: &str) {
    let mut out = io::stdout().lock();
    let _closed = out.write_all(drawing.as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_docker_draws_it_and_fits_the_terminal() {
        let row = Row::bar("1/3", "preparing", 6, 9);
        assert_eq!(row.fitted(120), format!("1/3: preparing [{}>{}]", "=".repeat(33), " ".repeat(17)));
        for columns in 1..130 {
            assert!(
                row.fitted(columns).chars().count() < columns.max(1) + usize::from(columns == 0),
                "{columns}"
            );
        }
        assert_eq!(row.fitted(20), "1/3: preparing");
    }

    #[test]
    fn rows_are_drawn_over_the_ones_before() {
        let rows = [Row::plain("overall progress", "1 out of 3 tasks"), Row::plain("", "x")];
        assert_eq!(drawing(0, &rows, 80), "overall progress: 1 out of 3 tasks\nx\n");
        assert!(drawing(2, &rows, 80).starts_with("\x1b[2A\r\x1b[J"));
    }
}
