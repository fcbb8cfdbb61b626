//! Work that ends when the user asks to stop.

use crate::error::Error;
use crate::plugin::Cancellation;

/// Does the work, unless the user asks to stop first. For work that changes nothing.
pub(crate) async fn unless<T, E>(
    cancellation: &Cancellation,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, Error>
where
    Error: From<E>,
{
    tokio::select! {
        biased;
        () = cancellation.requested() => Err(Error::Interrupted),
        outcome = work => Ok(outcome?),
    }
}
