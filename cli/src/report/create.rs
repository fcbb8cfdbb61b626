//! What `docker smsvc create` says: the decisions, what they cost, and what a dry run would do.

use smsvc_core::budget::{Addresses, Verdict};
use smsvc_core::merge::Declaration;
use smsvc_core::path::BasePath;

use super::Report;
use super::update::differences;
use crate::flags::CreateRequest;
use crate::plan::{BudgetRefusal, Cost, CreatePlan, Step};
use crate::publish::Way;
use crate::words::{addresses, need};

impl Report {
    /// What the command line does not do although it looks as if it did.
    pub fn create_notices(self, request: &CreateRequest) {
        for notice in &request.notices {
            self.warning(&notice.to_string());
        }
    }

    /// Mode and reason, the cost on each network, the routes.
    pub fn create_decisions(self, request: &CreateRequest, plan: &CreatePlan) {
        self.note(&format!("endpoint mode {}", plan.choice.sentence()));
        for cost in &plan.costs {
            self.note(&cost_line(cost));
        }
        if let Some(declaration) = &request.group {
            self.routes_declared(declaration, plan.base.as_ref());
        }
        if let Some(publication) = plan.publication.as_ref().filter(|it| it.way == Way::Labels) {
            self.synced_way(&publication.group, publication.way);
        }
    }

    fn routes_declared(self, declaration: &Declaration, base: Option<&BasePath>) {
        let base = base.map(ToString::to_string).unwrap_or_default();
        for route in &declaration.routes {
            self.note(&format!("route {}: {} {base}{}", route.name(), route.methods(), route.path()));
        }
    }

    /// What may go wrong later.
    pub fn create_warnings(self, plan: &CreatePlan) {
        for cost in &plan.costs {
            if let Verdict::UpdateWaits { .. } = cost.verdict {
                self.warning(&waits_line(cost));
            }
        }
        self.lint_warnings(&plan.warnings);
        self.overruled(plan.overruled.as_ref());
    }

    /// Why something does not fit that is done nevertheless.
    pub(crate) fn overruled(self, refusal: Option<&BudgetRefusal>) {
        for line in refusal.into_iter().flat_map(BudgetRefusal::lines) {
            self.warning(&line);
        }
    }

    /// As docker words it.
    pub fn image_unresolved(self, reference: &str) {
        self.note(&format!(
            "image {reference} could not be accessed on a registry to record\nits digest. Each node will access {reference} independently,\npossibly leading to different nodes running different\nversions of the image.\n"
        ));
    }

    /// The calls that a real run would make.
    pub fn dry_run(self, steps: &[Step]) {
        for step in steps {
            match step {
                Step::CreateService { name, spec } => {
                    let name = if name.is_empty() { "a service" } else { name };
                    self.result(&format!("would create {name}:\nPOST /services/create\n{spec:#}"));
                }
                Step::UpdateService { name, before, after, rollback, .. } => {
                    let verb = if *rollback { "roll back" } else { "update" };
                    let changes = differences(before, after);
                    if changes.is_empty() {
                        self.result(&format!("would {verb} {name}: nothing changes"));
                    } else {
                        self.result(&format!("would {verb} {name}:\n{}", changes.join("\n")));
                    }
                }
                Step::RemoveService { name } => self.result(&format!("would remove {name}")),
            }
        }
    }
}

/// What a rolling update lacks.
pub(super) fn waits_line(cost: &Cost) -> String {
    let missing = match cost.verdict {
        Verdict::UpdateWaits { missing, .. } | Verdict::UpdateStalls { missing, .. } => missing,
        _ => Addresses::NONE,
    };
    format!(
        "network {}: a rolling update lacks {} at its height; it ends, but waits for addresses of stopped tasks",
        cost.network,
        addresses(missing)
    )
}

pub(super) fn cost_line(cost: &Cost) -> String {
    let network = &cost.network;
    let left = match cost.verdict {
        Verdict::Fits { left } | Verdict::UpdateWaits { left, .. } | Verdict::UpdateStalls { left, .. } => {
            format!(", {left} left")
        }
        Verdict::DoesNotFit { .. } | Verdict::NotAllocated => String::new(),
    };
    format!("network {network}: takes {}{left}", need(&cost.need))
}
