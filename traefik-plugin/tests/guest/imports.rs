//! The functions that the host offers to the guest. They are as strict as those of Traefik's
//! (http-wasm-host-go 0.7.0): an empty header name and a URI that Go would not parse trap the guest, and a
//! header of the answer that comes after its head is recorded as late.

use std::time::{SystemTime, UNIX_EPOCH};

use wasmi::{Caller, Error, Linker, Store};

use crate::host::State;

const REQUEST: u32 = 0;

/// All of them.
pub(crate) fn linker(store: &Store<State>) -> Linker<State> {
    let mut linker = Linker::new(store.engine());
    http_handler(&mut linker).unwrap();
    wasi(&mut linker).unwrap();
    linker
}

/// The functions of module `http_handler` that the guest uses.
fn http_handler(linker: &mut Linker<State>) -> Result<(), Error> {
    type C<'a> = Caller<'a, State>;
    let module = "http_handler";
    linker.func_wrap(module, "log", |mut c: C, level: u32, text: u32, length: u32| {
        let line = format!("{level} {}", read_text(&c, text, length));
        c.data_mut().log.push(line);
    })?;
    linker.func_wrap(module, "get_config", |mut c: C, buffer: u32, limit: u32| {
        let config = c.data().config.clone();
        write(&mut c, buffer, limit, &config)
    })?;
    linker.func_wrap(module, "get_method", |mut c: C, buffer: u32, limit: u32| {
        let method = c.data().request.method.clone();
        write(&mut c, buffer, limit, &method)
    })?;
    linker.func_wrap(module, "get_uri", |mut c: C, buffer: u32, limit: u32| {
        let uri = c.data().request.uri.clone();
        write(&mut c, buffer, limit, &uri)
    })?;
    linker.func_wrap(module, "set_uri", |mut c: C, uri: u32, length: u32| {
        let uri = read_text(&c, uri, length);
        if !go_parses(&uri) {
            return Err(Error::new(format!("parse {uri:?}: invalid URI for request")));
        }
        c.data_mut().calls.push(format!("set_uri {uri}"));
        Ok(())
    })?;
    linker.func_wrap(
        module,
        "get_header_values",
        |mut c: C, kind: u32, name: u32, name_length: u32, buffer: u32, limit: u32| {
            let name = read_name(&c, name, name_length)?;
            let values = if kind == REQUEST { values(&mut c, &name) } else { answered(&c, &name) };
            let joined: Vec<u8> = values.iter().flat_map(|value| [value.as_slice(), &[0]].concat()).collect();
            let count = u64::try_from(values.len()).unwrap();
            Ok(count << 32 | u64::from(write(&mut c, buffer, limit, &joined)))
        },
    )?;
    linker.func_wrap(
        module,
        "set_header_value",
        |mut c: C, kind: u32, name: u32, name_length: u32, value: u32, value_length: u32| {
            let name = read_name(&c, name, name_length)?;
            let value = read_text(&c, value, value_length);
            let late = if c.data().head_is_sent { "late " } else { "" };
            let side = if kind == REQUEST { "request" } else { "response" };
            c.data_mut().calls.push(format!("{late}set_{side}_header {name}: {value}"));
            Ok(())
        },
    )?;
    linker.func_wrap(
        module,
        "add_header_value",
        |mut c: C, kind: u32, name: u32, name_length: u32, value: u32, value_length: u32| {
            let name = read_name(&c, name, name_length)?;
            let value = read_text(&c, value, value_length);
            let late = if c.data().head_is_sent { "late " } else { "" };
            let side = if kind == REQUEST { "request" } else { "response" };
            c.data_mut().calls.push(format!("{late}add_{side}_header {name}: {value}"));
            Ok::<_, Error>(())
        },
    )?;
    linker.func_wrap(module, "get_header_names", |mut c: C, kind: u32, buffer: u32, limit: u32| {
        assert_eq!(kind, REQUEST);
        let names: Vec<String> =
            c.data().request.headers.iter().map(|(name, _)| format!("{name}\0")).collect();
        let count = u64::try_from(names.len()).unwrap();
        count << 32 | u64::from(write(&mut c, buffer, limit, names.concat().as_bytes()))
    })?;
    linker.func_wrap(module, "enable_features", |mut c: C, features: u32| {
        c.data_mut().calls.push(format!("enable_features {features}"));
        features
    })?;
    linker.func_wrap(module, "get_status_code", |c: C| u32::from(c.data().response.status))?;
    linker.func_wrap(module, "read_body", |mut c: C, kind: u32, buffer: u32, limit: u32| {
        assert_ne!(kind, REQUEST);
        assert_ne!(limit, 0, "Traefik's host would trap");
        let State { response, read, .. } = c.data();
        let part: Vec<u8> = response.body.iter().skip(*read).take(limit as usize).copied().collect();
        c.data_mut().read += part.len();
        let end = u64::from(c.data().read == c.data().response.body.len() && part.len() < limit as usize);
        end << 32 | u64::from(write(&mut c, buffer, limit, &part))
    })?;
    linker.func_wrap(module, "remove_header", |mut c: C, kind: u32, name: u32, length: u32| {
        let name = read_name(&c, name, length)?;
        let side = if kind == REQUEST { "request" } else { "response" };
        c.data_mut().calls.push(format!("remove_{side}_header {name}"));
        Ok::<_, Error>(())
    })?;
    linker.func_wrap(module, "set_status_code", |mut c: C, status: u32| {
        c.data_mut().head_is_sent = true;
        c.data_mut().calls.push(format!("set_status {status}"));
    })?;
    linker.func_wrap(module, "write_body", |mut c: C, kind: u32, body: u32, length: u32| {
        assert_ne!(kind, REQUEST);
        let body = read_text(&c, body, length);
        c.data_mut().calls.push(format!("write_body {body}"));
    })?;
    Ok(())
}

