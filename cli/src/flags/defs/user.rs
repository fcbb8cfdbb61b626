//! Who the processes in the containers are.

use crate::flags::{ApiVersion, Draft, Flag, Heading, Origin, Takes, ValueError};

/// `--user-group`
#[derive(Debug)]
pub(in crate::flags) struct UserGroup;

impl Flag for UserGroup {
    fn long(&self) -> &'static str {
        "user-group"
    }

    fn takes(&self) -> Takes {
        Takes::Many("GROUP")
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn origin(&self) -> Origin {
        Origin::Smsvc
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(25))
    }

    fn summary(&self) -> &'static str {
        "Supplementary user groups of the container"
    }

    fn details(&self) -> &'static str {
        "What --group means in `docker service create`, whatever other flags are given: a name or a number of a \
         group in the image."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.group.user_group(value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::request_of;

    #[test]
    fn user_group_is_never_an_api_group() {
        let request = request_of(&["--user-group", "staff", "--user-group", "1000", "nginx"]);
        assert_eq!(request.container.user_groups, ["staff", "1000"]);
        assert!(request.labels.is_empty());
    }
}
