//! What every test does to a simulated swarm besides what it tests.

use std::time::{Duration, Instant};

use serde_json::Value;
use swarm_sim::Simulator;
use swarm_sim::api::Request;

/// One call as another client would make it; the answer.
pub(crate) fn call(simulator: &Simulator, method: &str, target: &str, body: &Value) -> Value {
    let node = simulator.node("node1").unwrap();
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let answer = simulator.ask(Request { method, target, body: &body, node: &node });
    assert!(answer.status < 300, "{method} {target}: {} {}", answer.status, answer.value());
    answer.value()
}

/// Waits until nothing happens by itself any more.
pub(crate) fn settle(simulator: &Simulator) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !simulator.settle(Duration::from_mins(1)) {
        assert!(Instant::now() < deadline, "the swarm does not settle");
    }
}
