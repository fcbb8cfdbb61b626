//! What runs in a task: labels, command, environment, process and logging.

use std::collections::BTreeMap;

use serde_json::Value;

use super::ChangeError;
use super::edit::{changed, container, key_of, object, put, texts};
use crate::flags::{Removal, UpdateRequest};
use crate::service::LogDriver;

/// The labels of the service, and those of its containers. What is removed goes before anything is added.
pub(super) fn labels(spec: &mut Value, request: &UpdateRequest) -> Result<(), ChangeError> {
    strings(spec, "Labels", request.removed(Removal::Label), &request.labels);
    let mut labels: BTreeMap<String, String> =
        spec["Labels"].as_object().into_iter().flatten().filter_map(text_pair).collect();
    let before = labels.clone();
    request.group.apply(&mut labels)?;
    if labels != before {
        spec["Labels"] = crate::service::strings_to_json(&labels);
    }
    let container = container(spec);
    strings(container, "Labels", request.removed(Removal::ContainerLabel), &request.container.labels);
    drop_empty(container, "Labels");
    Ok(())
}

fn text_pair((key, value): (&String, &Value)) -> Option<(String, String)> {
    Some((key.clone(), value.as_str()?.to_owned()))
}

/// Takes keys out of a map of strings, then adds to it.
pub(super) fn strings(parent: &mut Value, key: &str, removed: &[String], added: &BTreeMap<String, String>) {
    if let Some(map) = parent.get_mut(key).and_then(Value::as_object_mut) {
        map.retain(|key, _| !removed.contains(key));
    }
    if !added.is_empty() {
        let map = object(parent, key);
        for (key, value) in added {
            map[key.as_str()] = value.as_str().into();
        }
    }
}

/// Takes a map away that Go's `omitempty` leaves out.
pub(super) fn drop_empty(parent: &mut Value, key: &str) {
    if parent.get(key).and_then(Value::as_object).is_some_and(serde_json::Map::is_empty) {
        put(parent, key, Value::Null);
    }
}

/// Image, command, environment, and the process itself.
pub(super) fn process(spec: &mut Value, request: &UpdateRequest) {
    let given = |flag: &str| request.given.contains(&flag);
    if request.force {
        let task = object(spec, "TaskTemplate");
        task["ForceUpdate"] = task["ForceUpdate"].as_u64().unwrap_or_default().wrapping_add(1).into();
    }
    let wanted = &request.container;
    let container = container(spec);
    if let Some(image) = &request.image {
        put(container, "Image", image.as_given());
    }
    if let Some(arguments) = &request.arguments {
        put(container, "Args", arguments.clone());
    }
    if given("entrypoint") {
        put(container, "Command", wanted.command.clone());
    }
    environment(container, request);
    for (flag, key, value) in [
        ("workdir", "Dir", &wanted.directory),
        ("user", "User", &wanted.user),
        ("hostname", "Hostname", &wanted.hostname),
        ("isolation", "Isolation", &wanted.isolation),
        ("stop-signal", "StopSignal", &wanted.stop_signal),
    ] {
        if given(flag) {
            put(container, key, value.as_str());
        }
    }
    if given("init") {
        container["Init"] = wanted.init.into();
    }
    if given("tty") {
        put(container, "TTY", wanted.terminal);
    }
    if given("read-only") {
        put(container, "ReadOnly", wanted.read_only);
    }
    if given("oom-score-adj") {
        put(container, "OomScoreAdj", wanted.oom_score_adjustment);
    }
    if let Some(period) = wanted.stop_grace_period.filter(|_| given("stop-grace-period")) {
        container["StopGracePeriod"] = period.into();
    }
    let kernel: Vec<String> =
        request.removed(Removal::Sysctl).iter().map(|text| key_of(text).to_owned()).collect();
    strings(container, "Sysctls", &kernel, &wanted.sysctls);
    drop_empty(container, "Sysctls");
    limits(container, request);
}

/// Variables keep their places; one that gets another value, too. Docker's own order is that of a hash map.
fn environment(container: &mut Value, request: &UpdateRequest) {
    let mut variables = texts(container, "Env");
    let removed = request.removed(Removal::Env);
    variables.retain(|variable| !removed.iter().any(|name| name == key_of(variable)));
    if request.given.contains(&"env-add") {
        let mut kept: Vec<String> = Vec::with_capacity(variables.len());
        for variable in variables.into_iter().chain(request.container.environment.iter().cloned()) {
            match kept.iter_mut().find(|earlier| key_of(earlier) == key_of(&variable)) {
                Some(earlier) => *earlier = variable,
                None => kept.push(variable),
            }
        }
        variables = kept;
    }
    put(container, "Env", variables);
}

/// The limits of the process: one of each name, sorted, whether or not a flag is about them.
fn limits(container: &mut Value, request: &UpdateRequest) {
    let entries = super::edit::take_list(container, "Ulimits");
    let named = |entry: Value| (entry["Name"].as_str().unwrap_or_default().to_owned(), entry);
    let mut limits: BTreeMap<String, Value> = entries.into_iter().map(named).collect();
    for text in request.removed(Removal::Ulimit) {
        limits.remove(key_of(text));
    }
    for (name, limit) in &request.container.ulimits {
        limits.insert(name.clone(), limit.write(name));
    }
    put(container, "Ulimits", limits.into_values().collect::<Vec<_>>());
}

/// The supplementary user groups, sorted.
pub(super) fn groups(spec: &mut Value, request: &UpdateRequest) {
    if request.any_given(&["group-add", "group-rm"]) {
        let container = container(spec);
        let added = &request.container.user_groups;
        let mut groups = changed(texts(container, "Groups"), added, request, Removal::Group);
        groups.sort_unstable();
        put(container, "Groups", groups);
    }
}

/// The logging driver, with its options, as a whole. Options without a driver change nothing.
pub(super) fn log(spec: &mut Value, request: &UpdateRequest) {
    if let Some(driver) = &request.log_driver {
        object(spec, "TaskTemplate")["LogDriver"] = LogDriver::write(driver);
    }
}
