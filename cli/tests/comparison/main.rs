//! One table of requests over several public APIs, decided three times: by the rules as `docker smsvc routes test` runs
//! them, by the guest in a real Traefik, and by the Extism plug-in on Node. All three have to agree on every request.
//!
//! The descriptions and Extism's host library are npm packages, fetched when the test runs. It is ignored by default;
//! `cargo xtask test --only e2e` runs it. Where something cannot be had it passes with the reason on its output, unless
//! `SMSVC_E2E=require`.

mod extism;
#[path = "../../../shared/tests/properties/generate.rs"]
#[expect(dead_code, reason = "the properties need more of it")]
mod generate;
mod groups;
mod native;
mod oracle;
mod packages;
mod table;
mod traefik;

use std::collections::BTreeMap;

use table::Outcome;

/// How many requests there are at least.
const REQUESTS: usize = 5_000;
/// Over how many groups.
const GROUPS: usize = 6;

#[test]
#[ignore = "needs npm packages and Traefik: cargo xtask test --only e2e runs it"]
fn the_command_line_the_guest_in_traefik_and_extism_on_node_agree_on_every_request() {
    let folder = match packages::install() {
        Ok(folder) => folder,
        Err(reason) => return skip(&reason),
    };
    let binary = match smsvc_tests::traefik::locate(&say) {
        Ok(binary) => binary,
        Err(reason) => return skip(&format!("{reason:#}")),
    };
    let spec = groups::spec(&folder);
    assert!(spec.groups.len() >= GROUPS, "{} groups", spec.groups.len());
    let requests = table::requests(&spec);
    assert!(requests.len() >= REQUESTS, "{} requests", requests.len());

    let native = native::decide(&spec, &requests);
    let extism = extism::decide(&folder, &spec, &requests);
    let traefik = traefik::send(&binary, &spec, &requests);
    let mut wrong = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (((request, native), extism), traefik) in requests.iter().zip(&native).zip(&extism).zip(&traefik) {
        *seen.entry(native.kind()).or_default() += 1;
        // Traefik shows which service got what, and not by which route.
        if native != extism || native.without_route() != *traefik {
            wrong.push(format!(
                "{request:?}\n  rules   {native:?}\n  extism  {extism:?}\n  traefik {traefik:?}"
            ));
        }
    }
    say(&format!("{} requests over {} groups: {seen:?}", requests.len(), spec.groups.len()));
    assert!(seen.len() >= 3, "forwarded, not found and not allowed: {seen:?}");
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        requests.len(),
        wrong[..wrong.len().min(5)].join("\n")
    );
    assert!(
        native.iter().any(|outcome| matches!(outcome, Outcome::Forward { uri, .. } if uri.contains('%')))
    );
}

#[test]
#[ignore = "needs Traefik: cargo xtask test --only e2e runs it"]
fn the_plugin_decides_as_traefiks_own_routers_do_where_these_have_the_words() {
    let binary = match smsvc_tests::traefik::locate(&say) {
        Ok(binary) => binary,
        Err(reason) => return skip(&format!("{reason:#}")),
    };
    let (wrong, forwarded) = oracle::differences(&binary);
    say(&format!("{forwarded} requests were forwarded by the plugin and by Traefik's own routers"));
    assert!(forwarded > 400, "{forwarded} forwarded by both");
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong[..wrong.len().min(5)].join("\n"));
}

fn skip(reason: &str) {
    let required = std::env::var("SMSVC_E2E").is_ok_and(|value| value == "require");
    assert!(!required, "SMSVC_E2E=require, but: {reason}");
    say(&format!("skipped: {reason}"));
}

/// A line beside the results of the tests.
#[expect(clippy::print_stderr, reason = "the one place of this test that prints")]
fn say(text: &str) {
    eprintln!("comparison: {text}");
}
