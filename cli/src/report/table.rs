//! Columns, as docker prints them: upper-case headings, three spaces between, no lines.

/// On which side the cells of a column are filled up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table that is built row by row and then printed.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    pub(super) fn new(columns: &[(&str, Align)]) -> Self {
        let columns = columns.iter().map(|(name, align)| ((*name).to_owned(), *align)).collect();
        Self { columns, rows: Vec::new() }
    }

    /// Appends a row. Cells that are missing stay empty.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The text, without a line end after the last row.
    pub(super) fn render(&self) -> String {
        self.spaced("   ")
    }

    /// The same, with less space between the columns where that makes it fit.
    pub(super) fn within(&self, width: usize) -> String {
        let fits = |text: &String| text.lines().all(|line| line.chars().count() <= width);
        ["   ", "  "].into_iter().map(|gap| self.spaced(gap)).find(fits).unwrap_or_else(|| self.spaced(" "))
    }

    fn spaced(&self, gap: &str) -> String {
        let heading: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|column| {
                let cells = std::iter::once(&heading).chain(&self.rows).filter_map(|row| row.get(column));
                cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
            })
            .collect();
        let lines: Vec<String> =
            std::iter::once(&heading).chain(&self.rows).map(|row| self.line(row, &widths, gap)).collect();
        lines.join("\n")
    }

    fn line(&self, row: &[String], widths: &[usize], gap: &str) -> String {
        let cells = self.columns.iter().zip(widths).enumerate().map(|(column, ((_, align), width))| {
            let cell = row.get(column).map_or("", String::as_str);
            match align {
                Align::Left => format!("{cell:<width$}"),
                Align::Right => format!("{cell:>width$}"),
            }
        });
        cells.collect::<Vec<_>>().join(gap).trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_start_and_numbers_end_on_one_column() {
        let mut table =
            Table::new(&[("NETWORK", Align::Left), ("FREE", Align::Right), ("SUBNET", Align::Left)]);
        table.row(["front".into(), "7".into(), "10.0.0.0/28".into()]);
        table.row(["a-longer-name".into(), "1234567".into(), "10.0.1.0/24".into()]);
        let expected = "\
NETWORK            FREE   SUBNET
front                 7   10.0.0.0/28
a-longer-name   1234567   10.0.1.0/24";
        assert_eq!(table.render(), expected);
    }
}
