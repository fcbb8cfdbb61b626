//! Reading the fields of a route one by one, before it is known whether they fit together.

use std::collections::{BTreeMap, BTreeSet};

use super::Origin;
use crate::action::{Filled, Location};
use crate::amount::{Rate, count};
use crate::auth::Word;
use crate::condition::{HeaderName, QueryName, Test};
use crate::constraint::Constraint;
use crate::date::Day;
use crate::header_change::{HeaderChanges, HeaderValue, changeable};
use crate::life::{Deprecated, Life, Successor};
use crate::media::{MediaRange, MediaTypes};
use crate::method::Methods;
use crate::path::{ParamName, PathError, PathTemplate};
use crate::problem::Problem;
use crate::rewrite::{Keep, QueryRewrite, Rewrite, RewritePath};
use crate::version::VersionRange;

/// A value with the field that it was written as.
pub(super) struct Given<'a, T> {
    pub(super) field: &'a str,
    pub(super) origin: Origin,
    pub(super) value: T,
}

/// What was read so far.
#[derive(Default)]
pub(super) struct Draft<'a> {
    /// Whether there is a `path` or a `prefix`, if only a wrong one.
    pub(super) has_path: bool,
    pub(super) path: Option<PathTemplate>,
    pub(super) methods: Methods,
    pub(super) constraints: Vec<Given<'a, (&'a str, Constraint)>>,
    pub(super) version: Option<VersionRange>,
    pub(super) headers: BTreeMap<HeaderName, Test>,
    pub(super) query: BTreeMap<QueryName, Test>,
    pub(super) consumes: MediaTypes,
    pub(super) produces: MediaTypes,
    /// Whether a token is needed, if that is told.
    pub(super) token: Option<bool>,
    pub(super) permissions: Option<Given<'a, BTreeSet<Word>>>,
    pub(super) scopes: Option<Given<'a, BTreeSet<Word>>>,
    pub(super) to: Option<To>,
    pub(super) redirect: Redirect<'a>,
    pub(super) answer: StaticFields<'a>,
    pub(super) deny: Option<u16>,
    pub(super) rewrite: Option<Given<'a, Rewrite>>,
    pub(super) rewrite_query: QueryRewrite,
    pub(super) request: HeaderChanges,
    pub(super) response: HeaderChanges,
    pub(super) cache_control: Option<HeaderValue>,
    pub(super) weak_etag: bool,
    pub(super) rate: Option<Rate>,
    pub(super) inflight: Option<u32>,
    pub(super) life: Life,
    pub(super) sunset_field: Option<&'a str>,
    pub(super) op: Option<String>,
    pub(super) tag: Option<String>,
    /// The fields that only some actions have.
    pub(super) of_actions: Vec<Given<'a, OfAction>>,
}

/// The word of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    Forward,
    Redirect,
    Static,
    Deny,
}

/// The actions that have a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OfAction {
    /// A rewrite, which forwarding alone has, and which a redirect may be taken for.
    Rewrite,
    /// Another one of forwarding.
    Forward,
    Redirect,
    Static,
    Deny,
}

#[derive(Default)]
pub(super) struct Redirect<'a> {
    pub(super) status: Option<u16>,
    /// Whether there is a location, if only a wrong one.
    pub(super) has_location: bool,
    pub(super) location: Option<Given<'a, Location>>,
}

#[derive(Default)]
pub(super) struct StaticFields<'a> {
    pub(super) status: Option<u16>,
    pub(super) content_type: Option<MediaRange>,
    pub(super) body: Option<Given<'a, Filled>>,
}

/// A value, or what it should have been.
fn read<T>(value: &str, expected: &'static str, parsed: Option<T>) -> Result<T, Problem> {
    parsed.ok_or_else(|| Problem::Value { expected, found: value.to_owned() })
}

/// A status of three digits that `fits`.
fn status(value: &str, expected: &'static str, fits: impl Fn(u16) -> bool) -> Result<u16, Problem> {
    let status = value.parse().ok().filter(|status| value.len() == 3 && fits(*status));
    read(value, expected, status)
}

