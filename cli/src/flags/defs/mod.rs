//! The definitions of the flags, by subject.

pub(super) mod budget;
pub(super) mod environment;
pub(super) mod group;
pub(super) mod host;
pub(super) mod image;
pub(super) mod mode;
pub(super) mod mount;
pub(super) mod naming;
pub(super) mod network;
pub(super) mod placement;
pub(super) mod publish;
pub(super) mod resources;
pub(super) mod route;
pub(super) mod run;
pub(super) mod user;
