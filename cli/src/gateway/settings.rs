//! Traefik's static configuration.
//!
//! It is a template for Docker, which fills in the secret when a task starts: the secret itself is in no config, and the
//! text stays the same as long as the wish does.

use std::time::Duration;

use serde_json::{Map, Value, json};
use thiserror::Error;

use super::traefik::{INTERNAL_PORT, TOKEN_FOLDER};
use super::{EntryPoint, GatewayName, PROVIDER_PORT};

/// Stands for the secret until all other braces are escaped.
const SECRET: &str = "SMSVC-SECRET-OF-THE-GATEWAY";

/// The least time between two changes that Traefik takes over.
const THROTTLE: &str = "500ms";

/// Why a file of the user's is no static configuration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StaticError {
    /// It cannot be read as YAML.
    #[error("{0}")]
    Yaml(String),
    /// It is no mapping.
    #[error("it has to be a mapping, such as `log:` with `level: DEBUG` below")]
    NoMapping,
}

/// The whole static configuration; `further` is the user's own, in YAML. The plugin sees the secrets of tokens where there
/// are some.
pub fn static_configuration(
    name: &GatewayName,
    entry_points: &[EntryPoint],
    [poll, grace]: [Duration; 2],
    provider_tls: bool,
    token_secrets: bool,
    further: Option<&str>,
) -> Result<String, StaticError> {
    let mut points = Map::new();
    for point in entry_points {
        let life = json!({ "lifeCycle": { "graceTimeOut": seconds(grace) } });
        let mut entry = json!({ "address": format!(":{}", point.port), "transport": life });
        if point.tls {
            entry["http"] = json!({ "tls": {} });
        }
        points.insert(point.name.clone(), entry);
    }
    points.insert("traefik".to_owned(), json!({ "address": format!(":{INTERNAL_PORT}") }));
    let mut whole = json!({
        "global": { "checkNewVersion": false, "sendAnonymousUsage": false },
        "entryPoints": points,
        "providers": {
            "providersThrottleDuration": THROTTLE,
            "http": {
                "endpoint": endpoint(name, provider_tls),
                "pollInterval": seconds(poll),
                "headers": { "Authorization": format!("Bearer {SECRET}") },
            },
        },
        "experimental": plugin(),
        "ping": {},
        "metrics": { "prometheus": {} },
        "log": { "level": "INFO", "noColor": true },
    });
    if provider_tls {
        whole["providers"]["http"]["tls"] = json!({ "ca": trusted(name) });
    }
    if token_secrets {
        // Where a container has its secrets by itself, so that a group names the same file with any Traefik.
        let mounts = [format!("{TOKEN_FOLDER}:/run/secrets:ro")];
        whole["experimental"]["localPlugins"]["smsvc"]["settings"] = json!({ "mounts": mounts });
    }
    if let Some(text) = further {
        let value: Value =
            serde_saphyr::from_str(text).map_err(|error| StaticError::Yaml(error.to_string()))?;
        if !value.is_object() {
            return Err(StaticError::NoMapping);
        }
        lay_over(&mut whole, value);
    }
    let text = serde_saphyr::to_string(&whole).map_err(|error| StaticError::Yaml(error.to_string()))?;
    Ok(template(&text, name))
}

/// The lines by which a Traefik of the user's own joins, for a Docker config with the template driver golang.
pub fn attach_lines(name: &GatewayName, provider_tls: bool) -> [String; 4] {
    let (endpoint, secret) = (endpoint(name, provider_tls), secret(name));
    let tls = if provider_tls { format!("tls: {{ca: '{}'}}, ", trusted(name)) } else { String::new() };
    [
        "providers:".to_owned(),
        format!(
            "  http: {{endpoint: '{endpoint}', pollInterval: 1s, {tls}headers: {{Authorization: 'Bearer {secret}'}}}}"
        ),
        "experimental:".to_owned(),
        "  {abortOnPluginFailure: true, localPlugins: {smsvc: {moduleName: smsvc}}}".to_owned(),
    ]
}

fn endpoint(name: &GatewayName, tls: bool) -> String {
    let scheme = if tls { "https" } else { "http" };
    format!("{scheme}://{}:{PROVIDER_PORT}/traefik", name.provider_host())
}

/// Where a task has the certificate of the provider.
fn trusted(name: &GatewayName) -> String {
    format!("/run/secrets/{}", name.identity())
}

/// Without the last, a plugin that does not load takes its routers with it, and Traefik looks healthy.
fn plugin() -> Value {
    json!({ "localPlugins": { "smsvc": { "moduleName": "smsvc" } }, "abortOnPluginFailure": true })
}

fn secret(name: &GatewayName) -> String {
    format!("{{{{ secret \"{}\" }}}}", name.token())
}

