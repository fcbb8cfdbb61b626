//! Which nodes may run the tasks.

use crate::flags::{Draft, Flag, Heading, Takes, ValueError};

/// `--constraint`
#[derive(Debug)]
pub(in crate::flags) struct Constraint;

impl Flag for Constraint {
    fn long(&self) -> &'static str {
        "constraint"
    }

    fn takes(&self) -> Takes {
        Takes::Many("EXPRESSION")
    }

    fn heading(&self) -> Heading {
        Heading::Placement
    }

    fn summary(&self) -> &'static str {
        "Placement constraints"
    }

    fn details(&self) -> &'static str {
        "A node has to meet all of them. The engine reads them:\n  --constraint node.role==worker\n  \
         --constraint 'node.labels.zone!=b'"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.constraints.push(value.to_owned());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::request_of;

    #[test]
    fn constraint_is_passed_on_as_it_is() {
        let request = request_of(&["--constraint", "a", "--constraint", "", "--constraint", "a", "nginx"]);
        assert_eq!(request.constraints, ["a", "", "a"]);
    }
}
