//! The guest under abuse: what it must survive without a new instance, a leak or a wrong answer.

use std::net::SocketAddr;
use std::thread;

use anyhow::{Context, Result, bail};
use smsvc_tests::backend::ABORT;
use smsvc_tests::http::{Ending, Request, exchange};

use crate::malformed;
use crate::world::{Rule, World};

pub(crate) const RULES: &[Rule] = &[
    (
        "an_answer_that_is_cut_short_stays_cut_short_a_thousand_times",
        an_answer_that_is_cut_short_stays_cut_short,
    ),
    (
        "ten_thousand_malformed_requests_leave_traefik_answering",
        ten_thousand_malformed_requests_leave_traefik_answering,
    ),
];

const ABORTS: usize = 1_000;
const MALFORMED: u32 = 10_000;
const CONNECTIONS: u32 = 8;

/// Traefik's plugin host ends a body that the backend cut short as if it were whole; the guest must prevent
/// that.
fn an_answer_that_is_cut_short_stays_cut_short(world: &World) -> Result<()> {
    let ground = world.ground("abort");
    ground.publish("s", "abort", &["GET /"])?;
    let whole = Request::new("GET", &ground.host(), "/");
    world.send_until(&whole, 200)?;
    let task = world.stage.traefik.task(world.docker())?;

    let aborted = whole.clone().with(ABORT, "1");
    for round in 1..=ABORTS {
        let response = world.send(&aborted).with_context(|| format!("abort {round}"))?;
        assert_eq!((response.status, response.text().as_str()), (200, "hello"), "abort {round}");
        assert!(!response.complete, "abort {round} looks like a whole answer to the client");
    }
    for _ in 0..100 {
        let response = world.send(&whole)?;
        assert!(response.status == 200 && response.complete, "{response:?}");
    }
    assert_eq!(world.stage.traefik.task(world.docker())?, task, "Traefik was started anew");
    Ok(())
}

fn ten_thousand_malformed_requests_leave_traefik_answering(world: &World) -> Result<()> {
    let ground = world.ground("malformed");
    ground.publish(
        "s",
        "malformed",
        &["GET /pets/{petId} param.petId=int", "POST /pets rewrite.path=/p", "GET /x/{rest*}"],
    )?;
    let good = Request::new("GET", &ground.host(), "/pets/7");
    world.send_until(&good, 200)?;
    let task = world.stage.traefik.task(world.docker())?;

    let (server, host) = (world.stage.traefik.web, ground.host());
    let reached_guest = thread::scope(|scope| {
        let threads: Vec<_> = (0..CONNECTIONS)
            .map(|first| {
                let host = &host;
                scope.spawn(move || abuse(server, host, (first..MALFORMED).step_by(CONNECTIONS as usize)))
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| bail!("panicked")))
            .sum::<Result<u32>>()
    })?;
    // Go's server refuses the crudest ones before any middleware; enough must get past it.
    assert!(reached_guest > MALFORMED / 4, "only {reached_guest} requests got as far as the plugin");

    for _ in 0..100 {
        assert_eq!(world.send(&good)?.status, 200);
    }
    assert_eq!(world.stage.traefik.task(world.docker())?, task, "Traefik was started anew");
    Ok(())
}

/// Sends malformed requests one after the other. None may be answered with 500, which is what a guest that
/// trapped gives.
fn abuse(server: SocketAddr, host: &str, numbers: impl Iterator<Item = u32>) -> Result<u32> {
    let mut reached_guest = 0;
    for number in numbers {
        let bytes = malformed::request(number, host);
        let answer = exchange(server, &bytes, Ending::Closed)
            .with_context(|| format!("no end of the answer to {:?}", String::from_utf8_lossy(&bytes)))?;
        let text = String::from_utf8_lossy(&answer);
        let status = text.get(9..12).unwrap_or_default();
        if status == "500" {
            bail!("{:?} was answered with {text}", String::from_utf8_lossy(&bytes));
        }
        // The guest's own answers are problem documents. What it forwards is answered by the backend, or with
        // 499 where Traefik sees the end of the input before that.
        reached_guest +=
            u32::from(matches!(status, "200" | "499") || text.contains("application/problem+json"));
    }
    Ok(reached_guest)
}
