//! Where journals lie, and which of them are unfinished.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Header, Journal, JournalError, Recorded};

/// The folder of all journals of a user.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// `$XDG_STATE_HOME/docker-smsvc/journals`, or below `~/.local/state` (XDG Base Directory Specification 0.8).
    /// `None` where there is no home.
    pub fn of_user(variables: &BTreeMap<String, String>) -> Option<Self> {
        let set = |name: &str| variables.get(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let state = set("XDG_STATE_HOME").filter(|path| path.is_absolute());
        let state = state.or_else(|| Some(set("HOME")?.join(".local/state")))?;
        Some(Self(state.join("docker-smsvc").join("journals")))
    }

    /// Another folder.
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Begins a journal here. Its name tells the swarm, the network and when.
    pub fn begin(&self, header: &Header) -> Result<Journal, JournalError> {
        let failed = |error| JournalError::Write { path: self.0.clone(), error };
        fs::create_dir_all(&self.0).map_err(failed)?;
        let plain = |text: &str| -> String {
            text.chars().filter(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(*letter)).collect()
        };
        let seconds = header.begun.split('.').next().unwrap_or_default();
        let stem = [&header.cluster, header.goal.network(), seconds].map(plain).join("-");
        let mut number = 1_u32;
        loop {
            let name = if number == 1 { format!("{stem}.jsonl") } else { format!("{stem}-{number}.jsonl") };
            match Journal::begin(&self.0.join(name), header) {
                Err(JournalError::Write { error, .. }) if error.kind() == io::ErrorKind::AlreadyExists => {
                    number = number.saturating_add(1);
                }
                outcome => return outcome,
            }
        }
    }

    /// The journals of this swarm that are not finished, with their paths. One that cannot be read is an error: it may
    /// be the only place in which a service still is.
    pub fn unfinished(&self, cluster: &str) -> Result<Vec<(PathBuf, Recorded)>, JournalError> {
        let failed = |error| JournalError::Read { path: self.0.clone(), error };
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|extension| extension == "jsonl") {
                paths.push(path);
            }
        }
        paths.sort();
        let mut unfinished = Vec::new();
        for path in paths {
            let recorded = Recorded::read(&path)?;
            if recorded.header.cluster == cluster && !recorded.is_finished() {
                unfinished.push((path, recorded));
            }
        }
        Ok(unfinished)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_that_of_the_user() {
        let folder = |pairs: &[(&str, &str)]| {
            let variables =
                pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            Folder::of_user(&variables).map(|folder| folder.0.display().to_string())
        };
        let home = ("HOME", "/home/ada");
        assert_eq!(folder(&[home]).unwrap(), "/home/ada/.local/state/docker-smsvc/journals");
        assert_eq!(folder(&[home, ("XDG_STATE_HOME", "/state")]).unwrap(), "/state/docker-smsvc/journals");
        assert_eq!(
            folder(&[home, ("XDG_STATE_HOME", "relative")]).unwrap(),
            "/home/ada/.local/state/docker-smsvc/journals"
        );
        assert_eq!(folder(&[]), None);
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_journals() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Folder::at(&folder.path().join("none")).unfinished("c1").unwrap().is_empty());
    }
}
