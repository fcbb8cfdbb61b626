//! Finishing: what is made of the answer of a service before the client gets it.

/// What is to be done with the answer of a service. Whoever does it has to hold the answer back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finish {
    /// Whether an answer without `Cache-Control` gets one, and which.
    pub(super) controls: bool,
    pub(super) control: String,
    /// Whether an answer without `ETag` gets one.
    pub(super) tags: bool,
    /// The values of `If-None-Match`, with commas between them.
    pub(super) known: String,
}

impl Finish {
    pub(super) fn clear(&mut self) {
        self.controls = false;
        self.control.clear();
        self.tags = false;
        self.known.clear();
    }

    /// `Cache-Control` to add to an answer that has none.
    pub fn control(&self) -> Option<&str> {
        self.controls.then_some(self.control.as_str())
    }

    /// Whether an answer without `ETag` may get one.
    pub fn tags(&self) -> bool {
        self.tags
    }

    /// `Cache-Control` to add to an answer with this status that has none: errors are not kept for longer than their
    /// service says.
    pub fn cache_control(&self, status: u16) -> Option<&str> {
        self.control().filter(|_| matches!(status, 200..=299 | 304))
    }

    /// Whether an answer with this status and without `ETag` gets one.
    pub fn wants_etag(&self, status: u16) -> bool {
        self.tags && status == 200
    }

    /// Whether the client has the answer with this `ETag` already (RFC 9110, section 13.1.2), so that 304 is enough.
    pub fn is_known(&self, etag: &str) -> bool {
        self.known.split(',').map(str::trim).any(|tag| tag == "*" || opaque_tag(tag) == opaque_tag(etag))
    }
}

/// A tag without its mark of weakness.
fn opaque_tag(tag: &str) -> &str {
    tag.trim().trim_start_matches("W/")
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

    /// Appends the `ETag` to a text.
    pub fn push_to(self, text: &mut String) {
        text.push_str("W/\"");
        push_hex(text, self.digest, 16);
        text.push('-');
        push_hex(text, self.length, 1);
        text.push('"');
    }
}

/// Appends a number in hexadecimal digits, at least so many.
fn push_hex(text: &mut String, number: u64, least: u32) {
    let digits = (64_u32.saturating_sub(number.leading_zeros())).div_ceil(4).max(least);
    for place in (0..digits).rev() {
        let nibble = number.checked_shr(place.saturating_mul(4)).unwrap_or_default() & 15;
        text.extend(u32::try_from(nibble).ok().and_then(|nibble| char::from_digit(nibble, 16)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finish(if_none_match: &[&str]) -> Finish {
        Finish { controls: true, control: "no-cache".to_owned(), tags: true, known: if_none_match.join(",") }
    }

    fn etag(tag: BodyTag) -> String {
        let mut text = String::new();
        tag.push_to(&mut text);
        text
    }

    #[test]
    fn a_tag_does_not_depend_on_how_the_body_is_cut() {
        let (mut one, mut two) = (BodyTag::default(), BodyTag::default());
        one.update(b"hello");
        two.update(b"he");
        two.update(b"llo");
        assert_eq!(etag(one), etag(two));
        assert_eq!(etag(BodyTag::default()), "W/\"cbf29ce484222325-0\"");
        assert_eq!(etag(one), "W/\"a430d84680aabd0b-5\"");
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
