//! Several stack files become one, by the rules of `docker stack deploy` (docker/cli `cli/compose/loader/merge.go`).
//!
//! A later file adds to the lists and maps of a service and overrides its single values, unless its own are empty. A
//! network that stands in two files is that of the later one, whole.

use super::declaration::{Located, Stack, StackRestart, StackService, StackUpdate};

impl Stack {
    /// Lays a later file over this one.
    pub(super) fn overlay(&mut self, later: Self) {
        for (name, service) in later.services {
            match self.services.get_mut(&name) {
                Some(base) => base.overlay(service),
                None => {
                    self.services.insert(name, service);
                }
            }
        }
        self.networks.extend(later.networks);
    }
}

impl StackService {
    fn overlay(&mut self, later: Self) {
        self.networks.extend(later.networks);
        for port in later.ports {
            if !self.ports.iter().any(|known| known.value == port.value) {
                self.ports.push(port);
            }
        }
        self.labels.extend(later.labels);
        over_text(&mut self.mode, later.mode);
        over_text(&mut self.endpoint_mode, later.endpoint_mode);
        over(&mut self.replicas, later.replicas);
        self.constraints.extend(later.constraints);
        match (&mut self.update, later.update) {
            (Some(base), Some(StackUpdate { parallelism, order })) => {
                over(&mut base.parallelism, parallelism);
                over(&mut base.order, order.filter(|order| !order.is_empty()));
            }
            (base, later) => over(base, later),
        }
        match (&mut self.restart, later.restart) {
            (Some(base), Some(StackRestart { condition, max_attempts })) => {
                over(&mut base.condition, condition);
                over(&mut base.max_attempts, max_attempts);
            }
            (base, later) => over(base, later),
        }
    }
}

fn over<T>(base: &mut Option<T>, later: Option<T>) {
    if later.is_some() {
        *base = later;
    }
}

fn over_text(base: &mut Option<Located<String>>, later: Option<Located<String>>) {
    over(base, later.filter(|later| !later.value.is_empty()));
}
