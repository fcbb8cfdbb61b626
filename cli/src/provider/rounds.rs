//! When to look at what. Pure: told the time, it asks nobody.
//!
//! The engine tells of services, networks and nodes when they change, but of no tasks: those have to be looked for. A service
//! that was heard of, or whose tasks were seen to change, moves: its tasks are looked at in quick succession, which slows
//! down the longer nothing happens. Beside that all tasks are looked at steadily, and now and then everything is, because
//! events can be lost. A list of a big swarm takes its time, and whatever is heard of meanwhile is looked at by itself.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::engine::Event;

/// Between two looks at a service that has just changed.
const QUICK: Duration = Duration::from_millis(200);

/// After a change, a service is looked at again after this part of the time since then.
const SLOWING: u32 = 8;

/// Between two looks at everything.
const WHOLE: Duration = Duration::from_mins(1);

/// Looking may take this part of the time, so that a big swarm is not kept busy by it.
const SHARE: u32 = 4;

/// Where more services than this are to be looked at, a look at all of them is cheaper.
const MANY: usize = 16;

/// What to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Look {
    /// Networks, services and tasks.
    Whole,
    /// All tasks.
    Tasks,
    /// Single things.
    Some {
        /// The list of networks.
        networks: bool,
        /// Services by id, each with whether its spec may have changed too, or only its tasks.
        services: Vec<(String, bool)>,
    },
}

/// What has to be looked at, and when.
#[derive(Debug)]
pub(super) struct Rounds {
    steady: Duration,
    /// When any task may have begun to change.
    unsettled: Instant,
    whole: Instant,
    tasks: Instant,
    networks: bool,
    moving: BTreeMap<String, Moving>,
}

/// A service that was heard of not long ago.
#[derive(Debug)]
struct Moving {
    changed: Instant,
    look: Instant,
    spec: bool,
}

impl Rounds {
    /// Everything was looked at just now, for the first time: what has begun before was not heard of.
    pub(super) fn new(now: Instant, steady: Duration) -> Self {
        let tasks = now + QUICK;
        Self { steady, unsettled: now, whole: now + WHOLE, tasks, networks: false, moving: BTreeMap::new() }
    }

    /// The engine has told something.
    pub(super) fn heard(&mut self, event: Event, now: Instant) {
        match event {
            Event::Service(id) => self.moves(id, now, true),
            Event::Task(id) => self.moves(id, now, false),
            Event::Network => self.networks = true,
            Event::Node => {
                self.unsettled = now;
                self.tasks = now;
            }
        }
    }

    fn moves(&mut self, id: String, now: Instant, spec: bool) {
        let moving = self.moving.entry(id).or_insert(Moving { changed: now, look: now, spec });
        moving.changed = now;
        moving.look = now;
        moving.spec |= spec;
    }

    /// When there is something to look at by the clock; sooner where something was heard. `None` where the list that is on
    /// its way (`listing`) has to be there first.
    pub(super) fn due(&self, listing: bool) -> Option<Instant> {
        let moving = self.moving.values().map(|it| it.look);
        if listing {
            return moving.min().filter(|_| self.moving.len() <= MANY);
        }
        moving.chain([self.whole, self.tasks]).min()
    }

    /// What there is to look at now. All that was heard since the last look is one look. There is one list at a time: while
    /// it is on its way, single things are looked at.
    pub(super) fn next(&self, now: Instant, listing: bool) -> Option<Look> {
        let due = self.due(listing).is_some_and(|due| due <= now);
        let networks = self.networks && (!listing || self.moving.len() <= MANY);
        if !(due || networks) {
            return None;
        }
        let due: Vec<(String, bool)> = self
            .moving
            .iter()
            .filter(|(_, it)| it.look <= now)
            .map(|(id, it)| (id.clone(), it.spec))
            .collect();
        let specs = due.iter().filter(|(_, spec)| *spec).count();
        Some(if !listing && (self.whole <= now || specs > MANY) {
            Look::Whole
        } else if !listing && ((self.tasks <= now && specs == 0) || due.len() > MANY) {
            Look::Tasks
        } else {
            Look::Some { networks: self.networks, services: due }
        })
    }

