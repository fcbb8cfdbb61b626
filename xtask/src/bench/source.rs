//! A provider whose document changes when we say so: Traefik polls it, and tells by its API which document it has applied.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use smsvc_tests::http::Request;

/// The service whose address is the number of the document. No router uses it: the change is unrelated to all of them.
const MARK: &str = "mark";

/// How long Traefik may take to apply a document.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often it is asked.
const LOOK: Duration = Duration::from_millis(5);

/// The document that is served now.
pub(crate) struct Served {
    /// Where.
    pub(crate) address: SocketAddr,
    document: Value,
    text: Arc<Mutex<Arc<str>>>,
    number: u32,
}

impl Served {
    /// Serves a document until the process ends.
    pub(crate) fn start(document: Value) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let mut served = Self { address, document, text: Arc::new(Mutex::new(Arc::from(""))), number: 0 };
        served.change();
        let text = Arc::clone(&served.text);
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let text = Arc::clone(&text.lock().unwrap_or_else(PoisonError::into_inner));
                // A connection that breaks is Traefik's business; it asks again.
                let _ = stream.try_clone().map(|reading| {
                    let mut lines = BufReader::new(reading).lines().map_while(Result::ok);
                    lines.find(String::is_empty)
                });
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    text.len()
                );
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(text.as_bytes()));
            }
        });
        Ok(served)
    }

    /// From now on the document is another one.
    pub(crate) fn change(&mut self) {
        self.number += 1;
        self.document["http"]["services"][MARK] =
            json!({"loadBalancer": {"servers": [{"url": self.mark()}]}});
        *self.text.lock().unwrap_or_else(PoisonError::into_inner) = Arc::from(self.document.to_string());
    }

    /// Waits until the Traefik with this API has applied the document of now; how long that takes, in milliseconds.
    pub(crate) fn wait_until_applied(&self, api: SocketAddr) -> Result<f64> {
        let begun = Instant::now();
        let request = Request::new("GET", "traefik", &format!("/api/http/services/{MARK}@http"));
        loop {
            let answer = request.send(api).context("Traefik's API")?;
            let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            if told.pointer("/loadBalancer/servers/0/url").is_some_and(|url| *url == self.mark().as_str()) {
                return Ok(begun.elapsed().as_secs_f64() * 1e3);
            }
            if begun.elapsed() > PATIENCE {
                bail!("Traefik does not apply a document: {told}");
            }
            thread::sleep(LOOK);
        }
    }

    fn mark(&self) -> String {
        format!("http://127.0.0.1:{}", 10_000 + self.number)
    }
}
