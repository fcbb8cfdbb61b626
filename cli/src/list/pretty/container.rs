//! The sections on the container.

use super::{Text, elements, shown, text};
use crate::json::Json;

impl Text<'_> {
    pub(super) fn container(&mut self) {
        let empty = Json::Null;
        let container = self.spec(&["TaskTemplate", "ContainerSpec"]).unwrap_or(&empty);
        self.line("ContainerSpec:");
        self.line(&format!(" Image:\t\t{}", text(container.get("Image"))));
        for (label, key) in [("Args", "Args"), ("Env", "Env")] {
            let words = elements(container.get(key));
            if !words.is_empty() {
                self.line(&format!(" {label}:\t\t"));
                for word in words {
                    self.out.extend([text(Some(word)), " "]);
                }
            }
        }
        if !text(container.get("Dir")).is_empty() {
            self.line(&format!(" Dir:\t\t{}", text(container.get("Dir"))));
        }
        if let Some(init) = container.get("Init").filter(|init| **init != Json::Null) {
            self.line(&format!(" Init:\t\t{}", shown(init)));
        }
        if !text(container.get("User")).is_empty() {
            self.line(&format!(" User: {}", text(container.get("User"))));
        }
        self.capabilities(container);
        self.map("SysCtls:", container.get("Sysctls"), ": ");
        self.ulimits(elements(container.get("Ulimits")));
        self.mounts(elements(container.get("Mounts")));
        self.files("Configs:", elements(container.get("Configs")), "ConfigName");
        self.files("Secrets:", elements(container.get("Secrets")), "SecretName");
    }

    fn capabilities(&mut self, container: &Json) {
        let joined = |key: &str| {
            let names: Vec<&str> = elements(container.get(key)).iter().map(|name| text(Some(name))).collect();
            names.join(", ")
        };
        let (added, dropped) = (joined("CapabilityAdd"), joined("CapabilityDrop"));
        if !(added.is_empty() && dropped.is_empty()) {
            self.line("Capabilities:");
        }
        for (label, names) in [("Add", added), ("Drop", dropped)] {
            if !names.is_empty() {
                self.line(&format!(" {label}: {names}"));
            }
        }
    }

    fn ulimits(&mut self, ulimits: &[Json]) {
        let mut lines: Vec<String> = ulimits
            .iter()
            .map(|limit| {
                let number = |key: &str| super::number(limit.get(key));
                format!(" {}: {}:{}", text(limit.get("Name")), number("Soft"), number("Hard"))
            })
            .collect();
        lines.sort();
        if !lines.is_empty() {
            self.line("Ulimits:");
        }
        for line in lines {
            self.line(&line);
        }
    }

    fn mounts(&mut self, mounts: &[Json]) {
        if !mounts.is_empty() {
            self.line("Mounts:");
        }
        for mount in mounts {
            self.line(&format!(" Target:\t{}", text(mount.get("Target"))));
            self.line(&format!("  Source:\t{}", text(mount.get("Source"))));
            self.line(&format!("  ReadOnly:\t{}", mount.get("ReadOnly") == Some(&Json::Bool(true))));
            self.line(&format!("  Type:\t\t{}", text(mount.get("Type"))));
        }
    }

    fn files(&mut self, title: &str, files: &[Json], name: &str) {
        if !files.is_empty() {
            self.line(title);
        }
        for file in files {
            self.line(&format!(" Target:\t{}", text(file.at(&["File", "Name"]))));
            self.line(&format!("  Source:\t{}", text(file.get(name))));
        }
    }
}
