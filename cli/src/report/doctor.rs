//! What keeps tasks from running, in words and as JSON.

use jiff::Timestamp;
use serde_json::{Value, json};
use smsvc_core::budget::{Ledger, NetworkFact, NetworkId, Usage};

use super::Report;
use crate::args::Format;
use crate::stuck::{Cause, Finding, Subject, WayOut};
use crate::template::ExecError;
use crate::words::{NOT_ALLOCATED, addresses, elapsed, held};

/// A finding with what its words need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    finding: Finding,
    ways_out: Vec<WayOut>,
    networks: Vec<(NetworkFact, Usage)>,
}

impl Diagnosis {
    /// Looks the networks of the finding up.
    pub fn new(finding: &Finding, ways_out: Vec<WayOut>, ledger: &Ledger<'_>) -> Self {
        let look_up = |id: &NetworkId| {
            let account = ledger.account(id)?;
            Some((account.network().clone(), *account.usage()))
        };
        let networks = finding.cause.networks().iter().filter_map(look_up).collect();
        Self { finding: finding.clone(), ways_out, networks }
    }

    /// What is wrong, and what helps, in lines.
    pub(crate) fn text(&self, now: Timestamp) -> String {
        let mut lines = vec![format!("{}: {}", self.subject(), self.what(now))];
        lines.extend(self.details().into_iter().map(|line| format!("  {line}")));
        for (number, way) in self.ways_out.iter().enumerate() {
            lines.push(format!("  {}. {}", number + 1, way.what));
            lines.extend(way.commands.iter().map(|command| format!("       {command}")));
        }
        lines.join("\n")
    }

    fn subject(&self) -> String {
        match &self.finding.subject {
            Subject::Service(name) => format!("service {name}"),
            Subject::Containers => "containers of docker run".to_owned(),
        }
    }

    /// How many tasks, what they wait for, and for how long.
    fn what(&self, now: Timestamp) -> String {
        let tasks = match self.finding.tasks {
            0 => return "it has no virtual IP, because no address is left".to_owned(),
            1 => "1 task".to_owned(),
            several => format!("{several} tasks"),
        };
        let (one, several) = match &self.finding.cause {
            Cause::Exhausted { .. } | Cause::NotHandedOut => ("waits for an address", "wait for an address"),
            Cause::NotAllocated { .. } => ("waits for its network", "wait for their network"),
            Cause::NoNode(_) => ("waits for a node", "wait for a node"),
            Cause::NoLoadBalancer { .. } | Cause::SubnetInUse | Cause::NoImage(_) | Cause::Rejected(_) => {
                ("was rejected by its node", "were rejected by their nodes")
            }
            Cause::Failed(_) => ("fails", "fail"),
        };
        let verb = if self.finding.tasks == 1 { one } else { several };
        match self.finding.since.parse::<Timestamp>() {
            Ok(since) => format!("{tasks} {verb}, for {}", elapsed(since, now)),
            Err(_) => format!("{tasks} {verb}"),
        }
    }

    fn details(&self) -> Vec<String> {
        match &self.finding.cause {
            Cause::Exhausted { virtual_ip, .. } => {
                let mut lines: Vec<String> = self.networks.iter().map(|(network, usage)| full(network, usage)).collect();
                if *virtual_ip {
                    lines.push("the service has no virtual IP there, and without it none of its tasks starts".to_owned());
                }
                lines
            }
            Cause::NoLoadBalancer { .. } => {
                let mut lines = vec!["a node had no address left for its load balancer".to_owned()];
                lines.extend(self.networks.iter().map(|(network, usage)| full(network, usage)));
                lines
            }
            Cause::NotAllocated { .. } => {
                self.networks.iter().map(|(network, _)| format!("network {}: {NOT_ALLOCATED}", network.name)).collect()
            }
            Cause::NotHandedOut => vec![
                "each of its networks has addresses by this count, but the engine has handed none out".to_owned(),
            ],
            Cause::SubnetInUse => vec![
                "the subnet is still in use on the node, by a network that was removed while its tasks were stopping".to_owned(),
            ],
            Cause::NoNode(obstacles) => obstacles.iter().map(|obstacle| obstacle.words.clone()).collect(),
            Cause::NoImage(words) | Cause::Rejected(words) | Cause::Failed(words) => vec![words.clone()],
        }
    }

