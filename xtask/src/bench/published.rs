//! What is made of labels for Traefik, with one backend behind every service: the document of `docker smsvc provider`, and
//! the same routes as Traefik's own routers. It is what users get, and not what we would write into a benchmark.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use smsvc_tests::api::Api;
use smsvc_tests::docker::Docker;
use smsvc_tests::patience::wait_for;
use smsvc_tests::process::Companion;
use smsvc_tests::provider::Provider;
use smsvc_tests::stage::free_port;

use super::Bench;

/// A route: its path template, and the path that the backend sees.
pub(crate) struct Route {
    pub(crate) path: String,
    pub(crate) rewrite: Option<String>,
}

/// A service and its routes.
pub(crate) struct Declared {
    pub(crate) service: String,
    pub(crate) routes: Vec<Route>,
}

impl Declared {
    fn labels(&self, group: &str, host: &str) -> Value {
        let mut labels = Map::new();
        let mut label = |key: String, value: &str| labels.insert(format!("smsvc.{key}"), value.into());
        label("group".to_owned(), group);
        label("host".to_owned(), host);
        label("port".to_owned(), "8080");
        for (number, route) in self.routes.iter().enumerate() {
            label(format!("route.r{number}.path"), &route.path);
            label(format!("route.r{number}.methods"), "GET");
            if let Some(rewrite) = &route.rewrite {
                label(format!("route.r{number}.rewrite.path"), rewrite);
            }
        }
        labels.into()
    }
}

/// A simulated swarm, as a process of this machine. Dropping it ends it.
pub(crate) struct SimulatedSwarm {
    _process: Companion,
    /// The `docker` command for it, with the plugin.
    pub(crate) docker: Docker,
    /// Its API.
    pub(crate) api: Api,
}

impl SimulatedSwarm {
    /// Starts it with further options of the simulator.
    pub(crate) fn start(bench: &Bench, name: &str, options: &[&str]) -> Result<Self> {
        let folder = bench.folder(name)?;
        let socket = folder.join("swarm.sock");
        let mut command = Command::new(&bench.simulator);
        command.arg("--socket").arg(&socket).args(options);
        let mut process = Companion::start(&command, &folder.join("swarm.log"))?;
        let host = format!("unix://{}", socket.display());
        let api = Api::new(&host);
        wait_for("the simulated swarm", Duration::from_mins(1), || {
            process.check_alive()?;
            api.get("/_ping")
        })?;
        let docker = Docker::new(&host, &folder);
        docker.install_plugin(&bench.plugin)?;
        Ok(Self { _process: process, docker, api })
    }
}

/// Two ways to say the same routes, with every server replaced by the backend of the benchmark.
pub(crate) struct Published {
    /// What the provider publishes.
    pub(crate) document: Value,
    /// What `docker smsvc gateway render --as native` prints.
    pub(crate) native: Value,
}

/// Both for these services.
pub(crate) fn published(bench: &Bench, name: &str, host: &str, services: &[Declared]) -> Result<Published> {
    let swarm = SimulatedSwarm::start(bench, name, &["--workers", "0", "--speed", "100"])?;
    let network =
        json!({"Name": "bench", "Driver": "overlay", "IPAM": {"Config": [{"Subnet": "10.64.0.0/16"}]}});
    let network = made(&swarm.api, "/networks/create", &network, "Id")?;
    for declared in services {
        let spec = json!({
            "Name": declared.service,
            "Labels": declared.labels("bench", host),
            "TaskTemplate": {"ContainerSpec": {"Image": "example/bench:1"}, "Networks": [{"Target": network}]},
            "Mode": {"Replicated": {"Replicas": 1}},
            "EndpointSpec": {"Mode": "dnsrr"},
        });
        made(&swarm.api, "/services/create", &spec, "ID")?;
    }
    let address = free_port([127, 0, 0, 1].into())?;
    let provider = Provider::start(&swarm.docker, address, &bench.folder(name)?.join("provider.log"))?;
    let server = format!("http://{}", bench.backend.address);
    let document =
        wait_for("a server of every service in the provider's document", Duration::from_mins(2), || {
            let answer = provider.document()?;
            let mut document: Value =
                serde_json::from_slice(&answer.body).context("the document is no JSON")?;
            let of_services = document.pointer("/http/services").and_then(Value::as_object);
            let of_services = of_services.context("the document has no services")?;
            if of_services.len() != services.len() {
                bail!("{} of {} services; {}", of_services.len(), services.len(), provider.log_end());
            }
            redirected(&mut document, &server)?;
            Ok(document)
        })?;
    let mut native = swarm.docker.json(&["smsvc", "gateway", "render", "bench", "--as", "native"])?;
    redirected(&mut native, &server)?;
    Ok(Published { document, native })
}

/// Puts one server behind every service, in the place of its tasks.
pub(crate) fn redirected(document: &mut Value, server: &str) -> Result<()> {
    let services = document.pointer_mut("/http/services").and_then(Value::as_object_mut);
    for (name, service) in services.context("no services")? {
        match service.pointer_mut("/loadBalancer/servers").and_then(Value::as_array_mut) {
            Some(servers) if !servers.is_empty() => *servers = vec![json!({"url": server})],
            _ => bail!("the service {name} has no task yet"),
        }
    }
    Ok(())
}

/// A document of somebody else with what ours has for every service, whatever decides about its requests: how they are sent.
pub(crate) fn reached_alike(mut document: Value, ours: &Value) -> Result<Value> {
    let retry = ours["http"]["middlewares"]
        .as_object()
        .and_then(|middlewares| middlewares.iter().find(|(_, definition)| definition.get("retry").is_some()));
    let (retry, definition) = retry.context("the document has no retry")?;
    let transports = &ours["http"]["serversTransports"];
    let transport = transports.as_object().and_then(|transports| transports.keys().next());
    let transport = transport.context("the document has no transport")?;
    let http = &mut document["http"];
    http["middlewares"][retry] = definition.clone();
    http["serversTransports"] = transports.clone();
    let each = |objects: &mut Value, change: &dyn Fn(&mut Value)| {
        objects.as_object_mut().into_iter().flat_map(|objects| objects.values_mut()).for_each(change);
    };
    each(&mut http["services"], &|service| service["loadBalancer"]["serversTransport"] = json!(transport));
    each(&mut http["routers"], &|router| {
        // A router without a service hands on to its children, which have their own.
        if router.get("service").is_some() {
            match router["middlewares"].as_array_mut() {
                Some(chain) => chain.push(json!(retry)),
                None => router["middlewares"] = json!([retry]),
            }
        }
    });
    Ok(document)
}

/// Creates an object and gives its id.
fn made(api: &Api, target: &str, body: &Value, id: &str) -> Result<String> {
    let (status, answer) = api.call("POST", target, Some(body))?;
    answer[id].as_str().map(str::to_owned).with_context(|| format!("POST {target}: {status} {answer}"))
}
