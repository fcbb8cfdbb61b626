//! The table of cases that every way to a decision has to agree on: the pure crate, the middleware's WASM,
//! `docker smsvc routes test`, and a real Traefik. Each includes this file; none reads the JSON by itself.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The services of some API groups, and requests to them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cases {
    pub(crate) services: Vec<Service>,
    pub(crate) requests: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Service {
    pub(crate) name: String,
    /// When it was created, RFC 3339: the older service wins between equals.
    pub(crate) created: String,
    pub(crate) labels: BTreeMap<String, String>,
}

/// A request, and what must become of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// The rule that it holds.
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) host: String,
    pub(crate) target: String,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) expect: Expected,
    /// The status with which Traefik answers by itself: no router takes the request, or Go refuses it.
    pub(crate) traefik_answers: Option<u16>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
pub(crate) enum Expected {
    /// The service sees this target.
    Forward {
        service: String,
        route: String,
        uri: String,
        /// What it sees of these headers, with all values in one; nothing for one that is not there.
        #[serde(default)]
        request: BTreeMap<String, Option<String>>,
        /// What the client sees of these headers of the response.
        #[serde(default)]
        response: BTreeMap<String, Option<String>>,
    },
    /// The client sees this.
    Answer {
        status: u16,
        allow: Option<String>,
        /// What it sees of these headers.
        #[serde(default)]
        headers: BTreeMap<String, Option<String>>,
        /// What it sees as the body, if that matters.
        body: Option<String>,
    },
}

/// What `lines` say of the headers that are `wanted`.
pub(crate) fn seen<'h>(
    wanted: &BTreeMap<String, Option<String>>,
    lines: &(impl Iterator<Item = (&'h str, &'h str)> + Clone),
) -> BTreeMap<String, Option<String>> {
    let said = |wanted: &String| {
        let values: Vec<&str> = lines
            .clone()
            .filter(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value)
            .collect();
        (wanted.clone(), (!values.is_empty()).then(|| values.join(", ")))
    };
    wanted.keys().map(said).collect()
}

/// The only table there is.
pub(crate) fn petstore() -> Cases {
    serde_json::from_str(include_str!("petstore.json")).expect("the table of cases is JSON of this shape")
}
