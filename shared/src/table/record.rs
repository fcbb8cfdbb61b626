//! Rules, routes and scopes as they stand in a table.

use super::Table;
use super::format::{BITS, LAST, LEADS, MARKS, RoutePart, ScopePart, scope as flag};
use super::text::{Cursor, NUMBER, PLACE, SMALL, VERSIONS};
use super::{MethodBit, RuleNumber};
use crate::method::Fit;

/// A route at one of its paths.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RuleView<'t> {
    pub(crate) number: RuleNumber,
    pub(crate) route: RouteView<'t>,
}

/// What a route says at one of its paths, whatever that is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RouteView<'t> {
    table: &'t Table<'t>,
    scope: usize,
    router: usize,
    /// How many segments stand before those of the route itself.
    pub(crate) shift: usize,
    methods: usize,
    has: usize,
    places: usize,
}

/// What all routes of a group share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ScopeView<'t> {
    table: &'t Table<'t>,
    /// Its number among all by name.
    pub(crate) rank: usize,
    flags: usize,
    has: usize,
    places: usize,
}

/// The rules of one path, the best first as far as what they declare tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List<'t> {
    pub(super) table: &'t Table<'t>,
    /// Where it is: the lesser outranks the other, in the same tree.
    pub(crate) at: usize,
}

impl<'t> List<'t> {
    /// The rule, if there is one only.
    pub(crate) fn only(self) -> Option<RuleView<'t>> {
        let first = self.table.cursor(self.at).number_of(self.table.number);
        if first & LAST == 0 { None } else { Some(self.table.rule(RuleNumber(first >> MARKS))) }
    }

    /// Each rule, and whether it declares something else than the one before it.
    pub(crate) fn rules(self) -> impl Iterator<Item = (bool, RuleView<'t>)> {
        let mut rest = Some(self.table.cursor(self.at));
        std::iter::from_fn(move || {
            let mut cursor = rest.take().filter(|cursor| !cursor.is_at_end())?;
            let next = cursor.number_of(self.table.number);
            rest = (next & LAST == 0).then_some(cursor);
            Some((next & LEADS != 0, self.table.rule(RuleNumber(next >> MARKS))))
        })
    }
}

impl<'t> Table<'t> {
    /// Passes over a list, and tells where it is.
    pub(super) fn list(&self, cursor: &mut Cursor<'_>) -> usize {
        let at = cursor.at();
        while !cursor.is_at_end() && cursor.number_of(self.number) & LAST == 0 {}
        at
    }

    /// The rule with a number.
    pub(crate) fn rule(&'t self, number: RuleNumber) -> RuleView<'t> {
        let mut cursor = self.cursor(number.0.saturating_mul(self.digits).saturating_add(self.rules));
        RuleView { number, route: self.route(cursor.number_of(self.digits)) }
    }

    fn route(&'t self, place: usize) -> RouteView<'t> {
        let mut cursor = self.cursor(place);
        let (scope, router) = (cursor.number::<PLACE>(), cursor.number::<PLACE>());
        let shift = cursor.number::<SMALL>();
        let methods = cursor.at();
        cursor.skip(self.width);
        let has = cursor.number::<VERSIONS>();
        RouteView { table: self, scope, router, shift, methods, has, places: cursor.at() }
    }

    pub(super) fn scope(&'t self, place: usize) -> ScopeView<'t> {
        let mut cursor = self.cursor(place);
        let (rank, flags) = (cursor.number::<NUMBER>(), cursor.number::<SMALL>());
        let has = cursor.number::<1>();
        ScopeView { table: self, rank, flags, has, places: cursor.at() }
    }

    /// The place of a part, if it is there: places stand in the order of their bits.
    fn part(&self, has: usize, bit: usize, places: usize) -> Option<Cursor<'t>> {
        if has & bit == 0 {
            return None;
        }
        let before = (has & bit.wrapping_sub(1)).count_ones();
        let before = usize::try_from(before).unwrap_or_default().saturating_mul(PLACE);
        let place = self.cursor(places.saturating_add(before)).number::<PLACE>();
        Some(self.cursor(place))
    }
}

impl RuleView<'_> {
    /// The versions that a request has to want, the first and the last, where the path does not tell them.
    pub(crate) fn versions(&self) -> Option<(u16, u16)> {
        let mut cursor = self.route.part(RoutePart::Versions)?;
        Some((cursor.short::<VERSIONS>(), cursor.short::<VERSIONS>()))
    }

    pub(crate) fn is_versioned(&self) -> bool {
        self.route.has(RoutePart::Versions)
    }

    /// Why it takes a method; `None` if it does not.
    pub(crate) fn fit(&self, method: MethodBit) -> Option<Fit> {
        let table = self.route.table;
        if !self.route.names_methods() {
            return Some(Fit::Any);
        }
        if let Some(bit) = method.0
            && self.route.has_method(bit)
        {
            return Some(Fit::Declared);
        }
        let implied = method.0 == Some(table.head)
            && self.route.has_method(table.get)
            && self.route.scope().free_head();
        implied.then_some(Fit::HeadOfGet)
    }
}

impl<'t> RouteView<'t> {
    pub(crate) fn scope(&self) -> ScopeView<'t> {
        self.table.scope(self.scope)
    }

