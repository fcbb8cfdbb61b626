//! What clients feel while a service is updated and scaled, and how soon a new one answers: our gateway beside Traefik's own
//! Swarm provider, on the same swarm, for the same services, at the same time.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use smsvc_tests::docker::Docker;
use smsvc_tests::gateway::{Gateway, entry_point, import_traefik};
use smsvc_tests::http::Request;
use smsvc_tests::patience::wait_for;
use smsvc_tests::stage::{Stage, free_port};
use smsvc_tests::steady::{Load, Tally};

use crate::bench::Bench;
use crate::bench::section::{Cell, Goal, Section, Table};
use crate::bench::stats::Sample;
use crate::report;

const HOST: &str = "bench.example.com";
const OURS: &str = "docker smsvc gateway";
const THEIRS: &str = "Traefik's Swarm provider";

const METHOD: &str = "\
Two Traefiks of the same binary on one swarm: one that `docker smsvc gateway up` has made, and one with Traefik's own Swarm
provider at its default of 15 s and the manager's socket. Every service is behind both. Its backend ends as soon as it is told
to, without a word to the connections that it has.

* **Failed requests**: two clients for each Traefik send one request after the other, each over a new connection, while the
  service of three tasks is updated ten times, stop-first and start-first in turn (`--update-monitor 1s`), and scaled to 1, 5, 2.
  *Failed* is every request without a 200.
* **Propagation**: seconds from the end of `docker smsvc create --detach` to the first 200, asked every 100 ms; the start of the
  task is in it, for both.";

pub(super) fn measure(bench: &Bench) -> Result<Section> {
    let stage = bench.stage("smsvc-rolling")?;
    let pair = Pair::create(&stage, &bench.traefik, &bench.guest)?;
    let mut section = Section::new("Updates and new services behind Traefik", METHOD);

    report::step("updates and scaling under load");
    let tallies = pair.roll(&stage, if bench.quick { 2 } else { 10 })?;
    let mut table = Table::new(&["provider", "requests", "failed", "slowest answer"]);
    for (name, tally) in [OURS, THEIRS].into_iter().zip(&tallies) {
        let slowest = format!("{:.2} s", tally.slowest.as_secs_f64());
        table.row(
            name,
            vec![
                Cell::Text(tally.sent.to_string()),
                Cell::Text(tally.failed.to_string()),
                Cell::Text(slowest),
            ],
        );
    }
    section.tables.push(table);
    #[expect(clippy::cast_precision_loss, reason = "some thousands at most")]
    let failed = tallies[0].failed as f64;
    section.goals.push(Goal::at_most("failed requests behind our gateway", 0.0, failed, "requests"));

    report::step("new services");
    let [ours, theirs] = pair.propagate(&stage, bench.rounds(7))?;
    let mut table = Table::new(&["provider", "first answer"]);
    table.row(OURS, vec![Cell::against(&ours, &theirs, "s")]);
    table.row(THEIRS, vec![Cell::against(&theirs, &theirs, "s")]);
    section.tables.push(table);
    Ok(section)
}

/// Both Traefiks.
struct Pair {
    gateway: Gateway,
    peer: String,
    /// Where each takes requests: ours, theirs.
    webs: [SocketAddr; 2],
}

impl Pair {
    fn create(stage: &Stage, traefik: &std::path::Path, guest: &std::path::Path) -> Result<Self> {
        let image = stage.name_of("traefik-alone:latest");
        import_traefik(&stage.docker, &image, traefik)?;
        let at = stage.traefik.web.ip();
        let web =
            || Ok::<_, anyhow::Error>(SocketAddr::new(at, free_port(IpAddr::from([127, 0, 0, 1]))?.port()));
        let webs = [web()?, web()?];
        let folder = stage.folder().join("gateway");
        let gateway = Gateway::new(&stage.docker, &folder, "bench", &image, guest)?;
        let peer = stage.name_of("peer");
        let pair = Self { gateway, peer, webs };
        let point = entry_point(webs[0]);
        let network = stage.network.as_str();
        pair.gateway.up(&[
            "--network",
            network,
            "--local-image",
            "--entrypoint",
            &point,
            "--publish-mode",
            "host",
        ])?;
        let socket = stage.docker.host().strip_prefix("unix://").context("the engine has no socket")?;
        let mount = format!("type=bind,readonly,source={socket},target=/var/run/docker.sock");
        let port = format!("mode=host,published={0},target={0}", webs[1].port());
        let address = format!("--entrypoints.web.address=:{}", webs[1].port());
        let swarm_network = format!("--providers.swarm.network={network}");
        let mut command = vec!["service", "create", "--detach", "--quiet", "--no-resolve-image"];
        command.extend(["--name", &pair.peer, "--network", network, "--mount", &mount, "--publish", &port]);
        command.extend(stage.marks());
        command.extend([
            image.as_str(),
            &address,
            "--providers.swarm.exposedByDefault=false",
            &swarm_network,
        ]);
        stage.docker.run(&command)?;
        Ok(pair)
    }

