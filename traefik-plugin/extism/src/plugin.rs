//! The exported function. The routes are compiled at the first call of an instance and kept.

use std::cell::OnceCell;

use extism_pdk::{Error, FnResult, config, plugin_fn};
use smsvc_core::table::Table;

use crate::exchange::{self, ExchangeError};

const SPEC: &str = "spec";

thread_local! {
    static TABLE: OnceCell<Table> = const { OnceCell::new() };
}

/// Takes a request and returns its decision, both as JSON. An error of the request or of the configuration
/// is the plug-in's error text.
#[plugin_fn]
pub fn decide(request: String) -> FnResult<String> {
    Ok(with_table(|table| exchange::decide(table, &request))?)
}

/// Takes a request and returns its decision with what became of every rule, both as JSON.
#[plugin_fn]
pub fn explain(request: String) -> FnResult<String> {
    Ok(with_table(|table| exchange::explain(table, &request))?)
}

/// Takes a specification and returns whether it is valid, as JSON.
#[plugin_fn]
pub fn validate(spec: String) -> FnResult<String> {
    Ok(exchange::validate(&spec))
}

fn with_table(answer: impl FnOnce(&Table) -> Result<String, ExchangeError>) -> Result<String, Error> {
    TABLE.with(|cell| {
        let table = if let Some(table) = cell.get() {
            table
        } else {
            let table = compile()?;
            cell.get_or_init(|| table)
        };
        Ok(answer(table)?)
    })
}

fn compile() -> Result<Table, Error> {
    let spec = config::get(SPEC)?.ok_or_else(|| Error::msg("the configuration key `spec` is missing"))?;
    Ok(exchange::table(&spec)?)
}
