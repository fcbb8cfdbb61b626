//! The services of a stack, as the engine would get them.

use smsvc_core::budget::{
    Kind, NetworkId, Placement, Planned, ServiceId, ServiceShape, UpdateOrder, UpdatePolicy,
};
use smsvc_core::endpoint::{self, Choice, EndpointError, Facts, Requested};
use smsvc_core::labels;
use smsvc_core::merge::Declaration;

use super::networks::ByKey;
use super::{NAMESPACE, World, scoped};
use crate::finding::{Finding, Place};
use crate::observe;
use crate::service::{EndpointMode, PublishMode, RawService};
use crate::stack::{Stack, StackService};

/// A service of the stack, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedService {
    /// Its key in the files.
    pub key: String,
    /// Its name in the swarm.
    pub name: String,
    /// Where it is declared.
    pub place: Place,
    /// The engine has it already.
    pub exists: bool,
    /// Its id; of one that is yet to be created an id that no service has.
    pub id: ServiceId,
    /// What decides its addresses.
    pub shape: ServiceShape,
    /// How many tasks it runs.
    pub tasks: u64,
    /// The endpoint mode that the files ask for.
    pub mode: EndpointMode,
    /// The mode that smsvc would choose, and why.
    pub auto: Choice,
    /// What its `smsvc.*` labels declare, where they are in order.
    pub declaration: Option<Declaration>,
}

impl CheckedService {
    /// In the terms of the budget.
    pub(super) fn planned(&self) -> Planned {
        Planned { id: self.id.clone(), name: self.name.clone(), shape: self.shape.clone() }
    }
}

/// Resolves every service; one that the engine or Docker would refuse is left out.
pub(super) fn resolve(
    stack: &Stack,
    name: &str,
    networks: &ByKey,
    world: &World,
    findings: &mut Vec<Finding>,
) -> Vec<CheckedService> {
    let mut services = Vec::new();
    for (key, service) in &stack.services {
        services.extend(one(key, service, name, networks, world, findings));
    }
    services
}

fn one(
    key: &str,
    service: &StackService,
    stack: &str,
    networks: &ByKey,
    world: &World,
    findings: &mut Vec<Finding>,
) -> Option<CheckedService> {
    let name = scoped(stack, key);
    let live = world.swarm.service(&name);
    let mut refuse = |code, place: &Place, text: String| {
        findings.push(Finding::error(code, text).of_service(&name).at(Some(place.clone())));
    };
    let (mode, kind) = match endpoint_mode(service).and_then(|mode| Ok((mode, kind(service)?))) {
        Ok(decided) => decided,
        Err((place, text)) => {
            refuse("E320", &place, format!("service {name}: {text}"));
            return None;
        }
    };
    let shape = shape(service, mode, kind, networks, world);
    if let Some(live) = live {
        if live.labels().get(NAMESPACE).is_none_or(|label| label != stack) {
            refuse(
                "E324",
                &service.place,
                format!("a service named {name} exists and is not of the stack {stack}"),
            );
        } else if !same_kind(live, kind) {
            let place = service.mode.as_ref().map_or(&service.place, |mode| &mode.place);
            refuse(
                "E324",
                place,
                format!("service {name} exists in another mode, which the engine cannot change"),
            );
        }
    }
    let label_texts = service.label_texts();
    let created = live.map_or("", RawService::created_at);
    // What is wrong with the labels is told elsewhere; here they only decide the mode.
    let declaration = labels::parse(&name, created, &label_texts).ok().flatten();
    let facts = Facts {
        ingress_port: shape.ingress_port,
        lbswarm: observe::lbswarm(&label_texts),
        group: declaration.as_ref().map(|declaration| declaration.group.to_string()),
        one_task_at_most: shape.kind.one_task_at_most(),
        attachments: shape.networks.len() as u64,
    };
    let mode_place = service.endpoint_mode.as_ref().map_or(&service.place, |mode| &mode.place);
    match endpoint::choose(Requested::Explicit(mode), &facts) {
        // A label of Traefik's that does not go with the mode is told with the other labels.
        Ok(_) | Err(EndpointError::DnsrrWithLbSwarm) => {}
        Err(error @ EndpointError::DnsrrWithIngressPort) => {
            refuse("E301", mode_place, format!("service {name}: {error}"));
        }
    }
    let eligible = world.facts.nodes.iter().filter(|node| shape.placement.allows(node)).count() as u64;
    if eligible == 0 && !world.facts.nodes.is_empty() {
        let place = service.constraints.first().map_or(&service.place, |constraint| &constraint.place);
        findings.push(
            Finding::warning(
                "W325",
                format!("service {name}: no node of the swarm takes its tasks, by its constraints"),
            )
            .of_service(&name)
            .at(Some(place.clone())),
        );
    }
    // `auto` cannot fail.
    let auto = endpoint::choose(Requested::Auto, &facts).ok()?;
    Some(CheckedService {
        key: key.to_owned(),
        id: live.map_or_else(|| ServiceId::new(format!("new:{name}")), |live| ServiceId::new(live.id())),
        place: service.place.clone(),
        exists: live.is_some(),
        tasks: kind.tasks(eligible),
        name,
        shape,
        mode,
        auto,
        declaration,
    })
}

