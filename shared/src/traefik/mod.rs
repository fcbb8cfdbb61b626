//! What Traefik is given: the dynamic configuration for its HTTP provider, and [`labels`] for a Traefik that does without.
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
//! Traefik does that with middlewares. Groups on other entry points or with other TLS have a parent of their own; as few
//! as possible, because every router that has the plugin gets a WASM runtime of its own, rebuilt at every change of
//! the configuration. The document is the same for the same input, byte for byte once it is serialised: Traefik
//! compares the hash of what it polled.
//!
//! This module knows nothing of tasks and of the engine: who may receive requests is the caller's choice.

mod child;
pub mod labels;
pub mod native;
mod parent;
mod part;
mod place;
mod regexp;
mod rule;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::decide::SERVICE_HEADER;
use crate::group::Group;
use crate::health::HealthCheck;
use crate::merge::Scheme;
use crate::name::{Name, ServiceName};
use parent::Parents;
use part::Part;

pub use part::Chunk;
pub use place::Inexact;

/// The parent router, the middleware that has the plugin, and what all services share.
const PARENT: &str = "smsvc";
/// The middleware that removes the header before the backend.
const STRIP: &str = "smsvc-strip";
/// The middleware that tries another task.
const RETRY: &str = "smsvc-retry";
/// The middleware that sends a request again that a task has lost.
const REPEAT: &str = "smsvc-repeat";

/// The pause before a second try. Traefik's default is none.
const PAUSE: &str = "20ms";

/// Where the tasks of a service listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backend {
    /// The service.
    pub service: ServiceName,
    /// What the tasks speak.
    pub scheme: Scheme,
    /// The port that they listen on.
    pub port: u16,
    /// How Traefik asks them for their health, if it does.
    pub health: Option<HealthCheck>,
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
    /// What Traefik does about a task that does not let it connect; nothing of its own where this is `None`.
    pub retry: Option<Retry>,
}

/// How Traefik goes over to another task when one does not take the connection: it may have stopped a moment ago. A
/// request of which anything was sent is repeated only where `repeats` says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// How many tasks are tried, the first one included.
    pub attempts: u32,
    /// How long each may take to accept a connection, in milliseconds.
    pub dial_timeout: u32,
    /// How often a request is sent again whose task did not answer it, or with 502 or 504. Only what is idempotent
    /// (RFC 9110, section 9.2.2) and has no body is. Traefik 3.6 refuses a document with this, and 3.7 before
    /// [`Retry::REPEATS_SINCE`] answers every request with a body with 413.
    pub repeats: u32,
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 16, dial_timeout: 500, repeats: 0 }
    }
}

impl Retry {
    /// The version of Traefik from which on `repeats` may be more than none.
    pub const REPEATS_SINCE: [u32; 3] = [3, 7, 6];

    /// The middlewares, in the order in which a request passes them: the name of each, and what makes it.
    fn middlewares(self) -> impl Iterator<Item = (&'static str, fn(Self) -> Value)> {
        let repeat: (_, fn(Self) -> Value) = (REPEAT, Self::repeat);
        let retry: (_, fn(Self) -> Value) = (RETRY, Self::retry);
        (self.repeats > 0).then_some(repeat).into_iter().chain([retry])
    }

    fn repeat(self) -> Value {
        // A 504 that took a backend this long is an answer, and would take it as long again.
        let patience = u64::from(self.attempts).saturating_mul(self.dial_timeout.into());
        json!({"retry": {
            "attempts": u64::from(self.repeats).saturating_add(1),
            "initialInterval": PAUSE,
            "timeout": format!("{patience}ms"),
            "status": ["502", "504"],
            "maxRequestBodyBytes": 0,
        }})
    }

    fn retry(self) -> Value {
        json!({"retry": {"attempts": self.attempts, "initialInterval": PAUSE}})
    }
}

/// A document that is written again and again: what has not changed since the last time is kept as text.
#[derive(Debug)]
pub struct Documents {
    options: DocumentOptions,
    parents: Parents,
    groups: BTreeMap<Name, Kept>,
}

/// A group of a document.
#[derive(Debug)]
struct Kept {
    group: Arc<Group>,
    /// Of its services, in their order.
    backends: Vec<Option<Arc<Backend>>>,
    written: Option<Written>,
}

/// A group as it stood in the last document.
#[derive(Debug)]
struct Written {
    refs: Vec<String>,
    part: Arc<Part>,
}

