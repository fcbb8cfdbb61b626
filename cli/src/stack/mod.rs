//! Stack files: what `docker stack deploy` would make of them, with the place of every value.
//!
//! ```text
//! text ─ yaml ─► tree ─ interpolate, schema ─► tree ─ read ─► Stack ─ merge ─► Stack
//! ```
//!
//! Only what addresses, names and labels depend on is read; the rest is held against the schema and dropped. Nothing
//! here asks an engine, and nothing judges whether a stack fits.

mod declaration;
mod interpolate;
mod merge;
mod read;
mod schema;
#[cfg(test)]
mod tests;
mod yaml;

use std::collections::BTreeMap;

pub use declaration::{Located, Stack, StackNetwork, StackRestart, StackService, StackUpdate};

use crate::finding::{Finding, Place};
use yaml::{Node, Value};

/// One stack file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackFile {
    /// As the user named it.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// What was read of some files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The merged stack; nothing where Docker would refuse a file.
    pub stack: Option<Stack>,
    /// What Docker refuses (errors) or passes over (warnings).
    pub findings: Vec<Finding>,
}

/// The code of everything that Docker would refuse.
const REFUSED: &str = "E320";
/// The code of what Docker passes over.
const IGNORED: &str = "W323";

/// The newest minor version of the format.
const NEWEST: u32 = 14;

/// What a stack does not take over from a service (docker/cli `cli/compose/types`).
const IGNORED_KEYS: [&str; 18] = [
    "build",
    "cgroup_parent",
    "cgroupns_mode",
    "container_name",
    "devices",
    "domainname",
    "expose",
    "external_links",
    "ipc",
    "links",
    "mac_address",
    "network_mode",
    "pid",
    "privileged",
    "restart",
    "security_opt",
    "shm_size",
    "userns_mode",
];

/// Keys of older formats that Docker refuses with a word of their own.
const FORBIDDEN_KEYS: [&str; 8] = [
    "extends",
    "volume_driver",
    "volumes_from",
    "cpu_quota",
    "cpu_shares",
    "cpuset",
    "mem_limit",
    "memswap_limit",
];

/// Reads files, in the order in which they override each other, with the variables of the shell.
pub fn load(files: &[StackFile], variables: &BTreeMap<String, String>) -> Loaded {
    let mut stack: Option<Stack> = None;
    let mut findings = Vec::new();
    let mut versions: Vec<(String, Place)> = Vec::new();
    for file in files {
        let read = one(file, variables, &mut versions, &mut findings);
        match (&mut stack, read) {
            (Some(stack), Some(later)) => stack.overlay(later),
            (stack @ None, read) => *stack = read,
            (Some(_), None) => {}
        }
    }
    if let [(first, _), others @ ..] = versions.as_slice() {
        for (version, place) in others.iter().filter(|(version, _)| version != first) {
            let text = format!("version mismatched between two stack files: {first} and {version}");
            findings.push(Finding::error(REFUSED, text).at(Some(place.clone())));
        }
    }
    let refused = findings.iter().any(|finding| finding.code == REFUSED);
    Loaded { stack: stack.filter(|_| !refused), findings }
}

fn one(
    file: &StackFile,
    variables: &BTreeMap<String, String>,
    versions: &mut Vec<(String, Place)>,
    findings: &mut Vec<Finding>,
) -> Option<Stack> {
    let place = |line: usize| Some(Place { file: file.name.clone(), line });
    let mut refuse = |line: usize, text: String| findings.push(Finding::error(REFUSED, text).at(place(line)));
    let mut document = match yaml::parse(&file.text) {
        Ok(document) => document,
        Err(error) => {
            refuse(error.line, format!("not YAML: {error}"));
            return None;
        }
    };
    if !matches!(document.value, Value::Map(_)) {
        refuse(document.line, "top-level object must be a mapping".to_owned());
        return None;
    }
    if let Err(error) = interpolate::interpolate(&mut document, "", variables) {
        refuse(error.line, error.to_string());
        return None;
    }
    let version = version(&document);
    if version.is_none_or(|(minor, _)| minor > NEWEST) {
        let found = document.get("version").and_then(Node::scalar).map_or("", |scalar| &scalar.text);
        refuse(
            document.get("version").map_or(1, |node| node.line),
            format!("unsupported Compose file version: {found}"),
        );
        return None;
    }
    if let Some((_, line)) = version {
        let text = document.get("version").and_then(Node::scalar).map_or("3.13", |scalar| &scalar.text);
        let text = if text == "3" { "3.13" } else { text };
        versions.extend(place(line).map(|place| (text.to_owned(), place)));
    }
    let services = document.get("services").map_or(&[][..], Node::entries);
    let mut forbidden = false;
    for key in services.iter().flat_map(|service| service.node.entries()) {
        if FORBIDDEN_KEYS.contains(&key.key.as_str()) {
            refuse(key.line, format!("a stack cannot have {}: it belongs to an older format", key.key));
            forbidden = true;
        }
    }
    let misfits = schema::misfits(&document, &schema::FILE, "");
    let forbidden_too =
        |problem: &str| FORBIDDEN_KEYS.iter().any(|key| problem.contains(&format!(" {key} ")));
    for misfit in &misfits {
        let text = misfit.to_string();
        if !forbidden_too(&text) {
            refuse(misfit.line, text);
        }
    }
    if forbidden || !misfits.is_empty() {
        return None;
    }
    let read = match read::read(&file.name, &document) {
        Ok(read) => Some(read),
        Err(error) => {
            findings.push(Finding::error(REFUSED, error.to_string()).at(Some(error.place)));
            None
        }
    };
    findings.extend(ignored(services, &place));
    read
}

/// The minor version of the format, and its line. Without one it is the newest.
fn version(document: &Node) -> Option<(u32, usize)> {
    let Some(node) = document.get("version") else { return Some((0, 1)) };
    let text = &node.scalar()?.text;
    let minor = if text == "3" { Some(0) } else { text.strip_prefix("3.")?.parse().ok() };
    minor.map(|minor| (minor, node.line))
}

fn ignored(services: &[yaml::Entry], place: &dyn Fn(usize) -> Option<Place>) -> Vec<Finding> {
    let keys = services
        .iter()
        .flat_map(|service| service.node.entries().iter().map(move |key| (service.key.as_str(), key)));
    keys.filter(|(_, key)| IGNORED_KEYS.contains(&key.key.as_str()))
        .map(|(service, key)| {
            Finding::warning(IGNORED, format!("a stack passes over {} of service {service}", key.key))
                .of_service(service)
                .at(place(key.line))
        })
        .collect()
}
