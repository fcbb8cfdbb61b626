//! How many more services fit, against the verdict on each of them.

use proptest::prelude::*;

use super::super::*;
use super::sketch::{Sketch, shape};
use crate::endpoint::Mode;

fn more(swarm: &Sketch, network: &NetworkId, sample: Sample) -> u64 {
    let ledger = Ledger::open(&swarm.facts);
    fitting(&ledger, ledger.account(network).unwrap(), sample)
}

#[test]
fn on_an_empty_network_as_many_fit_as_were_measured() {
    for (subnet, replicas, vip, dnsrr) in [
        ("10.0.0.0/28", 1, 5, 10),
        ("10.0.0.0/28", 3, 2, 3),
        ("10.0.0.0/27", 1, 13, 26),
        ("10.0.0.0/27", 3, 6, 8),
    ] {
        let mut swarm = Sketch::new(3);
        let network = swarm.network(&[subnet]);
        assert_eq!(more(&swarm, &network, Sample::new(Mode::Vip, replicas)), vip, "{subnet}");
        assert_eq!(more(&swarm, &network, Sample::new(Mode::Dnsrr, replicas)), dnsrr, "{subnet}");
    }
}

#[test]
fn the_median_is_the_service_in_the_middle_and_of_two_the_dearer() {
    let mut swarm = Sketch::new(1);
    let network = swarm.network(&["10.0.0.0/24"]);
    let median = |swarm: &Sketch| Sample::median(&swarm.facts, &swarm.facts.networks[0]).map(Sample::cost);
    assert_eq!(median(&swarm), None);
    swarm.settled(shape(Mode::Dnsrr, 0, &[&network]), &[]);
    assert_eq!(median(&swarm), None, "it costs nothing");
    swarm.create(shape(Mode::Vip, 9, &[&network]));
    swarm.create(shape(Mode::Dnsrr, 1, &[&network]));
    assert_eq!(median(&swarm), Some(Addresses::new(10)));
    swarm.create(shape(Mode::Vip, 2, &[&network]));
    assert_eq!(median(&swarm), Some(Addresses::new(3)));
}

proptest! {
    #[test]
    fn the_forecast_is_how_often_the_verdict_is_yes(
        nodes in 1u32..5,
        prefix in 26u8..=29,
        vip: bool,
        replicas in 0u64..5,
        before in 0u64..6,
    ) {
        let mut swarm = Sketch::new(nodes);
        let network = swarm.network(&[&format!("10.0.0.0/{prefix}")]);
        swarm.create(shape(Mode::Vip, before, &[&network]));
        let mode = if vip || replicas == 0 { Mode::Vip } else { Mode::Dnsrr };
        let wanted = shape(mode, replicas, &[&network]);
        let forecast = more(&swarm, &network, Sample::new(mode, replicas));
        let mut created = 0;
        while swarm.judge(&wanted).accepts() {
            swarm.create(wanted.clone());
            created += 1;
        }
        prop_assert_eq!(created, forecast);
    }
}
