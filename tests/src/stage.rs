//! The whole stage in the order in which a user would set it up, for one run.

use std::fmt;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::docker::{Docker, Outcome};
use crate::engine::{Choice, Engine};
use crate::http::{Request, Response};
use crate::image::import_backend;
use crate::provider::Provider;
use crate::teardown::Teardown;
use crate::traefik::{self, Traefik};
use crate::{artifact, removal};

/// The label on everything that the stage creates on an engine; its value is the name of the run.
const LABEL: &str = "org.smsvc.stage";

/// The subnet of the network on a simulated engine.
const LOOPBACK_SUBNET: &str = "127.83.0.0/24";

/// The variable by which the backend knows its service; the engine fills it in.
pub const SERVICE: &str = "SERVICE={{.Service.Name}}";

/// The binaries of a run, all of this machine.
pub struct Binaries {
    /// The Docker CLI plugin.
    pub plugin: PathBuf,
    /// The guest.
    pub guest: PathBuf,
    /// The backend.
    pub backend: PathBuf,
    /// Traefik.
    pub traefik: PathBuf,
}

impl Binaries {
    /// Builds what is ours, beside a Traefik that was found. `say` is told of each step.
    pub fn build(traefik: PathBuf, say: &dyn Fn(&str)) -> Result<Self> {
        say("building the plugin docker-smsvc");
        let plugin = artifact::plugin()?;
        say("building the Traefik guest (wasm32-wasip1)");
        let guest = artifact::guest()?;
        say("building the backend (static)");
        let backend = artifact::backend()?;
        Ok(Self { plugin, guest, backend, traefik })
    }
}

/// The engine that was chosen does not start, or does not let us use it: a fact of the machine and no fault
/// of ours.
#[derive(Debug)]
pub struct EngineFailed;

impl fmt::Display for EngineFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the engine cannot be used")
    }
}

/// A swarm with a network, Traefik with the plugin on it, a provider, and a backend image. Dropping it
/// removes it all.
pub struct Stage {
    /// The name of the run; every object that is created starts with it.
    pub name: String,
    /// The `docker` command with our plugin installed.
    pub docker: Docker,
    /// The overlay network of Traefik and of every service that it routes to.
    pub network: String,
    /// The image of the backend.
    pub backend: String,
    /// Traefik.
    pub traefik: Traefik,
    /// The address of the provider that Traefik polls.
    pub provider: SocketAddr,
    placement: String,
    label: String,
    folder: PathBuf,
    // Last, because fields are dropped in order: what the teardown removes must outlive everything else.
    _teardown: Teardown,
}

impl Stage {
    /// Sets everything up, and returns when Traefik answers. `say` is told of each step. [`EngineFailed`] can
    /// be found in the error with [`anyhow::Error::is`].
    pub fn set_up(name: &str, choice: Choice, binaries: &Binaries, say: &dyn Fn(&str)) -> Result<Self> {
        let teardown = Teardown::on_exit_and_signals()?;
        let folder = scratch_folder(&teardown)?;
        say(&format!("engine: {choice}"));
        let engine = choice.start(&folder, &teardown).context(EngineFailed)?;
        let docker = engine.docker.clone();
        docker.install_plugin(&binaries.plugin)?;
        let label = format!("{LABEL}={name}");
        removal::now_and_later(&docker, &label, name, &teardown);

        let backend = format!("{name}-backend:latest");
        say("importing the backend's image from its binary");
        import_backend(&docker, &backend, &binaries.backend)?;

        let network = format!("{name}-net");
        say(&format!("creating the overlay network {network}"));
        docker.run(&["network", "create", "--driver", "overlay", "--label", &label, &network])?;

        let provider = start_provider(&docker, &engine, &folder.join("provider.log"), say, &teardown)?;
        let placement = format!("node.id=={}", engine.node);
        let traefik = start_traefik(
            name,
            &engine,
            binaries,
            provider,
            &["--network", &network, "--constraint", &placement, "--label", &label],
            say,
        )?;
        Ok(Self {
            name: name.to_owned(),
            docker,
            network,
            backend,
            traefik,
            provider,
            placement,
            label,
            folder,
            _teardown: teardown,
        })
    }

