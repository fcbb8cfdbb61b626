//! The state of one instance, and the two moments at which Traefik enters it: start and request.
//!
//! The table is written once and then only read. The buffers are taken out for a request and put back after
//! it. So a trap in the middle leaves nothing borrowed: the next request on this instance finds new buffers.

use std::cell::{Cell, OnceCell};
use std::process::ExitCode;

use smsvc_core::table::Table;
use smsvc_traefik::config;
use smsvc_traefik::middleware::{self, Buffers, Next};
use smsvc_traefik::reply;

use crate::abi::{self, Traefik};

thread_local! {
    static TABLE: OnceCell<Table> = const { OnceCell::new() };
    static BUFFERS: Cell<Buffers> = const { Cell::new(Buffers::new()) };
}

/// Compiles the routes from the configuration. Standard error goes nowhere in Traefik, so an error and a
/// panic are both written to its log.
pub(crate) fn start() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| abi::log_error(&format!("smsvc: {panic}"))));
    match config::table(&abi::config()) {
        Ok(table) => TABLE.with(|cell| cell.set(table).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)),
        Err(error) => {
            abi::log_error(&format!("smsvc: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Handles the request that Traefik holds now.
pub(crate) fn request() -> Next {
    TABLE.with(|cell| {
        let Some(table) = cell.get() else {
            reply::not_started(&Traefik);
            return Next::Stop;
        };
        let mut buffers = BUFFERS.take();
        let next = middleware::handle(&Traefik, table, &mut buffers);
        BUFFERS.set(buffers);
        next
    })
}
