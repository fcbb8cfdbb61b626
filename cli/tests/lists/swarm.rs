//! The swarm that is listed: texts as an engine sends them, in its order of members.

const SERVICES: &str = include_str!("swarm/services.json");
const TASKS: &str = include_str!("swarm/tasks.json");
const NODES: &str = r#"[{"ID":"node1","Spec":{"Role":"manager"},"Description":{"Hostname":"host-1"},"Status":{"State":"ready"}}]"#;
const NETWORKS: &str = r#"[{"Name":"front","Id":"net1","Scope":"swarm","Driver":"overlay"}]"#;

/// The body of an answer; `None` is 404. Filters are not applied: that is the engine's part.
pub(crate) fn answer(path: &str) -> Option<String> {
    match path {
        "/_ping" => Some("OK".to_owned()),
        "/services" => Some(SERVICES.to_owned()),
        "/tasks" => Some(TASKS.to_owned()),
        "/nodes" => Some(NODES.to_owned()),
        "/networks" => Some(NETWORKS.to_owned()),
        "/nodes/node1" => Some(NODES[1..NODES.len() - 1].to_owned()),
        "/networks/net1" => Some(NETWORKS[1..NETWORKS.len() - 1].to_owned()),
        path => service(path.strip_prefix("/services/")?),
    }
}

/// One service a line, so that its text needs no reading.
fn service(wanted: &str) -> Option<String> {
    let lines = SERVICES.lines().filter(|line| line.starts_with("{\"ID\""));
    let found = lines.map(|line| line.trim_end_matches(',')).find(|line| {
        line.contains(&format!("\"ID\":\"{wanted}\""))
            || line.contains(&format!("\"Spec\":{{\"Name\":\"{wanted}\""))
    });
    found.map(str::to_owned)
}
