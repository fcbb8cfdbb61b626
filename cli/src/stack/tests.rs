//! Whole files, as Docker reads them.

use super::*;
use crate::service::{Protocol, PublishMode, PublishedPort};

fn loaded(texts: &[&str]) -> Loaded {
    let files: Vec<StackFile> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| StackFile { name: format!("{index}.yml"), text: (*text).to_owned() })
        .collect();
    let variables = [("N", "4"), ("TAG", "v1")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    load(&files, &BTreeMap::from(variables))
}

fn stack(texts: &[&str]) -> Stack {
    let loaded = loaded(texts);
    loaded.stack.unwrap_or_else(|| panic!("{:?}", loaded.findings))
}

fn refusals(text: &str) -> Vec<String> {
    loaded(&[text]).findings.iter().map(ToString::to_string).collect()
}

const WEB: &str = "
x-common: &common
  deploy: &deploy
    labels: {a: '1', b: yes}
    replicas: ${N:-3}
services:
  web:
    <<: *common
    image: nginx:${TAG-x}
    ports: ['80:80', 443, {target: 1, published: 2, mode: host}]
    networks: [front]
    deploy:
      <<: *deploy
      endpoint_mode: DNSRR
      placement: {constraints: [node.role==manager]}
networks:
  front: {ipam: {config: [{subnet: 10.1.0.0/24}]}}
  ext: {external: true, name: proxy}
  old: {external: {name: older}}
";

#[test]
fn a_file_is_read_as_docker_reads_it() {
    let stack = stack(&[WEB]);
    let web = &stack.services["web"];
    assert_eq!(web.replicas.as_ref().map(|replicas| replicas.value), Some(4));
    assert_eq!(web.endpoint_mode.as_ref().map(|mode| mode.value.as_str()), Some("DNSRR"));
    assert_eq!(web.label_texts()["b"], "yes");
    assert_eq!(web.place, Place { file: "0.yml".to_owned(), line: 7 });
    let ports: Vec<_> = web.ports.iter().map(|port| (port.value.published, port.value.mode)).collect();
    assert_eq!(
        ports,
        [(Some(80), PublishMode::Ingress), (None, PublishMode::Ingress), (Some(2), PublishMode::Host)]
    );
    assert_eq!(stack.networks["front"].subnets[0].value, "10.1.0.0/24");
    let names: Vec<_> = ["ext", "old"].map(|name| stack.networks[name].name.as_deref()).into();
    assert_eq!(names, [Some("proxy"), Some("older")]);
    assert!(stack.networks["ext"].external && !stack.networks["front"].external);
}

#[test]
fn a_later_file_adds_to_lists_and_maps_and_overrides_values() {
    let later = "
services:
  web:
    image: other
    ports: ['80:80', '81:80']
    networks: {back: {aliases: [b]}, front: null}
    deploy:
      labels: ['a=2', c, 'd=x=y']
      replicas: 0
      update_config: {order: start-first}
      placement: {constraints: [node.labels.x==1]}
networks:
  front: {internal: true}
  back: {}
";
    let stack = stack(&[WEB, later]);
    let web = &stack.services["web"];
    let labels: Vec<_> = web.label_texts().into_iter().collect();
    let label = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(labels, [label("a", "2"), label("b", "yes"), label("c", ""), label("d", "x=y")]);
    assert_eq!(web.replicas.as_ref().map(|replicas| replicas.value), Some(0));
    assert_eq!(web.networks.keys().collect::<Vec<_>>(), ["back", "front"]);
    assert_eq!(web.constraints.len(), 2);
    assert_eq!(web.ports.len(), 4);
    assert!(stack.networks["front"].subnets.is_empty(), "the later network stands alone");
    assert_eq!(web.labels["a"].place, Place { file: "1.yml".to_owned(), line: 8 });
}

#[test]
fn what_docker_refuses_is_told_with_its_place() {
    for (text, expected) in [
        ("", "0.yml:1: E320: top-level object must be a mapping"),
        (
            "services:\n  a: {image: x, foo: 1}",
            "0.yml:2: E320: services.a Additional property foo is not allowed",
        ),
        (
            "services:\n  a:\n    image: ${X:?no x}",
            "0.yml:3: E320: invalid interpolation format for services.a.image: \"required variable X is missing a value: no x\"; you may need to escape any $ with another $",
        ),
        (
            "services: {a: {image: x, ports: ['$1']}}",
            "0.yml:1: E320: invalid interpolation format for services.a.ports.[]: \"$1\"; you may need to escape any $ with another $",
        ),
        ("version: '2'", "0.yml:1: E320: unsupported Compose file version: 2"),
        ("version: '3.99'", "0.yml:1: E320: unsupported Compose file version: 3.99"),
        (
            "services: {a: {image: x, mem_limit: 1}}",
            "0.yml:1: E320: a stack cannot have mem_limit: it belongs to an older format",
        ),
        (
            "services: {a: {image: x, deploy: {replicas: -1}}}",
            "0.yml:1: E320: services.a.deploy.replicas cannot be -1",
        ),
        (
            "services: {a: {image: x, ports: ['70000:80']}}",
            "0.yml:1: E320: services.a.ports.0: invalid hostPort: 70000",
        ),
        ("a: [", "0.yml:2: E320: not YAML: while parsing a node, did not find expected node content"),
    ] {
        let told = refusals(text);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0], expected);
        assert!(loaded(&[text]).stack.is_none());
    }
}

#[test]
fn files_of_two_versions_do_not_go_together() {
    let text = |version: &str| format!("{version}\nservices: {{}}");
    let found = loaded(&[&text("version: '3.7'"), &text("")]).findings;
    assert_eq!(found.len(), 1);
    assert!(loaded(&[&text("version: '3'"), &text("")]).findings.is_empty());
}

#[test]
fn what_a_stack_passes_over_is_a_warning() {
    let found = refusals("services:\n  a:\n    image: x\n    build: .\n    container_name: c\n");
    assert_eq!(
        found,
        [
            "0.yml:4: warning: W323: a stack passes over build of service a",
            "0.yml:5: warning: W323: a stack passes over container_name of service a"
        ]
    );
}

#[test]
fn an_address_before_a_port_is_dropped_as_docker_does() {
    let stack = stack(&["services: {a: {image: x, ports: ['127.0.0.1:80:81/udp']}}"]);
    assert_eq!(
        stack.services["a"].ports[0].value,
        PublishedPort {
            protocol: Protocol::Udp,
            target: 81,
            published: Some(80),
            mode: PublishMode::Ingress
        }
    );
}
