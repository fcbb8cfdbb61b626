//! The credentials that go with an image, found as docker finds them (docker/cli `cli/config/configfile`).
//!
//! Order: `DOCKER_AUTH_CONFIG`, then the helper of the registry, then the general credential store, then the
//! entries of `config.json`. No credentials are an anonymous request, not an error.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::host::Surroundings;

/// Docker Hub's key in `config.json`, a URL for reasons of history.
const HUB: &str = "https://index.docker.io/v1/";

/// `config.json` and `DOCKER_AUTH_CONFIG`, as far as they hold credentials.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CredentialFile {
    auths: BTreeMap<String, Entry>,
    cred_helpers: BTreeMap<String, String>,
    creds_store: Option<String>,
}

/// An entry of `auths`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase", default)]
struct Entry {
    auth: String,
    username: String,
    password: String,
    identitytoken: String,
    registrytoken: String,
}

/// What a credential helper answers.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Secret {
    username: String,
    secret: String,
}

/// The JSON inside the `X-Registry-Auth` header (Docker API, "Authentication").
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Credentials {
    #[serde(skip_serializing_if = "String::is_empty")]
    username: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    password: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    serveraddress: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    identitytoken: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    registrytoken: String,
}

/// A credential helper that did not do its work.
#[derive(Debug, Error)]
#[error("error getting credentials from {helper}: {reason}")]
pub struct CredentialError {
    /// The program.
    pub helper: String,
    /// What it, or the operating system, says.
    pub reason: String,
}

/// The `X-Registry-Auth` header for a registry: base64url of a JSON object, `{}` where nothing is known.
pub fn auth_header(domain: Option<&str>, around: &Surroundings) -> Result<String, CredentialError> {
    let key = registry_key(domain);
    let credentials = match from_variable(key, around) {
        Some(credentials) => credentials,
        None => from_file(key, &around.config)?.unwrap_or_default(),
    };
    Ok(URL_SAFE.encode(serde_json::to_string(&credentials).unwrap_or_else(|_| "{}".to_owned())))
}

/// What `config.json` calls the registry at this host.
fn registry_key(domain: Option<&str>) -> &str {
    match domain {
        None | Some("docker.io" | "index.docker.io") => HUB,
        Some(domain) => domain,
    }
}

fn from_variable(key: &str, around: &Surroundings) -> Option<Credentials> {
    let mut file: CredentialFile = serde_json::from_str(around.variable("DOCKER_AUTH_CONFIG")?).ok()?;
    file.auths.remove(key).map(|entry| entry.credentials(key))
}

fn from_file(key: &str, config: &Path) -> Result<Option<Credentials>, CredentialError> {
    let text = fs::read_to_string(config.join("config.json")).unwrap_or_default();
    let Ok(mut file) = serde_json::from_str::<CredentialFile>(&text) else { return Ok(None) };
    let store = file.creds_store.as_ref().filter(|store| !store.is_empty());
    if let Some(helper) = file.cred_helpers.get(key).or(store) {
        return ask(&format!("docker-credential-{helper}"), key);
    }
    let name = file.auths.keys().find(|name| *name == key || hostname(name) == key).cloned();
    // As docker does, the registry is told the name that the file has for it.
    Ok(name.and_then(|name| Some(file.auths.remove(&name)?.credentials(&name))))
}

/// Old files hold URLs where newer ones hold host names.
fn hostname(name: &str) -> &str {
    let rest = name.split_once("://").map_or(name, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

/// What a helper says when it has nothing (docker-credential-helpers `credentials/error.go`).
const NOT_FOUND: &str = "credentials not found in native keychain";

/// `docker-credential-<helper> get`, the registry on its standard input.
fn ask(helper: &str, key: &str) -> Result<Option<Credentials>, CredentialError> {
    let failed =
        |reason: &dyn Display| CredentialError { helper: helper.to_owned(), reason: reason.to_string() };
    let output = call(helper, key).map_err(|error| failed(&error))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout);
        return if said.trim() == NOT_FOUND { Ok(None) } else { Err(failed(&said.trim())) };
    }
    let Secret { username, secret } =
        serde_json::from_slice(&output.stdout).map_err(|error| failed(&error))?;
    let serveraddress = key.to_owned();
    Ok(Some(if username == "<token>" {
        Credentials { identitytoken: secret, serveraddress, ..Credentials::default() }
    } else {
        Credentials { username, password: secret, serveraddress, ..Credentials::default() }
    }))
}

fn call(helper: &str, key: &str) -> io::Result<Output> {
    let mut child = Command::new(helper)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(key.as_bytes())?;
    }
    child.wait_with_output()
}

impl Entry {
    fn credentials(self, key: &str) -> Credentials {
        let decoded = STANDARD
            .decode(self.auth.trim())
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .unwrap_or_default();
        let (username, password) = match decoded.split_once(':') {
            Some((username, password)) => (username.to_owned(), password.trim_end_matches('\0').to_owned()),
            None => (self.username, self.password),
        };
        Credentials {
            username,
            password,
            serveraddress: key.to_owned(),
            identitytoken: self.identitytoken,
            registrytoken: self.registrytoken,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(domain: &str, config: &str, variable: Option<&str>) -> Credentials {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("config.json"), config).unwrap();
        let variables =
            variable.map(|value| ("DOCKER_AUTH_CONFIG".to_owned(), value.to_owned())).into_iter().collect();
        let around = Surroundings { variables, config: dir.path().to_owned() };
        serde_json::from_slice(&URL_SAFE.decode(auth_header(Some(domain), &around).unwrap()).unwrap())
            .unwrap()
    }

    #[test]
    fn the_hub_is_known_by_its_old_url() {
        for domain in [None, Some("docker.io"), Some("index.docker.io")] {
            assert_eq!(registry_key(domain), HUB);
        }
        assert_eq!(registry_key(Some("localhost:5000")), "localhost:5000");
    }

    #[test]
    fn the_header_is_base64url_and_holds_the_password_as_it_is() {
        let entry = STANDARD.encode("me:a>?b:c");
        let found = header(
            "reg.example.com",
            &format!(r#"{{"auths":{{"reg.example.com":{{"auth":"{entry}"}}}}}}"#),
            None,
        );
        assert_eq!((found.username.as_str(), found.password.as_str()), ("me", "a>?b:c"));
        assert_eq!(found.serveraddress, "reg.example.com");
    }

    #[test]
    fn the_variable_beats_the_file() {
        let variable =
            format!(r#"{{"auths":{{"reg.example.com":{{"auth":"{}"}}}}}}"#, STANDARD.encode("env:1"));
        let file = format!(r#"{{"auths":{{"reg.example.com":{{"auth":"{}"}}}}}}"#, STANDARD.encode("file:2"));
        assert_eq!(header("reg.example.com", &file, Some(&variable)).username, "env");
    }

    #[test]
    fn nothing_known_is_an_anonymous_request() {
        assert_eq!(header("docker.io", "{}", None), Credentials::default());
    }

    #[test]
    fn a_helper_that_cannot_be_run_is_an_error_and_not_an_anonymous_request() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("config.json"), r#"{"credsStore":"no-such-helper"}"#).unwrap();
        let around = Surroundings { config: dir.path().to_owned(), ..Surroundings::default() };
        let error = auth_header(None, &around).unwrap_err();
        assert_eq!(error.helper, "docker-credential-no-such-helper");
    }
}
