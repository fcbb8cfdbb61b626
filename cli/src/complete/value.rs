//! The values that a flag or an argument can have: words of the language, and names that the swarm knows.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;
use smsvc_core::labels;

use super::{Directive, Offer};
use crate::engine::{Engine, Filters, Listed};
use crate::flags::{self, Flag};

/// How long the swarm may take. Whoever presses Tab waits.
const PATIENCE: Duration = Duration::from_millis(300);

/// What may stand for a value. `engine` is only asked where the swarm knows more than we do.
pub async fn values<E: Engine>(
    of: &str,
    before: &str,
    prefix: &str,
    choices: &[String],
    engine: impl Future<Output = Option<E>>,
) -> Offer {
    if ["env-file", "file", "FILE"].contains(&of) {
        return Offer { candidates: Vec::new(), directive: Directive::Files };
    }
    let (of, key) = behind_key(of, prefix).unwrap_or((of, ""));
    let prefix = prefix.strip_prefix(key).unwrap_or(prefix);
    let (words, directive) = match words(of, choices) {
        Some(found) => found,
        None => (names(of, engine).await, Directive::Only),
    };
    let candidates = words
        .into_iter()
        .filter(|word| word.starts_with(prefix))
        .map(|word| (format!("{before}{key}{word}"), String::new()));
    Offer { candidates: candidates.collect(), directive }
}

/// What stands behind the key that a value begins with, and the key.
fn behind_key(of: &str, prefix: &str) -> Option<(&'static str, &'static str)> {
    let keys: &[(&str, &str)] = match of {
        "filter" => &[("node", "node=")],
        "constraint" | "constraint-add" => &[
            ("node", "node.hostname=="),
            ("node", "node.hostname!="),
            ("role", "node.role=="),
            ("role", "node.role!="),
        ],
        _ => &[],
    };
    keys.iter().copied().find(|(_, key)| prefix.starts_with(key))
}

fn words(of: &str, choices: &[String]) -> Option<(Vec<String>, Directive)> {
    let fixed = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    if !choices.is_empty() {
        return Some((choices.to_vec(), Directive::Only));
    }
    match of {
        "endpoint-mode" => return Some((fixed(&["auto", "dnsrr", "vip"]), Directive::Only)),
        "format" => return Some((fixed(&["json", "table"]), Directive::Only)),
        "filter" => {
            let keys = ["desired-state=", "id=", "label=", "mode=", "name=", "node="];
            return Some((fixed(&keys), Directive::OnlyOpen));
        }
        "constraint" | "constraint-add" => {
            let keys = [
                "engine.labels.",
                "node.hostname==",
                "node.id==",
                "node.labels.",
                "node.platform.arch==",
                "node.platform.os==",
                "node.role==",
            ];
            return Some((fixed(&keys), Directive::OnlyOpen));
        }
        "role" => return Some((fixed(&["manager", "worker"]), Directive::Only)),
        "METHOD" => {
            return Some((
                fixed(&["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]),
                Directive::Only,
            ));
        }
        _ => {}
    }
    let choices = flags::by_long(of).map(Flag::choices).unwrap_or_default();
    (!choices.is_empty()).then(|| (fixed(choices), Directive::Only))
}

/// Names of the swarm; none where it does not answer in time.
async fn names<E: Engine>(of: &str, engine: impl Future<Output = Option<E>>) -> Vec<String> {
    let network: fn(&Value) -> Option<&str> =
        |entry| (entry["Scope"] == "swarm" && entry["Ingress"] != true).then(|| entry["Name"].as_str())?;
    let (listed, name): (Listed, fn(&Value) -> Option<&str>) = match of {
        "network" | "NETWORK" => (Listed::Networks, network),
        "SERVICE" | "service" | "SERVICE|NETWORK" | "NETWORK|SERVICE" => (Listed::Services, named),
        "group" | "api-group" | "GROUP" => {
            (Listed::Services, |entry| entry.pointer("/Spec/Labels")?.get(labels::GROUP)?.as_str())
        }
        "node" | "NODE" => (Listed::Nodes, |entry| entry.pointer("/Description/Hostname")?.as_str()),
        "config" => (Listed::Configs, named),
        "secret" => (Listed::Secrets, named),
        _ => return Vec::new(),
    };
    let everything = Filters::none();
    let asked = tokio::time::timeout(PATIENCE, async {
        let engine = engine.await?;
        let networks = async {
            if of.contains('|') { engine.list(Listed::Networks, &everything).await } else { Ok(Vec::new()) }
        };
        let (found, networks) = tokio::try_join!(engine.list(listed, &everything), networks).ok()?;
        let found = found.iter().filter_map(name).chain(networks.iter().filter_map(network));
        Some(found.map(str::to_owned).collect::<BTreeSet<_>>())
    });
    asked.await.ok().flatten().into_iter().flatten().collect()
}

fn named(entry: &Value) -> Option<&str> {
    entry.pointer("/Spec/Name")?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fake::Fake;
    use crate::observe::Swarm;

    /// What is offered for a value of which `prefix` stands there.
    async fn offered(of: &str, prefix: &str) -> Vec<String> {
        let swarm =
            Swarm::sample().with_network("front", "10.1.0.0/24").with_service("web", "vip", 1, "front", &[]);
        let offer = values(of, "--x=", prefix, &[], async { Some(Fake::of(swarm)) }).await;
        offer.candidates.into_iter().map(|(word, _)| word).collect()
    }

    #[tokio::test]
    async fn behind_a_key_there_is_what_it_can_be() {
        assert_eq!(offered("constraint", "node.r").await, ["--x=node.role=="]);
        assert_eq!(offered("constraint", "node.role!=w").await, ["--x=node.role!=worker"]);
        assert_eq!(offered("constraint-add", "node.hostname==").await, ["--x=node.hostname==host-1"]);
        assert_eq!(offered("filter", "node=").await, ["--x=node=host-1"]);
        assert_eq!(offered("filter", "na").await, ["--x=name="]);
    }

    #[tokio::test]
    async fn services_and_networks_are_offered_together() {
        assert_eq!(offered("SERVICE|NETWORK", "").await, ["--x=front", "--x=web"]);
        assert_eq!(offered("SERVICE", "").await, ["--x=web"]);
    }
}
