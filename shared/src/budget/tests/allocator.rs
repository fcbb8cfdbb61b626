//! The model against a simulated allocator: what it says is free, what fits, and what does not.

use proptest::prelude::*;

use super::engine::{Engine, Event};

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (any::<bool>(), 0u8..6, 0u64..4, 1u8..4)
            .prop_map(|(vip, kind, replicas, networks)| Event::Create { vip, kind, replicas, networks }),
        12 => any::<usize>().prop_map(Event::Allocate),
        2 => any::<usize>().prop_map(Event::Replace),
        1 => any::<usize>().prop_map(Event::Stop),
        3 => any::<usize>().prop_map(Event::Ended),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(node, network)| Event::Attach { node, network }),
    ]
}

/// A service to be judged: endpoint mode, kind, replicas, networks.
fn candidate() -> impl Strategy<Value = (bool, u8, u64, u8)> {
    (any::<bool>(), 0u8..6, 0u64..24, 1u8..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, max_global_rejects: 1 << 16, ..ProptestConfig::default() })]

    #[test]
    fn free_addresses_are_those_that_are_left_in_the_pool(
        nodes in 1u32..4,
        prefixes in prop::collection::vec(26u8..=29, 2),
        events in prop::collection::vec(event(), 0..60),
    ) {
        let mut engine = Engine::new(nodes, &prefixes);
        for event in &events {
            engine.apply(event);
            engine.check_free()?;
        }
    }

    /// On several networks the worst placement for one may spare another, so there only one direction holds.
    #[test]
    fn what_fits_never_gets_stuck_however_far_the_engine_is(
        nodes in 1u32..4,
        prefixes in prop::collection::vec(25u8..=27, 2),
        events in prop::collection::vec(event(), 0..40),
        (vip, kind, replicas, networks) in candidate(),
    ) {
        let mut engine = Engine::after(nodes, &prefixes, &events);
        prop_assume!(!engine.is_short() && !engine.rejecting());
        let wanted = engine.shape_of(vip, kind, replicas, networks);
        if engine.swarm.judge(&wanted).accepts() {
            engine.swarm.create(wanted);
            engine.settle();
            prop_assert!(engine.is_settled());
            engine.check_free()?;
        }
    }

    #[test]
    fn on_one_network_the_verdict_is_whether_the_worst_placement_gets_stuck(
        nodes in 1u32..4,
        prefix in 26u8..=28,
        events in prop::collection::vec(event(), 0..30),
        (vip, kind, replicas, _) in candidate(),
    ) {
        let mut engine = Engine::after(nodes, &[prefix], &events);
        prop_assume!(!engine.is_short() && !engine.rejecting());
        let wanted = engine.shape_of(vip, kind, replicas, 1);
        let accepted = engine.swarm.judge(&wanted).accepts();
        engine.swarm.create(wanted);
        engine.settle();
        prop_assert_eq!(engine.is_settled(), accepted);
    }

    #[test]
    fn created_until_refused_in_a_quick_row_all_settle_and_one_more_does_not(
        nodes in 1u32..5,
        prefix in 27u8..=29,
        vip: bool,
        replicas in 0u64..4,
    ) {
        let mut engine = Engine::new(nodes, &[prefix]);
        // A dnsrr service without replicas takes nothing and would fit for ever.
        let wanted = engine.shape_of(vip, 9, replicas.max(u64::from(!vip)), 1);
        while engine.swarm.judge(&wanted).accepts() {
            engine.swarm.create(wanted.clone());
            prop_assert!(engine.swarm.facts.services.len() < 100, "never refused");
        }
        engine.settle();
        prop_assert!(engine.is_settled());
        engine.swarm.create(wanted);
        engine.settle();
        prop_assert!(!engine.is_settled());
    }
}
