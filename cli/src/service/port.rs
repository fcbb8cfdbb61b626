//! The ports that a service publishes: `EndpointSpec.Ports`.

use serde_json::Value;

use super::Object;

/// A published port (Docker API 1.41).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublishedPort {
    /// The transport protocol.
    pub protocol: Protocol,
    /// The port in the container. Docker lets 0 pass and leaves its refusal to the engine.
    pub target: u16,
    /// The port outside; `None` lets the engine choose one.
    pub published: Option<u16>,
    /// Where it is open.
    pub mode: PublishMode,
}

/// The transport protocol of a published port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

/// Where a published port is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishMode {
    /// On every node, through the routing mesh. It needs a virtual IP.
    Ingress,
    /// On the nodes that run a task.
    Host,
}

impl Protocol {
    /// The protocol with this name in lower case.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Tcp, Self::Udp, Self::Sctp].into_iter().find(|protocol| protocol.as_str() == name)
    }

    /// Its name in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
        }
    }
}

impl PublishMode {
    /// The mode with this name in lower case.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Ingress, Self::Host].into_iter().find(|mode| mode.as_str() == name)
    }

    /// Its name in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Host => "host",
        }
    }
}

impl PublishedPort {
    /// Writes an entry of `Ports`.
    pub(super) fn write(self) -> Value {
        Object::new()
            .with("Protocol", self.protocol.as_str())
            .with_present("TargetPort", self.target)
            .with_present("PublishedPort", self.published.unwrap_or(0))
            .with("PublishMode", self.mode.as_str())
            .into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_port_is_written_whole() {
        let port = PublishedPort {
            protocol: Protocol::Udp,
            target: 53,
            published: Some(5353),
            mode: PublishMode::Host,
        };
        let written =
            json!({"Protocol": "udp", "TargetPort": 53, "PublishedPort": 5353, "PublishMode": "host"});
        assert_eq!(port.write(), written);
    }

    #[test]
    fn a_port_that_the_engine_chooses_is_not_sent() {
        let port = PublishedPort {
            protocol: Protocol::Tcp,
            target: 80,
            published: None,
            mode: PublishMode::Ingress,
        };
        assert_eq!(port.write(), json!({"Protocol": "tcp", "TargetPort": 80, "PublishMode": "ingress"}));
    }
}
