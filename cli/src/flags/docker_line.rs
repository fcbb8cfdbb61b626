//! A line of ours as the line of Docker's own that does the same: what `--print-docker` prints.
//!
//! Flags that Docker has, too, stay as they were typed, so that nothing of them can get lost. In the place of those that
//! only we have stands what they come to: labels, user groups, the endpoint mode.

use std::collections::BTreeMap;

use serde_json::Value;

use super::flag::{Flag, Origin, Takes};
use super::line::{CREATE, Line, UPDATE};
use super::request::CreateRequest;
use super::update_request::UpdateRequest;
use crate::service::EndpointMode;

/// What a line was made of, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    /// Docker's global flags, as they were typed in front of the plugin's name.
    pub globals: Vec<String>,
    /// The flags, by their long names, with their values.
    pub flags: Vec<(&'static str, String)>,
}

/// A command of Docker's. The first part is the command itself, the last one its operands, each between them one flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DockerLine(Vec<Vec<String>>);

/// How long a line may be before each flag gets one of its own.
const WIDTH: usize = 100;

impl DockerLine {
    /// The line that creates what this request asks for, with the endpoint mode that was decided.
    pub fn create(request: &CreateRequest, mode: EndpointMode) -> Self {
        let mut line = Self::begin(&CREATE, &request.typed);
        for (long, value) in &request.typed.flags {
            // A host of the containers has a separator, a host of the API has none.
            let ours = matches!(*long, "label" | "group" | "endpoint-mode")
                || (*long == "host" && !value.is_empty() && !value.contains([':', '=']));
            if !ours {
                line.typed(&CREATE, long, value);
            }
        }
        for group in &request.container.user_groups {
            line.flag("group", group);
        }
        for (key, value) in &request.labels {
            line.flag("label", &format!("{key}={value}"));
        }
        line.flag("endpoint-mode", &mode.to_string());
        line.end([request.image.as_given()].into_iter().chain(texts(&request.container.arguments)))
    }

    /// The line that makes `after` of `before`, as far as this request asks for it.
    pub fn update(request: &UpdateRequest, before: &Value, after: &Value) -> Self {
        let mut line = Self::begin(&UPDATE, &request.typed);
        for (long, value) in &request.typed.flags {
            if !matches!(*long, "label-add" | "label-rm" | "endpoint-mode") {
                line.typed(&UPDATE, long, value);
            }
        }
        // A rollback says nothing of labels: the engine has them.
        let (old, new) = if request.roll_back {
            (BTreeMap::new(), BTreeMap::new())
        } else {
            (labels(before), labels(after))
        };
        for key in old.keys().filter(|key| !new.contains_key(*key)) {
            line.flag("label-rm", key);
        }
        for (key, value) in new.iter().filter(|(key, value)| old.get(*key) != Some(value)) {
            line.flag("label-add", &format!("{key}={value}"));
        }
        if request.endpoint.is_some()
            && let Some(mode) = after["EndpointSpec"]["Mode"].as_str()
        {
            line.flag("endpoint-mode", mode);
        }
        line.end([request.service.as_str()].into_iter())
    }

    fn begin(of: &Line, typed: &Typed) -> Self {
        let globals = texts(&typed.globals);
        let words = ["docker"].into_iter().chain(globals).chain(["service", of.name]);
        Self(vec![words.map(str::to_owned).collect()])
    }

    /// A flag as it was typed, if Docker has it.
    fn typed(&mut self, of: &Line, long: &str, value: &str) {
        match of.by_long(long).filter(|flag| flag.origin() != Origin::Smsvc).map(Flag::takes) {
            None => {}
            Some(Takes::Switch) if value == "true" => self.0.push(vec![format!("--{long}")]),
            Some(Takes::Switch) => self.0.push(vec![format!("--{long}={value}")]),
            Some(Takes::One(_) | Takes::Many(_)) => self.flag(long, value),
        }
    }

    fn flag(&mut self, long: &str, value: &str) {
        self.0.push(vec![format!("--{long}"), value.to_owned()]);
    }

    fn end<'w>(mut self, operands: impl Iterator<Item = &'w str>) -> Self {
        let mut operands: Vec<String> = operands.map(str::to_owned).collect();
        // Docker would take it for a flag.
        if operands.first().is_some_and(|first| first.starts_with('-')) {
            operands.insert(0, "--".to_owned());
        }
        self.0.push(operands);
        self
    }

    /// The command for a shell.
    pub fn text(&self) -> String {
        let parts: Vec<String> = self
            .0
            .iter()
            .map(|words| words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "))
            .collect();
        let short = parts.join(" ");
        if short.len() <= WIDTH { short } else { parts.join(" \\\n  ") }
    }
}

fn texts(words: &[String]) -> impl Iterator<Item = &str> {
    words.iter().map(String::as_str)
}

fn labels(spec: &Value) -> BTreeMap<&str, &str> {
    let labels = spec["Labels"].as_object().into_iter().flatten();
    labels.filter_map(|(key, value)| Some((key.as_str(), value.as_str()?))).collect()
}

/// A word that a POSIX shell reads as this one, whatever is in it.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-+=:,./@%".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::flags::{grammar, request_of};

    fn printed(line: &[&str]) -> String {
        DockerLine::create(&request_of(line), EndpointMode::Dnsrr).text()
    }

    #[test]
    fn what_docker_has_stays_as_it_was_typed_and_what_is_ours_becomes_what_it_comes_to() {
        let line = [
            "--name",
            "pets",
            "--network",
            "front",
            "--port",
            "80",
            "--group",
            "g",
            "--user-group",
            "7",
            "--host",
            "a.example.com",
            "--host",
            "db:10.0.0.7",
            "--route",
            "GET /pets",
            "-dq=0",
            "--ip-budget=off",
            "-l",
            "b",
            "-l",
            "a=it's",
            "img",
            "--name",
            "x y",
        ];
        assert_eq!(
            printed(&line),
            "docker service create \\\n  --name pets \\\n  --network front \\\n  --host db:10.0.0.7 \\\n  --detach \\\n  \
             --quiet=0 \\\n  --group 7 \\\n  --label 'a=it'\\''s' \\\n  --label b= \\\n  \
             --label smsvc.group=g \\\n  --label smsvc.host=a.example.com \\\n  --label smsvc.port=80 \\\n  \
             --label smsvc.route.get-pets.methods=GET \\\n  --label smsvc.route.get-pets.path=/pets \\\n  --endpoint-mode dnsrr \\\n  img --name 'x y'"
        );
    }

    #[test]
    fn a_short_line_is_one_line() {
        assert_eq!(printed(&["img"]), "docker service create --endpoint-mode dnsrr img");
        assert_eq!(printed(&["--", "-x"]), "docker service create --endpoint-mode dnsrr -- -x");
        assert_eq!(
            printed(&["--group", "7", "img"]),
            "docker service create --group 7 --endpoint-mode dnsrr img"
        );
    }

    proptest! {
        #[test]
        fn a_quoted_word_is_read_as_it_was(word in "[ -~\\n\u{e9}]{0,12}") {
            prop_assert_eq!(grammar::words(&quoted(&word)).unwrap(), [word]);
        }
    }
}
