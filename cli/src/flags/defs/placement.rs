//! Which nodes may run the tasks.

use crate::flags::{ApiVersion, Draft, Flag, Heading, Takes, ValueError, grammar, values};

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
        draft.placement.constraints.push(value.to_owned());
        Ok(())
    }
}

/// `--placement-pref`
#[derive(Debug)]
pub(in crate::flags) struct PlacementPref;

impl Flag for PlacementPref {
    fn long(&self) -> &'static str {
        "placement-pref"
    }

    fn takes(&self) -> Takes {
        Takes::Many("STRATEGY")
    }

    fn heading(&self) -> Heading {
        Heading::Placement
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(28))
    }

    fn summary(&self) -> &'static str {
        "Add a placement preference"
    }

    fn details(&self) -> &'static str {
        "Tasks are spread evenly over the values of a label of the nodes, as far as constraints and resources \
         allow; further preferences count within each value:\n  \
         --placement-pref spread=node.labels.zone"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.placement.spread_over.push(values::placement_preference(value)?);
        Ok(())
    }
}

/// `--replicas-max-per-node`
#[derive(Debug)]
pub(in crate::flags) struct ReplicasMaxPerNode;

impl Flag for ReplicasMaxPerNode {
    fn long(&self) -> &'static str {
        "replicas-max-per-node"
    }

    fn takes(&self) -> Takes {
        Takes::One("N")
    }

    fn heading(&self) -> Heading {
        Heading::Placement
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(40))
    }

    fn summary(&self) -> &'static str {
        "Maximum number of tasks per node (default 0 = unlimited)"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.placement.max_per_node = grammar::parse_uint(value, 0, 64)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{parse_line, request_of};

    #[test]
    fn constraint_is_passed_on_as_it_is() {
        let request = request_of(&["--constraint", "a", "--constraint", "", "--constraint", "a", "nginx"]);
        assert_eq!(request.placement.constraints, ["a", "", "a"]);
    }

    #[test]
    fn placement_pref_keeps_its_order() {
        let line = ["--placement-pref", "spread=b", "--placement-pref", "spread=a=c", "nginx"];
        assert_eq!(request_of(&line).placement.spread_over, ["b", "a=c"]);
        assert_eq!(
            parse_line(&["--placement-pref", "pack=a", "nginx"]).unwrap_err().to_string(),
            "invalid argument \"pack=a\" for \"--placement-pref\" flag: \
             unsupported placement preference pack (only spread is supported)"
        );
    }

    #[test]
    fn replicas_max_per_node_does_not_go_with_a_global_mode() {
        assert_eq!(request_of(&["--replicas-max-per-node", "3", "nginx"]).placement.max_per_node, 3);
        for mode in ["global", "global-job"] {
            let error = parse_line(&["--mode", mode, "--replicas-max-per-node", "3", "nginx"]).unwrap_err();
            let message = "replicas-max-per-node can only be used with replicated or replicated-job mode";
            assert_eq!(error.to_string(), message);
        }
    }
}
