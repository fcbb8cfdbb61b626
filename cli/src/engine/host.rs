//! Which engine: the rules by which `docker` itself chooses (docker/cli `cli/command/cli.go`).
//!
//! Reads flags, environment and `config.json`; opens no connection.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use hyper::HeaderMap;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::config_formats::read_config;
use super::custom_headers::{CustomHeaderError, custom_headers};
use crate::plugin::Globals;

/// The socket of an engine on this machine, where nothing else is said.
const DEFAULT_SOCKET: &str = "/var/run/docker.sock";

/// How the engine is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A unix socket.
    Unix(PathBuf),
    /// Plain HTTP to `host:port`.
    Tcp(String),
    /// Through `docker [GLOBALS] system dial-stdio`, which knows TLS, ssh and whatever else docker learns.
    Docker {
        /// The address, for messages.
        address: String,
        /// Global flags as typed.
        globals: Vec<String>,
    },
}

/// The environment variables and files that the choice depends on.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// Environment variables, as far as docker's rules read them.
    pub variables: BTreeMap<String, String>,
    /// `~/.docker`, or what `DOCKER_CONFIG` or `--config` say.
    pub config: PathBuf,
}

/// The engine that is meant, and how it wants to be spoken to.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// How it is reached.
    pub host: Host,
    /// What every call carries besides.
    pub headers: HeaderMap,
    /// The API version that the user wants: `DOCKER_API_VERSION`.
    pub version: Option<String>,
}

impl Endpoint {
    /// Chooses as docker does.
    pub fn choose(globals: &Globals, around: &Surroundings) -> Result<Self, HostError> {
        let host = Host::choose(globals, around)?;
        let headers = custom_headers(around)?;
        let version = around.variable("DOCKER_API_VERSION").map(str::to_owned);
        Ok(Self { host, headers, version })
    }
}

/// Why no engine can be named.
#[derive(Debug, Error)]
pub enum HostError {
    /// `--context` together with `--host`.
    #[error("conflicting options: cannot specify both --host and --context")]
    Conflict,
    /// A context that is not in the store.
    #[error(
        "Failed to initialize: unable to resolve docker endpoint: context \"{name}\": context not found: open {}: no such file \
         or directory",
        path.display()
    )]
    ContextUnknown {
        /// Its name.
        name: String,
        /// The file that would describe it.
        path: PathBuf,
    },
    /// A context or configuration file that cannot be read.
    #[error("{}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// An address that is none.
    #[error("Failed to initialize: unable to resolve docker endpoint: {reason}")]
    Malformed {
        /// The address as given.
        address: String,
        /// What is wrong with it, as docker says it.
        reason: String,
    },
    /// Headers of the user's that are none.
    #[error(transparent)]
    CustomHeaders(#[from] CustomHeaderError),
}

impl Surroundings {
    /// Those of this process.
    pub fn of_process(globals: &Globals) -> Self {
        // A variable that is no text is none that anything here reads.
        let text =
            |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        let variables: BTreeMap<String, String> = std::env::vars_os().filter_map(text).collect();
        let config = globals
            .config
            .clone()
            .or_else(|| variables.get("DOCKER_CONFIG").filter(|dir| !dir.is_empty()).map(PathBuf::from))
            .unwrap_or_else(|| Path::new(variables.get("HOME").map_or("/", String::as_str)).join(".docker"));
        Self { variables, config }
    }

    /// A variable that is set and not empty.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// The part of `config.json` that chooses the context.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConfigFile {
    current_context: Option<String>,
}

/// `contexts/meta/<sha256 of the name>/meta.json`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ContextFile {
    endpoints: BTreeMap<String, ContextEndpoint>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ContextEndpoint {
    host: Option<String>,
}

