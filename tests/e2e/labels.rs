//! A Traefik that reads the swarm by itself, with labels alone and no provider.
//!
//! It has an engine of its own: beside such a Traefik `docker smsvc create` takes labels by itself, which must not reach
//! the groups of other trials.

use anyhow::{Context, Result, bail, ensure};
use smsvc_tests::docker::{Docker, Outcome};
use smsvc_tests::engine::PrivateEngine;
use smsvc_tests::http::{Request, Response};
use smsvc_tests::image::Root;
use smsvc_tests::patience::wait_for;
use smsvc_tests::stage::SERVICE;
use smsvc_tests::traefik::Traefik;
use std::net::SocketAddr;
use std::time::Duration;
use tempfile::TempDir;

use crate::cases::table_of_cases::{Service, petstore};
use crate::cases::{Case, Expected};
use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[(
    "a_traefik_that_reads_the_swarm_by_itself_answers_as_the_table_says_and_follows_every_change",
    labels_alone,
)];

/// How long a change may take to reach Traefik, which looks once a second.
const ROUTED: Duration = Duration::from_mins(1);
const NETWORK: &str = "front";
const BACKEND: &str = "backend:latest";
const TRAEFIK: &str = "own-traefik:latest";
/// A group of the table that answers for a host of another group: only one table of both can order these.
const SHARES_A_HOST: (&str, &str) = ("boutique", "boutique.shop.example");

struct Swarm {
    docker: Docker,
    traefik: Traefik,
    // Last, because fields are dropped in order.
    _engine: PrivateEngine,
    _folder: TempDir,
}

fn labels_alone(world: &World) -> Result<()> {
    let swarm = Swarm::set_up(world)?;
    let table = petstore();
    swarm.create_services(table.services)?;
    let requests = table.requests.into_iter().filter(|case| case.host != SHARES_A_HOST.1);
    let cases: Vec<Case> = requests.map(|case| Case::new(&str::to_owned, case)).collect();
    swarm.wait_until_routed(&cases)?;
    let send = |request: &Request| request.send(swarm.traefik.web);
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| case.check(&swarm.docker, &send).err())
        .map(|error| format!("{error:#}"))
        .collect();
    ensure!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    let lint = swarm.docker.call(&["smsvc", "lint"])?;
    ensure!(lint.status == 0 && !lint.stdout.contains("W405"), "{lint:?}");
    swarm.follows_changes()
}

impl Swarm {
    fn set_up(world: &World) -> Result<Self> {
        let engine = PrivateEngine::start_another()?;
        engine.make_swarm()?;
        let folder = tempfile::Builder::new().prefix("smsvc-labels-").tempdir()?;
        let docker = Docker::new(&engine.host, folder.path());
        docker.install_plugin(&world.binaries.plugin)?;
        let backend = Root::new()?;
        backend.add(&world.binaries.backend, "backend")?;
        backend.import(&docker, BACKEND, "/backend")?;
        docker.run(&["network", "create", "--driver", "overlay", NETWORK])?;
        let traefik = start_traefik(world, &docker, &engine)?;
        Ok(Self { docker, traefik, _engine: engine, _folder: folder })
    }

    fn create(&self, name: &str, options: &[&str]) -> Result<Outcome> {
        let start =
            ["smsvc", "create", "--detach", "--no-resolve-image", "--name", name, "--network", NETWORK];
        self.docker.call(&[&start[..], options, &["--env", SERVICE, BACKEND]].concat())
    }

    /// Creates the services of the table in the order of their age. Nobody says that labels are wanted: the Traefik that
    /// there is says it.
    fn create_services(&self, mut services: Vec<Service>) -> Result<()> {
        services.sort_by(|one, two| one.created.cmp(&two.created));
        for service in services {
            let labels: Vec<String> =
                service.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
            let options: Vec<&str> = labels.iter().flat_map(|label| ["--label", label]).collect();
            let outcome = self.create(&service.name, &options)?;
            if service.name == SHARES_A_HOST.0 {
                ensure!(outcome.status == 4 && outcome.stderr.contains("E205"), "{outcome:?}");
                continue;
            }
            ensure!(outcome.status == 0, "{}: {outcome:?}", service.name);
            ensure!(outcome.stderr.contains("is published through labels"), "{outcome:?}");
        }
        Ok(())
    }

