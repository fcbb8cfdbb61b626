//! Routes that a description of the API declares.

use std::path::PathBuf;

use crate::flags::{Draft, Flag, Heading, Origin, Takes, ValueError, grammar};
use crate::openapi::PrefixFrom;

/// `--openapi`
#[derive(Debug)]
pub(in crate::flags) struct OpenApi;

impl Flag for OpenApi {
    fn long(&self) -> &'static str {
        "openapi"
    }

    fn takes(&self) -> Takes {
        Takes::One("FILE")
    }

    fn heading(&self) -> Heading {
        Heading::ApiGroup
    }

    fn origin(&self) -> Origin {
        Origin::Smsvc
    }

    fn summary(&self) -> &'static str {
        "OpenAPI description whose operations the service answers"
    }

    fn details(&self) -> &'static str {
        "Swagger 2.0 or OpenAPI 3, as JSON or YAML. Each operation becomes a route; --tag and --operation choose some of \
         them, so that one description can be split over services. What cannot be said in a route is told and left \
         out. `docker smsvc import openapi FILE` shows all of it and creates nothing."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.openapi.file = Some(PathBuf::from(value));
        Ok(())
    }
}

/// `--tag`
#[derive(Debug)]
pub(in crate::flags) struct Tag;

impl Flag for Tag {
    fn long(&self) -> &'static str {
        "tag"
    }

    fn takes(&self) -> Takes {
        Takes::Many("TAG")
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
        "Only operations of --openapi with this tag"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.openapi.selection.tags.push(value.to_owned());
        Ok(())
    }
}

/// `--operation`
#[derive(Debug)]
pub(in crate::flags) struct Operation;

impl Flag for Operation {
    fn long(&self) -> &'static str {
        "operation"
    }

    fn takes(&self) -> Takes {
        Takes::Many("ID")
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
        "Only the operation of --openapi with this id"
    }

    fn details(&self) -> &'static str {
        "Several are parted by commas. 'GET /pets/{petId}' names one that has no id."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.openapi.selection.operations.extend(value.split(',').map(|id| id.trim().to_owned()));
        Ok(())
    }
}

/// `--prefix-from`
#[derive(Debug)]
pub(in crate::flags) struct PrefixFromFlag;

impl Flag for PrefixFromFlag {
    fn long(&self) -> &'static str {
        "prefix-from"
    }

    fn takes(&self) -> Takes {
        Takes::One("WHERE")
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
        "Where the base path comes from with --openapi"
    }

    fn details(&self) -> &'static str {
        "`servers` takes it from the description, unless --base says it; with `none` its paths are complete."
    }

    fn choices(&self) -> &'static [&'static str] {
        &["servers", "none"]
    }

    fn default(&self) -> Option<&'static str> {
        Some("servers")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.openapi.prefix = match value {
            "servers" => PrefixFrom::Servers,
            "none" => PrefixFrom::Nowhere,
            _ => return Err(ValueError::Choice { choices: self.choices() }),
        };
        Ok(())
    }
}

/// `--strict`
#[derive(Debug)]
pub(in crate::flags) struct Strict;

impl Flag for Strict {
    fn long(&self) -> &'static str {
        "strict"
    }

    fn takes(&self) -> Takes {
        Takes::Switch
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
        "Refuse an --openapi of which anything cannot be mapped"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.openapi.strict = grammar::parse_bool(value)?;
        Ok(())
    }
}
