//! Jobs: tasks that are meant to end (swarmkit `manager/orchestrator/jobs`).

use std::collections::BTreeSet;

use crate::id::{ServiceId, TaskId};
use crate::object::{DesiredState, Kind, Node, Place, RestartCondition, TaskState};
use crate::scheduler::allows;
use crate::swarm::Swarm;

impl Swarm {
    pub(super) fn reconcile_job(&mut self, id: &ServiceId) {
        let Some(service) = self.services.get(id) else { return };
        let (kind, template, iteration) =
            (service.shape().kind, service.shape().template.clone(), service.job.map(|job| job.iteration));
        let of_old_runs =
            self.tasks_of(id).filter(|task| task.iteration != iteration && !task.desired.is_over());
        let of_old_runs: Vec<TaskId> = of_old_runs.map(|task| task.id.clone()).collect();
        for task in of_old_runs {
            self.stop_task(&task, DesiredState::Remove);
        }
        let mut taken: BTreeSet<Place> = BTreeSet::new();
        let (mut done, mut open) = (0, 0);
        for task in self.tasks_of(id).filter(|task| task.iteration == iteration) {
            let failed = task.state.is_terminal() && task.state != TaskState::Complete;
            let given_up = failed && template.restart.condition == RestartCondition::None;
            if task.state == TaskState::Complete || given_up {
                done += 1;
            } else if task.is_kept() {
                open += 1;
            } else {
                continue;
            }
            taken.insert(task.place.clone());
        }
        let fits = |node: &&Node| node.takes_tasks() && allows(&template, node);
        let places: Vec<Place> = if let Kind::ReplicatedJob { concurrent, total } = kind {
            let more = concurrent.min(total.saturating_sub(done)).saturating_sub(open);
            let slots = (0..).map(Place::Slot).filter(|place| !taken.contains(place));
            slots.take(usize::try_from(more).unwrap_or_default()).collect()
        } else {
            let nodes = self.nodes.values().filter(fits).map(|node| Place::Node(node.id.clone()));
            nodes.filter(|place| !taken.contains(place)).collect()
        };
        for place in places {
            self.create_task(id, place, DesiredState::Complete);
        }
    }
}
