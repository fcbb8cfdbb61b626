//! What runs, and how many of it: the flags of the tasks, held against each other in the order in which Docker does.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use super::draft::Draft;
use super::request_error::RequestError;
use super::values::{self, FileKind};
use crate::service::{FileReference, Healthcheck, LogDriver, Mode};

/// Flags that ask for a health check even where their value is zero.
const HEALTH_TIMES: [&str; 4] =
    ["health-interval", "health-timeout", "health-start-period", "health-start-interval"];

impl Draft<'_> {
    /// Completes the container and the resources, and says how many tasks there are.
    pub(super) fn complete_workload(&mut self) -> Result<Mode, RequestError> {
        self.container.environment = self.whole_environment()?;
        self.container.healthcheck = self.healthcheck()?;
        let mode = self.service_mode()?;
        self.check_updates(mode)?;
        let capabilities = values::capabilities(&self.capabilities_added, &self.capabilities_dropped);
        self.container.capabilities_added = capabilities.added;
        self.container.capabilities_dropped = capabilities.dropped;
        self.resources.reserve_generic = values::generic_resources(&self.generic_resources)?;
        check_targets(FileKind::Secret, &self.container.secrets)?;
        check_targets(FileKind::Config, &self.container.configs)?;
        Ok(mode)
    }

    /// Options without a driver are for nobody.
    pub(super) fn log_driver(&self) -> Option<LogDriver> {
        let pairs = self.log_options.iter().map(|option| option.split_once('=').unwrap_or((option, "")));
        let options: BTreeMap<String, String> =
            pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let name = self.log_driver.clone();
        (!name.is_empty()).then_some(LogDriver { name, options })
    }

    /// Files first, so that single variables can replace theirs.
    fn whole_environment(&self) -> Result<Vec<String>, RequestError> {
        let mut variables = Vec::new();
        for path in &self.env_files {
            let content = (self.shell.read)(Path::new(path)).map_err(|error| unreadable(path, &error))?;
            let found = values::env_file(&content, &self.shell.variables);
            variables.extend(found.map_err(|error| RequestError::EnvFile { path: path.clone(), error })?);
        }
        variables.extend_from_slice(&self.environment);
        Ok(values::last_of_each_name(&variables))
    }

    fn healthcheck(&self) -> Result<Option<Healthcheck>, RequestError> {
        let given = !self.health.command.is_empty()
            || self.health.retries != 0
            || HEALTH_TIMES.iter().any(|flag| self.was_given(flag));
        match (self.no_healthcheck, given) {
            (true, true) => Err(RequestError::HealthConflict),
            (true, false) => Ok(Some(Healthcheck::Disabled)),
            (false, true) => Ok(Some(Healthcheck::Check(self.health.clone()))),
            (false, false) => Ok(None),
        }
    }

    fn service_mode(&self) -> Result<Mode, RequestError> {
        let (replicas, concurrent) = (self.replicas, self.max_concurrent);
        let no_replicas = replicas.map_or(Ok(()), |_| Err(RequestError::ReplicasOfGlobal));
        let no_concurrent = concurrent.map_or(Ok(()), |_| Err(RequestError::ConcurrentOfNoJob));
        let no_limit =
            if self.placement.max_per_node == 0 { Ok(()) } else { Err(RequestError::MaxPerNodeOfGlobal) };
        match self.mode.as_str() {
            "replicated" => no_concurrent.and(Ok(Mode::Replicated { replicas })),
            "replicated-job" => {
                Ok(Mode::ReplicatedJob { completions: replicas, concurrent: concurrent.or(replicas) })
            }
            "global" => no_replicas.and(no_limit).and(no_concurrent).and(Ok(Mode::Global)),
            "global-job" => no_limit.and(no_concurrent).and(no_replicas).and(Ok(Mode::GlobalJob)),
            mode => Err(RequestError::UnknownMode { mode: mode.to_owned() }),
        }
    }

    fn check_updates(&self, mode: Mode) -> Result<(), RequestError> {
        let mut configs = self.update.iter().chain(&self.rollback).peekable();
        if configs.peek().is_some() && matches!(mode, Mode::ReplicatedJob { .. } | Mode::GlobalJob) {
            return Err(RequestError::UpdateOfJob);
        }
        configs.try_for_each(|config| config.check().map_err(|value| RequestError::Ratio { value }))
    }
}

/// Two files do not have the same target.
pub(crate) fn check_targets(kind: FileKind, files: &[FileReference]) -> Result<(), RequestError> {
    let mut targets = BTreeSet::new();
    match files.iter().find(|file| !targets.insert(&file.target)) {
        Some(file) => Err(RequestError::DuplicateTarget { kind, source_name: file.source.clone() }),
        None => Ok(()),
    }
}

/// Go says what the system call said, without its number.
fn unreadable(path: &str, error: &io::Error) -> RequestError {
    let path = path.to_owned();
    let reason = match error.kind() {
        io::ErrorKind::IsADirectory => return RequestError::EnvFileFolder { path },
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    };
    RequestError::EnvFileClosed { path, reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags::parse_line;

    fn error(line: &[&str]) -> String {
        parse_line(line).unwrap_err().to_string()
    }

    #[test]
    fn health_is_judged_before_the_mode_and_the_mode_before_resources() {
        let line =
            ["--no-healthcheck", "--health-cmd=x", "--mode", "x", "--generic-resource", "a=b", "nginx"];
        assert_eq!(error(&line), "--no-healthcheck conflicts with --health-* options");
        assert!(error(&line[2..]).starts_with("Unknown mode: x"));
        assert!(error(&line[4..]).starts_with("invalid generic-resource request"));
    }

    #[test]
    fn of_what_a_global_service_cannot_have_replicas_come_first() {
        let line =
            ["--mode=global", "--replicas=1", "--replicas-max-per-node=1", "--max-concurrent=1", "nginx"];
        assert!(error(&line).starts_with("replicas can"));
        assert!(error(&[line[0], line[2], line[3], line[4]]).starts_with("replicas-max-per-node can"));
        assert!(error(&[line[0], line[3], line[4]]).starts_with("max-concurrent can"));
    }

    #[test]
    fn what_the_system_says_of_a_file_is_worded_as_go_words_it() {
        for (kind, message) in [
            (io::ErrorKind::NotFound, "open a: no such file or directory"),
            (io::ErrorKind::PermissionDenied, "open a: permission denied"),
            (io::ErrorKind::IsADirectory, "invalid env file (a): read a: is a directory"),
        ] {
            assert_eq!(unreadable("a", &kind.into()).to_string(), message);
        }
    }
}
