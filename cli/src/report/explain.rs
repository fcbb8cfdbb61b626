//! Who balances the load of a service and what that costs, in words and as JSON.

use serde_json::{Value, json};
use smsvc_core::budget::Addresses;
use smsvc_core::endpoint::{EndpointError, Mode};

use super::Report;
use crate::args::Format;
use crate::explain::{Alternative, Balancer, Explanation, Holding};
use crate::template::ExecError;
use crate::words::addresses;

/// How many addresses of one kind are named.
const NAMED: usize = 8;

impl Report {
    /// The explanation.
    pub fn service_explained(self, format: &Format, explanation: &Explanation) -> Result<(), ExecError> {
        if *format == Format::Table {
            self.result(&text(explanation));
            return Ok(());
        }
        self.by(format, &value(explanation))
    }
}

fn text(it: &Explanation) -> String {
    let mut lines = vec![format!("service {}: endpoint mode {}", it.service, it.mode)];
    lines.push("\nWho balances its load".to_owned());
    if it.balancers.is_empty() {
        lines.push("  nobody: it is on no overlay network and publishes no port".to_owned());
    }
    lines.extend(it.balancers.iter().map(|balancer| {
        let (who, layer, how) = words(balancer);
        let layer = layer.map_or_else(|| "-".to_owned(), |layer| format!("layer {layer}"));
        format!("  {who:<13} {layer:<8} {how}")
    }));
    lines.push("\nWhich addresses it holds".to_owned());
    if it.holdings.is_empty() {
        lines.push("  none".to_owned());
    }
    lines.extend(it.holdings.iter().map(holding));
    lines.push(format!("\nWhy {}", it.mode));
    lines.extend(why(it).into_iter().map(|line| format!("  {line}")));
    lines.push(format!("\nWhat {} would change", it.alternative.mode));
    lines.extend(alternative(it).into_iter().map(|line| format!("  {line}")));
    lines.join("\n")
}

/// Who, on which OSI layer, and how.
fn words(balancer: &Balancer) -> (&'static str, Option<u8>, String) {
    match balancer {
        Balancer::TraefikTasks { group } => {
            let group = group.as_ref().map(|group| format!(" (API group {group})")).unwrap_or_default();
            (
                "Traefik",
                Some(7),
                format!("each request, over the addresses of its tasks{group}; it uses no virtual IP"),
            )
        }
        Balancer::TraefikVirtualIp => (
            "Traefik",
            Some(4),
            "sends every request to the virtual IP (label lbswarm), and IPVS chooses the task".to_owned(),
        ),
        Balancer::RoutingMesh { ports } => (
            "routing mesh",
            Some(4),
            format!(
                "port {} of every node: IPVS there, over the tasks' addresses on ingress",
                ports.join(", ")
            ),
        ),
        Balancer::HostPort { ports } => {
            ("nobody", None, format!("port {} of a node leads to the task on that node", ports.join(", ")))
        }
        Balancer::Ipvs { addresses } => {
            let vips: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            let vips = if vips.is_empty() { "(not allocated)".to_owned() } else { vips.join(", ") };
            (
                "IPVS",
                Some(4),
                format!(
                    "each connection of clients on its networks, on the client's node, behind the virtual IP {vips}"
                ),
            )
        }
        Balancer::Client => (
            "the client",
            Some(7),
            "its name resolves to the addresses of all its tasks (DNS round robin), and the client takes one"
                .to_owned(),
        ),
    }
}

fn holding(it: &Holding) -> String {
    let named = |addresses: &[std::net::IpAddr]| {
        let mut names: Vec<String> = addresses.iter().take(NAMED).map(ToString::to_string).collect();
        if addresses.len() > NAMED {
            names.push(format!("and {} more", addresses.len() - NAMED));
        }
        names.join(" ")
    };
    let parts = [("virtual IP", &it.vips), ("tasks", &it.tasks), ("stopping", &it.stopping)];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(_, addresses)| !addresses.is_empty())
        .map(|(name, addresses)| format!("{name} {}", named(addresses)))
        .collect();
    let total = addresses(Addresses::one_each(it.vips.len() + it.tasks.len() + it.stopping.len()));
    let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join("; ")) };
    format!("  {} {total}{parts}", it.network)
}

fn why(it: &Explanation) -> Vec<String> {
    let automatic = it.automatic.sentence();
    if it.automatic.mode == it.mode {
        return vec![automatic];
    }
    let origin = match it.mode {
        Mode::Vip => "it was asked for, or it is the engine's default",
        Mode::Dnsrr => "it was asked for",
    };
    vec![format!("{origin}; smsvc would choose {}", it.automatic.mode), automatic]
}

