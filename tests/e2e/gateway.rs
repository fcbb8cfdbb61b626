//! `docker smsvc gateway`: Traefik and the provider as swarm services that one command makes, changes and removes.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use smsvc_tests::backend::LOSE;
use smsvc_tests::gateway::{Gateway, entry_point, import_traefik};
use smsvc_tests::http::Request;
use smsvc_tests::patience::wait_for;
use smsvc_tests::stage::free_port;
use smsvc_tests::steady::Load;

use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[
    ("a_gateway_is_made_changed_and_removed_without_a_trace", made_changed_and_removed),
    ("no_request_through_the_gateway_fails_while_tasks_are_replaced_and_scaled", no_request_fails),
    ("a_request_that_a_task_lost_is_sent_again_where_that_is_wanted_and_safe", lost_requests),
    ("a_gateway_that_cannot_be_is_refused_before_anything_is_made", refused),
];

/// How long a change may take to be seen through Traefik.
pub(crate) const ROUTED: Duration = Duration::from_mins(1);

/// A gateway of this name on the stage's engine.
pub(crate) fn gateway(world: &World, name: &str) -> Result<Gateway> {
    let image = format!("{}-{name}-traefik:latest", world.stage.name);
    import_traefik(world.docker(), &image, &world.binaries.traefik)?;
    let folder = world.stage.folder().join(name);
    Gateway::new(world.docker(), &folder, name, &image, &world.binaries.guest)
}

/// Where a gateway on the stage's engine can take requests.
pub(crate) fn web(world: &World) -> Result<SocketAddr> {
    Ok(SocketAddr::new(world.stage.traefik.web.ip(), free_port(IpAddr::from([127, 0, 0, 1]))?.port()))
}

/// The options of a gateway on the stage's network, which takes requests on a port of its node.
pub(crate) fn on_node<'o>(world: &'o World, point: &'o str) -> [&'o str; 7] {
    ["--network", &world.stage.network, "--local-image", "--entrypoint", point, "--publish-mode", "host"]
}

/// Waits until Traefik at this address answers with 200.
fn wait_for_answer(request: &Request, web: SocketAddr) -> Result<()> {
    wait_for("an answer through the gateway", ROUTED, || {
        let status = request.send(web)?.status;
        ensure!(status == 200, "{status}");
        Ok(())
    })
}

/// Removes the gateway, whatever became of the trial.
pub(crate) struct Down<'g>(pub(crate) &'g Gateway);

impl Drop for Down<'_> {
    fn drop(&mut self) {
        let _gone = self.0.call("down", &[]);
    }
}

