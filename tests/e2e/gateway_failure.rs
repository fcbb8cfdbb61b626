//! What becomes of routes when parts of the gateway and of the swarm fail, on three managers of its own.
//!
//! First Traefik and the backends are on the third node, which never loses its containers: what fails is what tells Traefik the
//! routes. Not one request may notice. Then there are two Traefiks, and the node of one is lost with all that runs on it: the
//! other one goes on, and the swarm puts the lost one elsewhere.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use smsvc_tests::cluster::Cluster;
use smsvc_tests::docker::Docker;
use smsvc_tests::gateway::{Gateway, entry_point, import_traefik};
use smsvc_tests::http::Request;
use smsvc_tests::patience::wait_for;
use smsvc_tests::stage::SERVICE;
use smsvc_tests::steady::Load;

use crate::cluster::{IMAGE, three_nodes};
use crate::say;
use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] =
    &[("live_routes_outlive_managers_providers_and_partitions_and_all_heals", live_routes_stay_live)];

const TRAEFIK: &str = "smsvc-failure-traefik:latest";

/// How long something may take to be seen through Traefik, on a machine that is busy.
const ROUTED: Duration = Duration::from_mins(2);

/// How long a failure lasts: longer than Traefik's usual interval, shorter than what makes a node count as down.
const FAILURE: Duration = Duration::from_secs(8);

const HOST: &str = "failure.example.com";

/// The port of the entry point, on every node that has a Traefik.
const PORT: u16 = 8000;

/// How many requests are on their way at the same time.
const CLIENTS: usize = 2;

/// The gateway and the swarm under it.
struct Scene {
    cluster: Cluster,
    gateway: Gateway,
    image: String,
    socket: String,
    /// Where a Traefik on each node would answer.
    webs: Vec<SocketAddr>,
    /// Where the one that is asked does.
    web: SocketAddr,
    /// The node whose engine is asked, which runs.
    asked: usize,
}

fn live_routes_stay_live(world: &World) -> Result<()> {
    let mut scene = set_up(world)?;
    scene.create("first", "/first")?;
    scene.wait_for_route("/first")?;
    let load = scene.load();

    say("failure: a provider is killed");
    let node = &scene.cluster.nodes[2].docker;
    let provider =
        node.run(&["ps", "--quiet", "--filter", "label=com.docker.swarm.service.name=edge-provider"])?;
    node.run(&["kill", "--signal", "KILL", &provider])?;
    scene.create("second", "/second")?;
    scene.wait_for_route("/second")?;

    say("failure: the leader is lost");
    let leader = scene.cluster.leader()?;
    let lost = if leader == 2 { 0 } else { leader };
    scene.cluster.nodes[lost].kill()?;
    scene.create("third", "/third")?;
    scene.wait_for_route("/third")?;

    say("failure: the quorum is lost");
    let other = 1 - lost;
    scene.cluster.nodes[other].kill()?;
    std::thread::sleep(FAILURE);
    scene.check_nothing_else_is_served()?;
    scene.cluster.nodes[other].start_engine()?;
    scene.cluster.nodes[lost].start_engine()?;
    scene.create("fourth", "/fourth")?;
    scene.wait_for_route("/fourth")?;

    say("failure: Traefik's node is cut off from the others");
    scene.cluster.nodes[2].set_connected(false)?;
    std::thread::sleep(FAILURE);
    scene.check_nothing_else_is_served()?;
    scene.cluster.nodes[2].set_connected(true)?;
    scene.create("fifth", "/fifth")?;
    scene.wait_for_route("/fifth")?;

    let tally = load.stop();
    ensure!(tally.failed == 0 && tally.sent > 100, "{tally:?}");

    for order in [["edge-provider", "edge-traefik"], ["edge-traefik", "edge-provider"]] {
        say(&format!("failure: {} and {} start anew, in this order", order[0], order[1]));
        for service in order {
            scene.docker().run(&["service", "update", "--quiet", "--detach", "--force", service])?;
        }
        std::thread::sleep(FAILURE);
        for path in ["/first", "/second", "/third", "/fourth", "/fifth"] {
            scene.wait_for_route(path)?;
        }
        scene.check_nothing_else_is_served()?;
    }
    the_node_of_a_traefik_is_lost(&mut scene)
}