fn shape(
    service: &StackService,
    mode: EndpointMode,
    kind: Kind,
    networks: &ByKey,
    world: &World,
) -> ServiceShape {
    let constraints: Vec<&str> =
        service.constraints.iter().map(|constraint| constraint.value.as_str()).collect();
    ServiceShape {
        mode,
        kind,
        networks: network_ids(service, networks),
        ingress_port: service.ports.iter().any(|port| port.value.mode == PublishMode::Ingress),
        restarts_for_ever: service.restart.as_ref().is_none_or(|restart| {
            restart.condition.as_deref().is_none_or(|condition| condition.is_empty() || condition == "any")
                && restart.max_attempts.unwrap_or_default() == 0
        }),
        // Of nodes that are only described nothing is known that a constraint could look at.
        placement: if world.offline { Placement::default() } else { Placement::new(&constraints) },
        update: service.update.as_ref().map_or_else(UpdatePolicy::default, |update| UpdatePolicy {
            order: match update.order.as_deref() {
                Some("start-first") => UpdateOrder::StartFirst,
                _ => UpdateOrder::StopFirst,
            },
            parallelism: update.parallelism.unwrap_or(1),
        }),
    }
}

/// What the files ask for, whatever its case; `vip` without a word.
fn endpoint_mode(service: &StackService) -> Result<EndpointMode, (Place, String)> {
    let Some(asked) = &service.endpoint_mode else { return Ok(EndpointMode::Vip) };
    match asked.value.to_ascii_lowercase().as_str() {
        "" | "vip" => Ok(EndpointMode::Vip),
        "dnsrr" => Ok(EndpointMode::Dnsrr),
        other => Err((asked.place.clone(), format!("{other} is not an endpoint mode: vip or dnsrr"))),
    }
}

/// The networks that take addresses from the swarm.
fn network_ids(service: &StackService, networks: &ByKey) -> Vec<NetworkId> {
    if service.networks.is_empty() {
        return networks.get("default").map(|network| network.id.clone()).into_iter().collect();
    }
    service.networks.keys().filter_map(|key| networks.get(key)).map(|network| network.id.clone()).collect()
}

/// As `docker stack deploy` converts `mode` and `replicas`.
fn kind(service: &StackService) -> Result<Kind, (Place, String)> {
    let mode = service.mode.as_ref().map_or("", |mode| mode.value.as_str());
    let replicas = service.replicas.as_ref().map(|replicas| replicas.value);
    let one_per_node = |kind| match &service.replicas {
        Some(replicas) => Err((
            replicas.place.clone(),
            "replicas can only be used with replicated or replicated-job mode".to_owned(),
        )),
        None => Ok(kind),
    };
    match mode {
        "" | "replicated" => Ok(Kind::Replicated { replicas: replicas.unwrap_or(1) }),
        "replicated-job" => {
            let tasks = replicas.unwrap_or(1);
            Ok(Kind::ReplicatedJob { concurrent: tasks, completions: tasks })
        }
        "global" => one_per_node(Kind::Global),
        "global-job" => one_per_node(Kind::GlobalJob),
        other => {
            let place = service.mode.as_ref().map_or(&service.place, |mode| &mode.place);
            Err((place.clone(), format!("unknown mode {other}")))
        }
    }
}

fn same_kind(live: &RawService, kind: Kind) -> bool {
    std::mem::discriminant(&observe::shape(live.spec()).kind) == std::mem::discriminant(&kind)
}
