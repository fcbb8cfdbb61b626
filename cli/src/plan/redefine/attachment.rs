//! The specs that a service has on its way over a network in transit.

use serde_json::{Map, Value};

/// Labels by which a proxy is told on which network to reach the tasks.
const NETWORK_LABELS: [&str; 3] = [OWN_LABEL, "traefik.docker.network", "traefik.swarm.network"];

/// Ours. Whoever is on several networks and in an API group needs it.
const OWN_LABEL: &str = "smsvc.network";

/// The label of the members of an API group.
const GROUP_LABEL: &str = "smsvc.group";

/// On which of the two networks a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// On its network: its spec is that of the dump.
    Home,
    /// On both, on the way out: its tasks of before are on its network, and are reached there.
    Both,
    /// On the network in transit only.
    Away,
    /// On both, on the way back: its tasks of before are on the network in transit, and are reached there.
    Returning,
}

impl Place {
    /// All of them, in the order of the way.
    pub const ALL: [Self; 4] = [Self::Home, Self::Both, Self::Away, Self::Returning];

    /// Whether it is on both networks, on whichever way.
    pub const fn is_on_both(self) -> bool {
        matches!(self, Self::Both | Self::Returning)
    }

    /// The spec of a service in this place. Aliases and driver options go along, so that names stay resolvable, and so
    /// do the labels that name the network. A member of an API group that names none is on one more network than before,
    /// so it is told which one it is reached on, lest the provider refuses to guess.
    pub fn spec(self, dumped: &Value, home: &str, transit: &str) -> Value {
        let mut spec = dumped.clone();
        if self == Self::Home {
            return spec;
        }
        let entries = spec.pointer_mut("/TaskTemplate/Networks").and_then(Value::as_array_mut);
        if let Some(entries) = entries {
            *entries = entries.iter().flat_map(|entry| self.entries(entry, home, transit)).collect();
        }
        if let Some(labels) = spec.pointer_mut("/Labels").and_then(Value::as_object_mut) {
            self.relabel(labels, home, transit);
        }
        spec
    }

    fn relabel(self, labels: &mut Map<String, Value>, home: &str, transit: &str) {
        let is = |key: &str, label: &str| key.eq_ignore_ascii_case(label);
        let has = |label: &str| labels.keys().any(|key| is(key, label));
        if has(GROUP_LABEL) && !has(OWN_LABEL) {
            labels.insert(OWN_LABEL.to_owned(), home.into());
        }
        if matches!(self, Self::Away | Self::Returning) {
            let named = labels.iter_mut().filter(|(key, value)| {
                NETWORK_LABELS.iter().any(|label| is(key, label)) && value.as_str() == Some(home)
            });
            named.for_each(|(_, value)| *value = transit.into());
        }
    }

    fn entries(self, entry: &Value, home: &str, transit: &str) -> Vec<Value> {
        if entry["Target"].as_str() != Some(home) {
            return vec![entry.clone()];
        }
        let mut moved = entry.clone();
        moved["Target"] = transit.into();
        if self.is_on_both() { vec![entry.clone(), moved] } else { vec![moved] }
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
        // A label holds at once, for the tasks that are still where the service was before.
        let returning = Place::Returning.spec(&home, "front", "transit");
        assert_eq!((targets(&returning), &returning["Labels"]), (targets(&both), &away["Labels"]));
    }

    #[test]
    fn a_member_of_a_group_that_names_no_network_is_told_which_one_it_is_reached_on() {
        let home = json!({
            "Labels": {"smsvc.group": "shop"},
            "TaskTemplate": {"Networks": [{"Target": "front"}]},
        });
        let network = |place: Place| place.spec(&home, "front", "transit")["Labels"]["smsvc.network"].clone();
        assert_eq!((network(Place::Both), network(Place::Away)), (json!("front"), json!("transit")));
        assert_eq!(network(Place::Home), Value::Null);
    }
}
