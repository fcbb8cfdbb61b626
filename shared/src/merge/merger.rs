//! Merging again and again, as a provider does: what has not changed since the last time is not looked at again.
//!
//! A group is made anew when one of its members is another declaration. Whether groups conflict with each other is judged
//! anew only among those that a group which was made anew touches, directly or through others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Conflict, Declaration, conflict};
use crate::group::{Group, Member};
use crate::name::Name;
use crate::settings::Settings;

/// What was merged last, to be merged again.
#[derive(Debug, Default)]
pub struct Merger {
    made: BTreeMap<Name, Made>,
    /// The groups that have a contact ([`conflict::contacts`]).
    contacts: BTreeMap<u64, BTreeSet<Name>>,
    outcomes: BTreeMap<Name, Outcome>,
}

/// What becomes of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It can be served. One of which nothing has changed is the very same as the last time.
    Served(Arc<Group>),
    /// It is left out, because of these; at least one.
    Refused(Vec<Conflict>),
}

/// A group, judged by itself.
#[derive(Debug)]
struct Made {
    /// The oldest first.
    members: Vec<Arc<Declaration>>,
    outcome: Result<Arc<Group>, Vec<Conflict>>,
    contacts: BTreeSet<u64>,
}

/// The groups that are not as they were, and what they have or had in common with others.
#[derive(Debug, Default)]
struct Touched {
    names: BTreeSet<Name>,
    contacts: BTreeSet<u64>,
}

impl Merger {
    /// From now on each of these groups has these members, in whatever order; one without any is gone. The groups of which
    /// the outcome is another than before.
    ///
    /// All groups together are as [`merge`](super::merge()) makes them of all declarations, but for the ages, which tell
    /// the time of a service's creation here.
    pub fn merge(&mut self, groups: BTreeMap<Name, Vec<Arc<Declaration>>>) -> BTreeSet<Name> {
        let mut touched = Touched::default();
        for (name, members) in groups {
            self.make(name, members, &mut touched);
        }
        self.settle(&touched)
    }

    /// All groups by name.
    pub fn outcomes(&self) -> &BTreeMap<Name, Outcome> {
        &self.outcomes
    }

    fn make(&mut self, name: Name, mut members: Vec<Arc<Declaration>>, touched: &mut Touched) {
        members.sort_by(|one, two| one.seniority().cmp(&two.seniority()));
        let same = |made: &Made| {
            made.members.len() == members.len()
                && made.members.iter().zip(&members).all(|(one, two)| Arc::ptr_eq(one, two))
        };
        if self.made.get(&name).is_some_and(same) {
            return;
        }
        self.forget(&name, touched);
        if members.is_empty() {
            return;
        }
        let declared: Vec<&Declaration> = members.iter().map(|it| &**it).collect();
        let outcome = conflict::within(&declared).map(|settings| Arc::new(group(&name, &members, settings)));
        let contacts = outcome.as_ref().map(|group| conflict::contacts(group)).unwrap_or_default();
        for contact in &contacts {
            self.contacts.entry(*contact).or_default().insert(name.clone());
        }
        touched.contacts.extend(&contacts);
        touched.names.insert(name.clone());
        self.made.insert(name, Made { members, outcome, contacts });
    }

    fn forget(&mut self, name: &Name, touched: &mut Touched) {
        let Some(made) = self.made.remove(name) else { return };
        for contact in &made.contacts {
            if let Some(names) = self.contacts.get_mut(contact) {
                names.remove(name);
                if names.is_empty() {
                    self.contacts.remove(contact);
                }
            }
        }
        touched.contacts.extend(made.contacts);
        touched.names.insert(name.clone());
    }

