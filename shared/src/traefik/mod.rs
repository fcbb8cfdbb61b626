//! The dynamic configuration that Traefik's HTTP provider is given.
//!
//! One parent router takes what any group may want and has the middleware that decides. The middleware writes the
//! chosen service into a header; one child router per service matches that header and has the service's task
//! addresses behind it:
//!
//! ```text
//! entry point ─► router smsvc ─► middleware smsvc (plugin, spec) ─► router smsvc-pets ─► middleware smsvc-strip ─► tasks of pets
//!                rule: union of the groups                          rule: Header        removes the header
//! ```
//!
//! A route that has headers of its response set or its requests counted has a child router of its own, because
//! Traefik does that with middlewares. Every child sends a request to another task where one cannot be reached. Groups on other entry points or with other TLS have a parent of their own; as few
//! as possible, because every router that has the plugin gets a WASM runtime of its own, rebuilt at every change of
//! the configuration. The document is the same for the same input, byte for byte once it is serialised: Traefik
//! compares the hash of what it polled.
//!
//! This module knows nothing of tasks and of the engine: who may receive requests is the caller's choice.

mod child;
mod parent;
mod rule;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde_json::{Map, Value, json};

use crate::decide::SERVICE_HEADER;
use crate::merge::Scheme;
use crate::name::ServiceName;
use crate::spec::Spec;

/// The parent router, and the middleware that has the plugin.
const PARENT: &str = "smsvc";
/// The middleware that removes the header before the backend.
const STRIP: &str = "smsvc-strip";
/// The middleware that asks another task where one cannot be reached, and the transport that soon knows that it cannot.
const RETRY: &str = "smsvc-retry";
const TRANSPORT: &str = "smsvc";

/// Where the tasks of a service listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backend {
    /// The service.
    pub service: ServiceName,
    /// What the tasks speak.
    pub scheme: Scheme,
    /// The port that they listen on.
    pub port: u16,
    /// The addresses of the tasks that may receive requests. Order and repetition have no meaning.
    pub addresses: Vec<IpAddr>,
}

/// What the document depends on beside the groups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentOptions {
    /// The name of the plugin in Traefik's static configuration (`experimental.localPlugins` or `plugins`).
    pub plugin: String,
    /// The entry points of the parent router; empty for Traefik's default ones.
    pub entry_points: Vec<String>,
}

/// The dynamic configuration for these groups and backends (Traefik 3.6 and later, which have `parentRefs`; 3.7 and later
/// for a group with `limit.body`).
///
/// * A service of a group without addresses keeps its router and has no server: Traefik answers 503, where a missing
///   router would answer 404.
/// * A backend that belongs to no group is left out.
/// * Without any group the document is the header middleware alone. An empty document would be a valid answer for
///   Traefik too, but looks the same as a mistake.
/// * `passHostHeader` is left at Traefik's default: the backend sees the host that the client asked for.
pub fn document(spec: &Spec, backends: &[Backend], options: &DocumentOptions) -> Value {
    let mut http = Http::default();
    http.middlewares
        .insert(STRIP.to_owned(), json!({"headers": {"customRequestHeaders": {SERVICE_HEADER: ""}}}));
    let parents = parent::parents(spec, &options.entry_points);
    for parent in &parents {
        parent.write(&options.plugin, &mut http);
    }
    let servers = servers(backends);
    for group in &spec.groups {
        let refs = parents.iter().filter(|parent| parent.has(group)).map(|parent| parent.name.as_str());
        let refs: Vec<&str> = refs.collect();
        for member in &group.services {
            child::write(&refs, group, member, &mut http);
            let urls = servers.get(&member.service).into_iter().flatten();
            let urls: Vec<Value> = urls.map(|url| json!({"url": url})).collect();
            // The list has to be there even if it is empty: Traefik refuses a whole document with a bare
            // `loadBalancer`.
            let service = json!({"loadBalancer": {"servers": urls, "serversTransport": TRANSPORT}});
            http.services.insert(format!("{PARENT}-{}", member.service), service);
        }
    }
    if !http.services.is_empty() {
        http.retry();
    }
    http.document()
}

