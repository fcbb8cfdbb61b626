//! What becomes of routes when parts of the gateway and of the swarm fail, on three managers of its own.
//!
//! Traefik and the backends are on the third node, which never loses its containers: what fails is what tells Traefik the
//! routes. Not one request may notice.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use smsvc_tests::cluster::Cluster;
use smsvc_tests::docker::Docker;
use smsvc_tests::gateway::{Gateway, import_traefik};
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

/// The gateway and the swarm under it.
struct Scene {
    cluster: Cluster,
    gateway: Gateway,
    web: SocketAddr,
}

fn live_routes_stay_live(world: &World) -> Result<()> {
    let mut scene = set_up(world)?;
    scene.create("first", "/first")?;
    scene.wait_for_route("/first")?;
    let load = Load::start(scene.web, &request("/first"), 2, Duration::from_millis(20));

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
    Ok(())
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
    let web = SocketAddr::new(third.reach()?, 8000);
    gateway.up(&[
        "--network",
        "front",
        "--provider-image",
        &image,
        "--socket",
        &socket,
        "--entrypoint",
        "web=:8000",
        "--publish-mode",
        "host",
        "--constraint",
        "node.hostname==node3",
        "--timeout",
        "120s",
    ])?;
    Ok(Scene { cluster, gateway, web })
}

fn request(path: &str) -> Request {
    Request::new("GET", "failure.example.com", path)
}

impl Scene {
    /// The `docker` command for the third node, which always runs.
    fn docker(&self) -> &Docker {
        &self.cluster.nodes[2].docker
    }

    /// A service of two tasks beside Traefik; as soon as the swarm takes it.
    fn create(&self, name: &str, path: &str) -> Result<()> {
        let (docker, route) = (self.docker(), format!("GET {path}"));
        wait_for("a service to be taken", ROUTED, || {
            docker.run(&[
                "smsvc",
                "create",
                "--detach",
                "--quiet",
                "--no-resolve-image",
                "--name",
                name,
                "--network",
                "front",
                "--group",
                "failure",
                "--host",
                "failure.example.com",
                "--port",
                "8080",
                "--replicas",
                "2",
                "--constraint",
                "node.hostname==node3",
                "--route",
                &route,
                "--env",
                SERVICE,
                IMAGE,
            ])
        })
        .map(drop)
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
