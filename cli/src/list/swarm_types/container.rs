//! What a service says of its containers.
//!
//! They follow docker/cli's `api/types/swarm`, so that a template finds a zero where the engine left a field out. A
//! field that is newer than this list is found in the JSON.

use super::field;
use crate::template::{Kind, Struct};

pub(super) static CONTAINER: Struct = Struct {
    name: "swarm.ContainerSpec",
    fields: &[
        field("Image", &Kind::Text),
        field("Labels", &Kind::Map(&Kind::Text)),
        field("Command", &Kind::List(&Kind::Text)),
        field("Args", &Kind::List(&Kind::Text)),
        field("Hostname", &Kind::Text),
        field("Env", &Kind::List(&Kind::Text)),
        field("Dir", &Kind::Text),
        field("User", &Kind::Text),
        field("Groups", &Kind::List(&Kind::Text)),
        field("Privileges", &Kind::Pointer(&Kind::Any)),
        field("Init", &Kind::Pointer(&Kind::Bool)),
        field("StopSignal", &Kind::Text),
        field("TTY", &Kind::Bool),
        field("OpenStdin", &Kind::Bool),
        field("ReadOnly", &Kind::Bool),
        field("Mounts", &Kind::List(&Kind::Struct(&MOUNT))),
        field("StopGracePeriod", &Kind::Pointer(&Kind::Duration)),
        field("Healthcheck", &Kind::Pointer(&Kind::Struct(&HEALTH))),
        field("Hosts", &Kind::List(&Kind::Text)),
        field("DNSConfig", &Kind::Pointer(&Kind::Struct(&DNS))),
        field("Secrets", &Kind::List(&Kind::Pointer(&Kind::Struct(&SECRET)))),
        field("Configs", &Kind::List(&Kind::Pointer(&Kind::Struct(&CONFIG)))),
        field("Isolation", &Kind::Text),
        field("Sysctls", &Kind::Map(&Kind::Text)),
        field("CapabilityAdd", &Kind::List(&Kind::Text)),
        field("CapabilityDrop", &Kind::List(&Kind::Text)),
        field("Ulimits", &Kind::List(&Kind::Pointer(&Kind::Struct(&ULIMIT)))),
        field("OomScoreAdj", &Kind::Int),
    ],
    prints_first: false,
};

static MOUNT: Struct = Struct {
    name: "mount.Mount",
    fields: &[
        field("Type", &Kind::Text),
        field("Source", &Kind::Text),
        field("Target", &Kind::Text),
        field("ReadOnly", &Kind::Bool),
        field("Consistency", &Kind::Text),
        field("BindOptions", &Kind::Pointer(&Kind::Any)),
        field("VolumeOptions", &Kind::Pointer(&Kind::Any)),
        field("ImageOptions", &Kind::Pointer(&Kind::Any)),
        field("TmpfsOptions", &Kind::Pointer(&Kind::Any)),
        field("ClusterOptions", &Kind::Pointer(&Kind::Any)),
    ],
    prints_first: false,
};

static HEALTH: Struct = Struct {
    name: "container.HealthConfig",
    fields: &[
        field("Test", &Kind::List(&Kind::Text)),
        field("Interval", &Kind::Duration),
        field("Timeout", &Kind::Duration),
        field("StartPeriod", &Kind::Duration),
        field("StartInterval", &Kind::Duration),
        field("Retries", &Kind::Int),
    ],
    prints_first: false,
};

static DNS: Struct = Struct {
    name: "swarm.DNSConfig",
    fields: &[
        field("Nameservers", &Kind::List(&Kind::Text)),
        field("Search", &Kind::List(&Kind::Text)),
        field("Options", &Kind::List(&Kind::Text)),
    ],
    prints_first: false,
};

static SECRET: Struct = Struct {
    name: "swarm.SecretReference",
    fields: &[
        field("File", &Kind::Pointer(&Kind::Struct(&SECRET_FILE))),
        field("SecretID", &Kind::Text),
        field("SecretName", &Kind::Text),
    ],
    prints_first: false,
};

static SECRET_FILE: Struct = Struct {
    name: "swarm.SecretReferenceFileTarget",
    fields: &[
        field("Name", &Kind::Text),
        field("UID", &Kind::Text),
        field("GID", &Kind::Text),
        field("Mode", &Kind::Uint),
    ],
    prints_first: false,
};

static CONFIG: Struct = Struct {
    name: "swarm.ConfigReference",
    fields: &[
        field("File", &Kind::Pointer(&Kind::Struct(&CONFIG_FILE))),
        field("Runtime", &Kind::Pointer(&Kind::Any)),
        field("ConfigID", &Kind::Text),
        field("ConfigName", &Kind::Text),
    ],
    prints_first: false,
};

static CONFIG_FILE: Struct = Struct {
    name: "swarm.ConfigReferenceFileTarget",
    fields: &[
        field("Name", &Kind::Text),
        field("UID", &Kind::Text),
        field("GID", &Kind::Text),
        field("Mode", &Kind::Uint),
    ],
    prints_first: false,
};

static ULIMIT: Struct = Struct {
    name: "units.Ulimit",
    fields: &[field("Name", &Kind::Text), field("Hard", &Kind::Int), field("Soft", &Kind::Int)],
    prints_first: false,
};
