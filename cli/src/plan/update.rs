//! The plans of `update`, `rollback` and `scale`: the new spec, conflicts of routes, and what it takes of the networks.

mod group;

use std::collections::BTreeMap;

use serde_json::Value;
use smsvc_core::budget::{Change, Judgement, Kind, ServiceId, change_remedies, judge_changes};
use smsvc_core::endpoint::{self, Choice};

use super::create::on_overlays;
use super::{BudgetRefusal, Cost, Step};
use crate::engine::{Image, Network, RegistryAuthFrom};
use crate::error::{Error, UpdateError};
use crate::finding::Finding;
use crate::flags::{IpBudget, UpdateRequest};
use crate::observe::{self, Swarm, UpdateSnapshot};
use crate::publish::{Way, is_compiled};
use crate::reserve::Claim;
use crate::service::{EndpointMode, Found, RawService, differing_fields, pin, scaled, unchanged, updated};
use group::{
    declaration, labels_of, linted, on_the_way_back, publish, refuse_out_of_reach, refuse_wrong_group,
};

/// A change that may be made.
#[derive(Debug)]
pub struct UpdatePlan {
    /// The endpoint mode and why, where it was asked for.
    pub choice: Option<Choice>,
    /// A change of the endpoint mode.
    pub moded: Option<Moded>,
    /// What it costs on each network, beyond what the service holds, where that was counted.
    pub costs: Vec<Cost>,
    /// A budget that says no and was told to let it pass.
    pub overruled: Option<BudgetRefusal>,
    /// The networks that it may take addresses of.
    pub claim: Claim,
    /// What is known to go wrong.
    pub notices: Vec<UpdateNotice>,
    /// What will surprise, by the rules of lint.
    pub warnings: Vec<Finding>,
    /// The API groups of which other services may need other labels afterwards, and the way that each goes into Traefik, as
    /// far as that is known.
    pub groups: BTreeMap<String, Option<Way>>,
    /// The call to make.
    pub step: Step,
}

/// From which endpoint mode to which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moded {
    /// Today's.
    pub from: EndpointMode,
    /// The one to come.
    pub to: EndpointMode,
}

/// What is known to go wrong with a change, or may surprise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpdateNotice {
    /// All tasks are replaced for the endpoint mode alone.
    AllTasksReplaced {
        /// How many there are.
        tasks: u64,
    },
    /// From `vip` to `dnsrr` (moby #38575).
    OldVipInDns,
    /// From `dnsrr` to `vip` (moby #36988).
    NameUnresolved,
}

/// Decides; or says why not, before anything has changed.
///
/// # Errors
/// Where the flags do not fit the service, its routes collide with those of others, or a network has no room.
pub fn update(request: &UpdateRequest, snapshot: &UpdateSnapshot) -> Result<UpdatePlan, Error> {
    let service = &snapshot.service;
    let draft = changed(request, snapshot, None)?;
    let choice =
        request.endpoint.map(|wanted| endpoint::choose(wanted, &facts(&draft, snapshot))).transpose()?;
    let mut spec = match choice {
        Some(Choice { mode, .. }) => changed(request, snapshot, Some(mode))?,
        None => draft,
    };
    let groups = if request.roll_back {
        on_the_way_back(snapshot)?
    } else if request.touches_groups() {
        refuse_wrong_group(&spec, snapshot)?;
        publish(request, &mut spec, snapshot)?
    } else if request.touches_networks() {
        refuse_out_of_reach(&spec, snapshot)?;
        // The labels name the network on which Traefik reaches the service.
        if is_compiled(service) { publish(request, &mut spec, snapshot)? } else { BTreeMap::new() }
    } else {
        BTreeMap::new()
    };
    let after = if request.roll_back { previous(service) } else { spec.clone() };
    let warnings = linted(snapshot, &after)?;
    let step = Step::UpdateService {
        id: service.id().to_owned(),
        name: service.name().to_owned(),
        version: service.version(),
        before: service.spec().clone(),
        after,
        spec,
        rollback: request.roll_back,
        auth_from: (!request.registry.auth).then_some(RegistryAuthFrom::Spec),
    };
    let plan = plan(snapshot.swarm.as_ref(), service, step, request.ip_budget, choice)?;
    Ok(UpdatePlan { warnings, groups, ..plan })
}

