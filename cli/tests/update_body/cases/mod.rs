//! The command lines: each change is made to one or several of the services of the folder `services`.

mod containers;
mod deviations;
mod lists;
mod services;

pub(crate) use deviations::DEVIATIONS;

/// A line without its service, and the services for which it is tried.
pub(crate) struct Case {
    change: &'static [&'static str],
    services: &'static [&'static str],
}

/// One where everything is set.
const FULL: &[&str] = &["full"];

/// One with everything, one with next to nothing, and two that look as no CLI writes them.
const EACH: &[&str] = &["full", "minimal", "dns", "old"];

/// Every kind of service.
const ALL: &[&str] = &["full", "minimal", "dns", "old", "everywhere", "job", "everyjob"];

const fn full(change: &'static [&'static str]) -> Case {
    Case { change, services: FULL }
}

const fn each(change: &'static [&'static str]) -> Case {
    Case { change, services: EACH }
}

const fn every(change: &'static [&'static str]) -> Case {
    Case { change, services: ALL }
}

/// A line of its own.
const fn line(words: &'static [&'static str]) -> Case {
    Case { change: words, services: &[] }
}

/// Every line that has to end as it does with Docker.
pub(crate) fn all() -> Vec<Vec<&'static str>> {
    let updates = containers::CASES.iter().chain(lists::CASES);
    let updates = updates.flat_map(|case| {
        case.services.iter().map(|&service| [&["update"], case.change, &[service]].concat())
    });
    updates.chain(services::CASES.iter().map(|case| case.change.to_vec())).collect()
}

/// Changes with flags that only we have, and their service: `--print-docker` says what they come to.
pub(crate) const OURS: &[&[&str]] = &[
    &["--endpoint-mode", "auto", "--timeout", "5s", "minimal"],
    &[
        "--label-rm",
        "team",
        "--label-add",
        "empty=x",
        "--label-add",
        "new=it's\n2",
        "--label-add",
        "team=b",
        "full",
    ],
    &[
        "--network-add",
        "front",
        "--api-group",
        "petstore",
        "--api-host-add",
        "api.example.com",
        "--base",
        "/v2",
        "--port",
        "8080",
        "--route-add",
        "GET,POST /pets",
        "--env-add",
        "A=1",
        "minimal",
    ],
];

/// Changes that touch what stands beside fields that nobody knows, and take none of them away.
pub(crate) const OF_NOVEL: &[&[&str]] = &[
    &[],
    &["--image", "nginx:2", "--env-add", "A=2", "--label-add", "x=y", "--force"],
    &["--health-retries", "9", "--dns-add", "9.9.9.9", "--replicas", "5", "--update-delay", "1s"],
    &["--mount-add", "type=tmpfs,target=/t", "--network-add", "extra", "--publish-add", "81:81"],
    &["--secret-add", "new", "--secret-rm", "key", "--limit-cpu", "1", "--cap-add", "ALL", "--host-rm", "db"],
];