    /// Sets everything up on a simulated engine: the tasks and Traefik are processes of this machine, and the network's
    /// addresses are loopback addresses.
    pub fn simulate(name: &str, binaries: &Binaries, say: &dyn Fn(&str)) -> Result<Self> {
        let teardown = Teardown::on_exit_and_signals()?;
        let folder = scratch_folder(&teardown)?;
        say("building the simulator swarm-sim");
        let simulator = artifact::simulator()?;
        say("engine: a simulated swarm, whose tasks are processes of this machine");
        let engine = Engine::simulate(&simulator, &binaries.backend, &folder, &teardown)?;
        let docker = engine.docker.clone();
        docker.install_plugin(&binaries.plugin)?;
        let label = format!("{LABEL}={name}");
        let network = format!("{name}-net");
        say(&format!("creating the overlay network {network} ({LOOPBACK_SUBNET})"));
        let subnet = ["--subnet", LOOPBACK_SUBNET, "--label", &label];
        docker.run(&[&["network", "create", "--driver", "overlay"], &subnet[..], &[&network]].concat())?;
        let provider = start_provider(&docker, &engine, &folder.join("provider.log"), say, &teardown)?;
        say("starting Traefik with the plugin");
        let ports = [free_port(engine.published_at)?, free_port(engine.published_at)?];
        let traefik = Traefik::run(&folder, &binaries.traefik, &binaries.guest, provider, ports, &teardown)?;
        Ok(Self {
            name: name.to_owned(),
            docker,
            network,
            backend: format!("{name}-backend:latest"),
            traefik,
            provider,
            placement: format!("node.id=={}", engine.node),
            label,
            folder,
            _teardown: teardown,
        })
    }

    /// The options that every service of the stage has: it is held on the node that has the image, and it is
    /// marked.
    pub fn marks(&self) -> [&str; 4] {
        ["--constraint", &self.placement, "--label", &self.label]
    }

    /// The name of an object of this run.
    pub fn name_of(&self, object: &str) -> String {
        format!("{}-{object}", self.name)
    }

    /// Runs `docker smsvc create` for one backend: `options`, then the marks, then the image.
    pub fn create(&self, options: &[&str]) -> Result<Outcome> {
        let mut args = vec!["smsvc", "create", "--detach", "--no-resolve-image"];
        args.extend(options);
        args.extend(self.marks());
        args.extend(["--env", SERVICE, &self.backend]);
        self.docker.call(&args)
    }

    /// Sends a request to Traefik.
    pub fn send(&self, request: &Request) -> Result<Response> {
        request.send(self.traefik.web)
    }

    /// A folder that goes with the stage.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// A folder that goes last.
fn scratch_folder(teardown: &Teardown) -> Result<PathBuf> {
    let folder: TempDir = tempfile::Builder::new().prefix("smsvc-stage-").tempdir()?;
    let path = folder.path().to_owned();
    teardown.push(move || drop(folder));
    Ok(path)
}

/// Starts the provider where Traefik's container reaches it; it ends with the teardown.
fn start_provider(
    docker: &Docker,
    engine: &Engine,
    log: &Path,
    say: &dyn Fn(&str),
    teardown: &Teardown,
) -> Result<SocketAddr> {
    let address = free_port(engine.reaches_us_at)?;
    say(&format!("starting docker smsvc provider --listen {address}"));
    let provider = Provider::start(docker, address, log)?;
    teardown.push(move || drop(provider));
    Ok(address)
}

/// Imports Traefik's image and creates its service.
fn start_traefik(
    name: &str,
    engine: &Engine,
    binaries: &Binaries,
    provider: SocketAddr,
    options: &[&str],
    say: &dyn Fn(&str),
) -> Result<Traefik> {
    let image = format!("{name}-traefik:latest");
    say("importing Traefik's image with the plugin in it");
    traefik::import(&engine.docker, &image, &binaries.traefik, &binaries.guest, provider)?;
    say("starting Traefik as a service on the network");
    let port = || {
        free_port(IpAddr::from([127, 0, 0, 1])).map(|free| SocketAddr::new(engine.published_at, free.port()))
    };
    Traefik::create(&engine.docker, &format!("{name}-traefik"), &image, [port()?, port()?], options)
}

/// A TCP port that nothing listens on at the moment.
pub fn free_port(address: IpAddr) -> Result<SocketAddr> {
    let listener = TcpListener::bind((address, 0)).with_context(|| format!("cannot listen on {address}"))?;
    Ok(listener.local_addr()?)
}