impl Documents {
    /// Of no group.
    pub fn new(options: DocumentOptions) -> Self {
        Self { options, parents: Parents::default(), groups: BTreeMap::new() }
    }

    /// Of these groups, and the backends of their services.
    pub fn of(
        options: DocumentOptions,
        groups: impl IntoIterator<Item = Arc<Group>>,
        backend: impl Fn(&ServiceName) -> Option<Arc<Backend>>,
    ) -> Self {
        let mut documents = Self::new(options);
        for group in groups {
            let backends = group.services.iter().map(|member| backend(&member.service)).collect();
            documents.set(group, backends);
        }
        documents
    }

    /// From now on there is this group, with a backend for each of its services, in their order.
    pub fn set(&mut self, group: Arc<Group>, backends: Vec<Option<Arc<Backend>>>) {
        if !self.groups.get(&group.name).is_some_and(|kept| kept.is(&group, &backends)) {
            self.groups.insert(group.name.clone(), Kept { group, backends, written: None });
        }
    }

    /// From now on there is no group of this name.
    pub fn remove(&mut self, name: &Name) {
        self.groups.remove(name);
    }

    /// The groups, in the order of their names.
    pub fn groups(&self) -> impl Iterator<Item = &Arc<Group>> {
        self.groups.values().map(|kept| &kept.group)
    }

    /// The dynamic configuration for the groups and the backends of their services, as JSON that depends on nothing else, nor
    /// on what there was before. It takes Traefik 3.6, which has `parentRefs`; 3.7 for a group with `limit.body`; and
    /// [`Retry::REPEATS_SINCE`] for repeats.
    ///
    /// * A service without addresses keeps its router and has no server: Traefik answers 503, where a missing router would
    ///   answer 404.
    /// * Without any group the document is the header middleware alone. An empty document would be a valid answer for
    ///   Traefik too, but looks the same as a mistake.
    /// * `passHostHeader` is left at Traefik's default: the backend sees the host that the client asked for.
    ///
    /// It comes in the pieces of which it is made, since most of them are those of the document before.
    pub fn write(&mut self) -> Vec<Chunk> {
        let groups: Vec<Arc<Group>> = self.groups().cloned().collect();
        self.parents.update(&groups, &self.options);
        let shared = shared_by_all(&self.options, !groups.is_empty());
        let mut parts = vec![Arc::new(shared), self.parents.part()];
        for kept in self.groups.values_mut() {
            let refs = self.parents.of(&kept.group);
            parts.push(kept.part(refs, &self.options));
        }
        part::join(&parts)
    }
}

impl Kept {
    fn part(&mut self, refs: &[String], options: &DocumentOptions) -> Arc<Part> {
        match &self.written {
            Some(written) if written.refs == refs => Arc::clone(&written.part),
            _ => {
                let part = Arc::new(self.write(refs, options));
                self.written = Some(Written { refs: refs.to_vec(), part: Arc::clone(&part) });
                part
            }
        }
    }

    fn write(&self, refs: &[String], options: &DocumentOptions) -> Part {
        let mut http = Http::default();
        for (member, backend) in self.group.services.iter().zip(&self.backends) {
            child::write(refs, &self.group, member, options.retry, &mut http);
            let backend = backend.as_deref();
            // A transport of its own would lose what the operator has said of certificates.
            let own = options.retry.is_some() && backend.is_some_and(|it| it.scheme != Scheme::Https);
            let service = service(backend, own.then_some(PARENT));
            http.services.insert(format!("{PARENT}-{}", member.service), service);
        }
        http.into()
    }

    fn is(&self, group: &Arc<Group>, backends: &[Option<Arc<Backend>>]) -> bool {
        Arc::ptr_eq(&self.group, group) && self.backends == backends
    }
}

/// What every child router may use.
fn shared_by_all(options: &DocumentOptions, used: bool) -> Part {
    let mut http = Http::default();
    let strip = json!({"headers": {"customRequestHeaders": {SERVICE_HEADER: ""}}});
    http.middlewares.insert(STRIP.to_owned(), strip);
    if let Some(retry) = options.retry.filter(|_| used) {
        http.middlewares.extend(retry.middlewares().map(|(name, make)| (name.to_owned(), make(retry))));
        // A transport of one's own has Go's default of 2 where Traefik's has 200: more clients than that would have a new
        // connection to the task made for each request.
        let timeouts = json!({"dialTimeout": format!("{}ms", retry.dial_timeout)});
        let transport = json!({"maxIdleConnsPerHost": 200, "forwardingTimeouts": timeouts});
        http.transports.insert(PARENT.to_owned(), transport);
    }
    http.into()
}

