//! When tasks are started again, and how they are replaced.

use serde_json::Value;

use super::ChangeError;
use super::edit::{object, put};
use crate::flags::{RequestError, UpdateRequest};
use crate::service::{RestartPolicy, UpdateConfig};

/// One flag brings the defaults of the others where there is no policy yet.
pub(super) fn restart(spec: &mut Value, request: &UpdateRequest) {
    let Some(wanted) = &request.restart else { return };
    let given = |flag: &str| request.given.contains(&flag);
    let task = object(spec, "TaskTemplate");
    if !task["RestartPolicy"].is_object() {
        task["RestartPolicy"] = RestartPolicy::default().write();
    }
    let policy = &mut task["RestartPolicy"];
    if given("restart-condition") {
        put(policy, "Condition", wanted.condition.as_str());
    }
    if given("restart-delay") {
        policy["Delay"] = wanted.delay.into();
    }
    if given("restart-max-attempts") {
        policy["MaxAttempts"] = wanted.max_attempts.into();
    }
    if let Some(window) = wanted.window.filter(|_| given("restart-window")) {
        policy["Window"] = window.into();
    }
}

/// Updates and rollbacks.
pub(super) fn update(spec: &mut Value, request: &UpdateRequest) -> Result<(), ChangeError> {
    config(spec, "UpdateConfig", "update", request.update.as_ref(), request)?;
    config(spec, "RollbackConfig", "rollback", request.rollback.as_ref(), request)
}

fn config(
    spec: &mut Value,
    key: &str,
    prefix: &str,
    wanted: Option<&UpdateConfig>,
    request: &UpdateRequest,
) -> Result<(), ChangeError> {
    let Some(wanted) = wanted else { return Ok(()) };
    wanted.check().map_err(|value| RequestError::Ratio { value })?;
    if !spec[key].is_object() {
        spec[key] = UpdateConfig::default().write();
    }
    let config = &mut spec[key];
    let given = |flag: &str| request.given.iter().any(|long| long.strip_prefix(prefix) == Some(flag));
    if given("-parallelism") {
        config["Parallelism"] = wanted.parallelism.into();
    }
    if given("-delay") {
        put(config, "Delay", wanted.delay);
    }
    if given("-failure-action") {
        put(config, "FailureAction", wanted.failure_action.as_str());
    }
    if given("-monitor") {
        put(config, "Monitor", wanted.monitor);
    }
    if given("-max-failure-ratio") {
        config["MaxFailureRatio"] = wanted.write()["MaxFailureRatio"].take();
    }
    if given("-order") {
        config["Order"] = wanted.order.as_str().into();
    }
    Ok(())
}
