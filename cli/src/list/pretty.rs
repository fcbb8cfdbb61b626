//! `inspect --pretty`: docker's text, byte for byte, and below it what smsvc knows.

mod aside;
mod container;
mod resources;
mod rollout;

use std::collections::BTreeMap;
use std::fmt::Write as _;

pub use aside::Aside;

use super::elapsed::elapsed;
use crate::json::Json;
use crate::template::{Value, go_duration, unix_nanoseconds};

/// One service. `networks` are the names of networks by id, `now` is nanoseconds since 1970.
pub fn pretty(service: &Json, networks: &BTreeMap<String, String>, aside: &Aside, now: i128) -> String {
    let mut text = Text { out: String::new(), service, now };
    text.head();
    text.rollout();
    text.container();
    text.resources();
    text.networks(networks);
    text.ports();
    text.healthcheck();
    text.out.push('\n');
    if !aside.lines.is_empty() {
        text.out.push_str("smsvc:\n");
        for (label, says) in &aside.lines {
            let _infallible = writeln!(text.out, " {label}:\t{says}");
        }
    }
    text.out.push('\n');
    text.out
}

/// A text under construction. Every line starts with its line end, as the first one of docker's does.
struct Text<'s> {
    out: String,
    service: &'s Json,
    now: i128,
}

impl<'s> Text<'s> {
    fn line(&mut self, text: &str) {
        self.out.push('\n');
        self.out.push_str(text);
    }

    /// The value at a path below the spec; `None` where it is absent or null.
    fn spec(&self, path: &[&str]) -> Option<&'s Json> {
        self.service.get("Spec")?.at(path).filter(|value| **value != Json::Null)
    }

    fn head(&mut self) {
        let id = text(self.service.get("ID"));
        self.line(&format!("ID:\t\t{id}"));
        self.line(&format!("Name:\t\t{}", text(self.spec(&["Name"]))));
        self.map("Labels:", self.spec(&["Labels"]), "=");
        self.line("Service Mode:");
        if self.spec(&["Mode", "Global"]).is_some() {
            self.out.push_str("\tGlobal");
        } else if self.spec(&["Mode", "Replicated"]).is_some() {
            self.out.push_str("\tReplicated");
            if let Some(replicas) = self.spec(&["Mode", "Replicated", "Replicas"]) {
                self.line(&format!(" Replicas:\t{}", shown(replicas)));
            }
        }
    }

    /// A title and a line for each entry, where there is one.
    fn map(&mut self, title: &str, map: Option<&Json>, between: &str) {
        let mut entries: Vec<_> = map.map_or(&[][..], Json::members).iter().collect();
        entries.sort_by_key(|(key, _)| key);
        if !entries.is_empty() {
            self.line(title);
        }
        for (key, value) in entries {
            let value = text(Some(value));
            let between = if value.is_empty() { "" } else { between };
            self.line(&format!(" {key}{between}{value}"));
        }
    }

    fn networks(&mut self, names: &BTreeMap<String, String>) {
        let attachments = elements(self.spec(&["TaskTemplate", "Networks"]));
        if !attachments.is_empty() {
            self.line("Networks:");
            for attachment in attachments {
                let id = text(attachment.get("Target"));
                let name = names.get(id).map_or(id, String::as_str);
                self.out.extend([" ", name]);
            }
            self.out.push(' ');
        }
        let mode = text(self.spec(&["EndpointSpec", "Mode"]));
        self.line(&format!("Endpoint Mode:\t{mode}"));
    }

    fn ports(&mut self) {
        let ports = elements(self.service.at(&["Endpoint", "Ports"]));
        if ports.is_empty() {
            return;
        }
        self.line("Ports:");
        for port in ports {
            self.line(&format!(" PublishedPort = {}", number(port.get("PublishedPort"))));
            self.line(&format!("  Protocol = {}", text(port.get("Protocol"))));
            self.line(&format!("  TargetPort = {}", number(port.get("TargetPort"))));
            self.line(&format!("  PublishMode = {}", text(port.get("PublishMode"))));
        }
        self.out.push(' ');
    }

    fn healthcheck(&mut self) {
        let Some(check) = self.spec(&["TaskTemplate", "ContainerSpec", "Healthcheck"]) else { return };
        self.line(" Healthcheck:");
        self.line(&format!("  Interval = {}", go_duration(whole(check.get("Interval")))));
        self.line(&format!("  Retries = {}", number(check.get("Retries"))));
        self.line(&format!("  StartPeriod =\t{}", go_duration(whole(check.get("StartPeriod")))));
        self.line(&format!("  Timeout =\t{}", go_duration(whole(check.get("Timeout")))));
        let tests = elements(check.get("Test"));
        if !tests.is_empty() {
            self.line("  Tests:");
            for test in tests {
                self.line(&format!("\t Test = {}", text(Some(test))));
            }
            self.out.push(' ');
        }
    }

    fn ago(&self, moment: &Json) -> String {
        let then = unix_nanoseconds(text(Some(moment))).unwrap_or_default();
        format!("{} ago", elapsed(self.now - then))
    }
}

fn text(json: Option<&Json>) -> &str {
    json.and_then(Json::as_text).unwrap_or_default()
}

fn elements(json: Option<&Json>) -> &[Json] {
    json.map_or(&[], Json::elements)
}

fn whole(json: Option<&Json>) -> i64 {
    match json {
        Some(Json::Unsigned(number)) => i64::try_from(*number).unwrap_or(i64::MAX),
        Some(Json::Negative(number)) => *number,
        _ => 0,
    }
}

fn number(json: Option<&Json>) -> String {
    json.map_or_else(|| "0".to_owned(), shown)
}

/// As a Go template prints it.
fn shown(json: &Json) -> String {
    Value::of(json).to_string()
}

/// `[a b]`
fn list(elements: &[Json]) -> String {
    let words: Vec<String> = elements.iter().map(shown).collect();
    format!("[{}]", words.join(" "))
}
