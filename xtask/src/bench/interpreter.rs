//! The guest in an interpreter that counts: how many instructions of WebAssembly a request costs. Unlike time, that is the same on
//! every machine.

use anyhow::{Context, Result, bail};
use wasmi::{Caller, Config, Engine, Extern, FuncType, Linker, Module, Store, TypedFunc, Val, ValType};

/// A started instance of the guest.
pub(crate) struct Counted {
    store: Store<State>,
    handle_request: TypedFunc<(), u64>,
}

/// What the host holds.
#[derive(Default)]
struct State {
    config: Vec<u8>,
    method: Vec<u8>,
    uri: Vec<u8>,
    host: Vec<u8>,
    status: Option<u32>,
}

/// What became of a request.
pub(crate) struct Count {
    /// How many instructions that took.
    pub(crate) instructions: u64,
    /// The status of the guest's own answer; none where a service gets the request.
    pub(crate) status: Option<u32>,
}

impl Counted {
    /// The guest with a compiled table.
    pub(crate) fn start(wasm: &[u8], table: &str) -> Result<Self> {
        let mut config = Config::default();
        config.consume_fuel(true).compilation_mode(wasmi::CompilationMode::Eager);
        let engine = Engine::new(&config);
        let module = Module::new(&engine, wasm)?;
        let state = State { config: format!(r#"{{"spec":"{table}"}}"#).into(), ..State::default() };
        let mut store = Store::new(&engine, state);
        store.set_fuel(u64::MAX)?;
        let mut linker = Linker::new(&engine);
        for import in module.imports() {
            let kind = import.ty().func().context("the guest imports something that is no function")?.clone();
            let name = import.name().to_owned();
            linker.func_new(
                import.module(),
                import.name(),
                kind.clone(),
                move |caller, given, results| answer(&name, caller, given, results, &kind),
            )?;
        }
        let instance = linker.instantiate_and_start(&mut store, &module)?;
        let start = instance.get_typed_func::<(), ()>(&store, "_start")?;
        start.call(&mut store, ()).context("the guest does not start")?;
        let handle_request = instance.get_typed_func(&store, "handle_request")?;
        Ok(Self { store, handle_request })
    }

    /// Counts one request. The first one makes the room that the others use.
    pub(crate) fn request(&mut self, method: &str, host: &str, uri: &str) -> Result<Count> {
        let state = self.store.data_mut();
        (state.method, state.uri) = (method.into(), uri.into());
        state.host = [host.as_bytes(), &[0]].concat();
        state.status = None;
        self.store.set_fuel(u64::MAX)?;
        self.handle_request.call(&mut self.store, ())?;
        let instructions = u64::MAX - self.store.get_fuel()?;
        Ok(Count { instructions, status: self.store.data().status })
    }
}

/// What the host does in a function: it tells of the request, and takes what it is told without a word.
fn answer(
    name: &str,
    mut caller: Caller<'_, State>,
    given: &[Val],
    results: &mut [Val],
    kind: &FuncType,
) -> Result<(), wasmi::Error> {
    for (result, of) in results.iter_mut().zip(kind.results()) {
        *result = Val::default_for_ty(*of);
    }
    let place =
        |index: usize| given.get(index).and_then(Val::i32).map(i32::cast_unsigned).unwrap_or_default();
    let state = caller.data();
    let (value, buffer) = match name {
        "get_config" => (state.config.clone(), 0),
        "get_method" => (state.method.clone(), 0),
        "get_uri" => (state.uri.clone(), 0),
        // The only header that these requests are asked for.
        "get_header_values" => (state.host.clone(), 3),
        "set_status_code" => {
            caller.data_mut().status = Some(place(0));
            return Ok(());
        }
        _ => return Ok(()),
    };
    let length = u32::try_from(value.len()).map_err(|error| wasmi::Error::new(error.to_string()))?;
    if length <= place(buffer + 1) {
        let memory = caller.get_export("memory").and_then(Extern::into_memory);
        let memory = memory.ok_or_else(|| wasmi::Error::new("the guest has no memory"))?;
        memory.write(&mut caller, usize::try_from(place(buffer)).unwrap_or(usize::MAX), &value)?;
    }
    if let Some(result) = results.first_mut() {
        *result = match kind.results().first() {
            Some(ValType::I64) => Val::I64(1 << 32 | i64::from(length)),
            _ => Val::I32(length.cast_signed()),
        };
    }
    Ok(())
}

/// The compiled table in the document of a provider.
pub(crate) fn table_of(document: &serde_json::Value) -> Result<&str> {
    let middlewares =
        document["http"]["middlewares"].as_object().context("the document has no middlewares")?;
    let spec = middlewares.values().find_map(|middleware| middleware.pointer("/plugin/smsvc/spec")?.as_str());
    match spec {
        Some(table) if !table.contains(['"', '\\']) => Ok(table),
        Some(_) => bail!("the table would have to be quoted"),
        None => bail!("the document has no table"),
    }
}
