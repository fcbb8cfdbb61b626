//! One command a file: observe, plan, execute, report.

mod budget;
pub mod check;
mod converge;
mod create;
mod doctor;
mod explain;
mod hooks;
mod inspect;
mod interrupt;
mod lint;
mod lookup;
mod ls;
pub mod network;
mod openapi;
mod provider;
mod ps;
mod routes;
mod version;

pub use budget::budget;
pub use converge::ConvergeError;
pub(crate) use converge::{Wait, converge};
pub use create::create;
pub use doctor::doctor;
pub use explain::explain;
pub use hooks::{hint, hooks};
pub use inspect::inspect;
pub(crate) use interrupt::unless;
pub use lint::lint_swarm;
pub use ls::ls;
pub use network::network;
pub use openapi::{export_openapi, import_openapi};
pub use provider::provider;
pub use ps::ps;
pub use routes::routes;
pub use version::version;
