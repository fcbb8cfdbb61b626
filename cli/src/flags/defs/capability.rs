//! What the processes in the containers may do to the node.

use crate::flags::{ApiVersion, Draft, Flag, Heading, Takes, ValueError};

/// `--cap-add`
#[derive(Debug)]
pub(in crate::flags) struct CapAdd;

impl Flag for CapAdd {
    fn long(&self) -> &'static str {
        "cap-add"
    }

    fn takes(&self) -> Takes {
        Takes::Many("CAPABILITY")
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(41))
    }

    fn summary(&self) -> &'static str {
        "Add Linux capabilities"
    }

    fn details(&self) -> &'static str {
        "The prefix CAP_ may be left out and case does not matter; ALL stands for every capability. What is added \
         is not dropped."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.capabilities_added.push(value.to_owned());
        Ok(())
    }
}

/// `--cap-drop`
#[derive(Debug)]
pub(in crate::flags) struct CapDrop;

impl Flag for CapDrop {
    fn long(&self) -> &'static str {
        "cap-drop"
    }

    fn takes(&self) -> Takes {
        Takes::Many("CAPABILITY")
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(41))
    }

    fn summary(&self) -> &'static str {
        "Drop Linux capabilities"
    }

    fn details(&self) -> &'static str {
        "Same notation as --cap-add:\n  \
         --cap-drop ALL --cap-add net_bind_service"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.capabilities_dropped.push(value.to_owned());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::request_of;

    #[test]
    fn cap_add_and_cap_drop_are_brought_into_one_form() {
        let line = ["--cap-drop", "all", "--cap-add", "net_raw", "--cap-add", "CAP_CHOWN", "nginx"];
        let container = request_of(&line).container;
        assert_eq!(container.capabilities_added, ["CAP_CHOWN", "CAP_NET_RAW"]);
        assert_eq!(container.capabilities_dropped, ["ALL"]);
    }
}
