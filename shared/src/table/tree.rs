//! The walk through the trees of a table, in the order of precedence.

use std::cell::Cell;

use super::Table;
use super::format::{node as flag, open};
use super::parts::Pattern;
use super::record::{List, ScopeView};
use super::text::{Cursor, Hash, PLACE, is_plain, push_stored};
use crate::host::RequestHost;
use crate::path::{Rest, decoded};

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
    /// Room for a segment as a table has it, and for one that is decoded.
    buffer: &'w Cell<Vec<u8>>,
}

/// A node: where what it has is. It is small, since a walk has one for each segment on its stack.
struct Node<'t> {
    has: usize,
    literals: Option<Map>,
    /// How many, and where.
    patterns: Span,
    /// The child behind a segment, whatever it is.
    free: Option<usize>,
    /// The rules that end behind it, where it has no child.
    leaf: Option<usize>,
    /// The group whose base ends here.
    scope: Option<usize>,
    /// At the rules that end here.
    lists: Cursor<'t>,
}

/// So many things at a place.
#[derive(Clone, Copy, Default)]
struct Span {
    count: usize,
    at: usize,
}

/// Places by the text that stands there.
#[derive(Clone, Copy)]
struct Map {
    at: usize,
    count: usize,
    digits: usize,
    slots: usize,
}

impl<'w, 't> Walk<'w, 't> {
    /// A walk with the room that it needs, whatever is in it.
    pub(crate) fn new(table: &'t Table<'t>, buffer: &'w Cell<Vec<u8>>) -> Self {
        Self { table, buffer }
    }

    /// Shows `visit` the rules whose host and path take the request, the best path first; those of one path
    /// come together, in the order of what else they declare. It ends with what `visit` returns, if that is something.
    pub(crate) fn rules<B>(
        &self,
        host: RequestHost<'_>,
        path: Rest<'_>,
        visit: &mut impl FnMut(Rank, List<'t>) -> Option<B>,
    ) -> Option<B> {
        self.roots(host, &mut |tree, root| {
            self.node(root, path, &mut |list| visit(Rank { tree, list: list.at }, list))
        })
    }

    /// The group whose business a request is that none of its rules takes: that of the best host, then of the longest
    /// base.
    pub(crate) fn concerned(&self, host: RequestHost<'_>, path: Rest<'_>) -> Option<ScopeView<'t>> {
        self.roots(host, &mut |_, root| {
            let (mut place, mut path, mut concerned) = (Some(root), path, None);
            while let Some(at) = place {
                let node = Node::read(self.table, at);
                if path.fits_prefix() {
                    concerned = node.scope.or(concerned);
                }
                place = match (path.split_first(), node.literals) {
                    (Some((first, after)), Some(literals)) => {
                        path = after;
                        self.literal(literals, first)
                    }
                    _ => None,
                };
            }
            concerned.map(|place| self.table.scope(place))
        })
    }

    /// Gives `visit` the root of each tree that is for the host, the best first, until it returns something.
    fn roots<B>(
        &self,
        host: RequestHost<'_>,
        visit: &mut impl FnMut(usize, usize) -> Option<B>,
    ) -> Option<B> {
        let table = self.table;
        if let Some(exact) = table.host(table.exact, host.as_str())
            && let Some(found) = visit(0, exact)
        {
            return Some(found);
        }
        if table.wildcards != 0 {
            let parents = host.parents().filter(|parent| parent.len() <= table.longest_wildcard);
            for (parent, tree) in parents.zip(1..) {
                if let Some(root) = table.host(table.wildcards, parent)
                    && let Some(found) = visit(tree, root)
                {
                    return Some(found);
                }
            }
        }
        if table.any == 0 { None } else { visit(usize::MAX, table.any) }
    }

    /// Shows `visit` the rules that take the `path` from here on, until it returns something.
    ///
    /// Each node of the tree is entered at most once, and none deeper than the longest template: the work is
    /// bounded by what was declared, whatever is asked for. The stack holds what is still to be tried, and no more.
    fn node<B>(
        &self,
        place: usize,
        path: Rest<'_>,
        visit: &mut impl FnMut(List<'t>) -> Option<B>,
    ) -> Option<B> {
        let (mut place, mut path) = (place, path);
        'down: loop {
            let node = Node::read(self.table, place);
            if let Some((first, after)) = path.split_first() {
                if let Some(literals) = node.literals
                    && let Some(child) = self.literal(literals, first)
                {
                    if !node.is_open() && node.patterns.count == 0 && !node.is_free() {
                        (place, path) = (child, after);
                        continue;
                    }
                    if let Some(found) = self.node(child, after, visit) {
                        return Some(found);
                    }
                }
                for index in 0..node.patterns.count {
                    let Some(child) = self.pattern(node.patterns.at, index, first) else { continue };
                    if !node.is_open() && !node.is_free() && index.saturating_add(1) == node.patterns.count {
                        (place, path) = (child, after);
                        continue 'down;
                    }
                    if let Some(found) = self.node(child, after, visit) {
                        return Some(found);
                    }
                }
                // No segment of a request is a dot segment.
                if let Some(child) = node.free.filter(|_| !first.is_empty()) {
                    if !node.is_open() {
                        (place, path) = (child, after);
                        continue;
                    }
                    if let Some(found) = self.node(child, after, visit) {
                        return Some(found);
                    }
                }
                if let Some(leaf) = node.leaf.filter(|_| !first.is_empty() && after.is_end())
                    && let Some(found) = self.list(leaf, visit)
                {
                    return Some(found);
                }
            }
            return node.ends(self.table, path).find_map(|at| self.list(at, visit));
        }
    }

