//! What becomes of a command line.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The end of a command line, as far as anybody else can see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// The exit status.
    pub(crate) exit: u8,
    /// The first line of the error, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// What was asked before the service was sent, in order: `GET /path?query`, without the version of the API.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) lookups: Vec<String>,
    /// The registry's credentials that went with the service, decoded.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) auth: Value,
    /// The body of `POST /services/create`, if it came to that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<Value>,
}

impl Outcome {
    /// What was looked up before a line failed is a matter of the order in which its errors are found.
    pub(crate) fn without_lookups_of_a_failure(mut self) -> Self {
        if self.exit != 0 {
            self.lookups.clear();
        }
        self
    }

    /// Whether it is what we refuse and Docker leaves to the engine to refuse.
    pub(crate) fn sends_dnsrr_with_ingress_ports(&self) -> bool {
        let endpoint = self.body.as_ref().map(|body| &body["EndpointSpec"]);
        let ports = endpoint.and_then(|endpoint| endpoint["Ports"].as_array());
        endpoint.is_some_and(|endpoint| endpoint["Mode"] == "dnsrr")
            && ports.is_some_and(|ports| ports.iter().any(|port| port["PublishMode"] == "ingress"))
    }

    /// Whether the error, or else the body, contains this text.
    pub(crate) fn says(&self, text: &str) -> bool {
        let body = self.body.as_ref().map(Value::to_string);
        self.error.as_ref().or(body.as_ref()).is_some_and(|said| said.contains(text))
    }
}