    fn wait_until_routed(&self, cases: &[Case]) -> Result<()> {
        let mut seen: Vec<&str> = Vec::new();
        for case in cases {
            if let Expected::Forward { seen: it, .. } = &case.expected
                && !seen.contains(&it.service.as_str())
            {
                self.wait_for(&case.request, |response| response.status == 200)?;
                seen.push(&it.service);
            }
        }
        Ok(())
    }

    fn wait_for(&self, request: &Request, right: impl Fn(&Response) -> bool) -> Result<Response> {
        let Request { method, host, target, .. } = request;
        wait_for(&format!("the answer to {method} {host}{target}"), ROUTED, || {
            let response = request.send(self.traefik.web)?;
            if right(&response) {
                return Ok(response);
            }
            bail!("{} {:?} {}", response.status, response.headers, response.text())
        })
        .with_context(|| self.traefik.log_end(&self.docker))
    }

    fn smsvc(&self, args: &[&str]) -> Result<Outcome> {
        self.docker.call(&[&["smsvc"], args].concat())
    }

    /// What `lint` has to say of labels that are not up to date.
    fn stale(&self) -> Result<usize> {
        Ok(self.smsvc(&["lint"])?.stdout.matches("W405").count())
    }

    fn follows_changes(&self) -> Result<()> {
        let ask = |method: &str, target: &str| Request::new(method, "api.example.com", target);
        let allow = |wanted: &'static str| {
            move |response: &Response| response.status == 405 && response.header("Allow") == Some(wanted)
        };
        // A new route of one service is in the fallback of another.
        self.wait_for(&ask("PATCH", "/v2/users"), allow("GET, HEAD, OPTIONS"))?;
        let update = ["update", "--detach", "--route-add", "PUT /users name=put-users", "users"];
        let outcome = self.smsvc(&update)?;
        ensure!(outcome.status == 0, "{outcome:?}");
        ensure!(outcome.stderr.contains("labels of service pets brought up to date"), "{outcome:?}");
        self.wait_for(&ask("PUT", "/v2/users"), |response| response.status == 200)?;
        self.wait_for(&ask("PATCH", "/v2/users"), allow("GET, HEAD, OPTIONS, PUT"))?;

        // A rollback takes the old labels back, and the others follow.
        let outcome = self.smsvc(&["rollback", "--detach", "users"])?;
        ensure!(outcome.status == 0, "{outcome:?}");
        ensure!(outcome.stderr.contains("labels of service pets brought up to date"), "{outcome:?}");
        self.wait_for(&ask("PATCH", "/v2/users"), allow("GET, HEAD, OPTIONS"))?;
        ensure!(self.stale()? == 0);
        ensure!(self.smsvc(&update)?.status == 0);
        self.wait_for(&ask("PATCH", "/v2/users"), allow("GET, HEAD, OPTIONS, PUT"))?;

        // The fallback outlives the service that had it.
        let outcome = self.smsvc(&["rm", "--detach", "pets"])?;
        ensure!(outcome.status == 0, "{outcome:?}");
        ensure!(outcome.stderr.contains("labels of service orders brought up to date"), "{outcome:?}");
        self.wait_for(&ask("GET", "/v2/pets/7"), |response| response.status == 404)?;
        self.wait_for(&ask("PATCH", "/v2/users"), allow("GET, HEAD, OPTIONS, PUT"))?;
        ensure!(self.stale()? == 0);

        // An owner that goes behind our back takes the fallback with it until sync.
        self.docker.run(&["service", "rm", "orders"])?;
        ensure!(self.stale()? == 1);
        let dry = self.smsvc(&["sync", "petstore", "--dry-run"])?;
        ensure!(dry.status == 0 && dry.stdout.contains("would update users"), "{dry:?}");
        ensure!(self.stale()? == 1, "a dry run changes nothing");
        let outcome = self.smsvc(&["sync", "petstore"])?;
        ensure!(outcome.status == 0 && outcome.stderr.contains("users brought up"), "{outcome:?}");
        ensure!(self.stale()? == 0);
        self.wait_for(&ask("PATCH", "/v2/users"), allow("GET, HEAD, OPTIONS, PUT"))?;
        self.wait_for(&ask("GET", "/v2/store/order/7"), |response| response.status == 404)?;

