//! The certificate by which Traefik knows the provider, and its key, drawn once like the secret between the two.
//!
//! Both are in one Docker secret, so that they cannot come apart; Traefik trusts this certificate and no other.

use rcgen::generate_simple_self_signed;
use thiserror::Error;

use super::GatewayName;

/// No key can be drawn.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct IdentityError(#[from] rcgen::Error);

/// A certificate for the name by which Traefik asks, and its key, in PEM.
pub fn identity(name: &GatewayName) -> Result<String, IdentityError> {
    let made = generate_simple_self_signed([name.provider_host()])?;
    Ok(made.cert.pem() + &made.signing_key.serialize_pem())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_has_both_for_the_provider() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), identity(&"edge".parse().unwrap()).unwrap()).unwrap();
        assert!(crate::provider::acceptor(file.path(), file.path()).is_ok());
    }
}
