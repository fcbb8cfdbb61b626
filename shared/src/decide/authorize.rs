//! Authorizing: whether the rule that takes a request lets it in, and what its service is told of who asks.

use super::Outcome;
use super::answer::error;
use super::room::{Said, Scratch};
use super::subject::Subject;
use crate::auth::{Authority, AuthorityStatement, Demand, Denied, authorize};
use crate::jwt::{self, ClaimPath, Claims};
use crate::table::{self, Damaged, Read, RuleView, ScopeView, Stored};

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
    ) -> Read<Option<Outcome<'t>>> {
        // No specification has a route that needs a token without keys, and who cannot check one reads no such table: what
        // it takes to check one need not be in that program at all.
        let demand = if jwt::AVAILABLE {
            rule.route.demand()?
        } else if rule.route.has_demand() {
            return self.deny(Denied::Unavailable, None, scope, said).map(Some);
        } else {
            None
        };
        let claims = match demand {
            None => None,
            Some(demand) => match self.authorize(scope, &demand)? {
                Ok(claims) => Some(claims),
                Err((denied, challenge)) => {
                    return self.deny(denied, challenge, scope, said).map(Some);
                }
            },
        };
        self.tell(scope, claims.as_ref(), said)?;
        Ok(None)
    }

    /// The answer to a request that is not let in.
    fn deny(
        &self,
        denied: Denied,
        challenge: Option<String>,
        scope: &ScopeView<'t>,
        said: &mut Said,
    ) -> Read<Outcome<'t>> {
        let (status, title) = denied.status();
        let outcome = error(status, title, denied.words(), scope.plain_errors(), said);
        if let Some(challenge) = challenge {
            said.answered().add("www-authenticate", &challenge);
        }
        self.for_browsers(scope, said.answered())?;
        Ok(outcome)
    }

    /// What the token of the request says; or why it is not let in, and what its client is asked for.
    fn authorize(
        &self,
        scope: &ScopeView<'t>,
        demand: &Demand,
    ) -> Read<Result<Claims, (Denied, Option<String>)>> {
        let Some(stated) = scope.authority()? else { return Ok(Err((Denied::Unavailable, None))) };
        let mut lines = Vec::new();
        self.headers.values("authorization", &mut |line| lines.push(line.to_owned()));
        self.scratch.authority(stated, |realm, authority| {
            authorize(&lines, authority, demand, self.around)
                .map_err(|denied| (denied, denied.challenge(realm, demand)))
        })
    }

    /// What the service is told of who asks. Whatever the client says in these headers goes first, on routes for anybody
    /// too: the service cannot know on which it may believe them.
    fn tell(&self, scope: &ScopeView<'t>, claims: Option<&Claims>, said: &mut Said) -> Read<()> {
        let told = scope.claims()?;
        if told.is_none() {
            return Ok(());
        }
        for pair in told.all() {
            let (header, claim) = pair?;
            let value = match claims {
                None => None,
                Some(claims) => self.scratch.text(claim, |text| {
                    let claim = ClaimPath::parse(text).ok_or(Damaged)?;
                    Ok(claims.header_value(&claim))
                })??,
            };
            said.request.tell(header, value.as_deref())?;
        }
        let mut whole = Ok(());
        self.headers.names(&mut |name| match told
            .all()
            .try_fold(false, |taken, pair| Ok::<_, Damaged>(taken || is_taken_for(name, pair?.0)))
        {
            Ok(false) => {}
            Ok(true) => said.request.remove(name),
            Err(damaged) => whole = Err(damaged),
        });
        whole
    }
}

impl Scratch {
    /// Gives `look` the group's name and authority, read anew where another was looked at last.
    fn authority<R>(
        &self,
        stated: table::Authority<'_>,
        look: impl FnOnce(&str, &Authority) -> R,
    ) -> Read<R> {
        let mut known = self.known.take();
        if known.authority.is_none() || known.raw != stated.raw() {
            known = Known::read(stated)?;
        }
        let looked = known.authority.as_ref().map(|authority| look(&known.realm, authority));
        self.known.set(known);
        looked.ok_or(Damaged)
    }
}

impl Known {
    fn read(stated: table::Authority<'_>) -> Read<Self> {
        let text = |stored: Stored<'_>| {
            let mut text = String::new();
            stored.push_to(&mut text).map(|()| text)
        };
        let (realm, settings) = stated.stated()?;
        let mut statement = AuthorityStatement::default();
        for setting in settings {
            let (key, value) = setting?;
            statement.enter(&text(key)?, &text(value)?).ok().flatten().ok_or(Damaged)?;
        }
        let authority = Authority::new(&statement).ok().flatten();
        Ok(Self { raw: stated.raw().to_vec(), realm: text(realm)?, authority })
    }
}

/// Whether some servers take a name for another header, since they turn every mark in a name into `_` (CGI, RFC 3875,
/// section 4.1.18).
fn is_taken_for(name: &str, header: Stored<'_>) -> bool {
    let mark = |byte: u8| if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b'_' };
    let same = name.bytes().map(|byte| byte.to_ascii_lowercase()).eq(header.bytes());
    !same && name.bytes().map(mark).eq(header.bytes().map(mark))
}
