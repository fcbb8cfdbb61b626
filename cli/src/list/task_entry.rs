//! The entries of `ps`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::elapsed::elapsed;
use super::ellipsis::{capitalised, ellipsis};
use super::image_name::image_name;
use super::{TaskAddresses, natural_order, ports, short};
use crate::json::Json;
use crate::report::Entries;
use crate::template::{Field, Kind, Struct, unix_nanoseconds};

/// docker's eight columns first, so that a line begins as docker's does.
const TABLE: &str = "{{.ID}}\t{{.Name}}\t{{.Image}}\t{{.Node}}\t{{.DesiredState}}\t{{.CurrentState}}\
                     \t{{.Error}}\t{{.Ports}}\t{{.Addresses}}";

/// How long an error may be in a table.
const ERROR_LENGTH: usize = 30;

const fn text(name: &'static str) -> Field {
    Field { name, kind: &Kind::Text, embedded: false }
}

/// Named as docker's errors name it.
static ENTRY: Kind = Kind::Struct(&Struct {
    name: "*task.taskContext",
    fields: &[
        text("Addresses"),
        text("CurrentState"),
        text("DesiredState"),
        text("Error"),
        text("ID"),
        text("Image"),
        text("Name"),
        text("Node"),
        text("Ports"),
    ],
    prints_first: false,
});

/// What ids are called. An id without a name stands for itself.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Of services.
    pub services: BTreeMap<String, String>,
    /// Of nodes.
    pub nodes: BTreeMap<String, String>,
}

/// How tasks are shown.
#[derive(Debug, Clone, Copy)]
pub struct TaskView {
    /// Whether ids, images and errors are shortened.
    pub truncate: bool,
    /// Whether earlier tasks of a slot are set off, as in a table.
    pub indent: bool,
    /// Nanoseconds since 1970.
    pub now: i128,
}

/// Tasks slot by slot, the newest first.
pub fn tasks(tasks: &[Value], names: &Names, view: TaskView) -> Entries {
    let mut sorted: Vec<(String, &Value)> = tasks.iter().map(|task| (name(task, names), task)).collect();
    sorted
        .sort_by(|(one, a), (other, b)| natural_order(one, other).then_with(|| created(b).cmp(&created(a))));
    let mut before = "";
    let mut entries = Vec::with_capacity(sorted.len());
    for (name, task) in &sorted {
        let mark = if view.indent && before == name { " \\_ " } else { "" };
        entries.push(entry(task, &format!("{mark}{name}"), names, view));
        before = name;
    }
    let headings = [
        ("ID", "ID"),
        ("Name", "NAME"),
        ("Image", "IMAGE"),
        ("Node", "NODE"),
        ("DesiredState", "DESIRED STATE"),
        ("CurrentState", "CURRENT STATE"),
        ("Error", "ERROR"),
        ("Ports", "PORTS"),
        ("Addresses", "ADDRESSES"),
    ];
    Entries {
        kind: &ENTRY,
        entries,
        headings: Json::object(headings.map(|(field, heading)| (field, Json::from(heading)))),
        table: TABLE,
    }
}

fn word<'t>(task: &'t Value, path: &str) -> &'t str {
    task.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

fn created(task: &Value) -> Option<i128> {
    unix_nanoseconds(word(task, "/CreatedAt"))
}

fn called<'n>(names: &'n BTreeMap<String, String>, id: &'n str) -> &'n str {
    names.get(id).map_or(id, String::as_str)
}

/// `web.3`, or `agent.NODE` where there is one task a node.
fn name(task: &Value, names: &Names) -> String {
    let service = called(&names.services, word(task, "/ServiceID"));
    match task["Slot"].as_u64() {
        Some(slot) if slot != 0 => format!("{service}.{slot}"),
        _ => format!("{service}.{}", word(task, "/NodeID")),
    }
}

/// Fields in the order of Go's JSON, which sorts them.
fn entry(task: &Value, name: &str, names: &Names, view: TaskView) -> Json {
    let (id, image) = (word(task, "/ID"), word(task, "/Spec/ContainerSpec/Image"));
    let error = word(task, "/Status/Err");
    let error = if view.truncate { ellipsis(error, ERROR_LENGTH) } else { error.to_owned() };
    let ago = unix_nanoseconds(word(task, "/Status/Timestamp")).map_or(i128::MAX, |then| view.now - then);
    let state = capitalised(word(task, "/Status/State"));
    let published = task.pointer("/Status/PortStatus/Ports").map(Json::from).unwrap_or_default();
    Json::object([
        ("Addresses", Json::from(TaskAddresses::of(task).shown())),
        ("CurrentState", Json::from(format!("{state} {} ago", elapsed(ago).to_lowercase()))),
        ("DesiredState", Json::from(capitalised(word(task, "/DesiredState")))),
        ("Error", Json::from(if error.is_empty() { error } else { format!("\"{error}\"") })),
        ("ID", Json::from(if view.truncate { short(id) } else { id })),
        ("Image", Json::from(if view.truncate { image_name(image) } else { image.to_owned() })),
        ("Name", Json::from(name)),
        ("Node", Json::from(called(&names.nodes, word(task, "/NodeID")))),
        ("Ports", Json::from(ports::of_task(published.elements()))),
    ])
}
