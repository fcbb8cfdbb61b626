//! The exported function. The routes are compiled at the first call of an instance and kept.

use std::cell::OnceCell;

use extism_pdk::{Error, FnResult, config, plugin_fn};

use crate::exchange::{self, ExchangeError, Routes};

const SPEC: &str = "spec";

thread_local! {
    static ROUTES: OnceCell<Routes> = const { OnceCell::new() };
}

/// Takes a request and returns its decision, both as JSON. An error of the request or of the configuration
/// is the plug-in's error text.
#[plugin_fn]
pub fn decide(request: String) -> FnResult<String> {
    Ok(with_routes(|routes| exchange::decide(routes, &request))?)
}

/// Takes a request and returns its decision with what became of every rule, both as JSON.
#[plugin_fn]
pub fn explain(request: String) -> FnResult<String> {
    Ok(with_routes(|routes| exchange::explain(routes, &request))?)
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
