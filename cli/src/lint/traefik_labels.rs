//! Labels for Traefik itself, as its Swarm provider reads them: what makes it drop a service, or understand another one
//! than was written. The places in Traefik's source are named by `docs/lint.md`.

use std::collections::BTreeSet;

use super::Subject;
use crate::finding::Finding;

/// What a router can have (Traefik 3.7, `pkg/config/dynamic/http_config.go`, `Router`, without `label:"-"`).
const ROUTER: [&str; 8] =
    ["entrypoints", "middlewares", "service", "rule", "rulesyntax", "priority", "tls", "observability"];

/// What a service can have by labels.
const SERVICE: [&str; 1] = ["loadbalancer"];

/// The longest list that keeps its order: Traefik sorts indexes as text.
const INDEXES: usize = 10;

/// E410, E411, E413, E415 and W414.
pub(super) fn findings(subject: &Subject) -> Vec<Finding> {
    let keys: Vec<(&str, String)> =
        subject.labels.keys().map(|label| (label.as_str(), label.to_ascii_lowercase())).collect();
    let mut found = Vec::new();
    let mut routed = false;
    for (label, key) in &keys {
        let parts: Vec<&str> = key.split('.').collect();
        match parts.as_slice() {
            ["traefik", "http", "routers", _, "parentrefs", ..] => found.push(
                Finding::error("E410", format!("service {}, label {label}: Traefik ignores it, and the router answers by itself, without what its parent would check", subject.name))
                    .of_label(&subject.name, *label)
                    .with_hint("routers with parents need the file or HTTP provider: docker smsvc provider, or docker smsvc gateway render"),
            ),
            ["traefik", "http", "routers", _, field, ..] if !ROUTER.contains(field) => found.push(unknown(subject, label, field)),
            ["traefik", "http", "services", _, field, ..] if !SERVICE.contains(&field.split('[').next().unwrap_or(field)) => {
                found.push(unknown(subject, label, field));
            }
            ["traefik", "http", field, ..] if !["routers", "services", "middlewares"].contains(field) => {
                found.push(unknown(subject, label, field));
            }
            _ => {}
        }
        routed |= key.starts_with("traefik.http.routers.");
        if key.starts_with("traefik.") && index(key).is_some_and(|index| index >= INDEXES) {
            found.push(
                Finding::warning("W414", format!("service {}, label {label}: Traefik sorts the indexes of a list as text, so that [10] comes before [2]", subject.name))
                    .of_label(&subject.name, *label)
                    .with_hint("write the list in one label with commas, or start at [10]"),
            );
        }
    }
    let first = |start: &str| {
        let found = keys.iter().find(|(_, key)| key.starts_with(start));
        found.map_or_else(|| start.to_owned(), |(label, _)| (*label).to_owned())
    };
    let enabled = subject.label("traefik.enable").is_none_or(|value| !value.eq_ignore_ascii_case("false"));
    let port = keys.iter().any(|(_, key)| {
        key.starts_with("traefik.http.services.")
            && [".loadbalancer.server.port", ".loadbalancer.server.url"].iter().any(|end| key.ends_with(end))
    });
    if routed && enabled && !port {
        found.push(
            Finding::error("E411", format!("service {} has traefik.http.routers labels and none for its port: Traefik drops the service, its middlewares too", subject.name))
                .of_label(&subject.name, first("traefik.http.routers."))
                .with_hint("add traefik.http.services.NAME.loadbalancer.server.port=PORT"),
        );
    }
    let providers: BTreeSet<&str> = keys
        .iter()
        .filter_map(|(_, key)| {
            ["docker", "swarm"].into_iter().find(|it| key.starts_with(&format!("traefik.{it}.")))
        })
        .collect();
    if providers.len() == 2 {
        found.push(
            Finding::error("E413", format!("service {} has labels traefik.docker.* and traefik.swarm.*: Traefik drops a service that has both", subject.name))
                .of_label(&subject.name, first("traefik.docker."))
                .with_hint("keep traefik.swarm.*"),
        );
    }
    found.into_iter().map(|finding| finding.of_service(&subject.name)).collect()
}

fn unknown(subject: &Subject, label: &str, field: &str) -> Finding {
    Finding::error(
        "E415",
        format!(
            "service {}, label {label}: Traefik knows no {field} there, and drops the whole service",
            subject.name
        ),
    )
    .of_label(&subject.name, label)
    .with_hint("correct the label or remove it")
}

/// The greatest index of a label.
fn index(key: &str) -> Option<usize> {
    let inner = key.split('[').skip(1).filter_map(|part| part.split_once(']'));
    inner.filter_map(|(index, _)| index.parse().ok()).max()
}

#[cfg(test)]
mod tests {
    use super::super::{codes, subject};

    const PORT: (&str, &str) = ("traefik.http.services.a.loadbalancer.server.port", "80");
    const RULE: (&str, &str) = ("traefik.http.routers.a.rule", "Host(`a`)");

    #[test]
    fn what_makes_traefik_drop_a_service_is_an_error() {
        assert_eq!(codes(&[subject("s", &[PORT, RULE])]), [""; 0]);
        assert_eq!(codes(&[subject("s", &[RULE])]), ["E411"]);
        assert_eq!(codes(&[subject("s", &[RULE, ("traefik.enable", "false")])]), [""; 0]);
        assert_eq!(codes(&[subject("s", &[PORT, RULE, ("traefik.http.routers.a.rules", "x")])]), ["E415"]);
        assert_eq!(codes(&[subject("s", &[PORT, ("traefik.http.router.a.rule", "x")])]), ["E415"]);
        assert_eq!(codes(&[subject("s", &[PORT, ("traefik.http.services.a.weighted", "x")])]), ["E415"]);
        let both = [("traefik.swarm.network", "front"), ("traefik.docker.lbswarm", "false")];
        assert_eq!(codes(&[subject("s", &both)]), ["E413"]);
    }

    #[test]
    fn parents_in_labels_are_an_open_door() {
        for label in ["traefik.http.routers.a.parentRefs", "traefik.http.routers.a.parentrefs[0]"] {
            assert!(codes(&[subject("s", &[PORT, RULE, (label, "p")])])[0].starts_with("E41"), "{label}");
        }
    }

    #[test]
    fn a_list_with_more_than_ten_elements_loses_its_order() {
        let label = "traefik.http.middlewares.m.plugin.p.list[10]";
        assert_eq!(codes(&[subject("s", &[(label, "x")])]), ["W414"]);
        assert_eq!(codes(&[subject("s", &[("traefik.http.middlewares.m.plugin.p.list[9]", "x")])]), [""; 0]);
    }
}
