//! Finishing: what is made of the answer of a service before the client gets it.

/// What is to be done with the answer of a service. Whoever does it has to hold the answer back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finish<'t> {
    /// `Cache-Control` for an answer that has none.
    pub control: Option<&'t str>,
    /// The values of `If-None-Match`, if an answer without `ETag` gets one.
    pub etag: Option<Vec<String>>,
}

impl Finish<'_> {
    /// `Cache-Control` to add to an answer with this status that has none: errors are not kept for longer than their
    /// service says.
    pub fn cache_control(&self, status: u16) -> Option<&str> {
        self.control.filter(|_| matches!(status, 200..=299 | 304))
    }

    /// Whether an answer with this status and without `ETag` gets one.
    pub fn wants_etag(&self, status: u16) -> bool {
        self.etag.is_some() && status == 200
    }

    /// Whether the client has the answer with this `ETag` already (RFC 9110, section 13.1.2), so that 304 is enough.
    pub fn is_known(&self, etag: &str) -> bool {
        let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let known = self.etag.iter().flatten().flat_map(|value| value.split(','));
        known.map(str::trim).any(|tag| tag == "*" || opaque(tag) == opaque(etag))
    }
}

/// The digest of a body that is read part by part, for a weak `ETag`.
///
/// FNV-1a with 64 bits, and the length. Two bodies of one URL with the same tag are as unlikely as it takes for a
/// validator; it is no protection against somebody who writes both.
#[derive(Debug, Clone, Copy)]
pub struct BodyTag {
    digest: u64,
    length: u64,
}

impl Default for BodyTag {
    fn default() -> Self {
        Self { digest: 0xcbf2_9ce4_8422_2325, length: 0 }
    }
}

impl BodyTag {
    /// Takes the next part.
    pub fn update(&mut self, part: &[u8]) {
        for byte in part {
            self.digest = (self.digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self.length = self.length.wrapping_add(u64::try_from(part.len()).unwrap_or_default());
    }

    /// The `ETag`.
    pub fn etag(self) -> String {
        format!("W/\"{:016x}-{:x}\"", self.digest, self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finish(if_none_match: &[&str]) -> Finish<'static> {
        Finish {
            control: Some("no-cache"),
            etag: Some(if_none_match.iter().map(|it| (*it).to_owned()).collect()),
        }
    }

    #[test]
    fn a_tag_does_not_depend_on_how_the_body_is_cut() {
        let (mut one, mut two) = (BodyTag::default(), BodyTag::default());
        one.update(b"hello");
        two.update(b"he");
        two.update(b"llo");
        assert_eq!(one.etag(), two.etag());
        assert_eq!(one.etag(), "W/\"a430d84680aabd0b-5\"");
    }

    #[test]
    fn tags_are_compared_weakly() {
        for known in ["\"x\"", "W/\"x\"", "\"a\", W/\"x\"", "*"] {
            assert!(finish(&[known]).is_known("W/\"x\""), "{known}");
        }
        assert!(finish(&["\"a\"", "\"x\""]).is_known("\"x\""));
        for other in [&[][..], &["\"y\""], &["x"]] {
            assert!(!finish(other).is_known("W/\"x\""), "{other:?}");
        }
    }

    #[test]
    fn errors_are_neither_tagged_nor_kept() {
        let finish = finish(&[]);
        assert_eq!((finish.cache_control(200), finish.cache_control(404)), (Some("no-cache"), None));
        assert!(finish.wants_etag(200) && !finish.wants_etag(206) && !finish.wants_etag(500));
    }
}
