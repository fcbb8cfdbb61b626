//! Child routers: one for each service, and one for each route for which Traefik has something to do.
//!
//! Counting requests and changing headers that the service has set is left to Traefik's own middlewares: the plugin's
//! instances share nothing, and would have to hold back every answer.

use serde_json::{Map, Value, json};

use super::{Http, PARENT, Retry, STRIP, rule};
use crate::amount::Rate;
use crate::group::{Group, Member};
use crate::header_change::HeaderChanges;
use crate::route::Route;
use crate::table::own_router;

/// Writes the routers of a service under these parents.
pub(super) fn write(
    parents: &[String],
    group: &Group,
    member: &Member,
    retry: Option<Retry>,
    http: &mut Http,
) {
    let service = format!("{PARENT}-{}", member.service);
    let router = |found_by: &str, middlewares: &[String]| {
        json!({
            "parentRefs": parents,
            "rule": rule::child(found_by),
            "middlewares": middlewares,
            "service": service,
        })
    };
    let body = body_limit(group).map(|middleware| {
        let name = format!("{service}.body");
        http.middlewares.insert(name.clone(), middleware);
        name
    });
    let mut common = vec![STRIP.to_owned()];
    common.extend(body);
    common.extend(retry.into_iter().flat_map(Retry::middlewares).map(|(name, _)| name.to_owned()));
    http.routers.insert(service.clone(), router(member.service.as_str(), &common));
    for route in member.routes.iter().filter(|route| route.needs_own_router()) {
        let name = format!("{service}.{}", route.name());
        let mut chain = Vec::new();
        for (word, middleware) in of_route(route) {
            let name = format!("{name}.{word}");
            http.middlewares.insert(name.clone(), middleware);
            chain.push(name);
        }
        chain.extend(common.iter().cloned());
        http.routers.insert(name, router(&own_router(&member.service, route.name()), &chain));
    }
}

/// What holds the group's limit of bodies, if it has one. The plugin refuses bodies that declare too great a length; this
/// refuses those that declare none.
pub(super) fn body_limit(group: &Group) -> Option<Value> {
    let limit = group.settings.limits().body?;
    Some(json!({"buffering": {"maxRequestBodyBytes": limit.bytes(), "disableResponseBuffer": true}}))
}

/// What Traefik does for this route alone, in the order in which it does it.
pub(super) fn of_route(route: &Route) -> Vec<(&'static str, Value)> {
    let limits = route.action().forwarding().map(|forwarding| forwarding.limits).unwrap_or_default();
    let response = route.response();
    let rate = limits.rate.map(|rate| ("rate", rate_limit(rate)));
    let inflight = limits.inflight.map(|amount| ("inflight", json!({"inFlightReq": {"amount": amount}})));
    let changes = !response.set.is_empty() || !response.remove.is_empty();
    let headers =
        changes.then(|| ("headers", json!({"headers": {"customResponseHeaders": changed(response)}})));
    [rate, inflight, headers].into_iter().flatten().collect()
}

/// All of a period's requests may come at once: with Traefik's usual burst of 1, two that come together would be one
/// too many.
fn rate_limit(rate: Rate) -> Value {
    let period = format!("{}s", rate.period.duration().as_secs());
    json!({"rateLimit": {"average": rate.amount, "period": period, "burst": rate.amount}})
}

/// Traefik removes a header that is set to nothing.
pub(super) fn changed(changes: &HeaderChanges) -> Map<String, Value> {
    let removed = changes.remove.iter().map(|name| (name.to_string(), Value::from("")));
    let set = changes.set.iter().map(|(name, value)| (name.to_string(), Value::from(value.as_str())));
    removed.chain(set).collect()
}

#[cfg(test)]
mod tests {
    use crate::spec::Spec;
    use crate::traefik::{DocumentOptions, tests::document};
    use serde_json::{Value, json};

    fn http(settings: &str, routes: &str) -> Value {
        let text = format!(
            r#"{{"v":1,"groups":[{{"name":"g","settings":{{{settings}}},"services":[{{"service":"s","routes":{{{routes}}}}}]}}]}}"#
        );
        let options =
            DocumentOptions { plugin: "smsvc".into(), entry_points: vec!["web".into()], retry: None };
        document(&Spec::parse(&text).unwrap(), &[], &options)["http"].clone()
    }

    #[test]
    fn a_route_whose_requests_are_counted_has_a_router_of_its_own() {
        let http =
            http("", r#""a":{"path":"/a","limit.rate":"100/m","limit.inflight":"5"},"b":{"path":"/b"}"#);
        assert_eq!(
            http["routers"]["smsvc-s.a"],
            json!({
                "parentRefs": ["smsvc"],
                "rule": "Header(`X-Smsvc-Service`, `s/a`)",
                "middlewares": ["smsvc-s.a.rate", "smsvc-s.a.inflight", "smsvc-strip"],
                "service": "smsvc-s",
            })
        );
        let rate = json!({"rateLimit": {"average": 100, "period": "60s", "burst": 100}});
        assert_eq!(http["middlewares"]["smsvc-s.a.rate"], rate);
        assert_eq!(http["middlewares"]["smsvc-s.a.inflight"], json!({"inFlightReq": {"amount": 5}}));
        assert!(http["routers"].get("smsvc-s.b").is_none(), "the other goes by the router of the service");
    }

    #[test]
    fn headers_that_the_service_has_set_are_changed_by_traefik_and_added_ones_by_the_plugin() {
        let changed = r#""a":{"path":"/a","response.header.set.x-frame-options":"DENY","response.header.remove":"server"}"#;
        let middlewares = &http("", changed)["middlewares"];
        let headers =
            json!({"headers": {"customResponseHeaders": {"server": "", "x-frame-options": "DENY"}}});
        assert_eq!(middlewares["smsvc-s.a.headers"], headers);
        let added = http("", r#""a":{"path":"/a","response.header.add.link":"</x>"}"#);
        assert!(added["routers"].get("smsvc-s.a").is_none());
    }

    #[test]
    fn an_answer_without_a_service_needs_no_router() {
        let denied = http("", r#""a":{"path":"/a","to":"deny","response.header.set.x":"1"}"#);
        assert!(denied["routers"].get("smsvc-s.a").is_none());
    }

    #[test]
    fn a_limit_of_the_body_is_held_for_bodies_of_undeclared_length_too() {
        let http = http(r#""limit.body":"1MiB""#, r#""a":{"path":"/a"}"#);
        let buffering =
            json!({"buffering": {"maxRequestBodyBytes": 1_048_576, "disableResponseBuffer": true}});
        assert_eq!(http["middlewares"]["smsvc-s.body"], buffering);
        assert_eq!(http["routers"]["smsvc-s"]["middlewares"], json!(["smsvc-strip", "smsvc-s.body"]));
    }
}
