//! The swarm as far as Traefik's document depends on it, and the document.
//!
//! Takes whole lists and single objects alike, in whatever order they come, and the document is the same as if everything
//! had been listed at once. A change costs what its own group costs: which groups are to be looked at again is noted when it
//! comes, and the others are not touched. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use smsvc_core::merge::{Declaration, Merger, Outcome};
use smsvc_core::name::Name;
use smsvc_core::traefik::{Backend, Documents};

use super::document::{Options, Published};
use super::reach::reach;
use crate::engine::{Network, Task};
use crate::groups::{Reading, broken_line, held_back_line, refusal_lines};
use crate::publish::is_compiled;
use crate::service::RawService;

/// What is known of the swarm.
pub(super) struct Catalogue {
    network: Option<String>,
    networks: BTreeMap<String, Network>,
    services: BTreeMap<String, Entry>,
    tasks: KeptTasks,
    groups: BTreeMap<Name, Known>,
    /// Services with a broken label, by what they may mean as their group.
    spoilt: BTreeMap<String, BTreeSet<String>>,
    /// What is wrong with the labels of each, by its name.
    broken: BTreeMap<(String, String), Vec<String>>,
    /// The groups of which something may be other than in the last document.
    touched: BTreeSet<Name>,
    merger: Merger,
    documents: Documents,
    last: Option<Published>,
}

/// A service.
struct Entry {
    stamp: Option<Stamp>,
    name: String,
    networks: Vec<String>,
    reading: Reading,
    /// Whether labels of Traefik were compiled into it.
    compiled: bool,
    /// Where Traefik reaches it, or why it cannot; for a member of a group.
    backend: Option<Result<Arc<Backend>, String>>,
}

/// Count and time of the last change of a service: where both are as before, nothing has changed.
type Stamp = (u64, String);

/// An API group, as far as the last document has looked at it.
#[derive(Default)]
struct Known {
    /// The services whose labels name it and are in order, by id.
    members: BTreeSet<String>,
    problems: Vec<String>,
}

/// The tasks that the swarm means to keep running, by service.
#[derive(Debug, Default)]
pub(super) struct KeptTasks(BTreeMap<String, Vec<Kept>>);

/// What was looked at while a list was on its way.
#[derive(Debug, Default)]
pub(super) struct Meanwhile {
    /// The networks.
    pub(super) networks: bool,
    /// Services with their tasks, by id.
    pub(super) services: BTreeSet<String>,
}

/// A task that the swarm means to keep running.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kept {
    id: String,
    state: String,
    /// By network.
    addresses: Vec<(String, IpAddr)>,
}

impl Catalogue {
    /// Of a swarm of which nothing is known.
    pub(super) fn new(options: Options) -> Self {
        Self {
            network: options.network,
            networks: BTreeMap::new(),
            services: BTreeMap::new(),
            tasks: KeptTasks::default(),
            groups: BTreeMap::new(),
            spoilt: BTreeMap::new(),
            broken: BTreeMap::new(),
            touched: BTreeSet::new(),
            merger: Merger::default(),
            documents: Documents::new(options.document),
            last: None,
        }
    }

    /// All networks, services and kept tasks, but for what was looked at meanwhile.
    pub(super) fn whole(
        &mut self,
        networks: Vec<Network>,
        services: &[RawService],
        tasks: KeptTasks,
        meanwhile: &Meanwhile,
    ) {
        if !meanwhile.networks {
            self.networks = by_id(networks);
        }
        self.replace_tasks(tasks, meanwhile);
        let is_known = |id: &str| meanwhile.services.contains(id);
        let listed: BTreeSet<&str> = services.iter().map(RawService::id).collect();
        let gone = self.services.keys().filter(|id| !listed.contains(id.as_str()) && !is_known(id));
        for id in gone.cloned().collect::<Vec<_>>() {
            self.forget(&id);
        }
        for service in services.iter().filter(|service| !is_known(service.id())) {
            self.know(service);
        }
        self.reach_all();
    }

