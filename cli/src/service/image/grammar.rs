//! The grammar of image references: that of `github.com/distribution/reference`, normalised.

/// The host that serves images whose reference names none.
pub(super) const DEFAULT_DOMAIN: &str = "docker.io";

/// The longest path of a repository, in bytes, `library/` included.
const LONGEST_PATH: usize = 255;

/// Why a text is not a reference to an image, in the words of the reference library.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// It reads like the id of an image.
    #[error("invalid repository name ({id}), cannot specify 64-byte hexadecimal strings")]
    Id {
        /// What was given.
        id: String,
    },
    /// An upper-case letter outside of the host and the tag.
    #[error("invalid reference format: repository name ({repository}) must be lowercase")]
    Uppercase {
        /// The repository.
        repository: String,
    },
    /// A character or an order of characters that no reference has.
    #[error("invalid reference format")]
    Format,
    /// A path that is too long.
    #[error("repository name must not be more than 255 characters")]
    TooLong,
    /// A digest of none of the three algorithms that the library knows.
    #[error("unsupported digest algorithm")]
    DigestAlgorithm,
    /// A digest with too many or too few digits.
    #[error("invalid checksum digest length")]
    DigestLength,
    /// A digest with upper-case digits.
    #[error("invalid checksum digest format")]
    DigestFormat,
}

/// A well-formed reference in its short form: without `docker.io` and `library`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) name: String,
    pub(super) tag: Option<String>,
    pub(super) digest: Option<String>,
}

impl Parts {
    pub(super) fn join(&self) -> String {
        let mut text = self.name.clone();
        for (border, part) in [(':', &self.tag), ('@', &self.digest)] {
            if let Some(part) = part {
                text.push(border);
                text.push_str(part);
            }
        }
        text
    }
}

pub(super) fn parse(given: &str) -> Result<Parts, ReferenceError> {
    if given.len() == 64 && given.bytes().all(is_lower_hex) {
        return Err(ReferenceError::Id { id: given.to_owned() });
    }
    let (domain, remainder) = split_domain(given);
    let official = domain == DEFAULT_DOMAIN && !remainder.contains('/');
    let repository = remainder.split(':').next().unwrap_or("");
    if repository.to_lowercase() != repository {
        let prefix = if official { "library/" } else { "" };
        return Err(ReferenceError::Uppercase { repository: format!("{prefix}{repository}") });
    }
    let (before_digest, digest) = split_off(remainder, '@');
    let (path, tag) = split_off(before_digest, ':');
    let well_formed = is_domain(domain)
        && path.split('/').all(is_path_component)
        && tag.is_none_or(is_tag)
        && digest.is_none_or(is_digest);
    if !well_formed {
        return Err(ReferenceError::Format);
    }
    if path.len() + if official { "library/".len() } else { 0 } > LONGEST_PATH {
        return Err(ReferenceError::TooLong);
    }
    digest.map_or(Ok(()), check_digest)?;
    let name = match path.strip_prefix("library/") {
        _ if domain != DEFAULT_DOMAIN => format!("{domain}/{path}"),
        Some(official) if !official.contains('/') => official.to_owned(),
        _ => path.to_owned(),
    };
    Ok(Parts { name, tag: tag.map(str::to_owned), digest: digest.map(str::to_owned) })
}

fn split_off(text: &str, border: char) -> (&str, Option<&str>) {
    text.split_once(border).map_or((text, None), |(before, after)| (before, Some(after)))
}

fn split_domain(given: &str) -> (&str, &str) {
    match given.split_once('/') {
        Some(("index.docker.io", rest)) => (DEFAULT_DOMAIN, rest),
        Some((domain, rest)) if is_domain_part(domain) => (domain, rest),
        _ => (DEFAULT_DOMAIN, given),
    }
}

/// Whether the part before the first slash names a host rather than a user.
pub(super) fn is_domain_part(part: &str) -> bool {
    part.contains(['.', ':']) || part == "localhost" || part.to_lowercase() != part
}

/// A host name or an IPv6 address in brackets, and perhaps a port.
fn is_domain(domain: &str) -> bool {
    if let Some((address, rest)) = domain.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let hex = |byte: u8| byte.is_ascii_hexdigit() || byte == b':';
        let port = rest.is_empty() || rest.strip_prefix(':').is_some_and(is_number);
        return port && !address.is_empty() && address.bytes().all(hex);
    }
    let (host, port) = split_off(domain, ':');
    let component = |part: &str| {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !part.is_empty() && part.bytes().all(inner) && !part.starts_with('-') && !part.ends_with('-')
    };
    host.split('.').all(component) && port.is_none_or(is_number)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Lower-case letters and digits, parted by one `.`, one or two `_`, or any number of `-`.
fn is_path_component(component: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let legal = |separator: &str| {
        matches!(separator, "" | "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-')
    };
    component.starts_with(plain) && component.ends_with(plain) && component.split(plain).all(legal)
}

fn is_tag(tag: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let inner = |byte: u8| word(byte) || matches!(byte, b'.' | b'-');
    tag.len() <= 128 && tag.bytes().next().is_some_and(word) && tag.bytes().all(inner)
}

/// `algorithm:digits`, where the algorithm can have parts.
fn is_digest(digest: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    digest.split_once(':').is_some_and(|(algorithm, hex)| {
        let digits = hex.len() >= 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        digits && algorithm.split(['-', '_', '+', '.']).all(part)
    })
}

fn check_digest(digest: &str) -> Result<(), ReferenceError> {
    let (algorithm, hex) = digest.split_once(':').unwrap_or((digest, ""));
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return Err(ReferenceError::DigestAlgorithm),
    };
    if hex.len() != length {
        return Err(ReferenceError::DigestLength);
    }
    if hex.bytes().all(is_lower_hex) { Ok(()) } else { Err(ReferenceError::DigestFormat) }
}

fn is_lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(given: &str) -> String {
        parse(given).expect_err(given).to_string()
    }

    #[test]
    fn what_is_wrong_is_said_in_the_words_of_the_library() {
        for (given, message) in [
            ("NGINX", "invalid reference format: repository name (library/NGINX) must be lowercase"),
            ("reg.example/A:x", "invalid reference format: repository name (A) must be lowercase"),
            ("a@B", "invalid reference format: repository name (library/a@B) must be lowercase"),
            ("x@y", "invalid reference format"),
            ("", "invalid reference format"),
            ("a:É", "invalid reference format"),
            ("nginx@sha256:xx", "invalid reference format"),
            ("nginx@foo:0123456789012345678901234567890", "invalid reference format"),
            ("nginx@foo:01234567890123456789012345678901", "unsupported digest algorithm"),
            ("nginx@sha256:01234567890123456789012345678901", "invalid checksum digest length"),
        ] {
            assert_eq!(error(given), message, "{given}");
        }
        let digits = "A".repeat(64);
        assert_eq!(error(&format!("a@sha256:{digits}")), "invalid checksum digest format");
        let id = "b".repeat(64);
        assert!(error(&id).starts_with("invalid repository name (bbb"));
    }

    #[test]
    fn the_path_is_limited_with_library_in_front_and_without_the_host() {
        assert!(parse(&"a".repeat(247)).is_ok());
        assert_eq!(parse(&"a".repeat(248)), Err(ReferenceError::TooLong));
        assert!(parse(&format!("reg.example/{}", "a".repeat(255))).is_ok());
        assert_eq!(parse(&format!("reg.example/{}", "a".repeat(256))), Err(ReferenceError::TooLong));
    }
}
