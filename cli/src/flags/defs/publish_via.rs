//! By which way the routes of the service's group get into Traefik.

use crate::flags::{Draft, Flag, Heading, Origin, Takes, ValueError};
use crate::publish::{PublishVia as Asked, Way};

/// `--publish-via`
#[derive(Debug)]
pub(in crate::flags) struct PublishVia;

impl Flag for PublishVia {
    fn long(&self) -> &'static str {
        "publish-via"
    }

    fn takes(&self) -> Takes {
        Takes::One("WAY")
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
        "How the routes get into Traefik: auto, provider or labels"
    }

    fn details(&self) -> &'static str {
        "`provider` leaves them to docker smsvc provider; `labels` writes traefik.* labels for a Traefik that reads the \
         swarm by itself. `auto` does as the other services of the group, and for the first one takes labels where a \
         Traefik in the swarm has --providers.swarm and none has --providers.http, by its arguments or environment, \
         else the provider. A group goes one way as a whole; docker smsvc sync moves it."
    }

    fn choices(&self) -> &'static [&'static str] {
        &["auto", "provider", "labels"]
    }

    fn default(&self) -> Option<&'static str> {
        Some("auto")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.publish_via = match value {
            "auto" => Asked::Auto,
            "provider" => Asked::Only(Way::Provider),
            "labels" => Asked::Only(Way::Labels),
            _ => return Err(ValueError::Choice { choices: self.choices() }),
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{parse_line, request_of};
    use crate::publish::{PublishVia, Way};

    #[test]
    fn publish_via_is_auto_unless_it_is_given() {
        assert_eq!(request_of(&["nginx"]).publish_via, PublishVia::Auto);
        let given = request_of(&["--publish-via", "labels", "nginx"]).publish_via;
        assert_eq!(given, PublishVia::Only(Way::Labels));
        assert_eq!(
            parse_line(&["--publish-via", "no", "nginx"]).unwrap_err().to_string(),
            "invalid argument \"no\" for \"--publish-via\" flag: must be one of auto, provider, labels"
        );
    }
}