    /// Takes a list of tasks over; gives the one before.
    fn replace_tasks(&mut self, tasks: KeptTasks, meanwhile: &Meanwhile) -> KeptTasks {
        let mut before = std::mem::replace(&mut self.tasks, tasks);
        for id in &meanwhile.services {
            self.tasks.0.remove(id);
            if let Some(known) = before.0.remove(id) {
                self.tasks.0.insert(id.clone(), known);
            }
        }
        before
    }

    /// All networks.
    pub(super) fn networks(&mut self, networks: Vec<Network>) {
        self.networks = by_id(networks);
        self.reach_all();
    }

    /// Whether this service, which Traefik is to reach, is on a network that was not in the last list of networks.
    pub(super) fn misses_a_network_of(&self, id: &str) -> bool {
        let entry = self.services.get(id).filter(|entry| entry.backend.is_some());
        entry.is_some_and(|entry| entry.networks.iter().any(|it| !self.networks.contains_key(it)))
    }

    /// One service, or that it is gone.
    pub(super) fn service(&mut self, id: &str, service: Option<&RawService>) {
        match service {
            Some(service) => {
                self.know(service);
                self.reach(id);
            }
            None => self.forget(id),
        }
    }

    fn know(&mut self, service: &RawService) {
        let known = self.services.get(service.id());
        if known.is_some_and(|known| known.stamp.is_some() && known.stamp == stamp(service)) {
            return;
        }
        let mut entry = Entry::of(service);
        // The same declaration once more is no reason to merge its group again.
        if let Some(before) = known.and_then(|known| known.reading.sound())
            && entry.reading.sound() == Some(before)
        {
            entry.reading = Reading::Sound(Arc::clone(before));
        }
        self.forget(service.id());
        let id = || service.id().to_owned();
        match &entry.reading {
            Reading::Silent => {}
            Reading::Sound(declaration) => {
                self.groups.entry(declaration.group.clone()).or_default().members.insert(id());
                self.touched.insert(declaration.group.clone());
            }
            Reading::Broken { errors, groups } => {
                for group in groups {
                    self.spoilt.entry(group.clone()).or_default().insert(id());
                    self.touch_text(group);
                }
                let lines = errors.iter().map(broken_line).collect();
                self.broken.insert((entry.name.clone(), id()), lines);
            }
        }
        self.services.insert(id(), entry);
    }

    fn forget(&mut self, id: &str) {
        let Some(entry) = self.services.remove(id) else { return };
        match entry.reading {
            Reading::Silent => {}
            Reading::Sound(declaration) => {
                if let Some(known) = self.groups.get_mut(&declaration.group) {
                    known.members.remove(id);
                }
                self.touched.insert(declaration.group.clone());
            }
            Reading::Broken { groups, .. } => {
                for group in groups {
                    if let Some(services) = self.spoilt.get_mut(&group) {
                        services.remove(id);
                        if services.is_empty() {
                            self.spoilt.remove(&group);
                        }
                    }
                    self.touch_text(&group);
                }
                self.broken.remove(&(entry.name, id.to_owned()));
            }
        }
    }

    /// Touches the group that a label names, if it is one.
    fn touch_text(&mut self, group: &str) {
        self.touched.extend(Name::parse(group));
    }

    /// All kept tasks, but for those of services that were looked at meanwhile; the services of which they are others than
    /// before.
    pub(super) fn tasks(&mut self, tasks: KeptTasks, meanwhile: &Meanwhile) -> Vec<String> {
        let before = self.replace_tasks(tasks, meanwhile).0;
        let gone = before.keys().filter(|id| !self.tasks.0.contains_key(*id));
        let listed = self.tasks.0.iter().filter(|(id, _)| !meanwhile.services.contains(*id));
        let other = listed.filter(|(id, now)| before.get(*id) != Some(*now)).map(|(id, _)| id);
        let changed: Vec<String> = gone.chain(other).cloned().collect();
        for id in &changed {
            self.reach(id);
        }
        changed
    }