fn made_changed_and_removed(world: &World) -> Result<()> {
    let gateway = gateway(world, "edge")?;
    let ground = world.ground("gateway");
    let (safe, web) = (web(world)?, web(world)?);
    let (point, safe_point) = (entry_point(web), format!("safe=:{},tls", safe.port()));
    let options = [&on_node(world, &point)[..], &["--entrypoint", &safe_point]].concat();
    let dry = gateway.up(&[&options[..], &["--dry-run"]].concat())?;
    ensure!(dry.contains("would create network edge-control") && gateway.objects()?.is_empty(), "{dry}");

    let _down = Down(&gateway);
    gateway.up(&options)?;
    ground.publish("s", "gateway", &["GET /g"])?;
    let answers = || {
        wait_for_answer(&Request::new("GET", &ground.host(), "/g"), web).with_context(|| {
            gateway.docker.run(&["service", "logs", "--raw", "edge-traefik"]).unwrap_or_default()
        })
    };
    answers()?;
    for (path, status) in [("/g", 200), ("/other", 404)] {
        let request = Request::new("GET", &ground.host(), path);
        for answer in [request.send(web)?, request.send_over_tls(safe)?] {
            ensure!(answer.status == status, "{path} is answered with {}", answer.status);
        }
    }

    // Nothing differs, so nothing happens.
    let tasks = (gateway.task("traefik")?, gateway.task("provider")?);
    let again = gateway.up(&options)?;
    ensure!(again.trim() == "the gateway edge is as it should be", "{again}");
    ensure!(tasks == (gateway.task("traefik")?, gateway.task("provider")?), "tasks were replaced");

    // Only what differs is changed.
    let changed = gateway.up(&[&options[..], &["--poll-interval", "700ms"]].concat())?;
    ensure!(changed.contains("updated service edge-traefik"), "{changed}");
    ensure!(!changed.contains("edge-provider") && tasks.1 == gateway.task("provider")?, "{changed}");
    answers()?;

    let options = [&options[..], &["--poll-interval", "700ms", "--provider-tls"]].concat();
    let changed = gateway.up(&options)?;
    ensure!(changed.contains("created secret edge-identity"), "{changed}");
    let again = gateway.up(&options)?;
    ensure!(again.trim() == "the gateway edge is as it should be", "{again}");
    ground.publish("late", "gateway", &["GET /late"])?;
    wait_for_answer(&Request::new("GET", &ground.host(), "/late"), web).context("a route over TLS")?;

    wait_for("a status in which Traefik has the routes", ROUTED, || {
        let status = gateway.call("status", &["--format", "json"])?;
        ensure!(status.status == 0, "{}{}", status.stdout, status.stderr);
        has_routes(&serde_json::from_str(&status.stdout)?)
    })?;
    let told = gateway.call("status", &[])?.stdout;
    ensure!(told.starts_with("gateway edge: well\n") && told.contains(": has it, for "), "{told}");
    rights(&gateway)?;

    let down = gateway.call("down", &[])?;
    ensure!(down.status == 0, "{}", down.stderr);
    ensure!(gateway.objects()?.is_empty(), "{}", gateway.objects()?);
    ensure!(ground.exists("s")?, "the services behind it stay");
    ensure!(gateway.call("down", &[])?.stderr.starts_with("E507: "), "there is nothing left to remove");
    image_is_left_to_others_only(world)
}

/// Whether a status tells that all is well, and that Traefik has the document that the swarm makes now.
fn has_routes(status: &serde_json::Value) -> Result<()> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let services = status["services"].as_array().context("no services")?;
    ensure!(status["well"] == true && services.len() == 2, "{status}");
    let versions: Vec<String> = services.iter().map(|service| text(&service["version"])).collect();
    ensure!(versions[0] == env!("CARGO_PKG_VERSION") && versions[1].starts_with("3."), "{versions:?}");
    ensure!(status["groups"].as_u64() >= Some(1), "{status}");
    let digest = text(&status["served"][0]["document"]["sha256"]);
    let same = !digest.is_empty() && text(&status["document"]["sha256"]).starts_with(&digest);
    ensure!(same, "Traefik has another document: {status}");
    Ok(())
}

/// Another trial may have a gateway of the same image at the same time.
fn image_is_left_to_others_only(world: &World) -> Result<()> {
    let docker = world.docker();
    for image in docker.run(&["image", "ls", "--quiet", "docker-smsvc"])?.lines() {
        wait_for("the image to be used or gone", ROUTED, || {
            let left = docker.run(&["image", "ls", "--quiet", "docker-smsvc"])?;
            let filter = format!("ancestor={image}");
            let users = docker.run(&["ps", "--all", "--quiet", "--filter", &filter])?;
            ensure!(!left.contains(image) || !users.is_empty(), "the image {image} is left");
            Ok(())
        })?;
    }
    Ok(())
}