/// Two Traefiks, of which one goes with its node, as do tasks behind them.
fn the_node_of_a_traefik_is_lost(scene: &mut Scene) -> Result<()> {
    say("failure: the node of a Traefik has a power cut");
    scene.up(&["--replicas", "2", "--repeat", "2", "--sysctl", "net.ipv4.tcp_retries2=4"])?;
    // By itself the swarm leaves tasks where they still may be.
    let spread =
        ["service", "update", "--quiet", "--force", "--constraint-rm", "node.hostname==node3", "first"];
    scene.docker().run(&spread)?;
    let nodes = scene.nodes_of("edge-traefik")?;
    ensure!(nodes.len() == 2, "the Traefiks are on {nodes:?}");
    // The one that is lost leads, if it can be: then all that can be lost with one node is.
    let leader = scene.cluster.leader()?;
    let (lost, kept) = if nodes[1] == leader { (nodes[1], nodes[0]) } else { (nodes[0], nodes[1]) };
    let third = 3 - lost - kept;
    for node in [lost, kept] {
        scene.web = scene.webs[node];
        scene.wait_for_route("/first")?;
    }
    let tasks = scene.nodes_of("first")?;
    ensure!(tasks.iter().any(|node| *node != lost), "all tasks are on the node that is lost: {tasks:?}");

    let load = scene.load();
    // As a power cut: nobody is told that a connection is over.
    scene.cluster.nodes[lost].set_connected(false)?;
    scene.cluster.nodes[lost].kill()?;
    scene.asked = kept;
    scene.create_anywhere("sixth", "/sixth")?;
    scene.wait_for_route("/sixth")?;
    scene.check_nothing_else_is_served()?;
    say("failure: its Traefik starts on another node");
    scene.web = scene.webs[third];
    for path in ["/first", "/sixth"] {
        scene.wait_for_route(path)?;
    }
    scene.check_nothing_else_is_served()?;
    scene.cluster.nodes[lost].set_connected(true)?;
    scene.cluster.nodes[lost].start_engine()?;
    for node in [kept, third] {
        scene.web = scene.webs[node];
        for path in ["/first", "/sixth"] {
            scene.wait_for_route(path)?;
        }
    }
    let tally = load.stop();
    // What a task was working on is lost with it, and sent again to another.
    ensure!(tally.failed == 0 && tally.sent > 100, "{tally:?}");
    wait_for("a status in which all is well", ROUTED, || {
        let docker = scene.gateway.docker.at(scene.docker().host());
        let status = docker.call(&["smsvc", "gateway", "status", "--name", "edge"])?;
        ensure!(status.status == 0, "{}{}", status.stdout, status.stderr);
        Ok(())
    })
}

fn set_up(world: &World) -> Result<Scene> {
    let cluster = three_nodes(world)?;
    let third = &cluster.nodes[2];
    let folder = cluster.folder().join("static");
    let gateway = Gateway::new(&third.docker, &folder, "edge", TRAEFIK, &world.binaries.guest)?;
    let archive = cluster.folder().join("provider.tar");
    let archive = archive.to_str().context("a path that is no text")?;
    let image = gateway.docker.run(&["smsvc", "gateway", "image", "--output", archive])?;
    cluster.import(|docker| {
        docker.run(&["load", "--quiet", "--input", archive])?;
        import_traefik(docker, TRAEFIK, &world.binaries.traefik)
    })?;
    third.docker.run(&["network", "create", "--driver", "overlay", "--subnet", "10.94.8.0/24", "front"])?;
    let socket = format!("{}/{{{{.Node.Hostname}}}}/docker.sock", cluster.folder().display());
    let webs = cluster.nodes.iter().map(|node| Ok(SocketAddr::new(node.reach()?, PORT)));
    let webs = webs.collect::<Result<Vec<_>>>()?;
    let scene = Scene { cluster, gateway, image, socket, web: webs[2], webs, asked: 2 };
    scene.up(&["--constraint", "node.hostname==node3"])?;
    Ok(scene)
}

