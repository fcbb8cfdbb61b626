//! Routes, and what would become of a request.

use serde_json::{Value, json};
use smsvc_core::decide::{Considered, Decision, Explanation, Verdict};
use smsvc_core::host::HostPattern;
use smsvc_core::merge::Merged;
use smsvc_core::route::Route;
use smsvc_core::spec::Spec;
use smsvc_core::table::Table as Routes;

use super::Report;
use super::table::{Align, Table};
use crate::args::{Format, TestArgs};
use crate::groups::Declared;
use crate::template::ExecError;

/// How many rules that do not take a request are shown: those that come nearest.
const NEAR_MISSES: usize = 8;

impl Report {
    /// Groups and services that are not routed.
    pub fn route_problems(self, declared: &Declared, merged: &Merged) {
        for problem in declared.problems().chain(merged.refused.iter().flat_map(crate::groups::refusal_lines))
        {
            self.warning(&problem);
        }
    }

    /// One row a route: group by group, and in a group what outranks another above it.
    pub fn routes_table(self, routes: &Routes) {
        let mut table = Table::new(&[
            ("GROUP", Align::Left),
            ("HOST", Align::Left),
            ("METHODS", Align::Left),
            ("PATH", Align::Left),
            ("SERVICE", Align::Left),
            ("ROUTE", Align::Left),
            ("OPTIONS", Align::Left),
        ]);
        for rule in routes.ranked() {
            let route = rule.route();
            table.row([
                rule.group().to_owned(),
                hosts(rule.hosts()),
                route.methods().to_string(),
                rule.path().to_string(),
                rule.service().to_owned(),
                route.name().to_string(),
                options(route),
            ]);
        }
        self.result(&table.render());
    }

    /// One entry a route, for a template.
    pub fn routes_by(self, format: &Format, routes: &Routes) -> Result<(), ExecError> {
        let entries = routes.ranked().into_iter().map(|rule| {
            let route = rule.route();
            json!({
                "group": rule.group(),
                "host": hosts(rule.hosts()),
                "methods": route.methods().to_string(),
                "path": rule.path().to_string(),
                "service": rule.service(),
                "route": route.name().to_string(),
                "options": options(route),
            })
        });
        self.by(format, &Value::Array(entries.collect()))
    }

    /// The specification that the middleware gets.
    pub fn routes_json(self, spec: &Spec) {
        let value: Value = serde_json::from_str(&spec.to_json()).unwrap_or_default();
        self.json(&value);
    }

    /// What Traefik answers before any route is asked.
    pub fn traefik_answers(self, args: &TestArgs, status: u16) -> Result<(), ExecError> {
        if args.format == Format::Table {
            self.result(&format!(
                "{} {}\n-> {status}: Traefik answers by itself, before any route is asked",
                args.method, args.url
            ));
            return Ok(());
        }
        let answer = json!({
            "method": args.method,
            "url": args.url.to_string(),
            "answer": { "status": status, "headers": {}, "body": null },
            "considered": [],
        });
        self.by(&args.format, &answer)
    }

    /// The decision, and how it came about.
    pub fn explanation(self, args: &TestArgs, explanation: &Explanation<'_>) {
        self.result(&explained(args, explanation));
    }

    /// The same for programs.
    pub fn explanation_by(
        self,
        format: &Format,
        args: &TestArgs,
        explanation: &Explanation<'_>,
    ) -> Result<(), ExecError> {
        let considered: Vec<Value> = explanation
            .considered
            .iter()
            .map(|it| {
                json!({
                    "group": it.rule.group(),
                    "service": it.rule.service(),
                    "route": it.rule.route().name().as_str(),
                    "verdict": verdict(it.verdict),
                })
            })
            .collect();
        let mut value = match &explanation.decision {
            Decision::Forward(forward) => json!({
                "forward": { "group": forward.group, "service": forward.service, "route": forward.route, "uri": forward.uri }
            }),
            Decision::Answer(answer) => {
                let headers: serde_json::Map<String, Value> =
                    answer.headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
                json!({ "answer": { "status": answer.status, "headers": headers, "body": answer.body } })
            }
        };
        value["method"] = json!(args.method);
        value["url"] = json!(args.url.to_string());
        value["considered"] = Value::Array(considered);
        self.by(format, &value)
    }
}

/// The request, the decision, and the rules that came near it, the best first.
fn explained(args: &TestArgs, explanation: &Explanation<'_>) -> String {
    let mut text = format!("{} {}\n{}", args.method, args.url, decision(&explanation.decision));
    let near: Vec<&Considered<'_>> = explanation.considered.iter().filter(|it| is_near(it.verdict)).collect();
    let (shown, unshown) = near.split_at(near.len().min(NEAR_MISSES));
    if !shown.is_empty() {
        text = format!("{text}\n\n{}", considered_table(shown));
    }
    if !unshown.is_empty() {
        text = format!("{text}\n\n{} more for this path", unshown.len());
    }
    match explanation.considered.len() - near.len() {
        0 => text,
        1 => text + "\n\n1 other route is for other paths or hosts",
        far => text + &format!("\n\n{far} other routes are for other paths or hosts"),
    }
}

