//! A redefinition held against a swarm in thought: interrupted anywhere, turned back anywhere, disturbed by others.

use proptest::prelude::{Just, any, prop_assert, prop_oneof, proptest};
use serde_json::{Value, json};

use super::outline::apply;
use super::*;
use crate::dump::{NetworkDefinition, ServiceRecord, ServiceState};

fn network(name: &str, subnet: &str) -> NetworkDefinition {
    NetworkDefinition::of(&json!({
        "Name": name, "Driver": "overlay", "Labels": {"com.docker.stack.namespace": "shop"},
        "IPAM": {"Driver": "default", "Config": [{"Subnet": subnet}]},
    }))
}

fn old() -> NetworkDefinition {
    network("front", "10.1.0.0/28")
}

fn record(name: &str, running: u64) -> ServiceRecord {
    ServiceRecord {
        name: name.to_owned(),
        id: format!("{name}-id"),
        version: 5,
        created: String::new(),
        spec: json!({
            "Name": name,
            "Labels": {"traefik.swarm.network": "front"},
            "TaskTemplate": {
                "ContainerSpec": {"Healthcheck": {"Test": ["CMD", "ok"]}},
                "Networks": [{"Target": "back"}, {"Target": "front", "Aliases": [format!("{name}-alias")]}],
            },
        }),
        pinned: Vec::new(),
        state: ServiceState { running, update: None, job: None },
    }
}

fn goal(strategy: Strategy, running: &[u64]) -> Goal {
    let services = running.iter().enumerate().map(|(index, running)| record(&format!("s{index}"), *running));
    let to = network("front", "10.2.0.0/20");
    Goal { from: old(), to, strategy, services: services.collect(), left_out: Vec::new() }
}

fn rolling() -> Strategy {
    Strategy::Rolling { transit: network("front-transit", "10.3.0.0/20") }
}

/// The swarm before anything was done.
fn before(goal: &Goal) -> State {
    let state = |definition: &NetworkDefinition| NetworkState {
        id: format!("{}-id", definition.name()),
        definition: definition.clone(),
        allocated: true,
    };
    let networks = [&goal.from, &network("back", "10.9.0.0/24")].map(|it| (it.name().to_owned(), state(it)));
    let stand = |record: &ServiceRecord| ServiceStand {
        id: record.id.clone(),
        version: record.version,
        spec: record.spec.clone(),
        running: record.state.running,
        update: UpdateState::Settled,
    };
    State {
        networks: networks.into(),
        services: goal.services.iter().map(|it| (it.name.clone(), stand(it))).collect(),
        tasks: [("front-id".to_owned(), goal.services.iter().map(|it| it.state.running).sum())].into(),
    }
}

/// Takes so many steps of the way, or all of it.
fn walk(goal: &Goal, state: &mut State, steps: usize) -> Result<bool, Stop> {
    for _ in 0..steps {
        let next = next(goal, state)?;
        if next == Next::Done {
            return Ok(true);
        }
        apply(goal, &next, state);
    }
    Ok(false)
}

/// More steps than any way of these tests has.
const ALL: usize = 1_000;

/// What has to hold at the end: the network as it is to be, each service with the spec that it had and its tasks, and
/// nothing else than before.
fn assert_reached(goal: &Goal, state: &State) {
    let names: Vec<&str> = state.networks.keys().map(String::as_str).collect();
    assert_eq!(names, ["back", "front"]);
    assert!(goal.to.describes(&state.networks["front"].definition));
    let specs = |records: &[ServiceRecord]| {
        records.iter().map(|it| (it.name.clone(), it.spec.clone())).collect::<Vec<_>>()
    };
    let found: Vec<(String, Value)> =
        state.services.iter().map(|(name, it)| (name.clone(), it.spec.clone())).collect();
    assert_eq!(found, specs(&goal.services));
    for record in &goal.services {
        assert_eq!(state.services[&record.name].running, record.state.running, "{}", record.name);
    }
}

