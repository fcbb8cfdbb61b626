//! One request of the demo: sent, told in a line, and held against what was expected and what was predicted.

use anyhow::Result;
use smsvc_tests::backend::Seen;
use smsvc_tests::http::Request;
use smsvc_tests::stage::Stage;

use super::petstore::HOST;

/// A request and what must come back.
pub(crate) struct Exchange {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// What it shows, in a few words.
    pub(crate) about: &'static str,
    pub(crate) expected: Expected,
}

/// What must come back.
pub(crate) struct Expected {
    pub(crate) status: u16,
    /// The service that answers and the target that it sees; `None` where the plugin answers itself.
    pub(crate) service: Option<(&'static str, &'static str)>,
    /// The field `Allow`.
    pub(crate) allow: Option<&'static str>,
}

impl Exchange {
    /// The request as a line.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Sends it through Traefik; gives the answer in a few words, and whether it is the expected one.
    pub(crate) fn send(&self, stage: &Stage) -> Result<(String, bool)> {
        let response = stage.send(&Request::new(self.method, HOST, self.path))?;
        let seen = Seen::of(&response);
        let expected = self
            .expected
            .service
            .map(|(service, target)| Seen { service: stage.name_of(service), target: target.to_owned() });
        let allow = response.header("Allow");
        let as_expected =
            response.status == self.expected.status && seen == expected && allow == self.expected.allow;
        let told = match (&seen, allow) {
            (Some(Seen { service, target }), _) => format!("{} {service} sees {target}", response.status),
            (None, Some(allow)) => format!("{} Allow: {allow}", response.status),
            (None, None) if response.header("Content-Type") == Some("application/problem+json") => {
                format!("{} by the plugin", response.status)
            }
            (None, None) => format!("{} by Traefik", response.status),
        };
        Ok((told, as_expected))
    }

    /// Whether `docker smsvc routes test` says the same of it, without Traefik.
    pub(crate) fn predicted(&self, stage: &Stage) -> Result<bool> {
        let url = format!("http://{HOST}{}", self.path);
        let test = stage.docker.json(&["smsvc", "routes", "test", self.method, &url, "--format", "json"])?;
        Ok(match self.expected.service {
            Some((service, _)) => test["forward"]["service"] == stage.name_of(service).as_str(),
            None => test["answer"]["status"] == self.expected.status,
        })
    }
}
