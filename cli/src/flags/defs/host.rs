//! The hosts of the API, and the lines of the containers' hosts file.

use smsvc_core::host::HostPattern;
use smsvc_core::problem::Problem;

use crate::flags::{ApiVersion, Draft, Flag, Heading, Origin, Takes, ValueError, values};

/// `--host`
#[derive(Debug)]
pub(in crate::flags) struct Host;

impl Flag for Host {
    fn long(&self) -> &'static str {
        "host"
    }

    fn takes(&self) -> Takes {
        Takes::Many("HOST|NAME:IP")
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
        "Host of the API, or NAME:IP for the containers' hosts file"
    }

    fn details(&self) -> &'static str {
        "A host name is a host of the API group: api.example.com, or *.example.com. What has a colon or an equals \
         sign is what it is in `docker service create`, a line of the containers' hosts file: db:10.0.0.7. \
         --api-host takes the host of an API only."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        if value.is_empty() || value.contains([':', '=']) {
            draft.container.hosts.push(values::host_entry(value)?);
            return Ok(());
        }
        ApiHost.apply(value, draft)
    }
}

/// `--api-host`
#[derive(Debug)]
pub(in crate::flags) struct ApiHost;

impl Flag for ApiHost {
    fn long(&self) -> &'static str {
        "api-host"
    }

    fn takes(&self) -> Takes {
        Takes::Many("HOST")
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
        "Host of the API"
    }

    fn details(&self) -> &'static str {
        "The services of a group share its hosts: the same in all of them, or left out. A group without a host \
         answers on any."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.group.hosts.push(HostPattern::parse(value).map_err(Problem::from)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{parse_line, request_of};

    const PETS: [&str; 4] = ["--name", "pets", "--group", "petstore"];

    #[test]
    fn host_collects_the_hosts_of_the_api_and_lines_of_the_hosts_file() {
        let line = [
            &PETS[..],
            &["--host", "API.example.com", "--host", "db:10.0.0.7", "--api-host", "*.example.org", "nginx"],
        ]
        .concat();
        let request = request_of(&line);
        assert_eq!(request.labels["smsvc.host"], "api.example.com,*.example.org");
        assert_eq!(request.container.hosts, ["10.0.0.7 db"]);
    }

    #[test]
    fn host_with_a_colon_is_always_dockers() {
        let error = parse_line(&["--host", "api.example.com:8080", "nginx"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "invalid argument \"api.example.com:8080\" for \"--host\" flag: invalid IP address in add-host: \"8080\""
        );
        assert!(error.hint().is_some_and(|hint| hint.contains("--port")));
    }
}