fn considered_table(shown: &[&Considered<'_>]) -> String {
    let mut table = Table::new(&[
        ("", Align::Left),
        ("METHODS", Align::Left),
        ("PATH", Align::Left),
        ("SERVICE", Align::Left),
        ("ROUTE", Align::Left),
        ("VERDICT", Align::Left),
    ]);
    for considered in shown {
        let rule = considered.rule;
        table.row([
            if considered.verdict == Verdict::Chosen { "*".to_owned() } else { String::new() },
            rule.route().methods().to_string(),
            rule.path().to_string(),
            rule.service().to_owned(),
            rule.route().name().to_string(),
            verdict(considered.verdict),
        ]);
    }
    table.render()
}

fn decision(decision: &Decision<'_>) -> String {
    match decision {
        Decision::Forward(forward) => {
            let chosen = format!(
                "-> service {}, by route {} of group {}",
                forward.service, forward.route, forward.group
            );
            match &forward.uri {
                Some(uri) => format!("{chosen}\n   the service sees {uri}"),
                None => chosen,
            }
        }
        Decision::Answer(answer) => {
            let allow = answer.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("allow"));
            let allow = allow.map(|(_, value)| format!(", Allow: {value}")).unwrap_or_default();
            format!("-> {}{allow}: no service gets the request", answer.status)
        }
    }
}

/// Whether the rule is for requests like this one.
fn is_near(verdict: Verdict<'_>) -> bool {
    !matches!(verdict, Verdict::Host | Verdict::Path)
}

fn verdict(verdict: Verdict<'_>) -> String {
    match verdict {
        Verdict::Chosen => "takes the request".to_owned(),
        Verdict::Outranked => "would take it, but is outranked".to_owned(),
        Verdict::Host => "other host".to_owned(),
        Verdict::Path => "other path".to_owned(),
        Verdict::Parameter(name) => format!("{{{name}}} does not meet its constraint"),
        Verdict::Method => "other method".to_owned(),
        Verdict::Header(name) => format!("header {name} is not as asked"),
        Verdict::Query(name) => format!("query parameter {name} is not as asked"),
    }
}

/// The conditions and rewrites, in the notation of `--route`.
fn options(route: &Route) -> String {
    let fields = route
        .fields()
        .into_iter()
        .filter(|(field, _)| !matches!(field.as_str(), "path" | "prefix" | "methods"));
    fields.map(|(field, value)| format!("{field}={value}")).collect::<Vec<_>>().join(" ")
}

fn hosts(hosts: &[HostPattern]) -> String {
    match hosts {
        [] => "*".to_owned(),
        hosts => hosts.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
    }
}

#[cfg(test)]
mod tests {
    use smsvc_core::decide::{Request, explain};

    use super::*;
    use crate::observe::Swarm;

    fn said(method: &str, url: &str) -> String {
        let labels = [
            ("smsvc.group", "petstore"),
            ("smsvc.route.mine.path", "/pets/mine"),
            ("smsvc.route.mine.methods", "GET"),
            ("smsvc.route.one.path", "/pets/{petId}"),
            ("smsvc.route.one.methods", "GET,DELETE"),
            ("smsvc.route.one.rewrite.path", "/internal/{petId}"),
            ("smsvc.route.far.path", "/far"),
        ];
        let swarm = Swarm::sample()
            .with_network("front", "10.1.0.0/24")
            .with_service("pets", "dnsrr", 1, "front", &labels);
        let routes = Routes::compile(&Declared::read(&swarm.services).merged().spec);
        let request = Request { method, host: "", uri: url, headers: &() };
        let args = TestArgs {
            method: method.into(),
            url: url.parse().unwrap(),
            headers: Vec::new(),
            format: Format::Table,
        };
        explained(&args, &explain(&routes, &request))
    }

    #[test]
    fn a_decision_is_said_with_the_routes_that_it_outranks() {
        let expected = "\
GET /pets/mine
-> service pets, by route mine of group petstore

    METHODS      PATH            SERVICE   ROUTE   VERDICT
*   GET          /pets/mine      pets      mine    takes the request
    DELETE,GET   /pets/{petId}   pets      one     would take it, but is outranked

1 other route is for other paths or hosts";
        assert_eq!(said("GET", "/pets/mine"), expected);
    }

    #[test]
    fn a_rewrite_is_said_as_the_service_sees_it() {
        let text = said("DELETE", "/pets/7?now=1");
        assert!(
            text.contains(
                "-> service pets, by route one of group petstore\n   the service sees /internal/7?now=1"
            ),
            "{text}"
        );
    }

    #[test]
    fn an_answer_is_said_with_what_is_allowed() {
        let expected = "\
PUT /pets/7
-> 405, Allow: DELETE, GET, HEAD, OPTIONS: no service gets the request

   METHODS      PATH            SERVICE   ROUTE   VERDICT
   DELETE,GET   /pets/{petId}   pets      one     other method

2 other routes are for other paths or hosts";
        assert_eq!(said("PUT", "/pets/7"), expected);
    }
}
