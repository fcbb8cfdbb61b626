//! What Traefik sees of the module before the first request: imports, exports, stack, start.

use std::process::Command;

use crate::expected::{CONTINUE, STOP};
use crate::host::Guest;
use crate::wasm;
use crate::{configuration, get, guest, rules};

#[test]
fn the_guest_asks_for_nothing_but_what_traefik_offers() {
    // No randomness. Of WASI, four functions are Rust's start-up and abort, the clock is for the time of tokens, and those
    // of files are for a shared secret.
    let expected = [
        "http_handler.add_header_value",
        "http_handler.enable_features",
        "http_handler.get_config",
        "http_handler.get_header_names",
        "http_handler.get_header_values",
        "http_handler.get_method",
        "http_handler.get_status_code",
        "http_handler.get_uri",
        "http_handler.log",
        "http_handler.read_body",
        "http_handler.remove_header",
        "http_handler.set_header_value",
        "http_handler.set_status_code",
        "http_handler.set_uri",
        "http_handler.write_body",
        "wasi_snapshot_preview1.clock_time_get",
        "wasi_snapshot_preview1.environ_get",
        "wasi_snapshot_preview1.environ_sizes_get",
        "wasi_snapshot_preview1.fd_close",
        "wasi_snapshot_preview1.fd_fdstat_get",
        "wasi_snapshot_preview1.fd_prestat_dir_name",
        "wasi_snapshot_preview1.fd_prestat_get",
        "wasi_snapshot_preview1.fd_read",
        "wasi_snapshot_preview1.fd_write",
        "wasi_snapshot_preview1.path_open",
        "wasi_snapshot_preview1.proc_exit",
    ];
    assert_eq!(wasm::imports(wasm::bytes()), expected);
}

#[test]
fn the_guest_offers_what_traefik_requires_without_wrappers() {
    let expected = [
        "__main_void: [] -> [I32]",
        "_start: [] -> []",
        "handle_request: [] -> [I64]",
        "handle_response: [I32, I32] -> []",
        "memory: memory",
    ];
    assert_eq!(wasm::exports(wasm::bytes()), expected);
}

#[test]
fn the_native_build_says_that_it_is_a_module_for_traefik() {
    let output = Command::new(env!("CARGO_BIN_EXE_smsvc-traefik")).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("wasm32-wasip1") && text.lines().count() == 1, "{text}");
}

#[test]
fn the_module_is_small() {
    // Traefik compiles it again for every router at every change. Swarm takes a config of 1000 KiB today and took 500 KiB before.
    // Most of it is for checking tokens: a build without the feature `jwt` has 113 kB.
    assert!(wasm::bytes().len() <= 350_000, "{} bytes", wasm::bytes().len());
}

#[test]
fn the_shadow_stack_is_32_kib() {
    assert_eq!(guest().stack_pointer(), 32_768);
}

#[test]
fn the_test_data_of_the_manifest_is_a_configuration_that_starts() {
    let manifest = include_str!("../../../.traefik.yml");
    let (_, table) = manifest.split_once("  spec: ").unwrap();
    assert_eq!(table.trim_end(), rules().compile(), "as this version writes it");
    let mut guest = Guest::started(&configuration(table.trim_end()));
    assert_eq!(guest.request(get("/v2/orders")).unwrap().0, CONTINUE);
}

#[test]
fn a_configuration_error_refuses_the_start_with_one_line_in_the_log() {
    let table = rules().compile();
    let cases = [
        (String::new(), "one string field `spec`"),
        ("null".to_owned(), "one string field `spec`"),
        ("{}".to_owned(), "one string field `spec`"),
        (r#"{"spec":{"v":"1"}}"#.to_owned(), "one string field `spec`"),
        (configuration(r#"{\"v\":1,\"groups\":[]}"#), "no table of routes of this version"),
        (configuration(&table.replacen("smsvcAE", "smsvcAF", 1)), "another version of smsvc"),
        (configuration(&table[..table.len() - 1]), "cut off or changed"),
        (configuration(&table.replacen("pets", "cats", 1)), "cut off or changed"),
    ];
    for (configuration, reason) in cases {
        let mut guest = Guest::load(&configuration);
        assert_eq!(guest.start(), Err(1), "{configuration}");
        let [line] = guest.log() else { panic!("{configuration}: {:?}", guest.log()) };
        assert!(line.starts_with("2 smsvc: ") && line.contains(reason) && !line.contains('\n'), "{line}");
    }
}

#[test]
fn a_request_before_a_successful_start_is_answered_500() {
    let (next, calls) = Guest::load("{}").request(get("/v2/orders")).unwrap();
    assert_eq!((next, calls.last().map(String::as_str)), (STOP, Some("set_status 500")));
}
