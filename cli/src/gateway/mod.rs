//! The gateway on a swarm: Traefik with the plugin, and the provider. What each part is made of; nothing is asked or
//! changed here.
//!
//! Every part carries the label [`LABEL`] with the name of its gateway, and what does not carry it is never touched. What
//! cannot be changed once it is there, such as a Docker config, has a digest of its content in its name.

pub mod elf;
pub mod guest;
mod identity;
pub mod image;
mod name;
mod provider;
mod settings;
pub(crate) mod traefik;

pub use identity::{IdentityError, identity};
pub use name::{EntryPoint, EntryPointError, GatewayName, GatewayNameError};
pub use provider::provider_service;
pub use settings::{StaticError, attach_lines, static_configuration};
pub use traefik::{contents, traefik_service};

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::args::PublishMode;

/// On everything that a gateway is made of; its value is the gateway's name.
pub const LABEL: &str = "org.smsvc.gateway";

/// The port of the provider.
pub const PROVIDER_PORT: u16 = 9080;

/// Where Traefik looks for the plugin.
pub const PLUGIN_FOLDER: &str = "/plugins-local/src/smsvc";

/// What the user wants a gateway to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Its name.
    pub name: GatewayName,
    /// The ids of the networks with services behind it.
    pub networks: Vec<String>,
    /// The name of the network, where there is one only.
    pub only_network: Option<String>,
    /// Traefik's image; `None` where Traefik is the user's own.
    pub traefik: Option<TraefikWish>,
    /// The names of the entry points.
    pub entry_points: Vec<EntryPoint>,
    /// Whether Traefik asks the provider over TLS.
    pub provider_tls: bool,
    /// How often a request is sent again that a task has lost.
    pub repeat: u32,
    /// The provider's image, and where it can run.
    pub provider_image: String,
    /// The only node that has the image.
    pub provider_node: Option<String>,
    /// The socket on the managers.
    pub socket: PathBuf,
    /// The group that may use it.
    pub socket_group: u32,
}

/// What the user wants Traefik to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraefikWish {
    /// Its image.
    pub image: String,
    /// How its ports are published.
    pub publish: PublishMode,
    /// How many tasks; `None` for one on every node.
    pub replicas: Option<u64>,
    /// Where they may run.
    pub constraints: Vec<String>,
    /// Its environment, beside what it has anyway.
    pub environment: Vec<String>,
    /// The kernel parameters of its containers, by name.
    pub sysctls: BTreeMap<String, String>,
    /// The secrets with which tokens are signed: their ids, by their names.
    pub token_secrets: BTreeMap<String, String>,
    /// The whole static configuration, as a template for Docker.
    pub settings: String,
    /// How long after the end of a task's turn requests may go on.
    pub grace: Duration,
}

/// A Docker config of a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Its name.
    pub name: String,
    /// Where Traefik finds it.
    pub target: String,
    /// What is in it.
    pub data: Vec<u8>,
    /// Whether Docker fills in the secret.
    pub template: bool,
}

impl Content {
    /// A config whose name follows from its content.
    pub fn new(gateway: &GatewayName, word: &str, target: &str, data: Vec<u8>, template: bool) -> Self {
        Self {
            name: format!("{gateway}-{word}-{}", digest(&data)),
            target: target.to_owned(),
            data,
            template,
        }
    }

    /// What the engine is sent.
    pub fn body(&self, gateway: &GatewayName) -> Value {
        use base64::Engine as _;
        let mut body = json!({
            "Name": self.name,
            "Labels": labels(gateway),
            "Data": base64::prelude::BASE64_STANDARD.encode(&self.data),
        });
        if self.template {
            body["Templating"] = json!({ "Name": "golang" });
        }
        body
    }
}

/// The ids that stand for names in a spec.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ids {
    /// Of the configs.
    pub configs: BTreeMap<String, String>,
    /// Of the secret.
    pub secret: String,
    /// Of the certificate and its key.
    pub identity: String,
    /// Of the network between Traefik and the provider.
    pub control: String,
}

/// Twelve digits that tell contents apart.
pub fn digest(data: &[u8]) -> String {
    hex(&Sha256::digest(data)).chars().take(12).collect()
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut digits, byte| {
        let _infallible = write!(digits, "{byte:02x}");
        digits
    })
}

/// The labels of every part.
pub fn labels(gateway: &GatewayName) -> Value {
    json!({ LABEL: gateway.as_str() })
}

/// Whether a spec has all that is wanted: what the engine adds on its own, and what is empty, makes no difference.
pub fn has_all(actual: &Value, wanted: &Value) -> bool {
    match (actual, wanted) {
        (Value::Object(actual), Value::Object(wanted)) => {
            wanted.iter().all(|(key, value)| has_all(actual.get(key).unwrap_or(&Value::Null), value))
        }
        (Value::Array(actual), Value::Array(wanted)) => {
            actual.len() == wanted.len()
                && actual.iter().zip(wanted).all(|(actual, wanted)| has_all(actual, wanted))
        }
        (Value::Null, wanted) => is_empty(wanted),
        _ => actual == wanted,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.values().all(is_empty),
        Value::Bool(true) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_engine_adds_is_no_difference_and_what_is_missing_is_one() {
        let actual = json!({ "A": { "B": 1, "Isolation": "default" }, "L": [{ "x": 1, "y": 2 }] });
        for (wanted, same) in [
            (json!({ "A": { "B": 1 } }), true),
            (json!({ "A": { "B": 1, "C": {} } }), true),
            (json!({ "A": { "B": 2 } }), false),
            (json!({ "A": { "B": 1, "C": 1 } }), false),
            (json!({ "L": [{ "x": 1 }] }), true),
            (json!({ "L": [] }), false),
            (json!({ "L": [{ "x": 1 }, {}] }), false),
            (json!({ "N": 0, "F": false, "S": "", "R": [] }), true),
        ] {
            assert_eq!(has_all(&actual, &wanted), same, "{wanted}");
        }
    }

    #[test]
    fn a_config_is_named_after_its_content() {
        let gateway: GatewayName = "smsvc".parse().unwrap();
        let one = Content::new(&gateway, "guest", "/x", b"1".to_vec(), false);
        let other = Content::new(&gateway, "guest", "/x", b"2".to_vec(), true);
        assert_eq!(one.name, "smsvc-guest-6b86b273ff34");
        assert_ne!(one.name, other.name);
        assert_eq!(one.body(&gateway)["Data"], "MQ==");
        assert!(one.body(&gateway)["Templating"].is_null());
        assert_eq!(other.body(&gateway)["Templating"]["Name"], "golang");
    }
}
