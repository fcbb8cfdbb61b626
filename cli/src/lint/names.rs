//! Names of Traefik objects over all services. Two services that define one router or middleware differently delete it
//! for both, with a line in a log (Traefik 3.7, `pkg/provider/merge.go`).

use std::collections::{BTreeMap, BTreeSet};

use super::Subject;
use crate::finding::Finding;

/// What the names of everything that smsvc writes for Traefik start with.
const OURS: &str = "smsvc";
/// How many routers with a WASM plugin are still fine: each has a runtime of its own, rebuilt at every change.
const WASM_ROUTERS: usize = 20;

/// One object: its kind and name, and what each service says of it.
type Objects<'s> = BTreeMap<(String, String), Vec<(&'s Subject, BTreeMap<String, &'s str>)>>;

/// E204, E416 and W403.
pub(super) fn findings(subjects: &[Subject]) -> Vec<Finding> {
    let objects = objects(subjects);
    let mut found = Vec::new();
    for ((kind, name), definitions) in &objects {
        if kind != "routers" && kind != "middlewares" {
            continue;
        }
        found.extend(foreign(kind, name, definitions));
        let Some(((first, fields), others)) = definitions.split_first() else { continue };
        for (other, others_fields) in others {
            let services = kind == "routers" && !fields.contains_key("service") && first.name != other.name;
            if fields == others_fields && !services {
                continue;
            }
            let text = format!(
                "services {} and {} define the {} {name} differently (labels traefik.http.{kind}.{name}.*): Traefik deletes it for both",
                first.name,
                other.name,
                kind.trim_end_matches('s')
            );
            found.push(
                Finding::error("E416", text)
                    .of_service(&first.name)
                    .of_label(&other.name, defining(other, kind, name))
                    .of_label(&first.name, defining(first, kind, name))
                    .with_hint("give each a name of its own"),
            );
        }
    }
    found.extend(too_many(&objects));
    found
}

/// The routers, middlewares and services that labels define. A service that Traefik is told to pass over has none.
fn objects(subjects: &[Subject]) -> Objects<'_> {
    let mut objects = Objects::new();
    for subject in subjects {
        if subject.label("traefik.enable").is_some_and(|value| value.eq_ignore_ascii_case("false")) {
            continue;
        }
        let mut own: BTreeMap<(String, String), BTreeMap<String, &str>> = BTreeMap::new();
        for (label, value) in &subject.labels {
            let key = label.to_ascii_lowercase();
            let Some(rest) = key.strip_prefix("traefik.http.") else { continue };
            let mut parts = rest.splitn(3, '.');
            if let (Some(kind), Some(name)) = (parts.next(), parts.next()) {
                let field = parts.next().unwrap_or_default().to_owned();
                own.entry((kind.to_owned(), name.to_owned())).or_default().insert(field, value);
            }
        }
        for (object, fields) in own {
            objects.entry(object).or_default().push((subject, fields));
        }
    }
    objects
}

/// A name of ours on a service that smsvc did not write labels for.
fn foreign(kind: &str, name: &str, definitions: &[(&Subject, BTreeMap<String, &str>)]) -> Vec<Finding> {
    let ours = name == OURS || name.starts_with(&format!("{OURS}-"));
    let foreign = definitions.iter().filter(|(subject, _)| ours && subject.label("smsvc.group").is_none());
    foreign
        .map(|(subject, _)| {
            let text = format!(
                "service {}, label traefik.http.{kind}.{name}.*: names that start with {OURS} are those of smsvc's own routers, and Traefik deletes what has one name twice",
                subject.name
            );
            Finding::error("E204", text)
                .of_service(&subject.name)
                .of_label(&subject.name, defining(subject, kind, name))
                .with_hint("choose another name")
        })
        .collect()
}

/// The first label by which a service defines an object.
fn defining(subject: &Subject, kind: &str, name: &str) -> String {
    let start = format!("traefik.http.{kind}.{name}.");
    let mut labels = subject.labels.keys();
    labels.find(|label| label.to_ascii_lowercase().starts_with(&start)).cloned().unwrap_or(start)
}

/// Routers with a WASM plugin: all that name a middleware which has a plugin.
fn too_many(objects: &Objects<'_>) -> Option<Finding> {
    let plugins: BTreeSet<&str> = objects
        .iter()
        .filter(|((kind, _), definitions)| {
            kind == "middlewares"
                && definitions
                    .iter()
                    .any(|(_, fields)| fields.keys().any(|field| field.starts_with("plugin.")))
        })
        .map(|((_, name), _)| name.as_str())
        .collect();
    let uses = |fields: &BTreeMap<String, &str>| {
        let lists =
            fields.iter().filter(|(field, _)| field.starts_with("middlewares")).map(|(_, value)| *value);
        lists.flat_map(|list| list.split(',')).any(|name| {
            plugins.contains(name.trim().split('@').next().unwrap_or_default().to_ascii_lowercase().as_str())
        })
    };
    let routers = objects.iter().filter(|((kind, _), _)| kind == "routers");
    let count = routers.filter(|(_, definitions)| definitions.iter().any(|(_, fields)| uses(fields))).count();
    (count > WASM_ROUTERS).then(|| {
        let text = format!(
            "{count} routers have a plugin in their chain: Traefik builds a runtime for each, again at every change, and gives the memory back late"
        );
        Finding::warning("W403", text)
            .with_hint("docker smsvc provider needs one such router for all groups; GOGC=25 in Traefik's environment keeps the memory low")
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Subject, codes, subject};

    fn router(service: &str, name: &str, rule: &str) -> Subject {
        let rule_label = format!("traefik.http.routers.{name}.rule");
        let port = format!("traefik.http.services.{service}.loadbalancer.server.port");
        subject(service, &[(&rule_label, rule), (&port, "80")])
    }

    #[test]
    fn one_name_for_two_different_objects_deletes_both() {
        assert_eq!(codes(&[router("a", "web", "Path(`/a`)"), router("b", "web", "Path(`/b`)")]), ["E416"]);
        assert_eq!(
            codes(&[router("a", "web", "Path(`/a`)"), router("b", "web", "Path(`/a`)")]),
            ["E416"],
            "each has its own service behind it"
        );
        assert_eq!(codes(&[router("a", "web", "Path(`/a`)"), router("b", "WEB2", "Path(`/b`)")]), [""; 0]);
        let strip = ("traefik.http.middlewares.strip.stripprefix.prefixes", "/a");
        assert_eq!(
            codes(&[subject("a", &[strip]), subject("b", &[strip])]),
            [""; 0],
            "the same twice is fine"
        );
    }

    #[test]
    fn our_names_are_ours() {
        assert_eq!(codes(&[router("a", "smsvc-pets", "Path(`/a`)")]), ["E204"]);
    }

    #[test]
    fn many_runtimes_are_told() {
        let plugin = |number: usize| {
            let name = format!("s{number}");
            let labels = [
                (format!("traefik.http.middlewares.{name}.plugin.p.spec"), "{}".to_owned()),
                (format!("traefik.http.routers.{name}.middlewares"), name.clone()),
                (format!("traefik.http.routers.{name}.rule"), "Path(`/`)".to_owned()),
                (format!("traefik.http.services.{name}.loadbalancer.server.port"), "80".to_owned()),
            ];
            let labels: Vec<(&str, &str)> =
                labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            subject(&name, &labels)
        };
        let many: Vec<Subject> = (0..21).map(plugin).collect();
        assert_eq!(codes(&many), ["W403"]);
        assert_eq!(codes(&many[1..]), [""; 0]);
    }
}
