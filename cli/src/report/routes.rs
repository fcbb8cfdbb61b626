//! Routes, and what would become of a request.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use smsvc_core::action::Action;
use smsvc_core::decide::{Answer, Considered, Decision, Explanation, Forward, Lines, Verdict};
use smsvc_core::header_change::HeaderChange;
use smsvc_core::host::HostPattern;
use smsvc_core::merge::Merged;
use smsvc_core::route::Route;
use smsvc_core::spec::Spec;
use smsvc_core::table::{Rule, Rules};

use super::Report;
use super::table::{Align, Table};
use crate::args::{Format, TestArgs};
use crate::groups::{Declared, refusal_lines};
use crate::template::ExecError;

/// How many rules that do not take a request are shown: those that come nearest.
const NEAR_MISSES: usize = 8;

impl Report {
    /// Groups and services that are not routed.
    pub fn route_problems(self, declared: &Declared, merged: &Merged) {
        for problem in declared
            .problems()
            .chain(merged.refused.iter().flat_map(|it| refusal_lines(&it.group, &it.errors)))
        {
            self.warning(&problem);
        }
    }

    /// One row a route: group by group, and in a group what outranks another above it.
    pub fn routes_table(self, rules: &Rules) {
        self.result(&routes_text(&rules.ranked()));
    }

    /// One entry a route, for a template.
    pub fn routes_by(self, format: &Format, rules: &Rules) -> Result<(), ExecError> {
        self.by(format, &routes_value(rules))
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
        self.by(&args.format, &answered_by_traefik(args, status))
    }

    /// The decision, and how it came about.
    pub fn explanation(self, args: &TestArgs, explanation: &Explanation<'_, '_>) {
        self.result(&explained(args, explanation));
    }

    /// The same for programs.
    pub fn explanation_by(
        self,
        format: &Format,
        args: &TestArgs,
        explanation: &Explanation<'_, '_>,
    ) -> Result<(), ExecError> {
        self.by(format, &explanation_value(args, explanation))
    }
}

/// The routes, group by group, each before those that it outranks.
pub fn routes_value(rules: &Rules) -> Value {
    let entries = rules.ranked().into_iter().map(|rule| {
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
    entries.collect()
}

/// What Traefik answers before any route is asked.
pub fn answered_by_traefik(args: &TestArgs, status: u16) -> Value {
    json!({
        "method": args.method,
        "url": args.url.to_string(),
        "answer": { "status": status, "headers": {}, "body": null },
        "considered": [],
    })
}

/// A decision, and how it came about.
pub fn explanation_value(args: &TestArgs, explanation: &Explanation<'_, '_>) -> Value {
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
            "forward": {
                "group": explanation.chosen().map(Rule::group),
                "service": explanation.chosen().map(Rule::service),
                "route": explanation.chosen().map(|rule| rule.route().name().as_str()),
                "uri": forward.uri,
                "request": changes_json(forward.request),
                "response": changes_json(forward.response),
                "held": forward.finish.is_some(),
            }
        }),
        Decision::Answer(answer) => {
            let mut headers: BTreeMap<&str, String> = BTreeMap::new();
            for (name, value) in answer.headers.pairs() {
                let known = headers.entry(name).or_default();
                *known = if known.is_empty() { value.to_owned() } else { format!("{known}, {value}") };
            }
            json!({ "answer": { "status": answer.status, "headers": headers, "body": answer.body } })
        }
    };
    value["method"] = json!(args.method);
    value["url"] = json!(args.url.to_string());
    value["considered"] = Value::Array(considered);
    value
}

