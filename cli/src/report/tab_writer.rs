//! Aligns cells that end with a tab, byte for byte as docker's tables are (a minimum of 10, 3 spaces between).
//!
//! It follows the elastic tab stops of Go's `text/tabwriter`: a column is a run of lines that have a cell there; the
//! last cell of a line belongs to none.

const LEAST: usize = 10;
const BETWEEN: usize = 3;

/// Replaces the tabs of a text with the spaces that they stand for.
pub(super) fn align(text: &str) -> String {
    let lines: Vec<Vec<&str>> = text.split('\n').map(|line| line.split('\t').collect()).collect();
    let mut writer = Writer { lines: &lines, widths: Vec::new(), out: String::with_capacity(text.len()) };
    writer.columns(0, lines.len());
    writer.out
}

/// How many columns of a terminal a text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|letter| if is_wide(letter) { 2 } else { 1 }).sum()
}

struct Writer<'t> {
    lines: &'t [Vec<&'t str>],
    /// The widths of the columns left of the one that is looked at.
    widths: Vec<usize>,
    out: String,
}

impl Writer<'_> {
    /// Lines `from..to` have the same widths so far.
    fn columns(&mut self, mut from: usize, to: usize) {
        let column = self.widths.len();
        let ends_in_column = |line: &Vec<&str>| column + 1 < line.len();
        let mut at = from;
        while at < to {
            if !ends_in_column(&self.lines[at]) {
                at += 1;
                continue;
            }
            self.write(from, at);
            let block = self.lines[at..to].iter().take_while(|line| ends_in_column(line)).count();
            let widest = self.lines[at..at + block].iter().map(|line| width(line[column])).max().unwrap_or(0);
            self.widths.push((widest + BETWEEN).max(LEAST));
            self.columns(at, at + block);
            self.widths.pop();
            from = at + block;
            at = from;
        }
        self.write(from, to);
    }

    fn write(&mut self, from: usize, to: usize) {
        for index in from..to {
            if index > 0 {
                self.out.push('\n');
            }
            for (cell, text) in self.lines[index].iter().enumerate() {
                self.out.push_str(text);
                if let Some(column) = self.widths.get(cell) {
                    self.out.push_str(&" ".repeat(column.saturating_sub(width(text))));
                }
            }
        }
    }
}

/// East Asian wide and full-width letters (Unicode Standard Annex 11), as far as names hold them.
fn is_wide(letter: char) -> bool {
    matches!(u32::from(letter),
        0x1100..=0x115f | 0x2e80..=0x303e | 0x3041..=0x33ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff
        | 0xa000..=0xa4cf | 0xa960..=0xa97f | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f
        | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1f64f | 0x1f900..=0x1f9ff | 0x20000..=0x3fffd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_as_wide_as_its_widest_cell_and_at_least_ten() {
        assert_eq!(align("ID\tNAME\nabcdefghijkl\tx"), "ID             NAME\nabcdefghijkl   x");
        assert_eq!(align("a\tb\tc\n1\t2\t3"), "a         b         c\n1         2         3");
    }

    #[test]
    fn an_empty_last_cell_leaves_the_padding_before_it() {
        assert_eq!(align("a\tb\n1\t"), "a         b\n1         ");
    }

    #[test]
    fn a_line_without_the_cell_ends_a_column() {
        assert_eq!(align("aaaaaaaaaaaa\tb\nno tab\n1\t2"), "aaaaaaaaaaaa   b\nno tab\n1         2");
    }

    #[test]
    fn wide_letters_take_two_columns() {
        assert_eq!(align("日本\tx\nabcd\ty"), "日本      x\nabcd      y");
    }
}
