//! TLS for those who reach the provider over a network that they share with others.
//!
//! One certificate, read at the start. A client that is slow with its handshake keeps nobody else waiting.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How long a client may take to agree on keys.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// How many clients may be at that.
const AT_ONCE: usize = 256;

/// How long to wait when the process has no file descriptor left, as axum does.
const EXHAUSTED: Duration = Duration::from_secs(1);

/// Why a certificate and a key cannot be used.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file that holds none.
    #[error("no {what} can be read from {}: {reason}", path.display())]
    Unreadable {
        /// `certificate` or `private key`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// They do not belong together, or are of a kind that nobody uses.
    #[error("the certificate and the private key cannot be used: {0}")]
    Unfit(rustls::Error),
}

/// Reads a chain of certificates and its key, both in PEM.
pub fn acceptor(certificates: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let unreadable = |what, path: &Path, error: rustls::pki_types::pem::Error| {
        let reason = match error {
            rustls::pki_types::pem::Error::NoItemsFound => "there is none in it".to_owned(),
            rustls::pki_types::pem::Error::Io(error) => error.to_string(),
            error => error.to_string(),
        };
        TlsError::Unreadable { what, path: path.to_owned(), reason }
    };
    let chain = CertificateDer::pem_file_iter(certificates)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .and_then(|chain| match chain.as_slice() {
            [] => Err(rustls::pki_types::pem::Error::NoItemsFound),
            _ => Ok(chain),
        })
        .map_err(|error| unreadable("certificate", certificates, error))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable("private key", key, error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Unfit)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(TlsError::Unfit)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Connections that have agreed on keys.
pub(super) struct TlsListener {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    handshakes: JoinSet<Option<(TlsStream<TcpStream>, SocketAddr)>>,
}

impl TlsListener {
    pub(super) fn new(listener: TcpListener, acceptor: TlsAcceptor) -> Self {
        Self { listener, acceptor, handshakes: JoinSet::new() }
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            tokio::select! {
                Some(done) = self.handshakes.join_next() => {
                    if let Ok(Some(connection)) = done {
                        return connection;
                    }
                }
                accepted = self.listener.accept(), if self.handshakes.len() < AT_ONCE => match accepted {
                    Ok((stream, address)) => {
                        let handshake = self.acceptor.accept(stream);
                        self.handshakes.spawn(async move {
                            let stream = timeout(HANDSHAKE, handshake).await.ok()?.ok()?;
                            Some((stream, address))
                        });
                    }
                    Err(_) => sleep(EXHAUSTED).await,
                },
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use axum::Router;
    use axum::routing::get;
    use rustls::pki_types::ServerName;
    use rustls::{ClientConfig, RootCertStore};
    use tempfile::TempDir;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio_rustls::TlsConnector;

    use super::*;

    /// A folder with `cert.pem` and `key.pem` for `provider.example`.
    fn identity() -> (TempDir, CertificateDer<'static>) {
        let made = rcgen::generate_simple_self_signed(["provider.example".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("cert.pem"), made.cert.pem()).unwrap();
        fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        (folder, made.cert.der().clone())
    }

    async fn get_over_tls(address: SocketAddr, trusted: CertificateDer<'static>) -> io::Result<String> {
        let mut roots = RootCertStore::empty();
        roots.add(trusted).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("provider.example").unwrap();
        let stream = TcpStream::connect(address).await?;
        let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await?;
        let mut text = String::new();
        stream.read_to_string(&mut text).await?;
        Ok(text)
    }

    #[tokio::test]
    async fn who_trusts_the_certificate_gets_an_answer_while_another_says_nothing_at_all() {
        let (folder, certificate) = identity();
        let acceptor = acceptor(&folder.path().join("cert.pem"), &folder.path().join("key.pem")).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(async || "here"));
        tokio::spawn(axum::serve(TlsListener::new(listener, acceptor), router).into_future());

        let _silent = TcpStream::connect(address).await.unwrap();
        let mut plain = TcpStream::connect(address).await.unwrap();
        plain.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let answer = get_over_tls(address, certificate).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("here"), "{answer}");
        let mut nothing = Vec::new();
        let _reset = plain.read_to_end(&mut nothing).await;
        assert!(!nothing.starts_with(b"HTTP"), "no plain answer on a port with TLS");
        let (_other, stranger) = identity();
        assert!(get_over_tls(address, stranger).await.is_err());
    }

    #[test]
    fn files_that_hold_no_certificate_or_key_are_named() {
        let (folder, _) = identity();
        let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        let error = |cert: &Path, key: &Path| acceptor(cert, key).err().unwrap().to_string();
        assert!(error(&key, &key).contains("no certificate"), "{}", error(&key, &key));
        assert!(error(&cert, &cert).contains("no private key"), "{}", error(&cert, &cert));
        assert!(error(&cert, Path::new("/none")).contains("/none"));
        let (other, _) = identity();
        let theirs = other.path().join("key.pem");
        assert!(error(&cert, &theirs).contains("cannot be used"), "{}", error(&cert, &theirs));
    }
}
