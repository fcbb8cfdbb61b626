//! The plugin as the real `docker` command sees it.

use anyhow::Result;

use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[
    ("docker_knows_the_plugin", docker_knows_the_plugin),
    ("every_command_has_a_help_text", every_command_has_a_help_text),
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
