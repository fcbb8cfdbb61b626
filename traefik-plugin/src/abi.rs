//! The http-wasm handler ABI: the imports from Traefik, and the exports that Traefik calls.
//!
//! This is the only unsafe code of smsvc, and it must do nothing else than hand bytes over. The host writes
//! only within the capacity that it is told, and writes nothing where a value is longer; it then says how
//! long the value is, and it is read again.
#![allow(unsafe_code)]

use std::fs::File;
use std::io::Read;
use std::time::{SystemTime, UNIX_EPOCH};

use smsvc_traefik::host::Host;

use crate::instance::{self, Verdict};

/// The request's side of the functions that serve both the request and the response.
const REQUEST: u32 = 0;
const RESPONSE: u32 = 1;
const LEVEL_ERROR: i32 = 2;
const BUFFER_RESPONSE: u32 = 2;

/// What [`handle_response`] is given for a request whose answer is held back.
const HELD: u32 = 1;

/// Holds a method, a host name or a usual URI without asking twice.
const FIRST_CAPACITY: usize = 256;

/// What only tokens need is not in a guest that cannot check one.
const CHECKS_TOKENS: bool = cfg!(feature = "jwt");

/// More than any secret has.
const SECRET_LIMIT: u64 = 4096;

/// How much of a body is read at once.
const BODY_PART: usize = 4096;

mod import {
    #[link(wasm_import_module = "http_handler")]
    unsafe extern "C" {
        pub(super) fn log(level: i32, text: *const u8, length: usize);
        pub(super) fn get_config(buffer: *mut u8, limit: usize) -> usize;
        pub(super) fn get_method(buffer: *mut u8, limit: usize) -> usize;
        pub(super) fn get_uri(buffer: *mut u8, limit: usize) -> usize;
        pub(super) fn set_uri(uri: *const u8, length: usize);
        pub(super) fn get_header_values(
            kind: u32,
            name: *const u8,
            name_length: usize,
            buffer: *mut u8,
            limit: usize,
        ) -> u64;
        pub(super) fn set_header_value(
            kind: u32,
            name: *const u8,
            name_length: usize,
            value: *const u8,
            value_length: usize,
        );
        pub(super) fn get_header_names(kind: u32, buffer: *mut u8, limit: usize) -> u64;
        pub(super) fn add_header_value(
            kind: u32,
            name: *const u8,
            name_length: usize,
            value: *const u8,
            value_length: usize,
        );
        pub(super) fn remove_header(kind: u32, name: *const u8, name_length: usize);
        pub(super) safe fn enable_features(features: u32) -> u32;
        pub(super) safe fn get_status_code() -> u32;
        pub(super) safe fn set_status_code(status: u32);
        pub(super) fn read_body(kind: u32, buffer: *mut u8, limit: usize) -> u64;
        pub(super) fn write_body(kind: u32, body: *const u8, length: usize);
    }
}

/// Returns 1 to go on to the next handler and 0 to stop. The upper half is passed to [`handle_response`].
#[unsafe(no_mangle)]
extern "C" fn handle_request() -> u64 {
    match instance::request() {
        Verdict::Stop => 0,
        Verdict::Continue => 1,
        Verdict::Finish => u64::from(HELD) << 32 | 1,
    }
}

/// Traps where the next handler failed; else sees to an answer that is held back.
///
/// Traefik's host swallows the error with which its proxy aborts a response, and would end a chunked body as
/// if it were complete. A trap makes it abort the connection. It must come before anything is on the shadow
/// stack, which is not unwound: so this function must have no frame of its own, and what needs one is called last.
#[unsafe(no_mangle)]
extern "C" fn handle_response(context: u32, is_error: u32) {
    if is_error != 0 {
        core::arch::wasm32::unreachable()
    }
    if context == HELD {
        respond();
    }
}

#[inline(never)]
fn respond() {
    instance::response();
}

/// Writes a line to Traefik's log, at level error.
pub(crate) fn log_error(line: &str) {
    // SAFETY: the host reads `line.len()` bytes from a live string.
    unsafe { import::log(LEVEL_ERROR, line.as_ptr(), line.len()) }
}

/// The middleware's configuration, a JSON object.
pub(crate) fn config() -> Vec<u8> {
    let mut buffer = Vec::new();
    // SAFETY: `read` gives a buffer of at least `limit` bytes.
    read(&mut buffer, |start, limit| unsafe { import::get_config(start, limit) });
    buffer
}

/// Fills `buffer` with what `get` writes. `get` is given the start and the capacity of the buffer and returns
/// the length of the value, which it has written only where it fits.
fn read(buffer: &mut Vec<u8>, get: impl Fn(*mut u8, usize) -> usize) {
    buffer.clear();
    buffer.reserve(FIRST_CAPACITY);
    let mut length = get(buffer.as_mut_ptr(), buffer.capacity());
    if length > buffer.capacity() {
        buffer.reserve_exact(length);
        length = get(buffer.as_mut_ptr(), buffer.capacity());
    }
    if length <= buffer.capacity() {
        // SAFETY: the host has written `length` bytes from the start of the buffer, which has room for them.
        unsafe { buffer.set_len(length) }
    }
}