/// With a backend that ends as soon as it is told to.
fn no_request_fails(world: &World) -> Result<()> {
    let gateway = gateway(world, "calm")?;
    let ground = world.ground("calm");
    let web = web(world)?;
    let point = entry_point(web);
    let _down = Down(&gateway);
    let network = &world.stage.network;
    gateway.up(&on_node(world, &point))?;
    let (service, host) = (ground.service("s"), ground.host());
    let options =
        ["--network", network, "--group", "calm", "--host", &host, "--port", "8080", "--replicas", "3"];
    ground.create("s", &[&options[..], &["--route", "GET /c"]].concat())?;
    ground.wait_running("s", 3)?;
    let request = Request::new("GET", &host, "/c");
    wait_for_answer(&request, web)?;

    let docker = world.docker();
    let load = Load::start(web, &request, 4, Duration::from_millis(10));
    for order in ["stop-first", "start-first"] {
        let update = ["service", "update", "--quiet", "--force", "--update-order", order, &service];
        docker.run(&update)?;
    }
    for tasks in ["5", "2"] {
        docker.run(&["service", "scale", &format!("{service}={tasks}")])?;
    }
    let calm = load.stop();
    ensure!(calm.failed == 0 && calm.sent > 100, "{calm:?}");

    // The same load notices what is to be noticed.
    let load = Load::start(web, &request, 1, Duration::from_millis(100));
    docker.run(&["service", "scale", &format!("{service}=0")])?;
    wait_for("a failed request", ROUTED, || {
        ensure!(request.send(web)?.status == 503);
        anyhow::Ok(())
    })?;
    std::thread::sleep(Duration::from_millis(300));
    ensure!(load.stop().failed > 0, "nothing was noticed");
    Ok(())
}

/// Each of two tasks loses the first request of a kind: the third try is answered.
fn lost_requests(world: &World) -> Result<()> {
    let gateway = gateway(world, "again")?;
    let ground = world.ground("again");
    let web = web(world)?;
    let point = entry_point(web);
    let _down = Down(&gateway);
    gateway.up(&[&on_node(world, &point)[..], &["--repeat", "2"]].concat())?;
    let host = ground.host();
    let options = ["--network", &world.stage.network, "--replicas", "2", "--group", "again", "--host", &host];
    let routes = ["--port", "8080", "--route", "GET,POST,PUT /l"];
    ground.create("s", &[&options[..], &routes].concat())?;
    ground.wait_running("s", 2)?;
    let stage = world.stage.traefik.web;
    for server in [web, stage] {
        wait_for_answer(&Request::new("GET", &host, "/l"), server)?;
    }
    for (server, method, body, status) in [
        (web, "GET", "", 200),
        (web, "PUT", "", 200),
        // A body has gone with the task, and a second order is no less than one.
        (web, "PUT", "pet", 502),
        (web, "POST", "pet", 502),
        (web, "POST", "", 502),
        // Nothing is sent again unless that is wanted.
        (stage, "GET", "", 502),
    ] {
        let key = format!("{method} {} {server}", body.len());
        let request = Request::new(method, &host, "/l").with("Content-Length", &body.len().to_string());
        let found = request.with(LOSE, &key).send_with(server, body)?.status;
        ensure!(
            found == status,
            "{method} with {body:?} to {server} is answered with {found}, not with {status}"
        );
    }
    // Bodies pass as they did.
    let body = "p".repeat(3 << 20);
    let request = Request::new("POST", &host, "/l").with("Content-Length", &body.len().to_string());
    let status = request.send_with(web, &body)?.status;
    ensure!(status == 200, "a body of 3 MiB is answered with {status}");
    wait_for("a status in which Traefik has the routes", ROUTED, || {
        let status = gateway.call("status", &["--format", "json"])?;
        has_routes(&serde_json::from_str(&status.stdout)?)
    })
}

/// Traefik has no way to Docker; the provider has the socket, and else as little as can be.
fn rights(gateway: &Gateway) -> Result<()> {
    let container = |service: &str| {
        let filter = format!("label=com.docker.swarm.service.name={}-{service}", gateway.name);
        let id = gateway.docker.run(&["ps", "--quiet", "--filter", &filter])?;
        gateway.docker.json(&["inspect", "--format", "{{json .}}", &id])
    };
    let traefik = container("traefik")?;
    ensure!(!traefik["Mounts"].to_string().contains("docker.sock"), "{}", traefik["Mounts"]);
    let provider = container("provider")?;
    let (config, host) = (&provider["Config"], &provider["HostConfig"]);
    ensure!(config["User"].as_str().is_some_and(|user| user.starts_with("65534:")), "{config}");
    ensure!(host["CapDrop"] == serde_json::json!(["ALL"]) && host["ReadonlyRootfs"] == true, "{host}");
    let networks = provider["NetworkSettings"]["Networks"].as_object().context("no networks")?;
    ensure!(networks.keys().eq(["edge-control"]), "{networks:?}");
    Ok(())
}

