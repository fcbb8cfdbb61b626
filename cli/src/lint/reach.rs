//! How a service is reached: port, network and endpoint mode, by what Traefik does with each.

use smsvc_core::endpoint::Mode;
use smsvc_core::labels;

use super::Subject;
use crate::finding::Finding;

/// E106, E302, E304, W406 and W412.
pub(super) fn findings(subject: &Subject) -> Vec<Finding> {
    let mut found = Vec::new();
    let name = subject.name.as_str();
    if subject.mode == Mode::Dnsrr && subject.swarm_switch("lbswarm") {
        let text = format!(
            "service {name} has endpoint mode dnsrr and the label traefik.swarm.lbswarm=true: Traefik drops it, and says something else in its log"
        );
        found.push(
            Finding::error("E304", text)
                .of_label(name, "traefik.swarm.lbswarm")
                .of_label(name, "traefik.docker.lbswarm")
                .with_hint("remove the label: Traefik balances over the tasks by itself"),
        );
    }
    let network = subject.label("traefik.swarm.network").or_else(|| subject.label("traefik.docker.network"));
    let routed =
        subject.labels.keys().any(|label| label.to_ascii_lowercase().starts_with("traefik.http.routers."));
    if routed && subject.networks.len() > 1 && network.is_none() {
        let text = format!(
            "service {name} is on the networks {} and does not say on which of them Traefik reaches it: Traefik takes any, another one at each poll",
            subject.networks.join(", ")
        );
        let hint = "add the label traefik.swarm.network=NETWORK";
        found.push(Finding::warning("W412", text).with_hint(hint));
    }
    if subject.label(labels::GROUP).is_some() {
        found.extend(of_member(subject));
    }
    found.into_iter().map(|finding| finding.of_service(name)).collect()
}

/// A member of an API group.
fn of_member(subject: &Subject) -> Vec<Finding> {
    let mut found = Vec::new();
    let name = subject.name.as_str();
    if subject.label("smsvc.port").is_none() {
        let text = format!("service {name} has no label smsvc.port: it answers 503");
        found.push(
            Finding::error("E106", text)
                .of_label(name, labels::GROUP)
                .with_hint("the label smsvc.port=PORT says where its tasks listen"),
        );
    }
    match subject.label("smsvc.network") {
        Some(network) if !subject.networks.iter().any(|on| on == network) => {
            let text = format!(
                "service {name} is not on the network {network} that its label smsvc.network names: it answers 503"
            );
            found.push(
                Finding::error("E302", text)
                    .of_label(name, "smsvc.network")
                    .with_hint(format!("put it on {network} too (docker service update --network-add {network} {name}), or name another")),
            );
        }
        None if subject.networks.is_empty() => {
            let text = format!("service {name} is on no overlay network: Traefik cannot reach it");
            found.push(
                Finding::error("E302", text)
                    .of_label(name, labels::GROUP)
                    .with_hint("it needs a network that Traefik is on, too"),
            );
        }
        None if subject.networks.len() > 1 => {
            let text = format!(
                "service {name} is on the networks {}, and no label smsvc.network says which of them Traefik shares: without provider --network it answers 503",
                subject.networks.join(", ")
            );
            found.push(Finding::warning("W412", text).with_hint("add the label smsvc.network=NETWORK"));
        }
        _ => {}
    }
    if subject.mode == Mode::Vip && !subject.ingress_port && !subject.swarm_switch("lbswarm") {
        let text = format!(
            "service {name} has a virtual IP on each network, and Traefik, which balances over its tasks, never uses it"
        );
        found.push(Finding::warning("W406", text).with_hint(
            "endpoint mode dnsrr (docker service update --endpoint-mode dnsrr, in a stack file deploy.endpoint_mode) saves an address on each network; keep vip where other services call it by its name",
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use smsvc_core::endpoint::Mode;

    use super::super::{Subject, codes, subject};

    const MEMBER: [(&str, &str); 3] =
        [("smsvc.group", "g"), ("smsvc.port", "80"), ("smsvc.route.a.path", "/a")];

    fn on(networks: &[&str], labels: &[(&str, &str)]) -> Subject {
        Subject { networks: networks.iter().map(|&name| name.to_owned()).collect(), ..subject("s", labels) }
    }

    #[test]
    fn a_member_needs_a_port_and_a_network() {
        assert_eq!(codes(&[on(&["front"], &[MEMBER[0], MEMBER[2]])]), ["E106"]);
        assert_eq!(codes(&[on(&[], &MEMBER)]), ["E302"]);
        assert_eq!(codes(&[on(&["a", "b"], &MEMBER)]), ["W412"]);
        let named = [MEMBER[0], MEMBER[1], MEMBER[2], ("smsvc.network", "b")];
        assert_eq!(codes(&[on(&["a", "b"], &named)]), [""; 0]);
        assert_eq!(codes(&[on(&["a"], &named)]), ["E302"]);
    }

    #[test]
    fn a_virtual_ip_that_nobody_uses_is_told() {
        let vip = Subject { mode: Mode::Vip, ..on(&["front"], &MEMBER) };
        assert_eq!(codes(std::slice::from_ref(&vip)), ["W406"]);
        assert_eq!(codes(&[Subject { ingress_port: true, ..vip }]), [""; 0]);
    }

    #[test]
    fn lbswarm_without_a_virtual_ip_makes_a_service_vanish() {
        assert_eq!(codes(&[on(&["front"], &[("traefik.swarm.lbswarm", "true")])]), ["E304"]);
    }
}
