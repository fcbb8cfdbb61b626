//! Three stacks as operators have them: on one network that they share and one of their own each, with everything that a
//! redefinition could lose.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use smsvc_tests::docker::Docker;

/// The network that all of them are on. It is the first stack's own.
pub(crate) const SHARED: &str = "shop_front";

/// The networks that each has for itself, with their subnets.
pub(crate) const OWN: [(&str, &str); 3] =
    [("shop_back", "10.253.1.0/28"), ("media_back", "10.253.2.0/28"), ("ops_back", "10.253.3.0/28")];

/// The stacks, in the order in which they are deployed.
const STACKS: [&str; 3] = ["shop", "media", "ops"];

/// How many services they have, and how many addresses of the shared network those take on three nodes: 7 virtual IPs
/// and 11 tasks a stack, and one for each node. Jobs that are complete take none.
pub(crate) const SERVICES: usize = 33;
pub(crate) const ADDRESSES: u64 = 57;

/// Deploys them by `docker stack deploy`.
pub(crate) fn deploy(docker: &Docker, image: &str, subnet: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("site.txt"), "site")?;
    for (index, name) in STACKS.iter().enumerate() {
        let path = folder.path().join(format!("{name}.json"));
        fs::write(&path, stack(index, image, subnet).to_string())?;
        let path = path.to_str().context("the path is no text")?;
        docker.run(&["stack", "deploy", "--resolve-image=never", "--compose-file", path, name])?;
    }
    Ok(())
}

fn stack(index: usize, image: &str, subnet: &str) -> Value {
    let shared = if index == 0 {
        json!({"name": SHARED, "ipam": {"config": [{"subnet": subnet}]}, "labels": {"team": "a"}})
    } else {
        json!({"name": SHARED, "external": true})
    };
    let (own, range) = OWN[index];
    let mut services = services(30_100 + index);
    for (name, service) in &mut services {
        service["image"] = image.into();
        service["environment"]["SERVICE"] = "{{.Service.Name}}".into();
        if service.get("stop_grace_period").is_none() {
            service["stop_grace_period"] = "1s".into();
        }
        if service.get("networks").is_none() {
            service["networks"] = json!({"front": {"aliases": [format!("{name}.internal")]}});
        }
    }
    json!({
        "version": "3.8",
        "networks": {"front": shared, "back": {"name": own, "ipam": {"config": [{"subnet": range}]}}},
        "configs": {"site": {"file": "site.txt"}},
        "secrets": {"key": {"file": "site.txt"}},
        "services": services,
    })
}

