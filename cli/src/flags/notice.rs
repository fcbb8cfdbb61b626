//! What the user should be told although nothing is wrong.

use std::fmt;

use super::misplaced::MisplacedFlag;
use crate::openapi::{Effect, Remark};

/// Something that is legal and may yet not be what was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A field of `--network` that only a single container can have.
    IgnoredNetworkField {
        /// The network.
        network: String,
        /// The field.
        field: &'static str,
    },
    /// A `--group` that was taken for a user group of the container.
    UserGroup {
        /// The group.
        group: String,
    },
    /// Operations of `--openapi` that are no routes, or not completely.
    OpenApi {
        /// The file.
        file: String,
        /// What cannot be mapped; at least one.
        remarks: Vec<Remark>,
    },
    /// A flag behind the image.
    Misplaced(MisplacedFlag),
}

impl fmt::Display for Notice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IgnoredNetworkField { network, field } => write!(
                formatter,
                "--network {network}: {field} is ignored, a service cannot choose it (Docker ignores it, too)"
            ),
            Self::UserGroup { group } => write!(
                formatter,
                "--group {group} is a user group of the container here; for an API group add --route, \
                 or write --api-group {group}"
            ),
            Self::OpenApi { file, remarks } => {
                let (left_out, partly): (Vec<&Remark>, Vec<&Remark>) =
                    remarks.iter().partition(|remark| remark.effect == Effect::LeftOut);
                write!(
                    formatter,
                    "--openapi {file}: left out: {}, mapped in part: {}; `docker smsvc import openapi {file}` shows each",
                    left_out.len(),
                    partly.len()
                )?;
                left_out.iter().try_for_each(|it| write!(formatter, "\n  {}: {}", it.place, it.reason))
            }
            Self::Misplaced(MisplacedFlag { flag, .. }) => write!(
                formatter,
                "--{flag} stands behind the image, so it is an argument of the container, not a flag of this command"
            ),
        }
    }
}
