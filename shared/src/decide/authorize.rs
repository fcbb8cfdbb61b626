//! Authorizing: whether the rule that takes a request lets it in, and what its service is told of who asks.

use super::Outcome;
use super::answer::error;
use super::room::{Said, Scratch};
use super::subject::Subject;
use crate::auth::{Authority, AuthorityStatement, Denied, authorize};
use crate::jwt::{self, ClaimPath, Claims};
use crate::table::{self, RuleView, ScopeView, Stored};

/// An authority that was read from a table, kept for the next request: its keys are checked when they are read.
#[derive(Debug, Default)]
pub(super) struct Known {
    raw: Vec<u8>,
    realm: String,
    authority: Option<Authority>,
}

impl<'t> Subject<'_, 't> {
    /// The answer to a request that is not let in. Else adds what the service is told of who asks.
    pub(super) fn admit(
        &self,
        rule: &RuleView<'t>,
        scope: &ScopeView<'t>,
        said: &mut Said,
    ) -> Option<Outcome<'t>> {
        let claims = if rule.route.has_demand() {
            match self.authorize(rule, scope) {
                Ok(claims) => Some(claims),
                Err((denied, challenge)) => return Some(self.deny(denied, challenge, scope, said)),
            }
        } else {
            None
        };
        self.tell(scope, claims.as_ref(), said);
        None
    }

    /// The answer to a request that is not let in.
    fn deny(
        &self,
        denied: Denied,
        challenge: Option<String>,
        scope: &ScopeView<'t>,
        said: &mut Said,
    ) -> Outcome<'t> {
        let (status, title) = denied.status();
        let outcome = error(status, title, denied.words(), scope.plain_errors(), said);
        if let Some(challenge) = challenge {
            said.answered().add("www-authenticate", &challenge);
        }
        self.for_browsers(scope, said.answered());
        outcome
    }

    /// What the token of the request says; or why it is not let in, and what its client is asked for.
    fn authorize(
        &self,
        rule: &RuleView<'t>,
        scope: &ScopeView<'t>,
    ) -> Result<Claims, (Denied, Option<String>)> {
        let unavailable = (Denied::Unavailable, None);
        // Who cannot check a token reads no table with such a route: what it takes need not be in that program at all.
        if !jwt::AVAILABLE {
            return Err(unavailable);
        }
        let (Some(demand), Some(stated)) = (rule.route.demand(), scope.authority()) else {
            return Err(unavailable);
        };
        let mut lines = Vec::new();
        self.headers.values("authorization", &mut |line| lines.push(line.to_owned()));
        let looked = self.scratch.authority(stated, |realm, authority| {
            authorize(&lines, authority, &demand, self.around)
                .map_err(|denied| (denied, denied.challenge(realm, &demand)))
        });
        looked.unwrap_or(Err(unavailable))
    }

    /// What the service is told of who asks. Whatever the client says in these headers goes first, on routes for anybody
    /// too: the service cannot know on which it may believe them.
    fn tell(&self, scope: &ScopeView<'t>, claims: Option<&Claims>, said: &mut Said) {
        let told = scope.claims();
        if told.is_none() {
            return;
        }
        for (header, claim) in told.all() {
            let value = claims.and_then(|claims| {
                self.scratch.text(claim, |text| claims.header_value(&ClaimPath::parse(text)?))
            });
            said.request.tell(header, value.as_deref());
        }
        self.headers.names(&mut |name| {
            if told.all().any(|(header, _)| is_taken_for(name, header)) {
                said.request.remove(name);
            }
        });
    }
}

impl Scratch {
    /// Gives `look` the group's name and authority, read anew where another was looked at last; `None` where its keys are no
    /// keys.
    fn authority<R>(
        &self,
        stated: table::Authority<'_>,
        look: impl FnOnce(&str, &Authority) -> R,
    ) -> Option<R> {
        let mut known = self.known.take();
        if known.authority.is_none() || known.raw != stated.raw() {
            known = Known::read(stated);
        }
        let looked = known.authority.as_ref().map(|authority| look(&known.realm, authority));
        self.known.set(known);
        looked
    }
}

impl Known {
    fn read(stated: table::Authority<'_>) -> Self {
        let text = |stored: Stored<'_>| {
            let mut text = String::new();
            stored.push_to(&mut text);
            text
        };
        let (realm, mut settings) = stated.stated();
        let mut statement = AuthorityStatement::default();
        let is_whole =
            settings.all(|(key, value)| matches!(statement.enter(&text(key), &text(value)), Ok(Some(()))));
        let authority = if is_whole { Authority::new(&statement).ok().flatten() } else { None };
        Self { raw: stated.raw().to_vec(), realm: text(realm), authority }
    }
}

/// Whether some servers take a name for another header, since they turn every mark in a name into `_` (CGI, RFC 3875,
/// section 4.1.18).
fn is_taken_for(name: &str, header: Stored<'_>) -> bool {
    let mark = |byte: u8| if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b'_' };
    let same = name.bytes().map(|byte| byte.to_ascii_lowercase()).eq(header.bytes());
    !same && name.bytes().map(mark).eq(header.bytes().map(mark))
}
