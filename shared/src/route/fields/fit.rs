//! Holding the fields of a route against each other.

use super::draft::{Draft, Given, OfAction, To};
use super::{FieldError, Origin};
use crate::action::{Action, Caching, Filled, Forwarding, StaticAnswer, TrafficLimits};
use crate::auth::{Access, Demand};
use crate::life::Deprecated;
use crate::name::Name;
use crate::path::{End, ParamName, PathTemplate};
use crate::problem::Problem;
use crate::rewrite::Rewrite;
use crate::route::Route;

impl Draft<'_> {
    /// Makes the route; `None` if there is no path to hold the rest against.
    ///
    /// An inherited field that does not fit is left out, all others are errors.
    pub(super) fn fit(mut self, name: Name, errors: &mut Vec<FieldError>) -> Option<Route> {
        let mut wrong = |field: &str, origin: Origin, problem: Problem| {
            if origin == Origin::Own {
                errors.push(FieldError { field: field.to_owned(), problem });
            }
        };
        if !self.has_path {
            wrong("path", Origin::Own, Problem::NoPath);
        }
        let mut path = self.path.take()?;
        for Given { field, origin, value: (name, constraint) } in self.constraints.drain(..) {
            match path.parameters_mut().find(|parameter| parameter.name().is(name)) {
                Some(parameter) => parameter.constrain(constraint),
                None => wrong(field, origin, Problem::ConstraintWithoutParameter(name.to_owned())),
            }
        }
        let to = self.to.unwrap_or(To::Forward);
        for Given { field, origin, value } in self.of_actions.drain(..) {
            if let Some(problem) = misplaced(to, value) {
                wrong(field, origin, problem);
            }
        }
        if let (Some(Deprecated::Since(since)), Some(sunset)) = (self.life.deprecated, self.life.sunset)
            && sunset < since
        {
            wrong(self.sunset_field.unwrap_or("sunset"), Origin::Own, Problem::SunsetBeforeDeprecation);
        }
        let access = self.access(&mut wrong);
        let action = self.action(to, &path, &mut wrong)?;
        Some(Route {
            name,
            path,
            methods: self.methods,
            version: self.version,
            headers: self.headers,
            query: self.query,
            consumes: self.consumes,
            produces: self.produces,
            access,
            action,
            response: self.response,
            life: self.life,
            op: self.op,
            tag: self.tag,
        })
    }

    /// Whom the route is for. What a token has to say means nothing where none is needed.
    fn access(&mut self, wrong: &mut impl FnMut(&str, Origin, Problem)) -> Access {
        let (permissions, scopes) = (self.permissions.take(), self.scopes.take());
        if self.token == Some(true) {
            return Access::Token(Demand {
                permissions: permissions.map(|given| given.value).unwrap_or_default(),
                scopes: scopes.map(|given| given.value).unwrap_or_default(),
            });
        }
        for Given { field, origin, .. } in permissions.into_iter().chain(scopes) {
            wrong(field, origin, Problem::NoToken);
        }
        Access::Anybody
    }

    fn action(
        &mut self,
        to: To,
        path: &PathTemplate,
        wrong: &mut impl FnMut(&str, Origin, Problem),
    ) -> Option<Action> {
        match to {
            To::Forward => Some(Action::Forward(self.forwarding(path, wrong))),
            To::Redirect => {
                let location = self.redirect.location.take();
                if !self.redirect.has_location {
                    wrong("redirect.location", Origin::Own, Problem::NoLocation);
                }
                let Given { field, value: location, .. } = location?;
                unknown(path, location.names(), field, wrong);
                Some(Action::Redirect { status: self.redirect.status.unwrap_or(302), location })
            }
            To::Static => {
                let body = self.answer.body.take();
                if let Some(Given { field, value, .. }) = &body {
                    unknown(path, value.names(), field, wrong);
                }
                let status = self.answer.status.unwrap_or(200);
                let body = body.map_or_else(|| Filled::parse(""), |given| given.value);
                if matches!(status, 204 | 205 | 304) && body != Filled::parse("") {
                    wrong("static.body", Origin::Own, Problem::BodyWithoutContent(status));
                }
                Some(Action::Static(StaticAnswer {
                    status,
                    content_type: self.answer.content_type.take(),
                    body,
                }))
            }
            To::Deny => Some(Action::Deny(self.deny.unwrap_or(403))),
        }
    }

    fn forwarding(
        &mut self,
        path: &PathTemplate,
        wrong: &mut impl FnMut(&str, Origin, Problem),
    ) -> Forwarding {
        let rewrite = self.rewrite.take().and_then(|Given { field, origin, value: rewrite }| {
            let mut fits = true;
            let mut wrong = |problem| {
                fits = false;
                wrong(field, origin, problem);
            };
            if matches!(rewrite, Rewrite::Prefix(_)) && *path.end() != End::Prefix {
                wrong(Problem::RewriteWithoutPrefix);
            }
            for used in rewrite.names().filter(|used| path.names().all(|known| known != *used)) {
                wrong(Problem::RewriteWithoutParameter(used.clone()));
            }
            fits.then_some(rewrite)
        });
        Forwarding {
            rewrite,
            query: std::mem::take(&mut self.rewrite_query),
            request: std::mem::take(&mut self.request),
            cache: Caching { control: self.cache_control.take(), weak_etag: self.weak_etag },
            limits: TrafficLimits { rate: self.rate, inflight: self.inflight },
        }
    }
}

/// What is wrong with a field of one action on a route with another.
fn misplaced(to: To, field: OfAction) -> Option<Problem> {
    let needs = match (to, field) {
        (To::Redirect, OfAction::Rewrite) => return Some(Problem::RewriteOfRedirect),
        (To::Forward, OfAction::Rewrite | OfAction::Forward)
        | (To::Redirect, OfAction::Redirect)
        | (To::Static, OfAction::Static)
        | (To::Deny, OfAction::Deny) => return None,
        (_, OfAction::Rewrite | OfAction::Forward) => "forward",
        (_, OfAction::Redirect) => "redirect",
        (_, OfAction::Static) => "static",
        (_, OfAction::Deny) => "deny",
    };
    Some(Problem::OtherAction(needs))
}

/// Tells of parameters that the path does not have.
fn unknown<'n>(
    path: &PathTemplate,
    names: impl Iterator<Item = &'n ParamName>,
    field: &str,
    wrong: &mut impl FnMut(&str, Origin, Problem),
) {
    for used in names.filter(|used| path.names().all(|known| known != *used)) {
        wrong(field, Origin::Own, Problem::RewriteWithoutParameter(used.clone()));
    }
}
