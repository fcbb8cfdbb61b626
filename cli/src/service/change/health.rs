//! The health check: what is not given stays.

use serde_json::Value;

use super::ChangeError;
use super::edit::{container, object, put};
use crate::flags::{RequestError, UpdateRequest};
use crate::service::Healthcheck;

const OF_A_CHECK: [&str; 6] = [
    "health-cmd",
    "health-interval",
    "health-retries",
    "health-timeout",
    "health-start-period",
    "health-start-interval",
];

/// A check that was switched off is switched on by any flag about it.
pub(super) fn update(spec: &mut Value, request: &UpdateRequest) -> Result<(), ChangeError> {
    let given = |flag: &str| request.given.contains(&flag);
    let about_the_check = request.any_given(&OF_A_CHECK);
    if !about_the_check && !given("no-healthcheck") {
        return Ok(());
    }
    let container = container(spec);
    if request.container.healthcheck == Some(Healthcheck::Disabled) {
        if about_the_check {
            return Err(RequestError::HealthConflict.into());
        }
        container["Healthcheck"] = Healthcheck::Disabled.write();
        return Ok(());
    }
    let check = object(container, "Healthcheck");
    if check["Test"][0] == "NONE" {
        put(check, "Test", Value::Null);
    }
    let wanted = &request.health;
    for (flag, key, number) in [
        ("health-interval", "Interval", wanted.interval),
        ("health-timeout", "Timeout", wanted.timeout),
        ("health-start-period", "StartPeriod", wanted.start_period),
        ("health-start-interval", "StartInterval", wanted.start_interval),
        ("health-retries", "Retries", wanted.retries),
    ] {
        if given(flag) {
            put(check, key, number);
        }
    }
    if given("health-cmd") {
        let test = match wanted.command.as_str() {
            "" => Vec::new(),
            command => vec!["CMD-SHELL", command],
        };
        put(check, "Test", test);
    }
    Ok(())
}
