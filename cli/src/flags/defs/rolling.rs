//! How tasks are replaced, by an update and by the rollback of one.

use crate::flags::{ApiVersion, Draft, Flag, Heading, Takes, ValueError, grammar};
use crate::service::UpdateConfig;

/// Which of the two replacements a flag is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::flags) enum Change {
    /// The service changes.
    Update,
    /// An update is taken back.
    Rollback,
}

impl Change {
    /// What is different between the two.
    pub(super) fn either<T>(self, update: T, rollback: T) -> T {
        match self {
            Self::Update => update,
            Self::Rollback => rollback,
        }
    }

    /// Its part of the draft; one flag brings the defaults of the others.
    pub(super) fn config<'d>(self, draft: &'d mut Draft<'_>) -> &'d mut UpdateConfig {
        let config = match self {
            Self::Update => &mut draft.update,
            Self::Rollback => &mut draft.rollback,
        };
        config.get_or_insert_default()
    }
}

/// `--update-parallelism`, `--rollback-parallelism`
#[derive(Debug)]
pub(in crate::flags) struct Parallelism(pub(in crate::flags) Change);

impl Flag for Parallelism {
    fn long(&self) -> &'static str {
        self.0.either("update-parallelism", "rollback-parallelism")
    }

    fn takes(&self) -> Takes {
        Takes::One("N")
    }

    fn heading(&self) -> Heading {
        Heading::Lifecycle
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        self.0.either(None, Some(ApiVersion::v1(28)))
    }

    fn summary(&self) -> &'static str {
        self.0.either(
            "Maximum number of tasks updated simultaneously",
            "Maximum number of tasks rolled back simultaneously",
        )
    }

    fn details(&self) -> &'static str {
        "0 is all at once."
    }

    fn default(&self) -> Option<&'static str> {
        Some("1")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        self.0.config(draft).parallelism = grammar::parse_uint(value, 0, 64)?;
        Ok(())
    }
}

/// `--update-delay`, `--rollback-delay`
#[derive(Debug)]
pub(in crate::flags) struct Delay(pub(in crate::flags) Change);

impl Flag for Delay {
    fn long(&self) -> &'static str {
        self.0.either("update-delay", "rollback-delay")
    }

    fn takes(&self) -> Takes {
        Takes::One("DURATION")
    }

    fn heading(&self) -> Heading {
        Heading::Lifecycle
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        self.0.either(None, Some(ApiVersion::v1(28)))
    }

    fn summary(&self) -> &'static str {
        self.0
            .either("Delay between updates (ns|us|ms|s|m|h)", "Delay between task rollbacks (ns|us|ms|s|m|h)")
    }

    fn default(&self) -> Option<&'static str> {
        Some("0s")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        self.0.config(draft).delay = grammar::nanoseconds(value)?;
        Ok(())
    }
}

/// `--update-order`, `--rollback-order`
#[derive(Debug)]
pub(in crate::flags) struct Order(pub(in crate::flags) Change);

impl Flag for Order {
    fn long(&self) -> &'static str {
        self.0.either("update-order", "rollback-order")
    }

    fn takes(&self) -> Takes {
        Takes::One("ORDER")
    }

    fn heading(&self) -> Heading {
        Heading::Lifecycle
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(29))
    }

    fn summary(&self) -> &'static str {
        self.0.either("Update order", "Rollback order")
    }

    fn details(&self) -> &'static str {
        self.0.either(
            "With `start-first` old and new tasks run side by side for a while, and every one of them needs its \
             addresses; the budget counts them.",
            "With `start-first` old and new tasks run side by side for a while, as in an update.",
        )
    }

    fn choices(&self) -> &'static [&'static str] {
        &["start-first", "stop-first"]
    }

    fn default(&self) -> Option<&'static str> {
        Some("stop-first")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        value.clone_into(&mut self.0.config(draft).order);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags::{parse_line, request_of};

    /// What a line with these flags of one change asks for; `--x-` stands for `--update-` or `--rollback-`.
    fn config(change: Change, flags: &[&str]) -> Option<UpdateConfig> {
        let prefix = change.either("--update-", "--rollback-");
        let words: Vec<String> = flags.iter().map(|flag| flag.replace("--x-", prefix)).collect();
        let mut line: Vec<&str> = words.iter().map(String::as_str).collect();
        line.push("nginx");
        let request = request_of(&line);
        change.either(request.update, request.rollback)
    }

    #[test]
    fn one_flag_brings_the_defaults_of_the_others() {
        for change in [Change::Update, Change::Rollback] {
            assert_eq!(config(change, &[]), None);
            let expected = UpdateConfig { order: "start-first".into(), ..UpdateConfig::default() };
            assert_eq!(config(change, &["--x-order", "start-first"]), Some(expected));
        }
    }

    #[test]
    fn parallelism_and_delay_can_be_nothing() {
        for change in [Change::Update, Change::Rollback] {
            let expected = UpdateConfig { parallelism: 0, ..UpdateConfig::default() };
            assert_eq!(config(change, &["--x-parallelism", "0", "--x-delay", "0"]), Some(expected));
        }
    }

    #[test]
    fn a_job_has_neither_update_nor_rollback() {
        for mode in ["replicated-job", "global-job"] {
            for flag in ["--update-delay", "--rollback-delay"] {
                let error = parse_line(&["--mode", mode, flag, "1s", "nginx"]).unwrap_err();
                assert_eq!(error.to_string(), "update and rollback configuration is not supported for jobs");
            }
        }
    }
}
