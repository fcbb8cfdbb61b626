//! A host in the place of Traefik: it gives the guest one request and records what the guest does to it.

use wasmi::{Error, Instance, Store, TypedFunc, Val};

use crate::imports;
use crate::wasm::{self, STACK_POINTER};

const EXIT_WITHOUT_CODE: i32 = -1;
const PAINT: u8 = 0xA5;

/// A request as Traefik would present it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub(crate) method: Vec<u8>,
    pub(crate) host: Vec<u8>,
    pub(crate) uri: Vec<u8>,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
}

impl Request {
    pub(crate) fn new(method: &str, host: &str, uri: &str) -> Self {
        Self { method: method.into(), host: host.into(), uri: uri.into(), headers: Vec::new() }
    }

    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// What the next handler answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    pub(crate) body: Vec<u8>,
}

/// What the host holds: the request, and what became of it.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) config: Vec<u8>,
    pub(crate) request: Request,
    pub(crate) calls: Vec<String>,
    pub(crate) log: Vec<String>,
    pub(crate) head_is_sent: bool,
    /// What the next handler has answered.
    pub(crate) response: Response,
    /// How much of its body was read.
    pub(crate) read: usize,
}

/// One instance of the guest, with its host.
pub(crate) struct Guest {
    store: Store<State>,
    instance: Instance,
    handle_request: TypedFunc<(), u64>,
    handle_response: TypedFunc<(u32, u32), ()>,
}

impl Guest {
    /// An instance that has not been started.
    pub(crate) fn load(config: &str) -> Self {
        let module = wasm::module();
        let state = State { config: config.into(), ..State::default() };
        let mut store = Store::new(module.engine(), state);
        let instance = imports::linker(&store).instantiate_and_start(&mut store, module).unwrap();
        let handle_request = instance.get_typed_func(&store, "handle_request").unwrap();
        let handle_response = instance.get_typed_func(&store, "handle_response").unwrap();
        Self { store, instance, handle_request, handle_response }
    }

    /// A started instance.
    pub(crate) fn started(config: &str) -> Self {
        let mut guest = Self::load(config);
        assert_eq!(guest.start(), Ok(()), "{:?}", guest.log());
        guest
    }

    /// Calls `_start`. The error is the exit code, or -1 for a trap.
    pub(crate) fn start(&mut self) -> Result<(), i32> {
        let start = self.instance.get_typed_func::<(), ()>(&self.store, "_start").unwrap();
        start.call(&mut self.store, ()).map_err(|error| error.i32_exit_status().unwrap_or(EXIT_WITHOUT_CODE))
    }

    /// Calls `handle_request`. Gives its verdict and the calls that it made, in order.
    pub(crate) fn request(&mut self, request: Request) -> Result<(u64, Vec<String>), Error> {
        let state = self.store.data_mut();
        state.request = request;
        state.calls.clear();
        state.head_is_sent = false;
        let next = self.handle_request.call(&mut self.store, ())?;
        Ok((next, std::mem::take(&mut self.store.data_mut().calls)))
    }

    /// Calls `handle_response`, as Traefik does after the next handler.
    pub(crate) fn response(&mut self, is_error: bool) -> Result<(), Error> {
        self.handle_response.call(&mut self.store, (0, u32::from(is_error)))
    }

    /// Calls `handle_response` for a response that is held back. Gives the calls that it made, in order.
    pub(crate) fn held_response(&mut self, verdict: u64, response: Response) -> Result<Vec<String>, Error> {
        let state = self.store.data_mut();
        (state.response, state.read) = (response, 0);
        state.calls.clear();
        let context = u32::try_from(verdict >> 32).unwrap();
        self.handle_response.call(&mut self.store, (context, 0))?;
        Ok(std::mem::take(&mut self.store.data_mut().calls))
    }

    /// The lines that the guest has written to the log.
    pub(crate) fn log(&self) -> &[String] {
        &self.store.data().log
    }

    /// The shadow-stack pointer. A call that unwinds cleanly leaves it where it was.
    pub(crate) fn stack_pointer(&self) -> i32 {
        match self.instance.get_global(&self.store, STACK_POINTER).unwrap().get(&self.store) {
            Val::I32(address) => address,
            other => panic!("the first global is not a stack pointer: {other:?}"),
        }
    }

    /// Fills the free part of the shadow stack, which lies below its pointer, with [`PAINT`].
    pub(crate) fn paint_stack(&mut self) {
        let free = usize::try_from(self.stack_pointer()).unwrap();
        let memory = self.instance.get_memory(&self.store, "memory").unwrap();
        memory.data_mut(&mut self.store)[..free].fill(PAINT);
    }

    /// How many bytes of the shadow stack were never reached since it was painted.
    pub(crate) fn stack_never_reached(&self) -> usize {
        let memory = self.instance.get_memory(&self.store, "memory").unwrap();
        memory.data(&self.store).iter().take_while(|byte| **byte == PAINT).count()
    }

    /// The size of the guest's memory in pages of 64 KiB.
    pub(crate) fn pages(&self) -> u64 {
        self.instance.get_memory(&self.store, "memory").unwrap().size(&self.store)
    }
}
