//! Clients side by side on one engine, on a clock that the test moves.

use std::cell::Cell;
use std::rc::Rc;

use super::*;
use crate::engine::fake::Fake;
use crate::observe::Swarm;
use crate::observe::sample::overlay;

fn engine() -> Rc<Fake> {
    Rc::new(Fake::of(Swarm::sample()))
}

fn claim(names: &[&str]) -> Claim {
    names.iter().fold(Claim::none(), |claim, name| claim.with(&overlay(name, "10.1.0.0/24")))
}

/// A client that was killed while it held the reservation of a network.
async fn killed_on(engine: &Fake, network: &str) {
    object::create(engine, &format!("{network}-id")).await.unwrap().unwrap();
}

async fn reserve(engine: &Fake, networks: &[&str]) -> Result<(), Error> {
    let work = async |reservation: &Reservation<'_, Fake>| Ok(reservation.confirm().await?.then_some(()));
    within(engine, &claim(networks), &Cancellation::never(), Report::new(), work).await
}

#[tokio::test(start_paused = true)]
async fn one_client_at_a_time_works_on_a_network_and_nothing_is_left() {
    let engine = engine();
    let inside = Rc::new(Cell::new(0));
    let clients = tokio::task::LocalSet::new();
    for number in 0..12 {
        let (engine, inside) = (Rc::clone(&engine), Rc::clone(&inside));
        clients.spawn_local(async move {
            // Different overlaps: any two of them have a network in common.
            let networks = [["a", "b"], ["b", "c"], ["c", "a"]][number % 3];
            let work = async |reservation: &Reservation<'_, Fake>| {
                inside.set(inside.get() + 1);
                assert_eq!(inside.get(), 1);
                sleep(Duration::from_millis(50)).await;
                inside.set(inside.get() - 1);
                Ok(reservation.confirm().await?.then_some(()))
            };
            within(&*engine, &claim(&networks), &Cancellation::never(), Report::new(), work).await.unwrap();
        });
    }
    clients.await;
    assert!(object::list(&*engine).await.unwrap().is_empty());
    assert_eq!(inside.get(), 0);
}

#[tokio::test(start_paused = true)]
async fn who_was_killed_blocks_nobody_for_longer_than_its_lease() {
    let engine = engine();
    killed_on(&engine, "a").await;
    let begun = Instant::now();
    reserve(&engine, &["b"]).await.unwrap();
    assert!(begun.elapsed() < PATIENCE, "another network is free");
    reserve(&engine, &["a"]).await.unwrap();
    assert!((LEASE..LEASE + PATIENCE).contains(&begun.elapsed()), "{:?}", begun.elapsed());
    assert!(object::list(&*engine).await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_holder_whose_reservation_was_removed_does_not_act() {
    let engine = engine();
    let mut tries = 0;
    let work = async |reservation: &Reservation<'_, Fake>| {
        tries += 1;
        if tries == 1 {
            engine.remove_config(&reservation.held[0].id).await?;
        }
        Ok(reservation.confirm().await?.then_some(()))
    };
    within(&*engine, &claim(&["a"]), &Cancellation::never(), Report::new(), work).await.unwrap();
    assert_eq!(tries, 2);
}

#[tokio::test(start_paused = true)]
async fn a_slow_holder_does_not_act_and_gives_up_in_the_end() {
    let engine = engine();
    let work = async |reservation: &Reservation<'_, Fake>| {
        sleep(ACT + Duration::from_millis(1)).await;
        Ok(reservation.confirm().await?.then_some(()))
    };
    let outcome = within(&*engine, &claim(&["a"]), &Cancellation::never(), Report::new(), work).await;
    assert!(matches!(outcome, Err(Error::Reserve(ReserveError::TooSlow))), "{outcome:?}");
    assert!(object::list(&*engine).await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_and_an_interrupt_release() {
    let engine = engine();
    let work = async |_: &Reservation<'_, Fake>| Err::<Option<()>, _>(Error::Interrupted);
    let claim = claim(&["a", "b"]);
    let outcome = within(&*engine, &claim, &Cancellation::never(), Report::new(), work).await;
    assert!(matches!(outcome, Err(Error::Interrupted)));
    assert!(object::list(&*engine).await.unwrap().is_empty());

    killed_on(&engine, "b").await;
    let outcome = within(&*engine, &claim, &Cancellation::already(), Report::new(), work).await;
    assert!(matches!(outcome, Err(Error::Interrupted)));
    assert_eq!(object::list(&*engine).await.unwrap().len(), 1, "only that of the other client");
}

#[tokio::test(start_paused = true)]
async fn what_was_forgotten_long_ago_is_removed_in_passing() {
    let engine = engine();
    killed_on(&engine, "old").await;
    engine.stored_at("2026-01-01T00:00:00Z");
    let work = async |reservation: &Reservation<'_, Fake>| {
        engine.stored_at("2026-01-01T00:30:00Z");
        Ok(reservation.confirm().await?.then_some(()))
    };
    within(&*engine, &claim(&["a"]), &Cancellation::never(), Report::new(), work).await.unwrap();
    assert!(object::list(&*engine).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_change_that_takes_no_address_asks_nothing_of_the_engine() {
    let engine = engine();
    reserve(&engine, &[]).await.unwrap();
    assert!(engine.calls().is_empty());
}
