//! What the middleware needs from Traefik, as a trait, so that the order of the calls is tested natively.
//!
//! The calls follow the http-wasm handler ABI one to one. Those that read fill a buffer of the caller, which
//! is kept from request to request, instead of making a new one.

/// Traefik, during one request.
///
/// All text is bytes on the way in: a query or a header may hold any byte above 0x7F. The host's own rules on
/// the order of the calls are kept by [`crate::middleware`], not by an implementation.
pub trait Host {
    /// Puts the request's method into `buffer`.
    fn method(&self, buffer: &mut Vec<u8>);

    /// Puts the request's host into `buffer`, as the client sent it, with its port if it has one.
    fn host(&self, buffer: &mut Vec<u8>);

    /// Puts the path and the query into `buffer`, percent-encoded; `/` where the path is empty.
    fn uri(&self, buffer: &mut Vec<u8>);

    /// Puts the names of all request headers into `buffer`, each ended by a NUL byte.
    fn request_header_names(&self, buffer: &mut Vec<u8>);

    /// Puts the values of a request header into `buffer`, in the order in which they came, each ended by a NUL byte.
    fn request_header(&self, name: &str, buffer: &mut Vec<u8>);

    /// Sets a request header to one value and drops all others of that name.
    fn set_request_header(&self, name: &str, value: &str);

    /// Adds a line to those of a request header.
    fn add_request_header(&self, name: &str, value: &str);

    /// Removes every value of a request header.
    fn remove_request_header(&self, name: &str);

    /// Replaces path and query. Traefik traps the guest where Go's `url.ParseRequestURI` refuses `uri`.
    fn set_uri(&self, uri: &str);

    /// Sets a header of the answer. Without effect once the status is set: that sends the head.
    fn set_response_header(&self, name: &str, value: &str);

    /// Adds a line to those of a header of the answer, or of the answer that the next handler is going to give.
    fn add_response_header(&self, name: &str, value: &str);

    /// Has the next handler's answer held back until the guest has seen it. Before the next handler only.
    fn hold_response(&self);

    /// Sets the status of the answer and sends its head; of an answer that is held back, changes it.
    fn set_status(&self, status: u16);

    /// Writes the body of the answer; the head must have been sent. Takes the place of one that is held back.
    fn write_body(&self, body: &[u8]);

    /// The status of the answer that is held back.
    fn status(&self) -> u16;

    /// Whether the answer that is held back has a header.
    fn has_response_header(&self, name: &str) -> bool;

    /// Removes every value of a header of the answer that is held back.
    fn remove_response_header(&self, name: &str);

    /// The seconds since 1970.
    fn now(&self) -> Option<u64>;

    /// The content of a file that Traefik lets the guest see; `None` if there is no such file, or if it is longer than any
    /// secret.
    fn secret(&self, path: &str) -> Option<Vec<u8>>;

    /// Shows `visit` the body of the answer that is held back, part by part, and leaves it as it is.
    fn read_response_body(&self, visit: &mut dyn FnMut(&[u8]));
}

#[cfg(test)]
pub(crate) mod fake {
    //! A host that answers from memory and records what it was asked to do, in order.

    use std::cell::RefCell;

    use super::Host;

