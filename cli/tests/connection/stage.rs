//! Docker's own CLI, and our plugin, among several engines.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use smsvc_tests::oracle;

use crate::cases::Case;
use crate::engine::{Call, Engine};
use crate::tls;

/// Older than what either side could speak, so that both have to come down to it.
const NEGOTIATED: &str = "1.47";

/// The engines, by the way that leads to each: `-H`, `DOCKER_HOST`, `--context`, `DOCKER_CONTEXT`, the current context, a
/// port of this machine, ssh, and TLS.
const ENGINES: [&str; 8] =
    ["flag", "variable", "context", "context-variable", "current", "port", "ssh", "tls"];

/// The end of a command, as far as anybody else can see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) exit: u8,
    /// The first line of the error, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// The engine that was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) engine: Option<String>,
    /// The version of the API in the path of the last call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
    /// The credentials that went with a service, decoded.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(crate) auth: Value,
    /// Headers that the user asked for, if every call had them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) headers: BTreeMap<String, String>,
    /// The arguments of ssh.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ssh: Option<String>,
}

pub(crate) struct Program {
    file: PathBuf,
    name: &'static str,
    /// Flags of ours for a line that Docker knows, too.
    create: &'static [&'static str],
}

/// The CLI on PATH, if it is of a version that the recordings can be held against.
pub(crate) fn docker() -> Option<Program> {
    oracle::docker().map(|file| Program { file, name: "service", create: &[] })
}

/// Our own.
pub(crate) fn plugin() -> Program {
    let file = PathBuf::from(env!("CARGO_BIN_EXE_docker-smsvc"));
    Program { file, name: "smsvc", create: &["--ip-budget=off", "--endpoint-mode=vip"] }
}

impl Program {
    /// What becomes of a case. `docker` stands behind ssh.
    pub(crate) fn run(&self, case: &Case, docker: Option<&Program>) -> Outcome {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = folder.path().display().to_string();
        let engines = ENGINES
            .map(|name| (name, Engine::listen(NEGOTIATED, &folder.path().join(format!("{name}.sock")))));
        let port = relay(folder.path().join("port.sock"));
        let behind_tls = engines.iter().find(|(name, _)| *name == "tls").expect("it is one of them");
        let tls = tls::listen(&behind_tls.1, folder.path());
        lay_out(folder.path(), case, docker, tls);
        let ports = [("{port}", port.to_string()), ("{tls}", tls.to_string())];
        let fill = |text: &str| {
            let text = text.replace("{folder}", &place);
            ports.iter().fold(text, |text, (mark, port)| text.replace(mark, port))
        };
        let mut command = Command::new(&self.file);
        command.args(case.globals.iter().map(|word| fill(word))).arg(self.name);
        match case.image {
            Some(image) => {
                command.args(["create", "-d", "--with-registry-auth"]).args(self.create).arg(image)
            }
            None => command.args(["ls", "-q"]),
        };
        let beside_docker = docker.and_then(|docker| docker.file.parent()).unwrap_or(Path::new("/bin"));
        let output = command
            .env_clear()
            .env("HOME", &place)
            .env("PATH", format!("{place}/bin:{}:/usr/bin:/bin", beside_docker.display()))
            .envs(case.variables.iter().map(|(name, value)| (name, fill(value))))
            .output()
            .expect("it starts");
        let exit = output.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(255);
        let calls = engines.iter().map(|(name, engine)| (name, engine.take_calls()));
        let called: Vec<_> = calls.filter(|(_, calls)| !calls.is_empty()).collect();
        assert!(called.len() <= 1, "{}: several engines were called", case.name);
        let (engine, calls) =
            called.into_iter().next().map_or((None, Vec::new()), |(name, calls)| (Some(*name), calls));
        let auth = calls.iter().filter(|call| call.method == "POST").find_map(|call| call.auth.clone());
        let auth = auth.map(|auth| URL_SAFE.decode(auth).expect("the header is Base64"));
        let said = String::from_utf8_lossy(&output.stderr).replace(&place, "{folder}");
        let said = ports
            .iter()
            .fold(said, |said, (mark, port)| said.replace(&format!(":{port}"), &format!(":{mark}")));
        let ssh = fs::read_to_string(folder.path().join("ssh-arguments")).ok();
        Outcome {
            exit,
            error: (exit != 0).then(|| complaint(&said)),
            engine: engine.map(str::to_owned),
            version: calls.last().and_then(|call| call.version.clone()),
            auth: auth.map_or(Value::Null, |json| serde_json::from_slice(&json).expect("the header is JSON")),
            headers: common(&calls),
            ssh: ssh.map(|arguments| arguments.trim().to_owned()),
        }
    }
}

