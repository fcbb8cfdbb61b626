//! The table: all routes of a specification, compiled for lookup.
//!
//! It is a text that is made once, where there is time, and read where it stands, where there is none: the middleware
//! finds it in its configuration. Nothing is built when it is [opened](Table::open), which checks that it is whole, to the
//! last byte: so nothing that is read from it afterwards can be wrong.
//!
//! A linear scan over the rules would find the same, as [`explain`](crate::decide::explain) does; the table
//! only finds it sooner. Each host pattern has a tree of segments, which is walked in the order of
//! precedence, so that the first rule that takes a request is the best one:
//!
//! 1. **Host**: the exact one, then wildcards, the longest first, then groups without host.
//! 2. **Path**, segment by segment from the left: a literal; then parameters with literal text around them,
//!    the most text first; then constrained parameters; then free ones; then `{rest*}`; then a prefix. So of
//!    two templates the one with more segments wins where one continues the other.
//! 3. **Version**: those for the version that the request wants, then those for any. Where the path tells the version,
//!    it is part of the path.
//! 4. **Method**: declared, then `HEAD` where `GET` is, then any.
//! 5. **Conditions**: more headers, then more query parameters, then a media type that is consumed, then one that is
//!    produced, the one first that the client would rather have.
//! 6. **Age** of the service, the older first; then group, service and route by name.
//!
//! This is the precedence of the Gateway API (HTTPRoute) on what both know, and nobody can set priorities.
//! A rule that fails one of its conditions is out before any of this: *filter, then rank*.

mod compile;
mod format;
mod parts;
mod record;
mod rule;
mod rules;
mod scope;
mod text;
mod tree;

use crate::jwt;
use format::{BITS, DIRECTORY, HEAD, MAGIC, VERSION, has};
use text::{Cursor, NUMBER, PLACE, SMALL, digest, is_digit};

pub use compile::Compiler;
pub(crate) use parts::{Authority, Change, Changes, Cors, Does, Keeps, Piece, Pieces, Told};
pub(crate) use record::{List, RouteView, RuleView, ScopeView};
pub use rule::Rule;
pub(crate) use rule::own_router;
pub use rules::{RuleNumber, Rules};
pub use scope::Scope;
pub(crate) use text::{Bytes, Stored};
pub(crate) use tree::{Rank, Walk};

/// A compiled table, read where its text stands.
#[derive(Debug, Clone, Copy)]
pub struct Table<'t> {
    text: &'t [u8],
    flags: usize,
    /// Digits of a set of methods.
    width: usize,
    methods: usize,
    get: usize,
    head: usize,
    options: usize,
    /// Digits of a rule in a list.
    number: usize,
    /// Digits of the place of a rule's route.
    digits: usize,
    rules: usize,
    exact: usize,
    wildcards: usize,
    longest_wildcard: usize,
    any: usize,
}

/// Why a text is no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// It does not start as one.
    #[error("this is no table of routes as this smsvc writes it")]
    Unknown,
    /// It is of another version.
    #[error("this table of routes is of another version of smsvc")]
    Version,
    /// Routes need tokens, which this program was built without the means to check.
    #[error("a route needs a token, which this build cannot check: build it with the feature jwt")]
    Tokens,
    /// It is not what was written.
    #[error("this table of routes is cut off or changed")]
    Damaged,
}

/// The method of a request, as a bit of the sets of a table; none for a method that no route names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MethodBit(Option<usize>);

/// Puts a method into a set.
pub(crate) fn mark(set: &mut [usize], bit: usize) {
    if let Some(digit) = set.get_mut(bit / BITS) {
        *digit |= 1 << (bit % BITS);
    }
}

/// Whether a method is in a set.
pub(crate) fn is_marked(set: &[usize], bit: usize) -> bool {
    set.get(bit / BITS).is_some_and(|digit| digit >> (bit % BITS) & 1 == 1)
}

/// Who cannot check tokens reads no table that needs it: nobody could be let in, and to let everybody in would be worse.
fn may_be_read(flags: usize, checks_tokens: bool) -> Result<(), TableError> {
    if flags & has::TOKENS != 0 && !checks_tokens { Err(TableError::Tokens) } else { Ok(()) }
}

