//! `/configs` and `/secrets`.

use serde_json::{Value, json};

use super::query::Query;
use super::{Answer, Outcome, Refusal};
use crate::id::FileId;
use crate::object::{File, FileKind, Service};
use crate::swarm::{Swarm, look};

const FILTERS: [&str; 4] = ["id", "name", "names", "label"];

pub(super) fn route(
    swarm: &mut Swarm,
    method: &str,
    collection: &str,
    rest: &[&str],
    query: &Query,
    body: &dyn Fn() -> Result<Value, Refusal>,
) -> Outcome {
    let kind = if collection == "configs" { FileKind::Config } else { FileKind::Secret };
    match (method, rest) {
        ("GET", []) => list(swarm, kind, query),
        ("POST", ["create"]) => create(swarm, kind, body()?),
        ("GET", [name]) => find(swarm, kind, name).map(|file| Answer::ok(&shown(swarm, file))),
        ("POST", [name, "update"]) => update(swarm, kind, name, query, &body()?),
        ("DELETE", [name]) => remove(swarm, kind, name),
        _ => Err(Refusal::new(404, "page not found")),
    }
}

fn of_kind(swarm: &Swarm, kind: FileKind) -> impl Iterator<Item = &File> + Clone {
    swarm.files.values().filter(move |file| file.kind == kind)
}

fn find<'a>(swarm: &'a Swarm, kind: FileKind, name: &str) -> Result<&'a File, Refusal> {
    let mut all = of_kind(swarm, kind);
    let by_id = all.clone().find(|file| file.id.as_str() == name);
    let by_name = || all.clone().find(|file| file.name() == name);
    let by_id = by_id.or_else(by_name);
    by_id
        .or_else(|| look::only(&mut all, |file| file.id.as_str().starts_with(name)))
        .ok_or_else(|| Refusal::not_found(kind.word(), name))
}

fn list(swarm: &Swarm, kind: FileKind, query: &Query) -> Outcome {
    let filters = query.filters()?;
    filters.only(&FILTERS)?;
    let passing = of_kind(swarm, kind).filter(|file| {
        filters.prefix("id", file.id.as_str())
            && filters.prefix("name", file.name())
            && filters.any("names", |name| name == file.name())
            && filters.labels("label", |key| file.spec["Labels"][key].as_str().map(str::to_owned))
    });
    Ok(Answer::list(passing.map(|file| shown(swarm, file))))
}

fn shown(swarm: &Swarm, file: &File) -> Value {
    let mut spec = file.spec.clone();
    if file.kind == FileKind::Secret
        && let Some(spec) = spec.as_object_mut()
    {
        spec.remove("Data");
    }
    json!({
        "ID": file.id,
        "Version": { "Index": file.meta.version },
        "CreatedAt": file.meta.created.rfc3339(swarm.epoch()),
        "UpdatedAt": file.meta.updated.rfc3339(swarm.epoch()),
        "Spec": spec,
    })
}

fn create(swarm: &mut Swarm, kind: FileKind, mut spec: Value) -> Outcome {
    let name = spec["Name"].as_str().unwrap_or_default().to_owned();
    if !is_name(&name) {
        let words = "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]";
        return Err(Refusal::invalid(words));
    }
    if of_kind(swarm, kind).any(|file| file.name() == name) {
        return Err(Refusal::exists(kind.word(), &name));
    }
    if !spec["Labels"].is_object() {
        spec["Labels"] = json!({});
    }
    let id: FileId = swarm.ids.next();
    let file = File { id: id.clone(), meta: swarm.meta(), kind, spec };
    swarm.files.insert(id.clone(), file);
    swarm.event(kind.word(), "create", id.as_str(), &[("name", &name)]);
    Ok(Answer::json(201, &json!({ "ID": id })))
}

/// Only the labels of a file may change.
fn update(swarm: &mut Swarm, kind: FileKind, name: &str, query: &Query, spec: &Value) -> Outcome {
    let file = find(swarm, kind, name)?;
    let (id, meta, name) = (file.id.clone(), file.meta, file.name().to_owned());
    let version = query.get("version").and_then(|version| version.parse::<u64>().ok());
    if version != Some(meta.version) {
        return Err(Refusal::out_of_sequence());
    }
    if spec["Name"] != name.as_str() || !spec["Data"].is_null() && spec["Data"] != file.spec["Data"] {
        return Err(Refusal::invalid("only updates to Labels are allowed"));
    }
    let meta = swarm.touched(meta);
    if let Some(file) = swarm.files.get_mut(&id) {
        file.meta = meta;
        file.spec["Labels"] = spec["Labels"].clone();
    }
    swarm.event(kind.word(), "update", id.as_str(), &[("name", &name)]);
    Ok(Answer::empty(200))
}

fn remove(swarm: &mut Swarm, kind: FileKind, name: &str) -> Outcome {
    let file = find(swarm, kind, name)?;
    let (id, name) = (file.id.clone(), file.name().to_owned());
    let (list, key) = match kind {
        FileKind::Config => ("Configs", "ConfigID"),
        FileKind::Secret => ("Secrets", "SecretID"),
    };
    let uses = |spec: &Value| {
        let files = spec["TaskTemplate"]["ContainerSpec"][list].as_array();
        files.into_iter().flatten().any(|entry| entry[key] == id.as_str())
    };
    let holders: Vec<&str> =
        swarm.services().filter(|service| uses(service.spec())).map(Service::name).collect();
    if !holders.is_empty() {
        let s = if holders.len() == 1 { "" } else { "s" };
        let words =
            format!("{} '{name}' is in use by the following service{s}: {}", kind.word(), holders.join(", "));
        return Err(Refusal::invalid(&words));
    }
    swarm.files.remove(&id);
    swarm.event(kind.word(), "remove", id.as_str(), &[("name", &name)]);
    Ok(Answer::empty(204))
}

fn is_name(name: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    bytes.len() <= 64 && bytes.iter().all(|byte| inner(*byte)) && ends(bytes.first()) && ends(bytes.last())
}
