//! `docker smsvc hooks`, and the hint itself.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use smsvc_core::budget::Ledger;
use tokio::time::timeout;

use crate::args::{HooksArgs, HooksCommand};
use crate::engine::{Engine, HostError};
use crate::error::Error;
use crate::observe::Swarm;
use crate::plugin::{hooks_state, with_hooks};
use crate::report::Report;

/// How long docker's command may be held up.
const PATIENCE: Duration = Duration::from_millis(90);

/// The hint for the fullest network that is at least three quarters full; `None` where there is none, or the engine takes
/// too long. Never an error: the user asked for something else.
pub async fn hint<E: Engine>(connect: impl Future<Output = Result<E, Error>>) -> Option<String> {
    let observed = async { Swarm::observe(&connect.await.ok()?).await.ok() };
    let swarm = timeout(PATIENCE, observed).await.ok()??;
    let facts = swarm.facts();
    let ledger = Ledger::open(&facts);
    let room = ledger.accounts().filter_map(|account| {
        let usage = account.usage();
        let (usable, left) = (usage.capacity.usable.get(), usage.headroom().get());
        let nearly_full = usable > 0 && left.saturating_mul(4) <= usable;
        nearly_full.then(|| (left, usable, account.network().name.as_str()))
    });
    let (left, usable, name) = room.min()?;
    Some(format!("network {name} has {left} of {usable} addresses left: docker smsvc budget {name}"))
}

/// Switches the hooks on or off, or shows what they are.
pub fn hooks(args: HooksArgs, config: &Path, report: Report) -> Result<(), Error> {
    let path = config.join("config.json");
    let unreadable = |reason: String| Error::Host(HostError::Unreadable { path: path.clone(), reason });
    let before: Value = match fs::read_to_string(&path) {
        Ok(text) if text.trim().is_empty() => Value::Object(serde_json::Map::new()),
        Ok(text) => serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Value::Object(serde_json::Map::new()),
        Err(error) => return Err(unreadable(error.to_string())),
    };
    if args.command != HooksCommand::Status {
        let after = with_hooks(before.clone(), args.command == HooksCommand::Enable)
            .ok_or_else(|| unreadable("plugins or features is no object".to_owned()))?;
        if after != before {
            replace(&path, &format!("{after:#}\n")).map_err(|error| unreadable(error.to_string()))?;
        }
        report.result(&state(&after));
        return Ok(());
    }
    report.result(&state(&before));
    Ok(())
}

fn state(config: &Value) -> String {
    match hooks_state(config) {
        (true, true) => "hooks are enabled".to_owned(),
        (true, false) => {
            "hooks are enabled for smsvc, but docker's are off: `docker smsvc hooks enable`".to_owned()
        }
        (false, _) => "hooks are disabled".to_owned(),
    }
}

/// Writes the whole file beside the old one, with its rights, and puts it in its place in one step. A link stays one.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    let new = target.with_extension(format!("json.smsvc-{}", std::process::id()));
    let written = write_private(&new, text)
        .and_then(|()| match fs::metadata(&target) {
            Ok(old) => fs::set_permissions(&new, old.permissions()),
            Err(_) => Ok(()),
        })
        .and_then(|()| fs::rename(&new, &target));
    if written.is_err() {
        let _nothing_is_left = fs::remove_file(&new);
    }
    written
}

/// Credentials may be in it, so nobody else may read it, from the beginning.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fake::Fake;

    async fn hint_of(swarm: Swarm) -> Option<String> {
        hint(async { Ok(Fake::of(swarm)) }).await
    }

    #[tokio::test]
    async fn the_fullest_network_is_named_and_only_when_it_is_nearly_full() {
        let swarm = || Swarm::sample().with_network("front", "10.1.0.0/28");
        assert_eq!(hint_of(swarm().with_service("s", "vip", 2, "front", &[])).await, None);
        let hint = hint_of(swarm().with_service("s", "vip", 9, "front", &[])).await.unwrap();
        assert_eq!(hint, "network front has 2 of 13 addresses left: docker smsvc budget front");
    }

    #[tokio::test]
    async fn an_engine_that_is_gone_is_no_error() {
        assert_eq!(hint(async { Ok(Fake::gone()) }).await, None);
    }

    #[test]
    fn the_file_is_replaced_whole_and_keeps_its_rights() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        fs::write(&path, r#"{"auths":{"r":{"auth":"x"}}}"#).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        hooks(HooksArgs { command: HooksCommand::Enable }, folder.path(), Report::new()).unwrap();
        let after: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!((hooks_state(&after), &after["auths"]["r"]["auth"]), ((true, true), &"x".into()));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        fs::write(&path, "no json").unwrap();
        assert!(hooks(HooksArgs { command: HooksCommand::Enable }, folder.path(), Report::new()).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "no json");
    }
}
