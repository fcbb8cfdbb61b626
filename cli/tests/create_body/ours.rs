//! Our code, with the answers that the stand-in for the engine would give.

use std::collections::BTreeMap;

use docker_smsvc::flags::{CreateRequest, Parsed, Shell, parse};
use docker_smsvc::service::{Decided, EndpointMode, Platform, create_body};
use smsvc_core::endpoint::Requested;

use crate::engine::{DIGEST, PLATFORMS, network_id};
use crate::outcome::Outcome;

/// The working directory of all lines. It has to exist, and to have a parent.
pub(crate) const DIRECTORY: &str = "/usr/bin";

/// The environment of all lines.
pub(crate) const VARIABLES: [(&str, &str); 2] = [("HOME", "/nowhere"), ("GREETING", "hello = world")];

/// What becomes of a line.
pub(crate) fn run(line: &[&str]) -> Outcome {
    let words: Vec<String> = line.iter().map(|&word| word.to_owned()).collect();
    let variables = VARIABLES.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    match parse(&words, &Shell { variables, directory: DIRECTORY.into() }) {
        Ok(Parsed::Create(request)) => create(&request),
        Ok(Parsed::Help(_)) => Outcome { exit: 0, error: None, lookups: Vec::new(), body: None },
        Err(error) => Outcome {
            exit: error.exit_code(),
            error: Some(error.to_string()),
            lookups: Vec::new(),
            body: None,
        },
    }
}

/// The endpoint mode `auto` is not this test's matter: Docker's default stands for it.
fn create(request: &CreateRequest) -> Outcome {
    let names: Vec<&str> = request.networks.iter().map(|attachment| attachment.network.as_str()).collect();
    let mut lookups: Vec<String> =
        names.iter().map(|name| format!("GET /networks/{name}?scope=swarm")).collect();
    let networks: BTreeMap<String, String> =
        names.iter().map(|&name| (name.to_owned(), network_id(name))).collect();
    let (mut image, mut platforms) = (request.image.tagged(), Vec::new());
    if request.resolve_image {
        lookups.push(format!("GET /distribution/{image}/json"));
        image = request.image.pinned(DIGEST);
        let platform = |(architecture, os): (&str, &str)| Platform {
            architecture: architecture.to_owned(),
            os: os.to_owned(),
        };
        platforms = PLATFORMS.map(platform).to_vec();
    }
    let endpoint = match request.endpoint {
        Requested::Auto => EndpointMode::Vip,
        Requested::Explicit(mode) => mode,
    };
    let decided = Decided { networks: &networks, endpoint, image: &image, platforms: &platforms };
    let body = create_body(request, &decided).expect("every network was looked up");
    Outcome { exit: 0, error: None, lookups, body: Some(body) }
}
