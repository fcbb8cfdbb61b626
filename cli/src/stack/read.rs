//! From the tree of one file, which has the right shape, to what it declares.

use std::collections::BTreeMap;

use super::declaration::{Located, Stack, StackNetwork, StackRestart, StackService, StackUpdate};
use super::yaml::{Node, Scalar, Value};
use crate::finding::Place;
use crate::flags::values::{ShortPublishError, published_ports};
use crate::service::{Protocol, PublishMode, PublishedPort};

/// A value of the right kind that Docker refuses all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(super) struct ReadError {
    pub(super) place: Place,
    message: String,
}

/// Reads one file. The first thing that Docker would stumble over ends it.
pub(super) fn read(file: &str, document: &Node) -> Result<Stack, ReadError> {
    let reader = Reader { file };
    let mut stack = Stack::default();
    for entry in document.get("services").map_or(&[][..], Node::entries) {
        stack.services.insert(entry.key.clone(), reader.service(&entry.key, entry.line, &entry.node)?);
    }
    for entry in document.get("networks").map_or(&[][..], Node::entries) {
        stack.networks.insert(entry.key.clone(), reader.network(&entry.key, entry.line, &entry.node)?);
    }
    Ok(stack)
}

struct Reader<'f> {
    file: &'f str,
}

impl Reader<'_> {
    fn place(&self, line: usize) -> Place {
        Place { file: self.file.to_owned(), line }
    }

    fn refuse<T>(&self, line: usize, message: impl Into<String>) -> Result<T, ReadError> {
        Err(ReadError { place: self.place(line), message: message.into() })
    }

    fn service(&self, name: &str, line: usize, node: &Node) -> Result<StackService, ReadError> {
        let path = format!("services.{name}");
        let mut service = StackService::new(self.place(line));
        match node.get("networks").map(|networks| &networks.value) {
            Some(Value::List(items)) => {
                for item in items {
                    service.networks.insert(text(item), self.place(item.line));
                }
            }
            Some(Value::Map(entries)) => {
                for entry in entries {
                    service.networks.insert(entry.key.clone(), self.place(entry.line));
                }
            }
            _ => {}
        }
        for (index, item) in node.get("ports").map_or(&[][..], Node::items).iter().enumerate() {
            for port in self.ports(&format!("{path}.ports.{index}"), item)? {
                service.ports.push(Located { value: port, place: self.place(item.line) });
            }
        }
        if let Some(deploy) = node.get("deploy") {
            self.deploy(&path, deploy, &mut service)?;
        }
        if service.restart.is_none()
            && let Some(restart) = node.get("restart")
        {
            service.restart = restart_of(&text(restart));
        }
        Ok(service)
    }

    fn deploy(&self, path: &str, node: &Node, service: &mut StackService) -> Result<(), ReadError> {
        let located =
            |key: &str| node.get(key).map(|node| Located { value: text(node), place: self.place(node.line) });
        service.mode = located("mode");
        service.endpoint_mode = located("endpoint_mode");
        if let Some(replicas) = node.get("replicas") {
            let value = self.count(&format!("{path}.deploy.replicas"), replicas)?;
            service.replicas = Some(Located { value, place: self.place(replicas.line) });
        }
        if let Some(labels) = node.get("labels") {
            service.labels = self.labels(labels);
        }
        if let Some(update) = node.get("update_config") {
            let parallelism = update.get("parallelism");
            let order = update.get("order").map(text);
            if order.as_ref().is_some_and(|order| !["start-first", "stop-first"].contains(&order.as_str())) {
                return self.refuse(
                    update.line,
                    format!("{path}.deploy.update_config.order must be one of the following: \"start-first\", \"stop-first\""),
                );
            }
            service.update = Some(StackUpdate {
                parallelism: parallelism
                    .map(|node| self.count(&format!("{path}.deploy.update_config.parallelism"), node))
                    .transpose()?,
                order,
            });
        }
        if let Some(restart) = node.get("restart_policy") {
            service.restart = Some(StackRestart {
                condition: restart.get("condition").map(text),
                max_attempts: restart
                    .get("max_attempts")
                    .map(|node| self.count(&format!("{path}.deploy.restart_policy.max_attempts"), node))
                    .transpose()?,
            });
        }
        let constraints = node.get("placement").and_then(|placement| placement.get("constraints"));
        for item in constraints.map_or(&[][..], Node::items) {
            service.constraints.push(Located { value: text(item), place: self.place(item.line) });
        }
        Ok(())
    }

    fn count(&self, path: &str, node: &Node) -> Result<u64, ReadError> {
        match node.scalar().and_then(Scalar::integer).map(u64::try_from) {
            Some(Ok(count)) => Ok(count),
            _ => self.refuse(node.line, format!("{path} cannot be {}", text(node))),
        }
    }

    /// A map, or a list of `key=value`.
    fn labels(&self, node: &Node) -> BTreeMap<String, Located<String>> {
        let label =
            |key: String, value: String, line: usize| (key, Located { value, place: self.place(line) });
        match &node.value {
            Value::Map(entries) => {
                entries.iter().map(|entry| label(entry.key.clone(), text(&entry.node), entry.line)).collect()
            }
            _ => node
                .items()
                .iter()
                .map(|item| {
                    let item_text = text(item);
                    let (key, value) = item_text.split_once('=').unwrap_or((&item_text, ""));
                    label(key.to_owned(), value.to_owned(), item.line)
                })
                .collect(),
        }
    }

    fn ports(&self, path: &str, node: &Node) -> Result<Vec<PublishedPort>, ReadError> {
        if node.scalar().is_some() {
            let short = text(node);
            return published_ports(&short).or_else(|error| match error {
                // A stack drops the address with a warning, and publishes on all of them.
                ShortPublishError::HostIp => {
                    let rest = short.split_once(':').map_or(short.as_str(), |(_, rest)| rest);
                    published_ports(rest).or_else(|error| self.refuse(node.line, format!("{path}: {error}")))
                }
                error => self.refuse(node.line, format!("{path}: {error}")),
            });
        }
        let number = |key: &str| {
            let Some(found) = node.get(key) else { return Ok(0) };
            let number = self.count(&format!("{path}.{key}"), found)?;
            u16::try_from(number)
                .or_else(|_| self.refuse(found.line, format!("{path}.{key}: there is no port {number}")))
        };
        let word = |key: &str| node.get(key).map(|node| text(node).to_ascii_lowercase()).unwrap_or_default();
        Ok(vec![PublishedPort {
            protocol: Protocol::from_name(&word("protocol")).unwrap_or(Protocol::Tcp),
            target: number("target")?,
            published: Some(number("published")?).filter(|port| *port != 0),
            // The engine takes an unknown mode for ingress.
            mode: PublishMode::from_name(&word("mode")).unwrap_or(PublishMode::Ingress),
        }])
    }

    fn network(&self, name: &str, line: usize, node: &Node) -> Result<StackNetwork, ReadError> {
        let mut network = StackNetwork {
            place: self.place(line),
            name: node.get("name").map(text),
            external: false,
            driver: node.get("driver").map(text),
            subnets: Vec::new(),
        };
        match node.get("external") {
            Some(external) if external.scalar().is_some() => {
                network.external = external.scalar().and_then(Scalar::truth).unwrap_or_default();
            }
            Some(external) => {
                network.external = true;
                if let Some(other) = external.get("name") {
                    if network.name.is_some() {
                        return self.refuse(
                            other.line,
                            format!("network {name}: network.external.name and network.name conflict; only use network.name"),
                        );
                    }
                    network.name = Some(text(other));
                }
            }
            None => {}
        }
        if network.external && network.name.is_none() {
            network.name = Some(name.to_owned());
        }
        let config = node.get("ipam").and_then(|ipam| ipam.get("config"));
        for subnet in config.map_or(&[][..], Node::items).iter().filter_map(|item| item.get("subnet")) {
            network.subnets.push(Located { value: text(subnet), place: self.place(subnet.line) });
        }
        Ok(network)
    }
}

/// A scalar as Docker writes it as a text; nothing for anything else. A number loses the way in which it was written.
fn text(node: &Node) -> String {
    let Some(scalar) = node.scalar() else { return String::new() };
    let number = (scalar.plain && !scalar.interpolated).then(|| (scalar.integer(), scalar.number()));
    match number {
        Some((Some(integer), _)) => integer.to_string(),
        Some((None, Some(number))) => number.to_string(),
        _ => scalar.text.clone(),
    }
}

/// `restart: always` and its like; `None` where nothing is said.
fn restart_of(text: &str) -> Option<StackRestart> {
    let (name, attempts) = text.split_once(':').unwrap_or((text, ""));
    let condition = match name {
        "always" | "unless-stopped" => "any",
        "on-failure" => "on-failure",
        _ => return None,
    };
    Some(StackRestart {
        condition: Some(condition.to_owned()),
        max_attempts: attempts.parse().ok().filter(|attempts| *attempts > 0),
    })
}