/// Plans the way back to the previous spec, as `docker service rollback` goes it.
///
/// # Errors
/// Where its routes collide with those of others, or a network has no room for it.
pub fn roll_back(request: &UpdateRequest, snapshot: &UpdateSnapshot) -> Result<UpdatePlan, Error> {
    let service = &snapshot.service;
    if request.run.instead.is_some() && service.previous_spec().is_none() {
        return Err(UpdateError::NothingBefore { name: service.name().to_owned() }.into());
    }
    let groups = on_the_way_back(snapshot)?;
    let warnings = linted(snapshot, &previous(service))?;
    let step = Step::UpdateService {
        id: service.id().to_owned(),
        name: service.name().to_owned(),
        version: service.version(),
        before: service.spec().clone(),
        after: previous(service),
        spec: unchanged(service.spec()),
        rollback: true,
        auth_from: None,
    };
    let plan = plan(snapshot.swarm.as_ref(), service, step, request.ip_budget, None)?;
    Ok(UpdatePlan { warnings, groups, ..plan })
}

/// Plans the same service with another number of tasks.
///
/// # Errors
/// Where it has no number of tasks.
pub fn scale(service: &RawService, replicas: u64) -> Result<Step, Error> {
    let spec = scaled(service.spec(), replicas)?;
    Ok(Step::UpdateService {
        id: service.id().to_owned(),
        name: service.name().to_owned(),
        version: service.version(),
        before: service.spec().clone(),
        after: spec.clone(),
        spec,
        rollback: false,
        auth_from: None,
    })
}

/// What a rollback goes back to. Where there is nothing the engine says so.
fn previous(service: &RawService) -> Value {
    service.previous_spec().unwrap_or_else(|| service.spec()).clone()
}

fn plan(
    swarm: Option<&Swarm>,
    service: &RawService,
    step: Step,
    policy: IpBudget,
    choice: Option<Choice>,
) -> Result<UpdatePlan, Error> {
    let (moded, notices) = match &step {
        Step::UpdateService { before, after, .. } => surprises(service, before, after),
        _ => (None, Vec::new()),
    };
    let counted = Counted::of(swarm.filter(|_| policy != IpBudget::Off), std::slice::from_ref(&step))?;
    let overruled = match counted.refusal {
        Some(refusal) if policy == IpBudget::Enforce => return Err(Error::Budget(refusal)),
        refusal => refusal,
    };
    let claim = if policy == IpBudget::Off { Claim::none() } else { counted.claim };
    let (warnings, groups) = (Vec::new(), BTreeMap::new());
    Ok(UpdatePlan { choice, moded, costs: counted.costs, overruled, claim, notices, warnings, groups, step })
}

/// What changes take of the networks, all of them together.
#[derive(Debug, Default)]
pub struct Counted {
    /// What they cost on each network.
    pub costs: Vec<Cost>,
    /// Why they do not fit.
    pub refusal: Option<BudgetRefusal>,
    /// The networks that they may take addresses of.
    pub claim: Claim,
}