fn alternative(it: &Explanation) -> Vec<String> {
    let Alternative { mode, refused, networks } = &it.alternative;
    if let Some(error) = refused {
        return vec![match error {
            EndpointError::DnsrrWithIngressPort => {
                "it cannot be had: a port is published through the routing mesh (publish it with mode=host)"
                    .to_owned()
            }
            EndpointError::DnsrrWithLbSwarm => {
                "it cannot be had: the label lbswarm makes Traefik use the virtual IP (take the label away)"
                    .to_owned()
            }
        }];
    }
    let each = |verb: &str| {
        let changes: Vec<String> =
            networks.iter().map(|it| format!("{} on {}", addresses(it.addresses), it.network)).collect();
        format!("{verb} {}", changes.join(", "))
    };
    let mut lines = Vec::new();
    if networks.is_empty() {
        lines.push("nothing: it is on no overlay network".to_owned());
        return lines;
    }
    match mode {
        Mode::Dnsrr => {
            lines.push(each("it frees"));
            lines.push("a client that resolves the name once stays with one task, and may keep an address up to 10 minutes (DNS TTL 600 s) after its task is gone".to_owned());
        }
        Mode::Vip => {
            lines.push(each("it needs"));
            let short = networks.iter().filter(|change| change.addresses > change.headroom);
            lines.extend(short.map(|change| {
                format!("there is no room on {}: the update would stop a task and give its address to the virtual IP", change.network)
            }));
            lines.push("clients see one address that stays, and idle connections are cut after 15 minutes (IPVS, 900 s)".to_owned());
        }
    }
    lines.push("all tasks are replaced, as in any rolling update".to_owned());
    // A command that would do harm is not one to copy.
    if *mode == Mode::Dnsrr || networks.iter().all(|change| change.addresses <= change.headroom) {
        lines.push(format!("docker service update --endpoint-mode {mode} {}", it.service));
    }
    lines
}

fn value(it: &Explanation) -> Value {
    let balancers: Vec<Value> = it
        .balancers
        .iter()
        .map(|balancer| {
            let (who, layer, how) = words(balancer);
            json!({ "who": who, "layer": layer, "how": how })
        })
        .collect();
    let holdings: Vec<Value> = it
        .holdings
        .iter()
        .map(|it| {
            json!({
                "network": it.network, "ingress": it.ingress,
                "vips": it.vips, "tasks": it.tasks, "stoppingTasks": it.stopping,
            })
        })
        .collect();
    let changes: Vec<Value> = it
        .alternative
        .networks
        .iter()
        .map(|change| {
            let (count, headroom) = (change.addresses.get(), change.headroom.get());
            json!({ "network": change.network, "addresses": count, "headroom": headroom })
        })
        .collect();
    json!({
        "version": 1,
        "service": it.service,
        "endpointMode": it.mode.to_string(),
        "balancers": balancers,
        "holds": holdings,
        "automatic": { "endpointMode": it.automatic.mode.to_string(), "reason": it.automatic.sentence() },
        "alternative": {
            "endpointMode": it.alternative.mode.to_string(),
            "possible": it.alternative.refused.is_none(),
            "networks": changes,
            "effects": alternative(it),
        },
    })
}

#[cfg(test)]
mod tests {
    use smsvc_core::budget::Ledger;

    use super::*;
    use crate::explain::explain;
    use crate::observe::Swarm;

    fn said(swarm: &Swarm) -> String {
        let facts = swarm.facts();
        text(&explain(swarm, &Ledger::open(&facts), &swarm.services[0]))
    }

    #[test]
    fn a_needless_virtual_ip_is_told_with_what_it_costs() {
        let labels = [("smsvc.group", "shop"), ("smsvc.port", "80"), ("smsvc.route.r.path", "/r")];
        let swarm = Swarm::sample()
            .with_network("front", "10.1.0.0/28")
            .with_service("web", "vip", 2, "front", &labels);
        let expected = "\
service web: endpoint mode vip

Who balances its load
  Traefik       layer 7  each request, over the addresses of its tasks (API group shop); it uses no virtual IP
  IPVS          layer 4  each connection of clients on its networks, on the client's node, behind the virtual IP 10.9.9.9

Which addresses it holds
  front 3 addresses: virtual IP 10.9.9.9; tasks 10.1.0.1 10.1.0.2

Why vip
  it was asked for, or it is the engine's default; smsvc would choose dnsrr
  dnsrr: API group shop is reached through Traefik, which balances over the task addresses; saves 1 address

What dnsrr would change
  it frees 1 address on front
  a client that resolves the name once stays with one task, and may keep an address up to 10 minutes (DNS TTL 600 s) after its task is gone
  all tasks are replaced, as in any rolling update
  docker service update --endpoint-mode dnsrr web";
        assert_eq!(said(&swarm), expected);
    }

    #[test]
    fn a_virtual_ip_that_has_no_room_is_warned_of() {
        let swarm = Swarm::sample().with_network("front", "10.1.0.0/29").with_service(
            "web",
            "dnsrr",
            4,
            "front",
            &[],
        );
        let text = said(&swarm);
        assert!(text.contains("the client    layer 7  its name resolves"), "{text}");
        assert!(text.contains("there is no room on front: the update would stop a task"), "{text}");
        assert!(!text.contains("docker service update"), "{text}");
    }
}