/// What a command complains of first. A `docker` that is a pipe writes a log as well, and not always.
fn complaint(said: &str) -> String {
    said.lines().find(|line| !line.starts_with("time=")).unwrap_or_default().to_owned()
}

/// The headers that all calls have.
fn common(calls: &[Call]) -> BTreeMap<String, String> {
    let mut headers = calls.first().map_or_else(BTreeMap::new, |call| call.custom.clone());
    headers.retain(|name, value| calls.iter().all(|call| call.custom.get(name) == Some(value)));
    headers
}

/// The configuration, the contexts, and the programs on PATH.
fn lay_out(folder: &Path, case: &Case, docker: Option<&Program>, tls: u16) {
    let config = folder.join(".docker");
    fs::create_dir_all(&config).expect("the folder is ours");
    let own: Value = serde_json::from_str(case.config).expect("the configuration is JSON");
    fs::write(config.join("config.json"), own.to_string()).expect("the folder is ours");
    for name in ["context", "context-variable", "current", "context-tls", "context-tls-stranger"] {
        let digest = Sha256::digest(name.as_bytes());
        let digest = digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        let place = config.join("contexts/meta").join(&digest);
        fs::create_dir_all(&place).expect("the folder is ours");
        let mut host = format!("unix://{}/{name}.sock", folder.display());
        if let Some(whose) = name.strip_prefix("context-tls") {
            host = format!("tcp://127.0.0.1:{tls}");
            let material = config.join("contexts/tls").join(&digest).join("docker");
            fs::create_dir_all(&material).expect("the folder is ours");
            let from = folder.join(if whose.is_empty() { "tls" } else { "stranger" });
            for file in ["ca.pem", "cert.pem", "key.pem"] {
                fs::copy(from.join(file), material.join(file)).expect("the file is there");
            }
        }
        let endpoint = json!({"docker": {"Host": host, "SkipTLSVerify": false}});
        let context = json!({"Name": name, "Metadata": {}, "Endpoints": endpoint});
        fs::write(place.join("meta.json"), context.to_string()).expect("the folder is ours");
    }
    let helper = r#"#!/bin/sh
read -r server
case "$server" in
*unknown*) echo 'credentials not found in native keychain'; exit 1;;
*refused*) echo 'the key store is locked'; exit 1;;
*token*) user='<token>';;
*) user=helped;;
esac
echo "{\"ServerURL\":\"$server\",\"Username\":\"$user\",\"Secret\":\"$1 ${0##*/}\"}"
"#;
    program(folder, "docker-credential-one", helper);
    program(folder, "docker-credential-two", helper);
    if let Some(docker) = docker {
        let ssh = format!(
            "#!/bin/sh\necho \"$@\" > {0}/ssh-arguments\nunset DOCKER_HOST DOCKER_CONTEXT\n\
             exec {1} -H unix://{0}/ssh.sock system dial-stdio\n",
            folder.display(),
            docker.file.display()
        );
        program(folder, "ssh", &ssh);
    }
}

fn program(folder: &Path, name: &str, text: &str) {
    let file = folder.join("bin").join(name);
    fs::create_dir_all(folder.join("bin")).expect("the folder is ours");
    fs::write(&file, text).expect("the folder is ours");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("the file is ours");
}

/// A port of this machine behind which the engine at the socket is.
fn relay(socket: PathBuf) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let Ok(mut engine) = UnixStream::connect(&socket) else { return };
            let (Ok(mut from), Ok(mut to)) = (client.try_clone(), engine.try_clone()) else { return };
            thread::spawn(move || io::copy(&mut from, &mut to));
            thread::spawn(move || io::copy(&mut engine, &mut client));
        }
    });
    port
}
