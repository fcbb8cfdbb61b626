//! Base64 for URLs, without padding (RFC 7515, section 2). One text alone stands for each sequence of bytes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The bytes that a text stands for.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// The text for some bytes.
pub(super) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_stands_for_some_bytes() {
        assert_eq!(decode("_-8"), Some(vec![0xff, 0xef]));
        for other in ["_-8=", "_-9", "/+8", "_- 8", "_-8\n", "_", "_-8A_"] {
            assert_eq!(decode(other), None, "{other:?}");
        }
        assert_eq!(encode(&[0xff, 0xef]), "_-8");
        assert_eq!(decode(""), Some(Vec::new()));
    }
}
