use serde_json::Value;

use super::*;
use crate::decide::{Decision, Request, Room, decide};
use crate::spec::Spec;
use crate::table::Table;

/// The routers of a group whose services are `name` and the JSON of their routes, as `name priority`; or what is wrong.
fn routers(settings: &str, services: &[(&str, &str)]) -> Result<Vec<String>, Vec<String>> {
    let labels = compiled(settings, services)?;
    let all = labels.values().flatten();
    Ok(all
        .filter_map(|(label, value)| {
            let name = label.strip_prefix("traefik.http.routers.")?.strip_suffix(".priority")?;
            Some(format!("{name} {value}"))
        })
        .collect())
}

fn compiled(settings: &str, services: &[(&str, &str)]) -> Result<Labels, Vec<String>> {
    let services = services
        .iter()
        .zip(0..)
        .map(|((name, routes), age)| format!(r#"{{"service":"{name}","age":{age},"routes":{{{routes}}}}}"#));
    let services = services.collect::<Vec<_>>().join(",");
    let text = format!(
        r#"{{"v":1,"groups":[{{"name":"g","hosts":["h"],"settings":{{{settings}}},"services":[{services}]}}]}}"#
    );
    let group = Spec::parse(&text).unwrap().groups.remove(0);
    let stated = [("smsvc.group", "g"), ("smsvc.health.path", "/h")];
    let stated = stated.map(|(label, value)| (label.to_owned(), value.to_owned())).into();
    let health = crate::labels::parse("a", "", &stated).unwrap().unwrap().health;
    let reach = Reach { port: 80, scheme: Scheme::H2c, health, network: Some("front".into()) };
    let reach = group.services.iter().map(|it| (it.service.clone(), reach.clone())).collect();
    let owner = &group.services[0].service;
    compile(&Labelled { group: &group, owner, reach: &reach, plugin: "smsvc" })
        .map_err(|wrong| wrong.iter().map(ToString::to_string).collect())
}

#[test]
fn services_that_are_in_nobodys_way_share_one_priority() {
    let found = routers("", &[("a", r#""x":{"path":"/x"}"#), ("b", r#""y":{"path":"/y"}"#)]);
    assert_eq!(
        found.unwrap(),
        ["smsvc-a 10", "smsvc-a~fallback 9", "smsvc-b 10"],
        "Host(`h`) has nine characters"
    );
}

#[test]
fn a_service_gets_a_second_router_only_where_each_goes_before_the_other() {
    let one = r#""x":{"path":"/{p}/b"},"y":{"path":"/q/r"}"#;
    let two = r#""z":{"path":"/a/{p}"}"#;
    assert_eq!(
        routers("", &[("a", one), ("b", two)]).unwrap(),
        ["smsvc-a 10", "smsvc-a~fallback 9", "smsvc-b 11"]
    );
    let both = r#""z":{"path":"/a/{p}"},"w":{"path":"/{p}/{q}"}"#;
    assert_eq!(
        routers("", &[("a", one), ("b", both)]).unwrap(),
        ["smsvc-a 11", "smsvc-a~fallback 9", "smsvc-b 12", "smsvc-b~tier~2 10"]
    );
}

#[test]
fn other_methods_of_one_path_need_no_order() {
    let found = routers(
        "",
        &[("a", r#""x":{"path":"/x","methods":"GET"}"#), ("b", r#""y":{"path":"/x","methods":"POST"}"#)],
    );
    assert_eq!(found.unwrap(), ["smsvc-a 10", "smsvc-a~fallback 9", "smsvc-b 10"]);
}

#[test]
fn a_route_that_traefik_counts_has_a_router_of_its_own() {
    let labels = compiled(
        r#""limit.body":"1KiB","tls":"true","entrypoints":"web,alt""#,
        &[("a", r#""x":{"path":"/x","limit.rate":"5/s"}"#)],
    );
    let labels = &labels.unwrap()[&ServiceName::parse("a").unwrap()];
    let label = |key: &str| labels.get(&format!("traefik.http.{key}")).map(String::as_str);
    assert_eq!(
        label("routers.smsvc-a~route~x.middlewares"),
        Some("smsvc-a,smsvc-a~route~x~rate,smsvc-a~strip,smsvc-a~body")
    );
    assert_eq!(label("middlewares.smsvc-a~route~x~rate.rateLimit.average"), Some("5"));
    assert_eq!(label("middlewares.smsvc-a~body.buffering.maxRequestBodyBytes"), Some("1024"));
    assert_eq!(label("middlewares.smsvc-a~strip.headers.customRequestHeaders.X-Smsvc-Service"), Some(""));
    assert_eq!(label("routers.smsvc-a~route~x.tls"), Some("true"));
    assert_eq!(label("routers.smsvc-a~fallback.entrypoints"), Some("alt,web"));
    assert_eq!(label("services.smsvc-a.loadbalancer.server.scheme"), Some("h2c"));
    let health = |field| label(&format!("services.smsvc-a.loadbalancer.healthcheck.{field}"));
    assert_eq!(["path", "interval", "timeout"].map(health), [Some("/h"), Some("5s"), Some("2s")]);
    assert_eq!(label("routers.smsvc-a.rule"), None, "there is nothing for it to take");
}

#[test]
fn a_plugin_knows_the_routes_of_its_service_and_the_fallbacks_all() {
    let labels = compiled("", &[("a", r#""x":{"path":"/x"}"#), ("b", r#""y":{"path":"/y"}"#)]).unwrap();
    let services = |service: &str, middleware: &str| -> Vec<String> {
        let label = format!("traefik.http.middlewares.{middleware}.plugin.smsvc.spec");
        let table = Table::open(labels[&ServiceName::parse(service).unwrap()][&label].as_bytes()).unwrap();
        let mut room = Room::default();
        let forwarded = ["/x", "/y"].into_iter().filter_map(|uri| {
            let request = Request { method: "GET", host: "h", uri, headers: &(), around: &() };
            match decide(&table, &request, &mut room) {
                Decision::Forward(forward) => Some(forward.router.to_owned()),
                Decision::Answer(_) => None,
            }
        });
        forwarded.collect()
    };
    assert_eq!(services("a", "smsvc-a"), ["a"]);
    assert_eq!(services("b", "smsvc-b"), ["b"]);
    assert_eq!(services("a", "smsvc-a~fallback"), ["a", "b"]);
}

#[test]
fn what_a_rule_cannot_say_is_refused_only_beside_another_service() {
    let here = |fields: &str, other: &str| {
        let one = format!(r#""x":{{"path":"/x/{{p}}",{fields}}}"#);
        routers(r#""version.by":"header""#, &[("a", &one), ("b", other)]).map_err(|wrong| wrong.len())
    };
    let beside = r#""y":{"path":"/x/{p}","methods":"PUT"}"#;
    for fields in [
        r#""query.q":"1""#,
        r#""version":"2""#,
        r#""consumes":"a/b""#,
        r#""produces":"a/b""#,
        r#""param.p":"len(1,3)""#,
    ] {
        assert_eq!(here(fields, beside), Err(1), "{fields}");
        assert!(here(fields, r#""y":{"path":"/y"}"#).is_ok(), "{fields}");
    }
    let wrong =
        routers(r#""slash":"ignore""#, &[("a", r#""x":{"path":"/x"}"#), ("b", r#""y":{"path":"/x/"}"#)]);
    assert_eq!(wrong.unwrap_err().len(), 2);
    let dotted = r#""x":{"path":"/x","response.header.set.a.b":"1"}"#;
    assert!(routers("", &[("a", dotted)]).unwrap_err()[0].contains("a.b"));
}

#[test]
fn a_router_of_its_own_is_another_service_to_the_rest() {
    let routes = r#""x":{"path":"/x","consumes":"a/b"},"y":{"path":"/x","limit.rate":"1/s"}"#;
    let wrong = routers("", &[("a", routes)]).unwrap_err();
    assert!(wrong[0].starts_with("service a (smsvc.route.x) has consumes or produces"), "{wrong:?}");
}

#[test]
fn groups_meet_where_a_host_and_a_base_are_shared() {
    let group = |hosts: &[&str], base: &str| {
        let hosts = Value::from(hosts.to_vec());
        let text =
            format!(r#"{{"v":1,"groups":[{{"name":"g","hosts":{hosts},"base":"{base}","services":[]}}]}}"#);
        Spec::parse(&text).unwrap().groups.remove(0)
    };
    let cases = [
        (&["a"][..], "/x", &["b"][..], "/x", false),
        (&["a"], "/x", &["a"], "/y", false),
        (&["a"], "/x", &["a"], "/x/y", true),
        (&["a"], "/x", &["a"], "/xy", false),
        (&[], "", &["a"], "/x", true),
        (&["b.a"], "", &["*.a"], "", true),
        (&["a"], "", &["*.a"], "", false),
        (&["*.b.a"], "", &["*.a"], "", true),
        (&["*.ba"], "", &["*.a"], "", false),
    ];
    for (hosts, base, others, other_base, expected) in cases {
        let (one, two) = (group(hosts, base), group(others, other_base));
        assert_eq!(
            (meet(&one, &two), meet(&two, &one)),
            (expected, expected),
            "{hosts:?}{base} {others:?}{other_base}"
        );
    }
}

#[test]
fn every_plugin_of_a_group_that_asks_for_tokens_checks_them() {
    let routes = r#""x":{"path":"/x","auth":"jwt"},"l":{"path":"/l","auth":"jwt","limit.rate":"5/s"}"#;
    let labels = compiled(r#""auth.secret-file":"/s""#, &[("a", routes), ("b", r#""y":{"path":"/y"}"#)]);
    let labels = labels.unwrap();
    let labels: BTreeMap<&String, &String> = labels.values().flatten().collect();
    let mut checked = 0;
    for (label, chain) in &labels {
        let Some(owner) = label.strip_suffix(".middlewares") else { continue };
        let plugin = chain.split(',').next().unwrap();
        let text = labels[&format!("traefik.http.middlewares.{plugin}.plugin.smsvc.spec")];
        let table = Table::open(text.as_bytes()).unwrap();
        for uri in ["/x", "/l"] {
            let request = Request { method: "GET", host: "h", uri, headers: &(), around: &() };
            match decide(&table, &request, &mut Room::default()) {
                Decision::Forward(forward) => panic!("{owner}: {forward:?}"),
                Decision::Answer(answer) => checked += usize::from(answer.status == 401),
            }
        }
    }
    assert_eq!(checked, 6, "two routers of the service, and the fallback");
}
