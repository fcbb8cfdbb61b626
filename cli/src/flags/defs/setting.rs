//! What holds for a whole API group, and what all routes of the service share.

use smsvc_core::problem::Problem;
use smsvc_core::route::check_default;

use crate::flags::{Draft, Flag, Heading, Origin, Takes, ValueError};

/// `--api-set`
#[derive(Debug)]
pub(in crate::flags) struct ApiSet;

impl Flag for ApiSet {
    fn long(&self) -> &'static str {
        "api-set"
    }

    fn takes(&self) -> Takes {
        Takes::Many("KEY=VALUE")
    }

    fn heading(&self) -> Heading {
        Heading::ApiGroup
    }

    fn everyday(&self) -> bool {
        false
    }

    fn origin(&self) -> Origin {
        Origin::Smsvc
    }

    fn summary(&self) -> &'static str {
        "A setting of the whole API group: slash=ignore"
    }

    fn details(&self) -> &'static str {
        "The key is what follows `smsvc.` in the label: slash, errors, auto, version.by, version.name, \
         version.default, cors.origins, cors.methods, cors.headers, cors.expose, cors.credentials, cors.max-age, \
         entrypoints, tls, limit.body, limit.uri, limit.query, limit.headers, or one of auth.*, such as auth.keys. The services of a group state the \
         same or nothing:\n  \
         --api-set cors.origins=https://*.example.com --api-set version.by=header"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        let (key, value) = pair(value)?;
        draft.group.settings.set(&key.to_ascii_lowercase(), value).unwrap_or(Err(Problem::UnknownKey))?;
        Ok(())
    }
}

/// `--route-default`
#[derive(Debug)]
pub(in crate::flags) struct RouteDefault;

impl Flag for RouteDefault {
    fn long(&self) -> &'static str {
        "route-default"
    }

    fn takes(&self) -> Takes {
        Takes::Many("FIELD=VALUE")
    }

    fn heading(&self) -> Heading {
        Heading::ApiGroup
    }

    fn everyday(&self) -> bool {
        false
    }

    fn origin(&self) -> Origin {
        Origin::Smsvc
    }

    fn summary(&self) -> &'static str {
        "A field that all routes of the service inherit"
    }

    fn details(&self) -> &'static str {
        "Any field of a route but its path; a route that states it itself does not inherit it:\n  \
         --route-default response.header.set.X-Frame-Options=DENY"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        let (field, value) = pair(value)?;
        check_default(field, value)?;
        draft.group.defaults.insert(field.to_owned(), value.to_owned());
        Ok(())
    }
}

fn pair(text: &str) -> Result<(&str, &str), Problem> {
    let wrong = || Problem::Value { expected: "a pair KEY=VALUE", found: text.to_owned() };
    text.split_once('=').ok_or_else(wrong)
}
