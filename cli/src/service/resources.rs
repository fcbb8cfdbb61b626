//! What the tasks of a service may use and are promised: `TaskTemplate.Resources`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Object;

/// Limits and reservations for each task; 0 is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resources {
    /// At most this many bytes of memory.
    pub limit_memory: i64,
    /// At most this many billionths of a CPU.
    pub limit_nano_cpus: i64,
    /// At most this many processes.
    pub limit_pids: i64,
    /// At least this many bytes of memory.
    pub reserve_memory: i64,
    /// At least this many billionths of a CPU.
    pub reserve_nano_cpus: i64,
    /// So many of resources that nodes were told of under these names.
    pub reserve_generic: BTreeMap<String, i64>,
    /// So many bytes of swap, -1 for any number (Docker API 1.52).
    pub swap: Option<i64>,
    /// How readily memory is swapped out, from 0 to 100, -1 for the node's own value (Docker API 1.52).
    pub swappiness: Option<i64>,
}

/// Writes an entry of `GenericResources`.
pub(super) fn write_generic(kind: &str, value: i64) -> Value {
    let spec = Object::new().with_present("Kind", kind).with_present("Value", value);
    Object::new().with("DiscreteResourceSpec", spec).into()
}

impl Resources {
    /// Writes `Resources`; the blocks of limits and reservations are always there.
    pub(super) fn write(&self) -> Value {
        let limits = Object::new()
            .with_present("NanoCPUs", self.limit_nano_cpus)
            .with_present("MemoryBytes", self.limit_memory)
            .with_present("Pids", self.limit_pids);
        let generic = |(kind, value): (&String, &i64)| write_generic(kind, *value);
        let reservations = Object::new()
            .with_present("NanoCPUs", self.reserve_nano_cpus)
            .with_present("MemoryBytes", self.reserve_memory)
            .with_present(
                "GenericResources",
                self.reserve_generic.iter().map(generic).collect::<Vec<Value>>(),
            );
        Object::new()
            .with("Limits", limits)
            .with("Reservations", reservations)
            .with_given("SwapBytes", self.swap)
            .with_given("MemorySwappiness", self.swappiness)
            .into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn swap_is_sent_where_it_was_given_even_if_it_is_nothing() {
        let resources = Resources { swap: Some(0), swappiness: Some(-1), ..Resources::default() };
        assert_eq!(
            resources.write(),
            json!({"Limits": {}, "Reservations": {}, "SwapBytes": 0, "MemorySwappiness": -1})
        );
    }
}
