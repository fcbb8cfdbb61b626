//! `docker smsvc provider` as a process, on a simulated swarm: what it hears and sees, what it says while it cannot be sure,
//! and what whoever asks gets.

mod failure;
mod follow;
mod page;
mod readers;
mod relay;
mod stage;