    /// The kept tasks of one service; whether they are others than before.
    pub(super) fn tasks_of(&mut self, id: &str, tasks: &[Task]) -> bool {
        let now = KeptTasks::of(tasks).0.remove(id);
        if self.tasks.0.get(id) == now.as_ref() {
            return false;
        }
        match now {
            Some(now) => drop(self.tasks.0.insert(id.to_owned(), now)),
            None => drop(self.tasks.0.remove(id)),
        }
        self.reach(id);
        true
    }

    fn reach_all(&mut self) {
        let ids: Vec<String> = self.services.keys().cloned().collect();
        for id in &ids {
            self.reach(id);
        }
    }

    fn reach(&mut self, id: &str) {
        let Some(entry) = self.services.get_mut(id) else { return };
        let Reading::Sound(declaration) = &entry.reading else { return };
        let attached: Vec<&Network> = entry.networks.iter().filter_map(|id| self.networks.get(id)).collect();
        let tasks = self.tasks.0.get(id).map_or(&[][..], Vec::as_slice);
        let found = reach(declaration, &attached, self.network.as_deref(), |network| {
            let serving = tasks.iter().filter(|task| task.state == "running");
            let addresses = serving.flat_map(|task| &task.addresses).filter(|(on, _)| *on == network);
            addresses.map(|(_, address)| *address).collect()
        });
        let found = found.map(Arc::new);
        if entry.backend.as_ref() != Some(&found) {
            entry.backend = Some(found);
            self.touched.insert(declaration.group.clone());
        }
    }

    /// The document for what is known now, and what is not in it.
    pub(super) fn publish(&mut self) -> Published {
        let touched = std::mem::take(&mut self.touched);
        if let Some(last) = self.last.as_ref().filter(|_| touched.is_empty()) {
            return last.clone();
        }
        let declared = touched.iter().map(|name| (name.clone(), self.declared(name))).collect();
        let changed = self.merger.merge(declared);
        for name in changed.union(&touched) {
            self.settle(name);
        }
        let document = self.documents.write().into();
        let groups = self.documents.groups().cloned().collect();
        let of_groups = self.groups.values().flat_map(|known| &known.problems);
        let problems = self.broken.values().flatten().chain(of_groups).cloned().collect();
        let published = Published { document, groups, problems };
        self.last = Some(published.clone());
        published
    }

    /// What the members of a group declare; nothing where one that may be a member has a broken label.
    fn declared(&self, name: &Name) -> Vec<Arc<Declaration>> {
        let whole = !self.spoilt.contains_key(name.as_str());
        let known = self.groups.get(name).filter(|_| whole);
        let entries =
            known.into_iter().flat_map(|known| &known.members).filter_map(|id| self.services.get(id));
        entries.filter_map(|entry| entry.reading.sound()).cloned().collect()
    }

    /// Puts a group into the document or leaves it out, and notes what is wrong with it.
    fn settle(&mut self, name: &Name) {
        let Some(known) = self.groups.get(name).filter(|known| !known.members.is_empty()) else {
            self.groups.remove(name);
            self.documents.remove(name);
            return;
        };
        let entries = || known.members.iter().filter_map(|id| self.services.get(id));
        let mut problems = Vec::new();
        let mut served = None;
        match self.merger.outcomes().get(name) {
            None => {
                let mut held_back: Vec<&str> = entries().map(|entry| entry.name.as_str()).collect();
                held_back.sort_unstable();
                problems.extend(held_back.into_iter().map(|service| held_back_line(service, name.as_str())));
            }
            Some(Outcome::Refused(conflicts)) => problems.extend(refusal_lines(name, conflicts)),
            // Traefik has it from labels already.
            Some(Outcome::Served(_)) if entries().any(|entry| entry.compiled) => {}
            Some(Outcome::Served(group)) => {
                let by_name: BTreeMap<&str, &Result<Arc<Backend>, String>> = entries()
                    .filter_map(|entry| Some((entry.name.as_str(), entry.backend.as_ref()?)))
                    .collect();
                let mut backends = Vec::with_capacity(group.services.len());
                for member in &group.services {
                    let found = by_name.get(member.service.as_str());
                    if let Some(Err(reason)) = found {
                        problems.push(format!("service {} answers 503: {reason}", member.service));
                    }
                    backends.push(found.and_then(|found| found.as_ref().ok()).cloned());
                }
                served = Some((Arc::clone(group), backends));
            }
        }
        match served {
            Some((group, backends)) => self.documents.set(group, backends),
            None => self.documents.remove(name),
        }
        if let Some(known) = self.groups.get_mut(name) {
            known.problems = problems;
        }
    }