/// A column that is shown where one of the rules has something in it.
type Column = (&'static str, fn(&Rule) -> String);

const COLUMNS: [Column; 9] = [
    ("GROUP", |rule| rule.group().to_owned()),
    ("HOST", |rule| hosts(rule.hosts())),
    ("VERSION", |rule| rule.route().version().map(|version| version.to_string()).unwrap_or_default()),
    ("METHODS", |rule| rule.route().methods().to_string()),
    ("PATH", |rule| rule.path().to_string()),
    ("SERVICE", |rule| rule.service().to_owned()),
    ("ROUTE", |rule| rule.route().name().to_string()),
    ("ANSWER", |rule| answer(rule.route().action())),
    ("OPTIONS", |rule| options(rule.route())),
];

fn routes_text(rules: &[&Rule]) -> String {
    let is_needed = |(name, cell): &&Column| {
        !matches!(*name, "VERSION" | "ANSWER") || rules.iter().any(|rule| !cell(rule).is_empty())
    };
    let columns: Vec<&Column> = COLUMNS.iter().filter(is_needed).collect();
    let headings: Vec<(&str, Align)> = columns.iter().map(|(name, _)| (*name, Align::Left)).collect();
    let mut table = Table::new(&headings);
    for rule in rules {
        table.row(columns.iter().map(|(_, cell)| cell(rule)));
    }
    table.render()
}

/// What a route answers that asks no service.
fn answer(action: &Action) -> String {
    match action {
        Action::Forward(_) => String::new(),
        Action::Redirect { status, location } => format!("{status} {location}"),
        Action::Static(answer) => format!("{} static", answer.status),
        Action::Deny(status) => format!("{status} denied"),
    }
}

/// The request, the decision, and the rules that came near it, the best first.
fn explained(args: &TestArgs, explanation: &Explanation<'_, '_>) -> String {
    let mut text = format!("{} {}\n{}", args.method, args.url, decision(explanation));
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

fn decision(explanation: &Explanation<'_, '_>) -> String {
    match &explanation.decision {
        Decision::Forward(forward) => forwarded(explanation.chosen(), forward),
        Decision::Answer(answer) => answered(answer),
    }
}

fn forwarded(rule: Option<&Rule>, forward: &Forward<'_>) -> String {
    let by = |rule: &Rule| {
        format!("-> service {}, by route {} of group {}", rule.service(), rule.route().name(), rule.group())
    };
    let mut lines: Vec<String> = rule.map(by).into_iter().collect();
    lines.extend(forward.uri.iter().map(|uri| format!("   the service sees {uri}")));
    lines.extend(
        forward.request.changes().map(|change| format!("   {} on the way to the service", said(change))),
    );
    lines.extend(forward.response.changes().map(|change| format!("   {} on the way back", said(change))));
    if let Some(finish) = &forward.finish {
        let control = finish.control().map(|value| format!("cache-control: {value}"));
        let missing = control.into_iter().chain(finish.tags().then(|| "an etag".to_owned()));
        lines.push(format!("   + {}, if the service gives none", missing.collect::<Vec<_>>().join(" and ")));
    }
    lines.join("\n")
}

/// Status and headers, and the body unless it only explains the status.
fn answered(answer: &Answer<'_>) -> String {
    let mut lines = vec![format!("-> {}: no service gets the request", answer.status)];
    lines.extend(answer.headers.pairs().map(|(name, value)| format!("   {name}: {value}")));
    let explains = answer.headers.pairs().any(|(_, value)| value == "application/problem+json");
    if !explains && !answer.body.is_empty() {
        lines.push(format!("\n{}", answer.body.trim_end()));
    }
    lines.join("\n")
}

/// A change to a header, in a notation of its own: `-` what goes, `=` what is set, `+` what is added.
fn said(change: HeaderChange<'_>) -> String {
    match change {
        HeaderChange::Remove(name) => format!("- {name}"),
        HeaderChange::Set(name, value) => format!("= {name}: {value}"),
        HeaderChange::Add(name, value) => format!("+ {name}: {value}"),
    }
}

/// The same for programs.
fn changes_json(changes: &Lines) -> Value {
    let change = |change: HeaderChange<'_>| match change {
        HeaderChange::Remove(name) => json!({ "remove": name }),
        HeaderChange::Set(name, value) => json!({ "set": name, "value": value }),
        HeaderChange::Add(name, value) => json!({ "add": name, "value": value }),
    };
    changes.changes().map(change).collect()
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
        Verdict::Version => "other version of the API".to_owned(),
        Verdict::Method => "other method".to_owned(),
        Verdict::Consumes => "takes bodies of other types".to_owned(),
        Verdict::Produces => "answers with none of the types that are accepted".to_owned(),
        Verdict::Header(name) => format!("header {name} is not as asked"),
        Verdict::Query(name) => format!("query parameter {name} is not as asked"),
    }
}

/// The other fields, in the notation of `--route`.
fn options(route: &Route) -> String {
    let fields = route
        .fields()
        .into_iter()
        .filter(|(field, _)| {
            !matches!(field.as_str(), "path" | "prefix" | "methods" | "version" | "to" | "op" | "tag")
        })
        .filter(|(field, _)| !["redirect.", "static.", "deny."].iter().any(|word| field.starts_with(word)));
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
    use smsvc_core::decide::{Request, Room, explain};
    use smsvc_core::table::Table as Compiled;

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
        let rules = Rules::of(&Declared::read(&swarm.services).merged().spec);
        let text = rules.compile();
        let table = Compiled::open(text.as_bytes()).unwrap();
        let request = Request { method, host: "", uri: url, headers: &(), around: &() };
        let args = TestArgs {
            method: method.into(),
            url: url.parse().unwrap(),
            headers: Vec::new(),
            at: None,
            secret_file: None,
            format: Format::Table,
        };
        explained(&args, &explain(&rules, &table, &request, &mut Room::default()))
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
-> 405: no service gets the request
   content-type: application/problem+json
   allow: DELETE, GET, HEAD, OPTIONS

   METHODS      PATH            SERVICE   ROUTE   VERDICT
   DELETE,GET   /pets/{petId}   pets      one     other method

2 other routes are for other paths or hosts";
        assert_eq!(said("PUT", "/pets/7"), expected);
    }
}