/// The functions of WASI: there is a clock, and no environment, no output and no files.
fn wasi(linker: &mut Linker<State>) -> Result<(), Error> {
    const NOT_SUPPORTED: i32 = 58;
    const NO_SUCH_FILE: i32 = 8;
    const REALTIME: u32 = 0;
    type C<'a> = Caller<'a, State>;
    let module = "wasi_snapshot_preview1";
    linker.func_wrap(module, "environ_get", |_: C, _: u32, _: u32| 0)?;
    linker.func_wrap(module, "environ_sizes_get", |mut c: C, count: u32, size: u32| {
        let _ = write(&mut c, count, 4, &[0; 4]);
        let _ = write(&mut c, size, 4, &[0; 4]);
        0
    })?;
    linker.func_wrap(module, "fd_write", |_: C, _: u32, _: u32, _: u32, _: u32| NOT_SUPPORTED)?;
    linker.func_wrap(module, "clock_time_get", |mut c: C, clock: u32, _: u64, time: u32| {
        assert_eq!(clock, REALTIME, "Traefik steps any other");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
        let _ = write(&mut c, time, 8, &u64::try_from(now).unwrap().to_le_bytes());
        0
    })?;
    linker.func_wrap(module, "fd_prestat_get", |_: C, _: u32, _: u32| NO_SUCH_FILE)?;
    linker.func_wrap(module, "fd_prestat_dir_name", |_: C, _: u32, _: u32, _: u32| NO_SUCH_FILE)?;
    linker.func_wrap(module, "fd_close", |_: C, _: u32| NO_SUCH_FILE)?;
    linker.func_wrap(module, "fd_fdstat_get", |_: C, _: u32, _: u32| NO_SUCH_FILE)?;
    linker.func_wrap(module, "fd_read", |_: C, _: u32, _: u32, _: u32, _: u32| NO_SUCH_FILE)?;
    linker.func_wrap(
        module,
        "path_open",
        |_: C, _: u32, _: u32, _: u32, _: u32, _: u32, _: u64, _: u64, _: u32, _: u32| NO_SUCH_FILE,
    )?;
    linker.func_wrap(module, "proc_exit", |_: C, code: i32| Err::<(), _>(Error::i32_exit(code)))?;
    Ok(())
}

/// The values of a header of the next handler's answer.
fn answered(caller: &Caller<'_, State>, name: &str) -> Vec<Vec<u8>> {
    let headers = caller.data().response.headers.iter();
    headers
        .filter(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_bytes().to_vec())
        .collect()
}

/// The values of a request header. The name `host` gives the host, and what was looked up is recorded.
fn values(caller: &mut Caller<'_, State>, name: &str) -> Vec<Vec<u8>> {
    let state = caller.data_mut();
    if name.eq_ignore_ascii_case("host") {
        return vec![state.request.host.clone()];
    }
    let call = format!("get_request_header {name}");
    // A value longer than the guest's buffer is asked for twice.
    if state.calls.last() != Some(&call) {
        state.calls.push(call);
    }
    let of_that_name = state.request.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
    of_that_name.map(|(_, value)| value.clone()).collect()
}

/// Whether Go's `url.ParseRequestURI` takes `uri`, which must be in origin form.
fn go_parses(uri: &str) -> bool {
    let path = uri.split('?').next().unwrap_or_default();
    let mut escapes = path.split('%').skip(1);
    uri.starts_with('/')
        && !uri.bytes().any(|byte| byte.is_ascii_control())
        && escapes.all(|after| after.len() >= 2 && after.bytes().take(2).all(|byte| byte.is_ascii_hexdigit()))
}

fn read_name(caller: &Caller<'_, State>, name: u32, length: u32) -> Result<String, Error> {
    match length {
        0 => Err(Error::new("HTTP header name cannot be empty")),
        _ => Ok(read_text(caller, name, length)),
    }
}

fn read_text(caller: &Caller<'_, State>, start: u32, length: u32) -> String {
    let memory = caller.get_export("memory").unwrap().into_memory().unwrap();
    let range = start as usize..(start + length) as usize;
    String::from_utf8(memory.data(caller)[range].to_vec()).unwrap()
}

/// Writes `value` if it is not longer than `limit`, and gives its length.
fn write(caller: &mut Caller<'_, State>, start: u32, limit: u32, value: &[u8]) -> u32 {
    let length = u32::try_from(value.len()).unwrap();
    if length <= limit {
        let memory = caller.get_export("memory").unwrap().into_memory().unwrap();
        memory.write(caller, start as usize, value).unwrap();
    }
    length
}
