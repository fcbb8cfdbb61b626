//! Image references, as far as Docker's CLI rewrites them: a tag where there is none, a digest when it is known.

mod grammar;

pub use grammar::ReferenceError;

use grammar::{DEFAULT_DOMAIN, Parts, is_domain_part, parse};

/// What stands at the place of IMAGE.
///
/// Docker's CLI does not refuse a malformed reference; it sends it as it is and lets the engine refuse it. So
/// does this, and [`check`](Self::check) says what is wrong where somebody wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageReference {
    given: String,
    parts: Result<Parts, ReferenceError>,
}

impl ImageReference {
    /// Takes what was given.
    pub fn new(given: &str) -> Self {
        Self { given: given.to_owned(), parts: parse(given) }
    }

    /// What was given.
    pub fn as_given(&self) -> &str {
        &self.given
    }

    /// Whether it is well-formed.
    pub fn check(&self) -> Result<(), ReferenceError> {
        self.parts.as_ref().map(|_| ()).map_err(Clone::clone)
    }

    /// The short form with a tag or a digest, `latest` where neither was given: what is asked of the registry,
    /// and what runs where nobody knows the digest.
    pub fn tagged(&self) -> String {
        match &self.parts {
            Ok(Parts { name, tag: None, digest: None }) => format!("{name}:latest"),
            Ok(parts) => parts.join(),
            Err(_) => self.given.clone(),
        }
    }

    /// [`Self::tagged`] with this digest (`sha256:…`), unless the reference has one already.
    pub fn pinned(&self, digest: &str) -> String {
        match &self.parts {
            Ok(Parts { digest: None, .. }) => format!("{}@{digest}", self.tagged()),
            _ => self.tagged(),
        }
    }

    /// The short form with its tag and without a digest; `None` where it has no tag or is malformed.
    pub fn name_and_tag(&self) -> Option<String> {
        let parts = self.parts.as_ref().ok()?;
        parts.tag.as_ref().map(|tag| format!("{}:{tag}", parts.name))
    }

    /// The host that serves the image, `docker.io` where the reference names none; credentials are kept by it.
    /// `None` for a malformed reference.
    pub fn domain(&self) -> Option<&str> {
        self.parts.as_ref().ok().map(|parts| match parts.name.split_once('/') {
            Some((domain, _)) if is_domain_part(domain) => domain,
            _ => DEFAULT_DOMAIN,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn digest() -> String {
        format!("sha256:{}", "a".repeat(64))
    }

    #[test]
    fn a_reference_is_shortened_and_tagged() {
        for (given, tagged) in [
            ("nginx", "nginx:latest"),
            ("nginx:1", "nginx:1"),
            ("library/nginx", "nginx:latest"),
            ("docker.io/library/nginx:2", "nginx:2"),
            ("index.docker.io/a/b", "a/b:latest"),
            ("docker.io/library/a/b", "library/a/b:latest"),
            ("reg.example:5000/a/b", "reg.example:5000/a/b:latest"),
            ("localhost/x", "localhost/x:latest"),
            ("Localhost/x", "Localhost/x:latest"),
            ("[::1]:5000/x", "[::1]:5000/x:latest"),
            ("a__b", "a__b:latest"),
            ("a--b", "a--b:latest"),
            ("docker.io", "docker.io:latest"),
        ] {
            let image = ImageReference::new(given);
            assert_eq!(image.tagged(), tagged, "{given}");
            assert_eq!(image.pinned(&digest()), format!("{tagged}@{}", digest()), "{given}");
        }
    }

    #[test]
    fn a_reference_with_a_digest_stays_pinned_to_it() {
        for given in [format!("nginx@{}", digest()), format!("nginx:1@{}", digest())] {
            let image = ImageReference::new(&given);
            assert_eq!(image.tagged(), given);
            assert_eq!(image.pinned("sha256:other"), given);
        }
    }

    #[test]
    fn a_malformed_reference_is_passed_on_untouched() {
        let too_long_tag = format!("a:{}", "b".repeat(129));
        let id = "b".repeat(64);
        for given in [
            "NGINX",
            "a/B",
            "a b",
            "a___b",
            "a..b",
            "a_-b",
            "-",
            "--",
            "/a",
            "a/",
            "a//b",
            ":",
            "a:",
            "a:é",
            "docker.io/",
            "reg-.io/a",
            "-reg.io/a",
            "reg.io:x/a",
            "a:1:2",
            "x@y",
            "nginx@sha256:xx",
            "",
            &too_long_tag,
            &id,
        ] {
            let image = ImageReference::new(given);
            assert_eq!(image.tagged(), given);
            assert_eq!(image.pinned(&digest()), given);
        }
    }

    #[test]
    fn credentials_are_kept_by_the_host_of_the_registry() {
        for (given, domain) in [
            ("nginx", Some("docker.io")),
            ("user/app", Some("docker.io")),
            ("reg.example:5000/a/b:1", Some("reg.example:5000")),
            ("localhost/x", Some("localhost")),
            ("NGINX", None),
        ] {
            assert_eq!(ImageReference::new(given).domain(), domain, "{given}");
        }
    }

    proptest! {
        #[test]
        fn what_was_shortened_and_tagged_stays_so(given in "([a-zA-Z0-9._é-]{1,6}[:/@]?){1,4}") {
            let tagged = ImageReference::new(&given).tagged();
            let again = ImageReference::new(&tagged);
            prop_assert_eq!(again.tagged(), tagged.clone());
            let pinned = again.pinned(&digest());
            prop_assert_eq!(ImageReference::new(&pinned).pinned("sha256:other"), pinned);
        }
    }
}
