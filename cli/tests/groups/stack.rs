//! `docker smsvc check -f` of a stack whose services are in a group that labels publish.

use std::fs;

use crate::stage::Stage;

/// What is wrong with a stack of one service with these labels, and where.
fn checked(stage: &Stage, labels: &[&str]) -> (i32, String) {
    let file = stage.home.path().join("stack.yml");
    let labels: Vec<String> = labels.iter().map(|label| format!("        - {label}\n")).collect();
    let labels = labels.concat();
    let text = format!(
        "services:\n  web:\n    image: example/img:1\n    networks: [front]\n    deploy:\n      endpoint_mode: dnsrr\n      labels:\n{labels}\
         networks:\n  front: {{external: true}}\n"
    );
    fs::write(&file, text).unwrap();
    let said = stage.smsvc(&["check", "--stack", "shop", "-f", &file.display().to_string()]);
    (said.status, said.out.replace(&format!("{}/", stage.home.path().display()), ""))
}

fn labelled() -> Stage {
    let stage = Stage::new();
    stage.create(
        "pets",
        &["--group", "g", "--port", "80", "--route", "GET /pets name=list", "--publish-via", "labels"],
    );
    stage
}

#[test]
fn a_route_that_labels_cannot_tell_from_one_of_the_swarm_is_told_at_its_line() {
    let stage = labelled();
    let labels = [
        "smsvc.group=g",
        "smsvc.port=80",
        "smsvc.route.html.path=/pets",
        "smsvc.route.html.produces=text/html",
    ];
    let (status, out) = checked(&stage, &labels);
    assert_eq!(status, 4, "{out}");
    assert!(
        out.contains("stack.yml:10: E205: service shop_web (smsvc.route.html) has consumes or produces"),
        "{out}"
    );
    let (status, out) = checked(&stage, &[labels[0], labels[1], labels[2].replace("/pets", "/x").as_str()]);
    assert_eq!(status, 0, "{out}");
}

#[test]
fn a_label_where_smsvc_would_write_one_is_told_at_its_line() {
    let stage = labelled();
    let own = "traefik.http.routers.smsvc-shop_web.priority=1";
    let (status, out) = checked(&stage, &["smsvc.group=g", "smsvc.port=80", own, "smsvc.route.a.path=/a"]);
    assert_eq!(status, 4, "{out}");
    assert!(
        out.contains(
            "stack.yml:10: E204: service shop_web has the label traefik.http.routers.smsvc-shop_web.priority"
        ),
        "{out}"
    );
}

#[test]
fn a_router_of_smsvcs_name_outside_of_any_group_is_told_at_its_line() {
    let stage = labelled();
    let router = [
        "traefik.http.routers.smsvc-pets.rule=Path(`/`)",
        "traefik.http.services.x.loadbalancer.server.port=80",
    ];
    let (status, out) = checked(&stage, &router);
    assert_eq!(status, 4, "{out}");
    assert!(
        out.contains("stack.yml:8: E204: service shop_web, label traefik.http.routers.smsvc-pets.*"),
        "{out}"
    );
}
