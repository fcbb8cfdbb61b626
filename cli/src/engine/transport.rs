//! The one connection layer under everything that talks to an engine.
//!
//! bollard and the raw calls share it, so that both see the same socket, the same API version and the same
//! headers. It knows HTTP and nothing of what the requests are about.

use std::io;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::process::Stdio;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bollard::errors::Error as BollardError;
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{HOST, HeaderValue, USER_AGENT};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::{HeaderMap, Request, Response, Uri};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead as _, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::{Sleep, sleep};

use super::host::Host;

/// How long the end of a `docker` that gives nothing more is waited for.
const ENDING: Duration = Duration::from_secs(2);

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type BoxBody = UnsyncBoxBody<Bytes, BoxError>;

/// An HTTP client for one engine. Cheap to clone; connections are pooled.
#[derive(Clone)]
pub(super) struct Transport {
    client: Client<Dial, BoxBody>,
    headers: Arc<HeaderMap>,
    version: Arc<OnceLock<String>>,
}

impl Transport {
    /// A client that dials when the first request is made.
    pub(super) fn new(host: Host, headers: HeaderMap) -> Self {
        let client = Client::builder(TokioExecutor::new()).build(Dial { host: Arc::new(host) });
        Self { client, headers: Arc::new(headers), version: Arc::default() }
    }

    /// From now on every path starts with `/v<version>`, as the API wants it (`1.41` for engine 20.10).
    /// Once set it stays.
    pub(super) fn pin_version(&self, version: String) {
        let _already_pinned = self.version.set(version);
    }

    /// Sends one request. The URI's scheme and authority are ours to set; its path and query are kept.
    pub(super) async fn send<B>(&self, request: Request<B>) -> Result<Response<Incoming>, ClientError>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        // bollard leaves the version away where the API's paths carry it.
        let prefix = self.version.get().map_or_else(String::new, |version| format!("/v{version}"));
        if let Ok(uri) = format!("http://docker{prefix}{path}").parse::<Uri>() {
            parts.uri = uri;
        }
        for (name, value) in &*self.headers {
            parts.headers.insert(name, value.clone());
        }
        parts.headers.insert(HOST, HeaderValue::from_static("docker"));
        parts.headers.insert(
            USER_AGENT,
            HeaderValue::from_static(concat!("docker-smsvc/", env!("CARGO_PKG_VERSION"))),
        );
        self.client.request(Request::from_parts(parts, body.map_err(Into::into).boxed_unsync())).await
    }

    /// The same transport as bollard wants it.
    pub(super) fn for_bollard(
        &self,
    ) -> impl Fn(bollard::BollardRequest) -> BollardFuture + Send + Sync + 'static {
        let transport = self.clone();
        move |request| {
            let transport = transport.clone();
            Box::pin(async move {
                transport
                    .send(request)
                    .await
                    .map_err(|error| BollardError::IOError { err: io::Error::other(error) })
            })
        }
    }
}

type BollardFuture = Pin<Box<dyn Future<Output = Result<Response<Incoming>, BollardError>> + Send>>;

/// Opens connections.
#[derive(Clone)]
struct Dial {
    host: Arc<Host>,
}

impl tower_service::Service<Uri> for Dial {
    type Response = Stream;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let host = Arc::clone(&self.host);
        Box::pin(async move {
            match &*host {
                Host::Unix(path) => Ok(Stream::Unix(TokioIo::new(UnixStream::connect(path).await?))),
                Host::Tcp(authority) => Ok(Stream::Tcp(TokioIo::new(TcpStream::connect(authority).await?))),
                Host::Docker { globals, .. } => Stream::through_docker(globals),
            }
        })
    }
}

/// One connection.
enum Stream {
    Unix(TokioIo<UnixStream>),
    Tcp(TokioIo<TcpStream>),
    Docker(Box<Dialed>),
}

/// A `docker` that is connected to the engine for us.
struct Dialed {
    input: TokioIo<ChildStdin>,
    output: ChildStdout,
    child: Child,
    /// Until when its end is waited for, once it has nothing more to give.
    ending: Option<Pin<Box<Sleep>>>,
}

impl Stream {
    /// `docker [GLOBALS] system dial-stdio` is a pipe to the engine over whatever transport the context names.
    fn through_docker(globals: &[String]) -> io::Result<Self> {
        let docker = std::env::var_os("DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND")
            .map_or_else(|| PathBuf::from("docker"), PathBuf::from);
        let mut child = Command::new(docker)
            .args(globals)
            .args(["system", "dial-stdio"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()?;
        let closed = || io::Error::from(io::ErrorKind::BrokenPipe);
        let input = TokioIo::new(child.stdin.take().ok_or_else(closed)?);
        let output = child.stdout.take().ok_or_else(closed)?;
        Ok(Self::Docker(Box::new(Dialed { input, output, child, ending: None })))
    }
}

impl Dialed {
    /// Docker says why it could not go on after it has closed its output: so the end of that is the end of the process.
    fn poll_read(&mut self, cx: &mut Context<'_>, mut buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        if self.ending.is_none() {
            let mut bytes = [0; 8192];
            let room = bytes.len().min(buffer.remaining());
            let mut part = ReadBuf::new(bytes.get_mut(..room).unwrap_or_default());
            ready!(Pin::new(&mut self.output).poll_read(cx, &mut part))?;
            if !part.filled().is_empty() {
                buffer.put_slice(part.filled());
                return Poll::Ready(Ok(()));
            }
        }
        let ending = self.ending.get_or_insert_with(|| Box::pin(sleep(ENDING)));
        match pin!(self.child.wait()).poll(cx) {
            Poll::Pending => ending.as_mut().poll(cx).map(Ok),
            Poll::Ready(_) => Poll::Ready(Ok(())),
        }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Unix(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Tcp(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Docker(dialed) => dialed.poll_read(cx, buffer),
        }
    }
}

impl Write for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Unix(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tcp(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Docker(dialed) => Pin::new(&mut dialed.input).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Unix(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tcp(stream) => Pin::new(stream).poll_flush(cx),
            Self::Docker(dialed) => Pin::new(&mut dialed.input).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Unix(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Docker(dialed) => Pin::new(&mut dialed.input).poll_shutdown(cx),
        }
    }
}
