//! Merging again and again, as a provider does: what has not changed since the last time is not looked at again.
//!
//! A group is made anew when one of its members is another declaration or has got another age. Whether groups conflict
//! with each other is judged anew only among those that a group which was made anew can touch; while there are such
//! conflicts, everything is judged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Conflict, Declaration, Refusal, conflict};
use crate::group::{Group, Member};
use crate::name::Name;
use crate::settings::Settings;

/// What was merged last, to be merged again.
#[derive(Debug, Default)]
pub struct Merger {
    declarations: Vec<Arc<Declaration>>,
    made: BTreeMap<Name, Made>,
    /// The groups that have a contact ([`conflict::contacts`]).
    contacts: BTreeMap<u64, BTreeSet<Name>>,
    /// Whether groups that are sound in themselves conflict.
    contested: bool,
    merging: Merging,
}

/// The outcome. A group of which nothing has changed is the very same as the last time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merging {
    /// The groups without a conflict, by name; their services are in the order of their age.
    pub groups: Vec<Arc<Group>>,
    /// The groups left out, by name.
    pub refused: Vec<Refusal>,
}

/// The members of a group with their ages, the oldest first.
type Members = Vec<(u32, Arc<Declaration>)>;

/// A group, judged by itself.
#[derive(Debug)]
struct Made {
    members: Members,
    outcome: Result<Arc<Group>, Vec<Conflict>>,
    contacts: BTreeSet<u64>,
}

/// The groups that are not as they were, and whom they can touch now.
#[derive(Debug, Default)]
struct Touched {
    names: BTreeSet<Name>,
    contacts: BTreeSet<u64>,
}

impl Merger {
    /// Merges as [`merge`](super::merge()) does. It is quickest where the order stays the same from time to time.
    pub fn merge(&mut self, declarations: Vec<Arc<Declaration>>) -> &Merging {
        let mut touched = Touched::default();
        let groups = self.replaced(&declarations).unwrap_or_else(|| {
            let groups = members(&declarations);
            let gone: Vec<Name> =
                self.made.keys().filter(|name| !groups.contains_key(*name)).cloned().collect();
            for name in gone {
                self.forget(&name, &mut touched);
            }
            groups
        });
        for (name, members) in groups {
            self.make(name, members, &mut touched);
        }
        self.declarations = declarations;
        if !touched.names.is_empty() {
            self.settle(&touched);
        }
        &self.merging
    }

    /// The groups of which members have been replaced, each by a declaration of the same service in the same group; `None`
    /// where anything else has changed.
    fn replaced(&self, declarations: &[Arc<Declaration>]) -> Option<BTreeMap<Name, Members>> {
        if declarations.len() != self.declarations.len() {
            return None;
        }
        let mut groups: BTreeMap<Name, Members> = BTreeMap::new();
        let pairs = self.declarations.iter().zip(declarations);
        for (before, now) in pairs.filter(|(before, now)| !Arc::ptr_eq(before, now)) {
            let place = |it: &Declaration| (it.service.clone(), it.created.clone(), it.group.clone());
            if place(before) != place(now) {
                return None;
            }
            if !groups.contains_key(&now.group) {
                groups.insert(now.group.clone(), self.made.get(&now.group)?.members.clone());
            }
            let members = groups.get_mut(&now.group)?;
            members.iter_mut().find(|(_, it)| Arc::ptr_eq(it, before))?.1 = Arc::clone(now);
        }
        Some(groups)
    }

    fn make(&mut self, name: Name, members: Members, touched: &mut Touched) {
        let same = |made: &Made| {
            made.members.len() == members.len()
                && made
                    .members
                    .iter()
                    .zip(&members)
                    .all(|(one, two)| one.0 == two.0 && Arc::ptr_eq(&one.1, &two.1))
        };
        if self.made.get(&name).is_some_and(same) {
            return;
        }
        self.forget(&name, touched);
        let declared: Vec<&Declaration> = members.iter().map(|(_, it)| &**it).collect();
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
        touched.names.insert(name.clone());
    }

