//! The plans of `update`, `rollback` and `scale`: the new spec, conflicts of routes, and what it takes of the networks.

use std::collections::BTreeMap;

use serde_json::Value;
use smsvc_core::budget::{Change, Judgement, Kind, ServiceId, change_remedies, judge_changes};
use smsvc_core::endpoint::{self, Choice};
use smsvc_core::labels;
use smsvc_core::merge::Declaration;

use super::create::{on_overlays, refuse_conflicts, refuse_unreachable};
use super::publish::{publication, take_out};
use super::{BudgetRefusal, Cost, Step};
use crate::engine::{Image, Network, RegistryAuthFrom};
use crate::error::{Error, UpdateError};
use crate::flags::{IpBudget, RequestError, UpdateRequest};
use crate::lint::Subject;
use crate::observe::{self, Swarm, UpdateSnapshot};
use crate::publish::{COMPILED, Way, group_of, way_of};
use crate::reserve::Claim;
use crate::service::{
    EndpointMode, Found, RawService, differing_fields, network_ids, pin, scaled, unchanged, updated,
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
        groups_on_the_way_back(snapshot)?
    } else if request.touches_groups() {
        refuse_wrong_group(&spec, snapshot)?;
        publish(request, &mut spec, snapshot)?
    } else {
        BTreeMap::new()
    };
    let after = if request.roll_back { previous(service) } else { spec.clone() };
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
    Ok(UpdatePlan { groups, ..plan })
}

/// Plans the way back to the previous spec, as `docker service rollback` goes it.
///
/// # Errors
/// Where its routes collide with those of others, or a network has no room for it.
pub fn roll_back(request: &UpdateRequest, snapshot: &UpdateSnapshot) -> Result<UpdatePlan, Error> {
    let service = &snapshot.service;
    let groups = groups_on_the_way_back(snapshot)?;
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
    Ok(UpdatePlan { groups, ..plan })
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
    let groups = BTreeMap::new();
    Ok(UpdatePlan { choice, moded, costs: counted.costs, overruled, claim, notices, groups, step })
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

fn labels_of(spec: &Value) -> BTreeMap<String, String> {
    let labels = spec["Labels"].as_object().into_iter().flatten();
    labels.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

fn declaration(spec: &Value, snapshot: &UpdateSnapshot) -> Result<Option<Declaration>, RequestError> {
    let service = &snapshot.service;
    labels::parse(service.name(), service.created_at(), &labels_of(spec)).map_err(RequestError::Labels)
}

/// Holds the service's new labels against those of the other services.
fn refuse_wrong_group(spec: &Value, snapshot: &UpdateSnapshot) -> Result<(), Error> {
    let declaration =
        declaration(spec, snapshot).map_err(|error| Error::Update(UpdateError::Change(error.into())))?;
    let (Some(declaration), Some(swarm)) = (declaration, &snapshot.swarm) else { return Ok(()) };
    let mut others = swarm.services.clone();
    others.retain(|service| service.id() != snapshot.service.id());
    refuse_conflicts(&declaration, &others)?;
    let networks: BTreeMap<String, Network> = network_ids(spec)
        .filter_map(|id| swarm.networks.iter().find(|network| network.id == id))
        .map(|network| (network.id.clone(), network.clone()))
        .collect();
    refuse_unreachable(&declaration, &networks)
}

/// The groups of a service that goes back to other labels. The previous spec has the labels that were compiled then, which
/// must not decide by which way the group goes now.
fn groups_on_the_way_back(snapshot: &UpdateSnapshot) -> Result<BTreeMap<String, Option<Way>>, Error> {
    let (service, Some(swarm)) = (&snapshot.service, &snapshot.swarm) else { return Ok(BTreeMap::new()) };
    let previous = previous(service);
    if labels_of(&previous) == labels_of(service.spec()) {
        return Ok(BTreeMap::new());
    }
    refuse_wrong_group(&previous, snapshot)?;
    let subjects: Vec<Subject> =
        swarm.services.iter().map(|service| Subject::of_service(service, &swarm.networks)).collect();
    let labels = labels_of(&previous);
    let then = Subject::of_spec(service.name(), service.created_at(), labels, &previous, &swarm.networks);
    let now = Subject::of_service(service, &swarm.networks);
    let groups = [&now, &then].into_iter().filter_map(group_of);
    Ok(groups.map(|group| (group.to_owned(), way_of(&subjects, group))).collect())
}

/// Writes the labels that the service needs in its group: the groups that labels publish and that have it or had it.
fn publish(
    request: &UpdateRequest,
    spec: &mut Value,
    snapshot: &UpdateSnapshot,
) -> Result<BTreeMap<String, Option<Way>>, Error> {
    let Some(swarm) = &snapshot.swarm else { return Ok(BTreeMap::new()) };
    let service = &snapshot.service;
    let before = Subject::of_service(service, &swarm.networks);
    let labels = labels_of(spec);
    let own = Subject::of_spec(service.name(), service.created_at(), labels.clone(), spec, &swarm.networks);
    let mut groups = BTreeMap::new();
    match publication(request.publish_via, &own, &swarm.services, &swarm.networks)? {
        Some(publication) => {
            publication.write(service.name(), spec);
            if publication.way == Way::Labels {
                groups.insert(publication.group, Some(Way::Labels));
            }
        }
        None => take_out(service.name(), &labels, spec),
    }
    if before.label(COMPILED).is_some() {
        groups.extend(group_of(&before).map(|group| (group.to_owned(), Some(Way::Labels))));
    }
    Ok(groups)
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
