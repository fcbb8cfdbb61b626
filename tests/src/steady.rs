//! A steady load of the same request, in which every answer but 200 counts: for changes that nobody may notice.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use crate::http::Request;

/// What a load came to.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// How many requests were sent.
    pub sent: u64,
    /// How many were not answered with 200.
    pub failed: u64,
    /// How some of them ended, each with the seconds since the beginning.
    pub failures: Vec<String>,
    /// The longest that one took to its answer.
    pub slowest: Duration,
}

/// How many failures are described.
const DESCRIBED: usize = 5;

impl Tally {
    fn and(mut self, other: Self) -> Self {
        self.sent += other.sent;
        self.failed += other.failed;
        self.failures.extend(other.failures);
        self.slowest = self.slowest.max(other.slowest);
        self
    }
}

/// A load that runs until it is stopped.
pub struct Load {
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<Tally>>,
}

impl Load {
    /// Starts so many clients, of which each sends a request, waits for its answer, and pauses.
    pub fn start(server: SocketAddr, request: &Request, clients: usize, pause: Duration) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let begun = Instant::now();
        let clients = (0..clients).map(|_| {
            let (stop, request) = (Arc::clone(&stop), request.clone());
            spawn(move || client(server, &request, pause, begun, &stop))
        });
        Self { clients: clients.collect(), stop }
    }

    /// Stops, and tells what it came to.
    pub fn stop(self) -> Tally {
        self.stop.store(true, Ordering::Relaxed);
        let tallies = self.clients.into_iter().filter_map(|client| client.join().ok());
        tallies.fold(Tally::default(), Tally::and)
    }
}

fn client(
    server: SocketAddr,
    request: &Request,
    pause: Duration,
    begun: Instant,
    stop: &AtomicBool,
) -> Tally {
    let mut tally = Tally::default();
    while !stop.load(Ordering::Relaxed) {
        let sent = Instant::now();
        tally.sent += 1;
        let failure = match request.send(server) {
            Ok(response) if response.status == 200 => None,
            Ok(response) => Some(format!("{} {}", response.status, response.text())),
            Err(error) => Some(format!("{error:#}")),
        };
        tally.slowest = tally.slowest.max(sent.elapsed());
        if let Some(failure) = failure {
            tally.failed += 1;
            if tally.failures.len() < DESCRIBED {
                tally.failures.push(format!("{:.1} s: {failure}", begun.elapsed().as_secs_f64()));
            }
        }
        sleep(pause);
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_answers_has_failed() {
        let closed = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
        let load = Load::start(closed, &Request::new("GET", "a", "/"), 2, Duration::from_millis(10));
        sleep(Duration::from_millis(50));
        let tally = load.stop();
        assert!(tally.sent >= 2 && tally.failed == tally.sent && !tally.failures.is_empty(), "{tally:?}");
    }
}
