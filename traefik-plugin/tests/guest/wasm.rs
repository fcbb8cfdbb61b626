//! The module under test: the one that is shipped, and what it imports and exports.

use std::sync::OnceLock;

use wasmi::{Engine, ExternType, Module};

use crate::build;

/// Under this name the tests see the shadow-stack pointer of the guest.
pub(crate) const STACK_POINTER: &str = "__stack_pointer";

const EXPORT_SECTION: u8 = 7;
const KIND_GLOBAL: u8 = 3;

/// The shipped module, compiled once for all tests.
pub(crate) fn module() -> &'static Module {
    static MODULE: OnceLock<Module> = OnceLock::new();
    MODULE.get_or_init(|| Module::new(&Engine::default(), with_stack_pointer(bytes())).unwrap())
}

/// The bytes of the shipped module: those that `SMSVC_GUEST_WASM` names, else built here.
pub(crate) fn bytes() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let path = build::module("SMSVC_GUEST_WASM", "smsvc-traefik", "smsvc-traefik.wasm");
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    })
}

/// What `wasm` asks of its host, as `module.name`, sorted.
pub(crate) fn imports(wasm: &[u8]) -> Vec<String> {
    let module = Module::new(&Engine::default(), wasm).unwrap();
    let mut names: Vec<_> =
        module.imports().map(|import| format!("{}.{}", import.module(), import.name())).collect();
    names.sort();
    names
}

/// What `wasm` offers to its host, as `name: type`, sorted.
pub(crate) fn exports(wasm: &[u8]) -> Vec<String> {
    let module = Module::new(&Engine::default(), wasm).unwrap();
    let of_type = |ty: &ExternType| match ty {
        ExternType::Func(f) => format!("{:?} -> {:?}", f.params(), f.results()),
        ExternType::Memory(_) => "memory".to_owned(),
        ExternType::Global(_) => "global".to_owned(),
        ExternType::Table(_) => "table".to_owned(),
    };
    let mut names: Vec<_> =
        module.exports().map(|export| format!("{}: {}", export.name(), of_type(export.ty()))).collect();
    names.sort();
    names
}

/// The module with one more export: its first global, in which LLD keeps the shadow-stack pointer.
///
/// The code is that of the shipped module, byte for byte; only the list of names is one longer.
fn with_stack_pointer(wasm: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (wasm[..8].to_vec(), &wasm[8..]);
    while let Some((&id, after)) = rest.split_first() {
        let (size, content) = leb(after);
        let (section, next) = content.split_at(size);
        if id == EXPORT_SECTION {
            let (count, entries) = leb(section);
            let mut section = to_leb(count + 1);
            section.extend_from_slice(entries);
            section.extend(to_leb(STACK_POINTER.len()));
            section.extend_from_slice(STACK_POINTER.as_bytes());
            section.extend([KIND_GLOBAL, 0]);
            out.push(id);
            out.extend(to_leb(section.len()));
            out.extend(section);
        } else {
            out.extend_from_slice(&rest[..rest.len() - next.len()]);
        }
        rest = next;
    }
    out
}

/// Reads an unsigned LEB128 number; gives it and what follows.
fn leb(bytes: &[u8]) -> (usize, &[u8]) {
    let last = bytes.iter().position(|byte| byte & 0x80 == 0).unwrap();
    let (number, rest) = bytes.split_at(last + 1);
    (number.iter().rev().fold(0, |value, byte| value << 7 | usize::from(byte & 0x7F)), rest)
}

fn to_leb(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = value.to_le_bytes()[0] & 0x7F;
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}