    /// What Traefik's router for it is found by.
    pub(crate) fn router(&self) -> &'t str {
        self.table.cursor(self.router).stored().plain().unwrap_or_default()
    }

    pub(super) fn part(&self, part: RoutePart) -> Option<Cursor<'t>> {
        self.table.part(self.has, part.bit(), self.places)
    }

    pub(super) fn table(&self) -> &'t Table<'t> {
        self.table
    }

    pub(super) fn has(&self, part: RoutePart) -> bool {
        self.has & part.bit() != 0
    }

    fn has_any<const N: usize>(&self, parts: [RoutePart; N]) -> bool {
        self.has & parts.iter().fold(0, |bits, part| bits | part.bit()) != 0
    }

    /// Whether it asks more of a request than host, path, version and method.
    pub(crate) fn is_conditional(&self) -> bool {
        self.has_any([RoutePart::Headers, RoutePart::Query, RoutePart::Consumes, RoutePart::Produces])
    }

    /// Whether headers change on the way.
    pub(crate) fn is_changing(&self) -> bool {
        self.has_any([RoutePart::Request, RoutePart::Response, RoutePart::Life])
    }

    /// One digit of the set of its methods.
    pub(crate) fn method_digit(&self, index: usize) -> usize {
        self.table.cursor(self.methods.saturating_add(index)).number::<1>()
    }

    pub(crate) fn has_method(&self, bit: usize) -> bool {
        self.method_digit(bit / BITS) >> (bit % BITS) & 1 == 1
    }

    fn names_methods(&self) -> bool {
        (0..self.table.width).any(|index| self.method_digit(index) != 0)
    }
}

impl<'t> ScopeView<'t> {
    pub(crate) fn plain_errors(&self) -> bool {
        self.flags & flag::PLAIN_ERRORS != 0
    }

    pub(crate) fn free_head(&self) -> bool {
        self.flags & flag::FREE_HEAD != 0
    }

    pub(crate) fn free_options(&self) -> bool {
        self.flags & flag::FREE_OPTIONS != 0
    }

    pub(crate) fn strict_slash(&self) -> bool {
        self.flags & (flag::SLASH_IGNORED | flag::SLASH_REDIRECTED) == 0
    }

    pub(crate) fn redirects_slash(&self) -> bool {
        self.flags & flag::SLASH_REDIRECTED != 0
    }

    pub(super) fn part(&self, part: ScopePart) -> Option<Cursor<'t>> {
        self.table.part(self.has, part.bit(), self.places)
    }
}
