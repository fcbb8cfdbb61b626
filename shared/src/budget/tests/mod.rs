//! Tests that need a whole swarm: the rules one by one, the measured experiments, and a simulated allocator.
#![expect(clippy::arithmetic_side_effects, reason = "an overflow in a test fails the test, which is right")]

mod allocator;
mod behaviour;
mod changing;
mod deployment;
mod engine;
mod experiments;
mod forecasting;
mod judging;
mod rules;
mod sketch;