    /// Leaves groups out until no two claim the same requests.
    fn settle(&mut self, touched: &Touched) -> BTreeSet<Name> {
        let near = self.near(touched);
        let (mut served, mut refused) = (Vec::new(), BTreeMap::new());
        for (name, made) in near.iter().filter_map(|name| Some((name, self.made.get(name)?))) {
            match &made.outcome {
                Ok(group) => served.push(Arc::clone(group)),
                Err(conflicts) => drop(refused.insert(name.clone(), conflicts.clone())),
            }
        }
        settle(&mut served, &mut refused);
        let served = served.into_iter().map(|group| (group.name.clone(), Outcome::Served(group)));
        let refused = refused.into_iter().map(|(name, conflicts)| (name, Outcome::Refused(conflicts)));
        let mut outcomes: BTreeMap<Name, Outcome> = served.chain(refused).collect();
        let other = |name: &Name| self.outcomes.get(name) != outcomes.get(name);
        let changed: BTreeSet<Name> = near.into_iter().filter(other).collect();
        for name in &changed {
            match outcomes.remove(name) {
                Some(outcome) => drop(self.outcomes.insert(name.clone(), outcome)),
                None => drop(self.outcomes.remove(name)),
            }
        }
        changed
    }

    /// The groups that were touched, those that have a contact with them, those that have one with these, and so on: only
    /// among them anything can be other than before.
    fn near(&self, touched: &Touched) -> BTreeSet<Name> {
        let mut near = touched.names.clone();
        let mut known = touched.contacts.clone();
        let mut waiting: Vec<u64> = known.iter().copied().collect();
        while let Some(contact) = waiting.pop() {
            for name in self.contacts.get(&contact).into_iter().flatten() {
                if !near.insert(name.clone()) {
                    continue;
                }
                let its = self.made.get(name).map(|made| &made.contacts).into_iter().flatten();
                waiting.extend(its.copied().filter(|contact| known.insert(*contact)));
            }
        }
        near
    }
}

/// Leaves groups out until no two claim the same requests.
///
/// A group that clashes only with groups that are left out themselves is served all the same.
fn settle(sound: &mut Vec<Arc<Group>>, refused: &mut BTreeMap<Name, Vec<Conflict>>) {
    let conflicts = conflict::between(sound);
    let (mut contested, mut served): (Vec<Arc<Group>>, Vec<Arc<Group>>) =
        sound.drain(..).partition(|group| conflicts.iter().any(|(name, _)| *name == group.name));
    contested.sort_by_key(|group| group.services.iter().map(|member| member.age).min());
    for group in contested {
        served.push(group);
        if !conflict::between(&served).is_empty()
            && let Some(group) = served.pop()
        {
            let its = conflicts.iter().filter(|(name, _)| *name == group.name);
            refused.entry(group.name.clone()).or_default().extend(its.map(|(_, conflict)| conflict.clone()));
        }
    }
    served.sort_by(|one, two| one.name.cmp(&two.name));
    *sound = served;
}

