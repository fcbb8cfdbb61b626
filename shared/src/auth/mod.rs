//! Authorization: who may use a route.
//!
//! A route says whom it is for ([`Access`]); its group says whose tokens are believed, and where in them permissions stand
//! ([`Authority`]). The tokens themselves are read in [`jwt`](crate::jwt).

mod access;
mod authority;
mod authorize;
mod statement;

pub use access::{Access, Demand, Word};
pub use authority::Authority;
pub use authorize::{Denied, Surroundings, authorize};
pub use statement::AuthorityStatement;