        // What somebody changes by hand is told, and put right.
        let priority = "traefik.http.routers.smsvc-users.priority=1";
        self.docker.run(&["service", "update", "--detach", "--label-add", priority, "users"])?;
        let lint = self.smsvc(&["lint"])?;
        ensure!(lint.stdout.contains("W405") && lint.stdout.contains("somebody"), "{lint:?}");
        ensure!(self.smsvc(&["sync", "petstore"])?.status == 0 && self.stale()? == 0);

        // A group goes one way, and can be moved.
        let options = ["--group", "notes", "--port", "80", "--route", "/new", "--publish-via", "provider"];
        let outcome = self.create("more", &options)?;
        ensure!(outcome.status == 4 && outcome.stderr.contains("E209"), "{outcome:?}");
        let before = self.labels("notes")?;
        ensure!(before.contains("traefik.http") && before.contains("smsvc.compiled"), "{before}");
        ensure!(self.smsvc(&["sync", "notes", "--publish-via", "provider"])?.status == 0);
        let after = self.labels("notes")?;
        ensure!(!after.contains("traefik.") && !after.contains("smsvc.compiled"), "{after}");
        let notes = Request::new("GET", "notes.example", "/about/");
        self.wait_for(&notes, |response| response.status == 404 && response.text().starts_with("404 page"))?;
        ensure!(self.smsvc(&["sync", "notes", "--publish-via", "labels"])?.status == 0);
        ensure!(self.labels("notes")? == before, "the same labels as before");
        self.wait_for(&notes, |response| response.status == 200).map(drop)
    }

    fn labels(&self, service: &str) -> Result<String> {
        self.docker.run(&["service", "inspect", "--format", "{{json .Spec.Labels}}", service])
    }
}

/// Traefik with the plugin, its settings in its environment, and the engine's socket.
fn start_traefik(world: &World, docker: &Docker, engine: &PrivateEngine) -> Result<Traefik> {
    let root = Root::new()?;
    root.add(&world.binaries.traefik, "traefik")?;
    root.add(&world.binaries.guest, "plugins-local/src/smsvc/plugin.wasm")?;
    let manifest = smsvc_tests::artifact::workspace().join(".traefik.yml");
    root.add(&manifest, "plugins-local/src/smsvc/.traefik.yml")?;
    root.write("tmp/.keep", "")?;
    root.import(docker, TRAEFIK, "/traefik")?;
    let socket = engine.host.trim_start_matches("unix://");
    let mount = format!("type=bind,source={socket},target=/docker.sock");
    let mut options = vec!["--network", NETWORK, "--mount", &mount];
    let settings = [
        "TRAEFIK_ENTRYPOINTS_WEB_ADDRESS=:80",
        "TRAEFIK_ENTRYPOINTS_TRAEFIK_ADDRESS=:8080",
        "TRAEFIK_PROVIDERS_SWARM_ENDPOINT=unix:///docker.sock",
        "TRAEFIK_PROVIDERS_SWARM_REFRESHSECONDS=1",
        "TRAEFIK_PROVIDERS_SWARM_EXPOSEDBYDEFAULT=false",
        "TRAEFIK_PROVIDERS_PROVIDERSTHROTTLEDURATION=200ms",
        "TRAEFIK_EXPERIMENTAL_ABORTONPLUGINFAILURE=true",
        "TRAEFIK_EXPERIMENTAL_LOCALPLUGINS_SMSVC_MODULENAME=smsvc",
        "TRAEFIK_API_INSECURE=true",
        "TRAEFIK_PING=true",
        "TRAEFIK_LOG_LEVEL=INFO",
        "TRAEFIK_LOG_NOCOLOR=true",
        "TRAEFIK_GLOBAL_CHECKNEWVERSION=false",
        "TRAEFIK_GLOBAL_SENDANONYMOUSUSAGE=false",
    ];
    options.extend(settings.iter().flat_map(|setting| ["--env", setting]));
    // No service of this engine publishes a port, so that any will do.
    let at = |port| SocketAddr::new(engine.address(), port);
    Traefik::create(docker, "own-traefik", TRAEFIK, [at(18_080), at(18_081)], &options)
}
