//! What is said of services and networks that have run out of addresses, and whether the ways out lead out.

use std::net::{IpAddr, SocketAddr};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use smsvc_tests::http::Request;
use smsvc_tests::patience::wait_for;
use smsvc_tests::process::Companion;
use smsvc_tests::stage::free_port;

use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[
    ("the_way_out_that_doctor_names_frees_the_tasks_that_wait", the_way_out_leads_out),
    ("doctor_says_what_a_running_traefik_lacks", what_traefik_lacks),
    ("the_map_and_explain_tell_the_addresses_that_the_engine_gave", the_addresses_are_those_of_the_engine),
];

/// How long the engine may take to make a scaled service whole.
const SOON: Duration = Duration::from_secs(30);

fn the_way_out_leads_out(world: &World) -> Result<()> {
    let ground = world.ground("stuck");
    let network = ground.network("10.251.8.0/29")?;
    let name = ground.service("waits");
    // Four tasks and the load balancer take all five addresses; two tasks more wait.
    let options =
        ["--network", &network, "--replicas", "6", "--endpoint-mode", "dnsrr", "--ip-budget", "off"];
    ground.create("waits", &options)?;
    let ask = |target: &str| world.docker().call(&["smsvc", "doctor", target, "--format", "json"]);
    let finding = wait_for("a diagnosis", SOON, || {
        let outcome = ask(&name)?;
        let told: Value = serde_json::from_str(&outcome.stdout)?;
        let finding = told["findings"][0].clone();
        ensure!(finding["cause"] == "noAddressLeft", "{told}");
        assert_eq!(outcome.status, 1, "something was found");
        Ok(finding)
    })?;
    assert_eq!(finding["networks"][0].as_str(), Some(network.as_str()), "{finding}");
    let of_network: Value = serde_json::from_str(&ask(&network)?.stdout)?;
    assert_eq!(of_network["findings"][0]["service"].as_str(), Some(name.as_str()), "{of_network}");

    let commands =
        finding["waysOut"].as_array().into_iter().flatten().filter_map(|way| way["commands"].as_array());
    let scale = commands
        .flatten()
        .filter_map(Value::as_str)
        .find(|command| command.starts_with("docker service scale"))
        .context("no way out scales the service")?;
    let words: Vec<&str> = scale.split_whitespace().skip(1).chain(["--detach"]).collect();
    world.docker().run(&words)?;
    wait_for("the service to be whole", SOON, || {
        let outcome = ask(&name)?;
        ensure!(outcome.status == 0, "{}", outcome.stdout);
        Ok(())
    })
}

fn what_traefik_lacks(world: &World) -> Result<()> {
    let ground = world.ground("lacks");
    let request = Request::new("GET", &ground.host(), "/");
    ground.publish("s", "lacks", &["GET /"])?;
    world.send_until(&request, 200)?;
    let asked = |api: SocketAddr| -> Result<String> {
        let outcome = world.docker().call(&["smsvc", "doctor", "--traefik", &format!("http://{api}")])?;
        Ok(outcome.stdout + &outcome.stderr)
    };
    let whole = asked(world.stage.traefik.api)?;
    ensure!(!whole.contains("Traefik"), "{whole}");
    let other = asked(world.stage.traefik.web)?;
    ensure!(other.contains("Traefik's API does not answer"), "{other}");

    let ports = [free_port(IpAddr::from([127, 0, 0, 1]))?, free_port(IpAddr::from([127, 0, 0, 1]))?];
    let mut command = Command::new(&world.binaries.traefik);
    command.arg(format!("--entryPoints.web.address={}", ports[0]));
    command.arg(format!("--entryPoints.traefik.address={}", ports[1]));
    command.arg(format!("--providers.http.endpoint=http://{}/traefik", world.stage.provider));
    command.args(["--api.insecure=true", "--global.checkNewVersion=false"]);
    let mut traefik = Companion::start(&command, &world.stage.folder().join("without-plugin.log"))?;
    let told = wait_for("the complaint about the plugin", SOON, || {
        traefik.check_alive()?;
        let told = asked(ports[1])?;
        ensure!(told.contains("Traefik refuses smsvc"), "{told}");
        Ok(told)
    })?;
    ensure!(told.contains("experimental.localPlugins.smsvc.moduleName: smsvc"), "the way out is not named");
    Ok(())
}

fn the_addresses_are_those_of_the_engine(world: &World) -> Result<()> {
    let ground = world.ground("map");
    let network = ground.network("10.251.9.0/28")?;
    ground.create("web", &["--network", &network, "--replicas", "2", "--endpoint-mode", "vip"])?;
    ground.wait_running("web", 2)?;
    let inspected = ground.inspect("web")?;
    let vip = inspected["Endpoint"]["VirtualIPs"][0]["Addr"].as_str().context("no virtual IP")?;
    let vip = vip.split('/').next().unwrap_or_default();

    let budget = world.docker().json(&["smsvc", "budget", &network, "--format", "json"])?;
    let addresses = budget[0]["addresses"].as_array().context("no map")?;
    let of_kind = |kind: &str| -> Vec<&str> {
        let of_kind = addresses.iter().filter(|entry| entry["kind"] == kind);
        of_kind.filter_map(|entry| entry["address"].as_str()).collect()
    };
    assert_eq!(of_kind("vip"), [vip]);
    assert_eq!(of_kind("task").len(), 2, "{addresses:?}");

    let drawn = world.docker().run(&["smsvc", "budget", &network])?;
    let row = drawn.lines().find(|line| line.starts_with("10.251.9.0 ")).context("no map is drawn")?;
    let count = |sign: char| row.chars().filter(|it| *it == sign).count();
    assert_eq!((count('G'), count('V'), count('T'), count('-')), (1, 1, 2, 2), "{drawn}");

    let explained = world.docker().json(&["smsvc", "explain", &ground.service("web"), "--format", "json"])?;
    assert_eq!(explained["endpointMode"], "vip");
    assert_eq!(explained["holds"][0]["vips"][0].as_str(), Some(vip), "{explained}");
    assert_eq!(explained["holds"][0]["tasks"].as_array().map(Vec::len), Some(2), "{explained}");
    Ok(())
}
