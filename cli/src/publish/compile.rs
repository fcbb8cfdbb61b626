//! From a group to the labels of its services, and back: which labels of a service are ours.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use smsvc_core::group::Group;
use smsvc_core::merge::Declaration;
use smsvc_core::name::ServiceName;
use smsvc_core::traefik::labels::{Labelled, PREFIX, Reach, compile, meet};

use super::{Groups, PublishError, Way, way_of};
use crate::lint::Subject;
use crate::service::RawService;

/// The label that says what was compiled.
pub const COMPILED: &str = "smsvc.compiled";
/// The name of the plugin in Traefik's static configuration: labels are written where nobody could say another.
const PLUGIN: &str = "smsvc";
/// Labels that concern the service as a whole, and are not ours alone.
const COMMON: [&str; 2] = ["traefik.enable", NETWORK];
/// The one that says on which network Traefik reaches the service.
const NETWORK: &str = "traefik.swarm.network";

/// All labels that each service of a group should have.
pub(super) fn group(
    subjects: &[Subject],
    name: &str,
    groups: &Groups,
) -> Result<BTreeMap<String, BTreeMap<String, String>>, PublishError> {
    if let Some(errors) = groups.broken.get(name) {
        return Err(PublishError::Labels(errors.clone()));
    }
    if let Some(refusal) = groups.merged.refused.iter().find(|refusal| refusal.group.as_str() == name) {
        return Err(PublishError::Conflict(refusal.errors.clone()));
    }
    let all = &groups.merged.spec.groups;
    let group = all.iter().find(|group| group.name.as_str() == name);
    let group = group.ok_or_else(|| PublishError::NoGroup(name.to_owned()))?;
    let labelled = |other: &&Group| way_of(subjects, other.name.as_str()) == Some(Way::Labels);
    let mut others = all.iter().filter(|other| other.name != group.name).filter(labelled);
    if let Some(other) = others.find(|other| meet(group, other)) {
        return Err(PublishError::Meets { group: name.to_owned(), other: other.name.to_string() });
    }
    let members: Vec<(&Subject, &Declaration)> = groups
        .declarations
        .iter()
        .filter(|declaration| declaration.group == group.name)
        .filter_map(|declaration| {
            let subject = subjects.iter().find(|subject| subject.name == declaration.service.as_str())?;
            Some((subject, declaration.as_ref()))
        })
        .collect();
    let mut reach = BTreeMap::new();
    for (subject, declaration) in &members {
        let port = declaration
            .port
            .ok_or_else(|| PublishError::NoPort { group: name.to_owned(), service: subject.name.clone() })?;
        let network = network(subject, declaration);
        let (scheme, health) = (declaration.scheme, declaration.health.clone());
        reach.insert(declaration.service.clone(), Reach { port, scheme, health, network });
    }
    let stated = members.iter().find(|(_, declaration)| declaration.owner);
    let oldest = group.services.first().map(|member| &member.service);
    let owner: &ServiceName = stated
        .map(|(_, declaration)| &declaration.service)
        .or(oldest)
        .ok_or_else(|| PublishError::NoGroup(name.to_owned()))?;
    let compiled = compile(&Labelled { group, owner, reach: &reach, plugin: PLUGIN }).map_err(|what| {
        PublishError::Inexpressible { group: name.to_owned(), what: what.into_iter().collect() }
    })?;
    let mut all = BTreeMap::new();
    for (subject, declaration) in members {
        let own = compiled.get(&declaration.service).cloned().unwrap_or_default();
        if let Some(label) = taken(subject, &own) {
            return Err(PublishError::Taken { service: subject.name.clone(), label });
        }
        let mut labels = stripped(&subject.name, &subject.labels);
        labels.insert(COMPILED.to_owned(), digest(&own));
        labels.extend(own);
        all.insert(subject.name.clone(), labels);
    }
    Ok(all)
}

/// A label of somebody else that would be lost.
fn taken(subject: &Subject, own: &BTreeMap<String, String>) -> Option<String> {
    if subject.label(COMPILED).is_some() {
        return None;
    }
    let others = subject.labels.iter().filter(|(label, value)| {
        let written = own.iter().find(|(own, _)| own.eq_ignore_ascii_case(label));
        is_object_of(&subject.name, label) || written.is_some_and(|(_, own)| own != *value)
    });
    others.map(|(label, _)| label.clone()).next()
}

/// The network by its name: the one that the service says, or its only one, or the one of several that Traefik has been
/// told. Traefik counts the routing mesh's, too, and would take one of several at random.
fn network(subject: &Subject, declaration: &Declaration) -> Option<String> {
    let told = || subject.label(NETWORK).filter(|told| subject.networks.iter().any(|on| on == told));
    match (&declaration.network, subject.networks.as_slice()) {
        (Some(name), _) => Some(name.clone()),
        (None, [only]) => Some(only.clone()),
        (None, _) => told().map(str::to_owned),
    }
}

/// The labels of a service without what was compiled into them.
pub fn stripped(service: &str, labels: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut labels = labels.clone();
    if !labels.keys().any(|label| label.eq_ignore_ascii_case(COMPILED)) {
        return labels;
    }
    labels.retain(|label, _| !label.eq_ignore_ascii_case(COMPILED) && !is_object_of(service, label));
    // What switches Traefik on for the service stays where other labels of Traefik need it.
    let is_common = |label: &str| COMMON.iter().any(|common| label.eq_ignore_ascii_case(common));
    let others = labels.keys().any(|label| is_of_traefik(label) && !is_common(label));
    if !others {
        labels.retain(|label, _| !is_common(label));
    }
    labels
}

/// Whether the compiled labels of a service are as they were written.
pub fn is_as_compiled(service: &str, labels: &BTreeMap<String, String>) -> bool {
    let own = labels.iter().filter(|(label, _)| {
        is_object_of(service, label) || COMMON.iter().any(|common| label.eq_ignore_ascii_case(common))
    });
    let own = own.map(|(label, value)| (label.clone(), value.clone())).collect();
    labels.get(COMPILED).is_none_or(|written| *written == digest(&own))
}

/// Whether labels were compiled into a service.
pub fn is_compiled(service: &RawService) -> bool {
    service.labels().keys().any(|label| label.eq_ignore_ascii_case(COMPILED))
}

fn is_of_traefik(label: &str) -> bool {
    label.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
}

/// Whether a label defines a router, a middleware or a service that smsvc writes for this one.
fn is_object_of(service: &str, label: &str) -> bool {
    let mut parts = label.splitn(5, '.');
    let (prefix, protocol, kind, name) = (parts.next(), parts.next(), parts.next(), parts.next());
    let is = |part: Option<&str>, word: &str| part.is_some_and(|part| part.eq_ignore_ascii_case(word));
    let kinds = ["routers", "middlewares", "services"];
    let own = format!("smsvc-{service}");
    is(prefix, "traefik")
        && is(protocol, "http")
        && kinds.iter().any(|word| is(kind, word))
        && name.is_some_and(|name| {
            name.strip_prefix(&own).is_some_and(|rest| rest.is_empty() || rest.starts_with('~'))
        })
}

/// The digest of compiled labels.
fn digest(labels: &BTreeMap<String, String>) -> String {
    let mut hash = Sha256::new();
    for (label, value) in labels {
        hash.update(label);
        hash.update([0]);
        hash.update(value);
        hash.update([0]);
    }
    hash.finalize().iter().fold("sha256:".to_owned(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}
