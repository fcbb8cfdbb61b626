//! The parts of routes and scopes, as they stand in a table.

use std::cell::Cell;
use std::collections::BTreeSet;

use super::Table;
use super::format::{RoutePart, ScopePart};
use super::record::{RouteView, ScopeView};
use super::text::{Cursor, PLACE, SMALL, Stored, VERSIONS, WIDE};
use crate::auth::{Demand, Word};
use crate::condition::Asks;
use crate::constraint::Check;
use crate::media::Essence;
use crate::path::{Division, decode_into};
use crate::version::Place;

/// A segment with parameters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pattern<'t> {
    /// `None` where one parameter takes the whole segment, whatever it is.
    literals: Option<(Stored<'t>, usize, Cursor<'t>)>,
    table: &'t Table<'t>,
}

/// What is asked of headers or of the query.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conditions<'t>(Option<Cursor<'t>>);

/// Media types; none for any.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Media<'t> {
    list: Option<Cursor<'t>>,
    table: &'t Table<'t>,
}

/// Changes to headers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Changes<'t>(Option<Cursor<'t>>);

/// One change.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change<'t> {
    Remove(Stored<'t>),
    Set(Stored<'t>, Stored<'t>),
    Add(Stored<'t>, Stored<'t>),
}

/// A text with parameters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pieces<'t> {
    list: Cursor<'t>,
    table: &'t Table<'t>,
}

/// A part of such a text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Piece<'t> {
    Literal(Stored<'t>),
    /// What a parameter takes of a segment of the route.
    Parameter {
        segment: usize,
        pattern: Pattern<'t>,
        index: usize,
    },
    /// What follows so many segments of the route.
    Rest(usize),
}

/// What a route does with a request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Does<'t> {
    Forward,
    Redirect { status: u16, location: Pieces<'t> },
    Static { status: u16, content_type: Stored<'t>, body: Pieces<'t> },
    Deny(u16),
}

/// What becomes of a path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rewrites<'t> {
    /// So many segments of the route are replaced, and what follows stays; `None` for the whole path.
    pub(crate) prefix: Option<usize>,
    pub(crate) path: Pieces<'t>,
}

/// What becomes of a query.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keeps<'t> {
    /// Whether the names are those that are kept, or those that are not.
    pub(crate) only: bool,
    names: (usize, Cursor<'t>),
    set: (usize, Cursor<'t>),
}

/// What is said of keeping an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caching<'t> {
    pub(crate) control: Option<Stored<'t>>,
    pub(crate) weak_etag: bool,
}

/// Where a group has its versions told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Versioning<'t> {
    pub(crate) place: Place,
    pub(crate) name: Stored<'t>,
    pub(crate) default: Option<u16>,
}

/// What is too much for a group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) uri: Option<u64>,
    pub(crate) query: Option<u64>,
    pub(crate) headers: Option<u64>,
    pub(crate) body: Option<u64>,
}

/// Whom a group lets in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cors<'t> {
    pub(crate) any_origin: bool,
    pub(crate) credentials: bool,
    origins: (usize, Cursor<'t>),
    pub(crate) methods: Told<'t>,
    pub(crate) headers: Told<'t>,
    pub(crate) expose: Told<'t>,
    pub(crate) max_age: Stored<'t>,
}

/// Whose tokens a group believes, as its labels state it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Authority<'t>(Stored<'t>);

/// What services are told of who asks: headers, each with the claim that it holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claims<'t>(Option<Cursor<'t>>);

/// A list that a group tells.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Told<'t> {
    Nothing,
    Any,
    These(Stored<'t>),
}

impl<'t> Pattern<'t> {
    pub(super) fn read(table: &'t Table<'t>, place: usize) -> Self {
        let mut cursor = table.cursor(place);
        let whole = cursor.number::<1>() == 1;
        let literals = if whole { None } else { Some((cursor.stored(), cursor.number::<SMALL>(), cursor)) };
        Self { literals, table }
    }

