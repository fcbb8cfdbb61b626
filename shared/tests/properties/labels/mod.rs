//! Labels: a Traefik that only has them does what one table of the whole group would do.

pub(crate) mod traefik;

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use smsvc_core::decide::{Decision, Request, Room, decide};
use smsvc_core::entry_point::{Received, receive};
use smsvc_core::group::Group;
use smsvc_core::merge::Scheme;
use smsvc_core::table::{Rules, Table};
use smsvc_core::traefik::labels::{Labelled, Labels, Reach, compile};

use crate::generate::{asked, spec};
use traefik::Traefik;

/// The labels of a group, from which the routes are taken that cannot be said beside the others.
fn labelled(mut group: Group) -> (Group, Labels) {
    // Ages are those of a swarm: no two services are equally old.
    for (member, age) in group.services.iter_mut().zip(0..) {
        member.age = age;
    }
    loop {
        let reach = |port| Reach { port, scheme: Scheme::Http, health: None, network: None };
        let reach = group.services.iter().map(|member| (member.service.clone(), reach(80))).collect();
        let owner = &group.services[0].service;
        match compile(&Labelled { group: &group, owner, reach: &reach, plugin: "smsvc" }) {
            Ok(labels) => return (group, labels),
            Err(wrong) => {
                for member in &mut group.services {
                    member.routes.retain(|route| {
                        !wrong.iter().any(|it| it.route == (member.service.clone(), route.name().clone()))
                    });
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn routers_from_labels_decide_as_one_table_of_the_group(
        spec in spec(),
        asked in proptest::collection::vec(asked(), 40),
    ) {
        let Some(group) = spec.groups.into_iter().next() else { return Ok(()) };
        let (group, labels) = labelled(group);
        let rules = Rules::of_groups(&[Arc::new(group.clone())]);
        let text = rules.compile();
        let whole = Table::open(text.as_bytes()).unwrap();
        let (mut room, mut other) = (Room::default(), Room::default());
        let traefik = Traefik::of(labels.values());
        for asked in &asked {
            // What Traefik answers before any router is no matter here.
            let Received::Passes(uri) = receive(asked.method, &asked.uri) else { continue };
            let request = Request { method: asked.method, host: asked.host, uri: &uri, headers: &asked.headers, around: &() };
            let wanted = decide(&whole, &request, &mut room);
            let routers = traefik.first(&request);
            let Some(router) = routers.first() else {
                prop_assert!(matches!(wanted, Decision::Answer(_)), "no router for {asked:?}: {wanted:?}");
                continue;
            };
            prop_assert!(routers.len() == 1, "{routers:?} have one priority for {asked:?}");
            let table = Table::open(traefik.spec(router).as_bytes()).unwrap();
            let mut found = decide(&table, &request, &mut other);
            if let (Decision::Forward(found), Decision::Forward(wanted)) = (&mut found, &wanted) {
                // A rule has another number among those of its service alone.
                found.rule = wanted.rule;
            }
            prop_assert_eq!(&found, &wanted, "{} for {:?} of {:?}", router, asked, group);
            if let Decision::Forward(forward) = found {
                let own = forward.router.split_once('/').map(|(_, route)| route);
                prop_assert_eq!(traefik.service(router), format!("smsvc-{}", rules.get(forward.rule).unwrap().service()));
                prop_assert_eq!(router.split('~').skip_while(|word| *word != "route").nth(1), own);
            }
        }
    }

    #[test]
    fn the_same_group_gives_the_same_labels_whatever_else_there_is(spec in spec(), older in 0_u64..9) {
        let Some(group) = spec.groups.into_iter().next() else { return Ok(()) };
        let (mut group, labels) = labelled(group);
        for member in &mut group.services {
            member.age += older;
        }
        let reach: BTreeMap<_, _> = group.services.iter().map(|member| {
            (member.service.clone(), Reach { port: 80, scheme: Scheme::Http, health: None, network: None })
        }).collect();
        let owner = &group.services[0].service;
        prop_assert_eq!(compile(&Labelled { group: &group, owner, reach: &reach, plugin: "smsvc" }), Ok(labels));
    }
}
