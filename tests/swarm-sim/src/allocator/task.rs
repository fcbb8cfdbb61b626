//! Tasks: one address on each network, or none at all.

use std::sync::Arc;

use ipnet::IpNet;
use serde_json::json;

use crate::id::{NetworkId, TaskId};
use crate::object::{Attachment, DesiredState, Network, TaskState};
use crate::swarm::Swarm;

impl Swarm {
    /// False where it has to wait.
    pub(super) fn allocate_task(&mut self, id: &TaskId) -> bool {
        let Some(task) = self.tasks.get(id) else { return true };
        if task.state != TaskState::New || task.desired >= DesiredState::Shutdown {
            return true;
        }
        let owner = task.service.as_ref().and_then(|service| self.services.get(service));
        if owner.is_some_and(|service| service.unallocated) {
            return false;
        }
        let ingress = task.published.then(|| self.ingress()).flatten();
        let networks: Vec<NetworkId> =
            ingress.into_iter().chain(task.template.networks.iter().cloned()).collect();
        let Some(attachments) = self.addresses_on(&networks) else { return false };
        if let Some(task) = self.tasks.get_mut(id) {
            task.holds = attachments.iter().any(|attachment| !attachment.addresses.is_empty());
            task.attachments = attachments;
        }
        self.set_state(id, TaskState::Pending);
        self.hold_node(id);
        self.allocator.pending.insert(id.clone());
        true
    }

    fn addresses_on(&mut self, networks: &[NetworkId]) -> Option<Vec<Attachment>> {
        let mut taken: Vec<(NetworkId, IpNet)> = Vec::new();
        let mut attachments: Vec<Attachment> = Vec::new();
        for id in networks {
            let found = self.networks.get(id).filter(|network| network.is_allocated());
            let address = match found {
                Some(network) if !network.has_addresses() => Some(None),
                Some(_) => self.take(id).map(Some),
                None => None,
            };
            let Some(address) = address else {
                for (network, address) in taken {
                    self.give_back(&network, address);
                }
                return None;
            };
            taken.extend(address.map(|address| (id.clone(), address)));
            match attachments.iter_mut().find(|attachment| attachment.network == *id) {
                Some(attachment) => attachment.addresses.extend(address),
                None => attachments.push(Attachment {
                    network: id.clone(),
                    addresses: address.into_iter().collect(),
                    shown: self.networks.get(id).map(|network| self.shown(network)).unwrap_or_default(),
                }),
            }
        }
        Some(attachments)
    }

    /// Gives back what a task holds, when it has ended.
    ///
    /// A defect of the engine: where one of its networks is gone, it gives nothing back on the others either.
    pub(crate) fn release_task(&mut self, id: &TaskId) {
        self.allocator.new_tasks.remove(id);
        self.allocator.stuck_tasks.remove(id);
        self.allocator.pending.remove(id);
        let Some(task) = self.tasks.get_mut(id) else { return };
        if !task.holds {
            return;
        }
        let (attachments, node) = (task.attachments.clone(), task.node.clone());
        let gone = attachments.iter().any(|attachment| !self.networks.contains_key(&attachment.network));
        if let Some(node) = node {
            for attachment in &attachments {
                self.leave_balancer(&attachment.network, &node);
            }
        }
        if let Some(task) = self.tasks.get_mut(id) {
            task.holds = false;
        }
        if !(gone && self.profile.defects) {
            for attachment in &attachments {
                for address in &attachment.addresses {
                    self.give_back(&attachment.network, *address);
                }
            }
        }
        self.released();
    }

    /// A network as the API shows it within a task.
    pub(crate) fn shown(&self, network: &Network) -> Arc<str> {
        let driver = json!({ "Name": network.driver });
        let mut json = json!({
            "ID": network.id,
            "Version": { "Index": network.meta.version },
            "CreatedAt": network.meta.created.rfc3339(self.epoch),
            "UpdatedAt": network.meta.updated.rfc3339(self.epoch),
            "Spec": {
                "Name": network.name,
                "Labels": network.request["Labels"].as_object().cloned().unwrap_or_default(),
                "DriverConfiguration": driver,
                "Scope": "swarm",
            },
        });
        if network.has_addresses() {
            json["DriverState"] = json!({
                "Name": network.driver,
                "Options": { "com.docker.network.driver.overlay.vxlanid_list": network.vxlan.to_string() },
            });
            json["IPAMOptions"] =
                json!({ "Driver": { "Name": "default" }, "Configs": network.ipam_config() });
        }
        json.to_string().into()
    }
}
