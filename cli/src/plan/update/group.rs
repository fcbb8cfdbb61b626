//! The place of a changed service in its API group: whether its routes may be what they become, whether Traefik still
//! reaches it, and which labels it needs for that.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use smsvc_core::labels;
use smsvc_core::merge::Declaration;

use super::previous;
use crate::engine::Network;
use crate::error::{Error, UpdateError};
use crate::finding::{Finding, Severity};
use crate::flags::{RequestError, UpdateRequest};
use crate::lint::{self, Subject};
use crate::observe::{Swarm, UpdateSnapshot};
use crate::plan::create::{refuse_conflicts, refuse_unreachable};
use crate::plan::publish::{publication, take_out};
use crate::publish::{COMPILED, Way, desired, group_of, way_of};
use crate::service::network_ids;

pub(super) fn labels_of(spec: &Value) -> BTreeMap<String, String> {
    let labels = spec["Labels"].as_object().into_iter().flatten();
    labels.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

pub(super) fn declaration(
    spec: &Value,
    snapshot: &UpdateSnapshot,
) -> Result<Option<Declaration>, RequestError> {
    let service = &snapshot.service;
    labels::parse(service.name(), service.created_at(), &labels_of(spec)).map_err(RequestError::Labels)
}

/// Holds the service's new labels against those of the other services.
pub(super) fn refuse_wrong_group(spec: &Value, snapshot: &UpdateSnapshot) -> Result<(), Error> {
    let declaration =
        declaration(spec, snapshot).map_err(|error| Error::Update(UpdateError::Change(error.into())))?;
    let (Some(declaration), Some(swarm)) = (declaration, &snapshot.swarm) else { return Ok(()) };
    let mut others = swarm.services.clone();
    others.retain(|service| service.id() != snapshot.service.id());
    refuse_conflicts(&declaration, &others)?;
    refuse_unreachable(&declaration, &attached(spec, swarm))
}

/// Holds the networks that the service is to be on against what its group needs.
pub(super) fn refuse_out_of_reach(spec: &Value, snapshot: &UpdateSnapshot) -> Result<(), Error> {
    let Some(swarm) = &snapshot.swarm else { return Ok(()) };
    // Labels that cannot be read are no matter of the networks, and told by lint.
    match declaration(spec, snapshot) {
        Ok(Some(declaration)) => refuse_unreachable(&declaration, &attached(spec, swarm)),
        Ok(None) | Err(_) => Ok(()),
    }
}

fn attached(spec: &Value, swarm: &Swarm) -> BTreeMap<String, Network> {
    network_ids(spec)
        .filter_map(|id| swarm.networks.iter().find(|network| network.id == id))
        .map(|network| (network.id.clone(), network.clone()))
        .collect()
}

/// What the rules of lint find with the service as it will be and not as it is: its warnings; its errors end the plan.
///
/// That other services of its group need other labels is no finding, since they get them right after.
pub(super) fn linted(snapshot: &UpdateSnapshot, after: &Value) -> Result<Vec<Finding>, Error> {
    let (service, Some(swarm)) = (&snapshot.service, &snapshot.swarm) else { return Ok(Vec::new()) };
    let now = Subject::of_service(service, &swarm.networks);
    let labels = labels_of(after);
    let then = Subject::of_spec(service.name(), service.created_at(), labels, after, &swarm.networks);
    if now == then {
        return Ok(Vec::new());
    }
    let others = swarm.services.iter().filter(|other| other.id() != service.id());
    let others: Vec<Subject> = others.map(|other| Subject::of_service(other, &swarm.networks)).collect();
    let with = |subject: Subject| others.iter().cloned().chain([subject]).collect::<Vec<_>>();
    let before = lint::lint(&with(now));
    let found = lint::lint(&with(then)).into_iter();
    let (errors, warnings): (Vec<Finding>, Vec<Finding>) = found
        .filter(|finding| finding.code != "W405" && !before.contains(finding))
        .partition(|finding| finding.severity == Severity::Error);
    if errors.is_empty() { Ok(warnings) } else { Err(Error::Refused(errors)) }
}

/// The groups of a service that goes back to other labels or networks. The previous spec has the labels that were compiled
/// then, which must not decide by which way the group goes now.
pub(super) fn on_the_way_back(snapshot: &UpdateSnapshot) -> Result<BTreeMap<String, Option<Way>>, Error> {
    let (service, Some(swarm)) = (&snapshot.service, &snapshot.swarm) else { return Ok(BTreeMap::new()) };
    let previous = previous(service);
    let networks = |spec: &Value| network_ids(spec).map(str::to_owned).collect::<BTreeSet<_>>();
    if labels_of(&previous) == labels_of(service.spec()) && networks(&previous) == networks(service.spec()) {
        return Ok(BTreeMap::new());
    }
    refuse_wrong_group(&previous, snapshot)?;
    let mut subjects: Vec<Subject> =
        swarm.services.iter().map(|service| Subject::of_service(service, &swarm.networks)).collect();
    let labels = labels_of(&previous);
    let then = Subject::of_spec(service.name(), service.created_at(), labels, &previous, &swarm.networks);
    let now = Subject::of_service(service, &swarm.networks);
    let groups = [&now, &then].into_iter().filter_map(group_of);
    let groups: BTreeMap<String, Option<Way>> =
        groups.map(|group| (group.to_owned(), way_of(&subjects, group))).collect();
    // What labels could not say afterwards is refused now.
    subjects.retain(|subject| subject.name != then.name);
    subjects.push(then);
    for (group, way) in &groups {
        let goes_on = subjects.iter().any(|subject| group_of(subject) == Some(group));
        if let Some(way) = way.filter(|_| goes_on) {
            desired(&subjects, group, way)?;
        }
    }
    Ok(groups)
}

/// Writes the labels that the service needs in its group: the groups that labels publish and that have it or had it.
pub(super) fn publish(
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
