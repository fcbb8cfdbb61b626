//! The plugin as the real `docker` command sees it.

use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use smsvc_tests::docker::Docker;

use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[
    ("docker_knows_the_plugin", docker_knows_the_plugin),
    ("every_command_has_a_help_text", every_command_has_a_help_text),
    ("docker_itself_says_after_a_create_that_a_network_is_nearly_full", docker_itself_says),
];

fn docker_knows_the_plugin(world: &World) -> Result<()> {
    let plugins = world.docker().json(&["info", "--format", "{{json .ClientInfo.Plugins}}"])?;
    let found = plugins.as_array().into_iter().flatten().find(|plugin| plugin["Name"] == "smsvc");
    assert!(found.is_some_and(|plugin| plugin["Err"].is_null()), "{plugins:#}");
    let version = world.docker().run(&["smsvc", "version"])?;
    assert!(version.contains(env!("CARGO_PKG_VERSION")), "{version}");
    Ok(())
}

fn every_command_has_a_help_text(world: &World) -> Result<()> {
    let help = world.docker().run(&["help", "smsvc"])?;
    assert!(help.contains("docker smsvc") && help.contains("create"), "docker help smsvc: {help}");
    for command in
        [&["create"][..], &["budget"], &["routes"], &["routes", "test"], &["provider"], &["version"], &[]]
    {
        let name = ["smsvc"].iter().chain(command).copied().collect::<Vec<_>>();
        let help = world.docker().run(&[&name[..], &["--help"]].concat())?;
        let usage = format!("docker {}", name.join(" "));
        assert!(help.contains(&usage), "docker {} --help: {help}", name.join(" "));
    }
    Ok(())
}

/// Docker calls hooks since version 26, and only on a terminal, which `script` is.
fn docker_itself_says(world: &World) -> Result<()> {
    let version = world.docker().run(&["version", "--format", "{{.Client.Version}}"])?;
    let major: u32 = version.trim().split('.').next().unwrap_or_default().parse().context("a version")?;
    if major < 26 || smsvc_tests::process::find("script").is_none() {
        crate::say("hooks: not tried, this docker calls none or there is no `script`");
        return Ok(());
    }
    let ground = world.ground("hook");
    let network = ground.network("10.249.8.0/29")?;
    let folder = tempfile::tempdir()?;
    let docker = Docker::new(world.docker().host(), folder.path());
    docker.install_plugin(&world.binaries.plugin)?;
    let create = |name: &str| -> Result<String> {
        let line = format!(
            "docker service create --detach --no-resolve-image --replicas 3 --network {network} --name {name} {}",
            world.stage.backend
        );
        let mut command = Command::new("script");
        command.args(["-qec", &line, "/dev/null"]).env("TERM", "xterm");
        command.env("DOCKER_HOST", docker.host()).env("DOCKER_CONFIG", docker.config());
        smsvc_tests::process::output(&mut command)
    };
    let before = create(&ground.service("quiet"))?;
    ensure!(!before.contains("docker smsvc"), "nobody has enabled it: {before}");
    ground.remove("quiet")?;
    docker.run(&["smsvc", "hooks", "enable"])?;
    // An engine that answers too late is not waited for, and a network of another trial may be fuller for a moment.
    let said = format!("docker smsvc budget {network}");
    for _attempt in 0..20 {
        let after = create(&ground.service("full"))?;
        if after.contains(&said) {
            return Ok(());
        }
        ground.remove("full")?;
    }
    bail!("twenty creates, and docker never said {said:?}")
}