fn services(port: usize) -> BTreeMap<&'static str, Value> {
    let both = json!({"front": {"aliases": ["www"]}, "back": {}});
    let health =
        json!({"test": ["CMD", "/backend", "health"], "interval": "2s", "timeout": "5s", "retries": 5});
    BTreeMap::from([
        (
            "web",
            json!({
                "deploy": {
                    "replicas": 2, "update_config": {"order": "start-first"},
                    "labels": {
                        "traefik.enable": "true", "traefik.swarm.network": SHARED, "a.b/c": "é \" '",
                        "traefik.http.routers.web.rule": "Host(`a.example.com`) && PathPrefix(`/`)",
                        "traefik.http.services.web.loadbalancer.server.port": "8080",
                    },
                },
                "networks": both, "healthcheck": health, "ports": ["8080"], "secrets": ["key"],
                "configs": [{"source": "site", "target": "/site", "mode": 288}],
            }),
        ),
        (
            "api",
            json!({
                "deploy": {
                    "replicas": 1, "endpoint_mode": "dnsrr",
                    "resources": {"limits": {"memory": "64M", "cpus": "0.5"}, "reservations": {"memory": "4M"}},
                },
                "networks": both, "healthcheck": health, "secrets": [{"source": "key", "target": "api-key", "mode": 256}],
            }),
        ),
        (
            "gateway",
            json!({"deploy": {"replicas": 1}, "ports": [{"target": 8080, "published": port, "protocol": "tcp"}]}),
        ),
        ("agent", json!({"deploy": {"mode": "global"}, "labels": {"container": "label"}})),
        (
            "slow",
            json!({"deploy": {"replicas": 1}, "environment": {"BACKEND_IGNORE_TERM": "1"}, "stop_grace_period": "5s"}),
        ),
        (
            "worker",
            json!({
                "deploy": {
                    "replicas": 1, "endpoint_mode": "dnsrr",
                    "placement": {"constraints": ["node.role == manager"], "preferences": [{"spread": "node.labels.rack"}]},
                },
                "hostname": "{{.Node.Hostname}}", "healthcheck": {"disable": true},
            }),
        ),
        (
            "cache",
            json!({
                "deploy": {
                    "replicas": 1, "restart_policy": {"condition": "any", "delay": "1s", "max_attempts": 9, "window": "30s"},
                    "update_config": {"parallelism": 2, "failure_action": "rollback", "monitor": "3s"},
                    "rollback_config": {"order": "stop-first", "parallelism": 1},
                },
                "networks": both, "logging": {"driver": "json-file", "options": {"max-size": "1m"}},
            }),
        ),
        ("idle", json!({"deploy": {"replicas": 0}, "ports": ["8080"]})),
        ("canary", json!({"deploy": {"replicas": 0, "endpoint_mode": "dnsrr"}})),
        (
            "batch",
            json!({
                "deploy": {"mode": "replicated-job", "replicas": 1, "endpoint_mode": "dnsrr", "restart_policy": {"condition": "on-failure"}},
                "environment": {"BACKEND_LIFE_MS": "300"},
            }),
        ),
        (
            "admin",
            json!({
                "deploy": {"replicas": 1}, "read_only": true, "init": true, "cap_drop": ["ALL"], "tmpfs": ["/run"],
                "extra_hosts": ["gateway.example.com:10.9.9.9"], "user": "1000:1000", "stop_signal": "SIGINT",
            }),
        ),
    ])
}

/// The specs of these services, with networks by name and chosen ports.
pub(crate) fn specs(docker: &Docker, filter: &[&str]) -> Result<BTreeMap<String, Value>> {
    let listed = docker.run(&["network", "ls", "--no-trunc", "--format", "{{.ID}} {{.Name}}"])?;
    let networks: BTreeMap<&str, &str> = listed.lines().filter_map(|line| line.split_once(' ')).collect();
    let ids = docker.run(&[&["service", "ls", "--quiet"], filter].concat())?;
    let ids: Vec<&str> = ids.split_whitespace().collect();
    let found = docker.json(&[&["service", "inspect"], &ids[..]].concat())?;
    let mut specs = BTreeMap::new();
    for service in found.as_array().into_iter().flatten() {
        let mut spec = service["Spec"].clone();
        for entry in spec["TaskTemplate"]["Networks"].as_array_mut().into_iter().flatten() {
            let name = networks.get(entry["Target"].as_str().unwrap_or_default());
            entry["Target"] = (*name.with_context(|| format!("no network {}", entry["Target"]))?).into();
        }
        if let Some(ports) = spec["EndpointSpec"]["Ports"].as_array_mut() {
            ports.clone_from(service["Endpoint"]["Ports"].as_array().context("no ports")?);
        }
        specs.insert(spec["Name"].as_str().unwrap_or_default().to_owned(), spec);
    }
    Ok(specs)
}

/// What `docker service ls` says of each service, where all of them run and all jobs are complete.
pub(crate) fn health(docker: &Docker) -> Result<BTreeMap<String, String>> {
    let lines = docker.run(&["service", "ls", "--format", "{{.Name}} {{.Replicas}}"])?;
    let mut health = BTreeMap::new();
    let mut waiting = Vec::new();
    for (name, replicas) in lines.lines().filter_map(|line| line.split_once(' ')) {
        // `2/2`, or `0/1 (1/1 completed)` for a job.
        let (running, completed) = replicas.split_once(" (").unwrap_or((replicas, ""));
        let counts = if completed.is_empty() { running } else { completed.trim_end_matches(" completed)") };
        if counts.split_once('/').is_none_or(|(have, want)| have != want) {
            waiting.push(format!("{name} {replicas}"));
        }
        health.insert(name.to_owned(), replicas.to_owned());
    }
    if waiting.is_empty() { Ok(health) } else { bail!("{}", waiting.join(", ")) }
}
