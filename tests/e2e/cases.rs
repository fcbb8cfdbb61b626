//! The shared table of cases, which the tests of the pure crate run through `decide`, sent through Traefik.
//!
//! `docker smsvc routes test` must predict every answer: the command and the plugin decide with the same
//! code, and what Traefik does before the plugin is known to the command.

#[path = "../cases/mod.rs"]
pub(crate) mod table_of_cases;

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use smsvc_tests::backend::Seen;
use smsvc_tests::docker::Docker;
use smsvc_tests::http::{Request, Response};

use crate::ground::Ground;
use crate::world::{Rule, World};
use table_of_cases::{Service, petstore};

pub(crate) const RULES: &[Rule] = &[(
    "traefik_and_routes_test_agree_on_every_case_of_the_table",
    traefik_and_routes_test_agree_on_every_case,
)];

/// What some headers say; nothing for one that is not there.
type Lines = BTreeMap<String, Option<String>>;

/// The header by which a case tries to choose a service.
const CHOICE: &str = "X-Smsvc-Service";

fn traefik_and_routes_test_agree_on_every_case(world: &World) -> Result<()> {
    let table = petstore();
    let ground = world.ground("cases");
    create_services(&ground, table.services)?;
    let name = |service: &str| ground.service(service);
    let cases: Vec<Case> = table.requests.into_iter().map(|case| Case::new(&name, case)).collect();
    wait_until_routed(&ground, &cases)?;
    // All that is wrong at once: a difference in one case is understood best beside the others.
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| case.check(world.docker(), &|it| world.send(it)).err())
        .map(|error| format!("{error:#}"))
        .collect();
    ensure!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    Ok(())
}

/// Creates the services of the table in the order of their age, which decides between equals.
fn create_services(ground: &Ground, mut services: Vec<Service>) -> Result<()> {
    services.sort_by(|one, two| one.created.cmp(&two.created));
    for service in services {
        let labels: Vec<String> =
            service.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let mut options = vec!["--network", &ground.world.stage.network];
        options.extend(labels.iter().flat_map(|label| ["--label", label]));
        ground.create(&service.name, &options)?;
    }
    Ok(())
}

/// Waits for one answer of each service.
fn wait_until_routed(ground: &Ground, cases: &[Case]) -> Result<()> {
    let mut seen: Vec<&str> = Vec::new();
    for case in cases {
        if let Expected::Forward { seen: Seen { service, .. }, .. } = &case.expected
            && !seen.contains(&service.as_str())
        {
            ground.world.send_until(&case.request, 200)?;
            seen.push(service);
        }
    }
    Ok(())
}

/// One request of the table, with the names that its services have on this ground.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) request: Request,
    pub(crate) expected: Expected,
    /// The status where Traefik answers by itself: no route of the plugin is for such a request.
    traefik_answers: Option<u16>,
}

pub(crate) enum Expected {
    Forward { seen: Seen, route: String, request: Lines, response: Lines },
    Answer { status: u16, allow: Option<String>, headers: Lines, body: Option<String> },
}

impl Case {
    /// `name` gives the services of the table the names that they have on the engine.
    pub(crate) fn new(name: &dyn Fn(&str) -> String, case: table_of_cases::Case) -> Self {
        let mut request = Request::new(&case.method, &case.host, &case.target);
        for (field, value) in &case.headers {
            let value = if field == CHOICE { name(value) } else { value.clone() };
            request = request.with(field, &value);
        }
        let expected = match case.expect {
            table_of_cases::Expected::Forward { service, route, uri, request, response } => {
                let seen = Seen { service: name(&service), target: uri };
                Expected::Forward { seen, route, request, response }
            }
            table_of_cases::Expected::Answer { status, allow, headers, body } => {
                Expected::Answer { status, allow, headers, body }
            }
        };
        Self { name: case.name, request, expected, traefik_answers: case.traefik_answers }
    }

    pub(crate) fn check(&self, docker: &Docker, send: &dyn Fn(&Request) -> Result<Response>) -> Result<()> {
        self.check_answer(&send(&self.request)?).with_context(|| format!("{}: Traefik", self.name))?;
        self.check_prediction(&self.predict(docker)?).with_context(|| format!("{}: routes test", self.name))
    }

    /// What came through Traefik.
    fn check_answer(&self, response: &Response) -> Result<()> {
        let (status, seen, allow) = (response.status, Seen::of(response), response.header("Allow"));
        match &self.expected {
            Expected::Forward { seen: expected, request, response: back, .. } => {
                ensure!(seen.as_ref() == Some(expected), "{status} {seen:?}, not {expected:?}");
                if !request.is_empty() {
                    let arrived: Vec<(String, String)> =
                        serde_json::from_value(response.json()?["headers"].take())?;
                    ensure!(
                        seen_of(request, &arrived) == *request,
                        "the service saw {arrived:?}, not {request:?}"
                    );
                }
                let told = &response.headers;
                ensure!(seen_of(back, told) == *back, "the client saw {told:?}, not {back:?}");
            }
            Expected::Answer { status: expected, allow: expected_allow, headers, body } => {
                let expected = self.traefik_answers.unwrap_or(*expected);
                ensure!(status == expected && seen.is_none(), "{status} {seen:?}, not {expected}");
                ensure!(allow == expected_allow.as_deref(), "Allow: {allow:?}, not {expected_allow:?}");
                let told = &response.headers;
                ensure!(seen_of(headers, told) == *headers, "the client saw {told:?}, not {headers:?}");
                let text = response.text();
                ensure!(body.as_ref().is_none_or(|body| *body == text), "{text:?}, not {body:?}");
            }
        }
        Ok(())
    }

    /// What `docker smsvc routes test` says.
    fn predict(&self, docker: &Docker) -> Result<Value> {
        let Request { method, host, target, headers } = &self.request;
        let (url, headers) = (
            format!("http://{host}{target}"),
            headers.iter().map(|(name, value)| format!("{name}: {value}")),
        );
        let headers: Vec<String> = headers.collect();
        let mut args = vec!["smsvc", "routes", "test", method, &url, "--format", "json"];
        args.extend(headers.iter().flat_map(|header| ["--header", header]));
        docker.json(&args)
    }

    fn check_prediction(&self, prediction: &Value) -> Result<()> {
        let (forward, answer) = (&prediction["forward"], &prediction["answer"]);
        match &self.expected {
            Expected::Forward { seen, route, .. } => {
                let target = forward["uri"].as_str().unwrap_or(&self.request.target);
                let as_expected = forward["service"] == *seen.service
                    && forward["route"] == **route
                    && target == seen.target;
                ensure!(as_expected, "{forward}, not {seen:?} by {route}");
            }
            Expected::Answer { status, allow, headers, .. } => {
                let told = answer["headers"]["allow"].as_str();
                ensure!(
                    answer["status"] == *status && told == allow.as_deref(),
                    "{answer}, not {status} {allow:?}"
                );
                for (name, value) in headers {
                    let told = answer["headers"][name].as_str();
                    ensure!(told == value.as_deref(), "{name}: {told:?}, not {value:?}");
                }
            }
        }
        Ok(())
    }
}

/// What `lines` say of the headers that are `wanted`.
fn seen_of(wanted: &Lines, lines: &[(String, String)]) -> Lines {
    table_of_cases::seen(wanted, &lines.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}
