//! Routes through Traefik: which service answers, with what, and that nobody can choose it but the plugin.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Result, ensure};
use smsvc_tests::backend::Seen;
use smsvc_tests::http::Request;
use smsvc_tests::patience::wait_for;

use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[
    (
        "three_services_of_one_group_answer_on_their_own_routes",
        three_services_of_one_group_answer_on_their_own_routes,
    ),
    ("a_client_cannot_choose_the_service", a_client_cannot_choose_the_service),
    ("a_task_that_is_not_well_gets_no_requests_where_traefik_asks_for_health", unwell_tasks_get_nothing),
];

fn three_services_of_one_group_answer_on_their_own_routes(world: &World) -> Result<()> {
    let ground = world.ground("three");
    let (pets, orders, files) = (ground.service("pets"), ground.service("orders"), ground.service("files"));
    ground.publish("pets", "three", &["GET,POST /pets", "GET /pets/{petId}"])?;
    ground.publish(
        "orders",
        "three",
        &["GET /pets/{petId}/orders rewrite.path=/orders/of/{petId}", "GET /pets/sold"],
    )?;
    ground.publish("files", "three", &["GET prefix=/files"])?;
    let get = |target: &str| Request::new("GET", &ground.host(), target);
    for (ready, service) in [("/pets", &pets), ("/pets/sold", &orders), ("/files/a", &files)] {
        let seen = Seen::of(&world.send_until(&get(ready), 200)?);
        assert_eq!(seen, Some(Seen { service: service.clone(), target: ready.to_owned() }));
    }

    for (target, service, sees) in [
        ("/pets?limit=2", &pets, "/pets?limit=2"),
        ("/pets/7", &pets, "/pets/7"),
        // A literal segment outranks a parameter, whoever declares it.
        ("/pets/sold", &orders, "/pets/sold"),
        ("/pets/7/orders?open", &orders, "/orders/of/7?open"),
        ("/files/a/b%20c", &files, "/files/a/b%20c"),
    ] {
        let seen = Seen::of(&world.send(&get(target))?);
        assert_eq!(seen, Some(Seen { service: service.clone(), target: sees.to_owned() }), "{target}");
    }

    let undeclared = world.send(&get("/users"))?;
    assert_eq!(
        (undeclared.status, undeclared.header("Content-Type")),
        (404, Some("application/problem+json"))
    );
    assert_eq!(undeclared.json()?["status"], 404);
    let method = world.send(&Request::new("DELETE", &ground.host(), "/pets"))?;
    assert_eq!((method.status, method.header("Content-Type")), (405, Some("application/problem+json")));
    assert_eq!(method.header("Allow"), Some("GET, HEAD, OPTIONS, POST"));
    Ok(())
}

/// The header that carries the plugin's choice to the child router.
const CHOICE: &str = "X-Smsvc-Service";

fn a_client_cannot_choose_the_service(world: &World) -> Result<()> {
    let ground = world.ground("forged");
    let (open, secret) = (ground.service("open"), ground.service("secret"));
    ground.publish("open", "forged", &["GET /open"])?;
    ground.publish("secret", "forged", &["GET /secret"])?;
    let get = |target: &str| Request::new("GET", &ground.host(), target);
    world.send_until(&get("/open"), 200)?;
    world.send_until(&get("/secret"), 200)?;

    let forged = |target: &str| get(target).with(CHOICE, &secret).with(&CHOICE.to_lowercase(), &secret);
    let response = world.send(&forged("/open"))?;
    assert_eq!(Seen::of(&response).map(|seen| seen.service), Some(open));
    assert!(
        !response.text().to_lowercase().contains(&CHOICE.to_lowercase()),
        "the backend saw it: {}",
        response.text()
    );
    for target in ["/", "/nowhere", "/open/x"] {
        assert_eq!(world.send(&forged(target))?.status, 404, "{target}");
    }
    Ok(())
}

/// How long Traefik may take to find out.
const FOUND_OUT: Duration = Duration::from_secs(30);

/// The first task of each service answers `/health1` with 503, and the second does not.
fn unwell_tasks_get_nothing(world: &World) -> Result<()> {
    let ground = world.ground("health");
    let create = |service: &str, labels: &[&str]| {
        let (host, route) = (ground.host(), format!("GET /{service}"));
        let group =
            ["--network", &world.stage.network, "--group", "health", "--host", &host, "--port", "8080"];
        let tasks = ["--replicas", "2", "--env", "BACKEND_UNWELL=/health{{.Task.Slot}}", "--route", &route];
        let labels: Vec<&str> = labels.iter().flat_map(|label| ["--label", label]).collect();
        ground.create(service, &[&group[..], &tasks, &labels].concat())
    };
    create("asked", &["smsvc.health.path=/health1", "smsvc.health.interval=2s"])?;
    create("unasked", &[])?;
    for service in ["asked", "unasked"] {
        ground.wait_running(service, 2)?;
    }
    for (service, tasks) in [("unasked", 2), ("asked", 1)] {
        wait_for(&format!("answers of {tasks} tasks of {service}"), FOUND_OUT, || {
            let mut answering = BTreeSet::new();
            for _ in 0..10 {
                let response = world.send(&Request::new("GET", &ground.host(), &format!("/{service}")))?;
                ensure!(response.status == 200, "{}", response.status);
                answering.insert(response.json()?["host"].to_string());
            }
            ensure!(answering.len() == tasks, "{answering:?}");
            anyhow::Ok(())
        })?;
    }
    Ok(())
}