fn refused(world: &World) -> Result<()> {
    let gateway = gateway(world, "refused")?;
    let ground = world.ground("refused");
    let web = web(world)?;
    let point = entry_point(web);
    let _down = Down(&gateway);
    let options = on_node(world, &point);
    gateway.up(&options)?;
    ground.publish("s", "refused", &["GET /r"])?;
    let request = Request::new("GET", &ground.host(), "/r");
    wait_for_answer(&request, web)?;
    let before = (gateway.objects()?, gateway.task("traefik")?, gateway.task("provider")?);

    let small = world.ground("gateway-small");
    let network = small.network("10.94.7.0/29")?;
    // 5 addresses: the node's, and four tasks.
    small.create("full", &["--network", &network, "--replicas", "4", "--endpoint-mode", "dnsrr"])?;
    small.wait_running("full", 4)?;
    let names = small.service("names");
    let nowhere = Gateway { name: "nowhere".to_owned(), ..gateway.clone() };
    // What is there stays as it is, and what is not there is not begun.
    for gateway in [&gateway, &nowhere] {
        for (options, status, words) in [
            (vec!["--network", &network, "--local-image", "--publish-mode", "none"], 3, "E303: "),
            (vec!["--network", &names, "--local-image"], 1, "not found"),
            (
                vec!["--network", &network],
                1,
                "required flag(s) \"provider-image\" or \"local-image\" not set",
            ),
            (vec!["--network", &network, "--local-image", "--entrypoint", "web"], 125, "NAME=:PORT"),
            (vec!["--network", &network, "--local-image", "--sysctl", "a"], 125, "NAME=VALUE"),
            (vec!["--network", &network, "--local-image", "--token-secret", &names], 1, "E510: "),
        ] {
            let outcome = gateway.try_up(&options)?;
            if outcome.status != status || !outcome.stderr.contains(words) {
                bail!("{options:?}: {} {}", outcome.status, outcome.stderr);
            }
        }
    }
    let warned = nowhere.try_up(&[
        "--network",
        &network,
        "--local-image",
        "--publish-mode",
        "none",
        "--ip-budget",
        "warn",
        "--dry-run",
    ])?;
    ensure!(warned.status == 0 && warned.stderr.contains("warning: E303: "), "{}", warned.stderr);
    let without = Gateway { guest: "/nowhere.wasm".to_owned(), ..nowhere.clone() };
    let outcome = without.try_up(&["--network", &network, "--local-image"])?;
    ensure!(outcome.status == 1 && outcome.stderr.contains("/nowhere.wasm"), "{}", outcome.stderr);
    ensure!(nowhere.objects()?.is_empty(), "something was made: {}", nowhere.objects()?);
    dynamic_program_is_refused(world, &network)?;

    let after = (gateway.objects()?, gateway.task("traefik")?, gateway.task("provider")?);
    ensure!(before == after, "{before:?} has become {after:?}");
    let status = request.send(web)?.status;
    ensure!(status == 200, "the gateway that was there answers {status}");
    Ok(())
}

/// A program that needs a dynamic linker would not run alone.
fn dynamic_program_is_refused(world: &World, network: &str) -> Result<()> {
    let guest = world.binaries.guest.display().to_string();
    let command = ["smsvc", "gateway", "up", "--network", network, "--local-image", "--guest", &guest];
    let outcome = world.docker().call(&command)?;
    let is_static = world.binaries.plugin.display().to_string().contains("musl");
    ensure!(is_static || outcome.stderr.starts_with("E504: "), "{}", outcome.stderr);
    Ok(())
}
