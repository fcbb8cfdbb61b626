//! Both Traefiks on a swarm of three nodes, and services that are behind both.
//!
//! The Traefiks and the provider are on the manager, every task of a service on one of the two workers: whatever becomes of a
//! worker becomes of tasks, and of nothing else.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use smsvc_tests::artifact;
use smsvc_tests::cluster::{Cluster, Node};
use smsvc_tests::docker::Docker;
use smsvc_tests::engine;
use smsvc_tests::gateway::{Gateway, entry_point, import_traefik};
use smsvc_tests::http::Request;
use smsvc_tests::image::import_backend;
use smsvc_tests::stage::SERVICE;

use crate::bench::Bench;

const HOST: &str = "bench.example.com";
const NETWORK: &str = "front";
const GATEWAY: &str = "bench";
const PEER: &str = "peer";
const TRAEFIK: &str = "smsvc-bench-traefik:latest";
const BACKEND: &str = "smsvc-bench-backend:latest";

/// Which node is which.
const MANAGER: usize = 0;
const WORKER: usize = 2;

/// The ports of ours and of theirs on the manager.
const PORTS: [u16; 2] = [8000, 8001];

/// The swarm with both Traefiks.
pub(super) struct Pair {
    cluster: Cluster,
    /// Where each takes requests: ours, theirs.
    pub(super) webs: [SocketAddr; 2],
}

impl Pair {
    pub(super) fn create(bench: &Bench) -> Result<Self> {
        let tools = engine::tools().map_err(anyhow::Error::msg)?;
        // What is built while nodes run would take their processors.
        let backend = artifact::backend()?;
        let cluster = Cluster::start(&tools, 1, 2)?;
        let manager = cluster.nodes.get(MANAGER).context("a swarm without nodes")?;
        let at = manager.reach()?;
        let docker = manager.docker.clone();
        docker.install_plugin(&bench.plugin)?;
        cluster.import(|docker| import_backend(docker, BACKEND, &backend))?;
        import_traefik(&docker, TRAEFIK, &bench.traefik)?;
        docker.run(&["network", "create", "--driver", "overlay", "--subnet", "10.68.0.0/24", NETWORK])?;
        let pair = Self { cluster, webs: PORTS.map(|port| SocketAddr::new(at, port)) };
        pair.start_ours(&bench.guest)?;
        pair.start_theirs()?;
        Ok(pair)
    }

    fn start_ours(&self, guest: &std::path::Path) -> Result<()> {
        let gateway = Gateway {
            docker: self.docker().clone(),
            name: GATEWAY.to_owned(),
            image: TRAEFIK.to_owned(),
            guest: guest.display().to_string(),
        };
        let point = entry_point(self.webs[0]);
        let options = ["--network", NETWORK, "--local-image", "--entrypoint", &point];
        let lost = ["--repeat", "2", "--sysctl", "net.ipv4.tcp_retries2=4"];
        let place = ["--publish-mode", "host", "--constraint", "node.role==manager"];
        gateway.up(&[&options[..], &lost, &place].concat()).map(drop)
    }

    fn start_theirs(&self) -> Result<()> {
        let socket = self.docker().host().strip_prefix("unix://").context("the engine has no socket")?;
        let mount = format!("type=bind,readonly,source={socket},target=/var/run/docker.sock");
        let port = format!("mode=host,published={0},target={0}", self.webs[1].port());
        let address = format!("--entrypoints.web.address=:{}", self.webs[1].port());
        let network = format!("--providers.swarm.network={NETWORK}");
        let command = ["service", "create", "--detach", "--quiet", "--no-resolve-image", "--name", PEER];
        let place = ["--network", NETWORK, "--constraint", "node.role==manager"];
        let reach = ["--mount", &mount, "--publish", &port, TRAEFIK];
        let settings = [address.as_str(), "--providers.swarm.exposedByDefault=false", &network];
        self.docker().run(&[&command[..], &place, &reach, &settings].concat()).map(drop)
    }

    /// The `docker` command for the manager.
    pub(super) fn docker(&self) -> &Docker {
        &self.cluster.nodes[MANAGER].docker
    }

    /// A worker that may fail.
    pub(super) fn worker(&mut self) -> &mut Node {
        &mut self.cluster.nodes[WORKER]
    }

    /// Creates a service behind both, and does not wait for its tasks.
    pub(super) fn publish(&self, name: &str, replicas: &str) -> Result<()> {
        let route = format!("GET /{name}");
        let rule = format!("traefik.http.routers.{name}.rule=Host(`{HOST}`) && Path(`/{name}`)");
        let port = format!("traefik.http.services.{name}.loadbalancer.server.port=8080");
        let command = ["smsvc", "create", "--detach", "--no-resolve-image", "--name", name];
        let place = ["--network", NETWORK, "--replicas", replicas, "--constraint", "node.role==worker"];
        let ours = ["--group", "bench", "--host", HOST, "--port", "8080", "--route", &route];
        let theirs = ["--label", "traefik.enable=true", "--label", &rule, "--label", &port];
        let rest = ["--update-monitor", "1s", "--env", SERVICE, BACKEND];
        let created = self.docker().call(&[&command[..], &place, &ours, &theirs, &rest].concat())?;
        if created.status != 0 {
            bail!("the service is refused: {}", created.stderr);
        }
        Ok(())
    }

    /// What a Traefik, ours or theirs, has said last.
    pub(super) fn log_end(&self, of: usize) -> String {
        let service = [format!("{GATEWAY}-traefik"), PEER.to_owned()][of].clone();
        let log = self.docker().call(&["service", "logs", "--raw", "--tail", "10", &service]);
        log.map_or_else(|error| error.to_string(), |log| log.stdout + &log.stderr)
    }
}

/// What such a service is asked.
pub(super) fn request(name: &str) -> Request {
    Request::new("GET", HOST, &format!("/{name}"))
}
