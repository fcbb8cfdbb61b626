//! The exported function. The routes are compiled at the first call of an instance and kept.

use std::cell::OnceCell;
use std::time::{SystemTime, UNIX_EPOCH};

use extism_pdk::{Error, FnResult, config, plugin_fn};
use smsvc_core::auth::Surroundings;

use crate::exchange::{self, ExchangeError, Routes};

const SPEC: &str = "spec";

thread_local! {
    static ROUTES: OnceCell<Routes> = const { OnceCell::new() };
}

/// The clock of WASI. There are no files here, so that tokens need keys that stand in the specification.
struct Clock;

impl Surroundings for Clock {
    fn now(&self) -> Option<u64> {
        Some(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs())
    }

    fn secret(&self, _path: &str) -> Option<Vec<u8>> {
        None
    }
}

/// Takes a request and returns its decision, both as JSON. An error of the request or of the configuration
/// is the plug-in's error text.
#[plugin_fn]
pub fn decide(request: String) -> FnResult<String> {
    Ok(with_routes(|routes| exchange::decide(routes, &Clock, &request))?)
}

/// Takes a request and returns its decision with what became of every rule, both as JSON.
#[plugin_fn]
pub fn explain(request: String) -> FnResult<String> {
    Ok(with_routes(|routes| exchange::explain(routes, &Clock, &request))?)
}

/// Takes a specification and returns whether it is valid, as JSON.
#[plugin_fn]
pub fn validate(spec: String) -> FnResult<String> {
    Ok(exchange::validate(&spec))
}

fn with_routes(answer: impl FnOnce(&Routes) -> Result<String, ExchangeError>) -> Result<String, Error> {
    ROUTES.with(|cell| {
        let routes = if let Some(routes) = cell.get() {
            routes
        } else {
            let routes = compile()?;
            cell.get_or_init(|| routes)
        };
        Ok(answer(routes)?)
    })
}

fn compile() -> Result<Routes, Error> {
    let spec = config::get(SPEC)?.ok_or_else(|| Error::msg("the configuration key `spec` is missing"))?;
    Ok(exchange::routes(&spec)?)
}
