//! A request allocates nothing: every case of the shared table is handled with buffers that have seen it before, and the
//! allocator is asked.

#[path = "../../tests/cases/mod.rs"]
#[expect(dead_code, reason = "what is expected of a case is no matter here")]
mod table_of_cases;

use allocation_counter::measure;
use smsvc_core::labels;
use smsvc_core::merge::merge;
use smsvc_core::table::{Rules, Table};
use smsvc_traefik::host::Host;
use smsvc_traefik::middleware::{Buffers, handle};
use table_of_cases::{Case, petstore};

/// Traefik with one request, of which nothing is kept.
struct Silent<'c>(&'c Case);

impl Silent<'_> {
    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.headers.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str())
    }
}

fn fill<'v>(buffer: &mut Vec<u8>, values: impl Iterator<Item = &'v str>) {
    buffer.clear();
    for value in values {
        buffer.extend_from_slice(value.as_bytes());
        buffer.push(0);
    }
}

fn fill_one(buffer: &mut Vec<u8>, value: &str) {
    buffer.clear();
    buffer.extend_from_slice(value.as_bytes());
}

impl Host for Silent<'_> {
    fn method(&self, buffer: &mut Vec<u8>) {
        fill_one(buffer, &self.0.method);
    }

    fn host(&self, buffer: &mut Vec<u8>) {
        fill_one(buffer, &self.0.host);
    }

    fn uri(&self, buffer: &mut Vec<u8>) {
        fill_one(buffer, &self.0.target);
    }

    fn request_header_names(&self, buffer: &mut Vec<u8>) {
        fill(buffer, self.0.headers.keys().map(String::as_str));
    }

    fn request_header(&self, name: &str, buffer: &mut Vec<u8>) {
        fill(buffer, self.values(name));
    }

    fn set_request_header(&self, _name: &str, _value: &str) {}
    fn add_request_header(&self, _name: &str, _value: &str) {}
    fn remove_request_header(&self, _name: &str) {}
    fn set_uri(&self, _uri: &str) {}
    fn set_response_header(&self, _name: &str, _value: &str) {}
    fn add_response_header(&self, _name: &str, _value: &str) {}
    fn hold_response(&self) {}
    fn set_status(&self, _status: u16) {}
    fn write_body(&self, _body: &[u8]) {}
    fn remove_response_header(&self, _name: &str) {}
    fn read_response_body(&self, _visit: &mut dyn FnMut(&[u8])) {}

    fn now(&self) -> Option<u64> {
        None
    }

    fn secret(&self, _path: &str) -> Option<Vec<u8>> {
        None
    }

    fn status(&self) -> u16 {
        200
    }

    fn has_response_header(&self, _name: &str) -> bool {
        false
    }
}

#[test]
fn a_request_allocates_nothing_whatever_becomes_of_it() {
    let cases = petstore();
    let services = cases.services.iter();
    let declarations: Vec<_> =
        services.map(|it| labels::parse(&it.name, &it.created, &it.labels).unwrap().unwrap()).collect();
    let text = Rules::of(&merge(&declarations).spec).compile();
    let opened = measure(|| assert!(Table::open(text.as_bytes()).is_ok()));
    assert_eq!(opened.count_total, 0, "a table is used where it stands");
    let table = Table::open(text.as_bytes()).unwrap();
    let mut buffers = Buffers::default();
    let mut handled = |case: &Case| {
        let _next = handle(&Silent(case), &table, &mut buffers);
    };
    let first = measure(|| cases.requests.iter().for_each(&mut handled));
    assert!(first.count_total > 0, "the allocator counts");
    // Claims of tokens are read into memory.
    for case in cases.requests.iter().filter(|case| case.host != "vault.example") {
        let again = measure(|| handled(case));
        assert_eq!(again.count_total, 0, "{}: {again:?}", case.name);
    }
}
