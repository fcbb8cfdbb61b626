//! What is known, for those who ask: the document, how old it is, and what is wrong.

use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use tokio::time::Instant;

use super::document::Published;
use crate::report::Report;

/// Written by the one who follows the swarm, read by whoever asks.
pub(super) struct Board<E> {
    /// How long what was known holds while nobody can be asked.
    patience: Duration,
    known: RwLock<Known<E>>,
    report: Report,
    /// What was last said on stderr, so that it is said once.
    said: Mutex<Vec<String>>,
}

struct Known<E> {
    engine: Option<Arc<E>>,
    published: Option<Arc<Published>>,
    /// When the swarm was last seen to be so.
    seen: Option<Instant>,
    trouble: Option<String>,
}

impl<E> Board<E> {
    pub(super) fn new(patience: Duration, report: Report) -> Self {
        let known = Known { engine: None, published: None, seen: None, trouble: None };
        Self { patience, known: RwLock::new(known), report, said: Mutex::default() }
    }

    /// An engine answers.
    pub(super) fn connected(&self, engine: Arc<E>) {
        self.change(|known| known.engine = Some(engine));
    }

    /// Something of the swarm is other than before.
    pub(super) fn publish(&self, published: Published) {
        self.tell(published.problems.clone());
        self.change(|known| known.published = Some(Arc::new(published)));
    }

    /// The swarm was at this time as it is published.
    pub(super) fn seen(&self, at: Instant) {
        self.change(|known| {
            known.seen = Some(at);
            known.trouble = None;
        });
    }

    /// The engine cannot be asked.
    pub(super) fn trouble(&self, reason: String) {
        self.tell(vec![reason.clone()]);
        self.change(|known| known.trouble = Some(reason));
    }

    fn change(&self, change: impl FnOnce(&mut Known<E>)) {
        if let Ok(mut known) = self.known.write() {
            change(&mut known);
        }
    }

    /// What is published, if it is sure enough; else why it is not.
    pub(super) fn now(&self) -> Result<Arc<Published>, String> {
        let unsure = |reason: &str| Err(reason.to_owned());
        let Ok(known) = self.known.read() else { return unsure("the provider has failed; start it again") };
        let trouble = known.trouble.as_deref();
        match (&known.published, known.seen) {
            (Some(published), Some(seen)) if seen.elapsed() <= self.patience => Ok(Arc::clone(published)),
            (Some(_), Some(_)) => unsure(trouble.unwrap_or("the engine has not answered for too long")),
            _ => unsure(trouble.unwrap_or("the swarm has not been looked at yet")),
        }
    }

    /// How long ago the swarm was last seen to be as it is published.
    pub(super) fn age(&self) -> Option<Duration> {
        self.known.read().ok()?.seen.map(|seen| seen.elapsed())
    }

    /// The engine that answered last.
    pub(super) fn engine(&self) -> Option<Arc<E>> {
        self.known.read().ok()?.engine.clone()
    }

    /// Says what is wrong when it changes, not at every look.
    fn tell(&self, now: Vec<String>) {
        let Ok(mut said) = self.said.lock() else { return };
        for line in news(&said, &now) {
            self.report.warning(line);
        }
        if now.is_empty() && !said.is_empty() {
            self.report.note("all groups are served again");
        }
        *said = now;
    }
}

/// What is wrong now and was not said the last time.
fn news<'n>(said: &[String], now: &'n [String]) -> Vec<&'n String> {
    now.iter().filter(|line| !said.contains(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Swarm;
    use crate::provider::{Options, publish};

    const PATIENCE: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn what_was_known_holds_for_a_while_and_then_is_unsure() {
        let board = Board::<()>::new(PATIENCE, Report::new());
        assert!(board.now().unwrap_err().contains("not been looked at yet"));
        board.publish(publish(&Swarm::sample(), &Options::sample()));
        board.seen(Instant::now());
        assert!(board.now().is_ok());
        board.trouble("the engine is gone".to_owned());
        tokio::time::advance(PATIENCE).await;
        assert!(board.now().is_ok());
        assert_eq!(board.age(), Some(PATIENCE));
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(board.now().unwrap_err(), "the engine is gone");
        board.seen(Instant::now());
        assert!(board.now().is_ok());
    }

    #[test]
    fn a_problem_is_said_when_it_appears_and_not_at_every_look() {
        let lines = |words: &str| words.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(news(&[], &lines("a b")), ["a", "b"]);
        assert_eq!(news(&lines("a b"), &lines("b c")), ["c"]);
        assert!(news(&lines("a"), &lines("a")).is_empty());
    }
}