impl Host {
    /// Chooses as docker does: `--context`, else `-H`, else `DOCKER_HOST`, else `DOCKER_CONTEXT`, else the
    /// current context of `config.json`, else the local socket.
    pub fn choose(globals: &Globals, around: &Surroundings) -> Result<Self, HostError> {
        if globals.host.is_some() && globals.context.is_some() {
            return Err(HostError::Conflict);
        }
        let context = match &globals.context {
            Some(name) => Some(name.clone()),
            None if globals.host.is_some() || around.variable("DOCKER_HOST").is_some() => None,
            None => match around.variable("DOCKER_CONTEXT") {
                Some(name) => Some(name.to_owned()),
                None => current_context(&around.config)?,
            },
        };
        let named = context.filter(|name| name != "default");
        let tls = named.is_none()
            && (globals.tls
                || around.variable("DOCKER_TLS_VERIFY").is_some()
                || around.variable("DOCKER_TLS").is_some());
        let address = match &named {
            Some(name) => context_address(&around.config, name)?,
            None => globals.host.clone().or_else(|| around.variable("DOCKER_HOST").map(str::to_owned)),
        };
        Self::at(
            address.as_deref(),
            tls || named.as_deref().is_some_and(|name| has_tls(&around.config, name)),
            &globals.words,
        )
    }

    fn at(address: Option<&str>, tls: bool, globals: &[String]) -> Result<Self, HostError> {
        let Some(address) = address else { return Ok(Self::Unix(DEFAULT_SOCKET.into())) };
        let malformed = || HostError::Malformed { address: address.to_owned(), reason: wrong_with(address) };
        let through_docker = || Self::Docker { address: address.to_owned(), globals: globals.to_vec() };
        match address.split_once("://") {
            Some(("unix", "")) => Ok(Self::Unix(DEFAULT_SOCKET.into())),
            Some(("unix", path)) => Ok(Self::Unix(path.into())),
            Some(("tcp" | "http", _)) | None if tls => Ok(through_docker()),
            Some(("tcp" | "http", rest)) => tcp(rest).ok_or_else(malformed),
            None => tcp(address).ok_or_else(malformed),
            Some(("ssh" | "https" | "npipe" | "fd", _)) => Ok(through_docker()),
            Some(_) => Err(malformed()),
        }
    }

    /// The address in words that the user knows, for messages.
    pub fn address(&self) -> String {
        match self {
            Self::Unix(path) => format!("unix://{}", path.display()),
            Self::Tcp(authority) => format!("tcp://{authority}"),
            Self::Docker { address, .. } => address.clone(),
        }
    }
}

/// What docker says of an address that is none.
fn wrong_with(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").unwrap_or(("tcp", address));
    if !matches!(scheme, "tcp" | "http") {
        return format!("invalid bind address format: {address}");
    }
    let port = rest.trim_end_matches('/').rsplit_once(':').map(|(_, port)| port);
    match port.filter(|port| port.parse::<u16>().is_err()) {
        Some(port) => format!("parse \"{scheme}://{rest}\": invalid port \":{port}\" after host"),
        None => format!("parse \"{scheme}://{rest}\": invalid character in host name"),
    }
}

/// `host`, `host:port` or `:port`, with docker's defaults: this machine, port 2375.
fn tcp(rest: &str) -> Option<Host> {
    let authority = rest.trim_end_matches('/');
    let (name, port) = match authority.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port.parse::<u16>().ok()?),
        _ => (authority, 2375),
    };
    let name = if name.is_empty() { "localhost" } else { name };
    (!name.contains(['/', '@', ' '])).then(|| Host::Tcp(format!("{name}:{port}")))
}

fn current_context(config: &Path) -> Result<Option<String>, HostError> {
    let file: ConfigFile = read_config(config)?;
    Ok(file.current_context.filter(|name| !name.is_empty()))
}

fn context_address(config: &Path, name: &str) -> Result<Option<String>, HostError> {
    let path = config.join("contexts/meta").join(digest(name)).join("meta.json");
    let Ok(text) = fs::read_to_string(&path) else {
        return Err(HostError::ContextUnknown { name: name.to_owned(), path });
    };
    let mut file: ContextFile = serde_json::from_str(&text)
        .map_err(|error| HostError::Unreadable { path, reason: error.to_string() })?;
    Ok(file.endpoints.remove("docker").and_then(|endpoint| endpoint.host))
}

fn has_tls(config: &Path, name: &str) -> bool {
    config.join("contexts/tls").join(digest(name)).join("docker").is_dir()
}