/// Puts members that agree together.
fn group(name: &Name, members: &[Arc<Declaration>], settings: Settings) -> Group {
    let member = |declaration: &Arc<Declaration>| Member {
        service: declaration.service.clone(),
        age: declaration.age(),
        routes: declaration.routes.clone(),
    };
    Group {
        name: name.clone(),
        hosts: members
            .iter()
            .map(|it| &it.hosts)
            .find(|hosts| !hosts.is_empty())
            .cloned()
            .unwrap_or_default(),
        base: members.iter().find_map(|it| it.base.clone()).unwrap_or_default(),
        settings,
        services: members.iter().map(member).collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::labels;
    use crate::merge::{Merged, everything, merge};

    /// A service of few that there can be: which one, its group, host, path and method.
    #[derive(Debug, Clone, Copy)]
    struct Sketch(u8, u8, u8, u8, u8);

    impl Sketch {
        fn declaration(self) -> Arc<Declaration> {
            let Self(service, group, host, path, method) = self;
            let mut words = vec![
                ("smsvc.group", format!("g{group}")),
                ("smsvc.route.r.path", format!("/p{path}")),
                ("smsvc.route.r.methods", ["GET", "POST", "GET,POST"][usize::from(method)].to_owned()),
            ];
            if host > 0 {
                words.push(("smsvc.host", format!("h{host}.example")));
            }
            let labels = words.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
            // Names and ages are in different orders.
            let created =
                format!("2026-01-01T00:00:{:02}Z", [3, 7, 1, 9, 0, 4, 8, 2, 6, 5][usize::from(service)]);
            Arc::new(labels::parse(&format!("s{service}"), &created, &labels).unwrap().unwrap())
        }
    }

    fn sketch() -> impl Strategy<Value = Sketch> {
        (0..10_u8, 0..4_u8, 0..3_u8, 0..3_u8, 0..3_u8).prop_map(|(a, b, c, d, e)| Sketch(a, b, c, d, e))
    }

    /// The declarations of some groups.
    fn groups(declarations: &[Arc<Declaration>]) -> BTreeMap<Name, Vec<Arc<Declaration>>> {
        let mut groups: BTreeMap<Name, Vec<Arc<Declaration>>> = BTreeMap::new();
        for declaration in declarations {
            groups.entry(declaration.group.clone()).or_default().push(Arc::clone(declaration));
        }
        groups
    }

    proptest! {
        #[test]
        fn merging_again_gives_what_merging_from_scratch_gives(
            changes in prop::collection::vec((sketch(), any::<bool>()), 1..40)
        ) {
            let mut merger = Merger::default();
            let mut swarm: BTreeMap<u8, Arc<Declaration>> = BTreeMap::new();
            let mut before = Merged::default();
            for (sketch, stays) in changes {
                let declaration = sketch.declaration();
                let replaced =
                    if stays { swarm.insert(sketch.0, Arc::clone(&declaration)) } else { swarm.remove(&sketch.0) };
                let declarations: Vec<Arc<Declaration>> = swarm.values().map(Arc::clone).collect();
                let all = groups(&declarations);
                let touched = replaced.iter().chain([&declaration]).map(|it| it.group.clone());
                let members = |name: Name| (name.clone(), all.get(&name).cloned().unwrap_or_default());
                let changed = merger.merge(touched.map(members).collect());
                let expected = merge(&declarations);
                prop_assert_eq!(&everything(&merger, &declarations), &expected);
                // Whoever keeps something of the others is right.
                let names = |merged: &Merged| -> BTreeMap<Name, Result<Vec<_>, Vec<Conflict>>> {
                    let members = |group: &Group| {
                        group.services.iter().map(|it| (it.service.clone(), it.routes.clone())).collect()
                    };
                    let served = merged.spec.groups.iter().map(|it| (it.name.clone(), Ok(members(it))));
                    let refused = merged.refused.iter().map(|it| (it.group.clone(), Err(it.errors.clone())));
                    served.chain(refused).collect()
                };
                let (old, new) = (names(&before), names(&expected));
                for name in old.keys().chain(new.keys()).filter(|name| old.get(name) != new.get(name)) {
                    prop_assert!(changed.contains(name), "{} is another one", name);
                }
                before = expected;
            }
        }
    }

    #[test]
    fn a_group_of_which_nothing_has_changed_is_the_very_same() {
        let mut merger = Merger::default();
        let mut declarations: Vec<Arc<Declaration>> =
            [Sketch(0, 0, 1, 0, 0), Sketch(1, 1, 2, 0, 0)].map(Sketch::declaration).into();
        merger.merge(groups(&declarations));
        let before = merger.outcomes().clone();
        declarations[1] = Sketch(1, 1, 2, 2, 0).declaration();
        let changed: Vec<String> =
            merger.merge(groups(&declarations)).iter().map(ToString::to_string).collect();
        assert_eq!(changed, ["g1"]);
        let group = |outcomes: &BTreeMap<Name, Outcome>| match outcomes.values().next() {
            Some(Outcome::Served(group)) => Arc::clone(group),
            other => panic!("{other:?}"),
        };
        assert!(Arc::ptr_eq(&group(&before), &group(merger.outcomes())));
    }
}
