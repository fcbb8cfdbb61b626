//! Whether Traefik has the plugin and gets the routes: as its API tells, or as its folder of plugins looks.

use std::fs;
use std::path::Path;
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty};
use hyper::Uri;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::time::timeout;

use super::complaint::Complaint;

/// How long Traefik may take for one answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the static configuration needs.
const LOCAL_PLUGIN: &str =
    "Traefik's static configuration needs experimental.localPlugins.smsvc.moduleName: smsvc";

/// Where the files of a local plugin lie, under Traefik's working directory.
const LAYOUT: &str = "plugins-local/src/smsvc";

/// What is wrong, as far as the API at this address tells.
pub(super) async fn complaints(api: &Uri) -> Vec<Complaint> {
    let answers = async {
        let overview = get(api, "api/overview").await?;
        let middlewares = get(api, "api/http/middlewares?per_page=10000").await?;
        let routers = get(api, "api/http/routers?per_page=10000").await?;
        Ok((overview, middlewares, routers))
    };
    match answers.await {
        Ok((overview, middlewares, routers)) => judge(&overview, &middlewares, &routers),
        Err(reason) => {
            let reason: String = reason;
            vec![Complaint::new(
                format!("Traefik's API does not answer at {api}: {reason}"),
                &[
                    "the API listens where the static configuration has api.insecure: true, by default on port 8080",
                ],
            )]
        }
    }
}

async fn get(api: &Uri, path: &str) -> Result<Value, String> {
    let address = format!("{}/{path}", api.to_string().trim_end_matches('/'));
    let uri: Uri = address.parse().map_err(|error: hyper::http::uri::InvalidUri| error.to_string())?;
    let client: Client<HttpConnector, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let answer = async {
        let response = client.get(uri).await.map_err(|error| root(&error))?;
        if !response.status().is_success() {
            return Err(format!("/{path} is answered with {}", response.status()));
        }
        let body = response.into_body().collect().await.map_err(|error| root(&error))?;
        serde_json::from_slice(&body.to_bytes()).map_err(|error| format!("/{path} is no JSON: {error}"))
    };
    timeout(PATIENCE, answer).await.unwrap_or_else(|_| Err("it takes too long".to_owned()))
}

/// The innermost reason.
fn root(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

fn judge(overview: &Value, middlewares: &Value, routers: &Value) -> Vec<Complaint> {
    let providers = overview["providers"].as_array().into_iter().flatten();
    if !providers.into_iter().any(|provider| provider == "HTTP") {
        return vec![Complaint::new(
            "Traefik has no HTTP provider, so it gets no routes of smsvc",
            &["Traefik's static configuration needs providers.http.endpoint: http://PROVIDER:9080/traefik"],
        )];
    }
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let (middlewares, routers) = (list(middlewares), list(routers));
    if !middlewares.iter().any(|middleware| middleware["plugin"]["smsvc"].is_object()) {
        return vec![Complaint::new(
            "Traefik has an HTTP provider, and no routes of smsvc have come from it",
            &[
                "`docker smsvc provider` has to run at the endpoint that Traefik's static configuration names",
                "`docker smsvc routes` shows whether any service declares routes",
            ],
        )];
    }
    let mut found: Vec<Complaint> = Vec::new();
    for object in middlewares.iter().chain(&routers) {
        let name = object["name"].as_str().unwrap_or_default();
        if object["provider"] != "http" || !name.starts_with("smsvc") {
            continue;
        }
        for error in object["error"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let ways: &[&str] = if error.contains("plugin") {
                &[LOCAL_PLUGIN, "docker smsvc doctor --traefik-folder DIR, with Traefik's working directory"]
            } else {
                &["docker smsvc lint"]
            };
            let complaint = Complaint::new(format!("Traefik refuses {name}: {error}"), ways);
            if !found.contains(&complaint) {
                found.push(complaint);
            }
        }
    }
    found
}

/// What is wrong with the files of the plugin under Traefik's working directory.
pub(super) fn layout(folder: &Path) -> Vec<Complaint> {
    let place = folder.join(LAYOUT);
    let copy = |file: &str| format!("mkdir -p {0} && cp {file} {0}/", place.display());
    let mut found = Vec::new();
    let manifest = place.join(".traefik.yml");
    match fs::read_to_string(&manifest) {
        Err(error) => {
            let what = format!("{}: {error}", manifest.display());
            found.push(Complaint::new(what, &[&copy(".traefik.yml")]));
        }
        Ok(text) => {
            // Traefik's default for a manifest without a runtime is Go source.
            let wasm = text.lines().any(|line| line.trim_end() == "runtime: wasm");
            if !wasm {
                let what = format!("{}: not the manifest of a WASM plugin", manifest.display());
                found.push(Complaint::new(what, &[&copy(".traefik.yml")]));
            }
        }
    }
    let module = place.join("plugin.wasm");
    let to_copy = format!("mkdir -p {} && cp smsvc-traefik.wasm {}", place.display(), module.display());
    match fs::read(&module) {
        Err(error) => found.push(Complaint::new(format!("{}: {error}", module.display()), &[&to_copy])),
        Ok(bytes) if !bytes.starts_with(b"\0asm") => {
            let what = format!("{}: not a WASM module", module.display());
            found.push(Complaint::new(what, &[&to_copy]));
        }
        Ok(_) => {}
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn what(found: &[Complaint]) -> Vec<&str> {
        found.iter().map(|complaint| complaint.what.as_str()).collect()
    }

    #[test]
    fn each_stage_on_the_way_to_traefik_has_its_own_complaint() {
        let plugin = |error: Value| json!([{"name": "smsvc@http", "provider": "http", "plugin": {"smsvc": {"spec": "{}"}}, "error": error}]);
        let http = json!({"providers": ["HTTP"]});
        let none = json!([]);
        assert!(judge(&json!({"providers": ["Swarm"]}), &none, &none)[0].what.contains("no HTTP provider"));
        assert!(judge(&http, &none, &none)[0].what.contains("no routes of smsvc have come"));
        let unknown = judge(&http, &plugin(json!(["plugin: unknown plugin type: smsvc"])), &none);
        assert_eq!(what(&unknown), ["Traefik refuses smsvc@http: plugin: unknown plugin type: smsvc"]);
        assert!(unknown[0].ways[0].contains("localPlugins"));
        assert_eq!(judge(&http, &plugin(Value::Null), &none), []);
        let other = json!([{"name": "mine@file", "provider": "file", "error": ["x"]}]);
        assert_eq!(judge(&http, &plugin(Value::Null), &other), []);
    }

    #[test]
    fn the_files_are_held_against_the_layout_that_traefik_wants() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(layout(folder.path()).len(), 2);
        let place = folder.path().join(LAYOUT);
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join(".traefik.yml"), "type: middleware\n").unwrap();
        fs::write(place.join("plugin.wasm"), "text").unwrap();
        let found = layout(folder.path());
        assert!(what(&found)[0].ends_with("not the manifest of a WASM plugin"));
        assert!(what(&found)[1].ends_with("not a WASM module"));
        fs::write(place.join(".traefik.yml"), include_str!("../../../../.traefik.yml")).unwrap();
        fs::write(place.join("plugin.wasm"), b"\0asm\x01\0\0\0").unwrap();
        assert_eq!(layout(folder.path()), []);
    }
}
