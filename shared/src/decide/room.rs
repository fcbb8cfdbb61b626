//! The room in which a decision is made and told, kept from request to request.

use std::cell::Cell;

use super::authorize::Known;
use super::near::Marks;
use super::{Answer, Decision, Finish, Forward, Lines, Outcome};
use crate::table::Stored;

/// Room for a decision. Once it is warm, deciding allocates nothing.
#[derive(Default)]
pub struct Room {
    /// The host of the request, in lower case.
    pub(super) host: String,
    /// Its path with another slash at its end.
    pub(super) other: String,
    pub(super) scratch: Scratch,
    pub(super) near: Marks,
    pub(super) said: Said,
}

/// What is said of a request.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Whether the service sees another target than the client's, and which.
    pub(super) rewrites: bool,
    pub(super) uri: String,
    pub(super) request: Lines,
    /// Changes to the response, or the headers of an answer.
    pub(super) response: Lines,
    pub(super) body: String,
    pub(super) finishes: bool,
    pub(super) finish: Finish,
}

/// Buffers that are taken out for a moment and put back.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) walk: Cell<Vec<u8>>,
    pub(super) bytes: Cell<Vec<u8>>,
    pub(super) known: Cell<Known>,
    name: Cell<String>,
}

impl Room {
    /// What is to be done with the answer to the request that was decided last.
    pub fn finish(&self) -> Option<&Finish> {
        self.said.finishes.then_some(&self.said.finish)
    }
}

impl Said {
    pub(super) fn clear(&mut self) {
        self.rewrites = false;
        self.request.clear();
        self.response.clear();
        self.body.clear();
        if self.finishes {
            self.finishes = false;
            self.finish.clear();
        }
    }

    /// The target that the service sees, still empty.
    pub(super) fn rewritten(&mut self) -> &mut String {
        self.rewrites = true;
        self.uri.clear();
        &mut self.uri
    }

    /// The headers of an answer.
    pub(super) fn answered(&mut self) -> &mut Lines {
        &mut self.response
    }

    pub(super) fn decision<'a>(&'a self, outcome: &Outcome<'a>) -> Decision<'a> {
        match *outcome {
            Outcome::Forward { rule, router } => Decision::Forward(Forward {
                rule,
                router,
                uri: self.rewrites.then_some(self.uri.as_str()),
                request: &self.request,
                response: &self.response,
                finish: self.finishes.then_some(&self.finish),
            }),
            Outcome::Answer(status) => {
                Decision::Answer(Answer { status, headers: &self.response, body: &self.body })
            }
        }
    }
}

impl Scratch {
    /// Gives `read` what a text of the table stands for.
    pub(super) fn text<R>(&self, stored: Stored<'_>, read: impl FnOnce(&str) -> R) -> R {
        if let Some(plain) = stored.plain() {
            return read(plain);
        }
        let mut text = self.name.take();
        text.clear();
        stored.push_to(&mut text);
        let result = read(&text);
        self.name.set(text);
        result
    }
}
