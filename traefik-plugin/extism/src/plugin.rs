//! The exported function. The routes are compiled at the first call of an instance and kept.

use std::cell::OnceCell;

use extism_pdk::{Error, FnResult, config, plugin_fn};
use smsvc_core::table::Table;

use crate::exchange;

const SPEC: &str = "spec";

thread_local! {
    static TABLE: OnceCell<Table> = const { OnceCell::new() };
}

/// Takes a request and returns its decision, both as JSON. An error of the request or of the configuration
/// is the plug-in's error text.
#[plugin_fn]
pub fn decide(request: String) -> FnResult<String> {
    let decision = TABLE.with(|cell| -> Result<String, Error> {
        let table = if let Some(table) = cell.get() {
            table
        } else {
            let table = compile()?;
            cell.get_or_init(|| table)
        };
        Ok(exchange::decide(table, &request)?)
    })?;
    Ok(decision)
}

fn compile() -> Result<Table, Error> {
    let spec = config::get(SPEC)?.ok_or_else(|| Error::msg("the configuration key `spec` is missing"))?;
    Ok(exchange::table(&spec)?)
}
