//! What the tasks of a service may use and are promised: `TaskTemplate.Resources`.

use serde_json::Value;

use super::Object;

/// Limits and reservations for each task; 0 is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Resources {
    /// At most this many bytes of memory.
    pub limit_memory: i64,
    /// At most this many billionths of a CPU.
    pub limit_nano_cpus: i64,
    /// At least this many bytes of memory.
    pub reserve_memory: i64,
}

impl Resources {
    /// Writes `Resources`; both blocks are always there.
    pub(super) fn write(self) -> Value {
        let limits = Object::new()
            .with_present("NanoCPUs", self.limit_nano_cpus)
            .with_present("MemoryBytes", self.limit_memory);
        let reservations = Object::new().with_present("MemoryBytes", self.reserve_memory);
        Object::new().with("Limits", limits).with("Reservations", reservations).into()
    }
}
