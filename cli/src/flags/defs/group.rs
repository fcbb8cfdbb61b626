//! The API group of the service, or the user groups of its containers.
//!
//! Two names were taken: Docker's `--group` is a user group of the container and its `--host` is a line of the
//! hosts file. What a word of these means follows from its form and from the other flags, never from the
//! swarm, and where two readings are possible the line is refused; `group_words` has the rule.

use smsvc_core::name::Name;
use smsvc_core::problem::Problem;

use crate::flags::{ApiVersion, Draft, Flag, Heading, Origin, Takes, ValueError};

/// `--group`
#[derive(Debug)]
pub(in crate::flags) struct Group;

impl Flag for Group {
    fn long(&self) -> &'static str {
        "group"
    }

    fn takes(&self) -> Takes {
        Takes::Many("NAME")
    }

    fn heading(&self) -> Heading {
        Heading::ApiGroup
    }

    fn origin(&self) -> Origin {
        Origin::Extended
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(25))
    }

    fn summary(&self) -> &'static str {
        "API group, together with --route, --host, --base or --port"
    }

    fn details(&self) -> &'static str {
        "The services of an API group share hosts and a base path; each declares its own routes. Without any of \
         --route, --base, --port and an API --host this is what it is in `docker service create`: a supplementary \
         user group of the container, which can be given several times. A number, two names, or labels that \
         declare an API group leave it open which is meant, and the command asks for --api-group or \
         --user-group, which are never ambiguous."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.group.either_group(value);
        Ok(())
    }
}

/// `--api-group`
#[derive(Debug)]
pub(in crate::flags) struct ApiGroup;

impl Flag for ApiGroup {
    fn long(&self) -> &'static str {
        "api-group"
    }

    fn takes(&self) -> Takes {
        Takes::One("NAME")
    }

    fn heading(&self) -> Heading {
        Heading::ApiGroup
    }

    fn origin(&self) -> Origin {
        Origin::Smsvc
    }

    fn everyday(&self) -> bool {
        false
    }

    fn summary(&self) -> &'static str {
        "API group, whatever other flags are given"
    }

    fn details(&self) -> &'static str {
        "Next to it, --group is a user group of the container."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.group.api = Some(Name::parse(value).map_err(Problem::from)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{parse_line, request_of};

    #[test]
    fn api_group_and_api_host_take_what_they_are_called_after() {
        let labels =
            request_of(&["--name", "a", "--api-group", "g", "--api-host", "h.example", "nginx"]).labels;
        assert_eq!((labels["smsvc.group"].as_str(), labels["smsvc.host"].as_str()), ("g", "h.example"));
        for line in [["--api-group", "No Name", "nginx"], ["--api-host", "h:1.2.3.4", "nginx"]] {
            assert_eq!(parse_line(&line).unwrap_err().exit_code(), 125);
        }
    }
}
