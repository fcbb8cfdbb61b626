//! Who may read what the provider serves: whoever knows the secret, where there is one.
//!
//! The secret is sent as `Authorization: Bearer SECRET`, which Traefik and Prometheus can be told to do, or as the password
//! of `Authorization: Basic`, which a browser asks its user for. Only the digest is kept, and digests are compared in
//! constant time, so that the time of an answer tells nothing of the secret, not even how long it is.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use thiserror::Error;

/// Fewer characters could be tried one after another.
const SHORTEST: usize = 16;

/// What a reader has to know.
#[derive(Clone)]
pub struct Secret(Digest);

type Digest = [u8; 32];

/// Why there is no secret.
#[derive(Debug, Error)]
pub enum SecretError {
    /// The file cannot be read.
    #[error("cannot read the secret in {}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// It could not be sent in a header, or could be guessed.
    #[error(
        "the secret in {place} has to be one line of {SHORTEST} or more visible characters; it has {found}"
    )]
    Unfit {
        /// Where it stands.
        place: String,
        /// What is there in its place.
        found: String,
    },
}

impl Secret {
    /// Reads the file of a Docker secret. A line end behind the secret is no part of it.
    pub fn in_file(path: &Path) -> Result<Self, SecretError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| SecretError::Unreadable { path: path.to_owned(), error })?;
        Self::new(text.trim_end_matches(['\r', '\n']), &path.display().to_string())
    }

    /// Takes a secret that stands at a `place`.
    pub fn new(text: &str, place: &str) -> Result<Self, SecretError> {
        let unfit = |found: String| SecretError::Unfit { place: place.to_owned(), found };
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(unfit("others".to_owned()));
        }
        if text.len() < SHORTEST {
            return Err(unfit(text.len().to_string()));
        }
        Ok(Self(digest(text)))
    }

    /// Whether a request proves that it knows the secret.
    fn is_told_by(&self, headers: &HeaderMap) -> bool {
        let told = headers.get(header::AUTHORIZATION).and_then(|value| told(value.to_str().ok()?));
        // Without a proof the same is done, and the empty text is no secret.
        self.0.ct_eq(&digest(told.as_deref().unwrap_or_default())).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

fn digest(text: &str) -> Digest {
    Sha256::digest(text.as_bytes()).into()
}

/// What an `Authorization` header has for a secret: a bearer's token, or a password with any user name.
fn told(value: &str) -> Option<String> {
    let (scheme, rest) = value.split_once(' ')?;
    let rest = rest.trim_start_matches(' ');
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.to_owned());
    }
    if scheme.eq_ignore_ascii_case("basic") {
        let decoded = String::from_utf8(BASE64_STANDARD.decode(rest).ok()?).ok()?;
        return decoded.split_once(':').map(|(_user, password)| password.to_owned());
    }
    None
}

/// Lets a request through that may read.
pub(super) async fn guard(State(secret): State<Option<Secret>>, request: Request, next: Next) -> Response {
    if secret.is_none_or(|secret| secret.is_told_by(request.headers())) {
        return next.run(request).await;
    }
    let headers = [
        (header::WWW_AUTHENTICATE, "Basic realm=\"smsvc\", charset=\"UTF-8\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::UNAUTHORIZED, headers, "the secret is missing or another\n").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "correct-horse-battery";

    fn allows(authorization: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.extend(authorization.map(|value| (header::AUTHORIZATION, value.parse().unwrap())));
        Secret::new(SECRET, "a test").unwrap().is_told_by(&headers)
    }

    #[test]
    fn the_secret_is_a_bearers_token_or_a_password_with_any_user() {
        assert!(allows(Some("Bearer correct-horse-battery")));
        assert!(allows(Some("bearer  correct-horse-battery")));
        let basic = |text: &str| format!("Basic {}", BASE64_STANDARD.encode(text));
        assert!(allows(Some(&basic("anyone:correct-horse-battery"))));
        assert!(allows(Some(&basic(":correct-horse-battery"))));
        for wrong in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer correct-horse-batter",
            "Bearer correct-horse-battery ",
            "Digest x",
        ] {
            assert!(!allows(Some(wrong)), "{wrong:?}");
        }
        for wrong in ["correct-horse-battery", "correct-horse-battery:", "a:Correct-horse-battery"] {
            assert!(!allows(Some(&basic(wrong))), "{wrong:?}");
        }
        assert!(!allows(None));
    }

    #[test]
    fn a_line_end_behind_the_secret_is_no_part_of_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("{SECRET}\r\n")).unwrap();
        let secret = Secret::in_file(file.path()).unwrap();
        assert!(bool::from(secret.0.ct_eq(&digest(SECRET))));
    }

    #[test]
    fn a_secret_that_could_be_guessed_or_not_be_sent_is_none() {
        for (unfit, found) in
            [("", "it has 0"), ("fifteen-letters", "it has 15"), ("sixteen letters too", "others")]
        {
            let error = Secret::new(unfit, "f").unwrap_err().to_string();
            assert!(error.contains(found), "{error}");
        }
        assert!(matches!(Secret::in_file(Path::new("/none")), Err(SecretError::Unreadable { .. })));
    }

    #[test]
    fn nothing_shows_the_secret() {
        assert_eq!(format!("{:?}", Secret::new(SECRET, "f").unwrap()), "Secret(…)");
    }
}