    /// Creates a service behind both.
    fn publish(stage: &Stage, name: &str, replicas: &str) -> Result<()> {
        let route = format!("GET /{name}");
        let rule = format!("traefik.http.routers.{name}.rule=Host(`{HOST}`) && Path(`/{name}`)");
        let port = format!("traefik.http.services.{name}.loadbalancer.server.port=8080");
        let created = stage.create(&[
            "--name",
            name,
            "--network",
            &stage.network,
            "--replicas",
            replicas,
            "--group",
            "bench",
            "--host",
            HOST,
            "--port",
            "8080",
            "--route",
            &route,
            "--label",
            "traefik.enable=true",
            "--label",
            &rule,
            "--label",
            &port,
            "--update-monitor",
            "1s",
        ])?;
        if created.status != 0 {
            bail!("the service is refused: {}", created.stderr);
        }
        Ok(())
    }

    /// Updates and scales a service under load, and gives what each client saw.
    fn roll(&self, stage: &Stage, updates: usize) -> Result<[Tally; 2]> {
        Self::publish(stage, "rolled", "3")?;
        let request = Request::new("GET", HOST, "/rolled");
        let services = [self.gateway.name.clone() + "-traefik", self.peer.clone()];
        for (web, service) in self.webs.into_iter().zip(&services) {
            answers(&request, web).with_context(|| {
                let log = stage.docker.call(&["service", "logs", "--raw", "--tail", "10", service]);
                let log = log.map_or_else(|error| error.to_string(), |log| log.stdout + &log.stderr);
                format!("behind {service}, which says: {log}")
            })?;
        }
        let loads = self.webs.map(|web| Load::start(web, &request, 2, Duration::from_millis(10)));
        let docker: &Docker = &stage.docker;
        for number in 0..updates {
            let order = if number % 2 == 0 { "stop-first" } else { "start-first" };
            docker.run(&["service", "update", "--quiet", "--force", "--update-order", order, "rolled"])?;
        }
        for tasks in ["1", "5", "2"] {
            docker.run(&["service", "scale", &format!("rolled={tasks}")])?;
        }
        let tallies = loads.map(Load::stop);
        docker.run(&["service", "rm", "rolled"])?;
        ensure!(tallies.iter().all(|tally| tally.sent > 0), "nothing was sent");
        Ok(tallies)
    }

    /// How long new services took to answer.
    fn propagate(&self, stage: &Stage, rounds: usize) -> Result<[Sample; 2]> {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..rounds {
            let name = format!("new{round}");
            Self::publish(stage, &name, "1")?;
            let begun = Instant::now();
            let request = Request::new("GET", HOST, &format!("/{name}"));
            let [one, two] = self.webs.map(|web| {
                let request = request.clone();
                std::thread::spawn(move || answers(&request, web).map(|()| begun.elapsed().as_secs_f64()))
            });
            let wait = |seconds: std::thread::JoinHandle<Result<f64>>| {
                seconds.join().map_err(|_| anyhow::anyhow!("a client has ended"))?
            };
            ours.push(wait(one)?);
            theirs.push(wait(two)?);
            stage.docker.run(&["service", "rm", &name])?;
        }
        Ok([ours.into_iter().collect(), theirs.into_iter().collect()])
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        let _gone = self.gateway.call("down", &[]);
        let _gone = self.gateway.docker.run(&["service", "rm", &self.peer]);
    }
}

/// Waits for a 200.
fn answers(request: &Request, web: SocketAddr) -> Result<()> {
    wait_for("an answer", Duration::from_mins(2), || {
        let status = request.send(web)?.status;
        ensure!(status == 200, "{status}");
        Ok(())
    })
}