    /// Where Traefik reaches each service that is in a group, by its name; or why it cannot.
    pub(super) fn into_backends(self) -> BTreeMap<String, Result<Arc<Backend>, String>> {
        self.services.into_values().filter_map(|entry| Some((entry.name, entry.backend?))).collect()
    }
}

impl Entry {
    fn of(service: &RawService) -> Self {
        Self {
            stamp: stamp(service),
            name: service.name().to_owned(),
            networks: service.network_ids().map(str::to_owned).collect(),
            reading: Reading::of(service),
            compiled: is_compiled(service),
            backend: None,
        }
    }
}

fn stamp(service: &RawService) -> Option<Stamp> {
    Some((service.version(), service.json()["UpdatedAt"].as_str()?.to_owned()))
}

fn by_id(networks: Vec<Network>) -> BTreeMap<String, Network> {
    let overlays = networks.into_iter().filter(Network::is_overlay);
    overlays.map(|network| (network.id.clone(), network)).collect()
}

impl KeptTasks {
    /// Those of these tasks, each service's in one order whatever the engine's is.
    pub(super) fn of(tasks: &[Task]) -> Self {
        let mut by_service: BTreeMap<String, Vec<Kept>> = BTreeMap::new();
        for task in tasks.iter().filter(|task| task.desired_state == "running" && !task.service.is_empty()) {
            let on = |network: &String| {
                task.addresses_on(network).map(|address| (network.clone(), address)).collect::<Vec<_>>()
            };
            let networks = task.attachments.iter().flatten().map(|attachment| &attachment.network.id);
            let mut addresses: Vec<(String, IpAddr)> = networks.flat_map(on).collect();
            addresses.sort_unstable();
            addresses.dedup();
            let one = Kept { id: task.id.clone(), state: task.status.state.clone(), addresses };
            by_service.entry(task.service.clone()).or_default().push(one);
        }
        for tasks in by_service.values_mut() {
            tasks.sort_unstable();
        }
        Self(by_service)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::observe::Swarm;

    /// A swarm in one of many states: for each of four services whether it is there, its path, its tasks, and how many of
    /// them are to stop. Paths meet across the groups, and one of them is wrong.
    fn swarm(sketch: &[(bool, u8, u8, u8)]) -> Swarm {
        let mut swarm =
            Swarm::sample().with_network("front", "10.1.0.0/24").with_network("back", "10.2.0.0/24");
        for (number, (there, path, tasks, stopping)) in sketch.iter().enumerate().filter(|(_, it)| it.0) {
            let path = if *path == 3 { "wrong".to_owned() } else { format!("/p{path}") };
            let group = format!("g{}", number % 3);
            let labels =
                [("smsvc.group", group.as_str()), ("smsvc.port", "80"), ("smsvc.route.r.path", &path)];
            let network = if number == 2 { "back" } else { "front" };
            let name = format!("s{number}");
            swarm = swarm.with_service(&name, "dnsrr", u64::from(*tasks), network, &labels);
            let mine = swarm.tasks.iter_mut().rev().take(usize::from(*tasks));
            for task in mine.take(usize::from(*stopping)) {
                task.desired_state = "shutdown".into();
            }
            let _ = there;
        }
        for service in &mut swarm.services {
            let mut json = service.json().clone();
            let number = service.name().trim_start_matches('s');
            json["CreatedAt"] = format!("2026-01-01T00:00:0{number}Z").into();
            json["UpdatedAt"] = json["Spec"].to_string().into();
            *service = RawService::new(json).unwrap();
        }
        swarm
    }

    fn sketch() -> impl Strategy<Value = Vec<(bool, u8, u8, u8)>> {
        prop::collection::vec((any::<bool>(), 0..4_u8, 0..3_u8, 0..2_u8), 4)
    }

    fn whole(catalogue: &mut Catalogue, swarm: &Swarm) {
        let tasks = KeptTasks::of(&swarm.tasks);
        catalogue.whole(swarm.networks.clone(), &swarm.services, tasks, &Meanwhile::default());
    }

    /// Tells the catalogue what has changed from one swarm to the next, object by object.
    fn follow(catalogue: &mut Catalogue, before: &Swarm, after: &Swarm, by_list: bool) {
        let ids = before.services.iter().chain(&after.services).map(RawService::id);
        let ids: BTreeSet<&str> = ids.collect();
        for id in &ids {
            catalogue.service(id, after.services.iter().find(|service| service.id() == *id));
        }
        if by_list {
            catalogue.tasks(KeptTasks::of(&after.tasks), &Meanwhile::default());
        } else {
            for id in ids {
                let tasks: Vec<Task> =
                    after.tasks.iter().filter(|task| task.service == id).cloned().collect();
                catalogue.tasks_of(id, &tasks);
            }
        }
    }

    proptest! {
        #[test]
        fn following_a_swarm_gives_the_document_of_its_lists(
            states in prop::collection::vec((sketch(), any::<bool>()), 1..6)
        ) {
            let mut followed = Catalogue::new(Options::sample());
            let mut before = swarm(&[]);
            whole(&mut followed, &before);
            for (state, by_list) in states {
                let after = swarm(&state);
                follow(&mut followed, &before, &after, by_list);
                let listed = super::super::publish(&after, &Options::sample());
                prop_assert_eq!(&followed.publish(), &listed);
                // A list that was made before is taken over late.
                let looked_at = before.services.iter().chain(&after.services).map(|it| it.id().to_owned());
                let meanwhile = Meanwhile { networks: true, services: looked_at.collect() };
                let late = KeptTasks::of(&before.tasks);
                if by_list {
                    prop_assert_eq!(followed.tasks(late, &meanwhile), Vec::<String>::new());
                } else {
                    followed.whole(Vec::new(), &before.services, late, &meanwhile);
                }
                prop_assert_eq!(followed.publish(), listed);
                before = after;
            }
        }
    }

    #[test]
    fn a_task_that_begins_to_start_is_a_change_before_it_serves() {
        let mut swarm = swarm(&[(true, 0, 2, 0)]);
        let mut catalogue = Catalogue::new(Options::sample());
        whole(&mut catalogue, &swarm);
        assert_eq!(catalogue.tasks(KeptTasks::of(&swarm.tasks), &Meanwhile::default()), Vec::<String>::new());
        swarm.tasks[0].status.state = "starting".into();
        assert_eq!(
            catalogue.tasks(KeptTasks::of(&swarm.tasks), &Meanwhile::default()),
            [swarm.services[0].id().to_owned()]
        );
    }

    #[test]
    fn a_network_that_was_made_after_the_last_list_is_missed() {
        let swarm = swarm(&[(true, 0, 1, 0)]);
        let mut catalogue = Catalogue::new(Options::sample());
        catalogue.whole(Vec::new(), &swarm.services, KeptTasks::of(&swarm.tasks), &Meanwhile::default());
        let id = swarm.services[0].id().to_owned();
        assert!(catalogue.misses_a_network_of(&id));
        assert!(catalogue.publish().problems[0].contains("on no overlay network"));
        catalogue.networks(swarm.networks.clone());
        assert!(!catalogue.misses_a_network_of(&id));
        let document: serde_json::Value =
            serde_json::from_slice(&catalogue.publish().document.to_vec()).unwrap();
        let servers = &document["http"]["services"]["smsvc-s0"]["loadBalancer"]["servers"];
        assert_eq!(*servers, json!([{ "url": "http://10.1.0.1:80" }]));
    }
}
