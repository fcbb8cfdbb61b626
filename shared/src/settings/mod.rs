//! Settings: what belongs to a group as a whole and not to one of its services.
//!
//! Each member makes a [`Statement`] of some of them; together they are the [`Settings`] of the group. Hosts and base
//! path are such values too, and stand beside them in a [`Group`](crate::group::Group), which is found by them.

mod statement;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use crate::amount::ByteSize;
use crate::auth::Authority;
use crate::cors::Cors;
use crate::jwt::Algorithm;
use crate::version::{VersionError, Versioning};

pub use statement::Statement;

/// What becomes of a request whose path no route takes, but would with a slash more or less at its end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Slash {
    /// It is not found: these are different paths.
    #[default]
    Strict,
    /// It is taken.
    Ignore,
    /// Its client is sent to the other path (308).
    Redirect,
}

/// What the body of an error is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Errors {
    /// `application/problem+json` (RFC 9457).
    #[default]
    Problem,
    /// One line of text.
    Plain,
}

/// Which methods come for free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Auto {
    /// `HEAD`, where a route has `GET`.
    pub head: bool,
    /// `OPTIONS`, where a route has the path.
    pub options: bool,
}

/// Whether Traefik's entry points end TLS for the group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tls {
    /// They do not, unless the entry point does so for all.
    Off,
    /// They do, with the certificates that Traefik has.
    On,
    /// They do, with certificates of this resolver.
    Resolver(String),
}

/// What is too much for a group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SizeLimits {
    /// Bytes of a request body.
    pub body: Option<ByteSize>,
    /// Bytes of path and query.
    pub uri: Option<ByteSize>,
    /// Parameters of the query.
    pub query: Option<u32>,
    /// Names of header fields, without those that Traefik adds.
    pub headers: Option<u32>,
}

/// The settings of a group, which go together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    stated: Statement,
    versioning: Option<Versioning>,
    cors: Option<Cors>,
    authority: Option<Authority>,
}

/// Settings that do not go together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A setting that means nothing without another.
    #[error("smsvc.{key} needs smsvc.{needs}, which no service of the group states")]
    Needs {
        /// The setting that is there.
        key: &'static str,
        /// The setting that is missing.
        needs: &'static str,
    },
    /// A way to tell versions that cannot be.
    #[error("smsvc.version.name: {0}")]
    Version(#[from] VersionError),
    /// With credentials, a browser takes `*` for the name of a header, and an answer cannot list all that it will have.
    #[error("smsvc.cors.expose=* and smsvc.cors.credentials=true exclude each other: name the headers")]
    ExposeAll,
    /// What is asked of tokens, where there is no key to check one with.
    #[error(
        "smsvc.{0} needs smsvc.auth.keys or smsvc.auth.secret-file, which no service of the group states"
    )]
    NoKeys(Cow<'static, str>),
    /// An algorithm without a key for it.
    #[error("smsvc.auth.algorithms names {0}, for which the group has no key")]
    NoKeyFor(Algorithm),
}

impl SettingsError {
    /// The setting that tells it.
    pub fn key(&self) -> &str {
        match self {
            Self::Needs { key, .. } => key,
            Self::Version(_) => "version.name",
            Self::ExposeAll => "cors.expose",
            Self::NoKeys(key) => key,
            Self::NoKeyFor(_) => "auth.algorithms",
        }
    }
}

impl Settings {
    /// Puts what is stated together.
    pub fn new(stated: Statement) -> Result<Self, SettingsError> {
        let versioning = stated.versioning()?;
        let cors = stated.cors()?;
        let authority = stated.authority()?;
        Ok(Self { stated, versioning, cors, authority })
    }

    /// Key and canonical value of each that is stated.
    pub fn fields(&self) -> Vec<(Cow<'static, str>, String)> {
        self.stated.fields()
    }

    /// Whether nothing is stated.
    pub fn is_empty(&self) -> bool {
        self.stated.fields().is_empty()
    }

    /// What becomes of a slash at the end of a path.
    pub fn slash(&self) -> Slash {
        self.stated.slash.unwrap_or_default()
    }

    /// What the body of an error is.
    pub fn errors(&self) -> Errors {
        self.stated.errors.unwrap_or_default()
    }

    /// Which methods come for free.
    pub fn auto(&self) -> Auto {
        self.stated.auto.unwrap_or_default()
    }

    /// How versions are told apart, if they are.
    pub fn versioning(&self) -> Option<&Versioning> {
        self.versioning.as_ref()
    }

    /// Which other origins are let in, if any are.
    pub fn cors(&self) -> Option<&Cors> {
        self.cors.as_ref()
    }

    /// What is too much.
    pub fn limits(&self) -> SizeLimits {
        self.stated.limits
    }

