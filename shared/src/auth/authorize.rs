//! Letting a request in, or not: what RFC 6750 ("Bearer Token Usage") says.

use super::{Authority, Demand};
use crate::jwt::{self, Claims, Key, Refusal};

/// What a decision about a token needs that stands neither in the request nor in the table.
pub trait Surroundings {
    /// The seconds since 1970; `None` for who has no clock.
    fn now(&self) -> Option<u64>;

    /// The content of the file at this path, in which a secret stands; `None` if it cannot be read.
    fn secret(&self, path: &str) -> Option<Vec<u8>>;
}

/// Neither a clock nor files: nobody is let in whose token would have to be looked at.
impl Surroundings for () {
    fn now(&self) -> Option<u64> {
        None
    }

    fn secret(&self, _path: &str) -> Option<Vec<u8>> {
        None
    }
}

/// Why a request is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Denied {
    /// It brings no token.
    NoToken,
    /// It has several `Authorization` lines, of which a service might believe another than is checked here.
    SeveralTokens,
    /// Its token is not believed.
    Token(Refusal),
    /// Its token is believed, and does not meet the demand of the route.
    Permission,
    /// Its token cannot be checked here: there is no clock, or the secret cannot be read.
    Unavailable,
}

impl Denied {
    /// Status and title.
    pub fn status(self) -> (u16, &'static str) {
        match self {
            Self::NoToken | Self::Token(_) => (401, "Unauthorized"),
            Self::SeveralTokens => (400, "Bad Request"),
            Self::Permission => (403, "Forbidden"),
            Self::Unavailable => (503, "Service Unavailable"),
        }
    }