/// A service of Traefik, with its connections made by the transport of that name, if there is one.
///
/// The list of servers has to be there even if it is empty: Traefik refuses a whole document with a bare `loadBalancer`.
fn service(backend: Option<&Backend>, transport: Option<&str>) -> Value {
    let urls: Vec<Value> =
        backend.map(servers).unwrap_or_default().iter().map(|url| json!({"url": url})).collect();
    let transport = transport.map(|transport| ("serversTransport", transport.into()));
    let health = backend.and_then(|backend| backend.health.as_ref());
    let health = health.map(|health| ("healthCheck", health_check(health)));
    let parts = [("servers", urls.into())].into_iter().chain(transport).chain(health);
    let balancer: Map<String, Value> = parts.map(|(name, part)| (name.to_owned(), part)).collect();
    json!({"loadBalancer": balancer})
}

/// A health check, as Traefik reads it.
fn health_check(health: &HealthCheck) -> Value {
    let seconds = |number: u16| format!("{number}s");
    json!({"path": health.path(), "interval": seconds(health.interval()), "timeout": seconds(health.timeout())})
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
    /// The whole document. Traefik refuses empty parts.
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

/// The server URLs of a service, in the order of their addresses.
fn servers(backend: &Backend) -> Vec<String> {
    let addresses: BTreeSet<&IpAddr> = backend.addresses.iter().collect();
    addresses.into_iter().map(|address| url(backend.scheme, *address, backend.port)).collect()
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
    use crate::spec::Spec;
    use crate::table::Rules;

    /// A document that was not written before.
    pub(super) fn document(spec: &Spec, backends: &[Backend], options: &DocumentOptions) -> Value {
        written(&mut Documents::new(options.clone()), spec, backends)
    }

    fn written(documents: &mut Documents, spec: &Spec, backends: &[Backend]) -> Value {
        let gone = documents.groups().map(|group| group.name.clone());
        let gone: Vec<Name> =
            gone.filter(|name| !spec.groups.iter().any(|group| group.name == *name)).collect();
        for name in &gone {
            documents.remove(name);
        }
        let backend = |service: &ServiceName| {
            backends.iter().find(|backend| backend.service == *service).cloned().map(Arc::new)
        };
        for group in &spec.groups {
            let backends = group.services.iter().map(|member| backend(&member.service)).collect();
            documents.set(Arc::new(group.clone()), backends);
        }
        let text: Vec<u8> = documents.write().iter().flat_map(|chunk| chunk.as_ref().to_vec()).collect();
        serde_json::from_slice(&text).unwrap()
    }

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
        DocumentOptions { plugin: "smsvc".into(), entry_points: vec!["web".into()], retry: None }
    }

    fn backend(service: &str, scheme: Scheme, addresses: &[&str]) -> Backend {
        Backend {
            service: ServiceName::parse(service).unwrap(),
            scheme,
            port: 8080,
            health: None,
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
                        "middlewares": ["smsvc-strip"],
                        "service": "smsvc-orders",
                    },
                    "smsvc-pets": {
                        "parentRefs": ["smsvc"],
                        "rule": "Header(`X-Smsvc-Service`, `pets`)",
                        "middlewares": ["smsvc-strip"],
                        "service": "smsvc-pets",
                    },
                },
                "services": {
                    "smsvc-orders": {"loadBalancer": {"servers": []}},
                    "smsvc-pets": {"loadBalancer": {"servers": [
                        {"url": "http://10.0.1.3:8080"}, {"url": "http://10.0.1.4:8080"},
                    ]}},
                },
                "middlewares": {
                    "smsvc": {"plugin": {"smsvc": {"spec": Rules::of(&petstore()).compile()}}},
                    "smsvc-strip": {"headers": {"customRequestHeaders": {"X-Smsvc-Service": ""}}},
                },
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
            document(&spec(&order.join(",")), &backends, &options()).to_string()
        };
        let [a, b] = groups;
        assert_eq!(
            text([a, b], &["10.0.0.3", "10.0.0.10"]),
            text([b, a], &["10.0.0.10", "10.0.0.3", "10.0.0.3"])
        );
    }

    /// Names and hosts of groups, and the addresses of all services.
    type Step = (&'static [(&'static str, &'static str)], &'static [&'static str]);

    #[test]
    fn a_document_that_is_written_again_is_the_one_that_is_written_from_scratch() {
        let mut documents = Documents::new(DocumentOptions { retry: Some(RETRIES), ..options() });
        let group = |name: &str, host: &str| {
            format!(
                r#"{{"name":"{name}","hosts":["{host}.example"],"services":[{{"service":"of-{name}"}}]}}"#
            )
        };
        let groups = |all: &[(&str, &str)]| {
            spec(&all.iter().map(|(name, host)| group(name, host)).collect::<Vec<_>>().join(","))
        };
        let steps: [Step; 7] = [
            (&[("b", "h")], &[]),
            (&[("b", "h")], &["10.0.0.2"]),
            (&[("b", "h"), ("c", "h")], &["10.0.0.2"]),
            (&[("a", "h"), ("b", "i"), ("c", "h")], &["10.0.0.2", "10.0.0.3"]),
            (&[("a", "h"), ("c", "h")], &["10.0.0.3"]),
            (&[], &["10.0.0.3"]),
            (&[("c", "h")], &["10.0.0.3"]),
        ];
        for (all, addresses) in steps {
            let backends = ["of-a", "of-b", "of-c"].map(|service| backend(service, Scheme::Http, addresses));
            let again = written(&mut documents, &groups(all), &backends);
            let scratch = document(&groups(all), &backends, &documents.options);
            assert_eq!(again, scratch, "{all:?} {addresses:?}");
        }
    }

    #[test]
    fn a_service_with_a_health_check_is_asked_and_no_other() {
        let labels =
            [("smsvc.group", "petstore"), ("smsvc.health.path", "/h"), ("smsvc.health.interval", "4")];
        let labels = labels.map(|(label, value)| (label.to_owned(), value.to_owned())).into();
        let declared = crate::labels::parse("pets", "", &labels).unwrap().unwrap();
        let pets = Backend { health: declared.health, ..backend("pets", Scheme::Http, &["10.0.0.1"]) };
        let backends = [pets, backend("orders", Scheme::Http, &["10.0.0.2"])];
        let services = &document(&petstore(), &backends, &options())["http"]["services"];
        assert_eq!(
            services["smsvc-pets"]["loadBalancer"]["healthCheck"],
            json!({"path": "/h", "interval": "4s", "timeout": "2s"})
        );
        assert!(services["smsvc-orders"]["loadBalancer"]["healthCheck"].is_null());
    }

    const RETRIES: Retry = Retry { attempts: 3, dial_timeout: 1000, repeats: 0 };

    #[test]
    fn a_task_that_takes_no_connection_is_left_for_another_one() {
        let options = DocumentOptions { retry: Some(RETRIES), ..options() };
        let backends =
            [backend("pets", Scheme::Http, &["10.0.1.3"]), backend("orders", Scheme::Https, &["10.0.1.4"])];
        let http = &document(&petstore(), &backends, &options)["http"];
        assert_eq!(http["routers"]["smsvc-pets"]["middlewares"], json!(["smsvc-strip", "smsvc-retry"]));
        assert_eq!(http["middlewares"]["smsvc-retry"]["retry"]["attempts"], 3);
        assert_eq!(http["services"]["smsvc-pets"]["loadBalancer"]["serversTransport"], "smsvc");
        assert_eq!(
            http["serversTransports"]["smsvc"],
            json!({"maxIdleConnsPerHost": 200, "forwardingTimeouts": {"dialTimeout": "1000ms"}})
        );
        let https = &http["services"]["smsvc-orders"]["loadBalancer"];
        assert!(https.get("serversTransport").is_none(), "what the operator says of certificates holds");
    }

    #[test]
    fn a_request_is_sent_again_only_where_that_is_wanted() {
        let of = |repeats| {
            let options = DocumentOptions { retry: Some(Retry { repeats, ..RETRIES }), ..options() };
            document(&petstore(), &[backend("pets", Scheme::Http, &["10.0.1.3"])], &options)
        };
        assert!(!of(0).to_string().contains("smsvc-repeat"));
        let http = &of(2)["http"];
        let chain = json!(["smsvc-strip", "smsvc-repeat", "smsvc-retry"]);
        assert_eq!(http["routers"]["smsvc-pets"]["middlewares"], chain);
        let repeat = json!({"retry": {
            "attempts": 3, "initialInterval": "20ms", "timeout": "3000ms", "status": ["502", "504"], "maxRequestBodyBytes": 0,
        }});
        assert_eq!(http["middlewares"]["smsvc-repeat"], repeat);
    }
}
