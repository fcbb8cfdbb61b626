//! Docker's own CLI, and our plugin, among several engines.

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

use crate::cases::Case;
use crate::engine::Engine;

/// The version of the recordings.
const VERSION: u32 = 28;

/// Older than what either side could speak, so that both have to come down to it.
const NEGOTIATED: &str = "1.47";

/// The engines, by the way that leads to each: `-H`, `DOCKER_HOST`, `--context`, `DOCKER_CONTEXT`, the current context, a
/// port of this machine, and ssh.
const ENGINES: [&str; 7] = ["flag", "variable", "context", "context-variable", "current", "port", "ssh"];

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
    let paths = std::env::var_os("PATH")?;
    let file =
        std::env::split_paths(&paths).map(|folder| folder.join("docker")).find(|file| file.is_file())?;
    let output = Command::new(&file).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.split_whitespace().find_map(|word| word.split('.').next()?.parse::<u32>().ok())?;
    (version == VERSION).then_some(Program { file, name: "service", create: &[] })
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
        lay_out(folder.path(), case, docker);
        let fill = |text: &str| text.replace("{folder}", &place).replace("{port}", &port.to_string());
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
        let said = said.replace(&format!(":{port}"), ":{port}");
        let ssh = fs::read_to_string(folder.path().join("ssh-arguments")).ok();
        Outcome {
            exit,
            error: (exit != 0).then(|| said.lines().next().unwrap_or("").to_owned()),
            engine: engine.map(str::to_owned),
            version: calls.last().and_then(|call| call.version.clone()),
            auth: auth.map_or(Value::Null, |json| serde_json::from_slice(&json).expect("the header is JSON")),
            ssh: ssh.map(|arguments| arguments.trim().to_owned()),
        }
    }
}

/// The configuration, the contexts, and the programs on PATH.
fn lay_out(folder: &Path, case: &Case, docker: Option<&Program>) {
    let config = folder.join(".docker");
    fs::create_dir_all(&config).expect("the folder is ours");
    let own: Value = serde_json::from_str(case.config).expect("the configuration is JSON");
    fs::write(config.join("config.json"), own.to_string()).expect("the folder is ours");
    for name in ["context", "context-variable", "current"] {
        let digest = Sha256::digest(name.as_bytes());
        let digest = digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        let place = config.join("contexts/meta").join(digest);
        fs::create_dir_all(&place).expect("the folder is ours");
        let host = format!("unix://{}/{name}.sock", folder.display());
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
