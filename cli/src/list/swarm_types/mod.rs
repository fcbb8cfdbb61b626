//! The Go types behind `inspect --format`: what docker executes a template on.
//!
//! They follow docker/cli's `api/types/swarm`, so that a template finds a zero where the engine left a field out. A
//! field that is newer than this list is found in the JSON.

mod container;
mod task;

use task::{ATTACHMENT, TASK};

use crate::template::{Field, Kind, Struct};

/// A service, as `docker service inspect --format` sees it.
pub static SERVICE: Kind = Kind::Struct(&SERVICE_STRUCT);

const fn field(name: &'static str, kind: &'static Kind) -> Field {
    Field { name, kind, embedded: false }
}

const fn embedded(name: &'static str, kind: &'static Kind) -> Field {
    Field { name, kind, embedded: true }
}

static VERSION: Struct =
    Struct { name: "swarm.Version", fields: &[field("Index", &Kind::Uint)], prints_first: true };

static META: Struct = Struct {
    name: "swarm.Meta",
    fields: &[
        field("Version", &Kind::Struct(&VERSION)),
        field("CreatedAt", &Kind::Time),
        field("UpdatedAt", &Kind::Time),
    ],
    prints_first: false,
};

static ANNOTATIONS: Struct = Struct {
    name: "swarm.Annotations",
    fields: &[field("Name", &Kind::Text), field("Labels", &Kind::Map(&Kind::Text))],
    prints_first: false,
};

static SERVICE_STRUCT: Struct = Struct {
    name: "swarm.Service",
    fields: &[
        field("ID", &Kind::Text),
        embedded("Meta", &Kind::Struct(&META)),
        field("Spec", &Kind::Struct(&SPEC)),
        field("PreviousSpec", &Kind::Pointer(&Kind::Struct(&SPEC))),
        field("Endpoint", &Kind::Struct(&ENDPOINT)),
        field("UpdateStatus", &Kind::Pointer(&Kind::Struct(&UPDATE_STATUS))),
        field("ServiceStatus", &Kind::Pointer(&Kind::Struct(&STATUS))),
        field("JobStatus", &Kind::Pointer(&Kind::Struct(&JOB_STATUS))),
    ],
    prints_first: false,
};

static SPEC: Struct = Struct {
    name: "swarm.ServiceSpec",
    fields: &[
        embedded("Annotations", &Kind::Struct(&ANNOTATIONS)),
        field("TaskTemplate", &Kind::Struct(&TASK)),
        field("Mode", &Kind::Struct(&MODE)),
        field("UpdateConfig", &Kind::Pointer(&Kind::Struct(&UPDATE))),
        field("RollbackConfig", &Kind::Pointer(&Kind::Struct(&UPDATE))),
        field("Networks", &Kind::List(&Kind::Struct(&ATTACHMENT))),
        field("EndpointSpec", &Kind::Pointer(&Kind::Struct(&ENDPOINT_SPEC))),
    ],
    prints_first: false,
};

static MODE: Struct = Struct {
    name: "swarm.ServiceMode",
    fields: &[
        field("Replicated", &Kind::Pointer(&Kind::Struct(&REPLICATED))),
        field("Global", &Kind::Pointer(&Kind::Struct(&GLOBAL))),
        field("ReplicatedJob", &Kind::Pointer(&Kind::Struct(&REPLICATED_JOB))),
        field("GlobalJob", &Kind::Pointer(&Kind::Struct(&GLOBAL_JOB))),
    ],
    prints_first: false,
};

static REPLICATED: Struct = Struct {
    name: "swarm.ReplicatedService",
    fields: &[field("Replicas", &Kind::Pointer(&Kind::Uint))],
    prints_first: false,
};

static GLOBAL: Struct = Struct { name: "swarm.GlobalService", fields: &[], prints_first: false };

static REPLICATED_JOB: Struct = Struct {
    name: "swarm.ReplicatedJob",
    fields: &[
        field("MaxConcurrent", &Kind::Pointer(&Kind::Uint)),
        field("TotalCompletions", &Kind::Pointer(&Kind::Uint)),
    ],
    prints_first: false,
};

static GLOBAL_JOB: Struct = Struct { name: "swarm.GlobalJob", fields: &[], prints_first: false };

static UPDATE: Struct = Struct {
    name: "swarm.UpdateConfig",
    fields: &[
        field("Parallelism", &Kind::Uint),
        field("Delay", &Kind::Duration),
        field("FailureAction", &Kind::Text),
        field("Monitor", &Kind::Duration),
        field("MaxFailureRatio", &Kind::Float),
        field("Order", &Kind::Text),
    ],
    prints_first: false,
};

static UPDATE_STATUS: Struct = Struct {
    name: "swarm.UpdateStatus",
    fields: &[
        field("State", &Kind::Text),
        field("StartedAt", &Kind::Pointer(&Kind::Time)),
        field("CompletedAt", &Kind::Pointer(&Kind::Time)),
        field("Message", &Kind::Text),
    ],
    prints_first: false,
};

static STATUS: Struct = Struct {
    name: "swarm.ServiceStatus",
    fields: &[
        field("RunningTasks", &Kind::Uint),
        field("DesiredTasks", &Kind::Uint),
        field("CompletedTasks", &Kind::Uint),
    ],
    prints_first: false,
};

static JOB_STATUS: Struct = Struct {
    name: "swarm.JobStatus",
    fields: &[field("JobIteration", &Kind::Struct(&VERSION)), field("LastExecution", &Kind::Time)],
    prints_first: false,
};

static ENDPOINT: Struct = Struct {
    name: "swarm.Endpoint",
    fields: &[
        field("Spec", &Kind::Struct(&ENDPOINT_SPEC)),
        field("Ports", &Kind::List(&Kind::Struct(&PORT))),
        field("VirtualIPs", &Kind::List(&Kind::Struct(&VIP))),
    ],
    prints_first: false,
};

static ENDPOINT_SPEC: Struct = Struct {
    name: "swarm.EndpointSpec",
    fields: &[field("Mode", &Kind::Text), field("Ports", &Kind::List(&Kind::Struct(&PORT)))],
    prints_first: false,
};

static PORT: Struct = Struct {
    name: "swarm.PortConfig",
    fields: &[
        field("Name", &Kind::Text),
        field("Protocol", &Kind::Text),
        field("TargetPort", &Kind::Uint),
        field("PublishedPort", &Kind::Uint),
        field("PublishMode", &Kind::Text),
    ],
    prints_first: false,
};

static VIP: Struct = Struct {
    name: "swarm.EndpointVirtualIP",
    fields: &[field("NetworkID", &Kind::Text), field("Addr", &Kind::Text)],
    prints_first: false,
};
