//! Acting: what the rule that takes a request makes of it.

use super::answer::Refused;
use super::fill::Missing;
use super::room::Said;
use super::subject::Subject;
use super::{Headers, Outcome};
use crate::action::push_harmless;
use crate::condition::{counts, names_pair};
use crate::path::{has_dot_segment, split_at_mark};
use crate::table::{Does, Keeps, Pieces, RuleView, ScopeView};

impl<'t> Subject<'_, 't> {
    /// What becomes of the request by a rule that takes it.
    pub(super) fn act(&self, rule: &RuleView<'t>, said: &mut Said) -> Outcome<'t> {
        let scope = rule.route.scope();
        if let Some(refused) = self.too_much(&scope) {
            let outcome = refused.answer(scope.plain_errors(), said);
            self.for_browsers(&scope, said.answered());
            return outcome;
        }
        if let Some(denied) = self.admit(rule, &scope, said) {
            return denied;
        }
        let outcome = match rule.route.does() {
            Does::Forward => {
                if self.rewrite(rule, said).is_ok() {
                    return self.forward(rule, &scope, said);
                }
                None
            }
            Does::Redirect { status, location } => self.redirect(rule, status, location, said),
            Does::Static { status, content_type, body } => {
                let filled = self.fill(rule, body, &mut said.body, push_harmless);
                if filled.is_ok() && !content_type.is_empty() {
                    said.answered().add_with("content-type", |text| content_type.push_to(text));
                }
                filled.is_ok().then_some(Outcome::Answer(status))
            }
            Does::Deny(status) => Some(Refused::denied(status, scope.plain_errors(), said)),
        };
        let outcome = outcome.unwrap_or_else(|| {
            said.body.clear();
            Refused::Malformed.answer(scope.plain_errors(), said)
        });
        said.answered().extend(rule.route.life());
        said.answered().apply(rule.route.response());
        self.for_browsers(&scope, said.answered());
        outcome
    }

    /// The first limit of the group that the request exceeds.
    fn too_much(&self, scope: &ScopeView<'t>) -> Option<Refused> {
        let limits = scope.limits()?;
        let over = |length: usize, limit: u64| u64::try_from(length).is_ok_and(|length| length > limit);
        if limits.uri.is_some_and(|limit| over(self.uri.len(), limit)) {
            return Some(Refused::UriTooLong);
        }
        let parameters =
            self.query.map_or(0, |query| query.split('&').filter(|pair| !pair.is_empty()).count());
        if limits.query.is_some_and(|limit| over(parameters, limit)) {
            return Some(Refused::QueryTooLong);
        }
        if limits.headers.is_some_and(|limit| over(count(self.headers), limit)) {
            return Some(Refused::TooManyHeaders);
        }
        let too_long = |limit| self.content_length().is_some_and(|length| length > limit);
        limits.body.is_some_and(too_long).then_some(Refused::BodyTooLong)
    }

    fn redirect(
        &self,
        rule: &RuleView<'t>,
        status: u16,
        location: Pieces<'t>,
        said: &mut Said,
    ) -> Option<Outcome<'t>> {
        let filled = said.answered().add_with("location", |text| {
            let start = text.len();
            let filled = self.fill(rule, location, text, push_harmless);
            let tells = |text: &String| text.get(start..).is_some_and(|text| text.contains(['?', '#']));
            if let Some(query) = self.query.filter(|_| !tells(text)) {
                text.push('?');
                text.push_str(query);
            }
            filled
        });
        if filled.is_err() {
            said.answered().clear();
            return None;
        }
        Some(Outcome::Answer(status))
    }

    /// What the service sees in the place of the client's target, if it is another.
    fn rewrite(&self, rule: &RuleView<'t>, said: &mut Said) -> Result<(), Missing> {
        let (rewrite, query) = (rule.route.rewrite(), rule.route.query_rewrite());
        if rewrite.is_none() && query.is_none() {
            return Ok(());
        }
        let uri = said.rewritten();
        match rewrite {
            None => uri.push_str(split_at_mark(self.uri, b'?').0),
            Some(rewrite) => {
                self.fill(rule, rewrite.path, uri, String::push_str)?;
                if let Some(segments) = rewrite.prefix {
                    if uri.ends_with('/') {
                        uri.pop();
                    }
                    uri.push_str(self.path.after(segments.saturating_add(rule.route.shift)));
                    if uri.is_empty() {
                        uri.push('/');
                    }
                }
                // A server might read a dot segment in it: parts that are harmless alone can make one together
                // (`{a}.` with `x%2F` for `a`).
                if has_dot_segment(uri) {
                    return Err(Missing);
                }
            }
        }
        match query {
            Some(keeps) => self.push_query(keeps, uri),
            None => {
                if let Some(query) = self.query {
                    uri.push('?');
                    uri.push_str(query);
                }
            }
        }
        Ok(())
    }

    /// Appends the query for the service: what is kept stands as it came.
    fn push_query(&self, keeps: Keeps<'t>, uri: &mut String) {
        let mut mark = '?';
        let pairs = self.query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        for pair in pairs {
            if kept(keeps, pair) {
                uri.push(mark);
                uri.push_str(pair);
                mark = '&';
            }
        }
        for (_, pair) in keeps.set() {
            uri.push(mark);
            pair.push_to(uri);
            mark = '&';
        }
    }

    fn forward(&self, rule: &RuleView<'t>, scope: &ScopeView<'t>, said: &mut Said) -> Outcome<'t> {
        let route = &rule.route;
        let router = route.router();
        if route.is_changing() {
            said.request.extend(route.request());
            said.response.extend(route.response());
            said.response.extend(route.life());
        }
        self.for_browsers(scope, &mut said.response);
        self.keep(rule, said);
        Outcome::Forward { rule: rule.number, router }
    }

    /// What is to be done with the answer of the service, which has to be held back for it: not where it is a stream.
    fn keep(&self, rule: &RuleView<'t>, said: &mut Said) {
        let Some(cache) = rule.route.caching() else { return };
        if !matches!(self.method, "GET" | "HEAD") {
            return;
        }
        let mut streams = false;
        self.headers.values("upgrade", &mut |_| streams = true);
        self.headers.values("accept", &mut |value| streams |= is_event_stream(value));
        if streams {
            return;
        }
        said.finishes = true;
        if let Some(control) = cache.control {
            said.finish.controls = true;
            control.push_to(&mut said.finish.control);
        }
        // The body that an answer to HEAD does not have cannot be digested.
        if cache.weak_etag && self.method == "GET" {
            said.finish.tags = true;
            let known = &mut said.finish.known;
            self.headers.values("if-none-match", &mut |value| {
                if !known.is_empty() {
                    known.push(',');
                }
                known.push_str(value);
            });
        }
    }
}

/// Whether a client takes a stream of events (a search for a text would bring far more code than this needs).
fn is_event_stream(accept: &str) -> bool {
    const STREAM: &[u8] = b"text/event-stream";
    accept.as_bytes().windows(STREAM.len()).any(|part| part == STREAM)
}

/// How many headers are the client's.
fn count(headers: &dyn Headers) -> usize {
    let mut count = 0_usize;
    headers.names(&mut |name| count = count.saturating_add(usize::from(counts(name))));
    count
}

/// Whether a service gets this pair of a query.
fn kept(keeps: Keeps<'_>, pair: &str) -> bool {
    let is_set = keeps.set().any(|(name, _)| names_pair(name.bytes(), pair));
    !is_set && keeps.only == keeps.names().any(|name| names_pair(name.bytes(), pair))
}
