//! What `docker smsvc provider` says when it starts.

use std::net::SocketAddr;

use super::Report;

impl Report {
    /// Where Traefik finds the document. On stdout, so that a script can wait for it.
    pub fn provider_listens(self, address: SocketAddr) {
        self.result(&format!(
            "listening on http://{address}: Traefik's document is at /traefik, the state at /healthz, numbers for Prometheus at /metrics"
        ));
    }
}
