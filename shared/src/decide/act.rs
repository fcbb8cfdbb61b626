//! Acting: what the rule that takes a request makes of it.

use std::borrow::Cow;

use super::answer::{Answer, Refused};
use super::{Decision, Finish, Forward, Subject};
use crate::action::{Action, Forwarding, StaticAnswer};
use crate::condition::counts;
use crate::cors::Cors;
use crate::header_change::{HeaderChange, HeaderValue};
use crate::table::Rule;

impl Subject<'_> {
    /// What becomes of the request by a rule that takes it.
    pub(super) fn act<'t>(&self, rule: &'t Rule) -> Decision<'t> {
        if let Some(refused) = self.too_much(rule) {
            return Decision::Answer(
                self.for_browsers(refused.answer(rule.settings().errors()), rule.settings().cors()),
            );
        }
        let malformed = || Refused::Malformed.answer(rule.settings().errors());
        let answer = match rule.route().action() {
            Action::Forward(forwarding) => match self.uri(rule, forwarding) {
                Ok(uri) => return Decision::Forward(self.forward(rule, forwarding, uri)),
                Err(Malformed) => Some(malformed()),
            },
            Action::Redirect { status, location } => {
                let filled = rule.path().captures(&self.path).and_then(|it| location.fill(&it, self.query));
                filled.map(|location| redirect(*status, location))
            }
            Action::Static(answer) => self.fixed(rule, answer),
            Action::Deny(status) => Some(Answer::denied(*status, rule.settings().errors())),
        };
        let mut answer = answer.unwrap_or_else(malformed);
        for (name, value) in rule.route().life().headers() {
            answer.add(name, value);
        }
        rule.route().response().apply(&mut answer.headers);
        Decision::Answer(self.for_browsers(answer, rule.settings().cors()))
    }

    /// The first limit of the group that the request exceeds.
    fn too_much(&self, rule: &Rule) -> Option<Refused> {
        let limits = rule.settings().limits();
        let over = |length: usize, limit: u64| u64::try_from(length).is_ok_and(|length| length > limit);
        if limits.uri.is_some_and(|limit| over(self.uri.len(), limit.bytes())) {
            return Some(Refused::UriTooLong);
        }
        let parameters =
            self.query.map_or(0, |query| query.split('&').filter(|pair| !pair.is_empty()).count());
        if limits.query.is_some_and(|limit| over(parameters, limit.into())) {
            return Some(Refused::QueryTooLong);
        }
        let too_many =
            |limit: u32| over(self.headers.names().iter().filter(|name| counts(name)).count(), limit.into());
        if limits.headers.is_some_and(too_many) {
            return Some(Refused::TooManyHeaders);
        }
        let too_long = |limit| self.content_length().is_some_and(|length| length > limit);
        limits.body.is_some_and(|limit| too_long(limit.bytes())).then_some(Refused::BodyTooLong)
    }

    /// What the service sees in the place of the client's target, if it is another.
    fn uri(&self, rule: &Rule, forwarding: &Forwarding) -> Result<Option<String>, Malformed> {
        if forwarding.rewrite.is_none() && forwarding.query.is_none() {
            return Ok(None);
        }
        let mut uri = match &forwarding.rewrite {
            None => self.uri.split('?').next().unwrap_or_default().to_owned(),
            Some(rewrite) => {
                let captures = rule.path().captures(&self.path).ok_or(Malformed)?;
                rewrite.apply(&captures).ok_or(Malformed)?
            }
        };
        if let Some(query) = forwarding.query.apply(self.query) {
            uri.push('?');
            uri.push_str(&query);
        }
        Ok(Some(uri))
    }

    fn forward<'t>(&self, rule: &'t Rule, forwarding: &'t Forwarding, uri: Option<String>) -> Forward<'t> {
        let mut response: Vec<HeaderChange<'t>> = rule.route().response().steps().collect();
        let life = rule.route().life().headers();
        let browsers = rule.settings().cors().map(|cors| cors.headers(self.origin().as_deref()));
        let told = life.chain(browsers.into_iter().flatten());
        response.extend(told.map(|(name, value)| HeaderChange::Add(name, Cow::Owned(value))));
        Forward {
            group: rule.group(),
            service: rule.service(),
            route: rule.route().name().as_str(),
            router: rule.router(),
            uri,
            request: forwarding.request.steps().collect(),
            response,
            finish: self.finish(forwarding),
        }
    }

    /// What is to be done with the answer of the service, which has to be held back for it: not where it is a stream.
    fn finish<'t>(&self, forwarding: &'t Forwarding) -> Option<Finish<'t>> {
        let cache = &forwarding.cache;
        if !cache.is_needed() || !matches!(self.method, "GET" | "HEAD") {
            return None;
        }
        let accepts = |text: &str| self.headers.values("accept").iter().any(|value| value.contains(text));
        if !self.headers.values("upgrade").is_empty() || accepts("text/event-stream") {
            return None;
        }
        // The body that an answer to HEAD does not have cannot be digested.
        let etag = cache.weak_etag && self.method == "GET";
        let etag = etag.then(|| self.headers.values("if-none-match"));
        Some(Finish { control: cache.control.as_ref().map(HeaderValue::as_str), etag })
    }

    fn fixed(&self, rule: &Rule, fixed: &StaticAnswer) -> Option<Answer> {
        let mut answer = Answer::empty(fixed.status);
        answer.body = fixed.body.fill(&rule.path().captures(&self.path)?)?;
        let content_type = match &fixed.content_type {
            Some(it) if it.is_text() => Some(format!("{it}; charset=utf-8")),
            Some(it) => Some(it.to_string()),
            None => (!answer.body.is_empty()).then(|| "text/plain; charset=utf-8".to_owned()),
        };
        if let Some(content_type) = content_type {
            answer.add("content-type", content_type);
        }
        Some(answer)
    }

    /// An answer with what a browser has to be told of other origins.
    pub(super) fn for_browsers(&self, mut answer: Answer, cors: Option<&Cors>) -> Answer {
        if let Some(cors) = cors {
            for (name, value) in cors.headers(self.origin().as_deref()) {
                answer.add(name, value);
            }
        }
        answer
    }

    /// The origin of a request that says one.
    pub(super) fn origin(&self) -> Option<String> {
        self.headers.values("origin").into_iter().next()
    }
}

/// An answer that leads elsewhere.
pub(super) fn redirect(status: u16, location: String) -> Answer {
    let mut answer = Answer::empty(status);
    answer.add("location", location);
    answer
}

/// A rewrite whose parts make a dot segment together.
struct Malformed;