    /// Whether the segment `raw` of a request, still encoded, divides into parts that the parameters take.
    pub(super) fn matches(&self, raw: &str, buffer: &Cell<Vec<u8>>) -> bool {
        // No segment of a request is a dot segment.
        let Some((head, count, mut parameters)) = self.literals else { return !raw.is_empty() };
        let Some(mut division) = Division::start(raw, head.bytes()) else { return false };
        for left in (0..count).rev() {
            let (constraint, tail) = (parameters.number::<PLACE>(), parameters.stored());
            let Some(part) = division.part(tail.bytes(), left == 0) else { return false };
            if constraint != 0 && !self.accepts(constraint, part, buffer) {
                return false;
            }
        }
        true
    }

    /// What one of the parameters takes.
    pub(crate) fn part<'a>(&self, raw: &'a str, index: usize) -> Option<&'a str> {
        let Some((head, count, mut parameters)) = self.literals else {
            return Some(raw).filter(|raw| !raw.is_empty());
        };
        let mut division = Division::start(raw, head.bytes())?;
        let mut taken = None;
        for (at, left) in (0..count).rev().enumerate() {
            let _constraint = parameters.number::<PLACE>();
            let part = division.part(parameters.stored().bytes(), left == 0)?;
            if at == index {
                taken = Some(part);
            }
        }
        taken
    }

    fn accepts(&self, constraint: usize, part: &str, buffer: &Cell<Vec<u8>>) -> bool {
        let mut room = buffer.take();
        let accepts = decode_into(part, &mut room).is_some_and(|text| self.checks(constraint, text));
        buffer.set(room);
        accepts
    }

    fn checks(&self, constraint: usize, text: &str) -> bool {
        let mut cursor = self.table.cursor(constraint);
        let check = match cursor.number::<1>() {
            0 => return (0..cursor.count()).any(|_| cursor.stored().bytes().eq(text.bytes())),
            1 => Check::Uuid,
            2 => Check::Date,
            3 => Check::Uint,
            4 => Check::Int,
            5 => Check::Slug,
            _ => Check::Len(cursor.number::<WIDE>(), cursor.number::<WIDE>()),
        };
        check.accepts(text)
    }
}

impl<'t> Conditions<'t> {
    /// Each name, and what is asked.
    pub(crate) fn all(self) -> impl Iterator<Item = (Stored<'t>, Asks<Stored<'t>>)> {
        each(self.0, |cursor| {
            let name = cursor.stored();
            let asks = match cursor.number::<1>() {
                0 => Asks::Equals(cursor.stored()),
                1 => Asks::Present,
                _ => Asks::Absent,
            };
            (name, asks)
        })
    }
}

/// What stands in a row behind its number.
fn each<'t, T>(
    list: Option<Cursor<'t>>,
    mut read: impl FnMut(&mut Cursor<'t>) -> T,
) -> impl Iterator<Item = T> {
    let mut list = list.map(|mut cursor| (cursor.count(), cursor));
    std::iter::from_fn(move || {
        let (count, cursor) = list.as_mut()?;
        *count = count.checked_sub(1)?;
        Some(read(cursor))
    })
}

impl<'t> Media<'t> {
    pub(crate) fn is_any(self) -> bool {
        self.list.is_none()
    }

    /// Each as it is told, with its place, which is the same for the same type.
    pub(crate) fn all(self) -> impl Iterator<Item = (usize, Stored<'t>)> {
        each(self.list, move |cursor| {
            let place = cursor.number::<PLACE>();
            (place, self.table.cursor(place).stored())
        })
    }
}

impl<'t> Table<'t> {
    /// The media type at a place that [`Media::all`] has told.
    pub(crate) fn media_at(&self, place: usize) -> Stored<'t> {
        self.cursor(place).stored()
    }
}

impl<'t> Stored<'t> {
    /// A media type in two parts.
    pub(crate) fn essence(self) -> Essence<super::Bytes<'t>> {
        let (kind, subtype) = self.split_at_slash();
        let any = subtype.raw() == b"*";
        Essence { kind: kind.bytes(), subtype: (!any).then(|| subtype.bytes()) }
    }
}

impl<'t> Changes<'t> {
    pub(crate) fn all(self) -> impl Iterator<Item = Change<'t>> {
        each(self.0, |cursor| match cursor.number::<1>() {
            0 => Change::Remove(cursor.stored()),
            1 => Change::Set(cursor.stored(), cursor.stored()),
            _ => Change::Add(cursor.stored(), cursor.stored()),
        })
    }
}

