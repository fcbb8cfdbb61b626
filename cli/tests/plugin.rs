//! The program as `docker` calls it: metadata, global flags, help, cancellation.

use std::io::Read as _;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The program in an environment without anything.
fn plugin() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_docker-smsvc"));
    command.env_clear().stdin(Stdio::null());
    command
}

fn run(words: &[&str]) -> Output {
    plugin().args(words).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Docker asks before every command and every completion: no home, no configuration and no engine may matter, nor may any
/// file be opened for it.
#[test]
fn the_metadata_needs_nothing_and_nobody() {
    let bare = run(&["docker-cli-plugin-metadata"]);
    let metadata: serde_json::Value = serde_json::from_slice(&bare.stdout).expect("one JSON object");
    assert_eq!((metadata["SchemaVersion"].as_str(), bare.status.code()), (Some("0.1.0"), Some(0)));
    // An engine that takes the connection and never answers would hold up whoever asked it.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let socket = folder.path().join("mute.sock");
    let mute = UnixListener::bind(&socket).expect("the socket is free");
    mute.set_nonblocking(true).expect("the socket can be asked without waiting");
    std::fs::write(folder.path().join("config.json"), "no json").expect("the folder is ours");
    let asked = plugin()
        .arg("docker-cli-plugin-metadata")
        .env("DOCKER_HOST", format!("unix://{}", socket.display()))
        .env("DOCKER_CONFIG", folder.path())
        .env("DOCKER_CONTEXT", "nowhere")
        .output()
        .expect("the program starts");
    assert_eq!((asked.stdout, text(&asked.stderr)), (bare.stdout, String::new()));
    assert!(mute.accept().is_err(), "the engine was called");
}

#[test]
fn global_flags_stand_before_the_name_and_mean_something_else_behind_it() {
    let before = run(&["-H", "unix:///nowhere/a.sock", "--config", "/nowhere", "-D", "smsvc", "ls"]);
    assert!(text(&before.stderr).contains("unix:///nowhere/a.sock"), "{before:?}");
    let behind = run(&["-H", "unix:///nowhere/a.sock", "smsvc", "create", "-H", "x", "nginx"]);
    assert_eq!(behind.status.code(), Some(125));
    assert!(text(&behind.stderr).starts_with("unknown shorthand flag: 'H' in -H"), "{behind:?}");
    let unknown = run(&["--nope", "smsvc", "ls"]);
    assert_eq!(unknown.status.code(), Some(125));
    assert!(text(&unknown.stderr).starts_with("unknown flag: --nope"), "{unknown:?}");
}

#[test]
fn help_is_the_same_wherever_the_word_stands() {
    let whole = run(&["smsvc", "--help"]);
    assert_eq!(whole.status.code(), Some(0));
    assert!(text(&whole.stdout).contains("docker smsvc COMMAND"));
    for words in [&["help", "smsvc"][..], &["--help", "smsvc"], &["smsvc"], &["smsvc", "help"], &["--help"]] {
        assert_eq!(text(&run(words).stdout), text(&whole.stdout), "{words:?}");
    }
    let create = text(&run(&["smsvc", "create", "--help"]).stdout);
    assert!(create.contains("--endpoint-mode") && create.contains("Examples:"));
    for words in [&["help", "smsvc", "create"][..], &["create", "--help"], &["smsvc", "help", "create"]] {
        assert_eq!(text(&run(words).stdout), create, "{words:?}");
    }
}

/// Docker does not pass signals on where stdout is no terminal: it closes its socket.
#[test]
fn the_end_of_dockers_socket_ends_the_command() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = folder.path().join("mute.sock");
    let mute = UnixListener::bind(&engine).expect("the socket is free");
    let name = format!("smsvc-test-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).expect("a name");
    let docker = UnixListener::bind_addr(&address).expect("the name is free");
    let mut child = plugin()
        .args(["smsvc", "ls"])
        .env("DOCKER_HOST", format!("unix://{}", engine.display()))
        .env("DOCKER_CLI_PLUGIN_SOCKET", format!("@{name}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let (session, _) = docker.accept().expect("the plugin connects first");
    let (_call, _) = mute.accept().expect("then it calls the engine, which is mute");
    assert!(child.try_wait().expect("it can be asked").is_none(), "it waits for the engine");
    drop(session);
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("it can be asked") {
            break status;
        }
        assert!(began.elapsed() < PATIENCE, "it does not end");
        thread::sleep(Duration::from_millis(20));
    };
    let mut said = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("it is text");
    assert_eq!(status.code(), Some(130), "{said}");
}

/// A dump that is redirected to a full disk is no dump, and whoever wrote it must know before it removes anything.
#[test]
fn a_result_that_cannot_be_written_is_an_error_and_a_reader_that_goes_away_is_none() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
    let output = plugin().args(["man", "create"]).stdout(full).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(text(&output.stderr).starts_with("cannot write the result: "), "{output:?}");

    let mut left = plugin().args(["man", "create"]).stdout(Stdio::piped()).spawn().expect("it starts");
    drop(left.stdout.take());
    assert_eq!(left.wait().expect("it ends").code(), Some(0));
}
