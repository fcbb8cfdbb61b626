//! That an instance lives long: traps, memory, and the depth of its stack.

use smsvc_core::path::SEGMENTS_MAX;
use smsvc_core::spec::Spec;
use smsvc_core::table::Rules;

use crate::expected::CONTINUE;
use crate::host::Guest;
use crate::{configuration, get, guest};

#[test]
fn the_deepest_template_leaves_half_of_the_stack_free() {
    let deep = |segment: &str| format!("/{segment}").repeat(SEGMENTS_MAX);
    let parameters: Vec<_> = (0..SEGMENTS_MAX).map(|index| format!("/a{{p{index}}}.b")).collect();
    let parameters = parameters.concat();
    let spec = format!(
        r#"{{"v":1,"groups":[{{"name":"g","base":"{}","services":[{{"service":"s","routes":{{
        "far":{{"path":"{}","methods":"PUT"}},"deep":{{"path":"{parameters}","rewrite.path":"{parameters}"}}}}}}]}}]}}"#,
        deep("base"),
        deep("axx.b"),
    );
    let mut guest = Guest::load(&configuration(&Rules::of(&Spec::parse(&spec).unwrap()).compile()));
    guest.paint_stack();
    assert_eq!(guest.start(), Ok(()), "{:?}", guest.log());
    let (next, calls) = guest.request(get(&(deep("base") + &deep("axx.b") + "?x"))).unwrap();
    assert_eq!((next, calls.last()), (CONTINUE, Some(&format!("set_uri {}?x", deep("axx.b")))));
    assert!(guest.stack_never_reached() > 16 * 1024, "{} bytes are left", guest.stack_never_reached());
}

#[test]
fn an_aborted_response_traps_without_wearing_the_instance_out() {
    let mut guest = guest();
    let resting = guest.stack_pointer();
    for _ in 0..10_000 {
        guest.request(get("/v2/orders")).unwrap();
        let trap = guest.response(true).unwrap_err();
        assert_eq!(trap.as_trap_code(), Some(wasmi::TrapCode::UnreachableCodeReached));
        assert_eq!(guest.stack_pointer(), resting);
    }
    assert_eq!(guest.request(get("/v2/orders")).unwrap().0, CONTINUE);
}

#[test]
fn a_complete_response_is_left_alone() {
    let mut guest = guest();
    guest.request(get("/v2/orders")).unwrap();
    guest.response(false).unwrap();
}

#[test]
fn a_table_of_10000_routes_is_held_without_growing_memory() {
    let service = |number: usize| {
        let route =
            |own: usize| format!(r#""r{own}":{{"path":"/v1/s{number}/r{own}/{{id}}","methods":"GET"}}"#);
        let routes = (0..100).map(route).collect::<Vec<_>>().join(",");
        format!(r#"{{"service":"bench-{number}","age":{number},"routes":{{{routes}}}}}"#)
    };
    let services = (0..100).map(service).collect::<Vec<_>>().join(",");
    let spec = format!(r#"{{"v":1,"groups":[{{"name":"g","services":[{services}]}}]}}"#);
    let mut guest = Guest::load(&configuration(&Rules::of(&Spec::parse(&spec).unwrap()).compile()));
    let pages = guest.pages();
    assert_eq!(guest.start(), Ok(()), "{:?}", guest.log());
    assert_eq!(guest.request(get("/v1/s99/r99/7")).unwrap().0, CONTINUE);
    assert_eq!(guest.pages(), pages);
}

#[test]
fn memory_does_not_grow_with_requests() {
    let mut guest = guest();
    let requests =
        [get("/v2/pets/7?x=1"), get("/v2/nope"), get("/v2/tenant").with_header("X-Tenant", "acme")];
    let round = |guest: &mut Guest| {
        for request in &requests {
            guest.request(request.clone()).unwrap();
        }
    };
    round(&mut guest);
    let pages = guest.pages();
    for _ in 0..100_000 / requests.len() {
        round(&mut guest);
    }
    assert_eq!(guest.pages(), pages);
}
