//! An engine behind TLS that lets in who has a certificate of its authority, and the files of those who ask.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use crate::engine::Engine;

/// An authority, and one certificate that it signed.
struct Authority {
    certificate: CertificateDer<'static>,
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

struct Identity {
    certificate: CertificateDer<'static>,
    pem: String,
    key: KeyPair,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new([]).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let made = params.self_signed(&key).expect("a certificate");
        let (certificate, pem) = (made.der().clone(), made.pem());
        Self { certificate, pem, issuer: Issuer::new(params, key) }
    }

    fn sign(&self, name: &str, purpose: ExtendedKeyUsagePurpose) -> Identity {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
        params.extended_key_usages = vec![purpose];
        let made = params.signed_by(&key, &self.issuer).expect("a certificate");
        Identity { certificate: made.der().clone(), pem: made.pem(), key }
    }
}

/// Serves an engine's API on a port of this machine, and writes into `folder` what a client needs: `tls` holds what fits,
/// `stranger` what another authority made.
pub(crate) fn listen(engine: &Engine, folder: &Path) -> u16 {
    let (ours, other) = (Authority::new(), Authority::new());
    for (name, authority) in [("tls", &ours), ("stranger", &other)] {
        lay_out(&folder.join(name), authority);
    }
    let config = Arc::new(config(&ours));
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let engine = engine.clone();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let (engine, config) = (engine.clone(), Arc::clone(&config));
            let connection = ServerConnection::new(config).expect("the configuration is whole");
            thread::spawn(move || engine.serve(StreamOwned::new(connection, client)));
        }
    });
    port
}

fn config(authority: &Authority) -> ServerConfig {
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate.clone()).expect("an authority");
    let crypto = Arc::new(default_provider());
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&crypto));
    let Identity { certificate, key, .. } = authority.sign("127.0.0.1", ExtendedKeyUsagePurpose::ServerAuth);
    ServerConfig::builder_with_provider(crypto)
        .with_safe_default_protocol_versions()
        .expect("the versions are known")
        .with_client_cert_verifier(clients.build().expect("a verifier"))
        .with_single_cert(vec![certificate], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .expect("the key is the certificate's")
}

fn lay_out(folder: &Path, authority: &Authority) {
    let client = authority.sign("client", ExtendedKeyUsagePurpose::ClientAuth);
    fs::create_dir_all(folder).expect("the folder is ours");
    let files = [("ca", &authority.pem), ("cert", &client.pem), ("key", &client.key.serialize_pem())];
    for (name, text) in files {
        fs::write(folder.join(format!("{name}.pem")), text).expect("the folder is ours");
    }
}