/// The parts of a document.
#[derive(Default)]
struct Http {
    routers: Map<String, Value>,
    services: Map<String, Value>,
    middlewares: Map<String, Value>,
    transports: Map<String, Value>,
}

impl Http {
    /// A task can be gone before anybody knows: its node has lost its power. Traefik sends a request again only as long as
    /// no task has got any of it, so that nothing is done twice.
    fn retry(&mut self) {
        let retry = json!({"retry": {"attempts": 5, "initialInterval": "20ms"}});
        self.middlewares.insert(RETRY.to_owned(), retry);
        // A transport of one's own has Go's default of 2 where Traefik's has 200: more clients than that would have a new
        // connection to the task made for each request.
        let transport = json!({"maxIdleConnsPerHost": 200, "forwardingTimeouts": {"dialTimeout": "2s"}});
        self.transports.insert(TRANSPORT.to_owned(), transport);
    }

    /// Traefik refuses empty parts.
    fn document(self) -> Value {
        let parts = [
            ("routers", self.routers),
            ("services", self.services),
            ("middlewares", self.middlewares),
            ("serversTransports", self.transports),
        ];
        let parts = parts.into_iter().filter(|(_, part)| !part.is_empty());
        let parts: Map<String, Value> = parts.map(|(name, part)| (name.to_owned(), part.into())).collect();
        json!({"http": parts})
    }
}

/// The server URLs of each service, in the order of their addresses.
fn servers(backends: &[Backend]) -> BTreeMap<&ServiceName, Vec<String>> {
    let mut servers: BTreeMap<&ServiceName, Vec<String>> = BTreeMap::new();
    for backend in backends {
        let addresses: BTreeSet<&IpAddr> = backend.addresses.iter().collect();
        let urls = addresses.into_iter().map(|address| url(backend.scheme, *address, backend.port));
        servers.entry(&backend.service).or_default().extend(urls);
    }
    servers
}

