//! The simulated engines on sockets of this machine: one socket for each node that is served.

mod connection;
mod listener;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::sync::oneshot;

use crate::id::NodeId;
use crate::simulator::Simulator;
use listener::Listener;

/// A simulated engine that listens. It stops when it is dropped.
#[derive(Debug)]
pub struct Server {
    host: String,
    folder: Option<PathBuf>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Server {
    /// Serves the first manager on a free port of the loopback address.
    pub fn start(simulator: &Simulator) -> Result<Self> {
        Self::of_node(simulator, "node1")
    }

    /// Serves a node on a free port of the loopback address.
    pub fn of_node(simulator: &Simulator, node: &str) -> Result<Self> {
        let listener = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        Self::run(simulator, node, Listener::Tcp(listener), format!("tcp://{address}"), None)
    }

    /// Serves a node on this address.
    pub fn at_address(simulator: &Simulator, node: &str, address: SocketAddr) -> Result<Self> {
        let listener = std::net::TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        Self::run(simulator, node, Listener::Tcp(listener), format!("tcp://{address}"), None)
    }

    /// Serves a node on a Unix socket, which is removed when the server stops.
    pub fn at_socket(simulator: &Simulator, node: &str, path: &Path) -> Result<Self> {
        let listener = std::os::unix::net::UnixListener::bind(path)
            .with_context(|| format!("cannot listen at {}", path.display()))?;
        let host = format!("unix://{}", path.display());
        Self::run(simulator, node, Listener::Unix(listener), host, Some(path.to_owned()))
    }

    fn run(
        simulator: &Simulator,
        node: &str,
        listener: Listener,
        host: String,
        folder: Option<PathBuf>,
    ) -> Result<Self> {
        let node: NodeId = simulator.node(node).with_context(|| format!("the swarm has no {node}"))?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let (simulator, node) = (simulator.clone(), Arc::new(node));
        let listener = {
            let _guard = runtime.enter();
            listener.into_async()?
        };
        let thread = thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = connection::serve(&listener, &simulator, &node) => {}
                    () = keep_time(&simulator) => {}
                    _ = stopped => {}
                }
            });
            runtime.shutdown_background();
        });
        Ok(Self { host, folder, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens, as in `DOCKER_HOST`.
    pub fn host(&self) -> &str {
        &self.host
    }
}

/// Lets things happen when their time has come, also while nobody asks.
async fn keep_time(simulator: &Simulator) {
    let mut bell = simulator.bell();
    loop {
        bell.mark_unchanged();
        simulator.with(|_| ());
        // Without a next event, or with an error of the bell, an hour is as good as for ever.
        let wait = simulator.until_next().unwrap_or(Duration::from_hours(1)).max(Duration::from_millis(1));
        let _either = tokio::time::timeout(wait, bell.changed()).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Where the thread has ended already, there is nobody to tell.
            let _ended = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
        if let Some(path) = self.folder.take() {
            let _gone = std::fs::remove_file(path);
        }
    }
}
