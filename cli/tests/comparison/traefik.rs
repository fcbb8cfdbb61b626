//! A real Traefik with the guest, given the provider's document as a file, and a witness behind every service.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use smsvc_core::merge::Scheme;
use smsvc_core::name::ServiceName;
use smsvc_core::spec::Spec;
use smsvc_core::traefik::{Backend, DocumentOptions, Documents, Retry};
use smsvc_tests::backend::Seen;
use smsvc_tests::http;
use smsvc_tests::patience::wait_for;
use smsvc_tests::process::Companion;
use smsvc_tests::{artifact, stage};
use tempfile::TempDir;

use crate::table::{Outcome, Request};

/// How many requests are under way at the same time.
const WORKERS: usize = 4;

/// What becomes of each request; the route cannot be seen.
pub(crate) fn send(binary: &Path, spec: &Spec, requests: &[Request]) -> Vec<Outcome> {
    let document = document(spec, &witnesses(spec));
    Running::start(binary, &document, &spec.groups[0].hosts[0].to_string()).send(requests)
}

/// The provider's document.
pub(crate) fn document(spec: &Spec, backends: &[Backend]) -> String {
    let groups = spec.groups.iter().cloned().map(Arc::new);
    let backend = |service: &ServiceName| {
        backends.iter().find(|backend| backend.service == *service).cloned().map(Arc::new)
    };
    let chunks = Documents::of(options(), groups, backend).write();
    chunks.iter().map(|chunk| String::from_utf8_lossy(chunk.as_ref())).collect()
}

/// What the document depends on beside the groups.
pub(crate) fn options() -> DocumentOptions {
    let retry = Some(Retry { attempts: 2, dial_timeout: 1_000, repeats: 0 });
    DocumentOptions { plugin: "smsvc".to_owned(), entry_points: Vec::new(), retry }
}

/// A witness behind every service.
pub(crate) fn witnesses(spec: &Spec) -> Vec<Backend> {
    spec.groups.iter().flat_map(|group| &group.services).map(|member| witness(&member.service)).collect()
}

/// A Traefik of this machine.
pub(crate) struct Running {
    web: SocketAddr,
    _process: Companion,
    // Last, because fields are dropped in order.
    _folder: TempDir,
}

impl Running {
    /// Starts it with this dynamic configuration, and waits until the plugin answers for `host`.
    pub(crate) fn start(binary: &Path, document: &str, host: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let web = stage::free_port(IpAddr::V4(Ipv4Addr::LOCALHOST)).expect("a port");
        lay_out(folder.path(), web, document);
        let mut command = Command::new("env");
        command.arg("-C").arg(folder.path()).arg(binary).arg("--configFile=traefik.yml");
        let mut process = Companion::start(&command, &folder.path().join("log")).expect("Traefik starts");
        let first = http::Request::new("GET", host, "/no/such/path/there/is");
        wait_for("Traefik", Duration::from_mins(1), || {
            process.check_alive()?;
            let response = first.send(web)?;
            // The plugin answers by itself; Traefik's own 404 is text.
            anyhow::ensure!(!response.text().starts_with("404 page not found"), "no plugin yet");
            Ok(())
        })
        .unwrap_or_else(|error: anyhow::Error| panic!("{error:#}\n{}", process.log_end()));
        Self { web, _process: process, _folder: folder }
    }

    /// What becomes of each request.
    pub(crate) fn send(&self, requests: &[Request]) -> Vec<Outcome> {
        let web = self.web;
        let chunks = requests.chunks(requests.len().div_ceil(WORKERS));
        thread::scope(|scope| {
            let workers: Vec<_> = chunks
                .map(|chunk| {
                    scope.spawn(move || chunk.iter().map(|request| one(web, request)).collect::<Vec<_>>())
                })
                .collect();
            workers.into_iter().flat_map(|worker| worker.join().expect("a worker ends")).collect()
        })
    }
}

fn one(web: SocketAddr, request: &Request) -> Outcome {
    let mut sent = http::Request::new(&request.method, &request.host, &request.target);
    for (name, value) in &request.headers {
        sent = sent.with(name, value);
    }
    let response = sent.send(web).expect("an answer");
    match Seen::of(&response) {
        Some(seen) => Outcome::Forward { service: seen.service, route: String::new(), uri: seen.target },
        None => {
            Outcome::Answer { status: response.status, allow: response.header("Allow").map(str::to_owned) }
        }
    }
}

/// The folder in which Traefik runs.
fn lay_out(folder: &Path, web: SocketAddr, dynamic: &str) {
    let plugin = folder.join("plugins-local/src/smsvc");
    std::fs::create_dir_all(&plugin).expect("a folder");
    std::fs::copy(artifact::guest().expect("the guest is built"), plugin.join("plugin.wasm"))
        .expect("a file");
    std::fs::copy(artifact::workspace().join(".traefik.yml"), plugin.join(".traefik.yml")).expect("a file");
    // JSON is YAML.
    std::fs::write(folder.join("dynamic.yml"), dynamic).expect("a file");
    let settings = format!(
        "entryPoints:\n  web:\n    address: '{web}'\nproviders:\n  file:\n    filename: dynamic.yml\n\
         experimental:\n  abortOnPluginFailure: true\n  localPlugins:\n    smsvc:\n      moduleName: smsvc\n\
         global:\n  checkNewVersion: false\n  sendAnonymousUsage: false\n"
    );
    std::fs::write(folder.join("traefik.yml"), settings).expect("a file");
}

/// A server that tells which service it stands for and what it was asked.
fn witness(service: &ServiceName) -> Backend {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let name = service.to_string();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let name = name.clone();
            // A connection that breaks is Traefik's business.
            thread::spawn(move || answer(&stream, &name).ok());
        }
    });
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    Backend { service: service.clone(), scheme: Scheme::Http, port, health: None, addresses: vec![address] }
}

fn answer(stream: &TcpStream, service: &str) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    loop {
        let Some(line) = lines.next() else { return Ok(()) };
        let target = line?.split(' ').nth(1).unwrap_or_default().to_owned();
        for field in lines.by_ref() {
            if field?.is_empty() {
                break;
            }
        }
        let mut out = stream;
        write!(
            out,
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Backend-Service: {service}\r\nX-Backend-Target: {target}\r\n\r\n"
        )?;
    }
}
