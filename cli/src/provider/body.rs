//! A document as it is handed out: in the pieces of which it is made, none of them copied for a reader.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use sha2::{Digest as _, Sha256};
use smsvc_core::traefik::Chunk;

use crate::gateway::hex;

/// Traefik's dynamic configuration, as JSON.
#[derive(Debug, Clone, Default)]
pub struct Document(Arc<[Bytes]>);

impl Document {
    /// How long it is.
    pub fn len(&self) -> usize {
        self.0.iter().map(Bytes::len).sum()
    }

    /// Whether it has no text at all, which no document of Traefik's is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of it.
    pub fn to_vec(&self) -> Vec<u8> {
        self.0.concat()
    }

    /// Its SHA-256 in hexadecimal digits.
    pub fn digest(&self) -> String {
        let mut digest = Sha256::new();
        for piece in &*self.0 {
            digest.update(piece);
        }
        hex(&digest.finalize())
    }

    /// It as the body of an answer.
    pub(super) fn body(&self) -> Pieces {
        Pieces { document: self.clone(), next: 0, left: self.len() }
    }
}

impl From<Vec<Chunk>> for Document {
    fn from(chunks: Vec<Chunk>) -> Self {
        Self(chunks.into_iter().map(Bytes::from_owner).collect())
    }
}

impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.len() == other.len() && self.to_vec() == other.to_vec())
    }
}

/// The body of an answer: a document piece by piece.
#[derive(Debug)]
pub(super) struct Pieces {
    document: Document,
    next: usize,
    left: usize,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.document.0.get(self.next).cloned();
        self.next += 1;
        self.left -= piece.as_ref().map_or(0, Bytes::len);
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left as u64)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    fn document(texts: &[&'static str]) -> Document {
        texts.iter().map(|text| Chunk::Between(text)).collect::<Vec<_>>().into()
    }

    #[tokio::test]
    async fn a_body_has_the_length_that_it_tells_and_all_pieces() {
        let body = document(&["{", "", "\"http\":{}", "}"]).body();
        assert_eq!(body.size_hint().exact(), Some(11));
        assert_eq!(body.collect().await.unwrap().to_bytes(), "{\"http\":{}}");
    }

    #[test]
    fn how_a_document_is_divided_is_no_matter() {
        let (one, two) = (document(&["ab", "c"]), document(&["a", "", "bc"]));
        assert_eq!((&one, one.digest()), (&two, two.digest()));
        assert_ne!(one, document(&["ab", "d"]));
        assert_eq!(one.to_vec(), b"abc");
    }
}
