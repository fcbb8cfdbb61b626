//! The state of one instance, and the moments at which Traefik enters it: start, request, and response where a request
//! has asked for it.
//!
//! The table is written once, never freed, and only read. The buffers are taken out for a request and put back after
//! it. So a trap in the middle leaves nothing borrowed: the next request on this instance finds new buffers.

use std::cell::Cell;
use std::process::ExitCode;

use smsvc_core::decide::Finish;
use smsvc_core::table::Table;
use smsvc_traefik::config;
use smsvc_traefik::finish;
use smsvc_traefik::middleware::{self, Buffers, Next};
use smsvc_traefik::reply;

use crate::abi::{self, Traefik};

thread_local! {
    static TABLE: Cell<Option<&'static Table>> = const { Cell::new(None) };
    static BUFFERS: Cell<Buffers> = const { Cell::new(Buffers::new()) };
    /// Traefik gives an instance no other request before the response to this one is through.
    static FINISH: Cell<Option<Finish<'static>>> = const { Cell::new(None) };
}

/// What `handle_request` tells Traefik.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The answer is written.
    Stop,
    /// The next handler is called.
    Continue,
    /// The next handler is called, and then [`response`].
    Finish,
}

/// Compiles the routes from the configuration. Standard error goes nowhere in Traefik, so an error and a
/// panic are both written to its log.
pub(crate) fn start() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| abi::log_error(&format!("smsvc: {panic}"))));
    match config::table(&abi::config()) {
        Ok(table) => {
            TABLE.set(Some(Box::leak(Box::new(table))));
            ExitCode::SUCCESS
        }
        Err(error) => {
            abi::log_error(&format!("smsvc: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Handles the request that Traefik holds now.
pub(crate) fn request() -> Verdict {
    // What a request has left that trapped behind this instance is not this request's.
    FINISH.set(None);
    let Some(table) = TABLE.get() else {
        reply::not_started(&Traefik);
        return Verdict::Stop;
    };
    let mut buffers = BUFFERS.take();
    let next = middleware::handle(&Traefik, table, &mut buffers);
    BUFFERS.set(buffers);
    match next {
        Next::Stop => Verdict::Stop,
        Next::Continue => Verdict::Continue,
        Next::Finish(finish) => {
            FINISH.set(Some(finish));
            Verdict::Finish
        }
    }
}

/// Handles the response that Traefik holds back now.
pub(crate) fn response() {
    if let Some(wanted) = FINISH.take() {
        finish::finish(&Traefik, &wanted);
    }
}
