//! The entries of `ls`.

use std::collections::BTreeMap;

use smsvc_core::labels;

use super::image_name::image_name;
use super::{natural_order, ports, short};
use crate::json::Json;
use crate::report::Entries;
use crate::service::RawService;
use crate::template::{Field, Kind, Struct};

/// docker's six columns first, so that a line begins as docker's does.
const TABLE: &str = "{{.ID}}\t{{.Name}}\t{{.Mode}}\t{{.Replicas}}\t{{.Image}}\t{{.Ports}}\
                     \t{{.EndpointMode}}\t{{.IPs}}\t{{.Group}}";

const fn field(name: &'static str, kind: &'static Kind) -> Field {
    Field { name, kind, embedded: false }
}

/// Named as docker's errors name it.
static ENTRY: Kind = Kind::Struct(&Struct {
    name: "*service.serviceContext",
    fields: &[
        field("EndpointMode", &Kind::Text),
        field("Group", &Kind::Text),
        field("ID", &Kind::Text),
        field("IPs", &Kind::Uint),
        field("Image", &Kind::Text),
        field("Mode", &Kind::Text),
        field("Name", &Kind::Text),
        field("Ports", &Kind::Text),
        field("Replicas", &Kind::Text),
    ],
    prints_first: false,
});

/// Services in docker's order. `held` says how many addresses the tasks of each hold.
pub fn services(services: &[RawService], held: &BTreeMap<String, u64>) -> Entries {
    let mut sorted: Vec<&RawService> = services.iter().collect();
    sorted.sort_by(|a, b| natural_order(a.name(), b.name()));
    let headings = [
        ("ID", "ID"),
        ("Name", "NAME"),
        ("Mode", "MODE"),
        ("Replicas", "REPLICAS"),
        ("Image", "IMAGE"),
        ("Ports", "PORTS"),
        ("EndpointMode", "ENDPOINT"),
        ("IPs", "IPS"),
        ("Group", "GROUP"),
    ];
    Entries {
        kind: &ENTRY,
        entries: sorted.into_iter().map(|service| entry(service, held)).collect(),
        headings: Json::object(headings.map(|(field, heading)| (field, Json::from(heading)))),
        table: TABLE,
    }
}

/// Fields in the order of Go's JSON, which sorts them.
fn entry(service: &RawService, held: &BTreeMap<String, u64>) -> Json {
    let json = Json::from(service.json());
    let image = json.at(&["Spec", "TaskTemplate", "ContainerSpec", "Image"]).and_then(Json::as_text);
    let published = json.at(&["Endpoint", "Ports"]).map_or(&[][..], Json::elements);
    let vips = service.virtual_ips().iter().filter(|vip| vip.address.is_some()).count();
    let ips = u64::try_from(vips).unwrap_or(u64::MAX) + held.get(service.id()).copied().unwrap_or_default();
    let group = service.labels().remove(labels::GROUP).unwrap_or_default();
    Json::object([
        ("EndpointMode", Json::from(endpoint_mode(&json))),
        ("Group", Json::from(group)),
        ("ID", Json::from(short(service.id()))),
        ("IPs", Json::Unsigned(ips)),
        ("Image", Json::from(image_name(image.unwrap_or_default()))),
        ("Mode", Json::from(mode(&json))),
        ("Name", Json::from(service.name())),
        ("Ports", Json::from(ports::of_service(published))),
        ("Replicas", Json::from(replicas(&json))),
    ])
}

/// The engine takes `vip` where a spec says nothing.
fn endpoint_mode(json: &Json) -> &str {
    let mode = json.at(&["Spec", "EndpointSpec", "Mode"]).and_then(Json::as_text);
    mode.filter(|mode| !mode.is_empty()).unwrap_or("vip")
}

fn is_mode(json: &Json, mode: &str) -> bool {
    json.at(&["Spec", "Mode", mode]).is_some_and(|mode| *mode != Json::Null)
}

fn mode(json: &Json) -> &'static str {
    let modes = [
        ("Global", "global"),
        ("Replicated", "replicated"),
        ("ReplicatedJob", "replicated job"),
        ("GlobalJob", "global job"),
    ];
    modes.iter().find(|(key, _)| is_mode(json, key)).map_or("", |(_, name)| name)
}

fn replicas(json: &Json) -> String {
    let number = |path: &[&str]| match json.at(path) {
        Some(Json::Unsigned(number)) => *number,
        _ => 0,
    };
    let running = number(&["ServiceStatus", "RunningTasks"]);
    let desired = number(&["ServiceStatus", "DesiredTasks"]);
    let completed = number(&["ServiceStatus", "CompletedTasks"]);
    let progress = format!("{running}/{desired}");
    if is_mode(json, "ReplicatedJob") {
        let total = number(&["Spec", "Mode", "ReplicatedJob", "TotalCompletions"]);
        return format!("{progress} ({completed}/{total} completed)");
    }
    if is_mode(json, "GlobalJob") {
        // What is desired is what has not completed yet.
        return format!("{progress} ({completed}/{} completed)", desired + completed);
    }
    match number(&["Spec", "TaskTemplate", "Placement", "MaxReplicas"]) {
        most if most > 0 && mode(json) == "replicated" => format!("{progress} (max {most} per node)"),
        _ => progress,
    }
}