impl<'t> Pieces<'t> {
    /// Each piece; `None` for a parameter that is not there.
    pub(crate) fn all(self) -> impl Iterator<Item = Option<Piece<'t>>> {
        each(Some(self.list), move |cursor| match cursor.number::<1>() {
            0 => Some(Piece::Literal(cursor.stored())),
            1 => {
                let (segment, place) = (cursor.number::<SMALL>(), cursor.number::<PLACE>());
                let (pattern, index) = (Pattern::read(self.table, place), cursor.number::<SMALL>());
                Some(Piece::Parameter { segment, pattern, index })
            }
            2 => Some(Piece::Rest(cursor.number::<SMALL>())),
            _ => None,
        })
    }
}

impl<'t> Keeps<'t> {
    /// The names of the parameters that are kept, or that are not.
    pub(crate) fn names(self) -> impl Iterator<Item = Stored<'t>> {
        let (count, mut cursor) = self.names;
        (0..count).map(move |_| cursor.stored())
    }

    /// What is set: each name, and the pair that takes its place.
    pub(crate) fn set(self) -> impl Iterator<Item = (Stored<'t>, Stored<'t>)> {
        let (count, mut cursor) = self.set;
        (0..count).map(move |_| (cursor.stored(), cursor.stored()))
    }
}

impl<'t> Cors<'t> {
    /// Scheme and host of each origin, and whether `*.` stands before the host.
    pub(crate) fn origins(self) -> impl Iterator<Item = (Stored<'t>, bool, Stored<'t>)> {
        let (count, mut cursor) = self.origins;
        (0..count).map(move |_| {
            let scheme = cursor.stored();
            let wildcard = cursor.number::<1>() == 1;
            (scheme, wildcard, cursor.stored())
        })
    }
}

impl<'t> Authority<'t> {
    /// As it stands in the table: the same for the same authority.
    pub(crate) fn raw(self) -> &'t [u8] {
        self.0.raw()
    }

    /// The name of the group, and each setting: what follows `smsvc.auth.`, and its value.
    pub(crate) fn stated(self) -> (Stored<'t>, impl Iterator<Item = (Stored<'t>, Stored<'t>)>) {
        let mut cursor = Cursor::new(self.raw(), 0);
        let realm = cursor.stored();
        (realm, each(Some(cursor), |cursor| (cursor.stored(), cursor.stored())))
    }
}

impl<'t> Claims<'t> {
    pub(crate) fn is_none(self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn all(self) -> impl Iterator<Item = (Stored<'t>, Stored<'t>)> {
        each(self.0, |cursor| (cursor.stored(), cursor.stored()))
    }
}

impl<'t> RouteView<'t> {
    /// Whether a token is needed.
    pub(crate) fn has_demand(&self) -> bool {
        self.has(RoutePart::Access)
    }

    /// What a token has to say; `None` if no token is needed, or what it has to say is nothing that any token could.
    pub(crate) fn demand(&self) -> Option<Demand> {
        let mut cursor = self.part(RoutePart::Access)?;
        let mut text = String::new();
        let mut words = || -> Option<BTreeSet<Word>> {
            let count = cursor.count();
            let word = |_| {
                text.clear();
                cursor.stored().push_to(&mut text);
                Word::parse(&text)
            };
            (0..count).map(word).collect()
        };
        Some(Demand { permissions: words()?, scopes: words()? })
    }

    pub(crate) fn headers(&self) -> Conditions<'t> {
        Conditions(self.part(RoutePart::Headers))
    }

