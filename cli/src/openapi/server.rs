//! Servers: where an API is, and the base path that its paths continue.
//!
//! OpenAPI 3 has URLs, with variables that have defaults and perhaps relative to where the description is; Swagger
//! 2.0 has `host` and `basePath`.

use serde_json::Value;
use smsvc_core::host::HostPattern;
use smsvc_core::path::BasePath;

use super::document::{Dialect, Document};
use super::remark::{Remark, Unmapped};

/// The place that remarks on servers name.
const PLACE: &str = "servers";

/// What the servers of a description say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Servers {
    /// The base path of the first; the others with another one do not count.
    pub(super) base: Option<BasePath>,
    /// The hosts of those with this base path, sorted.
    pub(super) hosts: Vec<HostPattern>,
    /// What could not be read.
    pub(super) remarks: Vec<Remark>,
}

/// The servers of the document.
pub(super) fn of_document(document: &Document) -> Servers {
    read(&urls(document.dialect(), document.root()))
}

/// The base path of the servers that a path item or an operation has of its own.
pub(super) fn own_base(value: &Value) -> Option<BasePath> {
    let urls = urls(Dialect::OpenApi3, value);
    if urls.is_empty() { None } else { Some(read(&urls).base.unwrap_or_default()) }
}

fn read(urls: &[String]) -> Servers {
    let mut servers = Servers::default();
    for url in urls {
        let (host, path) = split(url);
        let base = match BasePath::parse(&path) {
            Ok(base) => base,
            Err(error) => {
                servers.remarks.push(Remark::partly(PLACE, Unmapped::Base { url: url.clone(), error }));
                continue;
            }
        };
        let first = servers.base.get_or_insert_with(|| base.clone());
        if *first != base {
            let first = shown(first);
            servers.remarks.push(Remark::partly(PLACE, Unmapped::SecondBase { url: url.clone(), first }));
            continue;
        }
        match host.map(HostPattern::parse) {
            Some(Ok(host)) => servers.hosts.push(host),
            Some(Err(error)) => {
                servers.remarks.push(Remark::partly(PLACE, Unmapped::Host { url: url.clone(), error }));
            }
            None => {}
        }
    }
    servers.hosts.sort();
    servers.hosts.dedup();
    servers
}

/// A base path as people write it.
pub(super) fn shown(base: &BasePath) -> String {
    if base.is_empty() { "/".to_owned() } else { base.to_string() }
}

/// The URLs, with the defaults of their variables.
fn urls(dialect: Dialect, value: &Value) -> Vec<String> {
    let text = |member: &str| value.get(member).and_then(Value::as_str);
    match dialect {
        Dialect::Swagger2 => {
            let url =
                format!("//{}{}", text("host").unwrap_or_default(), text("basePath").unwrap_or_default());
            if url == "//" { Vec::new() } else { vec![url] }
        }
        Dialect::OpenApi3 => Document::list(value, "servers")
            .iter()
            .filter_map(|server| Some((server, server.get("url")?.as_str()?)))
            .map(|(server, url)| filled(url, server))
            .collect(),
    }
}

/// The URL with its variables replaced by their defaults.
fn filled(url: &str, server: &Value) -> String {
    let variables = server.get("variables").and_then(Value::as_object).into_iter().flatten();
    let default = |value: &Value| match value.get("default") {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    variables.fold(url.to_owned(), |url, (name, value)| url.replace(&format!("{{{name}}}"), &default(value)))
}

/// The host without user and port, if the URL has one, and the path.
fn split(url: &str) -> (Option<&str>, String) {
    let url = url.split(['?', '#']).next().unwrap_or(url);
    let Some((_, rest)) = url.split_once("//") else {
        let path = url.strip_prefix("./").unwrap_or(url);
        let rooted = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
        return (None, format!("{rooted}{path}"));
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let address = authority.rsplit_once('@').map_or(authority, |(_, address)| address);
    let port = address.rfind(':').filter(|at| !address[*at..].contains(']'));
    let host = &address[..port.unwrap_or(address.len())];
    ((!host.is_empty()).then_some(host), path.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn servers(value: Value) -> (String, Vec<String>, usize) {
        let servers = of_document(&Document::of(value).unwrap());
        let hosts = servers.hosts.iter().map(ToString::to_string).collect();
        (servers.base.map(|base| base.to_string()).unwrap_or_default(), hosts, servers.remarks.len())
    }

    fn of_urls(urls: &[&str]) -> (String, Vec<String>, usize) {
        let servers_of: Vec<Value> = urls.iter().map(|url| json!({"url": url})).collect();
        servers(json!({"openapi": "3.0.0", "servers": servers_of}))
    }

    #[test]
    fn a_url_gives_host_and_base_path() {
        let one = |url| of_urls(&[url]);
        assert_eq!(
            one("https://u:p@api.example.com:8443/v2/?x"),
            ("/v2".into(), vec!["api.example.com".into()], 0)
        );
        assert_eq!(one("https://api.example.com"), (String::new(), vec!["api.example.com".into()], 0));
        assert_eq!(one("/v3"), ("/v3".into(), vec![], 0));
        assert_eq!(one("v3"), ("/v3".into(), vec![], 0));
        assert_eq!(one(""), (String::new(), vec![], 0));
        assert_eq!(one("http://[::1]:80/x"), ("/x".into(), vec!["[::1]".into()], 0));
    }

    #[test]
    fn variables_have_their_defaults() {
        let value = json!({"openapi": "3.1.0", "servers": [{
            "url": "https://{name}.example.com/{version}",
            "variables": {"name": {"default": "demo"}, "version": {"default": 2}},
        }]});
        assert_eq!(servers(value), ("/2".into(), vec!["demo.example.com".into()], 0));
    }

    #[test]
    fn swagger_has_host_and_base_path() {
        let value = json!({"swagger": "2.0", "host": "petstore.example:80", "basePath": "/v2"});
        assert_eq!(servers(value), ("/v2".into(), vec!["petstore.example".into()], 0));
        assert_eq!(servers(json!({"swagger": "2.0"})), (String::new(), vec![], 0));
    }

    #[test]
    fn a_group_has_one_base_path_and_what_differs_is_told() {
        let told =
            of_urls(&["https://a.example/v1", "https://b.example/v1", "https://c.example/v2", "{x}/{y}"]);
        assert_eq!(told, ("/v1".into(), vec!["a.example".into(), "b.example".into()], 2));
    }
}