    /// It was looked, from `began` to `now`, and the tasks of these services had changed.
    pub(super) fn looked(&mut self, look: &Look, changed: &[String], began: Instant, now: Instant) {
        match look {
            Look::Whole => {
                self.whole = now + WHOLE.max((now - began) * SHARE);
                self.tasks = now + self.pause(began, now);
                self.networks = false;
            }
            Look::Tasks => self.tasks = now + self.pause(began, now),
            Look::Some { networks: true, .. } => self.networks = false,
            Look::Some { networks: false, .. } => {}
        }
        // What was heard of while a list was on its way may not be in it yet.
        for (id, moving) in self.moving.iter_mut().filter(|(_, it)| it.changed <= began) {
            let at = match look {
                Look::Whole => true,
                Look::Tasks => !moving.spec,
                Look::Some { services, .. } => services.iter().any(|(looked, _)| looked == id),
            };
            if at {
                moving.spec = false;
                moving.look = now + slowing(now - moving.changed);
            }
        }
        for id in changed {
            let look = now + QUICK;
            let moving = self.moving.entry(id.clone()).or_insert(Moving { changed: now, look, spec: false });
            moving.changed = now;
            moving.look = moving.look.min(look);
        }
        // From there on the steady looks are as good.
        let steady = self.steady;
        self.moving.retain(|_, it| it.spec || it.look < now + steady);
    }

    fn pause(&self, began: Instant, now: Instant) -> Duration {
        slowing(now - self.unsettled).min(self.steady).max((now - began) * SHARE)
    }
}

