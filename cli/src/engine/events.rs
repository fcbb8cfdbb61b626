//! What an engine tells of changes, as they happen.
//!
//! It is a hint to look again, never the change itself: events are lost when a reader is slow or a connection breaks, and of
//! tasks the API tells nothing at all. The containers of the engine that is asked are the exception: they are the tasks of
//! one node.

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// The label by which a container tells whose task it is.
const SERVICE: &str = "com.docker.swarm.service.id";

/// An event longer than this is none that the engine sends.
const LONGEST: usize = 1 << 20;

/// Something that may have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The service with this id was created, updated or removed.
    Service(String),
    /// A task of the service with this id began or ended on the node that is asked.
    Task(String),
    /// A network was created or removed.
    Network,
    /// A node came, went, or is to be used otherwise.
    Node,
}

/// The events of one connection, in order.
#[derive(Debug)]
pub struct Events(mpsc::UnboundedReceiver<Event>);

impl Events {
    /// Events from elsewhere; they end with the sender.
    pub fn of(receiver: mpsc::UnboundedReceiver<Event>) -> Self {
        Self(receiver)
    }

    /// The next event, or `None` when the connection has ended: then some may have been missed.
    pub async fn next(&mut self) -> Option<Event> {
        self.0.recv().await
    }

    /// An event that is there already.
    pub fn waiting(&mut self) -> Option<Event> {
        self.0.try_recv().ok()
    }

    /// What the engine is asked to tell.
    pub(super) fn filters() -> Value {
        json!({
            "type": ["service", "network", "node", "container"],
            "event": ["create", "update", "remove", "start", "kill", "die", "health_status"],
        })
    }

    /// Reads a body line by line, always at once: the engine drops what a slow reader does not take.
    pub(super) fn read(mut body: Incoming) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut pending = Vec::new();
            loop {
                let frame = tokio::select! {
                    frame = body.frame() => frame,
                    () = sender.closed() => return,
                };
                let Some(Ok(frame)) = frame else { return };
                pending.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
                while let Some(end) = pending.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = pending.drain(..=end).collect();
                    let gone = read(&line).is_some_and(|event| sender.send(event).is_err());
                    if gone {
                        return;
                    }
                }
                if pending.len() > LONGEST {
                    return;
                }
            }
        });
        Self(receiver)
    }
}

/// An event as the engine writes it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Line {
    #[serde(rename = "Type", default)]
    kind: String,
    #[serde(default)]
    actor: Actor,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Actor {
    #[serde(rename = "ID", default)]
    id: String,
    #[serde(default)]
    attributes: std::collections::BTreeMap<String, String>,
}

/// `None` for what is of no interest: a container that is no task, or something newer than this program.
fn read(line: &[u8]) -> Option<Event> {
    let Line { kind, mut actor } = serde_json::from_slice(line).ok()?;
    match kind.as_str() {
        "service" => Some(Event::Service(actor.id)),
        "container" => actor.attributes.remove(SERVICE).map(Event::Task),
        "network" => Some(Event::Network),
        "node" => Some(Event::Node),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_read_for_what_may_have_changed() {
        let service = br#"{"Type":"service","Action":"update","Actor":{"ID":"s1","Attributes":{"name":"web"}},"scope":"swarm"}"#;
        assert_eq!(read(service), Some(Event::Service("s1".into())));
        let task = br#"{"status":"die","Type":"container","Action":"die","Actor":{"ID":"c","Attributes":{"com.docker.swarm.service.id":"s2"}}}"#;
        assert_eq!(read(task), Some(Event::Task("s2".into())));
        assert_eq!(read(br#"{"Type":"network","Action":"create","Actor":{"ID":"n"}}"#), Some(Event::Network));
        assert_eq!(read(br#"{"Type":"node","Action":"update","Actor":{"ID":"n"}}"#), Some(Event::Node));
        for other in
            [&br#"{"Type":"container","Actor":{"ID":"c","Attributes":{}}}"#[..], b"{}", b"", b"nonsense"]
        {
            assert_eq!(read(other), None, "{}", String::from_utf8_lossy(other));
        }
    }
}
