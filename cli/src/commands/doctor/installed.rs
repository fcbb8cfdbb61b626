//! Whether `docker` finds this plugin, and whether its hooks are what the user asked for.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::complaint::Complaint;
use crate::plugin::hooks_state;

/// The file that `docker` looks for.
const PROGRAM: &str = "docker-smsvc";

/// Where `docker` looks after the user's own folders (docker/cli `cli-plugins/manager/manager_unix.go`).
const SYSTEM: [&str; 4] = [
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
];

/// What is wrong with the installation of the program at `running`, and with `config.json` in the folder `config`.
pub(super) fn complaints(config: &Path, running: &Path) -> Vec<Complaint> {
    let file = config.join("config.json");
    let settings: Value = match fs::read_to_string(&file).map(|text| serde_json::from_str(&text)) {
        Ok(Ok(settings)) => settings,
        // A file that is not there, or empty, says nothing.
        Err(_) => Value::Null,
        Ok(Err(error)) => {
            let what = format!("{}: {error}: docker ignores the whole file", file.display());
            return vec![Complaint::new(
                what,
                &["correct the file; credentials and contexts are in it, too"],
            )];
        }
    };
    let mut found = plugin(&folders(config, &settings), config, running);
    if let (true, false) = hooks_state(&settings) {
        let what = "the hooks of smsvc are enabled, and docker's are off";
        found.push(Complaint::new(what, &["docker smsvc hooks enable"]));
    }
    found
}

/// The folders in which `docker` looks, in its order.
fn folders(config: &Path, settings: &Value) -> Vec<PathBuf> {
    let extra = settings["cliPluginsExtraDirs"].as_array().into_iter().flatten();
    let own = extra.filter_map(Value::as_str).map(PathBuf::from).chain([config.join("cli-plugins")]);
    own.chain(SYSTEM.map(PathBuf::from)).collect()
}

/// What is wrong with what `docker` finds first.
fn plugin(folders: &[PathBuf], config: &Path, running: &Path) -> Vec<Complaint> {
    let target = config.join("cli-plugins").join(PROGRAM);
    let install = format!("install -D {} {}", running.display(), target.display());
    let Some(first) =
        folders.iter().map(|folder| folder.join(PROGRAM)).find(|file| file.is_symlink() || file.exists())
    else {
        return vec![Complaint::new(
            "docker does not know the plugin: no folder of plugins has it",
            &[&install],
        )];
    };
    let place = first.display();
    let Ok(metadata) = fs::metadata(&first) else {
        let what = format!("{place} is a link to nothing, so docker does not know the plugin");
        return vec![Complaint::new(what, &[&format!("rm {place} && {install}")])];
    };
    if !metadata.is_file() || metadata.permissions().mode() & 0o111 == 0 {
        let what = format!("{place} cannot be executed, so docker does not know the plugin");
        return vec![Complaint::new(what, &[&format!("chmod +x {place}")])];
    }
    let same = |one: &Path, other: &Path| fs::canonicalize(one).ok() == fs::canonicalize(other).ok();
    if same(&first, running) {
        return Vec::new();
    }
    let what = format!("docker takes the plugin from {place}, and this one is {}", running.display());
    vec![Complaint::new(what, &[&format!("install {} {place}", running.display())])]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &Path, mode: u32) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn said(config: &Path, running: &Path) -> Vec<String> {
        let only = [config.join("extra"), config.join("cli-plugins")];
        plugin(&only, config, running).into_iter().map(|complaint| complaint.what).collect()
    }

    #[test]
    fn a_plugin_that_docker_finds_is_no_complaint_and_any_other_state_is_one_with_a_way_out() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path();
        let running = config.join("built");
        file(&running, 0o755);
        assert!(said(config, &running)[0].contains("no folder of plugins has it"));
        let installed = config.join("cli-plugins/docker-smsvc");
        file(&installed, 0o644);
        assert!(said(config, &running)[0].contains("cannot be executed"));
        file(&installed, 0o755);
        assert!(said(config, &running)[0].contains("docker takes the plugin from"));
        assert_eq!(said(config, &installed), Vec::<String>::new());
        fs::create_dir(config.join("extra")).unwrap();
        std::os::unix::fs::symlink("/nowhere/at/all", config.join("extra/docker-smsvc")).unwrap();
        assert!(said(config, &installed)[0].contains("link to nothing"));
    }

    #[test]
    fn a_link_to_the_program_is_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let running = folder.path().join("built");
        file(&running, 0o755);
        fs::create_dir(folder.path().join("cli-plugins")).unwrap();
        std::os::unix::fs::symlink(&running, folder.path().join("cli-plugins/docker-smsvc")).unwrap();
        assert_eq!(said(folder.path(), &running), Vec::<String>::new());
    }

    #[test]
    fn hooks_that_docker_does_not_call_and_a_broken_file_are_said() {
        let folder = tempfile::tempdir().unwrap();
        let running = folder.path().join("cli-plugins/docker-smsvc");
        file(&running, 0o755);
        let of = |text: &str| {
            fs::write(folder.path().join("config.json"), text).unwrap();
            complaints(folder.path(), &running)
        };
        assert_eq!(of("{}"), []);
        let hooks = of(r#"{"plugins":{"smsvc":{"hooks":"service create"}}}"#);
        assert_eq!(hooks[0].ways, ["docker smsvc hooks enable"]);
        assert!(of("no json")[0].what.contains("docker ignores the whole file"));
    }
}
