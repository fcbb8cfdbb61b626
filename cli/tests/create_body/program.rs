//! Docker's own CLI, and our plugin, in front of the same stand-in for the engine.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use serde_json::Value;
use smsvc_tests::oracle;

use crate::engine::{Call, Engine};
use crate::outcome::Outcome;

/// Newer than what the judge speaks, so that both know every flag: each side speaks the newest that both know.
const API_VERSION: &str = "1.52";

/// The working directory of all lines. It has to exist, and to have a parent.
const DIRECTORY: &str = "/usr/bin";

/// The environment of all lines.
const VARIABLES: [(&str, &str); 2] = [("HOME", "/nowhere"), ("GREETING", "hello = world")];

/// Stands in a line for the folder of the files.
const FOLDER: &str = "{folder}";

/// Credentials for one registry: `user:secret`.
const CONFIG: &str = r#"{"auths":{"registry.example.com:5000":{"auth":"dXNlcjpzZWNyZXQ="}}}"#;

/// The files that a line can name.
const FILES: [(&str, &[u8]); 6] = [
    ("plain.env", b"\xef\xbb\xbfA=file\n# comment\n\n  B= \"two\" \r\nGREETING\nUNSET\nC\nD= x=y\n#"),
    ("last.env", b"A=last\nZ="),
    ("empty.env", b""),
    ("bytes.env", b"A=1\n\xc3\x28\n"),
    ("space.env", b"\tA =1\n"),
    ("nameless.env", b"A=1\n =1\n"),
];

/// A program that takes the command lines.
pub(crate) struct Program {
    file: PathBuf,
    /// What stands in front of `create`.
    name: &'static str,
    /// What stands behind it: for us, that nothing is decided that Docker does not decide. A flag of the line overrides
    /// one of these.
    flags: &'static [&'static str],
}

/// The CLI on PATH, if it is of a version that the recordings can be held against.
pub(crate) fn docker() -> Option<Program> {
    oracle::docker().map(|file| Program { file, name: "service", flags: &[] })
}

/// Our own.
pub(crate) fn plugin() -> Program {
    let file = PathBuf::from(env!("CARGO_BIN_EXE_docker-smsvc"));
    Program { file, name: "smsvc", flags: &["--ip-budget=off", "--endpoint-mode=vip"] }
}

impl Program {
    /// Runs every line in front of an engine, on all processors.
    pub(crate) fn run_all(&self, lines: &[&[&str]]) -> Vec<Outcome> {
        oracle::on_all_processors(lines, |chunk| self.run_chunk(chunk))
    }

    /// What becomes of one line.
    pub(crate) fn run_one(&self, line: &[&str]) -> Outcome {
        self.run_chunk(&[line]).remove(0)
    }

    /// The words behind `docker service create` in what `--print-docker` prints for each line, as a shell reads them. The
    /// lines have to be ones that are accepted.
    pub(crate) fn printed(&self, lines: &[&[&str]]) -> Vec<Vec<String>> {
        let folder = stage();
        let engine = Engine::listen(API_VERSION, &folder.path().join("engine.sock"));
        let place = folder.path().display().to_string();
        let print = |line: &&[&str]| {
            let output = self.output(&["--print-docker"], line, folder.path());
            assert!(output.status.success(), "{line:?}: {output:?}");
            let words = oracle::words(&text(&output.stdout).replace(&place, FOLDER));
            assert_eq!(words[..2], ["service", "create"], "{line:?}");
            words[2..].to_vec()
        };
        let printed = lines.iter().map(print).collect();
        let changes: Vec<Call> =
            engine.take_calls().into_iter().filter(|call| call.method == "POST").collect();
        assert_eq!(changes, [], "nothing is changed");
        printed
    }

    /// What its help says of each flag: `-p, --publish port`, or `--init`, where there is no value.
    pub(crate) fn flags(&self) -> Vec<String> {
        oracle::flags(&self.file, &[self.name, "create"])
    }

    fn run_chunk(&self, lines: &[&[&str]]) -> Vec<Outcome> {
        let folder = stage();
        let engine = Engine::listen(API_VERSION, &folder.path().join("engine.sock"));
        lines.iter().map(|line| self.run(line, folder.path(), &engine)).collect()
    }

    fn run(&self, line: &[&str], folder: &Path, engine: &Engine) -> Outcome {
        let place = folder.display().to_string();
        let output = self.output(&["-d"], line, folder);
        let exit = output.status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(255);
        outcome(exit, &text(&output.stderr).replace(&place, FOLDER), engine.take_calls())
    }

    fn output(&self, first: &[&str], line: &[&str], folder: &Path) -> Output {
        let place = folder.display().to_string();
        Command::new(&self.file)
            .args([self.name, "create"])
            .args(first)
            .args(self.flags)
            .args(line.iter().map(|word| word.replace(FOLDER, &place)))
            .env_clear()
            .envs(VARIABLES)
            .env("DOCKER_HOST", format!("unix://{place}/engine.sock"))
            .env("DOCKER_CONFIG", folder)
            .current_dir(DIRECTORY)
            .output()
            .expect("it starts")
    }
}

/// The folder of the files that a line can name, and of the configuration.
fn stage() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config: (&str, &[u8]) = ("config.json", CONFIG.as_bytes());
    for (name, content) in FILES.into_iter().chain([config]) {
        std::fs::write(folder.path().join(name), content).expect("the folder is ours");
    }
    folder
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Warnings of a line that succeeds are not errors.
fn outcome(exit: u8, stderr: &str, calls: Vec<Call>) -> Outcome {
    let error = stderr.lines().find(|line| !line.starts_with("warning: "));
    let first = error.unwrap_or("").replace("docker service create", "docker smsvc create");
    let (creates, lookups): (Vec<_>, Vec<_>) = calls.into_iter().partition(|call| call.method == "POST");
    let create = creates.into_iter().next();
    // Docker greets the engine before it reads its line, and we after that.
    let asked = lookups.iter().filter(|call| exit == 0 || call.method != "HEAD");
    // Said or not, it is what the engine does.
    let asked = asked.map(|call| format!("{} {}", call.method, call.path.replace("verbose=false&", "")));
    let decoded = create.as_ref().and_then(|call| call.auth.as_ref());
    let decoded = decoded.map(|auth| URL_SAFE.decode(auth).expect("the header is Base64"));
    Outcome {
        exit,
        error: (exit != 0).then_some(first),
        lookups: asked.collect(),
        auth: decoded.map_or(Value::Null, |json| serde_json::from_slice(&json).expect("the header is JSON")),
        body: create.map(|call| call.body),
    }
}
