//! A Traefik for measurements: a process of this machine with one entry point, and a configuration of our own.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::{Value, json};
use smsvc_tests::artifact;
use smsvc_tests::http::Request;
use smsvc_tests::patience::wait_for;
use smsvc_tests::process::Companion;
use smsvc_tests::stage::free_port;

/// How long it may take from its start to its first answer: 10,000 routers take some seconds.
const START: Duration = Duration::from_mins(2);

/// A plugin's folder, below `plugins-local/src`.
pub(crate) struct Plugin {
    /// The name of the plugin, and of its module.
    name: &'static str,
    files: Vec<(&'static str, Vec<u8>)>,
}

impl Plugin {
    /// Ours.
    pub(crate) fn guest(wasm: &Path) -> Result<Self> {
        let manifest = fs::read(artifact::workspace().join(".traefik.yml"))?;
        Ok(Self { name: "smsvc", files: vec![(".traefik.yml", manifest), ("plugin.wasm", fs::read(wasm)?)] })
    }

    /// One that does nothing.
    pub(crate) fn idle() -> Result<Self> {
        let manifest = include_str!("idle/traefik.yml").into();
        let module = wat::parse_str(include_str!("idle/plugin.wat"))?;
        Ok(Self { name: "idle", files: vec![(".traefik.yml", manifest), ("plugin.wasm", module)] })
    }

    /// The same rules as a plugin that Traefik interprets.
    pub(crate) fn interpreted() -> Self {
        let files = [
            (".traefik.yml", include_str!("interpreted/traefik.yml")),
            ("interpreted.go", include_str!("interpreted/interpreted.go")),
        ];
        Self { name: "interpreted", files: files.map(|(name, text)| (name, text.into())).into() }
    }
}

/// Where it gets its routers.
pub(crate) enum Source<'s> {
    /// From a file that does not change.
    Document(&'s Value),
    /// From an address that is polled.
    Address(SocketAddr),
}

/// A running Traefik. Dropping it ends it.
pub(crate) struct Proxy {
    process: Companion,
    /// Where it takes requests.
    pub(crate) web: SocketAddr,
    /// Where it tells how it is.
    pub(crate) api: SocketAddr,
}

impl Proxy {
    /// Starts it in a folder of its own. `gogc` is for Go's garbage collector; without it Go's default holds.
    pub(crate) fn start(
        binary: &Path,
        folder: &Path,
        plugin: Option<Plugin>,
        gogc: Option<u32>,
        source: &Source<'_>,
    ) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let loopback = [127, 0, 0, 1].into();
        let (web, api) = (free_port(loopback)?, free_port(loopback)?);
        fs::write(
            folder.join("traefik.yml"),
            configuration(folder, plugin.as_ref(), web, api, source)?.to_string(),
        )?;
        if let Some(plugin) = plugin {
            let place = folder.join("plugins-local/src").join(plugin.name);
            fs::create_dir_all(&place)?;
            for (name, content) in plugin.files {
                fs::write(place.join(name), content)?;
            }
        }
        let mut command = Command::new("env");
        command.arg("--chdir").arg(folder);
        if let Some(gogc) = gogc {
            command.arg(format!("GOGC={gogc}"));
        }
        command.arg(binary);
        let mut process = Companion::start(&command, &folder.join("traefik.log"))?;
        wait_for("Traefik", START, || {
            process.check_alive()?;
            match Request::new("GET", "traefik", "/ping").send(api)?.status {
                200 => Ok(()),
                status => bail!("ping is answered with {status}"),
            }
        })?;
        Ok(Self { process, web, api })
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Waits until a request is answered with 200, which it is when all routers are there.
    pub(crate) fn wait_until_it_routes(&mut self, host: &str, path: &str) -> Result<()> {
        let request = Request::new("GET", host, path);
        wait_for("a route", START, || {
            self.process.check_alive()?;
            match request.send(self.web)?.status {
                200 => Ok(()),
                status => bail!("{path} is answered with {status}; {}", self.process.log_end()),
            }
        })
    }
}

fn configuration(
    folder: &Path,
    plugin: Option<&Plugin>,
    web: SocketAddr,
    api: SocketAddr,
    source: &Source<'_>,
) -> Result<Value> {
    let provider = match source {
        Source::Document(document) => {
            // Traefik reads JSON as the YAML that it is.
            let file: PathBuf = folder.join("dynamic.yml");
            fs::write(&file, document.to_string())?;
            json!({"file": {"filename": file, "watch": false}})
        }
        Source::Address(address) => {
            json!({"providersThrottleDuration": "50ms", "http": {"endpoint": format!("http://{address}/traefik"), "pollInterval": "50ms"}})
        }
    };
    let mut text = json!({
        "entryPoints": {"web": {"address": web.to_string()}, "traefik": {"address": api.to_string()}},
        "providers": provider,
        "api": {"insecure": true},
        "ping": {},
        "log": {"level": "ERROR"},
        "global": {"checkNewVersion": false, "sendAnonymousUsage": false},
    });
    if let Some(plugin) = plugin {
        text["experimental"] = json!({
            "abortOnPluginFailure": true,
            "localPlugins": {plugin.name: {"moduleName": plugin.name}},
        });
    }
    Ok(text)
}
