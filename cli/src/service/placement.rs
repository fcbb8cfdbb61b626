//! Which nodes run the tasks: `TaskTemplate.Placement`.

use serde_json::Value;

use super::{Object, Platform};

/// The conditions for a node to run tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placement {
    /// Expressions that all have to be true of the node.
    pub constraints: Vec<String>,
    /// Tasks are spread over the values of these, in the order in which they count: `node.labels.zone`.
    pub spread_over: Vec<String>,
    /// At most this many tasks on one node; 0 is no limit.
    pub max_per_node: u64,
}

/// Writes an entry of `Preferences`.
pub(super) fn write_preference(over: &str) -> Value {
    let descriptor = Object::new().with("SpreadDescriptor", over);
    Object::new().with("Spread", descriptor).into()
}

impl Placement {
    /// Writes `Placement` for an image that was built for these platforms.
    pub(super) fn write(&self, platforms: &[Platform]) -> Value {
        let spread = |over: &String| write_preference(over);
        Object::new()
            .with_present("Constraints", self.constraints.clone())
            .with_present("Preferences", self.spread_over.iter().map(spread).collect::<Vec<Value>>())
            .with_present("MaxReplicas", self.max_per_node)
            .with_present("Platforms", platforms.iter().map(write_platform).collect::<Vec<_>>())
            .into()
    }
}

/// An `arm` image says nothing of its variant here, so its architecture is left out: any ARM node will do.
pub(super) fn write_platform(platform: &Platform) -> Value {
    let any_arm = platform.architecture.eq_ignore_ascii_case("arm");
    let architecture = if any_arm { "" } else { platform.architecture.as_str() };
    Object::new().with_present("Architecture", architecture).with_present("OS", platform.os.as_str()).into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_architecture_of_arm_is_left_open() {
        let platform =
            |architecture: &str| Platform { architecture: architecture.into(), os: "linux".into() };
        assert_eq!(
            Placement::default().write(&[platform("amd64"), platform("ARM")]),
            json!({"Platforms": [{"Architecture": "amd64", "OS": "linux"}, {"OS": "linux"}]})
        );
    }

    #[test]
    fn preferences_keep_their_order() {
        let placement = Placement { spread_over: vec!["b".into(), "a".into()], ..Placement::default() };
        let spread = |over| json!({"Spread": {"SpreadDescriptor": over}});
        assert_eq!(placement.write(&[]), json!({"Preferences": [spread("b"), spread("a")]}));
    }
}
