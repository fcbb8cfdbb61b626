//! A stand-in for the Extism kernel: memory in blocks that are named by their offset, one input, one output.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use wasmi::{Caller, Engine, Error, Extern, Instance, Linker, Module, Store};

type C<'a> = Caller<'a, Kernel>;

/// What the kernel holds. Offset 0 means "nothing" and is never handed out.
#[derive(Default)]
struct Kernel {
    memory: Vec<u8>,
    lengths: BTreeMap<u64, u64>,
    config: BTreeMap<String, String>,
    input: Vec<u8>,
    output: String,
    error: String,
}

impl Kernel {
    fn alloc(&mut self, length: u64) -> u64 {
        let offset = self.memory.len().max(8).next_multiple_of(8);
        self.memory.resize(offset + to_index(length), 0);
        self.lengths.insert(offset as u64, length);
        offset as u64
    }

    fn text(&self, offset: u64, length: u64) -> String {
        let start = to_index(offset);
        String::from_utf8(self.memory[start..start + to_index(length)].to_vec()).unwrap()
    }

    fn block(&self, offset: u64) -> String {
        self.text(offset, self.lengths[&offset])
    }
}

/// One instance of the plug-in.
pub(crate) struct Plugin {
    store: Store<Kernel>,
    instance: Instance,
}

impl Plugin {
    pub(crate) fn load(wasm: &[u8], config: &[(&str, &str)]) -> Self {
        let engine = Engine::default();
        let module = Module::new(&engine, wasm).unwrap();
        let config = config.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let mut store = Store::new(&engine, Kernel { config, ..Kernel::default() });
        let mut linker = Linker::new(&engine);
        blocks(&mut linker).unwrap();
        exchange(&mut linker).unwrap();
        wasi(&mut linker).unwrap();
        let instance = linker.instantiate_and_start(&mut store, &module).unwrap();
        Self { store, instance }
    }

    /// Calls the exported function `decide`: its output, or the error that it set.
    pub(crate) fn decide(&mut self, input: &str) -> Result<String, String> {
        self.store.data_mut().input = input.into();
        let function = self.instance.get_typed_func::<(), i32>(&self.store, "decide").unwrap();
        let code = function.call(&mut self.store, ()).unwrap();
        let kernel = self.store.data_mut();
        if code == 0 {
            Ok(std::mem::take(&mut kernel.output))
        } else {
            Err(std::mem::take(&mut kernel.error))
        }
    }
}

/// The kernel's memory, which is not the plug-in's.
fn blocks(linker: &mut Linker<Kernel>) -> Result<(), Error> {
    let module = "extism:host/env";
    linker.func_wrap(module, "alloc", |mut c: C, length: u64| c.data_mut().alloc(length))?;
    linker.func_wrap(module, "length", |c: C, offset: u64| c.data().lengths[&offset])?;
    linker.func_wrap(module, "load_u8", |c: C, at: u64| u32::from(c.data().memory[to_index(at)]))?;
    linker.func_wrap(module, "load_u64", |c: C, at: u64| word(&c.data().memory, at))?;
    linker.func_wrap(module, "store_u8", |mut c: C, at: u64, byte: u32| {
        c.data_mut().memory[to_index(at)] = u8::try_from(byte).unwrap();
    })?;
    linker.func_wrap(module, "store_u64", |mut c: C, at: u64, word: u64| {
        c.data_mut().memory[to_index(at)..][..8].copy_from_slice(&word.to_le_bytes());
    })?;
    Ok(())
}

/// Input, output, error and configuration.
fn exchange(linker: &mut Linker<Kernel>) -> Result<(), Error> {
    let module = "extism:host/env";
    linker.func_wrap(module, "input_length", |c: C| c.data().input.len() as u64)?;
    linker.func_wrap(module, "input_load_u8", |c: C, at: u64| u32::from(c.data().input[to_index(at)]))?;
    linker.func_wrap(module, "input_load_u64", |c: C, at: u64| word(&c.data().input, at))?;
    linker.func_wrap(module, "output_set", |mut c: C, offset: u64, length: u64| {
        let text = c.data().text(offset, length);
        c.data_mut().output = text;
    })?;
    linker.func_wrap(module, "error_set", |mut c: C, offset: u64| {
        let text = c.data().block(offset);
        c.data_mut().error = text;
    })?;
    linker.func_wrap(module, "config_get", |mut c: C, key: u64| {
        let key = c.data().block(key);
        let Some(value) = c.data().config.get(&key).cloned() else { return 0 };
        let offset = c.data_mut().alloc(value.len() as u64);
        c.data_mut().memory[to_index(offset)..][..value.len()].copy_from_slice(value.as_bytes());
        offset
    })?;
    Ok(())
}

/// WASI with a clock, without an environment and without output.
fn wasi(linker: &mut Linker<Kernel>) -> Result<(), Error> {
    const NOT_SUPPORTED: i32 = 58;
    let module = "wasi_snapshot_preview1";
    linker.func_wrap(module, "environ_get", |_: C, _: u32, _: u32| 0)?;
    linker.func_wrap(module, "environ_sizes_get", |mut c: C, count: u32, size: u32| {
        let memory = c.get_export("memory").and_then(Extern::into_memory).unwrap();
        memory.write(&mut c, count as usize, &[0; 4]).unwrap();
        memory.write(&mut c, size as usize, &[0; 4]).unwrap();
        0
    })?;
    linker.func_wrap(module, "clock_time_get", |mut c: C, _: u32, _: u64, time: u32| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
        let memory = c.get_export("memory").and_then(Extern::into_memory).unwrap();
        memory.write(&mut c, time as usize, &u64::try_from(now).unwrap().to_le_bytes()).unwrap();
        0
    })?;
    linker.func_wrap(module, "fd_write", |_: C, _: u32, _: u32, _: u32, _: u32| NOT_SUPPORTED)?;
    linker.func_wrap(module, "proc_exit", |_: C, code: i32| Err::<(), _>(Error::i32_exit(code)))?;
    Ok(())
}

fn word(memory: &[u8], at: u64) -> u64 {
    u64::from_le_bytes(memory[to_index(at)..][..8].try_into().unwrap())
}

fn to_index(number: u64) -> usize {
    usize::try_from(number).unwrap()
}