    #[inline(never)]
    fn list<B>(&self, at: usize, visit: &mut impl FnMut(List<'t>) -> Option<B>) -> Option<B> {
        visit(List { table: self.table, at })
    }

    /// The child behind one of some patterns, if a segment of a request has it.
    #[inline(never)]
    fn pattern(&self, patterns: usize, index: usize, segment: &str) -> Option<usize> {
        let mut cursor = self.table.cursor(index.saturating_mul(2 * PLACE).saturating_add(patterns));
        let (pattern, child) = (cursor.number::<PLACE>(), cursor.number::<PLACE>());
        let matches = Pattern::read(self.table, pattern).matches(segment, self.buffer);
        matches.then_some(child)
    }

    /// The child that a segment of a request, still encoded, leads to.
    #[inline(never)]
    fn literal(&self, literals: Map, segment: &str) -> Option<usize> {
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
    fn escaped_literal(&self, literals: Map, segment: &str) -> Option<usize> {
        let mut text = self.buffer.take();
        text.clear();
        decoded(segment).for_each(|byte| push_stored(&mut text, byte));
        let found = literals.find(self.table, Hash::of(&text), &text);
        self.buffer.set(text);
        found
    }
}

impl Table<'_> {
    /// The root of the tree for a host, which is written in a table as it is.
    fn host(&self, map: usize, host: &str) -> Option<usize> {
        if map == 0 {
            return None;
        }
        let map = Map::read(&mut self.cursor(map));
        let entry = map.find(self, Hash::of(host.as_bytes()), host.as_bytes())?;
        Some(self.cursor(entry).number::<PLACE>())
    }
}

impl<'t> Node<'t> {
    fn read(table: &'t Table<'t>, place: usize) -> Self {
        let mut cursor = table.cursor(place);
        let (mut has, mut scope) = (cursor.number::<1>(), None);
        if has == 0 {
            scope = Some(cursor.number::<PLACE>());
            has = cursor.number::<1>();
        }
        let literals = if has & flag::LITERALS != 0 { Some(Map::read(&mut cursor)) } else { None };
        let patterns =
            if has & flag::PATTERNS != 0 { Span::read(&mut cursor, 2 * PLACE) } else { Span::default() };
        let here = cursor.at();
        let free = (has & flag::FREE != 0).then(|| here.saturating_sub(cursor.count()));
        let leaf = (has & flag::LEAF != 0).then(|| table.list(&mut cursor));
        Self { has, literals, patterns, free, leaf, scope, lists: cursor }
    }

    /// Whether rules may end here that take more than the path up to here.
    fn is_open(&self) -> bool {
        self.has & flag::OPEN != 0
    }

    /// Whether something is behind a segment whatever it is.
    fn is_free(&self) -> bool {
        self.has & (flag::FREE | flag::LEAF) != 0
    }

    /// The rules that end here and take what is left of a path: the exact ones, those with a rest, those for a prefix.
    fn ends(&self, table: &'t Table<'t>, path: Rest<'_>) -> impl Iterator<Item = usize> + use<'t> {
        let mut cursor = self.lists;
        let list = |cursor: &mut Cursor<'_>, is_there: bool, takes: bool| {
            is_there.then(|| table.list(cursor)).filter(|_| takes)
        };
        let exact = list(&mut cursor, self.has & flag::EXACT != 0, path.is_end());
        let ends = if self.is_open() { cursor.number::<1>() } else { 0 };
        let rest = list(&mut cursor, ends & open::REST != 0, path.fits_rest());
        let prefix = list(&mut cursor, ends & open::PREFIX != 0, path.fits_prefix());
        [exact, rest, prefix].into_iter().flatten()
    }
}

impl Span {
    /// Reads so many things of this width, and leaves the cursor behind them.
    fn read(cursor: &mut Cursor<'_>, width: usize) -> Self {
        let count = cursor.count();
        let at = cursor.at();
        cursor.skip(count.saturating_mul(width));
        Self { count, at }
    }
}

impl Map {
    /// Reads a map, and leaves the cursor behind it.
    fn read(cursor: &mut Cursor<'_>) -> Self {
        let at = cursor.at();
        let (count, digits) = (cursor.count(), cursor.number::<1>());
        let slots = cursor.at();
        cursor.skip(count.saturating_mul(digits));
        Self { at, count, digits, slots }
    }

    /// What stands behind the text of the entry that has it.
    fn find(self, table: &Table<'_>, hash: Hash, key: &[u8]) -> Option<usize> {
        for slot in hash.slots(self.count) {
            let mut slot = table.cursor(slot.saturating_mul(self.digits).saturating_add(self.slots));
            let back = slot.number_of(self.digits);
            if back == 0 {
                break;
            }
            let mut entry = table.cursor(self.at.saturating_sub(back));
            if entry.stored().raw() == key {
                return Some(entry.at());
            }
        }
        None
    }
}
