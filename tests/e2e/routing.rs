//! Routes through Traefik: which service answers, with what, and that nobody can choose it but the plugin.

use anyhow::Result;
use smsvc_tests::backend::Seen;
use smsvc_tests::http::Request;

use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[
    (
        "three_services_of_one_group_answer_on_their_own_routes",
        three_services_of_one_group_answer_on_their_own_routes,
    ),
    ("a_client_cannot_choose_the_service", a_client_cannot_choose_the_service),
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
