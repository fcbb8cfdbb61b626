//! Flags that only a service which exists can have: what is put in the place of something, added or taken away.

use smsvc_core::host::HostPattern;
use smsvc_core::problem::Problem;

use crate::flags::{ApiVersion, Draft, Flag, Heading, Origin, Takes, ValueError, grammar, values};

/// `--x-add`: what `--x` of `create` enters, under the name that an update has for it.
#[derive(Debug)]
pub(in crate::flags) struct Added {
    pub(in crate::flags) long: &'static str,
    pub(in crate::flags) flag: &'static dyn Flag,
    pub(in crate::flags) summary: &'static str,
    pub(in crate::flags) everyday: bool,
}

impl Flag for Added {
    fn long(&self) -> &'static str {
        self.long
    }

    fn takes(&self) -> Takes {
        self.flag.takes()
    }

    fn heading(&self) -> Heading {
        self.flag.heading()
    }

    fn everyday(&self) -> bool {
        self.everyday
    }

    fn origin(&self) -> Origin {
        self.flag.origin()
    }

    fn min_api(&self) -> Option<ApiVersion> {
        self.flag.min_api()
    }

    fn summary(&self) -> &'static str {
        self.summary
    }

    fn details(&self) -> &'static str {
        "Written as for `docker smsvc create`."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        self.flag.apply(value, draft)
    }
}

/// `--x-rm`, where a name is enough to say what goes. What is not there is not missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Removal {
    /// A host of the API, by its pattern.
    ApiHost,
    /// A config, by its name.
    Config,
    /// A placement constraint, by its text.
    Constraint,
    /// A label of the containers, by its key.
    ContainerLabel,
    /// A name server, by its address.
    Dns,
    /// An option of the resolver, by its text.
    DnsOption,
    /// A search domain.
    DnsSearch,
    /// An environment variable, by its name.
    Env,
    /// A generic resource, by its kind.
    GenericResource,
    /// A supplementary user group.
    Group,
    /// A line of the hosts file: a host name, or a host name and its address.
    Host,
    /// A label of the service, by its key.
    Label,
    /// A mount, by its target.
    Mount,
    /// A network, by name or id.
    Network,
    /// A route of the API, by its name.
    Route,
    /// A secret, by its name.
    Secret,
    /// A kernel parameter, by its name.
    Sysctl,
    /// A limit of the process, by its name.
    Ulimit,
}

impl Flag for Removal {
    fn long(&self) -> &'static str {
        match self {
            Self::ApiHost => "api-host-rm",
            Self::Config => "config-rm",
            Self::Constraint => "constraint-rm",
            Self::ContainerLabel => "container-label-rm",
            Self::Dns => "dns-rm",
            Self::DnsOption => "dns-option-rm",
            Self::DnsSearch => "dns-search-rm",
            Self::Env => "env-rm",
            Self::GenericResource => "generic-resource-rm",
            Self::Group => "group-rm",
            Self::Host => "host-rm",
            Self::Label => "label-rm",
            Self::Mount => "mount-rm",
            Self::Network => "network-rm",
            Self::Route => "route-rm",
            Self::Secret => "secret-rm",
            Self::Sysctl => "sysctl-rm",
            Self::Ulimit => "ulimit-rm",
        }
    }

    fn takes(&self) -> Takes {
        Takes::Many(match self {
            Self::ApiHost => "HOST",
            Self::Config => "CONFIG",
            Self::Constraint => "EXPRESSION",
            Self::ContainerLabel | Self::Label => "KEY",
            Self::Dns => "ADDRESS",
            Self::DnsOption => "OPTION",
            Self::DnsSearch => "DOMAIN",
            Self::Host => "NAME[:IP]",
            Self::Mount => "TARGET",
            Self::Network => "NETWORK",
            Self::Secret => "SECRET",
            Self::Env | Self::GenericResource | Self::Group | Self::Route | Self::Sysctl | Self::Ulimit => {
                "NAME"
            }
        })
    }

    fn heading(&self) -> Heading {
        match self {
            Self::Label => Heading::Service,
            Self::Route | Self::ApiHost => Heading::ApiGroup,
            Self::Dns | Self::DnsOption | Self::DnsSearch | Self::Host | Self::Network => Heading::Network,
            Self::Constraint | Self::GenericResource => Heading::Placement,
            _ => Heading::Container,
        }
    }

    fn everyday(&self) -> bool {
        matches!(self, Self::Label | Self::Network | Self::Env | Self::Mount | Self::Route)
    }

    fn origin(&self) -> Origin {
        match self {
            Self::Route | Self::ApiHost => Origin::Smsvc,
            _ => Origin::Docker,
        }
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(match self {
            Self::Config => 30,
            Self::Network => 29,
            Self::Sysctl => 40,
            Self::Ulimit => 41,
            Self::Dns | Self::DnsOption | Self::DnsSearch | Self::Group | Self::Host | Self::Secret => 25,
            _ => return None,
        }))
    }

    fn summary(&self) -> &'static str {
        match self {
            Self::ApiHost => "Remove a host of the API",
            Self::Config => "Remove a configuration file",
            Self::Constraint => "Remove a constraint",
            Self::ContainerLabel => "Remove a container label by its key",
            Self::Dns => "Remove a custom DNS server",
            Self::DnsOption => "Remove a DNS option",
            Self::DnsSearch => "Remove a DNS search domain",
            Self::Env => "Remove an environment variable",
            Self::GenericResource => "Remove a Generic resource",
            Self::Group => "Remove a supplementary user group from the container",
            Self::Host => "Remove a custom host-to-IP mapping",
            Self::Label => "Remove a label by its key",
            Self::Mount => "Remove a mount by its target path",
            Self::Network => "Remove a network",
            Self::Route => "Remove a route of the API by its name",
            Self::Secret => "Remove a secret",
            Self::Sysctl => "Remove a Sysctl option",
            Self::Ulimit => "Remove a ulimit option",
        }
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.change.removed.entry(*self).or_default().push(value.to_owned());
        Ok(())
    }
}