fn request(path: &str) -> Request {
    Request::new("GET", HOST, path)
}

impl Scene {
    /// Makes or changes the gateway.
    fn up(&self, options: &[&str]) -> Result<()> {
        let point = entry_point(self.webs[0]);
        let provider = ["--provider-image", &self.image, "--socket", &self.socket];
        let place =
            ["--network", "front", "--entrypoint", &point, "--publish-mode", "host", "--timeout", "120s"];
        self.gateway.up(&[&provider[..], &place, options].concat()).map(drop)
    }

    /// The `docker` command for a node that runs.
    fn docker(&self) -> &Docker {
        &self.cluster.nodes[self.asked].docker
    }

    /// The nodes on which the tasks of a service run.
    fn nodes_of(&self, service: &str) -> Result<Vec<usize>> {
        let running =
            ["service", "ps", service, "--filter", "desired-state=running", "--format", "{{.Node}}"];
        let names = self.docker().run(&running)?;
        let node =
            |name: &str| self.cluster.nodes.iter().position(|node| name == format!("node{}", node.number));
        let mut nodes: Vec<usize> = names.lines().filter_map(node).collect();
        nodes.sort_unstable();
        nodes.dedup();
        Ok(nodes)
    }

    /// A service of two tasks beside Traefik; as soon as the swarm takes it.
    fn create(&self, name: &str, path: &str) -> Result<()> {
        self.create_with(name, path, &["--constraint", "node.hostname==node3"])
    }

    /// The same, wherever there is room.
    fn create_anywhere(&self, name: &str, path: &str) -> Result<()> {
        self.create_with(name, path, &[])
    }

    fn create_with(&self, name: &str, path: &str, place: &[&str]) -> Result<()> {
        let (docker, route) = (self.docker(), format!("GET {path}"));
        let command = ["smsvc", "create", "--detach", "--quiet", "--no-resolve-image", "--name", name];
        let group = ["--network", "front", "--group", "failure", "--host", HOST, "--port", "8080"];
        let rest = ["--replicas", "2", "--route", &route, "--env", SERVICE, IMAGE];
        wait_for("a service to be taken", ROUTED, || {
            docker.run(&[&command[..], &group, place, &rest].concat())
        })
        .map(drop)
    }

    /// Requests that go on until they are stopped.
    fn load(&self) -> Load {
        Load::start(self.web, &request("/first"), CLIENTS, Duration::from_millis(20))
    }

    fn wait_for_route(&self, path: &str) -> Result<()> {
        wait_for(&format!("a route for {path}"), ROUTED, || {
            let status = request(path).send(self.web)?.status;
            ensure!(status == 200, "{status}");
            Ok(())
        })
        .with_context(|| {
            let log = |service: &str| {
                self.gateway
                    .docker
                    .call(&["service", "logs", "--raw", "--tail", "20", service])
                    .map_or_else(|error| error.to_string(), |log| log.stdout + &log.stderr)
            };
            format!("Traefik: {}\nprovider: {}", log("edge-traefik"), log("edge-provider"))
        })
    }

    /// What no service declares is not there, and what is live stays.
    fn check_nothing_else_is_served(&self) -> Result<()> {
        for path in ["/", "/other", "/first/", "/first/x"] {
            let status = request(path).send(self.web)?.status;
            ensure!(status == 404, "{path} is answered with {status}");
        }
        ensure!(request("/first").send(self.web)?.status == 200, "a live route is gone");
        Ok(())
    }
}
