//! What `update`, `rollback` and `scale` say: the decisions, what they cost, and what may surprise.

use serde_json::Value;
use smsvc_core::budget::Verdict;

use super::Report;
use super::create::{cost_line, waits_line};
use crate::flags::UpdateRequest;
use crate::plan::{Cost, Counted, UpdateNotice, UpdatePlan};
use crate::service::differing_fields;

impl Report {
    /// What the command line does not do although it looks as if it did.
    pub fn update_notices(self, request: &UpdateRequest) {
        for notice in &request.notices {
            self.warning(&notice.to_string());
        }
    }

    /// Mode and reason, the cost on each network, and what is known to go wrong.
    pub fn update_decisions(self, plan: &UpdatePlan) {
        if let Some(choice) = &plan.choice {
            self.note(&format!("endpoint mode {}", choice.sentence()));
        }
        self.changed_costs(&plan.costs);
        for notice in &plan.notices {
            self.warning(&sentence(notice));
        }
        self.lint_warnings(&plan.warnings);
        self.overruled(plan.overruled.as_ref());
    }

    /// What changes cost on each network, and what is missing there.
    pub fn costs(self, counted: &Counted) {
        self.changed_costs(&counted.costs);
        if let Some(refusal) = &counted.refusal {
            refusal.lines().for_each(|line| self.warning(&line));
        }
    }

    fn changed_costs(self, costs: &[Cost]) {
        for cost in costs.iter().filter(|cost| !cost.need.steady().is_none()) {
            self.note(&cost_line(cost));
        }
        for cost in costs.iter().filter(|cost| matches!(cost.verdict, Verdict::UpdateWaits { .. })) {
            self.warning(&waits_line(cost));
        }
    }
}

fn sentence(notice: &UpdateNotice) -> String {
    match notice {
        UpdateNotice::AllTasksReplaced { tasks: 0 } => {
            "changing the endpoint mode replaces all tasks, one after another".to_owned()
        }
        UpdateNotice::AllTasksReplaced { tasks } => {
            format!("changing the endpoint mode replaces all tasks ({tasks}), one after another")
        }
        UpdateNotice::OldVipInDns => {
            "containers that run may go on resolving the name to the old virtual IP, which then belongs to nobody or to \
             another service (moby #38575); restart the clients if they do"
                .to_owned()
        }
        UpdateNotice::NameUnresolved => {
            "the name may not resolve until the service was scaled to one task and back (moby #36988)".to_owned()
        }
    }
}

/// What differs, field by field: `before → after`; of lists, what goes and what comes.
pub(super) fn differences(before: &Value, after: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    compare("", before, after, &mut lines);
    lines
}

fn compare(name: &str, before: &Value, after: &Value, lines: &mut Vec<String>) {
    // Null, an empty list and an empty text say the same as nothing.
    if differing_fields(before, after).is_empty() {
        return;
    }
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let added = new.keys().filter(|key| !old.contains_key(*key));
            for key in old.keys().chain(added) {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                compare(&name, &before[key], &after[key], lines);
            }
        }
        (Value::Array(old), Value::Array(new)) if !old.is_empty() && !new.is_empty() => {
            let gone = old.iter().filter(|entry| !new.contains(entry)).map(|entry| format!("- {entry}"));
            let come = new.iter().filter(|entry| !old.contains(entry)).map(|entry| format!("+ {entry}"));
            let moved: Vec<String> = gone.chain(come).map(|entry| format!("  {name}: {entry}")).collect();
            if moved.is_empty() {
                lines.push(format!("  {name}: another order"));
            }
            lines.extend(moved);
        }
        _ => lines.push(format!("  {name}: {} → {}", shown(before), shown(after))),
    }
}

fn shown(value: &Value) -> String {
    if value.is_null() { "nothing".to_owned() } else { value.to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_difference_names_the_field_and_both_values() {
        let before =
            json!({"Labels": {"a/b": "1"}, "Args": ["x"], "Env": ["A=1", "B=2"], "Hosts": ["1", "2"]});
        let after = json!({"Labels": {}, "Args": [], "Env": ["A=1", "B=3"], "Hosts": ["2", "1"]});
        assert_eq!(
            differences(&before, &after),
            [
                "  Args: [\"x\"] → []",
                "  Env: - \"B=2\"",
                "  Env: + \"B=3\"",
                "  Hosts: another order",
                "  Labels.a/b: \"1\" → nothing",
            ]
        );
    }
}
