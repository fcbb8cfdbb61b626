//! The `docker` command, pointed at one engine and at a configuration folder of our own, in which our plugin
//! is installed.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The file name by which `docker` finds the plugin (docker/cli, `cli-plugins/manager`).
const PLUGIN_FILE: &str = "docker-smsvc";

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The exit status; -1 when a signal ended it.
    pub status: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// A `docker` command line that talks to one engine.
#[derive(Debug, Clone)]
pub struct Docker {
    host: String,
    config: PathBuf,
}

impl Docker {
    /// Commands for the engine at `host` (the form of `DOCKER_HOST`); `config` is used as `DOCKER_CONFIG`.
    pub fn new(host: &str, config: &Path) -> Self {
        Self { host: host.to_owned(), config: config.to_owned() }
    }

    /// The engine's address, as in `DOCKER_HOST`.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The folder used as `DOCKER_CONFIG`.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// The same command line for another engine.
    #[must_use]
    pub fn at(&self, host: &str) -> Self {
        Self::new(host, &self.config)
    }

    /// Makes `docker smsvc` known, as a user does: by a file in the folder `cli-plugins`.
    pub fn install_plugin(&self, binary: &Path) -> Result<()> {
        let folder = self.config.join("cli-plugins");
        std::fs::create_dir_all(&folder)?;
        symlink(binary, folder.join(PLUGIN_FILE)).context("cannot install the plugin")
    }

    /// A command that is not yet started. Nothing of the caller's own Docker settings reaches it.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("docker");
        command.args(args).env("DOCKER_HOST", &self.host).env("DOCKER_CONFIG", &self.config);
        for foreign in
            ["DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_API_VERSION"]
        {
            command.env_remove(foreign);
        }
        command
    }

    /// Runs a command to its end, whatever its status.
    pub fn call(&self, args: &[&str]) -> Result<Outcome> {
        let mut command = self.command(args);
        let output = command.stdin(Stdio::null()).output().context("cannot run docker")?;
        Ok(Outcome {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Runs a command that must succeed; gives its standard output without the space around it.
    pub fn run(&self, args: &[&str]) -> Result<String> {
        let outcome = self.call(args)?;
        if outcome.status != 0 {
            bail!("docker {} ended with {}: {}", args.join(" "), outcome.status, outcome.stderr.trim());
        }
        Ok(outcome.stdout.trim().to_owned())
    }

    /// Runs a command that must succeed and print one JSON document.
    pub fn json(&self, args: &[&str]) -> Result<Value> {
        let text = self.run(args)?;
        serde_json::from_str(&text)
            .with_context(|| format!("docker {} printed no JSON: {text}", args.join(" ")))
    }

    /// The release of the `docker` command itself, as 28.
    pub fn release(&self) -> Result<u32> {
        let version = self.run(&["version", "--format", "{{.Client.Version}}"])?;
        let release = version.split('.').next().and_then(|release| release.parse().ok());
        release.with_context(|| format!("docker has no version: {version}"))
    }
}
