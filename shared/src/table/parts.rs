//! The parts of routes and scopes, as they stand in a table.

use std::collections::BTreeSet;

use super::Table;
use super::format::{RoutePart, ScopePart};
use super::record::{RouteView, ScopeView};
use super::text::{COUNT, Cursor, Damaged, PLACE, Read, SMALL, Stored, VERSIONS, WIDE};
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
    pub(super) fn read(table: &'t Table<'t>, place: usize) -> Read<Self> {
        let mut cursor = table.cursor(place);
        let whole = cursor.number::<1>()? == 1;
        let literals = if whole { None } else { Some((cursor.stored()?, cursor.number::<SMALL>()?, cursor)) };
        Ok(Self { literals, table })
    }

    /// Whether the segment `raw` of a request, still encoded, divides into parts that the parameters take.
    pub(super) fn matches(&self, raw: &str, buffer: &mut Vec<u8>) -> Read<bool> {
        // No segment of a request is a dot segment.
        let Some((head, count, mut parameters)) = self.literals else { return Ok(!raw.is_empty()) };
        let Some(mut division) = Division::start(raw, head.bytes()) else { return Ok(false) };
        for left in (0..count).rev() {
            let (constraint, tail) = (parameters.number::<PLACE>()?, parameters.stored()?);
            let Some(part) = division.part(tail.bytes(), left == 0) else { return Ok(false) };
            if constraint != 0 && !self.accepts(constraint, part, buffer)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What one of the parameters takes.
    pub(crate) fn part<'a>(&self, raw: &'a str, index: usize) -> Read<Option<&'a str>> {
        let Some((head, count, mut parameters)) = self.literals else {
            return Ok(Some(raw).filter(|raw| !raw.is_empty()));
        };
        let Some(mut division) = Division::start(raw, head.bytes()) else { return Ok(None) };
        let mut taken = None;
        for (at, left) in (0..count).rev().enumerate() {
            let _constraint = parameters.number::<PLACE>()?;
            let Some(part) = division.part(parameters.stored()?.bytes(), left == 0) else { return Ok(None) };
            if at == index {
                taken = Some(part);
            }
        }
        Ok(taken)
    }

    fn accepts(&self, constraint: usize, part: &str, buffer: &mut Vec<u8>) -> Read<bool> {
        let Some(text) = decode_into(part, buffer) else { return Ok(false) };
        let mut cursor = self.table.cursor(constraint);
        let check = match cursor.number::<1>()? {
            0 => {
                for _ in 0..cursor.number::<COUNT>()? {
                    if cursor.stored()?.bytes().eq(text.bytes()) {
                        return Ok(true);
                    }
                }
                return Ok(false);
            }
            1 => Check::Uuid,
            2 => Check::Date,
            3 => Check::Uint,
            4 => Check::Int,
            5 => Check::Slug,
            6 => Check::Len(cursor.number::<WIDE>()?, cursor.number::<WIDE>()?),
            _ => return Err(Damaged),
        };
        Ok(check.accepts(text))
    }
}

impl<'t> Conditions<'t> {
    /// Each name, and what is asked.
    pub(crate) fn all(self) -> impl Iterator<Item = Read<(Stored<'t>, Asks<Stored<'t>>)>> {
        each(self.0, |cursor| {
            let name = cursor.stored()?;
            let asks = match cursor.number::<1>()? {
                0 => Asks::Equals(cursor.stored()?),
                1 => Asks::Present,
                2 => Asks::Absent,
                _ => return Err(Damaged),
            };
            Ok((name, asks))
        })
    }
}

/// What stands in a row behind its number.
fn each<'t, T>(
    list: Option<Cursor<'t>>,
    mut read: impl FnMut(&mut Cursor<'t>) -> Read<T>,
) -> impl Iterator<Item = Read<T>> {
    let mut cursor = list;
    // A number that cannot be read is one thing that cannot be read.
    let count = cursor.as_mut().map_or(0, |cursor| cursor.number::<COUNT>().unwrap_or(1));
    (0..count).map(move |_| cursor.as_mut().ok_or(Damaged).and_then(&mut read))
}

impl<'t> Media<'t> {
    pub(crate) fn is_any(self) -> bool {
        self.list.is_none()
    }

    /// Each as it is told, with its place, which is the same for the same type.
    pub(crate) fn all(self) -> impl Iterator<Item = Read<(usize, Stored<'t>)>> {
        each(self.list, move |cursor| {
            let place = cursor.number::<PLACE>()?;
            Ok((place, self.table.cursor(place).stored()?))
        })
    }
}

impl<'t> Table<'t> {
    /// The media type at a place that [`Media::all`] has told.
    pub(crate) fn media_at(&self, place: usize) -> Read<Stored<'t>> {
        self.cursor(place).stored()
    }
}

impl<'t> Stored<'t> {
    /// A media type in two parts.
    pub(crate) fn essence(self) -> Read<Essence<super::Bytes<'t>>> {
        let (kind, subtype) = self.split_at_slash().ok_or(Damaged)?;
        let any = subtype.raw() == b"*";
        Ok(Essence { kind: kind.bytes(), subtype: (!any).then(|| subtype.bytes()) })
    }
}

