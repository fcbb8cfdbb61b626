//! Who the processes in the containers are.

use crate::flags::{ApiVersion, Draft, Flag, Heading, Origin, Takes, ValueError, values};

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

    fn everyday(&self) -> bool {
        false
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

/// `-u`, `--user`
#[derive(Debug)]
pub(in crate::flags) struct User;

impl Flag for User {
    fn long(&self) -> &'static str {
        "user"
    }

    fn short(&self) -> Option<char> {
        Some('u')
    }

    fn takes(&self) -> Takes {
        Takes::One("NAME|UID[:GROUP]")
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn everyday(&self) -> bool {
        false
    }

    fn summary(&self) -> &'static str {
        "Username or UID (format: <name|uid>[:<group|gid>])"
    }

    fn details(&self) -> &'static str {
        "The user that the process in the container runs as, in place of the one that the image names."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        value.clone_into(&mut draft.container.user);
        Ok(())
    }
}

/// `--credential-spec`
#[derive(Debug)]
pub(in crate::flags) struct CredentialSpec;

impl Flag for CredentialSpec {
    fn long(&self) -> &'static str {
        "credential-spec"
    }

    fn takes(&self) -> Takes {
        Takes::One("SPEC")
    }

    fn heading(&self) -> Heading {
        Heading::Container
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(29))
    }

    fn summary(&self) -> &'static str {
        "Credential spec for managed service account (Windows only)"
    }

    fn details(&self) -> &'static str {
        "config://NAME for a config of the swarm, file://NAME for a file in the nodes' folder of credential \
         specs, registry://NAME for a value in their registry. An empty value takes it back."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.container.credential_spec = values::credential_spec(value)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::request_of;
    use crate::service::CredentialSpec;

    #[test]
    fn user_group_is_never_an_api_group() {
        let request = request_of(&["--user-group", "staff", "--user-group", "1000", "nginx"]);
        assert_eq!(request.container.user_groups, ["staff", "1000"]);
        assert!(request.labels.is_empty());
    }

    #[test]
    fn user_is_taken_as_it_is() {
        assert_eq!(request_of(&["-u", "1000:staff", "nginx"]).container.user, "1000:staff");
    }

    #[test]
    fn credential_spec_says_where_it_is_and_can_be_taken_back() {
        let spec = |line: &[&str]| request_of(line).container.credential_spec;
        let config = Some(CredentialSpec::Config("c".into()));
        assert_eq!(spec(&["--credential-spec", "config://c", "nginx"]), config);
        assert_eq!(spec(&["--credential-spec", "config://c", "--credential-spec=", "nginx"]), None);
    }
}