impl<'a> Draft<'a> {
    /// Reads a field: its name without case, as it was written, and its value.
    pub(super) fn read(
        &mut self,
        folded: &str,
        field: &'a str,
        value: &'a str,
        origin: Origin,
    ) -> Result<(), Problem> {
        if let Some(value) = of_action(folded) {
            self.of_actions.push(Given { field, origin, value });
        }
        match folded {
            "path" => return self.set_path(PathTemplate::parse_path(value)),
            "prefix" => return self.set_path(PathTemplate::parse_prefix(value)),
            "methods" => self.methods = Methods::parse(value)?,
            "version" => self.version = Some(VersionRange::parse(value)?),
            "consumes" => self.consumes = MediaTypes::parse(value)?,
            "produces" => self.produces = MediaTypes::parse(value)?,
            "auth" => {
                let token = match value {
                    "jwt" => Some(true),
                    "none" => Some(false),
                    _ => None,
                };
                self.token = Some(read(value, "jwt or none", token)?);
            }
            "auth.permissions" => {
                let value =
                    read(value, "a list of permissions, such as admin,customer", Word::parse_list(value))?;
                self.permissions = Some(Given { field, origin, value });
            }
            "auth.scopes" => {
                let value =
                    read(value, "a list of scopes, such as pets:read,pets:write", Word::parse_list(value))?;
                self.scopes = Some(Given { field, origin, value });
            }
            "to" => self.to = Some(read(value, "forward, redirect, static or deny", To::parse(value))?),
            "deprecated" => {
                self.life.deprecated =
                    Some(read(value, "a day such as 2026-08-01, or true", Deprecated::parse(value))?);
            }
            "sunset" => {
                let day = Day::parse(value).filter(|day| day.is_of_http());
                self.life.sunset = Some(read(value, "a day such as 2026-08-01", day)?);
                self.sunset_field = Some(field);
            }
            "successor" => {
                self.life.successor = Some(read(value, "a URI in visible ASCII", Successor::parse(value))?);
            }
            "op" => self.op = Some(read(value, "a text without control characters", plain(value))?),
            "tag" => self.tag = Some(read(value, "a text without control characters", plain(value))?),
            _ => return self.read_of_action(folded, field, value, origin),
        }
        Ok(())
    }

    /// Reads a field of an action.
    fn read_of_action(
        &mut self,
        folded: &str,
        field: &'a str,
        value: &'a str,
        origin: Origin,
    ) -> Result<(), Problem> {
        match folded {
            "rewrite.path" => {
                return self.set_rewrite(field, origin, Rewrite::Path(RewritePath::parse(value)?));
            }
            "rewrite.prefix" => {
                return self.set_rewrite(field, origin, Rewrite::Prefix(RewritePath::parse(value)?));
            }
            "rewrite.query.remove" => return self.keep(Keep::AllBut(query_names(value)?)),
            "rewrite.query.allow" => return self.keep(Keep::Only(query_names(value)?)),
            "cache.control" => self.cache_control = Some(HeaderValue::parse(value)?),
            "cache.etag" => {
                self.weak_etag = read(
                    value,
                    "weak, the only validator that can be made here",
                    (value == "weak").then_some(true),
                )?;
            }
            "limit.rate" => {
                self.rate = Some(read(value, "a rate such as 100/s, 100/m or 100/h", Rate::parse(value))?);
            }
            "limit.inflight" => self.inflight = Some(read(value, "a number of 1 and more", count(value))?),
            "redirect.status" => {
                let redirects = |status| matches!(status, 301 | 302 | 303 | 307 | 308);
                self.redirect.status = Some(status(value, "301, 302, 303, 307 or 308", redirects)?);
            }
            "redirect.location" => {
                self.redirect.has_location = true;
                self.redirect.location = Some(Given { field, origin, value: Location::parse(value)? });
            }
            "static.status" => {
                self.answer.status =
                    Some(status(value, "a status from 200 to 599", |it| (200..600).contains(&it))?);
            }
            "static.type" => {
                self.answer.content_type = Some(MediaRange::parse(value).and_then(MediaRange::concrete)?);
            }
            "static.body" => self.answer.body = Some(Given { field, origin, value: Filled::parse(value) }),
            "deny.status" => {
                self.deny = Some(status(value, "a status from 400 to 599", |it| (400..600).contains(&it))?);
            }
            _ => return self.read_named(folded, field, value, origin),
        }
        Ok(())
    }

