//! `docker smsvc create`: the endpoint mode it decides, and the spec it writes.

use anyhow::Result;
use serde_json::Value;

use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[
    (
        "the_endpoint_mode_is_decided_and_its_reason_is_told",
        the_endpoint_mode_is_decided_and_its_reason_is_told,
    ),
    ("an_endpoint_mode_that_cannot_work_is_refused", an_endpoint_mode_that_cannot_work_is_refused),
    ("the_spec_is_the_one_that_docker_writes", the_spec_is_the_one_that_docker_writes),
    ("a_dry_run_changes_nothing", a_dry_run_changes_nothing),
    ("create_prints_the_id_and_waits_for_the_tasks", create_prints_the_id_and_waits_for_the_tasks),
];

/// Options, the mode that must follow, and a word that its reason must have.
const MODES: [(&str, &[&str], &str, &str); 7] = [
    ("one-task", &["--replicas", "1"], "dnsrr", "one task"),
    ("two-tasks", &["--replicas", "2"], "vip", "several tasks"),
    ("ingress-port", &["--replicas", "1", "--publish", "8080"], "vip", "ingress"),
    ("host-port", &["--replicas", "1", "--publish", "mode=host,target=8080"], "dnsrr", "one task"),
    (
        "in-a-group",
        &[
            "--replicas",
            "2",
            "--group",
            "modes",
            "--port",
            "8080",
            "--host",
            "modes.example.com",
            "--route",
            "GET /",
        ],
        "dnsrr",
        "group",
    ),
    ("asked-for-vip", &["--replicas", "1", "--endpoint-mode", "VIP"], "vip", ""),
    ("asked-for-dnsrr", &["--replicas", "2", "--endpoint-mode", "dnsrr"], "dnsrr", ""),
];

fn the_endpoint_mode_is_decided_and_its_reason_is_told(world: &World) -> Result<()> {
    let ground = world.ground("mode");
    let network = ground.network("10.251.16.0/26")?;
    for (short, options, mode, reason) in MODES {
        let told = ground.create(short, &[&["--network", &network], options].concat())?;
        assert_eq!(ground.endpoint_mode(short)?, mode, "{short}");
        let line = told.lines().find(|line| line.contains("endpoint mode")).unwrap_or_default();
        assert!(line.contains(mode) && line.contains(reason), "{short}: {told}");
    }
    Ok(())
}

fn an_endpoint_mode_that_cannot_work_is_refused(world: &World) -> Result<()> {
    let ground = world.ground("no-mode");
    for (short, options) in
        [("ingress", ["--publish", "8080"]), ("lbswarm", ["--label", "traefik.swarm.lbswarm=true"])]
    {
        let options =
            [&["--network", &world.stage.network, "--endpoint-mode", "dnsrr"], &options[..]].concat();
        let outcome = ground.try_create(short, &options)?;
        assert_eq!((outcome.status, outcome.stdout.as_str()), (4, ""), "{}", outcome.stderr);
        assert!(!ground.exists(short)?);
    }
    Ok(())
}

/// Everything that the everyday flags can say, in one service, once by docker and once by us. Nothing may
/// differ but the name, so nothing is lost and nothing is made up.
fn the_spec_is_the_one_that_docker_writes(world: &World) -> Result<()> {
    let ground = world.ground("spec");
    let options = [
        "--network",
        &world.stage.network,
        "--replicas",
        "0",
        "--endpoint-mode",
        "vip",
        "--env",
        "A=1",
        "-e",
        "EMPTY=",
        "--label",
        "com.example.a=b=c",
        "-l",
        "flag",
        "--publish",
        "published=18081,target=80,mode=host,protocol=udp",
        "-p",
        "18082:81/tcp",
        "--mount",
        "type=volume,source=data,target=/data,readonly,volume-label=a=b",
        "--mount",
        "type=tmpfs,destination=/scratch,tmpfs-size=65536",
        "--constraint",
        "node.role==manager",
        "--limit-memory",
        "64m",
        "--reserve-memory",
        "16m",
        "--limit-cpu",
        "0.5",
    ];
    // One after the other, because both want the same port.
    let spec = |short: &str| -> Result<Value> {
        let mut spec = ground.inspect(short)?["Spec"].take();
        spec["Name"] = Value::Null;
        ground.remove(short)?;
        Ok(spec)
    };
    ground.create("ours", &options)?;
    let ours = spec("ours")?;
    ground.create_plainly("docker", &options)?;
    let docker = spec("docker")?;
    assert_eq!(ours, docker, "ours: {ours:#}\ndocker's: {docker:#}");
    Ok(())
}

fn a_dry_run_changes_nothing(world: &World) -> Result<()> {
    let ground = world.ground("dry");
    let outcome =
        ground.try_create("run", &["--network", &world.stage.network, "--replicas", "2", "--dry-run"])?;
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(
        outcome.stdout.contains(&ground.service("run")),
        "the plan does not name the service: {}",
        outcome.stdout
    );
    assert!(!ground.exists("run")?);
    Ok(())
}

fn create_prints_the_id_and_waits_for_the_tasks(world: &World) -> Result<()> {
    let ground = world.ground("wait");
    let name = ground.service("s");
    let mut args = vec![
        "smsvc",
        "create",
        "--no-resolve-image",
        "--quiet",
        "--name",
        &name,
        "--network",
        &world.stage.network,
    ];
    args.extend(world.stage.marks());
    args.push(&world.stage.backend);
    let id = world.docker().run(&args)?;
    assert_eq!(ground.inspect("s")?["ID"], id.as_str());
    assert_eq!(ground.states("s")?, ["running"]);
    Ok(())
}
