//! Bad input: one clear line, the right exit code, and nothing is created.

use anyhow::Result;
use smsvc_tests::docker::Outcome;
use smsvc_tests::engine::PrivateEngine;

use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[
    ("an_input_that_is_wrong_creates_nothing", an_input_that_is_wrong_creates_nothing),
    ("a_question_that_has_no_answer_says_so", a_question_that_has_no_answer_says_so),
    ("a_name_that_is_taken_is_refused", a_name_that_is_taken_is_refused),
    (
        "two_services_with_the_same_match_are_refused_by_name",
        two_services_with_the_same_match_are_refused_by_name,
    ),
    ("an_engine_that_does_not_answer_is_named", an_engine_that_does_not_answer_is_named),
    ("an_engine_that_is_no_manager_is_told_apart", an_engine_that_is_no_manager_is_told_apart),
];

/// The engine refused or could not be asked; a declaration was refused; the command line is none (docker's
/// own code).
const FAILED: i32 = 1;
const DECLARATION: i32 = 4;
const USAGE: i32 = 125;

/// What is wrong, the options, the exit code, and words that the line must have.
const WRONG: [(&str, &[&str], i32, &[&str]); 12] = [
    ("unknown-network", &["--network", "nowhere"], FAILED, &["network", "nowhere", "not found"]),
    ("local-network", &["--network", "docker_gwbridge"], FAILED, &["docker_gwbridge", "bridge"]),
    ("routing-mesh", &["--network", "ingress"], FAILED, &["ingress"]),
    (
        "route-without-path",
        &["--group", "g", "--host", "h.example.com", "--route", "GET pets"],
        DECLARATION,
        &["pets"],
    ),
    (
        "route-with-open-brace",
        &["--group", "g", "--host", "h.example.com", "--route", "GET /pets/{id"],
        DECLARATION,
        &["/pets/{id"],
    ),
    (
        "route-with-unknown-field",
        &["--group", "g", "--host", "h.example.com", "--route", "GET /a colour=red"],
        DECLARATION,
        &["colour"],
    ),
    ("route-without-group", &["--route", "GET /a"], FAILED, &["group"]),
    ("unknown-label", &["--label", "smsvc.grupe=x"], DECLARATION, &["smsvc.grupe"]),
    (
        "own-double",
        &[
            "--group",
            "g",
            "--port",
            "8080",
            "--host",
            "h.example.com",
            "--route",
            "GET /a/{b}",
            "--route",
            "GET /a/{c}",
        ],
        DECLARATION,
        &["/a/{"],
    ),
    ("unknown-flag", &["--no-such-flag"], USAGE, &["--no-such-flag"]),
    ("malformed-number", &["--replicas", "many"], USAGE, &["many"]),
    ("unknown-mode", &["--endpoint-mode", "ipvs"], USAGE, &["ipvs"]),
];

/// One line for what is wrong; what would help is on lines of its own, marked as such.
fn assert_refused(outcome: &Outcome, status: i32, words: &[&str]) {
    let Outcome { stdout, stderr, .. } = outcome;
    assert_eq!(outcome.status, status, "{stderr}");
    assert_eq!(stdout, "", "{stderr}");
    let told: Vec<&str> =
        stderr.lines().filter(|line| !line.starts_with("hint: ") && !line.is_empty()).collect();
    // A wrong command line is also told how to get help, as docker does.
    let lines = if status == USAGE { told.len().min(1) } else { told.len() };
    assert_eq!(lines, 1, "not one line: {stderr}");
    for word in words {
        assert!(told[0].contains(word), "{word:?} is not told: {stderr}");
    }
}

fn an_input_that_is_wrong_creates_nothing(world: &World) -> Result<()> {
    let ground = world.ground("wrong");
    for (short, options, status, words) in WRONG {
        let outcome = ground.try_create(short, options)?;
        assert_refused(&outcome, status, words);
        assert!(!ground.exists(short)?, "{short} was created");
    }
    Ok(())
}

fn a_question_that_has_no_answer_says_so(world: &World) -> Result<()> {
    for (args, status, words) in [
        (&["budget", "nowhere"][..], FAILED, ["nowhere", "not found"]),
        (&["budget", "docker_gwbridge"], FAILED, ["docker_gwbridge", "bridge"]),
        (&["routes", "--group", "nobody"], FAILED, ["group", "nobody"]),
        (&["routes", "test", "GET", "example.com"], USAGE, ["example.com", "http://"]),
        (&["routes", "test", "GET", "/", "--header", "X"], USAGE, ["X", "header"]),
        (&["budget", "--format", "{{.network"], FAILED, ["template", "unclosed"]),
    ] {
        assert_refused(&world.docker().call(&[&["smsvc"], args].concat())?, status, &words);
    }
    // In docker's words, with docker's exit code.
    let unknown = world.docker().call(&["smsvc", "no-such-command"])?;
    assert_eq!((unknown.status, unknown.stdout.as_str()), (FAILED, ""), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("unknown command: docker smsvc no-such-command"), "{}", unknown.stderr);
    Ok(())
}

fn a_name_that_is_taken_is_refused(world: &World) -> Result<()> {
    let ground = world.ground("taken");
    let options = ["--network", &world.stage.network, "--replicas", "0"];
    ground.create("s", &options)?;
    assert_refused(&ground.try_create("s", &options)?, FAILED, &[&ground.service("s"), "exists"]);
    Ok(())
}

fn two_services_with_the_same_match_are_refused_by_name(world: &World) -> Result<()> {
    let ground = world.ground("double");
    ground.publish("first", "double", &["GET /pets/{petId}"])?;
    let host = ground.host();
    let options = [
        "--network",
        &world.stage.network,
        "--group",
        "double",
        "--host",
        &host,
        "--port",
        "8080",
        "--route",
        "GET,PUT /pets/{id}",
    ];
    let outcome = ground.try_create("second", &options)?;
    assert_refused(&outcome, DECLARATION, &[&ground.service("first"), &ground.service("second"), "/pets/{"]);
    assert!(!ground.exists("second")?);
    Ok(())
}

fn an_engine_that_does_not_answer_is_named(world: &World) -> Result<()> {
    let address = "unix:///nonexistent/docker.sock";
    let nowhere = world.docker().at(address);
    for args in [
        &["smsvc", "create", "--name", "s", "image"][..],
        &["smsvc", "budget"],
        &["smsvc", "routes"],
        &["smsvc", "routes", "test", "GET", "/"],
    ] {
        assert_refused(&nowhere.call(args)?, FAILED, &["/nonexistent/docker.sock"]);
    }
    Ok(())
}

fn an_engine_that_is_no_manager_is_told_apart(world: &World) -> Result<()> {
    let engine = PrivateEngine::start_another()?;
    let outside = world.docker().at(&engine.host);
    for args in [&["smsvc", "create", "--name", "s", "image"][..], &["smsvc", "budget"], &["smsvc", "routes"]]
    {
        assert_refused(&outside.call(args)?, FAILED, &["not a swarm manager"]);
    }
    Ok(())
}
