//! Hooks: what `docker` lets a plugin say after a command of its own (docker/cli `cli-plugins/hooks`, since 26.1), and the
//! entry of `config.json` that asks for it. Pure; who asks the engine is elsewhere.

use serde_json::{Map, Value, json};

/// The sub-command with which `docker` asks, followed by a JSON object.
pub const HOOK_COMMAND: &str = "docker-cli-plugin-hooks";

/// The commands after which there may be something to say, as `config.json` lists them.
pub const HOOKS: &str = "service create,network create";

/// Whether the object is about one of [`HOOKS`].
pub fn is_asked(request: &str) -> bool {
    let request: Value = serde_json::from_str(request).unwrap_or_default();
    request["RootCmd"].as_str().is_some_and(|command| HOOKS.split(',').any(|hook| hook == command))
}

/// The answer: `docker` prints the text below "What's next:", and nothing where it is empty.
pub fn hook_answer(text: &str) -> String {
    // The text is a Go template; what would begin an action is said as a literal.
    let template = text.replace("{{", "{{\"{{\"}}");
    json!({ "Type": 0, "Template": template }).to_string()
}

/// `config.json` with the hooks of this plugin switched on or off; everything else stays as it is. `None` where it is no
/// object with objects in the places that matter.
pub fn with_hooks(mut config: Value, on: bool) -> Option<Value> {
    let plugins = config.as_object_mut()?.entry("plugins").or_insert_with(|| Value::Object(Map::new()));
    let ours = plugins.as_object_mut()?.entry("smsvc").or_insert_with(|| Value::Object(Map::new()));
    let settings = ours.as_object_mut()?;
    if on {
        settings.insert("hooks".to_owned(), HOOKS.into());
        let features = config.as_object_mut()?.entry("features").or_insert_with(|| Value::Object(Map::new()));
        features.as_object_mut()?.insert("hooks".to_owned(), "true".into());
        return Some(config);
    }
    settings.remove("hooks");
    if settings.is_empty() {
        plugins.as_object_mut()?.remove("smsvc");
    }
    // `features.hooks` stays: hooks of other plugins may rest on it.
    if plugins.as_object().is_some_and(Map::is_empty) {
        config.as_object_mut()?.remove("plugins");
    }
    Some(config)
}

/// Whether the hooks of this plugin are switched on, and whether docker's hooks are at all.
pub fn hooks_state(config: &Value) -> (bool, bool) {
    let ours = config["plugins"]["smsvc"]["hooks"].as_str().is_some_and(|hooks| !hooks.is_empty());
    (ours, config["features"]["hooks"] == "true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_commands_are_not_answered() {
        assert!(is_asked(r#"{"RootCmd":"service create","Flags":{"name":""}}"#));
        for other in [r#"{"RootCmd":"service ls"}"#, "{}", "no json", ""] {
            assert!(!is_asked(other), "{other}");
        }
    }

    #[test]
    fn the_text_is_no_template() {
        let answer: Value = serde_json::from_str(&hook_answer("a {{b}} c")).unwrap();
        assert_eq!(answer, json!({ "Type": 0, "Template": "a {{\"{{\"}}b}} c" }));
    }

    #[test]
    fn on_and_off_leave_everything_else() {
        let before = json!({
            "auths": { "r": { "auth": "x" } },
            "novel": [1],
            "plugins": { "other": { "hooks": "ps" } },
            "features": { "hooks": "false", "buildkit": "true" }
        });
        let on = with_hooks(before.clone(), true).unwrap();
        assert_eq!(hooks_state(&on), (true, true));
        assert_eq!((&on["auths"], &on["novel"]), (&before["auths"], &before["novel"]));
        assert_eq!(on["plugins"]["other"], before["plugins"]["other"]);
        assert_eq!(on["features"]["buildkit"], "true");
        let off = with_hooks(on, false).unwrap();
        assert_eq!(off["plugins"], before["plugins"]);
        assert_eq!(
            with_hooks(with_hooks(json!({}), true).unwrap(), false).unwrap(),
            json!({ "features": { "hooks": "true" } })
        );
    }

    #[test]
    fn what_is_no_configuration_is_not_touched() {
        for odd in [json!([]), json!({ "plugins": 1 }), json!({ "plugins": { "smsvc": "x" } })] {
            assert_eq!(with_hooks(odd, true), None);
        }
    }
}
