//! `cargo xtask test`: every check in one command, with a table of what ran, what was skipped, and why.

mod step;

use std::env;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::report;
use step::{Outcome, Step};

/// The variable whose value `require` turns a skipped step into a failed one.
const VARIABLE: &str = "SMSVC_E2E";

/// Options of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run only these steps
    #[arg(long, value_name = "STEP")]
    only: Vec<Step>,
    /// Leave the end-to-end step out
    #[arg(long, conflicts_with = "only")]
    fast: bool,
}

/// Runs the steps, all of them even when one fails. True when none failed.
pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let require = env::var(VARIABLE).is_ok_and(|value| value == "require");
    let mut rows = Vec::new();
    let mut passed = true;
    for step in Step::ALL {
        let chosen = arguments.only.is_empty() || arguments.only.contains(&step);
        if !chosen || (arguments.fast && step == Step::E2e) {
            continue;
        }
        report::heading(&format!("{step}: {}", step.meaning()));
        let start = Instant::now();
        let outcome = step.run()?;
        let failed = match &outcome {
            Outcome::Passed => false,
            Outcome::Skipped(_) => require,
            Outcome::Failed(_) => true,
        };
        passed &= !failed;
        rows.push(row(step, &outcome, failed, start.elapsed()));
    }
    report::heading("summary");
    report::table(&["STEP", "RESULT", "TIME", "REMARK"], &rows);
    Ok(passed)
}

/// One line of the summary.
fn row(step: Step, outcome: &Outcome, failed: bool, time: Duration) -> Vec<String> {
    let (result, remark) = match outcome {
        Outcome::Passed => ("ok", String::new()),
        Outcome::Skipped(reason) if failed => {
            ("FAILED", format!("skipped, but {VARIABLE}=require: {reason}"))
        }
        Outcome::Skipped(reason) => ("skipped", reason.clone()),
        Outcome::Failed(reason) => ("FAILED", reason.clone()),
    };
    vec![step.to_string(), result.to_owned(), format!("{:.1} s", time.as_secs_f64()), remark]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skip_that_is_not_allowed_is_shown_as_a_failure_with_its_reason() {
        let outcome = Outcome::Skipped("no engine".to_owned());
        assert_eq!(row(Step::E2e, &outcome, false, Duration::ZERO)[1..], ["skipped", "0.0 s", "no engine"]);
        assert_eq!(
            row(Step::E2e, &outcome, true, Duration::ZERO)[1..],
            ["FAILED", "0.0 s", "skipped, but SMSVC_E2E=require: no engine"]
        );
    }
}
