//! What a node has to have left for a task.

use crate::flags::{Draft, Flag, Heading, Takes, ValueError, grammar, values};

/// `--reserve-cpu`
#[derive(Debug)]
pub(in crate::flags) struct ReserveCpu;

impl Flag for ReserveCpu {
    fn long(&self) -> &'static str {
        "reserve-cpu"
    }

    fn takes(&self) -> Takes {
        Takes::One("CPUS")
    }

    fn heading(&self) -> Heading {
        Heading::Placement
    }

    fn everyday(&self) -> bool {
        false
    }

    fn summary(&self) -> &'static str {
        "Reserve CPUs"
    }

    fn details(&self) -> &'static str {
        "A task runs only on a node that has this much left unreserved. Same notation as --limit-cpu."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.resources.reserve_nano_cpus = grammar::nano_cpus(value)?;
        Ok(())
    }
}

/// `--generic-resource`
#[derive(Debug)]
pub(in crate::flags) struct GenericResource;

impl Flag for GenericResource {
    fn long(&self) -> &'static str {
        "generic-resource"
    }

    fn takes(&self) -> Takes {
        Takes::Many("NAME=NUMBER")
    }

    fn heading(&self) -> Heading {
        Heading::Placement
    }

    fn everyday(&self) -> bool {
        false
    }

    fn summary(&self) -> &'static str {
        "User defined resources"
    }

    fn details(&self) -> &'static str {
        "So many of what the configuration of the nodes' engines calls by this name:\n  \
         --generic-resource gpu=2"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        values::check_generic_resource(value)?;
        draft.generic_resources.push(value.to_owned());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::flags::{parse_line, request_of};

    #[test]
    fn reserve_cpu_is_billionths_of_a_cpu() {
        assert_eq!(request_of(&["--reserve-cpu", ".5", "nginx"]).resources.reserve_nano_cpus, 500_000_000);
    }

    #[test]
    fn generic_resource_is_a_number_of_something() {
        let resources = request_of(&["--generic-resource", "gpu=2", "nginx"]).resources;
        assert_eq!(resources.reserve_generic, BTreeMap::from([("gpu".to_owned(), 2)]));
        let exit = |value| parse_line(&["--generic-resource", value, "nginx"]).unwrap_err().exit_code();
        assert_eq!((exit("gpu"), exit("gpu=a")), (125, 1));
    }
}