/// The values of a header, each ended by a NUL byte in `buffer`.
fn read_header(kind: u32, buffer: &mut Vec<u8>, name: &str) {
    read(buffer, |start, limit| {
        // SAFETY: `name` is live and `read` gives a buffer of at least `limit` bytes.
        let count_and_length =
            unsafe { import::get_header_values(kind, name.as_ptr(), name.len(), start, limit) };
        lower_half(count_and_length)
    });
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the upper half is the number of values, or the end of a body"
)]
fn lower_half(value: u64) -> usize {
    value as usize
}

fn add_header(kind: u32, name: &str, value: &str) {
    // SAFETY: the host reads from two live strings, within their lengths.
    unsafe { import::add_header_value(kind, name.as_ptr(), name.len(), value.as_ptr(), value.len()) }
}

fn remove_header(kind: u32, name: &str) {
    // SAFETY: the host reads `name.len()` bytes from a live string.
    unsafe { import::remove_header(kind, name.as_ptr(), name.len()) }
}

fn set_header(kind: u32, name: &str, value: &str) {
    // SAFETY: the host reads from two live strings, within their lengths.
    unsafe { import::set_header_value(kind, name.as_ptr(), name.len(), value.as_ptr(), value.len()) }
}

/// Traefik, during the request that it holds now.
pub(crate) struct Traefik;

impl Host for Traefik {
    fn method(&self, buffer: &mut Vec<u8>) {
        // SAFETY: `read` gives a buffer of at least `limit` bytes.
        read(buffer, |start, limit| unsafe { import::get_method(start, limit) });
    }

    fn host(&self, buffer: &mut Vec<u8>) {
        read_header(REQUEST, buffer, "host");
        if buffer.last() == Some(&0) {
            buffer.pop();
        }
    }

    fn uri(&self, buffer: &mut Vec<u8>) {
        // SAFETY: `read` gives a buffer of at least `limit` bytes.
        read(buffer, |start, limit| unsafe { import::get_uri(start, limit) });
    }

    fn request_header(&self, name: &str, buffer: &mut Vec<u8>) {
        read_header(REQUEST, buffer, name);
    }

    fn request_header_names(&self, buffer: &mut Vec<u8>) {
        read(buffer, |start, limit| {
            // SAFETY: `read` gives a buffer of at least `limit` bytes.
            lower_half(unsafe { import::get_header_names(REQUEST, start, limit) })
        });
    }

    fn set_request_header(&self, name: &str, value: &str) {
        set_header(REQUEST, name, value);
    }

    fn add_request_header(&self, name: &str, value: &str) {
        add_header(REQUEST, name, value);
    }

    fn remove_request_header(&self, name: &str) {
        remove_header(REQUEST, name);
    }

    fn set_uri(&self, uri: &str) {
        // SAFETY: the host reads `uri.len()` bytes from a live string.
        unsafe { import::set_uri(uri.as_ptr(), uri.len()) }
    }

    fn set_response_header(&self, name: &str, value: &str) {
        set_header(RESPONSE, name, value);
    }

    fn add_response_header(&self, name: &str, value: &str) {
        add_header(RESPONSE, name, value);
    }

    fn hold_response(&self) {
        import::enable_features(BUFFER_RESPONSE);
    }

    fn status(&self) -> u16 {
        u16::try_from(import::get_status_code()).unwrap_or_default()
    }

    fn has_response_header(&self, name: &str) -> bool {
        let mut buffer = Vec::new();
        read_header(RESPONSE, &mut buffer, name);
        !buffer.is_empty()
    }

    fn remove_response_header(&self, name: &str) {
        remove_header(RESPONSE, name);
    }

    fn read_response_body(&self, visit: &mut dyn FnMut(&[u8])) {
        let mut part = vec![0; BODY_PART];
        loop {
            // SAFETY: the buffer has the length that the host is told.
            let read = unsafe { import::read_body(RESPONSE, part.as_mut_ptr(), part.len()) };
            visit(part.get(..lower_half(read)).unwrap_or_default());
            // The upper half tells the end, and a host that gives nothing would never come to one.
            if read >> 32 != 0 || read == 0 {
                return;
            }
        }
    }

    fn now(&self) -> Option<u64> {
        if !CHECKS_TOKENS {
            return None;
        }
        Some(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs())
    }

    fn secret(&self, path: &str) -> Option<Vec<u8>> {
        if !CHECKS_TOKENS {
            return None;
        }
        let mut content = Vec::new();
        File::open(path).ok()?.take(SECRET_LIMIT).read_to_end(&mut content).ok()?;
        // One that goes on is none, and its start must not be taken for it.
        (u64::try_from(content.len()).ok()? < SECRET_LIMIT).then_some(content)
    }

    fn set_status(&self, status: u16) {
        import::set_status_code(u32::from(status));
    }

    fn write_body(&self, body: &[u8]) {
        // SAFETY: the host reads `body.len()` bytes from a live slice.
        unsafe { import::write_body(RESPONSE, body.as_ptr(), body.len()) }
    }
}