    /// What there is to say, in ASCII without quotes.
    pub fn words(self) -> &'static str {
        match self {
            Self::NoToken => "The route needs a bearer token in the Authorization header.",
            Self::SeveralTokens => "The request has several Authorization headers.",
            Self::Token(refusal) => refusal.words(),
            Self::Permission => "The token does not have the permissions that the route needs.",
            Self::Unavailable => "Tokens cannot be checked at the moment.",
        }
    }

    /// The value of `WWW-Authenticate` (RFC 6750, section 3), if there is one. A client that brought no token is not told
    /// that anything is wrong with it.
    pub fn challenge(self, realm: &str, demand: &Demand) -> Option<String> {
        let error = match self {
            Self::Unavailable => return None,
            Self::NoToken => return Some(format!(r#"Bearer realm="{realm}""#)),
            Self::SeveralTokens => "invalid_request",
            Self::Token(_) => "invalid_token",
            Self::Permission => "insufficient_scope",
        };
        let words = self.words();
        let mut challenge =
            format!(r#"Bearer realm="{realm}", error="{error}", error_description="{words}""#);
        if self == Self::Permission && !demand.scopes.is_empty() {
            let scopes: Vec<&str> = demand.scopes.iter().map(super::Word::as_str).collect();
            challenge.extend([", scope=\"", &scopes.join(" "), "\""]);
        }
        Some(challenge)
    }
}

/// What the token of a request says, if the request is let in. `lines` are its `Authorization` headers.
pub fn authorize(
    lines: &[String],
    authority: &Authority,
    demand: &Demand,
    around: &dyn Surroundings,
) -> Result<Claims, Denied> {
    let token = match lines {
        [] => return Err(Denied::NoToken),
        [line] => bearer(line).ok_or(Denied::NoToken)?,
        _ => return Err(Denied::SeveralTokens),
    };
    let now = around.now().ok_or(Denied::Unavailable)?;
    let secret = match authority.secret_file() {
        None => None,
        Some(path) => {
            let content = around.secret(path).ok_or(Denied::Unavailable)?;
            Some(Key::shared_file(&content).map_err(|_| Denied::Unavailable)?)
        }
    };
    let keys = authority.keys().chain(&secret);
    let claims = jwt::verify(token, keys, authority.policy(), now).map_err(Denied::Token)?;
    if demand.is_met(&claims, authority) { Ok(claims) } else { Err(Denied::Permission) }
}

/// The token in a line, if its scheme is `Bearer`, whose case does not count (RFC 9110, section 11.1).
fn bearer(line: &str) -> Option<&str> {
    let line = line.trim_matches([' ', '\t']);
    let (scheme, token) = line.split_once(' ').unwrap_or((line, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start_matches(' '))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{AuthorityStatement, Word};

    /// HS256 with 32 bytes of `k`; `sub` is `alice`, `permissions` `["staff"]`, `scope` `read write`, `exp` 2000000000.
    const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSIsInBlcm1pc3Npb25zIjpbInN0YWZmIl0sInNjb3BlIjoicmVhZCB3cml0ZSIsImV4cCI6MjAwMDAwMDAwMH0.e8a3joi5AENByTGqDZ2I79gGFXL8RNwV4jYqY5z70ck";

    struct World {
        now: Option<u64>,
        secret: Option<Vec<u8>>,
    }

    impl Surroundings for World {
        fn now(&self) -> Option<u64> {
            self.now
        }

        fn secret(&self, path: &str) -> Option<Vec<u8>> {
            assert_eq!(path, "/run/secrets/jwt");
            self.secret.clone()
        }
    }

    fn world() -> World {
        World { now: Some(1_700_000_000), secret: Some([&[b'k'; 32][..], b"\n"].concat()) }
    }

    fn authority() -> Authority {
        let mut stated = AuthorityStatement::default();
        stated.enter("secret-file", "/run/secrets/jwt").unwrap();
        Authority::new(&stated).unwrap().unwrap()
    }

    fn demand(permissions: &str, scopes: &str) -> Demand {
        let words = |text: &str| text.split_whitespace().map(|word| Word::parse(word).unwrap()).collect();
        Demand { permissions: words(permissions), scopes: words(scopes) }
    }

    fn denied(lines: &[&str], demand: &Demand, world: &World) -> Option<Denied> {
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        authorize(&lines, &authority(), demand, world).err()
    }

    fn line() -> String {
        format!("Bearer {TOKEN}")
    }

    #[test]
    fn one_bearer_token_lets_in_whatever_the_case_of_its_scheme() {
        let any = Demand::default();
        for line in
            [line(), format!("bearer {TOKEN}"), format!("BEARER   {TOKEN}"), format!(" Bearer {TOKEN}\t")]
        {
            assert_eq!(denied(&[&line], &any, &world()), None, "{line}");
        }
        for line in ["", "Basic YTpi", TOKEN, "Bearertoken", "Bearer,", &format!("Bearer\t{TOKEN}")] {
            assert_eq!(denied(&[line], &any, &world()), Some(Denied::NoToken), "{line}");
        }
        assert_eq!(denied(&[], &any, &world()), Some(Denied::NoToken));
        for line in ["Bearer", "bearer  ", &format!("{}, {}", line(), line()), &format!("Bearer {TOKEN} x")] {
            assert_eq!(denied(&[line], &any, &world()), Some(Denied::Token(Refusal::Malformed)), "{line}");
        }
    }

    #[test]
    fn of_several_lines_none_is_chosen() {
        for other in [&line()[..], "Basic YTpi", ""] {
            assert_eq!(denied(&[&line(), other], &Demand::default(), &world()), Some(Denied::SeveralTokens));
            assert_eq!(denied(&[other, &line()], &Demand::default(), &world()), Some(Denied::SeveralTokens));
        }
    }

    #[test]
    fn one_of_the_permissions_is_enough_and_every_scope_is_needed() {
        for (permissions, scopes, lets_in) in [
            ("", "", true),
            ("staff", "", true),
            ("admin staff", "", true),
            ("admin", "", false),
            ("Staff", "", false),
            ("", "read", true),
            ("", "read write", true),
            ("", "read write admin", false),
            ("", "rea", false),
            ("admin", "read", false),
            ("staff", "admin", false),
        ] {
            let expected = (!lets_in).then_some(Denied::Permission);
            assert_eq!(
                denied(&[&line()], &demand(permissions, scopes), &world()),
                expected,
                "{permissions}/{scopes}"
            );
        }
    }

    #[test]
    fn without_a_clock_or_a_secret_nobody_is_let_in() {
        let any = Demand::default();
        let without = [
            World { now: None, ..world() },
            World { secret: None, ..world() },
            World { secret: Some(b"short".to_vec()), ..world() },
        ];
        for world in without {
            assert_eq!(denied(&[&line()], &any, &world), Some(Denied::Unavailable));
            assert_eq!(denied(&[], &any, &world), Some(Denied::NoToken));
        }
        let lines = [line()];
        assert_eq!(authorize(&lines, &authority(), &any, &()).err(), Some(Denied::Unavailable));
        let other = World { secret: Some(vec![b'x'; 32]), ..world() };
        assert_eq!(denied(&[&lines[0]], &any, &other), Some(Denied::Token(Refusal::Signature)));
    }

    #[test]
    fn a_challenge_says_what_is_wrong_with_a_token_but_nothing_without_one() {
        let any = Demand::default();
        assert_eq!(
            Denied::NoToken.challenge("petstore", &any).as_deref(),
            Some(r#"Bearer realm="petstore""#)
        );
        assert_eq!(
            Denied::Token(Refusal::Expired).challenge("g", &any).as_deref(),
            Some(r#"Bearer realm="g", error="invalid_token", error_description="The token has expired.""#)
        );
        let scopes = Denied::Permission.challenge("g", &demand("staff", "write read")).unwrap();
        assert!(
            scopes.contains(r#"error="insufficient_scope""#) && scopes.ends_with(r#", scope="read write""#)
        );
        assert!(!scopes.contains("staff"));
        assert_eq!(Denied::Unavailable.challenge("g", &any), None);
    }
}
