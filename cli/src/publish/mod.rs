//! Publishing: by which way the routes of a group get into Traefik, and what its services' labels say for it. Pure.
//!
//! A group goes one way as a whole: the provider serves it, or `traefik.*` labels are compiled into its services for a
//! Traefik that reads the swarm by itself. `smsvc.compiled` on a service says the latter, with the digest of what was
//! written, so that both a change by hand and a change of the group can be seen afterwards.

mod compile;
mod seen;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use smsvc_core::labels::{self, LabelError};
use smsvc_core::merge::{Conflict, Declaration, Merged, merge};
use smsvc_core::traefik::labels::Inexpressible;

use crate::lint::Subject;

pub use compile::{COMPILED, is_as_compiled, is_compiled, stripped};
pub use seen::usual;

/// The way of a group into Traefik.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// `docker smsvc provider` serves it.
    Provider,
    /// Labels of Traefik on its services.
    Labels,
}

/// The way that is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PublishVia {
    /// That of the group's other services; for a new group what fits the Traefik of the swarm.
    #[default]
    Auto,
    /// This one.
    Only(Way),
}

/// Why labels cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublishError {
    /// No service declares the group.
    NoGroup(String),
    /// The labels of a service of the group cannot be read.
    Labels(Vec<LabelError>),
    /// The services of the group contradict each other.
    Conflict(Vec<Conflict>),
    /// A service that does not say on which port its tasks listen.
    NoPort {
        /// The group.
        group: String,
        /// The service.
        service: String,
    },
    /// A label of somebody else is where one would be written. Code E204.
    Taken {
        /// The service.
        service: String,
        /// The label.
        label: String,
    },
    /// Routes that no rule in a label tells apart. Code E205.
    Inexpressible {
        /// The group.
        group: String,
        /// What cannot be said.
        what: Vec<Inexpressible>,
    },
    /// Tokens that nobody would check. Code E205.
    Unchecked {
        /// The group.
        group: String,
    },
    /// Another group answers for the same requests. Code E205.
    Meets {
        /// The group.
        group: String,
        /// The other one.
        other: String,
    },
    /// The other services of the group go the other way. Code E209.
    OtherWay {
        /// The group.
        group: String,
        /// Theirs.
        theirs: Way,
    },
}

/// The groups that services declare, as far as they can be read.
struct Groups {
    declarations: Vec<Arc<Declaration>>,
    broken: BTreeMap<String, Vec<LabelError>>,
    merged: Merged,
}

impl Groups {
    fn of(subjects: &[Subject]) -> Self {
        let mut declarations = Vec::new();
        let mut broken: BTreeMap<String, Vec<LabelError>> = BTreeMap::new();
        for subject in subjects {
            match labels::parse(&subject.name, &subject.created, &subject.labels) {
                Ok(declaration) => declarations.extend(declaration.map(Arc::new)),
                Err(errors) => {
                    let group = group_of(subject).unwrap_or_default();
                    broken.entry(group.to_owned()).or_default().extend(errors);
                }
            }
        }
        let merged = merge(&declarations);
        Self { declarations, broken, merged }
    }
}

/// The group that a service says it is in, sound or not.
pub fn group_of(subject: &Subject) -> Option<&str> {
    subject.label(labels::GROUP)
}

/// The way of the services of a group that there are.
pub fn way_of(subjects: &[Subject], group: &str) -> Option<Way> {
    let mut members = subjects.iter().filter(|subject| group_of(subject) == Some(group)).peekable();
    members.peek()?;
    Some(if members.any(|member| member.label(COMPILED).is_some()) { Way::Labels } else { Way::Provider })
}