    /// Reads a field that ends with a name.
    fn read_named(
        &mut self,
        folded: &str,
        field: &'a str,
        value: &'a str,
        origin: Origin,
    ) -> Result<(), Problem> {
        if let Some(name) = folded.strip_prefix("header.") {
            self.headers.insert(HeaderName::parse(name)?, Test::parse(value)?);
        } else if let Some(name) = folded.strip_prefix("query.") {
            self.query.insert(QueryName::parse(name)?, Test::parse(value)?);
        } else if let Some(name) = folded.strip_prefix("param.") {
            let name = field.get(field.len().saturating_sub(name.len())..).unwrap_or_default();
            if ParamName::parse(name).is_err() {
                return Err(Problem::ConstraintWithoutParameter(name.to_owned()));
            }
            let value = (name, Constraint::parse(value)?);
            self.constraints.push(Given { field, origin, value });
        } else if let Some(name) = folded.strip_prefix("rewrite.query.set.") {
            let value = read(value, "a text without control characters", plain(value))?;
            self.rewrite_query.set.insert(QueryName::parse(name)?, value);
        } else if let Some(change) = folded.strip_prefix("request.header.") {
            change_header(&mut self.request, change, value)?;
        } else if let Some(change) = folded.strip_prefix("response.header.") {
            change_header(&mut self.response, change, value)?;
        } else {
            return Err(crate::problem::unknown(folded));
        }
        Ok(())
    }

    fn set_path(&mut self, path: Result<PathTemplate, PathError>) -> Result<(), Problem> {
        if self.has_path {
            return Err(Problem::PathAndPrefix);
        }
        self.has_path = true;
        self.path = Some(path?);
        Ok(())
    }

    fn set_rewrite(&mut self, field: &'a str, origin: Origin, value: Rewrite) -> Result<(), Problem> {
        if self.rewrite.is_some() {
            return Err(Problem::TwoRewrites);
        }
        self.rewrite = Some(Given { field, origin, value });
        Ok(())
    }

    fn keep(&mut self, keep: Keep) -> Result<(), Problem> {
        if self.rewrite_query.keep != Keep::All {
            return Err(Problem::RemoveAndAllow);
        }
        self.rewrite_query.keep = keep;
        Ok(())
    }
}

impl To {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "forward" => Some(Self::Forward),
            "redirect" => Some(Self::Redirect),
            "static" => Some(Self::Static),
            "deny" => Some(Self::Deny),
            _ => None,
        }
    }
}

/// The action that a field belongs to, if it does not belong to all.
fn of_action(folded: &str) -> Option<OfAction> {
    let (word, _) = folded.split_once('.')?;
    match word {
        "rewrite" => Some(OfAction::Rewrite),
        "request" | "cache" | "limit" => Some(OfAction::Forward),
        "redirect" => Some(OfAction::Redirect),
        "static" => Some(OfAction::Static),
        "deny" => Some(OfAction::Deny),
        _ => None,
    }
}

/// Reads `set.<name>`, `add.<name>` or `remove`.
fn change_header(changes: &mut HeaderChanges, change: &str, value: &str) -> Result<(), Problem> {
    if change == "remove" {
        changes.remove = value.split(',').map(|name| changeable(name.trim())).collect::<Result<_, _>>()?;
    } else if let Some(name) = change.strip_prefix("set.") {
        changes.set.insert(changeable(name)?, HeaderValue::parse(value)?);
    } else if let Some(name) = change.strip_prefix("add.") {
        changes.add.insert(changeable(name)?, HeaderValue::parse(value)?);
    } else {
        return Err(Problem::UnknownKey);
    }
    Ok(())
}

fn query_names(value: &str) -> Result<BTreeSet<QueryName>, Problem> {
    Ok(value.split(',').map(|name| QueryName::parse(name.trim())).collect::<Result<_, _>>()?)
}

fn plain(value: &str) -> Option<String> {
    (!value.contains(char::is_control)).then(|| value.to_owned())
}
