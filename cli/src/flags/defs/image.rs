//! How the image is looked up.

use crate::flags::{ApiVersion, Draft, Flag, Heading, Takes, ValueError, grammar};

/// `--no-resolve-image`
#[derive(Debug)]
pub(in crate::flags) struct NoResolveImage;

impl Flag for NoResolveImage {
    fn long(&self) -> &'static str {
        "no-resolve-image"
    }

    fn takes(&self) -> Takes {
        Takes::Switch
    }

    fn heading(&self) -> Heading {
        Heading::Command
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(30))
    }

    fn everyday(&self) -> bool {
        false
    }

    fn summary(&self) -> &'static str {
        "Do not ask the registry for digest and platforms"
    }

    fn details(&self) -> &'static str {
        "Without the digest each node may run another version of the image; without the platforms tasks may land \
         on nodes that cannot run it."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.no_resolve_image = grammar::parse_bool(value)?;
        Ok(())
    }
}

/// `--with-registry-auth`
#[derive(Debug)]
pub(in crate::flags) struct WithRegistryAuth;

impl Flag for WithRegistryAuth {
    fn long(&self) -> &'static str {
        "with-registry-auth"
    }

    fn takes(&self) -> Takes {
        Takes::Switch
    }

    fn heading(&self) -> Heading {
        Heading::Command
    }

    fn summary(&self) -> &'static str {
        "Send registry authentication details to swarm agents"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.with_registry_auth = grammar::parse_bool(value)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::request_of;

    #[test]
    fn the_image_is_resolved_without_credentials_unless_it_is_said_otherwise() {
        let request = request_of(&["nginx"]);
        assert!(request.resolve_image && !request.registry_auth);
        let request = request_of(&["--no-resolve-image", "--with-registry-auth=1", "nginx"]);
        assert!(!request.resolve_image && request.registry_auth);
        assert!(request_of(&["--no-resolve-image=false", "nginx"]).resolve_image);
    }
}