impl<'t> Changes<'t> {
    pub(crate) fn all(self) -> impl Iterator<Item = Read<Change<'t>>> {
        each(self.0, |cursor| match cursor.number::<1>()? {
            0 => Ok(Change::Remove(cursor.stored()?)),
            1 => Ok(Change::Set(cursor.stored()?, cursor.stored()?)),
            2 => Ok(Change::Add(cursor.stored()?, cursor.stored()?)),
            _ => Err(Damaged),
        })
    }
}

impl<'t> Pieces<'t> {
    /// Each piece; `None` for a parameter that is not there.
    pub(crate) fn all(self) -> impl Iterator<Item = Read<Option<Piece<'t>>>> {
        each(Some(self.list), move |cursor| match cursor.number::<1>()? {
            0 => Ok(Some(Piece::Literal(cursor.stored()?))),
            1 => {
                let (segment, place) = (cursor.number::<SMALL>()?, cursor.number::<PLACE>()?);
                let (pattern, index) = (Pattern::read(self.table, place)?, cursor.number::<SMALL>()?);
                Ok(Some(Piece::Parameter { segment, pattern, index }))
            }
            2 => Ok(Some(Piece::Rest(cursor.number::<SMALL>()?))),
            3 => Ok(None),
            _ => Err(Damaged),
        })
    }
}

impl<'t> Keeps<'t> {
    /// The names of the parameters that are kept, or that are not.
    pub(crate) fn names(self) -> impl Iterator<Item = Read<Stored<'t>>> {
        let (count, mut cursor) = self.names;
        (0..count).map(move |_| cursor.stored())
    }

    /// What is set: each name, and the pair that takes its place.
    pub(crate) fn set(self) -> impl Iterator<Item = Read<(Stored<'t>, Stored<'t>)>> {
        let (count, mut cursor) = self.set;
        (0..count).map(move |_| Ok((cursor.stored()?, cursor.stored()?)))
    }
}

impl<'t> Cors<'t> {
    /// Scheme and host of each origin, and whether `*.` stands before the host.
    pub(crate) fn origins(self) -> impl Iterator<Item = Read<(Stored<'t>, bool, Stored<'t>)>> {
        let (count, mut cursor) = self.origins;
        (0..count).map(move |_| {
            let scheme = cursor.stored()?;
            let wildcard = cursor.number::<1>()? == 1;
            Ok((scheme, wildcard, cursor.stored()?))
        })
    }
}

impl<'t> Authority<'t> {
    /// As it stands in the table: the same for the same authority.
    pub(crate) fn raw(self) -> &'t [u8] {
        self.0.raw()
    }

    /// The name of the group, and each setting: what follows `smsvc.auth.`, and its value.
    pub(crate) fn stated(self) -> Read<(Stored<'t>, impl Iterator<Item = Read<(Stored<'t>, Stored<'t>)>>)> {
        let mut cursor = Cursor::new(self.raw(), 0);
        let realm = cursor.stored()?;
        Ok((realm, each(Some(cursor), |cursor| Ok((cursor.stored()?, cursor.stored()?)))))
    }
}

impl<'t> Claims<'t> {
    pub(crate) fn is_none(self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn all(self) -> impl Iterator<Item = Read<(Stored<'t>, Stored<'t>)>> {
        each(self.0, |cursor| Ok((cursor.stored()?, cursor.stored()?)))
    }
}

impl<'t> RouteView<'t> {
    /// Whether a token is needed.
    pub(crate) fn has_demand(&self) -> bool {
        self.has(RoutePart::Access)
    }

    /// What a token has to say, if one is needed.
    pub(crate) fn demand(&self) -> Read<Option<Demand>> {
        let Some(mut cursor) = self.part(RoutePart::Access)? else { return Ok(None) };
        let mut text = String::new();
        let mut words = || -> Read<BTreeSet<Word>> {
            let count = cursor.number::<COUNT>()?;
            let word = |_| {
                text.clear();
                cursor.stored()?.push_to(&mut text)?;
                Word::parse(&text).ok_or(Damaged)
            };
            (0..count).map(word).collect()
        };
        Ok(Some(Demand { permissions: words()?, scopes: words()? }))
    }

    pub(crate) fn headers(&self) -> Read<Conditions<'t>> {
        self.part(RoutePart::Headers).map(Conditions)
    }