impl<'t> Table<'t> {
    /// Reads what [`Rules::compile`] has written, after a check that nothing of it is changed or missing.
    pub fn open(text: &'t [u8]) -> Result<Self, TableError> {
        if !text.starts_with(MAGIC.as_bytes()) {
            return Err(TableError::Unknown);
        }
        let mut head = Cursor::new(text, MAGIC.len());
        if head.number::<SMALL>() != VERSION {
            return Err(TableError::Version);
        }
        let (length, sum) = (head.number::<PLACE>(), head.sum());
        let (written, body) = text.split_at_checked(HEAD).ok_or(TableError::Damaged)?;
        // What is no digit is read as one.
        let are_digits = written.iter().skip(MAGIC.len()).copied().all(is_digit);
        if !are_digits || length != text.len() || digest(body) != sum {
            return Err(TableError::Damaged);
        }
        let mut cursor = Cursor::new(text, length.checked_sub(DIRECTORY).ok_or(TableError::Damaged)?);
        let flags = cursor.number::<1>();
        may_be_read(flags, jwt::AVAILABLE)?;
        Ok(Self {
            text,
            flags,
            width: cursor.number::<SMALL>(),
            methods: cursor.number::<PLACE>(),
            get: cursor.number::<NUMBER>(),
            head: cursor.number::<NUMBER>(),
            options: cursor.number::<NUMBER>(),
            // Whoever reads a list gets on with each rule, whatever stands here.
            number: cursor.number::<1>().max(1),
            digits: cursor.number::<1>(),
            rules: cursor.number::<PLACE>(),
            exact: cursor.number::<PLACE>(),
            wildcards: cursor.number::<PLACE>(),
            longest_wildcard: cursor.number::<NUMBER>(),
            any: cursor.number::<PLACE>(),
        })
    }

    /// Whether a group is for some hosts only. Else the host of a request does not matter.
    pub fn asks_for_host(&self) -> bool {
        self.flags & has::HOSTS != 0
    }

    /// Whether a group lets other origins in.
    pub(crate) fn has_cors(&self) -> bool {
        self.flags & has::CORS != 0
    }

    /// Whether a group takes a path for another one that differs in the slash at its end.
    pub(crate) fn has_loose_slashes(&self) -> bool {
        self.flags & has::LOOSE_SLASHES != 0
    }

    /// The bit of a method.
    pub(crate) fn method(&self, method: &str) -> MethodBit {
        MethodBit(self.methods().find(|(_, known)| known.is(method)).map(|(bit, _)| bit))
    }