/// Braces of the user's, such as those of a `defaultRule`, are text.
fn template(text: &str, name: &GatewayName) -> String {
    text.replace("{{", "{{ \"{{\" }}").replace(SECRET, &secret(name))
}

fn lay_over(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (key, value) in over {
                // Traefik does not mind the case of a key.
                let known =
                    under.keys().find(|known| known.eq_ignore_ascii_case(&key)).cloned().unwrap_or(key);
                lay_over(under.entry(known).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over,
    }
}

fn seconds(duration: Duration) -> String {
    format!("{}ms", duration.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(further: Option<&str>) -> Result<Value, StaticError> {
        with_tls(false, further)
    }

    fn with_tls(tls: bool, further: Option<&str>) -> Result<Value, StaticError> {
        let points = ["web=:80".parse().unwrap(), "safe=:443,tls".parse().unwrap()];
        let second = Duration::from_secs(1);
        let text = static_configuration(&"edge".parse().unwrap(), &points, [second; 2], tls, tls, further)?;
        // As Docker does it.
        let text = text.replace("{{ \"{{\" }}", "{{").replace("{{ secret \"edge-token\" }}", "s3cret");
        Ok(serde_saphyr::from_str(&text).unwrap())
    }

    #[test]
    fn traefik_asks_the_provider_with_the_secret() {
        let settings = written(None).unwrap();
        let http = &settings["providers"]["http"];
        assert_eq!(http["endpoint"], "http://tasks.edge-provider:9080/traefik");
        assert_eq!(http["headers"]["Authorization"], "Bearer s3cret");
        assert_eq!(settings["entryPoints"]["web"]["address"], ":80");
        assert!(settings["entryPoints"]["safe"]["http"]["tls"].is_object());
        assert_eq!(settings["experimental"]["abortOnPluginFailure"], true);
        assert!(settings["api"].is_null() && settings["accessLog"].is_null());
    }

    #[test]
    fn what_the_user_says_is_laid_over_and_braces_stay() {
        let more = "Log: {level: DEBUG}\nentrypoints:\n  web: {forwardedHeaders: {insecure: true}}\nx: 'a {{ .Name }}'\n";
        let settings = written(Some(more)).unwrap();
        assert_eq!(settings["log"], json!({ "level": "DEBUG", "noColor": true }));
        assert_eq!(settings["entryPoints"]["web"]["forwardedHeaders"]["insecure"], true);
        assert_eq!(settings["entryPoints"]["web"]["address"], ":80");
        assert_eq!(settings["x"], "a {{ .Name }}");
    }

    #[test]
    fn four_lines_attach_a_traefik_of_the_users_own() {
        for tls in [false, true] {
            let lines = attach_lines(&"edge".parse().unwrap(), tls)
                .join("\n")
                .replace("{{ secret \"edge-token\" }}", "s3cret");
            let settings: Value = serde_saphyr::from_str(&lines).unwrap();
            let whole = with_tls(tls, None).unwrap();
            let plugin = &whole["experimental"]["localPlugins"]["smsvc"]["moduleName"];
            assert_eq!(settings["experimental"]["localPlugins"]["smsvc"]["moduleName"], *plugin);
            assert_eq!(settings["experimental"]["abortOnPluginFailure"], true);
            for key in ["endpoint", "headers", "tls"] {
                assert_eq!(settings["providers"]["http"][key], whole["providers"]["http"][key]);
            }
            // Traefik's own 5 s are longer than the engine waits before it stops a task.
            assert_eq!(settings["providers"]["http"]["pollInterval"], "1s");
        }
    }

    #[test]
    fn the_plugin_sees_the_secrets_of_tokens_and_no_others() {
        let mounts = |tokens| {
            let settings =
                &with_tls(tokens, None).unwrap()["experimental"]["localPlugins"]["smsvc"]["settings"];
            settings["mounts"].clone()
        };
        assert_eq!(mounts(true), json!(["/run/smsvc-token-secrets:/run/secrets:ro"]));
        assert_eq!(mounts(false), Value::Null);
    }

    #[test]
    fn over_tls_traefik_trusts_the_certificate_of_the_provider_and_no_other() {
        let http = &with_tls(true, None).unwrap()["providers"]["http"];
        assert_eq!(http["endpoint"], "https://tasks.edge-provider:9080/traefik");
        assert_eq!(http["tls"], json!({ "ca": "/run/secrets/edge-identity" }));
    }

    #[test]
    fn what_is_no_mapping_is_refused() {
        assert_eq!(written(Some("- a\n")), Err(StaticError::NoMapping));
        assert!(matches!(written(Some("a: [")), Err(StaticError::Yaml(_))));
    }
}
