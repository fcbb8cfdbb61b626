//! The engine itself: version, info, the swarm, and what registries say of images.

use serde_json::{Value, json};

use super::{Answer, Outcome, Refusal};
use crate::id::NodeId;
use crate::object::Role;
use crate::swarm::Swarm;

pub(super) fn version(swarm: &Swarm) -> Answer {
    let release = swarm.profile().release;
    let ((major, minor), (old_major, old_minor)) = (release.api(), release.oldest_api());
    let (api, oldest) = (format!("{major}.{minor}"), format!("{old_major}.{old_minor}"));
    let details = json!({ "ApiVersion": api, "MinAPIVersion": oldest, "Os": "linux", "Arch": "amd64" });
    Answer::ok(&json!({
        "Platform": { "Name": "swarm-sim" },
        "Components": [{ "Name": "Engine", "Version": release.version(), "Details": details }],
        "Version": release.version(), "ApiVersion": api, "MinAPIVersion": oldest,
        "GitCommit": "simulated", "GoVersion": "none", "Os": "linux", "Arch": "amd64", "KernelVersion": "simulated",
    }))
}

pub(super) fn info(swarm: &Swarm, node: &NodeId) -> Answer {
    let own = swarm.nodes.get(node.as_str());
    let manager = own.is_some_and(|own| own.role == Role::Manager);
    let managers = || swarm.nodes().filter(|node| node.role == Role::Manager);
    let remote: Vec<Value> = managers()
        .map(|node| json!({ "NodeID": node.id, "Addr": format!("{}:2377", node.address) }))
        .collect();
    let running =
        swarm.tasks().filter(|task| task.node.as_ref() == Some(node) && !task.state.is_terminal()).count();
    let mut state = json!({
        "NodeID": node,
        "NodeAddr": own.map(|own| own.address.clone()).unwrap_or_default(),
        "LocalNodeState": "active",
        "ControlAvailable": manager,
        "Error": "",
        "RemoteManagers": remote,
    });
    if manager {
        state["Nodes"] = swarm.nodes().count().into();
        state["Managers"] = managers().count().into();
        state["Cluster"] = cluster(swarm);
    }
    Answer::ok(&json!({
        "ID": node, "Name": own.map(|own| own.hostname.clone()).unwrap_or_default(),
        "Containers": running, "ContainersRunning": running, "ContainersPaused": 0, "ContainersStopped": 0,
        "Images": 1, "Driver": "overlay2", "OSType": "linux", "Architecture": "x86_64", "OperatingSystem": "swarm-sim",
        "ServerVersion": swarm.profile().release.version(), "NCPU": 8, "MemTotal": 16_u64 << 30,
        "Plugins": { "Volume": ["local"], "Network": ["bridge", "host", "ipvlan", "macvlan", "null", "overlay"], "Log": ["json-file"] },
        "IndexServerAddress": "https://index.docker.io/v1/", "Labels": [], "ExperimentalBuild": false,
        "SecurityOptions": [], "Warnings": null, "Swarm": state,
    }))
}

fn cluster(swarm: &Swarm) -> Value {
    json!({
        "ID": swarm.cluster,
        "Version": { "Index": swarm.made.version },
        "CreatedAt": swarm.made.created.rfc3339(swarm.epoch()),
        "UpdatedAt": swarm.made.updated.rfc3339(swarm.epoch()),
        "Spec": {
            "Name": "default", "Labels": {},
            "Orchestration": { "TaskHistoryRetentionLimit": 5 },
            "Raft": { "SnapshotInterval": 10000, "KeepOldSnapshots": 0, "LogEntriesForSlowFollowers": 500, "ElectionTick": 10, "HeartbeatTick": 1 },
            "Dispatcher": { "HeartbeatPeriod": 5_000_000_000_u64 },
            "CAConfig": { "NodeCertExpiry": 7_776_000_000_000_000_u64 }, "TaskDefaults": {}, "EncryptionConfig": { "AutoLockManagers": false },
        },
        "TLSInfo": {}, "RootRotationInProgress": false,
        "DefaultAddrPool": ["10.0.0.0/8"], "SubnetSize": 24, "DataPathPort": 4789,
    })
}

pub(super) fn swarm(swarm: &Swarm) -> Answer {
    let mut json = cluster(swarm);
    json["JoinTokens"] =
        json!({ "Worker": "SWMTKN-1-simulated-worker", "Manager": "SWMTKN-1-simulated-manager" });
    Answer::ok(&json)
}

/// Refuses what a worker, or a swarm without a leader, cannot answer.
pub(super) fn check_manager(swarm: &Swarm, node: &NodeId) -> Result<(), Refusal> {
    if !swarm.nodes.get(node.as_str()).is_some_and(|node| node.role == Role::Manager) {
        return Err(Refusal::not_a_manager());
    }
    if swarm.leader().is_none() { Err(Refusal::no_leader()) } else { Ok(()) }
}

/// Every image exists, but those that the swarm was told to miss. The digest follows from the name.
pub(super) fn distribution(swarm: &Swarm, image: &str) -> Outcome {
    if swarm.missing_images.contains(image) {
        let words = format!("manifest unknown: manifest unknown: {image}");
        return Err(Refusal::new(404, &words));
    }
    let hash = |salt: u64| {
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        image.bytes().fold(0xcbf2_9ce4_8422_2325 ^ salt, step)
    };
    let digest = format!("{:016x}{:016x}{:016x}{:016x}", hash(0), hash(1), hash(2), hash(3));
    Ok(Answer::ok(&json!({
        "Descriptor": {
            "mediaType": "application/vnd.docker.distribution.manifest.list.v2+json",
            "digest": format!("sha256:{digest}"),
            "size": 1234,
        },
        "Platforms": [{ "architecture": "amd64", "os": "linux" }],
    })))
}

impl Swarm {
    /// From now on no registry and no node knows this image (`name:tag`).
    pub fn miss_image(&mut self, image: &str) {
        self.missing_images.insert(image.to_owned());
    }
}
