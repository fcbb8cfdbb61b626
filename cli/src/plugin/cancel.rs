//! How the plugin learns that the user wants it to stop.
//!
//! On a terminal Ctrl-C reaches the plugin as a signal. Without one `docker` does not forward signals: it closes
//! the socket that it named in `DOCKER_CLI_PLUGIN_SOCKET` (docker/cli `cli-plugins/socket`, since 25.0). The socket has
//! to be open before that, so it is dialled at the start.

use std::env;

use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// The variable in which `docker` names its socket: a path, or `@name` for Linux's abstract names.
const SOCKET: &str = "DOCKER_CLI_PLUGIN_SOCKET";

/// Tells whether the user has asked to stop. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Cancellation(watch::Receiver<bool>);

impl Cancellation {
    /// Listens from now on for SIGINT, SIGTERM and the end of docker's socket.
    pub async fn listen() -> Self {
        let (sender, receiver) = watch::channel(false);
        let socket = dial().await;
        tokio::spawn(async move {
            tokio::select! {
                () = signalled(SignalKind::interrupt()) => {}
                () = signalled(SignalKind::terminate()) => {}
                () = closed(socket) => {}
            }
            sender.send_replace(true);
            // Whoever asks later gets the answer as long as the sender lives.
            sender.closed().await;
        });
        Self(receiver)
    }

    /// Resolves when the user asks to stop; at once if that has happened.
    pub async fn requested(&self) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|requested| *requested).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// One that is never requested.
    #[cfg(test)]
    pub(crate) fn never() -> Self {
        Self(watch::channel(false).1)
    }

    /// One that was requested before.
    #[cfg(test)]
    pub(crate) fn already() -> Self {
        Self(watch::channel(true).1)
    }
}

async fn signalled(kind: SignalKind) {
    match signal(kind) {
        Ok(mut stream) => {
            stream.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

async fn dial() -> Option<UnixStream> {
    connect(&env::var(SOCKET).ok()?).await.ok()
}

async fn closed(socket: Option<UnixStream>) {
    let Some(mut stream) = socket else { return std::future::pending().await };
    let mut byte = [0_u8; 1];
    // Docker never writes: the read ends when docker closes its end.
    while matches!(stream.read(&mut byte).await, Ok(read) if read > 0) {}
}

async fn connect(name: &str) -> std::io::Result<UnixStream> {
    #[cfg(target_os = "linux")]
    if let Some(abstract_name) = name.strip_prefix('@') {
        use std::os::linux::net::SocketAddrExt;
        let address = std::os::unix::net::SocketAddr::from_abstract_name(abstract_name)?;
        let stream = std::os::unix::net::UnixStream::connect_addr(&address)?;
        stream.set_nonblocking(true)?;
        return UnixStream::from_std(stream);
    }
    UnixStream::connect(name).await
}
