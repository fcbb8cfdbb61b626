//! Taking down what was set up, in reverse order, however the run ends: at its end, by a panic, by Ctrl-C or
//! SIGTERM.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::Result;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// One thing to take down.
type Action = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Stack {
    actions: Vec<Action>,
    /// The run is over: what is still set up now is taken down at once.
    closed: bool,
}

/// The stack of things to take down. Dropping it takes them down.
pub struct Teardown {
    stack: Arc<Mutex<Stack>>,
}

impl Teardown {
    /// An empty stack that is also run when the process is asked to end.
    pub fn on_exit_and_signals() -> Result<Self> {
        let stack = Arc::new(Mutex::new(Stack::default()));
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let shared = Arc::clone(&stack);
        thread::spawn(move || {
            if let Some(signal) = signals.forever().next() {
                run(&shared);
                // Ends the process as the signal would have: the caller sees the usual exit status.
                let _ = emulate_default_handler(signal);
            }
        });
        Ok(Self { stack })
    }

    /// Adds an action that is run before all that were added earlier.
    pub fn push(&self, action: impl FnOnce() + Send + 'static) {
        let mut stack = lock(&self.stack);
        if stack.closed {
            action();
        } else {
            stack.actions.push(Box::new(action));
        }
    }
}

impl Drop for Teardown {
    fn drop(&mut self) {
        run(&self.stack);
    }
}

/// Runs all actions under the lock, so that a second caller returns only when all is done.
fn run(stack: &Mutex<Stack>) {
    let mut stack = lock(stack);
    stack.closed = true;
    while let Some(action) = stack.actions.pop() {
        action();
    }
}

fn lock(stack: &Mutex<Stack>) -> MutexGuard<'_, Stack> {
    stack.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_thing_set_up_is_the_first_taken_down() {
        let order = Arc::new(Mutex::new(Vec::new()));
        let teardown = Teardown::on_exit_and_signals().unwrap();
        for step in ["engine", "network", "service"] {
            let order = Arc::clone(&order);
            teardown.push(move || order.lock().unwrap().push(step));
        }
        drop(teardown);
        assert_eq!(*order.lock().unwrap(), ["service", "network", "engine"]);
    }
}
