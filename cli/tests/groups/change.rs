//! What a service of an API group becomes where the line is not about the group itself.

use crate::stage::Stage;

const PETS: [&str; 8] =
    ["--group", "petstore", "--host", "api.example.com", "--port", "80", "--route", "GET /pets"];
/// The label by which Traefik learns where to find the tasks.
const NETWORK: &str = "traefik.swarm.network";

fn labelled() -> Stage {
    let stage = Stage::new();
    stage.create("pets", &[&PETS[..], &["--publish-via", "labels"]].concat());
    assert_eq!(stage.label("pets", NETWORK).as_deref(), Some("front"));
    stage
}

#[test]
fn compiled_labels_follow_the_service_to_another_network_in_the_same_update() {
    let stage = labelled();
    stage.succeed(&["update", "--detach", "--network-add", "back", "--network-rm", "front", "pets"]);
    assert_eq!(stage.label("pets", NETWORK).as_deref(), Some("back"));
    assert_eq!(stage.lint(), [""; 0]);
    assert!(
        !stage.succeed(&["sync", "petstore"]).err.contains("brought up to date"),
        "nothing is left for it"
    );
}

#[test]
fn a_network_more_leaves_traefik_on_the_one_that_it_was_told() {
    let stage = labelled();
    let said = stage.succeed(&["update", "--detach", "--network-add", "back", "pets"]);
    assert_eq!(stage.label("pets", NETWORK).as_deref(), Some("front"));
    // A provider could not know; the warning of it is the same before and after `sync`.
    assert!(said.err.contains("W412"), "{said:?}");
    stage.succeed(&["sync", "petstore"]);
    assert_eq!(stage.label("pets", NETWORK).as_deref(), Some("front"));
    // The one that it was told goes.
    stage.succeed(&["update", "--detach", "--network-rm", "front", "pets"]);
    assert_eq!(stage.label("pets", NETWORK).as_deref(), Some("back"));
    assert_eq!(stage.lint(), [""; 0]);
}

#[test]
fn no_service_leaves_the_network_on_which_its_group_is_reached() {
    for way in ["labels", "provider"] {
        let stage = Stage::new();
        let named = ["--label", "smsvc.network=front", "--publish-via", way];
        stage.create("pets", &[&PETS[..], &named].concat());
        let said = stage.refused(&["update", "--network-add", "back", "--network-rm", "front", "pets"]);
        assert!(said.contains("front"), "{said}");
        stage.create("orders", &["--group", "petstore", "--port", "80", "--route", "GET /orders"]);
        let said = stage.refused(&["update", "--network-rm", "front", "orders"]);
        assert!(said.contains("overlay network"), "{said}");
    }
}

#[test]
fn what_lint_would_find_afterwards_is_refused_or_told_beforehand() {
    let stage = labelled();
    let stray = "traefik.http.routers.smsvc-pets.rule=Path(`/`)";
    stage.create("blog", &["--label", "com.example.team=x"]);
    let said = stage.refused(&["update", "--label-add", stray, "blog"]);
    assert!(said.starts_with("E204: ") || said.contains("\nE204: "), "{said}");
    let said = stage.succeed(&["update", "--detach", "--endpoint-mode", "vip", "pets"]);
    assert!(said.err.contains("W406"), "{said:?}");
    // What was there before is nobody's fault.
    let said = stage.succeed(&["update", "--detach", "--label-add", "com.example.team=y", "pets"]);
    assert!(!said.err.contains("W406"), "{said:?}");
}

#[test]
fn the_routes_of_a_service_that_joins_a_group_are_told_under_the_base_of_the_group() {
    let stage = Stage::new();
    stage.create("pets", &[&PETS[..], &["--base", "/v2"]].concat());
    let said = stage.create("orders", &["--group", "petstore", "--port", "80", "--route", "GET /orders"]);
    assert!(said.err.contains("route get-orders: GET /v2/orders\n"), "{said:?}");
}
