//! One journal on disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use thiserror::Error;

use super::{Entry, Header};
use crate::plan::redefine::Goal;

/// A journal that is written.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
}

/// What a journal says.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Its first line.
    pub header: Header,
    /// The others, in order. A last line that a crash has cut off is not among them: nothing was done for it.
    pub entries: Vec<Entry>,
}

/// Why a journal cannot be written or read.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The disk says no.
    #[error("cannot write the journal {path}: {error}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// The disk says no.
    #[error("cannot read the journal {path}: {error}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// A file that is no journal.
    #[error("{path} is not a journal of smsvc: {reason}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl Journal {
    /// Begins a journal. It is on disk, its name in the folder included, when this returns; where it could not be
    /// written no file is left.
    pub fn begin(path: &Path, header: &Header) -> Result<Self, JournalError> {
        let failed = |error| JournalError::Write { path: path.to_owned(), error };
        let file = OpenOptions::new().append(true).create_new(true).open(path).map_err(failed)?;
        let mut journal = Self { path: path.to_owned(), file };
        let written = journal.append(header).and_then(|()| {
            let folder = path.parent().unwrap_or(Path::new("."));
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
        });
        if written.is_err() {
            let _best_effort = fs::remove_file(path);
        }
        written.map(|()| journal)
    }

    /// Opens a journal to go on with it, and says what is in it.
    pub fn open(path: &Path) -> Result<(Self, Recorded), JournalError> {
        let recorded = Recorded::read(path)?;
        let failed = |error| JournalError::Write { path: path.to_owned(), error };
        let mut file = OpenOptions::new().append(true).open(path).map_err(failed)?;
        // A line that was cut off must not run into the next one.
        file.write_all(b"\n").map_err(failed)?;
        Ok((Self { path: path.to_owned(), file }, recorded))
    }

    /// Appends a line, and returns when it is on disk.
    pub fn note(&mut self, entry: &Entry) -> Result<(), JournalError> {
        self.append(entry)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn append(&mut self, line: &impl Serialize) -> Result<(), JournalError> {
        let failed = |error| JournalError::Write { path: self.path.clone(), error };
        let mut text = serde_json::to_vec(line).map_err(|error| failed(io::Error::other(error)))?;
        text.push(b'\n');
        self.file.write_all(&text).map_err(failed)?;
        self.file.sync_data().map_err(failed)
    }
}

impl Recorded {
    /// Reads a journal.
    pub fn read(path: &Path) -> Result<Self, JournalError> {
        let text =
            fs::read_to_string(path).map_err(|error| JournalError::Read { path: path.to_owned(), error })?;
        let malformed = |reason: String| JournalError::Malformed { path: path.to_owned(), reason };
        let mut lines = text.lines().filter(|line| !line.is_empty());
        let first = lines.next().ok_or_else(|| malformed("it is empty".to_owned()))?;
        let header: Header = serde_json::from_str(first).map_err(|error| malformed(error.to_string()))?;
        if !header.is_known() {
            return Err(malformed("another version of smsvc wrote it".to_owned()));
        }
        Ok(Self { header, entries: lines.filter_map(|line| serde_json::from_str(line).ok()).collect() })
    }

    /// Whether nothing is left to do.
    pub fn is_finished(&self) -> bool {
        self.entries.last() == Some(&Entry::Finished)
    }

    /// Whether the way leads back.
    pub fn leads_back(&self) -> bool {
        let turn = self.entries.iter().rev().find(|entry| matches!(entry, Entry::Undo | Entry::Redo));
        turn == Some(&Entry::Undo)
    }

    /// Where the way leads.
    pub fn goal(&self) -> Goal {
        if self.leads_back() { self.header.goal.back() } else { self.header.goal.clone() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::dump::NetworkDefinition;
    use crate::plan::redefine::Strategy;

    fn header() -> Header {
        let network = |subnet: &str| {
            NetworkDefinition::of(
                &json!({"Name": "front", "Driver": "overlay", "IPAM": {"Config": [{"Subnet": subnet}]}}),
            )
        };
        let goal = Goal {
            from: network("10.1.0.0/28"),
            to: network("10.2.0.0/20"),
            strategy: Strategy::Recreate,
            services: Vec::new(),
            left_out: Vec::new(),
        };
        Header::new("c1", "2026-01-01T00:00:00Z", goal)
    }

    #[test]
    fn what_was_noted_is_read_again_and_the_last_turn_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j.jsonl");
        let mut journal = Journal::begin(&path, &header()).unwrap();
        for entry in [Entry::Begin("remove web".into()), Entry::Undo] {
            journal.note(&entry).unwrap();
        }
        let (mut journal, recorded) = Journal::open(&path).unwrap();
        assert_eq!((recorded.header.clone(), recorded.entries.len()), (header(), 2));
        assert!(recorded.leads_back() && !recorded.is_finished());
        assert_eq!(recorded.goal().to, header().goal.from);
        journal.note(&Entry::Redo).unwrap();
        journal.note(&Entry::Finished).unwrap();
        let recorded = Recorded::read(&path).unwrap();
        assert!(!recorded.leads_back() && recorded.is_finished());
    }

    #[test]
    fn a_line_that_a_crash_cut_off_counts_as_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j.jsonl");
        let mut journal = Journal::begin(&path, &header()).unwrap();
        journal.note(&Entry::Begin("remove web".into())).unwrap();
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 5]).unwrap();
        let (mut journal, recorded) = Journal::open(&path).unwrap();
        assert_eq!(recorded.entries, []);
        journal.note(&Entry::Undo).unwrap();
        assert_eq!(Recorded::read(&path).unwrap().entries, [Entry::Undo]);
    }

    #[test]
    fn one_journal_does_not_overwrite_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("j.jsonl");
        Journal::begin(&path, &header()).unwrap();
        assert!(matches!(Journal::begin(&path, &header()), Err(JournalError::Write { .. })));
        assert_eq!(Recorded::read(&path).unwrap().header, header());
    }

    #[test]
    fn another_file_is_not_taken_for_a_journal() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["", "{}", "no json", "{\"smsvcJournal\":1}"] {
            let path = folder.path().join("j.jsonl");
            fs::write(&path, text).unwrap();
            assert!(matches!(Recorded::read(&path), Err(JournalError::Malformed { .. })), "{text}");
        }
    }
}
