//! What `docker smsvc provider` says when it starts.

use std::net::SocketAddr;

use super::Report;

impl Report {
    /// Where Traefik finds the document. On stdout, so that a script can wait for it.
    pub fn provider_listens(self, address: SocketAddr, tls: bool) {
        let scheme = if tls { "https" } else { "http" };
        self.result(&format!(
            "docker smsvc {}: listening on {scheme}://{address}: Traefik's document is at /traefik, its health at /healthz, numbers for Prometheus at /metrics",
            env!("CARGO_PKG_VERSION")
        ));
    }

    /// Whoever reaches the address may read what there is.
    pub fn provider_is_open(self, address: SocketAddr) {
        self.warning(&format!(
            "whoever reaches {address} may read names, routes and addresses of the swarm; --secret-file lets in who knows a secret"
        ));
    }
}
