//! Our code, with the answers that the stand-in for the engine would give.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use docker_smsvc::flags::{Asked, CreateRequest, Shell, parse};
use docker_smsvc::service::{Decided, EndpointMode, Platform, UnresolvedName, create_body};
use smsvc_core::endpoint::Requested;

use crate::engine::{DIGEST, PLATFORMS, file_id, network_id};
use crate::outcome::Outcome;

/// The working directory of all lines. It has to exist, and to have a parent.
pub(crate) const DIRECTORY: &str = "/usr/bin";

/// The environment of all lines.
pub(crate) const VARIABLES: [(&str, &str); 2] = [("HOME", "/nowhere"), ("GREETING", "hello = world")];

/// Stands in a line for the folder of the files.
pub(crate) const FOLDER: &str = "{folder}";

/// The files that a line can name.
pub(crate) const FILES: [(&str, &[u8]); 6] = [
    ("plain.env", b"\xef\xbb\xbfA=file\n# comment\n\n  B= \"two\" \r\nGREETING\nUNSET\nC\nD= x=y\n#"),
    ("last.env", b"A=last\nZ="),
    ("empty.env", b""),
    ("bytes.env", b"A=1\n\xc3\x28\n"),
    ("space.env", b"\tA =1\n"),
    ("nameless.env", b"A=1\n =1\n"),
];

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let name = path.strip_prefix(FOLDER).ok().and_then(Path::to_str).unwrap_or("");
    if name.is_empty() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let file = FILES.iter().find(|(file, _)| *file == name);
    file.map(|(_, content)| content.to_vec()).ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// What becomes of a line.
pub(crate) fn run(line: &[&str]) -> Outcome {
    let words: Vec<String> = line.iter().map(|&word| word.to_owned()).collect();
    let variables = VARIABLES.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    match parse(&words, &Shell { variables, directory: DIRECTORY.into(), read }) {
        Ok(Asked::For(request)) => create(&request),
        Ok(Asked::Help(_)) => Outcome { exit: 0, error: None, lookups: Vec::new(), body: None },
        Err(error) => failure(error.exit_code(), error.to_string(), Vec::new()),
    }
}

fn failure(exit: u8, error: String, lookups: Vec<String>) -> Outcome {
    Outcome { exit, error: Some(error), lookups, body: None }
}

/// The endpoint mode `auto` is not this test's matter: Docker's default stands for it. A digest is asked for last,
/// once every name is known.
fn create(request: &CreateRequest) -> Outcome {
    let names: Vec<&str> = request.networks.iter().map(|attachment| attachment.network.as_str()).collect();
    let mut lookups: Vec<String> =
        names.iter().map(|name| format!("GET /networks/{name}?scope=swarm")).collect();
    let networks: BTreeMap<String, String> =
        names.iter().map(|&name| (name.to_owned(), network_id(name))).collect();
    let secrets = look_up("secrets", &request.secret_names(), &mut lookups);
    let mut decided = Decided {
        networks: &networks,
        configs: &BTreeMap::new(),
        secrets: &secrets,
        endpoint: match request.endpoint {
            Requested::Auto => EndpointMode::Vip,
            Requested::Explicit(mode) => mode,
        },
        image: &request.image.tagged(),
        platforms: &[],
    };
    if let Err(error @ UnresolvedName::Secret { .. }) = create_body(request, &decided) {
        return failure(1, error.to_string(), lookups);
    }
    let configs = look_up("configs", &request.config_names(), &mut lookups);
    decided.configs = &configs;
    if let Err(error) = create_body(request, &decided) {
        return failure(1, error.to_string(), lookups);
    }
    let pinned = request.image.pinned(DIGEST);
    let platform = |(architecture, os): (&str, &str)| Platform {
        architecture: architecture.to_owned(),
        os: os.to_owned(),
    };
    let platforms = PLATFORMS.map(platform);
    if request.resolve_image {
        lookups.push(format!("GET /distribution/{}/json", decided.image));
        decided.image = &pinned;
        decided.platforms = &platforms;
    }
    let body = create_body(request, &decided).expect("every name was looked up");
    Outcome { exit: 0, error: None, lookups, body: Some(body) }
}

/// The ids of the names that the engine has, after one call for all of them.
fn look_up(kind: &str, names: &[&str], lookups: &mut Vec<String>) -> BTreeMap<String, String> {
    if !names.is_empty() {
        let filter: BTreeMap<&str, bool> = names.iter().map(|&name| (name, true)).collect();
        lookups.push(format!("GET /{kind}?filters={}", serde_json::json!({"name": filter})));
    }
    names.iter().filter_map(|&name| Some((name.to_owned(), file_id(name)?))).collect()
}
