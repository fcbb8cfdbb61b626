//! How the plugin learns that the user wants it to stop.
//!
//! On a terminal Ctrl-C reaches the plugin as a signal. Without one `docker` does not forward signals: it closes
//! the socket that it named in `DOCKER_CLI_PLUGIN_SOCKET` (docker/cli `cli-plugins/socket`, since 25.0).

use std::env;

use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;
use tokio::signal::unix::{SignalKind, signal};

/// The variable in which `docker` names its socket: a path, or `@name` for Linux's abstract names.
const SOCKET: &str = "DOCKER_CLI_PLUGIN_SOCKET";

/// Resolves when the user interrupts: SIGINT, SIGTERM, or the end of docker's socket.
pub async fn cancelled() {
    tokio::select! {
        () = signalled(SignalKind::interrupt()) => {}
        () = signalled(SignalKind::terminate()) => {}
        () = socket_closed() => {}
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

async fn socket_closed() {
    let Ok(name) = env::var(SOCKET) else { return std::future::pending().await };
    let Ok(mut stream) = connect(&name).await else { return std::future::pending().await };
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