    /// Whose tokens are believed; `None` where no route asks for one.
    pub fn authority(&self) -> Option<&Authority> {
        self.authority.as_ref()
    }

    /// Traefik's entry points for the group; `None` for the usual ones.
    pub fn entry_points(&self) -> Option<&BTreeSet<String>> {
        self.stated.entry_points.as_ref()
    }

    /// Whether these end TLS.
    pub fn tls(&self) -> &Tls {
        self.stated.tls.as_ref().unwrap_or(&Tls::Off)
    }
}

impl Default for Auto {
    fn default() -> Self {
        Self { head: true, options: true }
    }
}

impl Slash {
    /// Reads `strict`, `ignore` or `redirect`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Strict, Self::Ignore, Self::Redirect].into_iter().find(|slash| slash.as_str() == text)
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Ignore => "ignore",
            Self::Redirect => "redirect",
        }
    }
}

impl Errors {
    /// Reads `problem` or `plain`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Problem, Self::Plain].into_iter().find(|errors| errors.as_str() == text)
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Problem => "problem",
            Self::Plain => "plain",
        }
    }
}

impl Auto {
    /// Reads a list of `head` and `options`, or `none`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut auto = Self { head: false, options: false };
        for word in text.split(',').map(str::trim) {
            match word {
                "head" => auto.head = true,
                "options" => auto.options = true,
                "none" if text.trim() == "none" => {}
                _ => return None,
            }
        }
        Some(auto)
    }
}

impl fmt::Display for Auto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.head, self.options) {
            (true, true) => "head,options",
            (true, false) => "head",
            (false, true) => "options",
            (false, false) => "none",
        })
    }
}

impl Tls {
    /// Reads `true`, `false` or the name of a certificate resolver.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "true" => Some(Self::On),
            "false" => Some(Self::Off),
            _ => is_traefik_name(text).then(|| Self::Resolver(text.to_owned())),
        }
    }
}

impl fmt::Display for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "false",
            Self::On => "true",
            Self::Resolver(name) => name,
        })
    }
}

/// Whether `text` can name an entry point or a certificate resolver of Traefik.
fn is_traefik_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(words: &str) -> Result<Settings, SettingsError> {
        let mut stated = Statement::default();
        for (key, value) in words.split_whitespace().map(|word| word.split_once('=').unwrap()) {
            assert_eq!(stated.set(key, value), Some(Ok(())), "{key}={value}");
        }
        Settings::new(stated)
    }

    #[test]
    fn without_a_word_paths_are_strict_errors_are_problems_and_head_and_options_are_free() {
        let settings = settings("").unwrap();
        assert_eq!((settings.slash(), settings.errors()), (Slash::Strict, Errors::Problem));
        assert_eq!((settings.auto(), settings.tls()), (Auto { head: true, options: true }, &Tls::Off));
        assert!(settings.versioning().is_none() && settings.cors().is_none() && settings.is_empty());
    }

    #[test]
    fn a_setting_that_means_nothing_alone_needs_the_other() {
        let needs = |key, needs| Err(SettingsError::Needs { key, needs });
        assert_eq!(settings("version.default=2"), needs("version.default", "version.by"));
        assert_eq!(settings("version.name=v"), needs("version.name", "version.by"));
        assert_eq!(settings("cors.max-age=60"), needs("cors.max-age", "cors.origins"));
        assert_eq!(settings("cors.credentials=false"), needs("cors.credentials", "cors.origins"));
    }

    #[test]
    fn a_version_needs_a_place_that_can_tell_it() {
        assert!(matches!(settings("version.by=path version.name=v2"), Err(SettingsError::Version(_))));
        let versioning = settings("version.by=path version.default=2").unwrap();
        assert_eq!(versioning.versioning().and_then(Versioning::default), Some(2));
    }

    #[test]
    fn what_is_asked_of_tokens_needs_a_key_of_each_algorithm() {
        let no_keys = Err(SettingsError::NoKeys("auth.issuer".into()));
        assert_eq!(settings("auth.issuer=https://a.example auth.claims.x-user=sub"), no_keys);
        let secret = "auth.secret-file=/run/secrets/jwt auth.algorithms";
        assert_eq!(
            settings(&format!("{secret}=HS256,ES256")),
            Err(SettingsError::NoKeyFor(Algorithm::Es256))
        );
        let sound = settings(&format!("{secret}=HS256")).unwrap();
        let policy = sound.authority().unwrap().policy();
        assert!(policy.algorithms.takes(Algorithm::Hs256) && policy.leeway == 30);
    }

    #[test]
    fn with_credentials_the_exposed_headers_are_named() {
        assert_eq!(
            settings("cors.origins=* cors.expose=* cors.credentials=true"),
            Err(SettingsError::ExposeAll)
        );
        assert!(settings("cors.origins=* cors.expose=*").is_ok());
    }
}
