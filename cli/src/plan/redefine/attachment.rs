//! The specs that a service has on its way over a network in transit.

use serde_json::Value;

/// Labels by which a proxy is told on which network to reach the tasks.
const NETWORK_LABELS: [&str; 3] = ["smsvc.network", "traefik.docker.network", "traefik.swarm.network"];

/// On which of the two networks a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// On its network: its spec is that of the dump.
    Home,
    /// On both.
    Both,
    /// On the network in transit only.
    Away,
}

impl Place {
    /// All of them, from home to away.
    pub const ALL: [Self; 3] = [Self::Home, Self::Both, Self::Away];

    /// The spec of a service in this place. Aliases and driver options go along, so that names stay resolvable, and so
    /// do the labels that name the network.
    pub fn spec(self, dumped: &Value, home: &str, transit: &str) -> Value {
        let mut spec = dumped.clone();
        if self == Self::Home {
            return spec;
        }
        let entries = spec.pointer_mut("/TaskTemplate/Networks").and_then(Value::as_array_mut);
        if let Some(entries) = entries {
            *entries = entries.iter().flat_map(|entry| self.entries(entry, home, transit)).collect();
        }
        if self == Self::Away
            && let Some(labels) = spec.pointer_mut("/Labels").and_then(Value::as_object_mut)
        {
            let named = labels.iter_mut().filter(|(key, value)| {
                NETWORK_LABELS.contains(&key.to_ascii_lowercase().as_str()) && value.as_str() == Some(home)
            });
            named.for_each(|(_, value)| *value = transit.into());
        }
        spec
    }

    fn entries(self, entry: &Value, home: &str, transit: &str) -> Vec<Value> {
        if entry["Target"].as_str() != Some(home) {
            return vec![entry.clone()];
        }
        let mut moved = entry.clone();
        moved["Target"] = transit.into();
        if self == Self::Both { vec![entry.clone(), moved] } else { vec![moved] }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn aliases_options_and_the_labels_that_name_the_network_go_along() {
        let home = json!({
            "Labels": {"traefik.swarm.network": "front", "smsvc.network": "back", "team": "front"},
            "TaskTemplate": {"Networks": [{"Target": "back"}, {"Target": "front", "Aliases": ["www"], "DriverOpts": {"k": "v"}}]},
        });
        let both = Place::Both.spec(&home, "front", "transit");
        let targets = |spec: &Value| {
            spec["TaskTemplate"]["Networks"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it["Target"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(targets(&both), ["back", "front", "transit"]);
        assert_eq!(
            both["TaskTemplate"]["Networks"][2],
            json!({"Target": "transit", "Aliases": ["www"], "DriverOpts": {"k": "v"}})
        );
        assert_eq!(both["Labels"], home["Labels"]);
        let away = Place::Away.spec(&home, "front", "transit");
        assert_eq!(targets(&away), ["back", "transit"]);
        assert_eq!(
            away["Labels"],
            json!({"traefik.swarm.network": "transit", "smsvc.network": "back", "team": "front"})
        );
        assert_eq!(Place::Home.spec(&home, "front", "transit"), home);
    }
}
