//! The PORTS column.

use crate::json::Json;

/// Published ports of a task: `*:8080->80/tcp,*:53->53/udp`.
pub(super) fn of_task(ports: &[Json]) -> String {
    let ports: Vec<String> = ports
        .iter()
        .map(|port| {
            let port = Port::read(port);
            format!("*:{}->{}/{}", port.published, port.target, port.protocol)
        })
        .collect();
    ports.join(",")
}

/// Ports that a service publishes through the routing mesh, neighbours together: `*:80-81->80-81/tcp`.
pub(super) fn of_service(ports: &[Json]) -> String {
    let mut ports: Vec<Port<'_>> = ports.iter().map(Port::read).collect();
    ports.sort_by(|a, b| a.protocol.cmp(b.protocol).then(a.published.cmp(&b.published)));
    let mut ranges: Vec<Range<'_>> = Vec::new();
    for port in ports.into_iter().filter(|port| port.through_mesh) {
        match ranges.last_mut() {
            Some(range) if range.goes_on_with(&port) => {
                (range.last_published, range.last_target) = (port.published, port.target);
            }
            _ => ranges.push(Range {
                first_published: port.published,
                last_published: port.published,
                first_target: port.target,
                last_target: port.target,
                protocol: port.protocol,
            }),
        }
    }
    // A port that the engine has not chosen yet is not shown.
    let shown: Vec<String> =
        ranges.iter().filter(|range| range.first_published > 0).map(Range::shown).collect();
    shown.join(", ")
}

struct Port<'j> {
    published: u64,
    target: u64,
    protocol: &'j str,
    through_mesh: bool,
}

impl<'j> Port<'j> {
    fn read(port: &'j Json) -> Self {
        let number = |key: &str| match port.get(key) {
            Some(Json::Unsigned(number)) => *number,
            _ => 0,
        };
        let text = |key: &str| port.get(key).and_then(Json::as_text).unwrap_or_default();
        Self {
            published: number("PublishedPort"),
            target: number("TargetPort"),
            protocol: text("Protocol"),
            through_mesh: text("PublishMode") == "ingress",
        }
    }
}

struct Range<'j> {
    first_published: u64,
    last_published: u64,
    first_target: u64,
    last_target: u64,
    protocol: &'j str,
}

impl Range<'_> {
    /// Several published ports may lead to one target, or each to the next one, but not both in one range.
    fn goes_on_with(&self, port: &Port<'_>) -> bool {
        let next = |last: u64, this: u64| this == last || this == last + 1;
        let many_targets = self.first_target != self.last_target;
        port.protocol == self.protocol
            && next(self.last_published, port.published)
            && next(self.last_target, port.target)
            && !(many_targets && port.target <= self.last_target)
    }

    fn shown(&self) -> String {
        let range = |first: u64, last: u64| {
            if last > first { format!("{first}-{last}") } else { first.to_string() }
        };
        format!(
            "*:{}->{}/{}",
            range(self.first_published, self.last_published),
            range(self.first_target, self.last_target),
            self.protocol
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(ports: &[(u64, u64, &str, &str)]) -> String {
        let ports: Vec<Json> = ports
            .iter()
            .map(|(published, target, protocol, mode)| {
                Json::object([
                    ("PublishedPort", Json::Unsigned(*published)),
                    ("TargetPort", Json::Unsigned(*target)),
                    ("Protocol", Json::from(*protocol)),
                    ("PublishMode", Json::from(*mode)),
                ])
            })
            .collect();
        of_service(&ports)
    }

    #[test]
    fn neighbours_stand_together_as_docker_shows_them() {
        let tcp = |published, target| (published, target, "tcp", "ingress");
        assert_eq!(shown(&[tcp(80, 80), tcp(81, 81), tcp(82, 80)]), "*:80-81->80-81/tcp, *:82->80/tcp");
        assert_eq!(shown(&[tcp(81, 80), tcp(80, 80)]), "*:80-81->80/tcp");
        assert_eq!(
            shown(&[tcp(80, 80), (53, 53, "udp", "ingress"), (1, 1, "tcp", "host")]),
            "*:80->80/tcp, *:53->53/udp"
        );
        assert_eq!(shown(&[tcp(0, 80)]), "");
    }
}
