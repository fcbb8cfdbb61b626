//! What a service says of its tasks.
//!
//! They follow docker/cli's `api/types/swarm`, so that a template finds a zero where the engine left a field out. A
//! field that is newer than this list is found in the JSON.

use super::container::CONTAINER;
use super::field;
use crate::template::{Kind, Struct};

pub(super) static TASK: Struct = Struct {
    name: "swarm.TaskSpec",
    fields: &[
        field("ContainerSpec", &Kind::Pointer(&Kind::Struct(&CONTAINER))),
        field("PluginSpec", &Kind::Pointer(&Kind::Any)),
        field("NetworkAttachmentSpec", &Kind::Pointer(&Kind::Struct(&ATTACHED))),
        field("Resources", &Kind::Pointer(&Kind::Struct(&REQUIREMENTS))),
        field("RestartPolicy", &Kind::Pointer(&Kind::Struct(&RESTART))),
        field("Placement", &Kind::Pointer(&Kind::Struct(&PLACEMENT))),
        field("Networks", &Kind::List(&Kind::Struct(&ATTACHMENT))),
        field("LogDriver", &Kind::Pointer(&Kind::Struct(&DRIVER))),
        field("ForceUpdate", &Kind::Uint),
        field("Runtime", &Kind::Text),
    ],
    prints_first: false,
};

static ATTACHED: Struct = Struct {
    name: "swarm.NetworkAttachmentSpec",
    fields: &[field("ContainerID", &Kind::Text)],
    prints_first: false,
};

static REQUIREMENTS: Struct = Struct {
    name: "swarm.ResourceRequirements",
    fields: &[
        field("Limits", &Kind::Pointer(&Kind::Struct(&LIMIT))),
        field("Reservations", &Kind::Pointer(&Kind::Struct(&RESOURCES))),
    ],
    prints_first: false,
};

static LIMIT: Struct = Struct {
    name: "swarm.Limit",
    fields: &[field("NanoCPUs", &Kind::Int), field("MemoryBytes", &Kind::Int), field("Pids", &Kind::Int)],
    prints_first: false,
};

static RESOURCES: Struct = Struct {
    name: "swarm.Resources",
    fields: &[
        field("NanoCPUs", &Kind::Int),
        field("MemoryBytes", &Kind::Int),
        field("GenericResources", &Kind::List(&Kind::Struct(&GENERIC))),
    ],
    prints_first: false,
};

static GENERIC: Struct = Struct {
    name: "swarm.GenericResource",
    fields: &[
        field("NamedResourceSpec", &Kind::Pointer(&Kind::Struct(&NAMED))),
        field("DiscreteResourceSpec", &Kind::Pointer(&Kind::Struct(&DISCRETE))),
    ],
    prints_first: false,
};

static NAMED: Struct = Struct {
    name: "swarm.NamedGenericResource",
    fields: &[field("Kind", &Kind::Text), field("Value", &Kind::Text)],
    prints_first: false,
};

static DISCRETE: Struct = Struct {
    name: "swarm.DiscreteGenericResource",
    fields: &[field("Kind", &Kind::Text), field("Value", &Kind::Int)],
    prints_first: false,
};

static RESTART: Struct = Struct {
    name: "swarm.RestartPolicy",
    fields: &[
        field("Condition", &Kind::Text),
        field("Delay", &Kind::Pointer(&Kind::Duration)),
        field("MaxAttempts", &Kind::Pointer(&Kind::Uint)),
        field("Window", &Kind::Pointer(&Kind::Duration)),
    ],
    prints_first: false,
};

static PLACEMENT: Struct = Struct {
    name: "swarm.Placement",
    fields: &[
        field("Constraints", &Kind::List(&Kind::Text)),
        field("Preferences", &Kind::List(&Kind::Struct(&PREFERENCE))),
        field("MaxReplicas", &Kind::Uint),
        field("Platforms", &Kind::List(&Kind::Struct(&PLATFORM))),
    ],
    prints_first: false,
};

static PREFERENCE: Struct = Struct {
    name: "swarm.PlacementPreference",
    fields: &[field("Spread", &Kind::Pointer(&Kind::Struct(&SPREAD)))],
    prints_first: false,
};

static SPREAD: Struct = Struct {
    name: "swarm.SpreadOver",
    fields: &[field("SpreadDescriptor", &Kind::Text)],
    prints_first: false,
};

static PLATFORM: Struct = Struct {
    name: "swarm.Platform",
    fields: &[field("Architecture", &Kind::Text), field("OS", &Kind::Text)],
    prints_first: false,
};

static DRIVER: Struct = Struct {
    name: "swarm.Driver",
    fields: &[field("Name", &Kind::Text), field("Options", &Kind::Map(&Kind::Text))],
    prints_first: false,
};

pub(super) static ATTACHMENT: Struct = Struct {
    name: "swarm.NetworkAttachmentConfig",
    fields: &[
        field("Target", &Kind::Text),
        field("Aliases", &Kind::List(&Kind::Text)),
        field("DriverOpts", &Kind::Map(&Kind::Text)),
    ],
    prints_first: false,
};