fn kinds(steps: &[Next]) -> Vec<String> {
    let kind = |next: &Next| match next {
        Next::Do(Step::RemoveService { name, .. }) => format!("remove {name}"),
        Next::Do(Step::RemoveNetwork { name, .. }) => format!("remove network {name}"),
        Next::Do(Step::CreateNetwork { definition }) => format!("create network {}", definition.name()),
        Next::Do(Step::CreateService { name, .. }) => format!("create {name}"),
        Next::Do(Step::MoveService { name, to, .. }) => format!("{name} {to:?}"),
        Next::Wait(Wait::Release { network, .. }) => format!("wait for the tasks of {network}"),
        Next::Wait(Wait::Allocation { network }) => format!("wait for the ranges of {network}"),
        Next::Wait(Wait::Tasks { service, .. }) => format!("wait for {service}"),
        Next::Done => "done".to_owned(),
    };
    steps.iter().map(kind).collect()
}

#[test]
fn recreating_removes_the_youngest_first_and_waits_for_tasks_before_the_network_goes() {
    let goal = goal(Strategy::Recreate, &[2, 0]);
    let steps = outline(&goal, &before(&goal)).unwrap();
    assert_eq!(
        kinds(&steps),
        [
            "remove s1",
            "remove s0",
            "wait for the tasks of front",
            "remove network front",
            "create network front",
            "wait for the ranges of front",
            "create s0",
            "create s1",
            "wait for s0",
        ]
    );
}

#[test]
fn rolling_leaves_a_network_only_when_every_service_is_on_the_other_one() {
    let goal = goal(rolling(), &[2, 1]);
    let steps = outline(&goal, &before(&goal)).unwrap();
    assert_eq!(
        kinds(&steps),
        [
            "create network front-transit",
            "wait for the ranges of front-transit",
            "s0 Both",
            "wait for s0",
            "s1 Both",
            "wait for s1",
            "s0 Away",
            "wait for s0",
            "s1 Away",
            "wait for s1",
            "wait for the tasks of front",
            "remove network front",
            "create network front",
            "wait for the ranges of front",
            "s0 Returning",
            "wait for s0",
            "s1 Returning",
            "wait for s1",
            "s0 Home",
            "wait for s0",
            "s1 Home",
            "wait for s1",
            "wait for the tasks of front-transit",
            "remove network front-transit",
        ]
    );
}

#[test]
fn a_proxy_joins_a_network_before_its_backends_and_leaves_it_after_them() {
    for (labels, image) in
        [(json!({}), "proxy:1"), (json!({"traefik.enable": "true"}), "library/traefik:3.7")]
    {
        let mut goal = goal(rolling(), &[1, 1]);
        let proxy = &mut goal.services[1].spec;
        proxy["Labels"] = labels;
        proxy["TaskTemplate"]["ContainerSpec"]["Image"] = image.into();
        let steps = kinds(&outline(&goal, &before(&goal)).unwrap());
        let moves: Vec<&str> =
            steps.iter().map(String::as_str).filter(|step| step.starts_with('s')).collect();
        assert_eq!(
            moves,
            [
                "s1 Both",
                "s0 Both",
                "s0 Away",
                "s1 Away",
                "s1 Returning",
                "s0 Returning",
                "s0 Home",
                "s1 Home"
            ],
            "{image}"
        );
    }
}

#[test]
fn a_completed_job_that_is_left_out_is_not_made_again() {
    let mut goal = goal(Strategy::Recreate, &[1, 0]);
    goal.left_out = vec!["s1".to_owned()];
    let mut state = before(&goal);
    assert!(walk(&goal, &mut state, ALL).unwrap());
    assert_eq!(state.services.keys().collect::<Vec<_>>(), ["s0"]);
}

#[test]
fn a_network_that_is_already_what_it_is_to_be_is_left_alone() {
    let goal = goal(Strategy::Recreate, &[2]);
    let mut state = before(&goal);
    walk(&goal, &mut state, ALL).unwrap();
    assert_eq!(next(&goal, &state), Ok(Next::Done));
}

