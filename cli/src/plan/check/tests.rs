//! Whole stacks against whole swarms.

use std::collections::BTreeMap;

use super::*;
use crate::observe::Swarm;
use crate::stack::{StackFile, load};

fn check_text(text: &str, world: &World) -> Checked {
    let files = [StackFile { name: "stack.yml".to_owned(), text: text.to_owned() }];
    let loaded = load(&files, &BTreeMap::new());
    let stack = loaded.stack.unwrap_or_else(|| panic!("{:?}", loaded.findings));
    check(&stack, "shop", false, world)
}

fn told(text: &str, world: &World) -> Vec<String> {
    check_text(text, world).findings.iter().map(ToString::to_string).collect()
}

fn live(swarm: Swarm) -> World {
    World::live(swarm, &serde_json::json!({ "Swarm": { "Cluster": { "SubnetSize": 26 } } }))
}

fn steady(checked: &Checked) -> Vec<(String, u64, u64)> {
    let networks = checked.networks.iter();
    networks
        .map(|(network, outlook)| (network.name.clone(), outlook.steady.get(), outlook.left().get()))
        .collect()
}

#[test]
fn names_are_those_of_the_stack_and_the_default_network_is_implied() {
    let text = "
services:
  web: {image: x, deploy: {replicas: 2}, ports: ['80:80']}
  db: {image: x, networks: [back, default]}
networks:
  back: {name: backend}
";
    let world = World::described(1);
    let checked = check_text(text, &world);
    assert!(checked.findings.is_empty(), "{:?}", checked.findings);
    let names: Vec<&str> = checked.services.iter().map(|service| service.name.as_str()).collect();
    assert_eq!(names, ["shop_db", "shop_web"]);
    assert_eq!(
        steady(&checked),
        [
            ("backend".to_owned(), 3, 250),
            // Two virtual IPs, three tasks, one node.
            ("shop_default".to_owned(), 6, 247),
            ("ingress".to_owned(), 4, 249),
        ]
    );
}

#[test]
fn the_size_of_a_new_network_is_the_swarms() {
    let swarm = Swarm::sample();
    let checked = check_text("services: {web: {image: x}}", &live(swarm));
    assert_eq!(checked.networks[0].0.origin, Origin::Assumed(26));
    assert_eq!(checked.networks[0].1.usable().get(), 61);
}

#[test]
fn what_does_not_fit_is_told_where_the_network_is_declared_with_a_way_out() {
    let text = "
services:
  web:
    image: x
    networks: [front]
    deploy: {replicas: 4}
networks:
  front:
    ipam: {config: [{subnet: 10.1.0.0/29}]}
";
    let checked = check_text(text, &World::described(1));
    assert_eq!(
        checked.findings[0].to_string(),
        "stack.yml:8: E303: network shop_front (10.1.0.0/29) has 5 addresses and would need 6, 1 too few (0 taken now)"
    );
    assert_eq!(checked.findings[0].hint.as_deref(), Some("a subnet of /28 would hold it, updates included"));
    assert_eq!(outcome(&checked.findings, false), Outcome::Budget);
    let one = text.replace("replicas: 4", "replicas: 1").replace("/29", "/30");
    let finding = &check_text(&one, &World::described(1)).findings[0];
    assert_eq!(finding.hint.as_deref(), Some("a subnet of /29 would hold it, updates included"));
}

#[test]
fn a_redeployment_counts_the_change() {
    let mut swarm = Swarm::sample().with_network("shop_front", "10.1.0.0/28").with_service(
        "shop_web",
        "vip",
        8,
        "shop_front",
        &[(NAMESPACE, "shop")],
    );
    let text = "
services: {web: {image: x, networks: [front], deploy: {replicas: 9}}}
networks: {front: {}}
";
    // One virtual IP, nine tasks, one node, and one more in the update.
    let again = check_text(text, &live(swarm.clone()));
    assert_eq!(steady(&again), [("shop_front".to_owned(), 11, 2)]);
    assert_eq!(again.networks[0].1.deploying.get(), 12);
    assert!(again.findings.is_empty(), "{:?}", again.findings);
    swarm = swarm.with_service("other", "vip", 1, "shop_front", &[]);
    let full =
        told(&text.replace("replicas: 9", "replicas: 9, update_config: {order: start-first}"), &live(swarm));
    assert_eq!(full.len(), 1, "{full:?}");
    assert!(full[0].contains("start-first update of service shop_web would never end"), "{full:?}");
}

#[test]
fn endpoint_modes_that_cannot_work_are_refused_at_their_line() {
    let text = "
services:
  a:
    image: x
    ports: ['80:80']
    deploy:
      endpoint_mode: dnsrr
  b:
    image: x
    deploy:
      endpoint_mode: dnsrr
      labels: {traefik.swarm.lbswarm: 'true'}
  c: {image: x, ports: [{target: 80, published: 81, mode: host}], deploy: {endpoint_mode: dnsrr}}
";
    let told = told(text, &World::described(1));
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("stack.yml:7: E301: service shop_a"), "{told:?}");
    assert!(told[1].starts_with("stack.yml:12: E304: service shop_b"), "{told:?}");
}

