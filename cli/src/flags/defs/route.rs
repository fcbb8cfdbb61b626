//! What a member of an API group takes, and where.

use smsvc_core::labels::route_options;
use smsvc_core::path::BasePath;
use smsvc_core::problem::Problem;

use crate::flags::{Draft, Flag, Heading, Origin, Takes, ValueError, grammar};

/// `--route`
#[derive(Debug)]
pub(in crate::flags) struct Route;

impl Flag for Route {
    fn long(&self) -> &'static str {
        "route"
    }

    fn takes(&self) -> Takes {
        Takes::Many("ROUTE")
    }

    fn heading(&self) -> Heading {
        Heading::ApiGroup
    }

    fn origin(&self) -> Origin {
        Origin::Smsvc
    }

    fn summary(&self) -> &'static str {
        "Requests that the service answers: 'GET /pets/{petId}'"
    }

    fn details(&self) -> &'static str {
        "[METHOD[,METHOD...]|*] [PATH] [FIELD=VALUE ...], where a field is what may follow `smsvc.route.NAME.` in \
         a label, or `name`:\n  \
         --route 'GET,POST /pets'\n  \
         --route 'GET /pets/{petId} param.petId=int rewrite.path=/internal/{petId}'\n  \
         --route 'prefix=/static rewrite.prefix=/ name=assets'\n\
         The path does not contain the base path of the group. A request that no route declares never reaches the \
         service."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        if let Err(errors) = route_options(&[value]) {
            return Err(ValueError::Route { errors: errors.into_iter().map(|wrong| wrong.error).collect() });
        }
        draft.group.routes.push(value.to_owned());
        Ok(())
    }
}

/// `--base`
#[derive(Debug)]
pub(in crate::flags) struct Base;

impl Flag for Base {
    fn long(&self) -> &'static str {
        "base"
    }

    fn takes(&self) -> Takes {
        Takes::One("PATH")
    }

    fn heading(&self) -> Heading {
        Heading::ApiGroup
    }

    fn origin(&self) -> Origin {
        Origin::Smsvc
    }

    fn summary(&self) -> &'static str {
        "Base path of the API, in front of every route: /v2"
    }

    fn details(&self) -> &'static str {
        "The services of a group share it: the same in all of them, or left out."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.group.base = Some(BasePath::parse(value).map_err(Problem::from)?);
        Ok(())
    }
}

/// `--port`
#[derive(Debug)]
pub(in crate::flags) struct Port;

impl Flag for Port {
    fn long(&self) -> &'static str {
        "port"
    }

    fn takes(&self) -> Takes {
        Takes::One("PORT")
    }

    fn heading(&self) -> Heading {
        Heading::ApiGroup
    }

    fn origin(&self) -> Origin {
        Origin::Smsvc
    }

    fn summary(&self) -> &'static str {
        "Port on which the containers answer requests to the API"
    }

    fn details(&self) -> &'static str {
        "Traefik sends the requests there, over a network of the service; nothing is published."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        let port = grammar::parse_uint(value, 10, 16).ok().and_then(|port| u16::try_from(port).ok());
        draft.group.port = Some(port.filter(|port| *port != 0).ok_or(ValueError::Port)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::flags::{parse_line, request_of};

    const PETS: [&str; 4] = ["--name", "pets", "--group", "petstore"];

    fn labels_of(flags: &[&str]) -> BTreeMap<String, String> {
        request_of(&[&PETS, flags, &["nginx"]].concat()).labels
    }

    fn error(flags: &[&str]) -> String {
        parse_line(&[&PETS, flags, &["nginx"]].concat()).unwrap_err().to_string()
    }

    #[test]
    fn group_and_route_become_labels() {
        let labels = labels_of(&["--route", "GET,POST /pets", "--route", "GET /pets/{petId} name=one"]);
        let expected = [
            ("smsvc.group", "petstore"),
            ("smsvc.route.get-post-pets.methods", "GET,POST"),
            ("smsvc.route.get-post-pets.path", "/pets"),
            ("smsvc.route.one.methods", "GET"),
            ("smsvc.route.one.path", "/pets/{petId}"),
        ];
        assert_eq!(labels, expected.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
    }

    #[test]
    fn base_and_port_keep_their_last_value() {
        let labels = labels_of(&["--base", "/v1", "--base", "/v2/", "--port", "80", "--port", "8080"]);
        assert_eq!(labels["smsvc.base"], "/v2");
        assert_eq!(labels["smsvc.port"], "8080");
    }

    #[test]
    fn route_base_and_port_are_checked_where_they_are_given() {
        assert!(
            error(&["--route", "GET"]).starts_with("invalid argument \"GET\" for \"--route\" flag: path: ")
        );
        assert!(error(&["--base", "v2"]).starts_with("invalid argument \"v2\" for \"--base\" flag: "));
        for port in ["0", "65536", "http", "+80"] {
            assert!(error(&["--port", port]).ends_with("must be a port number from 1 to 65535"), "{port}");
        }
    }
}