/// The way of a service that is created or changed, beside the `others` of its group.
///
/// # Errors
/// Where the others go another way than the one that is asked for.
pub fn decide(
    asked: PublishVia,
    group: &str,
    others: &[Subject],
    usual: impl FnOnce() -> Way,
) -> Result<Way, PublishError> {
    match (asked, way_of(others, group)) {
        (PublishVia::Only(asked), Some(theirs)) if asked != theirs => {
            Err(PublishError::OtherWay { group: group.to_owned(), theirs })
        }
        (PublishVia::Only(way), _) | (PublishVia::Auto, Some(way)) => Ok(way),
        (PublishVia::Auto, None) => Ok(usual()),
    }
}

/// All labels that each service of a group should have.
///
/// # Errors
/// Where the group is not sound, or labels cannot say it.
pub fn desired(
    subjects: &[Subject],
    group: &str,
    way: Way,
) -> Result<BTreeMap<String, BTreeMap<String, String>>, PublishError> {
    let members = subjects.iter().filter(|subject| group_of(subject) == Some(group));
    match way {
        Way::Provider => Ok(members.map(|it| (it.name.clone(), stripped(&it.name, &it.labels))).collect()),
        Way::Labels => compile::group(subjects, group, &Groups::of(subjects)),
    }
}

impl PublishError {
    /// The code of all that is wrong.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Inexpressible { .. } | Self::Unchecked { .. } | Self::Meets { .. } => "E205",
            Self::OtherWay { .. } => "E209",
            Self::NoPort { .. } => "E106",
            Self::Taken { .. } => "E204",
            Self::NoGroup(_) | Self::Labels(_) | Self::Conflict(_) => "",
        }
    }

    /// One line for each thing that is wrong.
    pub fn lines(&self) -> Vec<String> {
        let code = self.code();
        match self {
            Self::NoGroup(group) => vec![format!("no service declares the API group {group}")],
            Self::Labels(errors) => errors.iter().map(|error| format!("{}: {error}", error.code())).collect(),
            Self::Conflict(errors) => {
                errors.iter().map(|error| format!("{}: {error}", error.code())).collect()
            }
            Self::NoPort { group, service } => {
                vec![format!("{code}: service {service} of API group {group} has no label smsvc.port")]
            }
            Self::Taken { service, label } => {
                vec![format!(
                    "{code}: service {service} has the label {label}, which smsvc would write itself"
                )]
            }
            Self::Inexpressible { what, .. } => what.iter().map(|what| format!("{code}: {what}")).collect(),
            Self::Unchecked { group } => vec![format!(
                "{code}: API group {group} has smsvc.auth.*: Traefik's own routers check no tokens, and would let everybody in"
            )],
            Self::Meets { group, other } => vec![format!(
                "{code}: the API groups {group} and {other} share a host and a base path: labels cannot say which of them answers what no route takes"
            )],
            Self::OtherWay { group, theirs } => vec![format!(
                "{code}: the other services of API group {group} are published through {theirs}: a group goes one way as a whole"
            )],
        }
    }

    /// What would help.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Inexpressible { .. } | Self::Meets { .. } => Some(
                "--publish-via provider serves any group; docker smsvc provider --help says how".to_owned(),
            ),
            Self::OtherWay { group, theirs } => {
                let other = if *theirs == Way::Labels { Way::Provider } else { Way::Labels };
                Some(format!(
                    "leave --publish-via away, or move the group first: docker smsvc sync {group} --publish-via {other}"
                ))
            }
            Self::Unchecked { .. } => {
                Some("--as provider and --as labels go through the plugin, which checks them".to_owned())
            }
            Self::NoPort { service, .. } => Some(format!("docker smsvc update --port PORT {service}")),
            Self::Taken { service, label } => {
                Some(format!("docker service update --label-rm {label} {service}, or --publish-via provider"))
            }
            Self::NoGroup(_) => Some("`docker smsvc routes` lists all groups".to_owned()),
            Self::Labels(_) | Self::Conflict(_) => None,
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Provider => "provider",
            Self::Labels => "labels",
        })
    }
}

#[cfg(test)]
mod tests;