    /// Leaves groups out until no two claim the same requests.
    fn settle(&mut self, touched: &Touched) {
        let sound = |made: &Made| made.outcome.as_ref().ok().map(Arc::clone);
        if !self.contested {
            let near: BTreeSet<&Name> =
                touched.contacts.iter().filter_map(|contact| self.contacts.get(contact)).flatten().collect();
            let near: Vec<Arc<Group>> =
                near.into_iter().filter_map(|name| self.made.get(name)).filter_map(sound).collect();
            self.contested = !conflict::between(&near).is_empty();
        }
        let mut served: Vec<Arc<Group>> = self.made.values().filter_map(sound).collect();
        let broken = self
            .made
            .iter()
            .filter_map(|(name, made)| Some((name.clone(), made.outcome.as_ref().err()?.clone())));
        let mut refused: BTreeMap<Name, Vec<Conflict>> = broken.collect();
        if self.contested {
            self.contested = settle(&mut served, &mut refused);
        }
        let refused = refused.into_iter().map(|(group, errors)| Refusal { group, errors });
        self.merging = Merging { groups: served, refused: refused.collect() };
    }
}

/// The members of all groups.
fn members(declarations: &[Arc<Declaration>]) -> BTreeMap<Name, Members> {
    let mut by_age: Vec<_> = declarations.iter().map(|it| (it.seniority(), it)).collect();
    by_age.sort_by(|(one, _), (two, _)| one.cmp(two));
    let mut groups: BTreeMap<Name, Members> = BTreeMap::new();
    for (age, (_, declaration)) in (0..).zip(by_age) {
        let member = (age, Arc::clone(declaration));
        match groups.get_mut(&declaration.group) {
            Some(members) => members.push(member),
            None => {
                groups.insert(declaration.group.clone(), vec![member]);
            }
        }
    }
    groups
}

/// Leaves groups out until no two claim the same requests; whether any do.
///
/// A group that clashes only with groups that are left out themselves is served all the same.
fn settle(sound: &mut Vec<Arc<Group>>, refused: &mut BTreeMap<Name, Vec<Conflict>>) -> bool {
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
    !conflicts.is_empty()
}

/// Puts members that agree together.
fn group(name: &Name, members: &Members, settings: Settings) -> Group {
    let declared = || members.iter().map(|(_, declaration)| declaration);
    let member = |(age, declaration): &(u32, Arc<Declaration>)| Member {
        service: declaration.service.clone(),
        age: *age,
        routes: declaration.routes.clone(),
    };
    Group {
        name: name.clone(),
        hosts: declared().map(|it| &it.hosts).find(|hosts| !hosts.is_empty()).cloned().unwrap_or_default(),
        base: declared().find_map(|it| it.base.clone()).unwrap_or_default(),
        settings,
        services: members.iter().map(member).collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::labels;
    use crate::merge::merge;

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

    proptest! {
        #[test]
        fn merging_again_gives_what_merging_from_scratch_gives(
            changes in prop::collection::vec((sketch(), any::<bool>()), 1..40)
        ) {
            let mut merger = Merger::default();
            let mut swarm: BTreeMap<u8, Arc<Declaration>> = BTreeMap::new();
            for (sketch, stays) in changes {
                if stays {
                    swarm.insert(sketch.0, sketch.declaration());
                } else {
                    swarm.remove(&sketch.0);
                }
                let declarations: Vec<Arc<Declaration>> = swarm.values().map(Arc::clone).collect();
                let expected = merge(&declarations);
                let merging = merger.merge(declarations);
                let groups: Vec<Group> = merging.groups.iter().map(|group| (**group).clone()).collect();
                prop_assert_eq!(groups, expected.spec.groups);
                prop_assert_eq!(&merging.refused, &expected.refused);
            }
        }
    }

    #[test]
    fn a_group_of_which_nothing_has_changed_is_the_very_same() {
        let mut merger = Merger::default();
        let mut declarations: Vec<Arc<Declaration>> =
            [Sketch(0, 0, 1, 0, 0), Sketch(1, 1, 2, 0, 0)].map(Sketch::declaration).into();
        let before = merger.merge(declarations.clone()).clone();
        declarations[1] = Sketch(1, 1, 2, 2, 0).declaration();
        let after = merger.merge(declarations).clone();
        assert!(Arc::ptr_eq(&before.groups[0], &after.groups[0]));
        assert_ne!(before.groups[1], after.groups[1]);
    }
}
