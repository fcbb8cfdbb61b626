//! The state of one instance, and the moments at which Traefik enters it: start, request, and response where a request
//! has asked for it.
//!
//! The table is written once, never freed, and only read. The buffers are taken out for a request and put back after
//! it. So a trap in the middle leaves nothing borrowed: the next request on this instance finds new buffers.

use std::cell::Cell;
use std::process::ExitCode;

use smsvc_core::decide::Decimal;
use smsvc_core::table::Table;
use smsvc_traefik::config;
use smsvc_traefik::finish;
use smsvc_traefik::middleware::{self, Buffers, Next};
use smsvc_traefik::reply;

use crate::abi::{self, Traefik};

thread_local! {
    static TABLE: Cell<Option<&'static Table<'static>>> = const { Cell::new(None) };
    /// They hold what is to be done with a response, too: Traefik gives an instance no other request before the response
    /// to this one is through.
    static BUFFERS: Cell<Option<&'static mut Buffers>> = const { Cell::new(None) };
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

/// Opens the table in the configuration. Standard error goes nowhere in Traefik, so an error and a panic are both
/// written to its log.
pub(crate) fn start() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or(("", 0), |place| (place.file(), place.line()));
        let line = Decimal::new(u64::from(place.1));
        log(&["panic at ", place.0, ":", line.as_str(), ": ", panic.payload_as_str().unwrap_or_default()]);
    }));
    match config::table(abi::config().leak()) {
        Ok(table) => {
            TABLE.set(Some(Box::leak(Box::new(table))));
            BUFFERS.set(Some(Box::leak(Box::default())));
            ExitCode::SUCCESS
        }
        Err(error) => {
            log(&[error.words()]);
            ExitCode::FAILURE
        }
    }
}

fn log(words: &[&str]) {
    let mut line = String::from("smsvc: ");
    line.extend(words.iter().copied());
    abi::log_error(&line);
}

/// Handles the request that Traefik holds now.
pub(crate) fn request() -> Verdict {
    let Some(table) = TABLE.get() else {
        reply::not_started(&Traefik);
        return Verdict::Stop;
    };
    // A request that trapped has not put them back.
    let buffers = BUFFERS.take().unwrap_or_else(|| Box::leak(Box::default()));
    let next = middleware::handle(&Traefik, table, buffers);
    BUFFERS.set(Some(buffers));
    match next {
        Next::Stop => Verdict::Stop,
        Next::Continue => Verdict::Continue,
        Next::Finish => Verdict::Finish,
    }
}

/// Handles the response that Traefik holds back now.
pub(crate) fn response() {
    if let Some(buffers) = BUFFERS.take() {
        if let Some(wanted) = buffers.finish() {
            finish::finish(&Traefik, wanted);
        }
        BUFFERS.set(Some(buffers));
    }
}
