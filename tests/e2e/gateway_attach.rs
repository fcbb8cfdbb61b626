//! A Traefik that the user runs, with configuration of the user's own and the lines that `docker smsvc gateway attach`
//! prints, as they are printed.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use smsvc_tests::gateway::Gateway;
use smsvc_tests::http::Request;
use smsvc_tests::patience::wait_for;

use crate::gateway::{Down, ROUTED, gateway, web};
use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] =
    &[("a_traefik_of_the_users_own_joins_with_the_lines_that_attach_prints", joins_with_the_printed_lines)];

/// The service of the user's Traefik, and the config with its settings.
const OWN: &str = "own-edge";

fn joins_with_the_printed_lines(world: &World) -> Result<()> {
    let gateway = gateway(world, "joined")?;
    let ground = world.ground("joined");
    let web = web(world)?;
    let _down = Down(&gateway);
    let provider = ["--provider-only", "--local-image"];
    gateway.up(&provider)?;
    ensure!(
        gateway.docker.call(&["service", "inspect", "joined-traefik"])?.status != 0,
        "there is a Traefik"
    );
    ground.publish("s", "joined", &["GET /j"])?;

    let _own = Own(world);
    start(world, &gateway, web.port(), &[])?;
    answers(world, web, &ground.host(), "/j", 200)?;
    answers(world, web, &ground.host(), "/other", 404)?;
    let status = gateway.call("status", &[])?;
    ensure!(status.status == 0 && status.stdout.starts_with("gateway joined: well\n"), "{status:?}");

    // The same over TLS: the certificate is a secret more, and the lines say that it is trusted.
    gateway.up(&[&provider[..], &["--provider-tls"]].concat())?;
    remove(world);
    start(world, &gateway, web.port(), &["--provider-tls"])?;
    answers(world, web, &ground.host(), "/j", 200)
}

/// Creates the user's Traefik: a file of settings to which the lines are appended, as a config that Docker fills in, and
/// what `attach` says besides.
fn start(world: &World, gateway: &Gateway, port: u16, options: &[&str]) -> Result<()> {
    let attach = gateway.call("attach", options)?;
    ensure!(attach.status == 0 && attach.stdout.lines().count() == 4, "{attach:?}");
    let notes = &attach.stderr;
    for part in ["--network-add joined-control", "--secret-add joined-token", "--template-driver golang"] {
        ensure!(notes.contains(part), "{part} is not in: {notes}");
    }
    let file = world.stage.folder().join(format!("{OWN}.yml"));
    let own = format!("entryPoints:\n  web:\n    address: ':{port}'\n  more:\n    address: ':65001'\n");
    std::fs::write(&file, own + &attach.stdout)?;
    let docker = world.docker();
    let file = file.to_str().context("a path that is no text")?;
    docker.run(&["config", "create", "--template-driver", "golang", OWN, file])?;

    let configs = docker.run(&[
        "config",
        "ls",
        "--filter",
        "label=org.smsvc.gateway=joined",
        "--format",
        "{{.Name}}",
    ])?;
    let config = |word: &str, target: &str| {
        let name = configs.lines().find(|name| name.starts_with(&format!("joined-{word}-")));
        name.map(|name| format!("source={name},target={target}"))
            .with_context(|| format!("no {word} in {configs}"))
    };
    let guest = config("guest", "/plugins-local/src/smsvc/plugin.wasm")?;
    let manifest = config("manifest", "/plugins-local/src/smsvc/.traefik.yml")?;
    let settings = format!("source={OWN},target=/etc/traefik/traefik.yml");
    let publish = format!("mode=host,published={port},target={port}");
    let mut command = vec!["service", "create", "--detach", "--quiet", "--no-resolve-image", "--name", OWN];
    command.extend(["--network", &world.stage.network, "--network", "joined-control"]);
    command.extend([
        "--secret",
        "joined-token",
        "--config",
        &guest,
        "--config",
        &manifest,
        "--config",
        &settings,
    ]);
    if notes.contains("--secret-add joined-identity") {
        command.extend(["--secret", "joined-identity"]);
    }
    command.extend(["--publish", &publish]);
    command.extend(world.stage.marks());
    command.push(&gateway.image);
    docker.run(&command).map(drop)
}

fn answers(world: &World, web: SocketAddr, host: &str, path: &str, status: u16) -> Result<()> {
    wait_for(&format!("{status} for {path} through the user's Traefik"), ROUTED, || {
        let answer = Request::new("GET", host, path).send(web)?;
        ensure!(answer.status == status, "{}", answer.status);
        anyhow::Ok(())
    })
    .with_context(|| {
        let log = world.docker().call(&["service", "logs", "--raw", "--tail", "20", OWN]);
        log.map_or_else(|error| error.to_string(), |log| log.stdout + &log.stderr)
    })
}

/// Removes the user's Traefik with its config, and waits until the gateway's network is free of it.
fn remove(world: &World) {
    let docker = world.docker();
    let _gone = docker.run(&["service", "rm", OWN]);
    let _gone = wait_for("the end of the user's Traefik", ROUTED, || {
        let filter = format!("label=com.docker.swarm.service.name={OWN}");
        let left = docker.run(&["ps", "--all", "--quiet", "--filter", &filter])?;
        ensure!(left.is_empty(), "{left}");
        anyhow::Ok(())
    });
    let _gone = docker.run(&["config", "rm", OWN]);
}

/// Removes it, whatever became of the trial.
struct Own<'w>(&'w World);

impl Drop for Own<'_> {
    fn drop(&mut self) {
        remove(self.0);
    }
}
