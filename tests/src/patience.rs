//! Waiting for something that another process does, with a deadline.

use std::fmt::Display;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long to sleep between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// Looks every 100 ms until `look` gives `Ok`. After `limit` the error names what was awaited and what was
/// seen last.
pub fn wait_for<T, E: Display>(
    what: &str,
    limit: Duration,
    mut look: impl FnMut() -> Result<T, E>,
) -> Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        match look() {
            Ok(seen) => return Ok(seen),
            Err(last) if Instant::now() >= deadline => {
                bail!("waited {} s for {what}; last seen: {last:#}", limit.as_secs())
            }
            Err(_) => sleep(PAUSE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_tells_what_was_seen_last() {
        let result: Result<()> = wait_for("the sun", Duration::ZERO, || Err("rain"));
        assert_eq!(result.unwrap_err().to_string(), "waited 0 s for the sun; last seen: rain");
    }

    #[test]
    fn a_later_success_counts() {
        let mut looks = 0;
        let seen = wait_for("two looks", Duration::from_secs(5), || {
            looks += 1;
            if looks == 2 { Ok(looks) } else { Err("too early") }
        });
        assert_eq!(seen.unwrap(), 2);
    }
}