/// How long to wait with the next look, so long after the last change.
fn slowing(since: Duration) -> Duration {
    QUICK.max(since / SLOWING)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEADY: Duration = Duration::from_secs(2);

    const fn ms(number: u64) -> Duration {
        Duration::from_millis(number)
    }

    fn service(id: &str) -> Event {
        Event::Service(id.to_owned())
    }

    /// Of a swarm that has been at rest for long.
    fn rested() -> (Instant, Rounds) {
        let start = Instant::now() + Duration::from_mins(1);
        let mut rounds = Rounds::new(Instant::now(), STEADY);
        rounds.looked(&Look::Whole, &[], start, start);
        (start, rounds)
    }

    /// Looks whenever something is due, each look taking no time, and notes what was looked at after how many
    /// milliseconds; `changes` says at which looks the tasks of `s` have changed.
    fn play(rounds: &mut Rounds, start: Instant, length: Duration, changes: &[u128]) -> Vec<(u128, Look)> {
        let mut seen = Vec::new();
        while rounds.due(false).unwrap() <= start + length {
            let now = rounds.due(false).unwrap();
            let look = rounds.next(now, false).unwrap();
            let at = (now - start).as_millis();
            let seen_to_change = if changes.contains(&at) { vec!["s".to_owned()] } else { Vec::new() };
            rounds.looked(&look, &seen_to_change, now, now);
            seen.push((at, look));
        }
        seen
    }

    #[test]
    fn a_swarm_at_rest_costs_one_call_each_interval_and_now_and_then_everything() {
        let (start, mut rounds) = rested();
        let seen = play(&mut rounds, start, Duration::from_secs(119), &[]);
        assert_eq!(seen.iter().filter(|(_, look)| *look == Look::Whole).count(), 1);
        assert_eq!(seen.iter().filter(|(_, look)| *look == Look::Tasks).count(), seen.len() - 1);
        assert!((57..=60).contains(&seen.len()), "{}", seen.len());
    }

    #[test]
    fn a_service_that_was_heard_of_is_looked_at_at_once_then_quickly_and_then_ever_less() {
        let (start, mut rounds) = rested();
        rounds.heard(service("s"), start);
        let seen = play(&mut rounds, start, Duration::from_secs(40), &[]);
        let looks: Vec<u128> =
            seen.iter().filter(|(_, look)| matches!(look, Look::Some { .. })).map(|(at, _)| *at).collect();
        assert!(looks[0] <= 20, "{looks:?}");
        assert_eq!(seen[0].1, Look::Some { networks: false, services: vec![("s".into(), true)] });
        assert!(matches!(&seen[1].1, Look::Some { services, .. } if !services[0].1), "the spec is read once");
        let between = |from: u128, to: u128| looks.iter().filter(|at| (from..to).contains(*at)).count();
        assert!(between(0, 2_000) >= 8, "{looks:?}");
        assert!(between(10_000, 14_000) <= 4, "{looks:?}");
        assert!(looks.last().is_some_and(|at| *at < 20_000), "it comes to rest: {looks:?}");
    }

    #[test]
    fn after_the_first_look_and_when_a_node_changes_all_tasks_are_looked_at_quickly_for_a_while() {
        let start = Instant::now();
        let early = |seen: &[(u128, Look)]| seen.iter().filter(|(at, _)| *at < 2_000).count();
        let seen = play(&mut Rounds::new(start, STEADY), start, Duration::from_secs(40), &[]);
        assert!(early(&seen) >= 8, "{seen:?}");
        assert!(seen.iter().filter(|(at, _)| *at > 20_000).count() <= 11, "{seen:?}");
        let (start, mut rounds) = rested();
        rounds.heard(Event::Node, start);
        let seen = play(&mut rounds, start, Duration::from_secs(2), &[]);
        assert!(early(&seen) >= 8, "{seen:?}");
    }

    #[test]
    fn a_change_that_is_seen_makes_the_looks_quick_again() {
        let (start, mut rounds) = rested();
        let seen = play(&mut rounds, start, ms(3_000), &[2_000]);
        let after: Vec<u128> = seen.iter().map(|(at, _)| *at).filter(|at| *at > 2_000).collect();
        assert_eq!(after, [2_200, 2_400, 2_600, 2_800, 3_000]);
    }

    #[test]
    fn a_burst_of_events_is_one_look() {
        let (start, mut rounds) = rested();
        for _ in 0..10 {
            rounds.heard(service("s"), start);
            rounds.heard(Event::Network, start);
        }
        let look = rounds.next(start, false).unwrap();
        assert_eq!(look, Look::Some { networks: true, services: vec![("s".into(), true)] });
        rounds.looked(&look, &[], start, start);
        assert_eq!(rounds.next(start, false), None);
    }

    #[test]
    fn many_services_at_once_are_listed() {
        let (start, mut rounds) = rested();
        for number in 0..=MANY {
            rounds.heard(service(&number.to_string()), start);
        }
        assert_eq!(rounds.next(start, false), Some(Look::Whole));
        let mut rounds = Rounds::new(start, STEADY);
        for number in 0..=MANY {
            rounds.heard(Event::Task(number.to_string()), start);
        }
        assert_eq!(rounds.next(start, false), Some(Look::Tasks));
    }

    #[test]
    fn a_node_that_changes_may_have_changed_every_task() {
        let (start, mut rounds) = rested();
        rounds.heard(Event::Node, start);
        assert_eq!(rounds.next(start, false), Some(Look::Tasks));
    }

    #[test]
    fn a_big_swarm_is_not_kept_busy() {
        let (start, mut rounds) = rested();
        let slow = Duration::from_secs(3);
        rounds.looked(&Look::Tasks, &[], start, start + slow);
        assert_eq!(rounds.due(false).unwrap() - (start + slow), slow * SHARE);
    }

    #[test]
    fn while_a_list_is_on_its_way_what_is_heard_of_is_looked_at_by_itself() {
        let (start, mut rounds) = rested();
        let began = rounds.due(false).unwrap();
        let list = rounds.next(began, false).unwrap();
        assert_eq!(list, Look::Tasks);
        assert_eq!((rounds.due(true), rounds.next(began + ms(10), true)), (None, None));
        rounds.heard(service("s"), began + ms(10));
        rounds.heard(Event::Node, began + ms(10));
        let look = rounds.next(began + ms(10), true).unwrap();
        assert_eq!(look, Look::Some { networks: false, services: vec![("s".into(), true)] });
        rounds.looked(&look, &["s".to_owned()], began + ms(10), began + ms(20));
        assert_eq!(rounds.due(true), Some(began + ms(220)));
        rounds.heard(service("t"), began + ms(30));
        rounds.looked(&list, &[], began, began + ms(40));
        let look = rounds.next(began + ms(40), true).unwrap();
        assert_eq!(look, Look::Some { networks: false, services: vec![("t".into(), true)] });
        assert!(began > start);
    }

    #[test]
    fn too_much_to_look_at_by_itself_waits_for_the_list_that_is_on_its_way() {
        let (start, mut rounds) = rested();
        for number in 0..=MANY {
            rounds.heard(service(&number.to_string()), start);
        }
        assert_eq!((rounds.due(true), rounds.next(start, true)), (None, None));
        rounds.looked(&Look::Tasks, &[], start - ms(100), start);
        assert_eq!(rounds.next(start, false), Some(Look::Whole), "they were heard of later than the list");
    }
}