    pub(crate) fn query(&self) -> Read<Conditions<'t>> {
        self.part(RoutePart::Query).map(Conditions)
    }

    pub(crate) fn consumes(&self) -> Read<Media<'t>> {
        Ok(Media { list: self.part(RoutePart::Consumes)?, table: self.table() })
    }

    pub(crate) fn produces(&self) -> Read<Media<'t>> {
        Ok(Media { list: self.part(RoutePart::Produces)?, table: self.table() })
    }

    pub(crate) fn does(&self) -> Read<Does<'t>> {
        let Some(mut cursor) = self.part(RoutePart::Action)? else { return Ok(Does::Forward) };
        let kind = cursor.number::<1>()?;
        let status = u16::try_from(cursor.number::<SMALL>()?).map_err(|_| Damaged)?;
        let table = self.table();
        match kind {
            0 => Ok(Does::Redirect { status, location: Pieces { list: cursor, table } }),
            1 => {
                let content_type = cursor.stored()?;
                Ok(Does::Static { status, content_type, body: Pieces { list: cursor, table } })
            }
            2 => Ok(Does::Deny(status)),
            _ => Err(Damaged),
        }
    }

    pub(crate) fn rewrite(&self) -> Read<Option<Rewrites<'t>>> {
        let Some(mut cursor) = self.part(RoutePart::Rewrite)? else { return Ok(None) };
        let (is_prefix, segments) = (cursor.number::<1>()? == 1, cursor.number::<SMALL>()?);
        let path = Pieces { list: cursor, table: self.table() };
        Ok(Some(Rewrites { prefix: is_prefix.then_some(segments), path }))
    }

    pub(crate) fn query_rewrite(&self) -> Read<Option<Keeps<'t>>> {
        let Some(mut cursor) = self.part(RoutePart::QueryRewrite)? else { return Ok(None) };
        let only = cursor.number::<1>()? == 2;
        let names = cursor.number::<COUNT>()?;
        let names = (names, cursor);
        for _ in 0..names.0 {
            let _name: Stored<'_> = cursor.stored()?;
        }
        let set = cursor.number::<COUNT>()?;
        Ok(Some(Keeps { only, names, set: (set, cursor) }))
    }

    pub(crate) fn request(&self) -> Read<Changes<'t>> {
        self.part(RoutePart::Request).map(Changes)
    }

    pub(crate) fn response(&self) -> Read<Changes<'t>> {
        self.part(RoutePart::Response).map(Changes)
    }

    /// The header lines that tell of its life.
    pub(crate) fn life(&self) -> Read<Changes<'t>> {
        self.part(RoutePart::Life).map(Changes)
    }

    pub(crate) fn caching(&self) -> Read<Option<Caching<'t>>> {
        let Some(mut cursor) = self.part(RoutePart::Cache)? else { return Ok(None) };
        let has = cursor.number::<1>()?;
        let control = if has & 1 == 1 { Some(cursor.stored()?) } else { None };
        Ok(Some(Caching { control, weak_etag: has & 2 == 2 }))
    }
}

impl<'t> ScopeView<'t> {
    pub(crate) fn authority(&self) -> Read<Option<Authority<'t>>> {
        let Some(mut cursor) = self.part(ScopePart::Authority)? else { return Ok(None) };
        cursor.stored().map(|inside| Some(Authority(inside)))
    }

    pub(crate) fn claims(&self) -> Read<Claims<'t>> {
        self.part(ScopePart::Claims).map(Claims)
    }

    /// Where a request tells its version, if it is not its path that does.
    pub(crate) fn versioning(&self) -> Read<Option<Versioning<'t>>> {
        let Some(mut cursor) = self.part(ScopePart::Versioning)? else { return Ok(None) };
        let place = match cursor.number::<1>()? {
            1 => Place::Header,
            2 => Place::Query,
            3 => Place::Media,
            _ => return Err(Damaged),
        };
        let name = cursor.stored()?;
        let has_default = cursor.number::<1>()? == 1;
        let default = u16::try_from(cursor.number::<VERSIONS>()?).map_err(|_| Damaged)?;
        Ok(Some(Versioning { place, name, default: has_default.then_some(default) }))
    }

    pub(crate) fn limits(&self) -> Read<Option<Limits>> {
        let Some(mut cursor) = self.part(ScopePart::Limits)? else { return Ok(None) };
        let mut limit = || if cursor.number::<1>()? == 1 { cursor.sum().map(Some) } else { Ok(None) };
        Ok(Some(Limits { uri: limit()?, query: limit()?, headers: limit()?, body: limit()? }))
    }

    pub(crate) fn cors(&self) -> Read<Option<Cors<'t>>> {
        let Some(mut cursor) = self.part(ScopePart::Cors)? else { return Ok(None) };
        let flags = cursor.number::<1>()?;
        let origins = cursor.number::<COUNT>()?;
        let origins = (origins, cursor);
        for _ in 0..origins.0 {
            let _scheme: Stored<'_> = cursor.stored()?;
            cursor.skip(1)?;
            let _host: Stored<'_> = cursor.stored()?;
        }
        let mut told = || match cursor.number::<1>()? {
            0 => Ok(Told::Nothing),
            1 => Ok(Told::Any),
            2 => cursor.stored().map(Told::These),
            _ => Err(Damaged),
        };
        let (methods, headers, expose) = (told()?, told()?, told()?);
        Ok(Some(Cors {
            any_origin: flags & 1 == 1,
            credentials: flags & 2 == 2,
            origins,
            methods,
            headers,
            expose,
            max_age: cursor.stored()?,
        }))
    }
}