#[test]
fn what_traefik_would_drop_or_misunderstand_is_told_at_its_label() {
    let text = "
services:
  shop:
    image: x
    networks: [front, back]
    deploy:
      endpoint_mode: dnsrr
      labels:
        traefik.http.routers.web.rule: Host(`a`)
        traefik.http.services.shop.loadbalancer.server.port: '80'
  api:
    image: x
    networks: [front]
    deploy:
      labels:
        - smsvc.group=g
        - smsvc.port=80
        - smsvc.route.a.path=/a
        - smsvc.route.b.path=/b
networks: {front: {}, back: {}}
";
    let others = [
        ("traefik.http.routers.web.rule", "Host(`b`)"),
        ("traefik.http.services.x.loadbalancer.server.port", "1"),
    ];
    let swarm = Swarm::sample()
        .with_network("old", "10.1.0.0/24")
        .with_service("old", "dnsrr", 1, "old", &others)
        .with_service("wrong", "dnsrr", 1, "old", &[("traefik.http.router.x.rule", "")])
        .with_service(
            "rival",
            "dnsrr",
            1,
            "old",
            &[("smsvc.group", "g"), ("smsvc.port", "80"), ("smsvc.route.c.path", "/b")],
        );
    let told = told(text, &live(swarm));
    let begins = [
        "stack.yml:9: E416: services old and shop_shop define the router web differently",
        "stack.yml:19: E202: ",
        "stack.yml:3: warning: W412: service shop_shop is on the networks",
        "stack.yml:11: warning: W406: service shop_api has a virtual IP",
    ];
    assert_eq!(told.len(), begins.len(), "what is wrong without the stack is not told: {told:#?}");
    for begin in begins {
        assert!(told.iter().any(|told| told.starts_with(begin)), "{begin}: {told:#?}");
    }
}

#[test]
fn external_networks_have_to_be_there() {
    let text = "
services: {a: {image: x, networks: [proxy]}}
networks: {proxy: {external: true}}
";
    let gone = told(text, &live(Swarm::sample()));
    assert_eq!(gone, ["stack.yml:3: E321: external network proxy is not in the swarm"]);
    let size: NetworkSize = "proxy=10.9.0.0/28,used=8,nodes=1".parse().unwrap();
    let offline = check_text(text, &World::described(5).with(&size));
    assert_eq!(steady(&offline), [("proxy".to_owned(), 11, 2)]);
    let told = told(text, &World::described(5));
    assert_eq!(told, ["stack.yml:3: E321: nothing is known of external network proxy"]);
}

#[test]
fn overlapping_subnets_are_never_allocated() {
    let text = "
services: {a: {image: x, networks: [one, two]}}
networks:
  one: {ipam: {config: [{subnet: 10.1.0.0/24}]}}
  two: {ipam: {config: [{subnet: 10.1.0.128/25}]}}
";
    let told = told(text, &live(Swarm::sample().with_network("old", "10.1.0.0/16")));
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told.iter().all(|line| line.contains("E323")), "{told:?}");
}

#[test]
fn ports_and_labels_are_held_against_the_stack_and_the_swarm() {
    let group = "smsvc.group: pets, smsvc.port: '80', smsvc.route.list.path: /pets";
    let text = format!(
        "
services:
  a:
    image: x
    networks: [front]
    ports: ['80:80', {{target: 1, published: 90, mode: host}}]
    deploy: {{labels: {{{group}}}}}
  b:
    image: x
    networks: [front]
    ports: ['80:81', '90:1']
    deploy:
      labels:
        smsvc.group: pets
        smsvc.port: '80'
        smsvc.route.list.path: /pets
        smsvc.nonsense: x
  c: {{image: x, networks: [front], deploy: {{labels: {{{group}}}}}}}
networks: {{front: {{}}}}
"
    );
    let told = told(&text, &World::described(1));
    let has = |words: &str| told.iter().any(|line| line.contains(words));
    assert!(
        has("stack.yml:11: E322: service shop_b: port 80/tcp is published by service shop_a already"),
        "{told:#?}"
    );
    assert!(has("stack.yml:11: E322: service shop_b: port 90/tcp"), "{told:#?}");
    assert!(has("stack.yml:17: E101"), "{told:#?}");
    assert!(has("stack.yml:18: E202: service shop_a"), "{told:#?}");
}

#[test]
fn strict_makes_warnings_count() {
    let budget = [Finding::warning("W321", "x")];
    let other = [Finding::warning("W321", "x"), Finding::warning("W323", "x")];
    assert_eq!(outcome(&budget, false), Outcome::Fits);
    assert_eq!(outcome(&budget, true), Outcome::Budget);
    assert_eq!(outcome(&other, true), Outcome::Declaration);
    assert_eq!(outcome(&[], true), Outcome::Fits);
}

#[test]
fn labels_that_a_deployment_would_take_away_are_told() {
    let stack = "
services:
  pets:
    image: x
    networks: [front]
    deploy:
      endpoint_mode: dnsrr
      labels: {smsvc.group: g, smsvc.port: '80', smsvc.route.a.path: /a}
networks: {front: {external: true}}
";
    let labels = [
        ("com.docker.stack.namespace", "shop"),
        ("smsvc.group", "g"),
        ("smsvc.port", "80"),
        ("smsvc.route.a.path", "/a"),
    ];
    let with = |more: &[(&str, &str)]| {
        let labels: Vec<(&str, &str)> = labels.iter().chain(more).copied().collect();
        let swarm = Swarm::sample().with_network("front", "10.1.0.0/24");
        live(swarm.with_service("shop_pets", "dnsrr", 1, "front", &labels))
    };
    assert_eq!(told(stack, &with(&[])), [""; 0]);
    let found = told(stack, &with(&[("smsvc.compiled", "sha256:00"), ("traefik.enable", "true")]));
    assert!(found.len() == 1 && found[0].contains("W405"), "{found:?}");
    assert!(found[0].contains("stack deploy takes away"), "{found:?}");
}
