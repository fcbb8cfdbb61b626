//! The rules of smsvc, used by the Docker CLI plugin and by the Traefik middleware alike.
//!
//! Everything here is a pure function of its arguments: no I/O, no clock, no randomness, no panic. That is
//! what makes `docker smsvc routes test` predict what Traefik will do: both run [`decide`](decide::decide)
//! on the same [`Table`](table::Table).
//!
//! How a label becomes an answer:
//!
//! ```text
//! smsvc.* labels ──labels──▶ Declaration ──merge──▶ Spec (groups) ──table──▶ Table ──decide──▶ Decision
//!                            one a service          the routes, for           a text that      forward or
//!                                                   people                    Traefik carries  answer
//! ```
//!
//! The vocabulary of one route has a module a word: [`name`], [`host`], [`method`], [`path`], [`constraint`],
//! [`condition`], [`media`], [`version`], [`action`], [`rewrite`], [`header_change`] and [`life`]; [`route`] puts them
//! together. How Traefik asks the tasks of a service for their health is in [`health`]. That of a whole group is in [`settings`]; who may use a
//! route is in [`auth`], and how tokens are checked in [`jwt`]. What can be wrong with any of them is a [`problem`], and has a
//! stable code.
#![forbid(unsafe_code)]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used
)]

pub mod action;
pub mod amount;
pub mod auth;
pub mod budget;
pub mod condition;
pub mod constraint;
pub mod cors;
pub mod date;
pub mod decide;
pub mod endpoint;
pub mod entry_point;
pub mod group;
pub mod header_change;
pub mod health;
pub mod host;
pub mod jwt;
pub mod labels;
pub mod life;
pub mod media;
pub mod merge;
pub mod method;
pub mod name;
pub mod path;
pub mod problem;
pub mod rewrite;
pub mod route;
pub mod settings;
pub mod spec;
pub mod table;
pub mod traefik;
pub mod version;
