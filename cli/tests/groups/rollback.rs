//! `docker smsvc rollback` to a spec whose routes belong to somebody else by now.

use crate::stage::Stage;

/// A group whose oldest service has the fallback, and `orders`, which has given up a route.
fn orders(stage: &Stage, way: &str) {
    let first = ["--group", "shop", "--port", "80", "--route", "GET /first", "--publish-via", way];
    stage.create("first", &first);
    let options = [
        "--group",
        "shop",
        "--port",
        "80",
        "--route",
        "GET /orders name=orders",
        "--route",
        "GET /mine name=mine",
        "--publish-via",
        way,
    ];
    stage.create("orders", &options);
    stage.succeed(&["update", "--detach", "--route-rm", "mine", "orders"]);
}

#[test]
fn routes_that_another_service_took_meanwhile_refuse_the_rollback_before_anything_changes() {
    for way in ["provider", "labels"] {
        let stage = Stage::new();
        orders(&stage, way);
        stage.create("mine", &["--group", "shop", "--port", "80", "--route", "GET /mine name=own"]);
        for line in [&["rollback", "orders"][..], &["update", "--rollback", "orders"]] {
            let said = stage.refused(line);
            assert!(
                said.starts_with(
                    "E202: service orders (smsvc.route.mine.path) and service mine (smsvc.route.own.path)"
                ),
                "{said}"
            );
        }
        stage.succeed(&["rm", "--detach", "mine"]);
        stage.succeed(&["rollback", "--detach", "orders"]);
        assert_eq!(stage.label("orders", "smsvc.route.mine.path").as_deref(), Some("/mine"));
        assert_eq!(stage.lint(), [""; 0]);
    }
}

#[test]
fn a_way_back_that_labels_cannot_say_is_refused_before_anything_changes() {
    let stage = Stage::new();
    orders(&stage, "labels");
    // Beside `GET /mine` of the old spec, only media types would tell this one apart.
    let options = ["--group", "shop", "--port", "80", "--route", "GET /mine name=own produces=text/html"];
    stage.create("mine", &options);
    let said = stage.refused(&["rollback", "orders"]);
    assert!(said.starts_with("E205: ") && said.contains("service mine (smsvc.route.own)"), "{said}");
}

#[test]
fn a_rollback_to_a_router_of_another_service_is_refused_before_anything_changes() {
    let stage = Stage::new();
    let router =
        ["traefik.http.routers.web.rule=Path(`/a`)", "traefik.http.services.web.loadbalancer.server.port=80"];
    stage.create("one", &["--label", router[0], "--label", router[1]]);
    stage.succeed(&[
        "update",
        "--detach",
        "--label-rm",
        "traefik.http.routers.web.rule",
        "--label-rm",
        "traefik.http.services.web.loadbalancer.server.port",
        "one",
    ]);
    stage.create("two", &["--label", "traefik.http.routers.web.rule=Path(`/b`)", "--label", router[1]]);
    let said = stage.refused(&["rollback", "one"]);
    assert!(said.starts_with("E416: services two and one define the router web differently"), "{said}");
}