    fn json(&self) -> Value {
        let (service, cause) = (
            match &self.finding.subject {
                Subject::Service(name) => Value::from(name.as_str()),
                Subject::Containers => Value::Null,
            },
            cause_name(&self.finding.cause),
        );
        json!({
            "service": service,
            "tasks": self.finding.tasks,
            "since": self.finding.since,
            "cause": cause,
            "networks": self.networks.iter().map(|(network, _)| network.name.as_str()).collect::<Vec<_>>(),
            "details": self.details(),
            "waysOut": self.ways_out.iter().map(|way| json!({ "what": way.what, "commands": way.commands })).collect::<Vec<_>>(),
        })
    }
}

impl Report {
    /// The findings, or that there is none.
    pub fn diagnoses(
        self,
        format: &Format,
        diagnoses: &[Diagnosis],
        healthy: &str,
        now: Timestamp,
    ) -> Result<(), ExecError> {
        match format {
            Format::Table if diagnoses.is_empty() => self.result(healthy),
            Format::Table => {
                let texts: Vec<String> = diagnoses.iter().map(|diagnosis| diagnosis.text(now)).collect();
                self.result(&texts.join("\n\n"));
            }
            format => {
                let findings = diagnoses.iter().map(Diagnosis::json).collect::<Vec<_>>();
                self.by(format, &json!({ "version": 1, "findings": findings }))?;
            }
        }
        Ok(())
    }
}

/// `network front (10.1.0.0/29): 0 of 5 addresses are free (1 load balancer, 1 virtual IP, 3 tasks)`.
fn full(network: &NetworkFact, usage: &Usage) -> String {
    let subnets: Vec<String> = network.subnets.iter().map(|subnet| subnet.net().to_string()).collect();
    format!(
        "network {} ({}): {} of {} free; held by {}",
        network.name,
        subnets.join(" and "),
        usage.free(),
        addresses(usage.capacity.usable),
        held(usage)
    )
}

fn cause_name(cause: &Cause) -> &'static str {
    match cause {
        Cause::Exhausted { .. } => "noAddressLeft",
        Cause::NotAllocated { .. } => "networkNotAllocated",
        Cause::NotHandedOut => "addressNotHandedOut",
        Cause::NoLoadBalancer { .. } => "noLoadBalancerAddress",
        Cause::SubnetInUse => "subnetInUse",
        Cause::NoNode(_) => "noSuitableNode",
        Cause::NoImage(_) => "imageNotFound",
        Cause::Rejected(_) => "rejected",
        Cause::Failed(_) => "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Swarm;
    use crate::stuck::{examine, ways_out};

    fn said(swarm: &Swarm, now: &str) -> String {
        let facts = swarm.facts();
        let ledger = Ledger::open(&facts);
        let texts: Vec<String> = examine(swarm, &ledger)
            .iter()
            .map(|finding| {
                let ways = ways_out(finding, swarm, &facts, &ledger);
                Diagnosis::new(finding, ways, &ledger).text(now.parse().unwrap())
            })
            .collect();
        texts.join("\n\n")
    }

    #[test]
    fn a_load_balancer_that_got_no_address_is_left_room_for() {
        let mut swarm = Swarm::sample().with_network("front", "10.0.0.0/29").with_service(
            "web",
            "dnsrr",
            6,
            "front",
            &[],
        );
        swarm.tasks[5].status.state = "new".into();
        swarm.tasks[5].attachments = None;
        let text = said(&swarm, "2026-01-01T12:02:00Z");
        assert!(text.contains("docker service scale web=4\n"), "{text}");
    }

    #[test]
    fn who_waits_for_an_address_is_told_where_since_when_and_what_helps() {
        let mut swarm = Swarm::sample()
            .with_network("front", "10.0.0.0/29")
            .with_service("web", "vip", 1, "front", &[])
            .with_service("api", "dnsrr", 4, "front", &[]);
        for task in [3, 4] {
            swarm.tasks[task].status.state = "new".into();
            swarm.tasks[task].status.timestamp = "2026-01-01T12:00:00Z".into();
            swarm.tasks[task].attachments = None;
        }
        let expected = "\
service api: 2 tasks wait for an address, for 2 minutes
  network front (10.0.0.0/29): 0 of 5 addresses free; held by 1 load balancer, 1 virtual IP, 3 tasks
  1. run 2 of the 4 replicas, for which there are addresses
       docker service scale api=2
  2. give front a bigger range; its services are down meanwhile, with --strategy rolling one task at a time
       docker smsvc network redefine front --subnet 10.0.0.16/28
  3. move the service to a bigger network; services that stay on front do not reach it there any more
       docker network create --driver overlay --subnet 10.0.0.16/28 front-2
       docker service update --network-rm front --network-add front-2 api";
        assert_eq!(said(&swarm, "2026-01-01T12:02:00Z"), expected);
    }
}