    /// All methods that routes name, sorted, each with its bit.
    pub(crate) fn methods(&self) -> impl Iterator<Item = (usize, Stored<'t>)> + use<'t> {
        let mut cursor = self.cursor(self.methods);
        (0..cursor.count()).map(move |bit| (bit, cursor.stored()))
    }

    /// Digits of a set of methods, and the bits of `GET`, `HEAD` and `OPTIONS`.
    pub(crate) fn method_bits(&self) -> (usize, [usize; 3]) {
        (self.width, [self.get, self.head, self.options])
    }

    fn cursor(&self, at: usize) -> Cursor<'t> {
        Cursor::new(self.text, at)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::decide::{Decision, Request, Room, decide};
    use crate::host::RequestHost;
    use crate::path::{Shape, Target};
    use crate::spec::Spec;

    /// All templates of `depth` segments that are `a` or a parameter.
    fn templates(depth: u32) -> Vec<String> {
        (0..1_u32 << depth)
            .map(|bits| {
                let segments = (0..depth)
                    .map(|at| if bits >> at & 1 == 0 { "/a".to_owned() } else { format!("/{{p{at}}}") });
                segments.collect()
            })
            .collect()
    }

    fn rules(templates: &[String]) -> Rules {
        let routes =
            templates.iter().enumerate().map(|(index, path)| format!(r#""r{index}":{{"path":"{path}"}}"#));
        let routes = routes.collect::<Vec<_>>().join(",");
        let services = format!(r#"[{{"service":"s","routes":{{{routes}}}}}]"#);
        Rules::of(
            &Spec::parse(&format!(r#"{{"v":1,"groups":[{{"name":"g","services":{services}}}]}}"#)).unwrap(),
        )
    }

    #[test]
    fn a_walk_shows_each_path_once_in_the_order_of_precedence() {
        let templates = templates(10);
        let rules = rules(&templates);
        let text = rules.compile();
        let table = Table::open(text.as_bytes()).unwrap();
        let uri = "/a".repeat(10);
        let Ok(Target::Origin { path, .. }) = Target::parse("GET", &uri) else { panic!("{uri}") };
        let (mut shapes, mut ranks, buffer, mut host) =
            (Vec::new(), Vec::new(), Cell::default(), String::new());
        let host = RequestHost::read("h", &mut host);
        let whole = Walk::new(&table, &buffer).rules(host, path.segments(), &mut |rank, list| {
            ranks.push(rank);
            for rule in list.rules() {
                shapes.push(Shape::from(rules.get(rule.1.number).unwrap().path()));
            }
            None::<()>
        });
        assert_eq!(whole, None);
        assert_eq!(shapes.len(), templates.len());
        assert!(shapes.is_sorted() && ranks.is_sorted());
    }

    #[test]
    fn rules_are_ranked_whatever_order_they_are_declared_in() {
        let declared = ["/{p}/a", "/a", "/b/{p}", "/a/{rest*}"].map(str::to_owned);
        let rules = rules(&declared);
        let ranked: Vec<String> = rules.ranked().into_iter().map(|rule| rule.path().to_string()).collect();
        assert_eq!(ranked, ["/a", "/a/{rest*}", "/b/{p}", "/{p}/a"]);
    }

    #[test]
    fn every_literal_of_many_is_found_and_no_other() {
        let literals: Vec<String> = (0..3000).map(|index| format!("/x{index}")).collect();
        let text = rules(&literals).compile();
        let table = Table::open(text.as_bytes()).unwrap();
        let mut room = Room::default();
        let mut rule = |uri: &str| match decide(
            &table,
            &Request { method: "GET", host: "", uri, headers: &(), around: &() },
            &mut room,
        ) {
            Decision::Forward(forward) => Some(forward.rule.0),
            Decision::Answer(_) => None,
        };
        for (index, literal) in literals.iter().enumerate() {
            assert_eq!(rule(literal), Some(index));
        }
        assert_eq!((rule("/x3000"), rule("/x"), rule("/%78299%39")), (None, None, Some(2999)));
    }

    #[test]
    fn a_table_stands_in_a_configuration_as_it_is() {
        let text = rules(&["/\u{e9}\u{1f600}/{x}".to_owned(), "/$HOME/~a".to_owned()]).compile();
        let odd = |byte: &u8| !byte.is_ascii_graphic() || b"\"\\<>&'`${}#|".contains(byte);
        assert_eq!(text.bytes().find(odd), None, "{text}");
    }

    #[test]
    fn what_is_changed_anywhere_or_cut_is_no_table() {
        let text = rules(&templates(3)).compile();
        assert!(Table::open(text.as_bytes()).is_ok());
        for at in 0..text.len() {
            for other in [b'A', b'B', b'~', 0] {
                let mut changed = text.clone().into_bytes();
                if changed[at] != other {
                    changed[at] = other;
                    assert!(Table::open(&changed).is_err(), "{at}");
                }
            }
            assert!(Table::open(&text.as_bytes()[..at]).is_err(), "{at}");
        }
        assert_eq!(Table::open((text.clone() + "A").as_bytes()).err(), Some(TableError::Damaged));
        assert_eq!(Table::open(b"").err(), Some(TableError::Unknown));
        assert_eq!(Table::open(br#"{"v":1,"groups":[]}"#).err(), Some(TableError::Unknown));
        let newer = text.replacen("smsvcAE", "smsvcAF", 1);
        assert_eq!(Table::open(newer.as_bytes()).err(), Some(TableError::Version));
    }

    #[test]
    fn the_same_rules_are_the_same_text_and_what_routes_share_stands_once() {
        let literals = |count: usize| -> Vec<String> { (0..count).map(|at| format!("/x{at:05}")).collect() };
        let length = |count| rules(&literals(count)).compile().len();
        assert_eq!(rules(&literals(9)).compile(), rules(&literals(9)).compile());
        assert!(
            (length(2048) - length(1024)) / 1024 < 20,
            "{} bytes a route",
            (length(2048) - length(1024)) / 1024
        );
    }

    #[test]
    fn a_table_that_needs_tokens_is_not_for_who_cannot_check_them() {
        let flags = |route: &str| {
            let settings = r#""settings":{"auth.secret-file":"/s"}"#;
            let services = format!(r#"[{{"service":"s","routes":{{"r":{{"path":"/a"{route}}}}}}}]"#);
            let spec = format!(r#"{{"v":1,"groups":[{{"name":"g",{settings},"services":{services}}}]}}"#);
            Table::open(Rules::of(&Spec::parse(&spec).unwrap()).compile().as_bytes()).unwrap().flags
        };
        let guarded = flags(r#","auth":"jwt""#);
        assert_eq!(may_be_read(guarded, false), Err(TableError::Tokens));
        assert_eq!((may_be_read(guarded, true), may_be_read(flags(""), false)), (Ok(()), Ok(())));
    }

    /// A table whose sum is right and whose content is not can only come from a mistake here. It sends nobody anywhere
    /// but where a rule goes.
    #[test]
    fn what_makes_no_sense_is_answered_and_never_panics() {
        let text = rules(&templates(1)).compile();
        let (head, body) = text.split_at(HEAD);
        let sum_at = head.len() - text::SUM;
        for at in 0..body.len() {
            for other in ["A", "B", "_", "~", "9"] {
                let mut changed = body.to_owned();
                changed.replace_range(at..=at, other);
                let mut whole = head[..sum_at].to_owned();
                text::push_number(&mut whole, digest(changed.as_bytes()), text::SUM).unwrap();
                whole += &changed;
                let Ok(table) = Table::open(whole.as_bytes()) else { continue };
                let mut room = Room::default();
                for uri in ["/a", "/b", "/%61/a"] {
                    decide(
                        &table,
                        &Request { method: "GET", host: "h", uri, headers: &(), around: &() },
                        &mut room,
                    );
                }
            }
        }
    }
}
