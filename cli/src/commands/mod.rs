//! One command a file: observe, plan, execute, report.

mod budget;
mod converge;
mod create;
mod interrupt;
mod provider;
mod routes;
mod version;

pub use budget::budget;
pub use create::create;
pub(crate) use interrupt::unless;
pub use provider::provider;
pub use routes::routes;
pub use version::version;