    pub(crate) fn query(&self) -> Conditions<'t> {
        Conditions(self.part(RoutePart::Query))
    }

    pub(crate) fn consumes(&self) -> Media<'t> {
        Media { list: self.part(RoutePart::Consumes), table: self.table() }
    }

    pub(crate) fn produces(&self) -> Media<'t> {
        Media { list: self.part(RoutePart::Produces), table: self.table() }
    }

    pub(crate) fn does(&self) -> Does<'t> {
        let Some(mut cursor) = self.part(RoutePart::Action) else { return Does::Forward };
        let kind = cursor.number::<1>();
        let status = cursor.short::<SMALL>();
        let table = self.table();
        match kind {
            0 => Does::Redirect { status, location: Pieces { list: cursor, table } },
            1 => {
                let content_type = cursor.stored();
                Does::Static { status, content_type, body: Pieces { list: cursor, table } }
            }
            _ => Does::Deny(status),
        }
    }

    pub(crate) fn rewrite(&self) -> Option<Rewrites<'t>> {
        let mut cursor = self.part(RoutePart::Rewrite)?;
        let (is_prefix, segments) = (cursor.number::<1>() == 1, cursor.number::<SMALL>());
        let path = Pieces { list: cursor, table: self.table() };
        Some(Rewrites { prefix: is_prefix.then_some(segments), path })
    }

    pub(crate) fn query_rewrite(&self) -> Option<Keeps<'t>> {
        let mut cursor = self.part(RoutePart::QueryRewrite)?;
        let only = cursor.number::<1>() == 2;
        let names = cursor.count();
        let names = (names, cursor);
        for _ in 0..names.0 {
            let _name: Stored<'_> = cursor.stored();
        }
        let set = cursor.count();
        Some(Keeps { only, names, set: (set, cursor) })
    }

    pub(crate) fn request(&self) -> Changes<'t> {
        Changes(self.part(RoutePart::Request))
    }

    pub(crate) fn response(&self) -> Changes<'t> {
        Changes(self.part(RoutePart::Response))
    }

    /// The header lines that tell of its life.
    pub(crate) fn life(&self) -> Changes<'t> {
        Changes(self.part(RoutePart::Life))
    }

    pub(crate) fn caching(&self) -> Option<Caching<'t>> {
        let mut cursor = self.part(RoutePart::Cache)?;
        let has = cursor.number::<1>();
        let control = if has & 1 == 1 { Some(cursor.stored()) } else { None };
        Some(Caching { control, weak_etag: has & 2 == 2 })
    }
}

impl<'t> ScopeView<'t> {
    pub(crate) fn authority(&self) -> Option<Authority<'t>> {
        self.part(ScopePart::Authority).map(|mut cursor| Authority(cursor.stored()))
    }

    pub(crate) fn claims(&self) -> Claims<'t> {
        Claims(self.part(ScopePart::Claims))
    }

    /// Where a request tells its version, if it is not its path that does.
    pub(crate) fn versioning(&self) -> Option<Versioning<'t>> {
        let mut cursor = self.part(ScopePart::Versioning)?;
        let place = match cursor.number::<1>() {
            1 => Place::Header,
            2 => Place::Query,
            _ => Place::Media,
        };
        let name = cursor.stored();
        let has_default = cursor.number::<1>() == 1;
        let default = cursor.short::<VERSIONS>();
        Some(Versioning { place, name, default: has_default.then_some(default) })
    }

    pub(crate) fn limits(&self) -> Option<Limits> {
        let mut cursor = self.part(ScopePart::Limits)?;
        let mut limit = || if cursor.number::<1>() == 1 { Some(cursor.sum()) } else { None };
        Some(Limits { uri: limit(), query: limit(), headers: limit(), body: limit() })
    }

    pub(crate) fn cors(&self) -> Option<Cors<'t>> {
        let mut cursor = self.part(ScopePart::Cors)?;
        let flags = cursor.number::<1>();
        let origins = cursor.count();
        let origins = (origins, cursor);
        for _ in 0..origins.0 {
            let _scheme: Stored<'_> = cursor.stored();
            cursor.skip(1);
            let _host: Stored<'_> = cursor.stored();
        }
        let mut told = || match cursor.number::<1>() {
            1 => Told::Any,
            2 => Told::These(cursor.stored()),
            _ => Told::Nothing,
        };
        let (methods, headers, expose) = (told(), told(), told());
        Some(Cors {
            any_origin: flags & 1 == 1,
            credentials: flags & 2 == 2,
            origins,
            methods,
            headers,
            expose,
            max_age: cursor.stored(),
        })
    }
}
