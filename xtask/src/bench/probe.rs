//! A client that asks at a steady rate whatever becomes of its requests, and keeps what became of each.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::Result;
use smsvc_tests::http::Request;

/// The time between two requests.
const PACE: Duration = Duration::from_millis(20);

/// The proxies that a client may ask at a moment, the one to ask first in front.
pub(crate) type Proxies = Arc<dyn Fn() -> Vec<SocketAddr> + Send + Sync>;

/// One request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent {
    /// When, since the first one.
    pub(crate) at: Duration,
    /// The status of the answer, where a whole one came.
    pub(crate) status: Option<u16>,
    /// Whether it had to be sent to another proxy first, as nobody took or answered it.
    pub(crate) again: bool,
}

impl Sent {
    /// Whether it was answered with 200.
    pub(crate) fn is_answered(&self) -> bool {
        self.status == Some(200)
    }
}

/// A client that is asking.
pub(crate) struct Probe {
    stop: Arc<AtomicBool>,
    pacer: JoinHandle<()>,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl Probe {
    /// Starts to ask.
    pub(crate) fn start(request: Request, proxies: Proxies) -> Self {
        let (stop, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let (ended, results) = (Arc::clone(&stop), Arc::clone(&sent));
        let pacer = thread::spawn(move || {
            let begun = Instant::now();
            let mut asked = Vec::new();
            for number in 0.. {
                let due = PACE * number;
                thread::sleep(due.saturating_sub(begun.elapsed()));
                if ended.load(Ordering::Relaxed) {
                    break;
                }
                let (request, proxies, results) =
                    (request.clone(), Arc::clone(&proxies), Arc::clone(&results));
                asked.push(thread::spawn(move || {
                    let at = begun.elapsed();
                    let (status, again) = ask(&request, &proxies());
                    results.lock().unwrap_or_else(PoisonError::into_inner).push(Sent { at, status, again });
                }));
                asked.retain(|thread| !thread.is_finished());
            }
            for thread in asked {
                let _ = thread.join();
            }
        });
        Self { stop, pacer, sent }
    }

    /// Stops asking, waits for the last answers, and gives all requests in the order in which they were sent.
    pub(crate) fn end(self) -> Vec<Sent> {
        self.stop.store(true, Ordering::Relaxed);
        let _ = self.pacer.join();
        let mut sent = std::mem::take(&mut *self.sent.lock().unwrap_or_else(PoisonError::into_inner));
        sent.sort_by_key(|sent| sent.at);
        sent
    }
}

/// Asks one proxy after the other until one has an answer, as a load balancer in front of them does: an answer that says
/// no is one.
fn ask(request: &Request, proxies: &[SocketAddr]) -> (Option<u16>, bool) {
    for (place, proxy) in proxies.iter().enumerate() {
        let answer: Result<_> = request.send(*proxy);
        if let Ok(answer) = answer {
            return (answer.complete.then_some(answer.status), place > 0);
        }
    }
    (None, proxies.len() > 1)
}

/// The longest time between two answered requests, in seconds.
pub(crate) fn longest_gap(sent: &[Sent]) -> f64 {
    let mut answered = sent.iter().filter(|sent| sent.is_answered()).map(|sent| sent.at);
    let Some(mut last) = answered.next() else { return f64::NAN };
    let mut longest = Duration::ZERO;
    for at in answered {
        longest = longest.max(at.saturating_sub(last));
        last = at;
    }
    longest.as_secs_f64()
}

/// What became of those that failed: `404: 7, 502: 3, no answer: 1`.
pub(crate) fn failures(sent: &[Sent]) -> String {
    let mut kinds = BTreeMap::<String, usize>::new();
    for sent in sent.iter().filter(|sent| !sent.is_answered()) {
        let kind = sent.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        *kinds.entry(kind).or_default() += 1;
    }
    kinds.iter().map(|(kind, count)| format!("{kind}: {count}")).collect::<Vec<_>>().join(", ")
}

/// Answered requests in each second.
pub(crate) fn by_second(sent: &[Sent]) -> Vec<(f64, f64)> {
    let last = sent.last().map_or(0, |sent| sent.at.as_secs());
    let answered =
        |second: u64| sent.iter().filter(|sent| sent.is_answered() && sent.at.as_secs() == second).count();
    // The last second is not a whole one.
    (0..last)
        .map(|second| {
            (f64::from(u32::try_from(second).unwrap_or(u32::MAX)), super::load::count(answered(second)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(at: u64, answered: bool) -> Sent {
        Sent { at: Duration::from_millis(at), status: answered.then_some(200), again: false }
    }

    #[test]
    fn a_gap_is_between_answers_and_not_between_requests() {
        let all = [sent(0, true), sent(500, false), sent(1_000, false), sent(1_500, true), sent(2_000, true)];
        assert!((longest_gap(&all) - 1.5).abs() < 1e-9);
        assert_eq!(by_second(&all), [(0.0, 1.0), (1.0, 1.0)]);
    }

    #[test]
    fn nobody_there_is_a_failed_request() {
        let nobody: Proxies = Arc::new(Vec::new);
        let probe = Probe::start(Request::new("GET", "h", "/"), nobody);
        thread::sleep(PACE * 3);
        let sent = probe.end();
        assert!(sent.len() >= 2 && sent.iter().all(|sent| sent.status.is_none()), "{sent:?}");
    }
}