impl Counted {
    /// Counts, where there is a swarm to count in.
    ///
    /// # Errors
    /// Where the swarm lacks one of the networks.
    pub fn of(swarm: Option<&Swarm>, steps: &[Step]) -> Result<Self, Error> {
        let Some(swarm) = swarm else {
            return Ok(Self { claim: Claim::none(), ..Self::default() });
        };
        let networks: BTreeMap<String, Network> =
            swarm.networks.iter().map(|network| (network.id.clone(), network.clone())).collect();
        let changes: Vec<Change> = steps.iter().filter_map(|step| change(step, &networks)).collect();
        let facts = swarm.facts();
        let judged: Judgement<'_> = judge_changes(&facts, &changes)?;
        let mut claim = Claim::none();
        for judged in &judged.networks {
            if let Some(network) = networks.get(judged.network.id.as_str()) {
                claim = claim.with(network);
            }
        }
        let costs = judged.networks.iter().map(|judged| Cost {
            network: judged.network.name.clone(),
            need: judged.need,
            verdict: judged.verdict,
        });
        let refusal = BudgetRefusal::of_change(&judged, &change_remedies(&facts, &changes)?);
        Ok(Self { costs: costs.collect(), refusal, claim })
    }
}

fn change(step: &Step, networks: &BTreeMap<String, Network>) -> Option<Change> {
    let Step::UpdateService { id, before, after, rollback, .. } = step else { return None };
    let mut shape = observe::shape(after);
    if *rollback {
        shape.update = observe::rollback_policy(after);
    }
    Some(Change {
        service: ServiceId::new(id),
        after: on_overlays(&shape, networks),
        replaces_tasks: replaces_tasks(before, after),
    })
}

/// Whether the engine replaces the tasks: it does as soon as the task template or the endpoint differs (swarmkit
/// `orchestrator`, `IsTaskDirty`).
pub fn replaces_tasks(before: &Value, after: &Value) -> bool {
    ["TaskTemplate", "EndpointSpec", "Networks"]
        .into_iter()
        .any(|part| !differing_fields(&before[part], &after[part]).is_empty())
}

fn changed(
    request: &UpdateRequest,
    snapshot: &UpdateSnapshot,
    endpoint: Option<EndpointMode>,
) -> Result<Value, Error> {
    let ids = snapshot.networks.iter().map(|(name, network)| (name.clone(), network.id.clone())).collect();
    let found = Found { networks: &ids, configs: &snapshot.configs, secrets: &snapshot.secrets, endpoint };
    Ok(updated(snapshot.service.spec(), request, &found)?)
}

impl UpdatePlan {
    /// The same with what the registry says of a new image.
    #[must_use]
    pub fn with_image(mut self, image: Option<&Image>) -> Self {
        if let (Step::UpdateService { spec, after, .. }, Some(image)) = (&mut self.step, image) {
            *spec = pin(spec, &image.digest, &image.platforms);
            after.clone_from(spec);
        }
        self
    }
}

fn facts(spec: &Value, snapshot: &UpdateSnapshot) -> endpoint::Facts {
    let shape = observe::shape(spec);
    let labels = labels_of(spec);
    let group = declaration(spec, snapshot).ok().flatten().map(|declaration| declaration.group.to_string());
    endpoint::Facts {
        ingress_port: shape.ingress_port,
        lbswarm: observe::lbswarm(&labels),
        group,
        one_task_at_most: shape.kind.one_task_at_most(),
        attachments: shape.networks.len() as u64,
    }
}

fn mode_of(spec: &Value) -> EndpointMode {
    observe::shape(spec).mode
}

/// What is known to go wrong when the endpoint mode changes.
fn surprises(service: &RawService, before: &Value, after: &Value) -> (Option<Moded>, Vec<UpdateNotice>) {
    let moded = Moded { from: mode_of(before), to: mode_of(after) };
    if moded.from == moded.to {
        return (None, Vec::new());
    }
    let tasks = match observe::shape(service.spec()).kind {
        Kind::Replicated { replicas } => replicas,
        _ => 0,
    };
    let known = match moded.to {
        EndpointMode::Dnsrr => UpdateNotice::OldVipInDns,
        EndpointMode::Vip => UpdateNotice::NameUnresolved,
    };
    (Some(moded), vec![UpdateNotice::AllTasksReplaced { tasks }, known])
}