/// The folder of a context: the SHA-256 of its name in hexadecimal (docker/cli `cli/context/store`).
fn digest(name: &str) -> String {
    use std::fmt::Write as _;
    Sha256::digest(name.as_bytes()).iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(variables: &[(&str, &str)]) -> Surroundings {
        Surroundings {
            variables: variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            config: PathBuf::from("/nonexistent"),
        }
    }

    fn with_context(name: &str, host: &str, current: bool) -> (tempfile::TempDir, Surroundings) {
        let dir = tempfile::tempdir().unwrap();
        let meta = dir.path().join("contexts/meta").join(digest(name));
        fs::create_dir_all(&meta).unwrap();
        let text = format!(
            r#"{{"Name":"{name}","Metadata":{{}},"Endpoints":{{"docker":{{"Host":"{host}","SkipTLSVerify":false}}}}}}"#
        );
        fs::write(meta.join("meta.json"), text).unwrap();
        if current {
            fs::write(dir.path().join("config.json"), format!(r#"{{"currentContext":"{name}"}}"#)).unwrap();
        }
        let config = dir.path().to_owned();
        (dir, Surroundings { variables: BTreeMap::new(), config })
    }

    #[test]
    fn without_any_word_the_local_socket_is_meant() {
        assert_eq!(
            Host::choose(&Globals::default(), &around(&[])).unwrap(),
            Host::Unix(DEFAULT_SOCKET.into())
        );
    }

    #[test]
    fn docker_host_beats_docker_context() {
        let around = around(&[("DOCKER_HOST", "tcp://10.0.0.1"), ("DOCKER_CONTEXT", "prod")]);
        assert_eq!(
            Host::choose(&Globals::default(), &around).unwrap(),
            Host::Tcp("10.0.0.1:2375".to_owned())
        );
    }

    #[test]
    fn a_context_beats_docker_host() {
        let (_dir, mut around) = with_context("prod", "unix:///run/prod.sock", false);
        around.variables.insert("DOCKER_HOST".to_owned(), "tcp://10.0.0.1".to_owned());
        let globals = Globals { context: Some("prod".to_owned()), ..Globals::default() };
        assert_eq!(Host::choose(&globals, &around).unwrap(), Host::Unix("/run/prod.sock".into()));
    }

    #[test]
    fn the_current_context_is_used_where_nothing_else_is_said() {
        let (_dir, around) = with_context("stage", "tcp://stage:2375", true);
        assert_eq!(Host::choose(&Globals::default(), &around).unwrap(), Host::Tcp("stage:2375".to_owned()));
    }

    #[test]
    fn a_context_and_a_host_together_are_refused() {
        let globals = Globals { context: Some("a".into()), host: Some("b".into()), ..Globals::default() };
        assert!(matches!(Host::choose(&globals, &around(&[])), Err(HostError::Conflict)));
    }

    #[test]
    fn an_unknown_context_is_named() {
        let globals = Globals { context: Some("nope".into()), ..Globals::default() };
        let error = Host::choose(&globals, &around(&[])).unwrap_err();
        assert!(error.to_string().contains("\"nope\""), "{error}");
    }

    #[test]
    fn tls_and_ssh_go_through_docker_itself() {
        for address in ["ssh://me@host", "https://host"] {
            let host = Host::choose(&Globals::default(), &around(&[("DOCKER_HOST", address)])).unwrap();
            assert!(matches!(host, Host::Docker { .. }), "{address}");
        }
        let host = Host::choose(
            &Globals::default(),
            &around(&[("DOCKER_HOST", "tcp://h"), ("DOCKER_TLS_VERIFY", "1")]),
        )
        .unwrap();
        assert!(matches!(host, Host::Docker { .. }));
    }

    #[test]
    fn an_address_that_is_none_is_refused() {
        for address in ["foo://x", "tcp://h:notaport", "a b"] {
            let error = Host::choose(&Globals::default(), &around(&[("DOCKER_HOST", address)])).unwrap_err();
            assert!(matches!(error, HostError::Malformed { .. }), "{address}");
        }
    }
}