/// Defines a flag of an update that stands for itself.
macro_rules! flag {
    (
        $(#[$attribute:meta])* $name:ident, $long:literal, $takes:expr, $heading:ident, $everyday:literal,
        $origin:ident, $api:expr, $summary:literal, $details:literal, |$value:ident, $draft:ident| $apply:expr
    ) => {
        $(#[$attribute])*
        #[derive(Debug)]
        pub(in crate::flags) struct $name;

        impl Flag for $name {
            fn long(&self) -> &'static str {
                $long
            }

            fn takes(&self) -> Takes {
                $takes
            }

            fn heading(&self) -> Heading {
                Heading::$heading
            }

            fn everyday(&self) -> bool {
                $everyday
            }

            fn origin(&self) -> Origin {
                Origin::$origin
            }

            fn min_api(&self) -> Option<ApiVersion> {
                $api
            }

            fn summary(&self) -> &'static str {
                $summary
            }

            fn details(&self) -> &'static str {
                $details
            }

            fn apply(&self, $value: &str, $draft: &mut Draft<'_>) -> Result<(), ValueError> {
                $apply;
                Ok(())
            }
        }
    };
}

flag!(
    /// `--image`
    Image, "image", Takes::One("IMAGE"), Service, true, Docker, None, "Service image tag",
    "The registry is asked for its digest, so that every node runs the same; --no-resolve-image leaves that.",
    |value, draft| draft.change.image = Some(value.to_owned())
);

flag!(
    /// `--force`
    Force, "force", Takes::Switch, Service, true, Docker, Some(ApiVersion::v1(25)),
    "Force update even if no changes require it", "All tasks are replaced, one after another.",
    |value, draft| draft.change.force = grammar::parse_bool(value)?
);

flag!(
    /// `--rollback`
    RollbackSwitch, "rollback", Takes::Switch, Service, false, Docker, Some(ApiVersion::v1(25)),
    "Rollback to previous specification",
    "Together with flags of the command itself only. `docker smsvc rollback` does the same.",
    |value, draft| draft.change.roll_back = grammar::parse_bool(value)?
);

flag!(
    /// `--args`
    Args, "args", Takes::One("COMMAND"), Container, false, Docker, None, "Service command args",
    "One word for all of them, split at spaces as a shell would; an empty one leaves the image's own.",
    |value, draft| draft.change.arguments = Some(grammar::words(value)?)
);

flag!(
    /// `--group-add`
    GroupAdd, "group-add", Takes::Many("NAME"), Container, false, Docker, Some(ApiVersion::v1(25)),
    "Add a supplementary user group to the container", "A group of the API is a matter of --api-group.",
    |value, draft| draft.group.user_group(value)
);

flag!(
    /// `--host-add`
    HostAdd, "host-add", Takes::Many("NAME:IP"), Network, false, Docker, Some(ApiVersion::v1(32)),
    "Add a custom host-to-IP mapping", "A host of the API is a matter of --api-host-add.",
    |value, draft| draft.container.hosts.push(values::host_entry(value)?)
);

flag!(
    /// `--api-host-add`
    ApiHostAdd, "api-host-add", Takes::Many("HOST"), ApiGroup, false, Smsvc, None, "Add a host of the API",
    "The services of a group share its hosts: the same in all of them, or left out.",
    |value, draft| draft.group.hosts.push(HostPattern::parse(value).map_err(Problem::from)?)
);

flag!(
    /// `--publish-rm`
    RemovedPort, "publish-rm", Takes::Many("PORT"), Network, true, Docker, None,
    "Remove a published port by its target port", "Written as for --publish-add; a target alone is a TCP port on the routing mesh.",
    |value, draft| draft.change.ports.extend(values::publish(value)?)
);

flag!(
    /// `--placement-pref-rm`
    RemovedPreference, "placement-pref-rm", Takes::Many("STRATEGY"), Placement, false, Docker,
    Some(ApiVersion::v1(28)), "Remove a placement preference", "",
    |value, draft| draft.change.preferences.push(values::placement_preference(value)?)
);