#[test]
fn what_somebody_else_changed_stops_the_way_before_it_is_lost() {
    for strategy in [Strategy::Recreate, rolling()] {
        let goal = goal(strategy, &[1, 1]);
        let mut changed = before(&goal);
        changed.services.get_mut("s1").unwrap().spec["Labels"]["new"] = json!("1");
        let stop = Stop::ServiceChanged { service: "s1".into(), fields: vec!["/Labels/new".into()] };
        assert_eq!(next(&goal, &changed), Err(stop));

        let mut joined = before(&goal);
        let stranger = joined.services["s0"].clone();
        joined.services.insert("stranger".into(), stranger);
        let stop = Stop::NewServices { network: "front".into(), services: vec!["stranger".into()] };
        assert_eq!(outline(&goal, &joined), Err(stop));

        let mut moved = before(&goal);
        moved.networks.get_mut("front").unwrap().definition = network("front", "10.7.0.0/24");
        assert!(matches!(next(&goal, &moved), Err(Stop::NetworkChanged { .. })));
    }
}

#[test]
fn a_service_that_was_removed_meanwhile_stops_the_rolling_way() {
    let goal = goal(rolling(), &[1]);
    let mut state = before(&goal);
    state.services.clear();
    assert_eq!(next(&goal, &state), Err(Stop::ServiceGone { service: "s0".into() }));
}

#[test]
fn a_move_that_the_engine_rolled_back_stops_the_way() {
    let goal = goal(rolling(), &[1]);
    let mut state = before(&goal);
    walk(&goal, &mut state, 3).unwrap();
    state.services.get_mut("s0").unwrap().update = UpdateState::Failed("rollback completed".into());
    let stop = Stop::MoveFailed { service: "s0".into(), message: "rollback completed".into() };
    assert_eq!(next(&goal, &state), Err(stop));
}

fn strategies() -> impl proptest::strategy::Strategy<Value = Strategy> {
    prop_oneof![Just(Strategy::Recreate), Just(rolling())]
}

proptest! {
    /// Killed after any step and started again, with the way back taken or not, in any alternation: it always arrives.
    #[test]
    fn from_every_point_both_ways_lead_to_their_goal(
        strategy in strategies(),
        running in proptest::collection::vec(0_u64..4, 0..5),
        legs in proptest::collection::vec((0_usize..30, any::<bool>()), 0..6),
        home in any::<bool>(),
    ) {
        let forth = goal(strategy, &running);
        let back = forth.back();
        let mut state = before(&forth);
        for (steps, turned) in legs {
            walk(if turned { &back } else { &forth }, &mut state, steps).unwrap();
        }
        let last = if home { &back } else { &forth };
        prop_assert!(walk(last, &mut state, ALL).unwrap());
        assert_reached(last, &state);
    }

    /// A label that names a network holds from the moment of the change: the tasks of before have to be on it, too.
    #[test]
    fn a_label_names_a_network_that_the_tasks_of_before_are_on(
        legs in proptest::collection::vec((0_usize..30, any::<bool>()), 0..6),
    ) {
        let forth = goal(rolling(), &[1, 1]);
        let back = forth.back();
        let mut state = before(&forth);
        for (steps, turned) in legs.into_iter().chain([(ALL, false)]) {
            for _ in 0..steps {
                let goal = if turned { &back } else { &forth };
                let next = next(goal, &state).unwrap();
                if let Next::Do(Step::MoveService { name, spec, .. }) = &next {
                    let label = spec["Labels"]["traefik.swarm.network"].as_str().unwrap_or_default();
                    let of_tasks = &state.services[name].spec;
                    let on = |spec: &Value| crate::service::network_ids(spec).any(|id| id == label);
                    prop_assert!(on(of_tasks) && on(spec), "{next:?} from {of_tasks}");
                }
                if next == Next::Done {
                    break;
                }
                apply(goal, &next, &mut state);
            }
        }
    }

    /// No service is without a network of the two at any moment of the rolling way.
    #[test]
    fn rolling_keeps_every_service_on_a_common_network(running in proptest::collection::vec(1_u64..4, 1..5)) {
        let goal = goal(rolling(), &running);
        let mut state = before(&goal);
        loop {
            let on = |network: &str| state.services_on(network).count();
            prop_assert!(on("front") == running.len() || on("front-transit") == running.len());
            let next = next(&goal, &state).unwrap();
            if next == Next::Done {
                break;
            }
            apply(&goal, &next, &mut state);
        }
    }
}
