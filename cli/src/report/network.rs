//! What commands on networks say: the plan of a redefinition, its progress, and a restoration.

use std::path::Path;

use serde_json::{Value, json};

use super::table::{Align, Table};
use super::{Progress, Report};
use crate::args::Events;
use crate::plan::redefine::{Goal, Next, Outage, Redefinition, Step, Strategy, Wait};
use crate::plan::restore::{Fate, RestorePlan};
use crate::words::{redefinition_step, redefinition_wait};

/// Cells of a phase's bar.
const BAR: usize = 20;

impl Report {
    /// What will happen, and what each service will feel.
    pub fn redefinition_plan(self, plan: &Redefinition, events: Events) {
        let goal = &plan.goal;
        if events == Events::Json {
            let services = goal.services.iter().zip(&plan.outages).map(|(record, (_, outage))| {
                json!({"name": record.name, "tasks": record.state.running, "kept": goal.keeps(record), "outage": outage_json(*outage)})
            });
            let steps: Vec<String> = plan.steps.iter().map(next_words).collect();
            let transit = match &goal.strategy {
                Strategy::Recreate => Value::Null,
                Strategy::Rolling { transit } => {
                    json!({"network": transit.name(), "range": ranges(transit), "chosen": plan.transit_chosen})
                }
            };
            let line = json!({
                "event": "plan", "network": goal.network(), "from": ranges(&goal.from), "to": ranges(&goal.to),
                "transit": transit, "services": services.collect::<Vec<_>>(), "steps": steps,
            });
            self.result(&line.to_string());
            return;
        }
        self.result(&format!(
            "network {}: {} -> {}, {}",
            goal.network(),
            ranges(&goal.from),
            ranges(&goal.to),
            match &goal.strategy {
                Strategy::Recreate => "all services are removed and made again".to_owned(),
                Strategy::Rolling { transit } => {
                    let chosen = if plan.transit_chosen {
                        ", which is free; --transit-subnet names another"
                    } else {
                        ""
                    };
                    format!("services move over {} ({}{chosen})", transit.name(), ranges(transit))
                }
            }
        ));
        let mut table =
            Table::new(&[("SERVICE", Align::Left), ("TASKS", Align::Right), ("WHAT IT FEELS", Align::Left)]);
        for (record, (_, outage)) in goal.services.iter().zip(&plan.outages) {
            let feels = if goal.keeps(record) { feels(*outage) } else { "not made again".to_owned() };
            table.row([record.name.clone(), record.state.running.to_string(), feels]);
        }
        if !goal.services.is_empty() {
            self.result(&format!("\n{}", table.render()));
        }
        for record in &goal.services {
            for port in &record.pinned {
                self.note(&format!(
                    "service {}: the port {} that the engine chose for {}/{} is kept, and fixed in the spec",
                    record.name, port.published, port.target, port.protocol
                ));
            }
        }
    }

    /// The steps in order.
    pub fn redefinition_steps(self, plan: &Redefinition, events: Events) {
        if events == Events::Json {
            return;
        }
        self.result("");
        for (number, next) in (1..).zip(&plan.steps) {
            self.result(&format!("{number:>3}. {}", next_words(next)));
        }
    }

    /// What a restoration finds.
    pub fn restoration(self, plan: &RestorePlan, events: Events) {
        let networks = plan.networks.iter().map(|(definition, fate)| {
            let fields = |fields: &[crate::dump::Difference]| {
                fields
                    .iter()
                    .map(|it| format!("{}: {} instead of {}", it.field, it.found, it.wanted))
                    .collect()
            };
            ("network", definition.name(), fate_words(fate, fields))
        });
        let services = plan
            .services
            .iter()
            .map(|(record, fate)| ("service", record.name.as_str(), fate_words(fate, <[String]>::to_vec)));
        let mut table =
            Table::new(&[("KIND", Align::Left), ("NAME", Align::Left), ("IN THE SWARM", Align::Left)]);
        for (kind, name, (fate, fields)) in networks.chain(services) {
            match events {
                Events::Json => {
                    self.result(
                        &json!({"kind": kind, "name": name, "found": fate, "differences": fields})
                            .to_string(),
                    );
                }
                Events::Text => {
                    let detail =
                        if fields.is_empty() { String::new() } else { format!(": {}", fields.join(", ")) };
                    table.row([kind.to_owned(), name.to_owned(), format!("{fate}{detail}")]);
                }
            }
        }
        if events == Events::Text {
            self.result(&table.render());
        }
    }

    /// Begins to show a redefinition that is under way.
    pub fn road(self, events: Events) -> Road {
        Road { report: self, events, progress: self.progress(false) }
    }
}

/// A redefinition that is under way.
#[derive(Debug)]
pub struct Road {
    report: Report,
    events: Events,
    progress: Progress,
}

