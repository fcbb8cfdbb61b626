//! Header lines, in room that is used again and again.

use std::fmt;

use crate::header_change::HeaderChange;
use crate::table::{Change, Changes, Stored};

/// Changes to headers, or the headers of an answer, in order.
#[derive(Clone, Default)]
pub struct Lines {
    text: String,
    lines: Vec<Line>,
}

/// Where name and value of a line stand.
#[derive(Clone, Copy)]
struct Line {
    does: Does,
    name: usize,
    value: usize,
    end: usize,
}

#[derive(Clone, Copy)]
enum Does {
    Remove,
    Set,
    Add,
}

impl Lines {
    /// Each line as a change.
    pub fn changes(&self) -> impl Iterator<Item = HeaderChange<'_>> {
        self.lines.iter().map(|line| {
            let (name, value) = self.parts(*line);
            match line.does {
                Does::Remove => HeaderChange::Remove(name),
                Does::Set => HeaderChange::Set(name, value),
                Does::Add => HeaderChange::Add(name, value),
            }
        })
    }

    /// Name and value of each line.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.lines.iter().map(|line| self.parts(*line))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn parts(&self, line: Line) -> (&str, &str) {
        let part = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        (part(line.name, line.value), part(line.value, line.end))
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.lines.clear();
    }

    /// Adds a line.
    pub(super) fn add(&mut self, name: &str, value: &str) {
        self.add_with(name, |text| text.push_str(value));
    }

    /// Adds a line whose value `write` appends.
    pub(super) fn add_with<R>(&mut self, name: &str, write: impl FnOnce(&mut String) -> R) -> R {
        let start = self.text.len();
        self.text.push_str(name);
        let value = self.text.len();
        let written = write(&mut self.text);
        self.lines.push(Line { does: Does::Add, name: start, value, end: self.text.len() });
        written
    }

    /// Adds that every line of this name goes, in whatever case it is given.
    pub(super) fn remove(&mut self, name: &str) {
        let start = self.text.len();
        self.text.extend(name.chars().map(|char| char.to_ascii_lowercase()));
        let end = self.text.len();
        self.lines.push(Line { does: Does::Remove, name: start, value: end, end });
    }

    /// Adds that what a claim says takes the place of all lines of this name; that they go, if it says nothing.
    pub(super) fn tell(&mut self, name: Stored<'_>, value: Option<&str>) {
        let mut line = self.write(Change::Remove(name));
        if let Some(value) = value {
            self.text.push_str(value);
            line = Line { does: Does::Set, end: self.text.len(), ..line };
        }
        self.lines.push(line);
    }

    /// Adds changes as they are.
    pub(super) fn extend(&mut self, changes: Changes<'_>) {
        for change in changes.all() {
            let line = self.write(change);
            self.lines.push(line);
        }
    }

    /// Makes changes to the lines that are there.
    pub(super) fn apply(&mut self, changes: Changes<'_>) {
        for change in changes.all() {
            let line = self.write(change);
            if matches!(line.does, Does::Remove | Does::Set) {
                let name = |line: &Line| self.text.get(line.name..line.value);
                self.lines.retain(|known| name(known) != name(&line));
            }
            if !matches!(line.does, Does::Remove) {
                self.lines.push(Line { does: Does::Add, ..line });
            }
        }
    }

    fn write(&mut self, change: Change<'_>) -> Line {
        let (does, name, value) = match change {
            Change::Remove(name) => (Does::Remove, name, None),
            Change::Set(name, value) => (Does::Set, name, Some(value)),
            Change::Add(name, value) => (Does::Add, name, Some(value)),
        };
        let start = self.text.len();
        name.push_to(&mut self.text);
        let middle = self.text.len();
        if let Some(value) = value {
            value.push_to(&mut self.text);
        }
        Line { does, name: start, value: middle, end: self.text.len() }
    }
}

impl PartialEq for Lines {
    fn eq(&self, other: &Self) -> bool {
        self.changes().eq(other.changes())
    }
}

impl Eq for Lines {}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.changes()).finish()
    }
}

/// Lines to be added.
impl<'l> FromIterator<(&'l str, &'l str)> for Lines {
    fn from_iter<I: IntoIterator<Item = (&'l str, &'l str)>>(lines: I) -> Self {
        let mut all = Self::default();
        lines.into_iter().for_each(|(name, value)| all.add(name, value));
        all
    }
}
