//! A backend that answers when it is told to: requests are kept in flight, each of which needs an instance of the guest of
//! its own, and it is seen how long each takes to get through Traefik.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a request may take through Traefik.
const PATIENCE: Duration = Duration::from_secs(10);

/// The backend. It ends with the process.
pub(crate) struct Holding {
    /// Where it takes requests.
    pub(crate) address: SocketAddr,
    arrivals: Receiver<(Instant, TcpStream)>,
}

impl Holding {
    /// Starts it.
    pub(crate) fn start() -> Result<Self> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let (tell, arrivals) = channel();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let tell = tell.clone();
                thread::spawn(move || {
                    let mut stream = stream;
                    if read_head(&mut stream).is_ok() {
                        // Nobody waits any more where the measurement is over.
                        drop(tell.send((Instant::now(), stream)));
                    }
                });
            }
        });
        Ok(Self { address, arrivals })
    }

    /// Sends `count` requests for `path`, one after the other, each while those before it are still in flight. Gives how many
    /// milliseconds each took from its client to this backend, and what `look` sees while all are in flight.
    pub(crate) fn keep<R>(
        &self,
        count: usize,
        traefik: SocketAddr,
        host: &str,
        path: &str,
        look: impl FnOnce() -> R,
    ) -> Result<(Vec<f64>, R)> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let (mut times, mut senders, mut held) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..count {
            let mut client = TcpStream::connect(traefik)?;
            client.set_nodelay(true)?;
            client.set_read_timeout(Some(PATIENCE))?;
            let start = Instant::now();
            client.write_all(request.as_bytes())?;
            let arrived = self.arrivals.recv_timeout(PATIENCE);
            let (arrived, stream) = arrived.with_context(|| format!("{path} does not reach the backend"))?;
            times.push(arrived.duration_since(start).as_secs_f64() * 1e3);
            senders.push(client);
            held.push(stream);
        }
        let seen = look();
        for mut waiting in held {
            waiting.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?;
        }
        for mut client in senders {
            let answer = read_head(&mut client)?;
            if !answer.starts_with(b"HTTP/1.1 200 ") {
                bail!("{path} is answered with {:?}", String::from_utf8_lossy(&answer));
            }
        }
        Ok((times, seen))
    }
}

fn read_head(stream: &mut TcpStream) -> Result<Vec<u8>> {
    let (mut head, mut part) = (Vec::new(), [0; 1024]);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut part)?;
        if read == 0 {
            bail!("the connection ends within a head");
        }
        head.extend_from_slice(&part[..read]);
    }
    Ok(head)
}
