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
    let (words, directive) = match words(of, choices) {
        Some(found) => found,
        None => (names(of, engine).await, Directive::Only),
    };
    let candidates = words
        .into_iter()
        .filter(|word| word.starts_with(prefix))
        .map(|word| (format!("{before}{word}"), String::new()));
    Offer { candidates: candidates.collect(), directive }
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
        let found = engine.list(listed, &everything).await.ok()?;
        let mut names: BTreeSet<String> = found.iter().filter_map(name).map(str::to_owned).collect();
        if of.contains('|') {
            let networks = engine.list(Listed::Networks, &everything).await.ok()?;
            names.extend(networks.iter().filter_map(network).map(str::to_owned));
        }
        Some(names)
    });
    asked.await.ok().flatten().into_iter().flatten().collect()
}

fn named(entry: &Value) -> Option<&str> {
    entry.pointer("/Spec/Name")?.as_str()
}
