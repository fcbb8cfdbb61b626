//! One command a file: observe, plan, execute, report.

mod budget;
mod converge;
mod create;
mod doctor;
mod explain;
mod interrupt;
mod lookup;
pub mod network;
mod openapi;
mod provider;
mod routes;
mod version;

pub use budget::budget;
pub use create::create;
pub use doctor::doctor;
pub use explain::explain;
pub(crate) use interrupt::unless;
pub use network::network;
pub use openapi::{export_openapi, import_openapi};
pub use provider::provider;
pub use routes::routes;
pub use version::version;
