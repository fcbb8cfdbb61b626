//! The sections on placement, updates and rollbacks.

use super::{Text, list, number, shown, text, whole};
use crate::json::Json;
use crate::template::go_duration;

impl Text<'_> {
    pub(super) fn rollout(&mut self) {
        self.update_status();
        self.placement();
        self.policy("UpdateConfig", "Update order:      ");
        self.policy("RollbackConfig", "Rollback order:    ");
    }

    fn update_status(&mut self) {
        let status = self.service.get("UpdateStatus").filter(|status| !text(status.get("State")).is_empty());
        let Some(status) = status else { return };
        let state = text(status.get("State"));
        self.line("UpdateStatus:");
        self.line(&format!(" State:\t\t{state}"));
        let moment = |key: &str| status.get(key).filter(|moment| **moment != Json::Null);
        if let Some(started) = moment("StartedAt") {
            let ago = self.ago(started);
            self.line(&format!(" Started:\t{ago}"));
        }
        if let Some(completed) = moment("CompletedAt").filter(|_| state == "completed") {
            let ago = self.ago(completed);
            self.line(&format!(" Completed:\t{ago}"));
        }
        self.line(&format!(" Message:\t{}", text(status.get("Message"))));
    }

    fn placement(&mut self) {
        self.line("Placement:");
        let Some(placement) = self.spec(&["TaskTemplate", "Placement"]) else { return };
        let constraints = super::elements(placement.get("Constraints"));
        if !constraints.is_empty() {
            self.line(&format!(" Constraints:\t{}", list(constraints)));
        }
        let spreads: Vec<Json> = super::elements(placement.get("Preferences"))
            .iter()
            .filter_map(|preference| preference.at(&["Spread", "SpreadDescriptor"]))
            .map(|spread| Json::Text(format!("spread={}", shown(spread))))
            .collect();
        if !spreads.is_empty() {
            self.line(&format!(" Preferences:   {}", list(&spreads)));
        }
        if whole(placement.get("MaxReplicas")) > 0 {
            self.line(&format!(" Max Replicas Per Node:   {}", number(placement.get("MaxReplicas"))));
        }
    }

    fn policy(&mut self, key: &str, order: &str) {
        let Some(policy) = self.spec(&[key]) else { return };
        self.line(&format!("{key}:"));
        self.line(&format!(" Parallelism:\t{}", number(policy.get("Parallelism"))));
        if whole(policy.get("Delay")) > 0 {
            self.line(&format!(" Delay:\t\t{}", go_duration(whole(policy.get("Delay")))));
        }
        self.line(&format!(" On failure:\t{}", text(policy.get("FailureAction"))));
        if whole(policy.get("Monitor")) > 0 {
            self.line(&format!(" Monitoring Period: {}", go_duration(whole(policy.get("Monitor")))));
        }
        self.line(&format!(" Max failure ratio: {}", number(policy.get("MaxFailureRatio"))));
        self.line(&format!(" {order}{}", text(policy.get("Order"))));
    }
}