    /// One call that changes something, or that looks a header up.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) enum Call {
        ReadHeader(String),
        SetRequestHeader(String, String),
        AddRequestHeader(String, String),
        RemoveRequestHeader(String),
        SetUri(String),
        AddResponseHeader(String, String),
        SetResponseHeader(String, String),
        RemoveResponseHeader(String),
        HoldResponse,
        SetStatus(u16),
        WriteBody(String),
    }

    /// What the next handler has answered.
    #[derive(Default)]
    pub(crate) struct Answered {
        pub(crate) status: u16,
        pub(crate) headers: Vec<(String, Vec<u8>)>,
        pub(crate) body: Vec<u8>,
    }

    #[derive(Default)]
    pub(crate) struct FakeHost {
        pub(crate) method: Vec<u8>,
        pub(crate) host: Vec<u8>,
        pub(crate) uri: Vec<u8>,
        pub(crate) headers: Vec<(String, Vec<u8>)>,
        pub(crate) now: Option<u64>,
        pub(crate) secret: Option<Vec<u8>>,
        pub(crate) answered: Answered,
        pub(crate) calls: RefCell<Vec<Call>>,
    }

    impl FakeHost {
        pub(crate) fn new(method: &str, host: &str, uri: impl Into<Vec<u8>>) -> Self {
            Self { method: method.into(), host: host.into(), uri: uri.into(), ..Self::default() }
        }

        pub(crate) fn with_header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
            self.headers.push((name.to_owned(), value.into()));
            self
        }

        fn record(&self, call: Call) {
            self.calls.borrow_mut().push(call);
        }
    }

    fn values<'h>(headers: &'h [(String, Vec<u8>)], name: &str) -> impl Iterator<Item = &'h [u8]> {
        let of_that_name = headers.iter().filter(move |(other, _)| other.eq_ignore_ascii_case(name));
        of_that_name.map(|(_, value)| value.as_slice())
    }

    fn fill_all<'v>(buffer: &mut Vec<u8>, values: impl Iterator<Item = &'v [u8]>) {
        buffer.clear();
        values.for_each(|value| {
            buffer.extend_from_slice(value);
            buffer.push(0);
        });
    }

    fn fill(buffer: &mut Vec<u8>, value: &[u8]) {
        buffer.clear();
        buffer.extend_from_slice(value);
    }

    impl Host for FakeHost {
        fn method(&self, buffer: &mut Vec<u8>) {
            fill(buffer, &self.method);
        }

        fn host(&self, buffer: &mut Vec<u8>) {
            fill(buffer, &self.host);
        }

        fn uri(&self, buffer: &mut Vec<u8>) {
            fill(buffer, &self.uri);
        }

        fn request_header_names(&self, buffer: &mut Vec<u8>) {
            fill_all(buffer, self.headers.iter().map(|(name, _)| name.as_bytes()));
        }

        fn request_header(&self, name: &str, buffer: &mut Vec<u8>) {
            self.record(Call::ReadHeader(name.to_owned()));
            fill_all(buffer, values(&self.headers, name));
        }

        fn add_request_header(&self, name: &str, value: &str) {
            self.record(Call::AddRequestHeader(name.to_owned(), value.to_owned()));
        }

        fn add_response_header(&self, name: &str, value: &str) {
            self.record(Call::AddResponseHeader(name.to_owned(), value.to_owned()));
        }

        fn hold_response(&self) {
            self.record(Call::HoldResponse);
        }

        fn status(&self) -> u16 {
            self.answered.status
        }

        fn has_response_header(&self, name: &str) -> bool {
            values(&self.answered.headers, name).next().is_some()
        }

        fn remove_response_header(&self, name: &str) {
            self.record(Call::RemoveResponseHeader(name.to_owned()));
        }

        fn now(&self) -> Option<u64> {
            self.now
        }

        fn secret(&self, _path: &str) -> Option<Vec<u8>> {
            self.secret.clone()
        }

        fn read_response_body(&self, visit: &mut dyn FnMut(&[u8])) {
            self.answered.body.chunks(2).for_each(visit);
        }

        fn set_request_header(&self, name: &str, value: &str) {
            self.record(Call::SetRequestHeader(name.to_owned(), value.to_owned()));
        }

        fn remove_request_header(&self, name: &str) {
            self.record(Call::RemoveRequestHeader(name.to_owned()));
        }

        fn set_uri(&self, uri: &str) {
            self.record(Call::SetUri(uri.to_owned()));
        }

        fn set_response_header(&self, name: &str, value: &str) {
            self.record(Call::SetResponseHeader(name.to_owned(), value.to_owned()));
        }

        fn set_status(&self, status: u16) {
            self.record(Call::SetStatus(status));
        }

        fn write_body(&self, body: &[u8]) {
            self.record(Call::WriteBody(String::from_utf8_lossy(body).into_owned()));
        }
    }
}