impl Road {
    /// Where the journal is.
    pub fn journal(&self, path: &Path) {
        match self.events {
            Events::Text => self.report.note(&format!("journal: {}", path.display())),
            Events::Json => self.event("journal", &json!({"path": path.display().to_string()})),
        }
    }

    /// A step was taken. `left` steps of its phase are to come, of `all`.
    pub fn step(&mut self, step: &Step, left: usize, all: usize) {
        match self.events {
            Events::Text => {
                let done = all.saturating_sub(left);
                self.progress.note_result(&format!(
                    "{} {done:>3}/{all} {}",
                    bar(done, all),
                    redefinition_step(step)
                ));
            }
            Events::Json => {
                self.event("step", &json!({"step": redefinition_step(step), "left": left, "of": all}));
            }
        }
    }

    /// Something has to happen by itself.
    pub fn wait(&mut self, wait: &Wait) {
        match self.events {
            Events::Text => self.progress.show(&format!("waiting: {}", redefinition_wait(wait))),
            Events::Json => {
                let text = redefinition_wait(wait);
                if self.progress.is_new(&text) {
                    self.event("wait", &json!({"for": text}));
                }
            }
        }
    }

    /// The engine is away, or does not do what it was asked yet.
    pub fn trouble(&mut self, message: &str) {
        match self.events {
            Events::Text => self.progress.show(&format!("trying again: {message}")),
            Events::Json => {
                if self.progress.is_new(message) {
                    self.event("retry", &json!({"because": message}));
                }
            }
        }
    }

    /// Nothing is left to do.
    pub fn done(mut self, goal: &Goal) {
        let kept = goal.services.iter().filter(|record| goal.keeps(record)).count();
        let text = format!(
            "network {} has {}; {kept} {} as before, every spec compared",
            goal.network(),
            ranges(&goal.to),
            if kept == 1 { "service is" } else { "services are" }
        );
        match self.events {
            Events::Text => {
                self.progress.end();
                self.report.result(&text);
            }
            Events::Json => self.event("done", &json!({"network": goal.network(), "services": kept})),
        }
    }

    fn event(&self, event: &str, more: &Value) {
        let mut line = json!({"event": event});
        if let (Some(line), Some(more)) = (line.as_object_mut(), more.as_object()) {
            line.extend(more.clone());
        }
        self.report.result(&line.to_string());
    }
}

fn bar(done: usize, all: usize) -> String {
    let filled = (done * BAR).checked_div(all).unwrap_or(BAR);
    format!("[{}{}]", "#".repeat(filled), ".".repeat(BAR - filled))
}

fn ranges(definition: &crate::dump::NetworkDefinition) -> String {
    let ranges: Vec<String> =
        definition.subnets().unwrap_or_default().iter().map(|it| it.net().to_string()).collect();
    if ranges.is_empty() { "a range of the engine's choice".to_owned() } else { ranges.join(" and ") }
}

fn feels(outage: Outage) -> String {
    match outage {
        Outage::Idle => "nothing: it has no task".to_owned(),
        Outage::Whole { stop_seconds } => {
            format!("down until it runs again: all tasks of the network stop first (up to {stop_seconds} s)")
        }
        Outage::EachRestart { restarts, stop_seconds } => {
            format!(
                "{restarts} restarts, down in each: its task stops (up to {stop_seconds} s) before the next starts"
            )
        }
        Outage::None { restarts } => {
            format!("{restarts} restarts of each task, some tasks run at every moment")
        }
    }
}

fn outage_json(outage: Outage) -> Value {
    match outage {
        Outage::Idle => json!({"kind": "none", "restarts": 0}),
        Outage::Whole { stop_seconds } => json!({"kind": "whole", "stopSeconds": stop_seconds}),
        Outage::EachRestart { restarts, stop_seconds } => {
            json!({"kind": "each-restart", "restarts": restarts, "stopSeconds": stop_seconds})
        }
        Outage::None { restarts } => json!({"kind": "none", "restarts": restarts}),
    }
}

fn next_words(next: &Next) -> String {
    match next {
        Next::Do(step) => redefinition_step(step),
        Next::Wait(Wait::Release { network, .. }) => {
            format!("wait until no task is on the network {network}")
        }
        Next::Wait(Wait::Allocation { network }) => {
            format!("wait until the network {network} has its addresses")
        }
        Next::Wait(Wait::Tasks { service, wanted, .. }) => {
            let tasks = if *wanted == 1 { "running task" } else { "running tasks" };
            format!("wait until {service} has {wanted} {tasks}")
        }
        Next::Done => "done".to_owned(),
    }
}

fn fate_words<D>(fate: &Fate<D>, fields: impl Fn(&[D]) -> Vec<String>) -> (&'static str, Vec<String>) {
    match fate {
        Fate::Made => ("missing", Vec::new()),
        Fate::Equal => ("equal", Vec::new()),
        Fate::Differs(differences) => ("differs", fields(differences)),
    }
}
