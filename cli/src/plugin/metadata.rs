//! What `docker` asks every plugin before it runs one.

/// The sub-command with which `docker` asks for the metadata.
pub const METADATA_COMMAND: &str = "docker-cli-plugin-metadata";

/// The answer: one JSON object.
///
/// `SchemaVersion` has to be exactly `0.1.0` for every Docker CLI before 29.0
/// (docker/cli `cli-plugins/metadata/metadata.go`).
pub fn metadata() -> String {
    serde_json::json!({
        "SchemaVersion": "0.1.0",
        "Vendor": "smsvc",
        "Version": env!("CARGO_PKG_VERSION"),
        "ShortDescription": "Swarm services with an address budget and API-group routes",
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metadata_has_the_fields_without_which_docker_ignores_a_plugin() {
        let value: serde_json::Value = serde_json::from_str(&metadata()).unwrap();
        assert_eq!(value["SchemaVersion"], "0.1.0");
        assert!(!value["Vendor"].as_str().unwrap().is_empty());
        assert_eq!(value["Version"], env!("CARGO_PKG_VERSION"));
    }
}
