//! The walk through the trees of a table, in the order of precedence.

use super::format::node as flag;
use super::parts::Pattern;
use super::record::{List, ScopeView};
use super::text::{COUNT, Cursor, Damaged, Hash, PLACE, Read, is_plain, push_stored};
use super::{Stored, Table};
use crate::host::RequestHost;
use crate::path::{Rest, split_first};

/// Where the rules of one path stand among those that a walk shows: the lesser outranks the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    tree: usize,
    list: usize,
}

impl Rank {
    /// A standing among others that are made so.
    pub(crate) fn of(number: usize) -> Self {
        Self { tree: 0, list: number }
    }
}

/// One walk.
pub(crate) struct Walk<'w, 't> {
    table: &'t Table<'t>,
    /// For a segment as a table has it, and for one that is decoded.
    buffer: &'w mut Vec<u8>,
}

/// A node: where what it has is. It is small, since a walk has one for each segment on its stack.
struct Node {
    literals: Option<Map>,
    /// How many, and where.
    patterns: Span,
    /// The rules that end here, each with how.
    ends: [Span; 3],
    scope: Option<usize>,
}

/// So many things at a place.
#[derive(Clone, Copy, Default)]
struct Span {
    count: usize,
    at: usize,
}

/// Places by a text with which each of them starts.
#[derive(Clone, Copy)]
struct Map {
    bits: usize,
    count: usize,
    starts: usize,
}

impl<'w, 't> Walk<'w, 't> {
    /// A walk with the room that it needs, whatever is in it.
    pub(crate) fn new(table: &'t Table<'t>, buffer: &'w mut Vec<u8>) -> Self {
        Self { table, buffer }
    }

    /// Shows `visit` the rules whose host and path take the request, the best path first; those of one path
    /// come together, in the order of what else they declare. It ends with what `visit` returns, if that is something.
    pub(crate) fn rules<B>(
        &mut self,
        host: RequestHost<'_>,
        path: Rest<'_>,
        visit: &mut impl FnMut(Rank, List<'t>) -> Read<Option<B>>,
    ) -> Read<Option<B>> {
        self.roots(host, &mut |walk, tree, root| {
            walk.node(root, path, &mut |list| visit(Rank { tree, list: list.at }, list))
        })
    }

    /// The group whose business a request is that none of its rules takes: that of the best host, then of the longest
    /// base.
    pub(crate) fn concerned(&mut self, host: RequestHost<'_>, path: Rest<'_>) -> Read<Option<ScopeView<'t>>> {
        self.roots(host, &mut |walk, _, root| {
            let (mut place, mut path, mut concerned) = (Some(root), path, None);
            while let Some(at) = place {
                let node = Node::read(walk.table, at)?;
                if path.fits_prefix() {
                    concerned = node.scope.or(concerned);
                }
                place = match (path.split_first(), node.literals) {
                    (Some((first, after)), Some(literals)) => {
                        path = after;
                        walk.literal(literals, first)?
                    }
                    _ => None,
                };
            }
            concerned.map(|place| walk.table.scope(place)).transpose()
        })
    }

    /// Gives `visit` the root of each tree that is for the host, the best first, until it returns something.
    fn roots<B>(
        &mut self,
        host: RequestHost<'_>,
        visit: &mut impl FnMut(&mut Self, usize, usize) -> Read<Option<B>>,
    ) -> Read<Option<B>> {
        let table = self.table;
        if let Some(exact) = table.host(table.exact, host.as_str())?
            && let Some(found) = visit(self, 0, exact)?
        {
            return Ok(Some(found));
        }
        if table.wildcards != 0 {
            let parents = host.parents().filter(|parent| parent.len() <= table.longest_wildcard);
            for (parent, tree) in parents.zip(1..) {
                if let Some(root) = table.host(table.wildcards, parent)?
                    && let Some(found) = visit(self, tree, root)?
                {
                    return Ok(Some(found));
                }
            }
        }
        if table.any == 0 { Ok(None) } else { visit(self, usize::MAX, table.any) }
    }

    /// Shows `visit` the rules that take the `path` from here on, until it returns something.
    ///
    /// Each node of the tree is entered at most once, and none deeper than the longest template: the work is
    /// bounded by what was declared, whatever is asked for. The stack holds what is still to be tried, and no more.
    fn node<B>(
        &mut self,
        place: usize,
        path: Rest<'_>,
        visit: &mut impl FnMut(List<'t>) -> Read<Option<B>>,
    ) -> Read<Option<B>> {
        let (mut place, mut path) = (place, path);
        'down: loop {
            let node = Node::read(self.table, place)?;
            if let Some((first, after)) = path.split_first() {
                let ends = node.ends_at(path);
                let literal = match node.literals {
                    Some(literals) => self.literal(literals, first)?,
                    None => None,
                };
                if let Some(child) = literal {
                    if !ends && node.patterns.count == 0 {
                        (place, path) = (child, after);
                        continue;
                    }
                    if let Some(found) = self.node(child, after, visit)? {
                        return Ok(Some(found));
                    }
                }
                for index in 0..node.patterns.count {
                    let Some(child) = self.pattern(node.patterns.at, index, first)? else { continue };
                    if !ends && index.saturating_add(1) == node.patterns.count {
                        (place, path) = (child, after);
                        continue 'down;
                    }
                    if let Some(found) = self.node(child, after, visit)? {
                        return Ok(Some(found));
                    }
                }
            }
            for (list, taken) in node.ends.into_iter().zip(taken(path)) {
                if taken
                    && list.count > 0
                    && let Some(found) = self.list(list, visit)?
                {
                    return Ok(Some(found));
                }
            }
            return Ok(None);
        }
    }

