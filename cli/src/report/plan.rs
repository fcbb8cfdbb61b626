//! Sizes of networks, line by line, with the command that makes one.

use serde_json::{Value, json};
use smsvc_core::budget::Addresses;

use super::Report;
use crate::args::Format;
use crate::finding::Finding;
use crate::plan::size::Proposal;
use crate::template::ExecError;

/// With more virtual IPs than this on one network the rules in every task's namespace grow long.
const MANY_VIPS: u64 = 100;

impl Report {
    /// Findings alone, with their hints.
    pub fn findings(self, findings: &[Finding]) {
        for finding in findings {
            self.result(&finding.to_string());
        }
    }

    /// One block a network.
    pub fn proposals(self, proposals: &[Proposal], format: &Format) -> Result<(), ExecError> {
        if *format != Format::Table {
            return self.by(format, &Value::Array(proposals.iter().map(proposal_json).collect()));
        }
        for proposal in proposals {
            self.result(&sum(proposal));
            for block in &proposal.blocks {
                self.result(&format!("  free: {block}"));
            }
            match proposal.blocks.first() {
                Some(block) => {
                    let name = if proposal.name.is_empty() { "NAME" } else { &proposal.name };
                    let ingress = if proposal.ingress { "--ingress " } else { "" };
                    self.result(&format!(
                        "docker network create -d overlay {ingress}--subnet {block} {name}"
                    ));
                    if proposal.ingress {
                        self.note("a swarm has one ingress network: the old one has to be removed first, and no service may publish a port through it then");
                    }
                }
                None if proposal.prefix.is_none() => {
                    self.warning("no IPv4 subnet is so large: take several networks");
                }
                None => self
                    .warning("the engine's address pools have no room for it: --avoid less, or add a pool"),
            }
            let vips = proposal.sizing.vips.get();
            if proposal.prefix.is_some_and(|prefix| prefix < 24) && vips > MANY_VIPS {
                self.warning(&format!(
                    "{vips} virtual IPs on one network: every task's namespace gets rules for each of them, and Docker advises at most a /24; use dnsrr where Traefik balances, or several networks"
                ));
            }
        }
        Ok(())
    }
}

fn sum(proposal: &Proposal) -> String {
    let sizing = &proposal.sizing;
    let reserved = Addresses::new(3);
    let lines = [
        ("virtual IPs", sizing.vips),
        ("tasks", sizing.tasks),
        ("node load balancers", sizing.load_balancers),
        ("updates at their height", sizing.update),
        ("growth", sizing.grown()),
        ("headroom", sizing.headroom),
        ("network, broadcast, gateway", reserved),
    ];
    let mut text: Vec<String> = Vec::new();
    if !proposal.name.is_empty() {
        text.push(format!("network {}", proposal.name));
    }
    text.extend(
        lines
            .iter()
            .filter(|(_, count)| !count.is_none())
            .map(|(name, count)| format!("  {name:<28}{count:>7}")),
    );
    let prefix = proposal.prefix.map_or_else(|| "no IPv4 subnet".to_owned(), |prefix| format!("/{prefix}"));
    text.push(format!("  {:<28}{:>7}   fits in {prefix}", "together", sizing.total().plus(reserved)));
    text.join("\n")
}

fn proposal_json(proposal: &Proposal) -> Value {
    let sizing = &proposal.sizing;
    json!({
        "network": proposal.name,
        "vips": sizing.vips.get(),
        "tasks": sizing.tasks.get(),
        "loadBalancers": sizing.load_balancers.get(),
        "update": sizing.update.get(),
        "growth": sizing.grown().get(),
        "headroom": sizing.headroom.get(),
        "total": sizing.total().get(),
        "prefix": proposal.prefix,
        "free": proposal.blocks.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
