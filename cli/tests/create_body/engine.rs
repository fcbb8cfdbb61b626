//! A stand-in for the engine's API that records what it is asked.
//!
//! It speaks just enough HTTP/1.1 for Docker's CLI, on a Unix socket, and answers as a swarm manager that knows
//! every network and every image.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::{Value, json};

/// The digest of every image.
pub(crate) const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// The platforms of every image: architecture and operating system.
pub(crate) const PLATFORMS: [(&str, &str); 3] =
    [("amd64", "linux"), ("arm", "linux"), ("unknown", "unknown")];

/// The id of a network: its name backwards, so that the order of ids is not the order of names. An id is one already.
pub(crate) fn network_id(name: &str) -> String {
    if name.starts_with("id-") {
        return name.to_owned();
    }
    format!("id-{}", name.chars().rev().collect::<String>())
}

/// The id of a config or secret. No engine has one whose name begins with `missing`.
pub(crate) fn file_id(name: &str) -> Option<String> {
    (!name.starts_with("missing")).then(|| format!("id-of-{name}"))
}

/// A request, without the version of the API in its path.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The version in the path: `1.50`.
    pub(crate) version: Option<String>,
    /// The `X-Registry-Auth` header.
    pub(crate) auth: Option<String>,
    /// All headers that begin with `X-Custom`, in lower case.
    pub(crate) custom: BTreeMap<String, String>,
    pub(crate) body: Value,
}

/// The stand-in; it listens as long as the test runs.
#[derive(Clone)]
pub(crate) struct Engine {
    version: &'static str,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Engine {
    /// One whose newest API is this.
    pub(crate) fn listen(version: &'static str, socket: &Path) -> Self {
        let listener = UnixListener::bind(socket).expect("the socket is free");
        let engine = Self { version, calls: Arc::default() };
        let listening = engine.clone();
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let engine = listening.clone();
                thread::spawn(move || engine.serve(connection));
            }
        });
        engine
    }

    /// Answers one connection until the other side closes it.
    pub(crate) fn serve(&self, connection: impl Read + Write) {
        let mut reader = BufReader::new(connection);
        while let Some(call) = read_request(&mut reader) {
            let (status, answer) = answer(&call);
            let head_only = call.method == "HEAD";
            self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
            if write_response(self.version, reader.get_mut(), status, &answer, head_only).is_none() {
                return;
            }
        }
    }

    /// The calls since this was last asked.
    pub(crate) fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn read_request(reader: &mut impl BufRead) -> Option<Call> {
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut words = first.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?);
    let (mut length, mut auth, mut custom) = (0, None, BTreeMap::new());
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "x-registry-auth" => auth = Some(value.trim().to_owned()),
            name if name.starts_with("x-custom") => {
                custom.insert(name.to_owned(), value.trim().to_owned());
            }
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let unversioned = target.strip_prefix("/v").and_then(|rest| rest.find('/').map(|slash| &rest[slash..]));
    let path = percent_decoded(unversioned.unwrap_or(target));
    let version = target.strip_prefix("/v").and_then(|rest| rest.split('/').next()).map(str::to_owned);
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Some(Call { method, path, version, auth, custom, body })
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        let (byte, passed) = match code {
            Some(code) if *first == b'%' => (code, 2),
            _ => (*first, 0),
        };
        bytes.push(byte);
        rest = &tail[passed..];
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn answer(call: &Call) -> (u16, Value) {
    let path = call.path.split('?').next().unwrap_or("");
    if path.ends_with("/_ping") {
        (200, json!("OK"))
    } else if path.starts_with("/distribution/") {
        let platforms = PLATFORMS.map(|(architecture, os)| json!({"architecture": architecture, "os": os}));
        let descriptor = json!({"mediaType": "application/json", "digest": DIGEST, "size": 1});
        (200, json!({"Descriptor": descriptor, "Platforms": platforms}))
    } else if let Some(name) = path.strip_prefix("/networks/") {
        (200, json!({"Name": name, "Id": network_id(name), "Scope": "swarm", "Driver": "overlay"}))
    } else if path == "/secrets" || path == "/configs" {
        (200, named(&call.path))
    } else if path == "/networks" {
        let front =
            json!({"Name": "front", "Id": network_id("front"), "Scope": "swarm", "Driver": "overlay"});
        (200, json!([front]))
    } else if matches!(path, "/services" | "/tasks" | "/nodes") {
        (200, json!([]))
    } else if path == "/services/create" {
        (201, json!({"ID": "service-id"}))
    } else if path.starts_with("/services/") && path.ends_with("/update") {
        (200, json!({"Warnings": null}))
    } else if let Some(name) = path.strip_prefix("/services/") {
        service(name).map_or_else(
            || (404, json!({"message": format!("service {name} not found")})),
            |service| (200, service),
        )
    } else {
        (404, json!({"message": format!("nothing at {path}")}))
    }
}

/// The services that there are: files beside the tests of updates.
fn service(name: &str) -> Option<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/update_body/services");
    let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).ok()?;
    serde_json::from_str(&text).ok()
}

/// The configs or secrets that a filter names.
fn named(path: &str) -> Value {
    let filters = path.split_once("filters=").map_or("", |(_, filters)| filters);
    let filters: Value = serde_json::from_str(filters).unwrap_or(Value::Null);
    let names = filters["name"].as_object().into_iter().flat_map(|names| names.keys());
    names.filter_map(|name| Some(json!({"ID": file_id(name)?, "Spec": {"Name": name}}))).collect()
}

fn write_response(
    version: &str,
    connection: &mut impl Write,
    status: u16,
    answer: &Value,
    head_only: bool,
) -> Option<()> {
    let body = answer.to_string();
    let head = format!(
        "HTTP/1.1 {status} Answer\r\nApi-Version: {version}\r\nOstype: linux\r\nDocker-Experimental: false\r\n\
         Swarm: active/manager\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    connection.write_all(head.as_bytes()).ok()?;
    if !head_only {
        connection.write_all(body.as_bytes()).ok()?;
    }
    connection.flush().ok()
}