    #[inline(never)]
    fn list<B>(
        &self,
        Span { count, at }: Span,
        visit: &mut impl FnMut(List<'t>) -> Read<Option<B>>,
    ) -> Read<Option<B>> {
        visit(List { table: self.table, at, count })
    }

    /// The child behind one of some patterns, if a segment of a request has it.
    #[inline(never)]
    fn pattern(&mut self, patterns: usize, index: usize, segment: &str) -> Read<Option<usize>> {
        let mut cursor = self.table.cursor(index.saturating_mul(2 * PLACE).saturating_add(patterns));
        let (pattern, child) = (cursor.number::<PLACE>()?, cursor.number::<PLACE>()?);
        let matches = Pattern::read(self.table, pattern)?.matches(segment, self.buffer)?;
        Ok(matches.then_some(child))
    }

    /// The child that a segment of a request, still encoded, leads to.
    #[inline(never)]
    fn literal(&mut self, literals: Map, segment: &str) -> Read<Option<usize>> {
        let bytes = segment.as_bytes();
        let mut hash = Hash::START;
        for byte in bytes {
            if *byte == b'%' || !is_plain(*byte) {
                return self.escaped_literal(literals, segment);
            }
            hash = hash.add(*byte);
        }
        literals.find(self.table, hash, bytes)
    }

    #[cold]
    fn escaped_literal(&mut self, literals: Map, segment: &str) -> Read<Option<usize>> {
        self.buffer.clear();
        let mut rest = segment;
        while let Some((byte, behind)) = split_first(rest) {
            push_stored(self.buffer, byte);
            rest = behind;
        }
        literals.find(self.table, Hash::of(self.buffer), self.buffer)
    }
}

impl Table<'_> {
    /// The root of the tree for a host, which is written in a table as it is.
    fn host(&self, map: usize, host: &str) -> Read<Option<usize>> {
        if map == 0 {
            return Ok(None);
        }
        let map = Map::read(&mut self.cursor(map))?;
        let Some(entry) = map.find(self, Hash::of(host.as_bytes()), host.as_bytes())? else {
            return Ok(None);
        };
        let mut entry = self.cursor(entry);
        let _name: Stored<'_> = entry.stored()?;
        entry.number::<PLACE>().map(Some)
    }
}

/// Which ends a path has: exact, with a rest, of a prefix.
fn taken(path: Rest<'_>) -> [bool; 3] {
    [path.is_end(), path.fits_rest(), path.fits_prefix()]
}

impl Node {
    /// Whether rules end here that take what is left of a path.
    fn ends_at(&self, path: Rest<'_>) -> bool {
        self.ends.iter().zip(taken(path)).any(|(list, taken)| taken && list.count > 0)
    }

    #[inline(never)]
    fn read(table: &Table<'_>, place: usize) -> Read<Self> {
        let mut cursor = table.cursor(place);
        let _key: Stored<'_> = cursor.stored()?;
        let has = cursor.number::<1>()?;
        let literals = if has & flag::LITERALS != 0 { Some(Map::read(&mut cursor)?) } else { None };
        let mut span = |bit: usize, width: usize| {
            if has & bit == 0 {
                return Ok(Span::default());
            }
            let count = cursor.number::<COUNT>()?;
            let at = cursor.at();
            cursor.skip(count.saturating_mul(width))?;
            Ok(Span { count, at })
        };
        let patterns = span(flag::PATTERNS, 2 * PLACE)?;
        let ends = [span(flag::EXACT, COUNT)?, span(flag::REST, COUNT)?, span(flag::PREFIX, COUNT)?];
        let scope = if has & flag::SCOPE != 0 { Some(cursor.number::<PLACE>()?) } else { None };
        Ok(Self { literals, patterns, ends, scope })
    }
}

impl Map {
    /// Reads a map, and leaves the cursor behind it.
    fn read(cursor: &mut Cursor<'_>) -> Read<Self> {
        let (bits, count) = (cursor.number::<1>()?, cursor.number::<COUNT>()?);
        let map = Self { bits, count, starts: cursor.at() };
        cursor.skip(map.width_of_starts()?.saturating_add(count.saturating_mul(PLACE)))?;
        Ok(map)
    }

    fn width_of_starts(self) -> Read<usize> {
        if self.bits == 0 {
            return Ok(0);
        }
        let bits = u32::try_from(self.bits).map_err(|_| Damaged)?;
        let buckets = 1_usize.checked_shl(bits).ok_or(Damaged)?;
        Ok(buckets.saturating_add(1).saturating_mul(COUNT))
    }

    /// The entry with this text.
    fn find(self, table: &Table<'_>, hash: Hash, key: &[u8]) -> Read<Option<usize>> {
        let (mut from, mut to) = (0, self.count);
        if self.bits > 0 {
            let bucket = hash.bucket(self.bits).saturating_mul(COUNT);
            let mut starts = table.cursor(self.starts.saturating_add(bucket));
            (from, to) = (starts.number::<COUNT>()?, starts.number::<COUNT>()?);
        }
        let mut entries = table.cursor(self.starts.saturating_add(self.width_of_starts()?));
        entries.skip(from.saturating_mul(PLACE))?;
        for _ in from..to {
            let entry = entries.number::<PLACE>()?;
            if table.cursor(entry).stored()?.raw() == key {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }
}
