//! Ids and names of networks, configs and secrets, and specs rewritten from one to the other.

use std::collections::BTreeMap;

use serde_json::Value;

/// Where a service spec refers to configs and secrets: the list, the key of the name, the key of the id.
const FILES: [(&str, &str, &str); 2] =
    [("Configs", "ConfigName", "ConfigID"), ("Secrets", "SecretName", "SecretID")];

/// The names of one swarm, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Networks.
    pub networks: BTreeMap<String, String>,
    /// Configs.
    pub configs: BTreeMap<String, String>,
    /// Secrets.
    pub secrets: BTreeMap<String, String>,
}

/// What a spec refers to and a swarm does not have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// A network of this name.
    Network(String),
    /// A config of this name.
    Config(String),
    /// A secret of this name.
    Secret(String),
}

impl Names {
    /// The spec with its networks by name, in the task template, where they have been since API 1.25. An id that is
    /// not known stays as it is.
    pub fn by_name(&self, spec: &Value) -> Value {
        let mut spec = spec.clone();
        adopt_old_networks(&mut spec);
        for target in targets(&mut spec) {
            if let Some(name) = target.as_str().and_then(|id| self.networks.get(id)) {
                *target = name.clone().into();
            }
        }
        spec
    }

    /// A spec with names, as this swarm's ids.
    pub fn by_id(&self, spec: &Value) -> Result<Value, Vec<Missing>> {
        let mut spec = spec.clone();
        let mut missing = Vec::new();
        for target in targets(&mut spec) {
            let name = target.as_str().unwrap_or_default().to_owned();
            match id_of(&self.networks, &name) {
                Some(id) => *target = id.into(),
                None => missing.push(Missing::Network(name)),
            }
        }
        let mut moved = BTreeMap::new();
        for (list, name_key, id_key) in FILES {
            let (known, of): (_, fn(String) -> Missing) = match list {
                "Configs" => (&self.configs, Missing::Config),
                _ => (&self.secrets, Missing::Secret),
            };
            let entries = spec.pointer_mut(&format!("/TaskTemplate/ContainerSpec/{list}"));
            for entry in entries.and_then(Value::as_array_mut).into_iter().flatten() {
                let name = entry[name_key].as_str().unwrap_or_default().to_owned();
                match id_of(known, &name) {
                    Some(id) => {
                        moved.insert(entry[id_key].as_str().unwrap_or_default().to_owned(), id.to_owned());
                        entry[id_key] = id.into();
                    }
                    None => missing.push(of(name)),
                }
            }
        }
        // A credential spec names one of the configs by id.
        let credential = spec.pointer_mut("/TaskTemplate/ContainerSpec/Privileges/CredentialSpec/Config");
        if let Some(credential) = credential
            && let Some(id) = credential.as_str().and_then(|old| moved.get(old))
        {
            *credential = id.clone().into();
        }
        missing.sort();
        missing.dedup();
        if missing.is_empty() { Ok(spec) } else { Err(missing) }
    }
}

/// A network may be named by its id, too: predefined ones are not listed, so their ids stay.
fn id_of<'n>(names: &'n BTreeMap<String, String>, name: &'n str) -> Option<&'n str> {
    let by_name = names.iter().find(|(_, known)| *known == name).map(|(id, _)| id.as_str());
    by_name.or_else(|| names.contains_key(name).then_some(name))
}

/// Moves the list that API 1.24 had beside the task template into it, where engines read it first.
fn adopt_old_networks(spec: &mut Value) {
    let Some(fields) = spec.as_object_mut() else { return };
    let Some(old) =
        fields.remove("Networks").filter(|list| list.as_array().is_some_and(|list| !list.is_empty()))
    else {
        return;
    };
    let task = &mut spec["TaskTemplate"];
    if task["Networks"].as_array().is_none_or(Vec::is_empty) {
        task["Networks"] = old;
    }
}

fn targets(spec: &mut Value) -> impl Iterator<Item = &mut Value> {
    let entries = spec.pointer_mut("/TaskTemplate/Networks").and_then(Value::as_array_mut);
    entries.into_iter().flatten().filter_map(|entry| entry.get_mut("Target"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned())).collect()
    }

    fn here() -> Names {
        Names {
            networks: names(&[("n1", "front"), ("n2", "back")]),
            configs: names(&[("c1", "site"), ("c9", "windows")]),
            secrets: names(&[("s1", "key")]),
        }
    }

    fn there() -> Names {
        Names {
            networks: names(&[("x1", "front"), ("x2", "back")]),
            configs: names(&[("y1", "site"), ("y9", "windows")]),
            secrets: names(&[("z1", "key")]),
        }
    }

    fn spec() -> Value {
        json!({
            "Name": "web",
            "TaskTemplate": {
                "ContainerSpec": {
                    "Configs": [{"ConfigName": "site", "ConfigID": "c1"}, {"ConfigName": "windows", "ConfigID": "c9", "Runtime": {}}],
                    "Secrets": [{"SecretName": "key", "SecretID": "s1", "File": {"Name": "k", "Mode": 292}}],
                    "Privileges": {"CredentialSpec": {"Config": "c9"}}
                },
                "Networks": [{"Target": "n1", "Aliases": ["www"]}, {"Target": "n2"}]
            }
        })
    }

    #[test]
    fn a_spec_goes_to_another_swarm_and_back_and_only_ids_change() {
        let named = here().by_name(&spec());
        assert_eq!(named["TaskTemplate"]["Networks"][0], json!({"Target": "front", "Aliases": ["www"]}));
        let moved = there().by_id(&named).unwrap();
        let container = &moved["TaskTemplate"]["ContainerSpec"];
        assert_eq!(moved["TaskTemplate"]["Networks"][1]["Target"], "x2");
        assert_eq!(
            (&container["Configs"][0]["ConfigID"], &container["Secrets"][0]["SecretID"]),
            (&json!("y1"), &json!("z1"))
        );
        assert_eq!(container["Privileges"]["CredentialSpec"]["Config"], "y9");
        assert_eq!(container["Secrets"][0]["File"]["Mode"], 292);
        assert_eq!(here().by_id(&there().by_name(&moved)).unwrap(), spec());
    }

    #[test]
    fn everything_that_is_missing_is_told_at_once() {
        let missing = Names::default().by_id(&here().by_name(&spec())).unwrap_err();
        let names = |kind: fn(String) -> Missing, names: &[&str]| {
            names.iter().map(|it| kind((*it).to_owned())).collect::<Vec<_>>()
        };
        let expected = [
            names(Missing::Network, &["back", "front"]),
            names(Missing::Config, &["site", "windows"]),
            names(Missing::Secret, &["key"]),
        ];
        assert_eq!(missing, expected.concat());
    }

    #[test]
    fn the_list_beside_the_task_template_moves_into_it() {
        let mut old = spec();
        old["Networks"] = old["TaskTemplate"]["Networks"].take();
        let named = here().by_name(&old);
        assert_eq!(named.get("Networks"), None);
        assert_eq!(named["TaskTemplate"]["Networks"][1]["Target"], "back");
    }

    #[test]
    fn an_unknown_id_stays() {
        let mut spec = spec();
        spec["TaskTemplate"]["Networks"][1]["Target"] = json!("predefined-host");
        assert_eq!(here().by_name(&spec)["TaskTemplate"]["Networks"][1]["Target"], "predefined-host");
    }
}
