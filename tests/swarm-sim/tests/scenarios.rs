//! Every scenario on the simulator; together with the measurements of steady use, every row that was measured.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;

use swarm_sim::scenario::Scenario;

/// What is not simulated, and why.
const NOT_SIMULATED: [(u32, &str); 3] = [
    (
        69,
        "an IPv6 subnet beside an IPv4 one: which addresses tasks get is up to chance, and those of IPv6 fail",
    ),
    (70, "an IPv6 subnet alone: no task ever runs"),
    (73, "docker run: a container is no object of the swarm"),
];

fn scenarios() -> Vec<(String, Scenario)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let scenario = Scenario::read(&fs::read_to_string(&path).unwrap());
        found.push((name.clone(), scenario.unwrap_or_else(|error| panic!("{name}: {error:#}"))));
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

#[test]
fn every_scenario_gives_its_numbers() {
    let scenarios = scenarios();
    let outcomes: Vec<Result<(), String>> = thread::scope(|scope| {
        let run = |(name, scenario): &'_ (String, Scenario)| {
            scenario.simulate().map_err(|error| format!("{name}: {error:#}"))
        };
        let threads: Vec<_> = scenarios.iter().map(|entry| scope.spawn(move || run(entry))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let failed: Vec<String> = outcomes.into_iter().filter_map(Result::err).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn every_measurement_is_repeated_or_named_as_not_simulated() {
    let text = include_str!("../../../shared/tests/fixtures/ip_experiments.jsonl");
    let rows = text.lines().map(|line| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        u32::try_from(row["n"].as_u64().unwrap()).unwrap()
    });
    let mut seen: BTreeSet<u32> = rows.collect();
    for (_, scenario) in scenarios() {
        seen.extend(&scenario.rows);
    }
    seen.extend(NOT_SIMULATED.map(|(row, _)| row));
    // How the engine's own count is asked for has a test of its own.
    seen.extend(STATUS_ROWS);
    let missing: Vec<u32> = (1..=168).filter(|row| !seen.contains(row)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

const STATUS_ROWS: [u32; 3] = [71, 119, 127];

#[test]
fn the_engines_own_count_is_right_by_name_and_node_local_by_full_id() {
    use std::time::Duration;
    use swarm_sim::api::{Request, answer};
    use swarm_sim::{Profile, Release, Swarm};

    let mut swarm = Swarm::new(Profile::of(Release::V29), 3, 0, Duration::ZERO);
    let nodes = ["node1", "node2", "node3"].map(|name| swarm.node(name).unwrap().id.clone());
    let mut call = |node: usize, method: &str, target: &str, body: &str| {
        answer(&mut swarm, Request { method, target, body: body.as_bytes(), node: &nodes[node] }).value()
    };
    let network = r#"{"Name":"a","Driver":"overlay","IPAM":{"Config":[{"Subnet":"10.0.9.0/28"}]}}"#;
    let id = call(0, "POST", "/networks/create", network)["Id"].as_str().unwrap().to_owned();
    let spec = r#"{"Name":"w","TaskTemplate":{"ContainerSpec":{"Image":"i"},"Networks":[{"Target":"a"}]},
        "Mode":{"Replicated":{"Replicas":3}},"EndpointSpec":{"Mode":"vip"}}"#;
    call(0, "POST", "/services/create", spec);
    swarm.advance(Duration::from_secs(5));
    let mut figures = |node: usize, target: &str| {
        let target = format!("/v1.52/networks/{target}");
        let request = Request { method: "GET", target: &target, body: b"", node: &nodes[node] };
        let status = answer(&mut swarm, request).value()["Status"]["IPAM"]["Subnets"]["10.0.9.0/28"].clone();
        (status["IPsInUse"].as_u64().unwrap(), status["DynamicIPsAvailable"].as_u64().unwrap())
    };
    for node in 0..3 {
        assert_eq!(figures(node, "a?scope=swarm"), (10, 6));
        assert_eq!(figures(node, &id), (5, 11));
        assert_eq!(figures(node, &id[..24]), (10, 6));
    }
}