/// An IPv6 address stands in brackets (RFC 3986, section 3.2.2).
fn url(scheme: Scheme, address: IpAddr, port: u16) -> String {
    match address {
        IpAddr::V4(address) => format!("{scheme}://{address}:{port}"),
        IpAddr::V6(address) => format!("{scheme}://[{address}]:{port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(groups: &str) -> Spec {
        Spec::parse(&format!(r#"{{"v":1,"groups":[{groups}]}}"#)).unwrap()
    }

    fn petstore() -> Spec {
        spec(
            r#"{"name":"petstore","hosts":["api.example.com"],"base":"/v2","services":[
                {"service":"pets","routes":{"get-pet":{"path":"/pets/{petId}","methods":"GET"}}},
                {"service":"orders","age":1}]}"#,
        )
    }

    fn options() -> DocumentOptions {
        DocumentOptions { plugin: "smsvc".into(), entry_points: vec!["web".into()] }
    }

    fn backend(service: &str, scheme: Scheme, addresses: &[&str]) -> Backend {
        Backend {
            service: ServiceName::parse(service).unwrap(),
            scheme,
            port: 8080,
            addresses: addresses.iter().map(|address| address.parse().unwrap()).collect(),
        }
    }

    fn urls(document: &Value, service: &str) -> Vec<String> {
        document["http"]["services"][format!("smsvc-{service}")]["loadBalancer"]["servers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|server| server["url"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn the_document_has_one_parent_and_a_child_a_service() {
        let document =
            document(&petstore(), &[backend("pets", Scheme::Http, &["10.0.1.4", "10.0.1.3"])], &options());
        assert_eq!(
            document,
            json!({"http": {
                "routers": {
                    "smsvc": {
                        "entryPoints": ["web"],
                        "rule": "Host(`api.example.com`) && (Path(`/v2`) || PathPrefix(`/v2/`))",
                        "middlewares": ["smsvc"],
                    },
                    "smsvc-orders": {
                        "parentRefs": ["smsvc"],
                        "rule": "Header(`X-Smsvc-Service`, `orders`)",
                        "middlewares": ["smsvc-strip", "smsvc-retry"],
                        "service": "smsvc-orders",
                    },
                    "smsvc-pets": {
                        "parentRefs": ["smsvc"],
                        "rule": "Header(`X-Smsvc-Service`, `pets`)",
                        "middlewares": ["smsvc-strip", "smsvc-retry"],
                        "service": "smsvc-pets",
                    },
                },
                "services": {
                    "smsvc-orders": {"loadBalancer": {"servers": [], "serversTransport": "smsvc"}},
                    "smsvc-pets": {"loadBalancer": {"servers": [
                        {"url": "http://10.0.1.3:8080"}, {"url": "http://10.0.1.4:8080"},
                    ], "serversTransport": "smsvc"}},
                },
                "middlewares": {
                    "smsvc": {"plugin": {"smsvc": {"spec": petstore().to_json()}}},
                    "smsvc-retry": {"retry": {"attempts": 5, "initialInterval": "20ms"}},
                    "smsvc-strip": {"headers": {"customRequestHeaders": {"X-Smsvc-Service": ""}}},
                },
                "serversTransports": {"smsvc": {"maxIdleConnsPerHost": 200, "forwardingTimeouts": {"dialTimeout": "2s"}}},
            }})
        );
    }

    #[test]
    fn without_groups_the_header_middleware_is_all_there_is() {
        assert_eq!(
            document(&Spec::default(), &[backend("pets", Scheme::Http, &["10.0.1.3"])], &options()),
            json!({"http": {"middlewares": {
                "smsvc-strip": {"headers": {"customRequestHeaders": {"X-Smsvc-Service": ""}}},
            }}})
        );
    }

    #[test]
    fn default_entry_points_are_left_to_traefik() {
        let document = document(&petstore(), &[], &DocumentOptions { entry_points: vec![], ..options() });
        assert!(document["http"]["routers"]["smsvc"].get("entryPoints").is_none());
    }

    #[test]
    fn a_backend_outside_the_groups_is_left_out() {
        let document = document(&petstore(), &[backend("cache", Scheme::Http, &["10.0.1.9"])], &options());
        assert!(document["http"]["services"].get("smsvc-cache").is_none());
    }

    #[test]
    fn schemes_and_ipv6_literals_make_urls() {
        let pets = |scheme, address| {
            urls(&document(&petstore(), &[backend("pets", scheme, &[address])], &options()), "pets")
        };
        assert_eq!(pets(Scheme::H2c, "10.0.1.3"), ["h2c://10.0.1.3:8080"]);
        assert_eq!(pets(Scheme::Https, "fd00::3"), ["https://[fd00::3]:8080"]);
    }

    #[test]
    fn order_and_repetition_of_groups_and_addresses_do_not_change_a_byte() {
        let groups = [
            r#"{"name":"a","hosts":["a.example.com"],"services":[{"service":"one"}]}"#,
            r#"{"name":"b","base":"/b","services":[{"service":"two"}]}"#,
        ];
        let text = |order: [&str; 2], addresses: &[&str]| {
            let backends = [backend("two", Scheme::Http, addresses), backend("one", Scheme::Http, addresses)];
            let mut document = document(&spec(&order.join(",")), &backends, &options());
            // The specification keeps the order of its groups; who makes it decides on that.
            document["http"]["middlewares"]["smsvc"]["plugin"]["smsvc"]["spec"] = Value::Null;
            document.to_string()
        };
        let [a, b] = groups;
        assert_eq!(
            text([a, b], &["10.0.0.3", "10.0.0.10"]),
            text([b, a], &["10.0.0.10", "10.0.0.3", "10.0.0.3"])
        );
    }
}
