//! The sections on logs and resources.

use super::{Text, text, whole};
use crate::json::Json;
use crate::template::Value;

impl Text<'_> {
    pub(super) fn resources(&mut self) {
        self.log_driver();
        let Some(resources) = self.spec(&["TaskTemplate", "Resources"]) else { return };
        let set = |amounts: &&Json, keys: &[&str]| keys.iter().any(|key| whole(amounts.get(key)) > 0);
        self.line("Resources:");
        let reservations = resources.get("Reservations");
        if let Some(amounts) = reservations.filter(|amounts| set(amounts, &["NanoCPUs", "MemoryBytes"])) {
            self.line(" Reservations:");
            self.amounts(amounts);
        }
        let limits = resources.get("Limits");
        if let Some(amounts) = limits.filter(|amounts| set(amounts, &["NanoCPUs", "MemoryBytes", "Pids"])) {
            self.line(" Limits:");
            self.amounts(amounts);
        }
        let pids = whole(limits.and_then(|limits| limits.get("Pids")));
        if pids > 0 {
            self.line(&format!("  PIDs:\t\t{pids}"));
        }
    }

    fn log_driver(&mut self) {
        let Some(driver) = self.spec(&["TaskTemplate", "LogDriver"]) else { return };
        self.line("Log Driver:");
        if !text(driver.get("Name")).is_empty() {
            self.line(&format!(" Name:\t\t{}", text(driver.get("Name"))));
        }
        let mut options: Vec<_> = driver.get("Options").map_or(&[][..], Json::members).iter().collect();
        options.sort_by_key(|(key, _)| key);
        if !options.is_empty() {
            self.line(" LogOpts:");
        }
        for (key, value) in options {
            let value = text(Some(value));
            let between = if value.is_empty() { "" } else { ":       " };
            self.line(&format!("  {key}{between}{value}"));
        }
        self.out.push('\n');
    }

    #[expect(clippy::cast_precision_loss, reason = "docker divides as inexactly")]
    fn amounts(&mut self, amounts: &Json) {
        let (cpus, memory) = (whole(amounts.get("NanoCPUs")), whole(amounts.get("MemoryBytes")));
        if cpus > 0 {
            self.line(&format!("  CPU:\t\t{}", Value::Float(cpus as f64 / 1e9)));
        }
        if memory != 0 {
            self.line(&format!("  Memory:\t{}", bytes(memory as f64)));
        }
    }
}

/// go-units `BytesSize`: four significant digits, in powers of 1024.
fn bytes(mut size: f64) -> String {
    const UNITS: [&str; 9] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];
    let mut unit = 0;
    while size >= 1024.0 && unit < UNITS.len() - 1 {
        size /= 1024.0;
        unit += 1;
    }
    format!("{}{}", Value::significant(size, 4), UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_four_digits_at_most() {
        for (size, text) in [
            (5.0, "5B"),
            (1000.0, "1000B"),
            (1024.0, "1KiB"),
            (5000.0, "4.883KiB"),
            (104_857_600.0, "100MiB"),
            (1_610_612_736.0, "1.5GiB"),
            (1_048_575.0, "1024KiB"),
        ] {
            assert_eq!(bytes(size), text);
        }
    }
}
